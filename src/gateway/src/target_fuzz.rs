//! Fuzz target: request targets.

use testkit_domain::fuzz::spell;

use super::*;

const WORDS: &[&[u8]] = &[
    b"/v1/",
    b"/",
    b"//",
    b".",
    b"..",
    b"%2e",
    b"%2E%2e",
    b"%2f",
    b"%5c",
    b"%00",
    b"%c2%85",
    b";",
    b"%252e",
    b"/v1beta/",
    b"/openai/",
    b"%zz",
    b"%",
    b"key",
    b"%6bey",
    b"models",
    b"chat/completions",
    b"?",
    b"?a=b%2f..",
    b"@",
    b"http://evil.example",
    b"\\",
    b"\xc3\xa9",
];

/// Percent-decoding from the end to the begin; `None` for a percent sign without its two digits.
fn slow_decoded(text: &str) -> Option<Vec<u8>> {
    let mut parts = text.split('%');
    let mut out = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let digits = part.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        out.push(u8::from_str_radix(digits, 16).unwrap());
        out.extend_from_slice(&part.as_bytes()[2..]);
    }
    Some(out)
}

/// What RFC 3986 and security.md say of a path, one sentence after the other.
fn slow_is_plain(path: &str) -> bool {
    const PCHAR: &str = "-._~!$&'()*+,;=:@%";
    let Some(decoded) = slow_decoded(path) else { return false };
    let lossy = String::from_utf8_lossy(&decoded);
    path.split('/').skip(1).all(|segment| !segment.is_empty())
        && path.chars().all(|c| c == '/' || c.is_ascii_alphanumeric() || PCHAR.contains(c))
        && [Some(decoded.clone()), slow_decoded(&lossy)].into_iter().flatten().all(|text| {
            let text = String::from_utf8_lossy(&text).into_owned();
            let steps = |part: &str| matches!(part.split(';').next(), Some("." | ".."));
            !text.split('/').any(steps) && !text.contains('\\')
        })
        && !decoded.iter().any(u8::is_ascii_control)
        // Of each segment by itself, since text that is no UTF-8 makes no control characters beyond ASCII.
        && path.split('/').all(|segment| {
            let text = String::from_utf8(slow_decoded(segment).unwrap_or_default());
            !text.is_ok_and(|text| text.chars().any(char::is_control))
        })
}

/// A target passes exactly where the slow reader finds it plain, below a root and not ours; and it passes unchanged.
#[test]
fn any_target_is_judged_as_by_a_slow_reader() {
    bolero::check!(name = "target").with_max_len(80).for_each(|bytes| {
        let text = String::from_utf8_lossy(&spell(bytes, WORDS)).into_owned();
        for text in [text.clone(), format!("/v1/{text}")] {
            let Ok(uri) = text.parse::<Uri>() else { continue };
            let checked = check(&Method::POST, &uri, domain::Dialect::Openai);
            let path = uri.path();
            let root =
                ["/v1/", "/v1beta/", "/openai/", "/upload/v1beta/"].into_iter().find(|root| path.starts_with(root));
            let first = root.and_then(|root| path.strip_prefix(root)?.split('/').next());
            let ours =
                root == Some("/v1/") && first.is_some_and(|first| slow_decoded(first).as_deref() == Some(b"key"));
            let origin_form = uri.scheme().is_none() && uri.authority().is_none();
            let expected = origin_form && text.len() < TARGET_MAX && slow_is_plain(path) && first.is_some() && !ours;
            assert_eq!(checked.is_ok(), expected, "{text:?}: {checked:?}");
            if let Ok(target) = checked {
                assert_eq!((target.path(), target.query()), (path, uri.query()), "unchanged");
                assert!(text.starts_with(target.path()), "raw");
            }
        }
    });
}

/// The decoder and the slow one agree on any text.
#[test]
fn any_text_is_decoded_as_by_a_slow_reader() {
    bolero::check!(name = "percent").with_max_len(80).for_each(|bytes| {
        let text = String::from_utf8_lossy(&spell(bytes, WORDS)).into_owned();
        assert_eq!(
            domain::path::percent_decode(&text).map(std::borrow::Cow::into_owned),
            slow_decoded(&text),
            "{text:?}"
        );
    });
}
