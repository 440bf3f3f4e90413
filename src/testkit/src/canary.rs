//! Canary search: every spelling in which a secret could leak into a log, a database file or an answer.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use memchr::memmem;

/// Plain; hexadecimal in both cases; percent-encoded (RFC 3986, and as forms are) in both cases, with and without the
/// characters that need not be; base64 in both alphabets at all three alignments, without the characters that depend
/// on what stands before and behind.
pub fn spellings(text: &str) -> Vec<Vec<u8>> {
    let hex = text.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let mut found = vec![text.to_owned(), hex.to_uppercase(), hex];
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    for kept in [(|_| false) as fn(u8) -> bool, |byte| byte.is_ascii_alphanumeric(), unreserved] {
        found.push(percent(text, kept, str::to_uppercase));
        found.push(percent(text, kept, str::to_lowercase));
    }
    // As forms are: a blank is a plus sign.
    found.push(percent(text, unreserved, str::to_uppercase).replace("%20", "+"));
    for alphabet in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
        for before in 0..3 {
            let bytes = [&vec![0; before][..], text.as_bytes()].concat();
            // Six bits each: the first whole character of the text, and behind the last one.
            let (first, end) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
            found.push(alphabet.encode(&bytes)[first..end].to_owned());
        }
    }
    found.sort();
    found.dedup();
    found.into_iter().map(String::into_bytes).collect()
}

/// The first spelling of `text` that stands in `haystack`.
pub fn found_in(haystack: &[u8], text: &str) -> Option<String> {
    spellings(text)
        .into_iter()
        .find(|needle| memmem::find(haystack, needle).is_some())
        .map(|needle| String::from_utf8_lossy(&needle).into_owned())
}

fn percent(text: &str, kept: fn(u8) -> bool, case: fn(&str) -> String) -> String {
    text.bytes()
        .map(|byte| if kept(byte) { char::from(byte).to_string() } else { case(&format!("%{byte:02x}")) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "sk-canary_5ecret~with a blank+more";

    #[test]
    fn base64_is_found_whatever_stands_before_and_behind() {
        for before in 0..7 {
            for behind in 0..7 {
                for noise in [0_u8, 0x5a, 0xff] {
                    let text = [&vec![noise; before][..], SECRET.as_bytes(), &vec![noise; behind][..]].concat();
                    for alphabet in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
                        let encoded = alphabet.encode(&text);
                        assert!(found_in(encoded.as_bytes(), SECRET).is_some(), "{before} {behind} {encoded}");
                    }
                }
            }
        }
    }

    #[test]
    fn hexadecimal_and_percent_forms_are_found() {
        let hex = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        let all = SECRET.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
        let form = "sk-canary_5ecret~with+a+blank%2Bmore";
        let query = "sk-canary_5ecret~with%20a%20blank%2bmore";
        for spelling in [SECRET, &hex, &hex.to_uppercase(), &all, &all.to_lowercase(), form, query] {
            assert!(found_in(format!("before {spelling} behind").as_bytes(), SECRET).is_some(), "{spelling}");
        }
        let other = SECRET.replace('5', "6");
        assert_eq!(found_in(other.as_bytes(), SECRET), None);
        assert_eq!(found_in(STANDARD_NO_PAD.encode(other).as_bytes(), SECRET), None);
    }
}
