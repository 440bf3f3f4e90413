//! JSON scanner tests.

use proptest::prelude::*;

use super::*;

fn names(text: &str) -> Result<Vec<(String, String)>, JsonError> {
    let mut found = Vec::new();
    members(text.as_bytes(), |member| {
        found.push((text[member.name.clone()].to_owned(), text[member.value.clone()].to_owned()));
    })?;
    Ok(found)
}

#[test]
fn only_own_members_are_seen() {
    let found = names(r#" {"a" : {"b":[1,{"c":2}]} ,"d":"}\"," } "#).unwrap();
    let expected = [("a", r#"{"b":[1,{"c":2}]}"#), ("d", r#""}\",""#)];
    assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(names("[1]"), Ok(Vec::new()));
    assert_eq!(names("{}"), Ok(Vec::new()));
}

#[test]
fn only_own_items_are_seen() {
    let list = |text: &str| {
        let mut found = Vec::new();
        items(text.as_bytes(), |at| found.push(text[at].to_owned())).map(|()| found)
    };
    let expected = ["1", "[2,3]", r#"{"a":[4]}"#, r#""],""#].map(str::to_owned).to_vec();
    assert_eq!(list(r#" [1 , [2,3],{"a":[4]},"]," ] "#), Ok(expected));
    assert_eq!((list("[ ]"), list("{}")), (Ok(Vec::new()), Ok(Vec::new())));
    for broken in ["[1,]", "[1", "[1 2]", "[", "[1]]"] {
        assert_eq!(list(broken), Err(JsonError::Syntax), "{broken}");
    }
}

#[test]
fn depth_is_counted_from_the_outside() {
    let array = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(names(&array(64)), Ok(Vec::new()));
    assert_eq!(names(&array(65)), Err(JsonError::Depth));
    assert!(names(&format!(r#"{{"a":{}}}"#, array(63))).is_ok());
    assert_eq!(names(&format!(r#"{{"a":{}}}"#, array(64))), Err(JsonError::Depth));
    // Side by side is not deep.
    assert!(names(&format!("[{}1]", "[],{},".repeat(1000))).is_ok());
}

#[test]
fn broken_text_is_refused() {
    for text in [
        "",
        " ",
        "{",
        "}",
        "[1,]",
        "{\"a\":1,}",
        "{\"a\"}",
        "{a:1}",
        "{\"a\":1}x",
        "{\"a\":1}{}",
        "01",
        "1.",
        "-",
        ".5",
        "1e",
        "+1",
        "tru",
        "nul",
        "\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\\u12",
        "\"a\nb\"",
        "[1 2]",
        "[1}",
        "{\"a\":1]",
        "{,}",
        "[,1]",
        "'a'",
        "\u{feff}{}",
        "NaN",
        "{\"a\":1,,\"b\":2}",
        "// c\n1",
        "{\"a\" 1}",
    ] {
        assert_eq!(names(text), Err(JsonError::Syntax), "{text:?}");
    }
    assert_eq!(members(b"\"\xff\"", |_| {}), Err(JsonError::Syntax));
}

#[test]
fn a_member_is_cut_with_one_comma() {
    for (text, left) in [
        (r#"{"u":1}"#, "{}"),
        (r#"{"u":1,"b":2}"#, r#"{"b":2}"#),
        (r#"{ "u" : 1 , "b":2}"#, r#"{ "b":2}"#),
        (r#"{"a":1,"u":null}"#, r#"{"a":1}"#),
        (r#"{"a":1 , "u" : null , "b":2}"#, r#"{"a":1  , "b":2}"#),
    ] {
        let mut found = None;
        members(text.as_bytes(), |member| {
            if &text[member.name.clone()] == "u" {
                found = Some(cut(text.as_bytes(), member));
            }
        })
        .unwrap();
        let gone = found.unwrap();
        assert_eq!(format!("{}{}", &text[..gone.start], &text[gone.end..]), left);
    }
}

#[test]
fn escapes_are_read_and_lone_surrogates_survive() {
    assert_eq!(unescape(br"mod\u0065l"), "model");
    assert_eq!(unescape(br"\ud800"), r"\ud800");
    assert_eq!(as_text(b"\"x\""), Some(Cow::Borrowed("x")));
    assert_eq!(as_text(b"{}"), None);
}

/// Texts of the characters that JSON is made of: now and then one is JSON.
fn near_json() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"a\"",
            "\"b\\n\"",
            "\"\\u00e9\"",
            "1",
            "-0.5e3",
            "true",
            "null",
            " ",
            "{\"a\":1}",
            "[]",
            "\\",
            "0",
        ]),
        0..12,
    )
    .prop_map(|parts| parts.concat())
}

/// Insides of strings, some longer than a block: most are sound, and now and then one is not.
fn near_string() -> impl Strategy<Value = Vec<u8>> {
    let sound = prop_oneof![
        (0..70_usize).prop_map(|length| vec![b'x'; length]),
        prop::sample::select(vec![r"\n", r#"\""#, r"\\", r"\u00e9", r"\/", "é", "漢", "😀", "\u{7f}", " "])
            .prop_map(|text| text.as_bytes().to_vec()),
    ];
    let broken =
        prop::sample::select(vec![&b"\x01"[..], b"\n", b"\"", br"\x", br"\", br"\u00g9", br"\u1", b"\xff", b"\xc3"])
            .prop_map(<[u8]>::to_vec);
    prop::collection::vec(prop_oneof![30 => sound, 1 => broken], 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn strings_are_read_as_serde_json_reads_them(inside in near_string(), behind in near_string()) {
        let text = [b"{\"a\":\"", &inside[..], b"\",\"b\":[\"", &behind[..], b"\"]}"].concat();
        let mut found = Vec::new();
        let walked = members(&text, |member| found.push(text[member.value.clone()].to_vec()));
        if let Ok(value) = serde_json::from_slice::<serde_json::Value>(&text) {
            prop_assert_eq!(walked, Ok(()));
            let read: serde_json::Value = serde_json::from_slice(&found[0]).unwrap();
            prop_assert_eq!(&read, &value["a"]);
        } else {
            prop_assert_eq!(walked, Err(JsonError::Syntax));
        }
    }

    #[test]
    fn the_first_quote_or_escape_is_found(text in near_string()) {
        let expected = text.iter().position(|byte| matches!(byte, b'"' | b'\\'));
        prop_assert_eq!(quote_or_escape(&text), expected);
    }

    #[test]
    fn agrees_with_serde_json(text in near_json()) {
        prop_assert_eq!(
            members(text.as_bytes(), |_| {}).is_ok(),
            // Numbers that no float holds are JSON all the same.
            serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok()
        );
    }

    #[test]
    fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let _ = members(&bytes, |_| {});
    }
}
