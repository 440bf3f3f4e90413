//! URL path segments (RFC 3986, 3.3) and percent-encoding (2.1): whether every reader sees the same path.
//!
//! Paths from outside are never joined, resolved or rewritten: a path that some reader may take for another one is
//! refused.

use std::borrow::Cow;

/// Whether a segment is one in every reader's eyes: RFC 3986 pchar, not empty, and nothing that steps out, divides or
/// controls once it is decoded.
pub fn segment_is_plain(segment: &str) -> bool {
    if segment.is_empty() || !segment.bytes().all(is_pchar) {
        return false;
    }
    let Some(decoded) = percent_decode(segment) else { return false };
    let control = match std::str::from_utf8(&decoded) {
        Ok(text) => text.chars().any(char::is_control),
        Err(_) => decoded.iter().any(u8::is_ascii_control),
    };
    if control || decoded.contains(&b'\\') || steps_out(&decoded) {
        return false;
    }
    // Some readers decode twice.
    let twice = decoded.contains(&b'%').then(|| std::str::from_utf8(&decoded).ok().and_then(percent_decode)).flatten();
    twice.is_none_or(|twice| !steps_out(&twice) && !twice.contains(&b'\\'))
}

/// Whether some part of it, up to its parameters, is a dot segment: servers exist that strip what stands behind a
/// semicolon, and see `..` in `..;x` (F16).
fn steps_out(text: &[u8]) -> bool {
    text.split(|b| *b == b'/').any(|part| {
        let part = part.split(|b| *b == b';').next().unwrap_or_default();
        part == b"." || part == b".."
    })
}

const fn is_pchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',')
        || matches!(byte, b';' | b'=' | b':' | b'@' | b'%')
}

/// Percent-decoded bytes; `None` where a percent sign is not followed by two hexadecimal digits.
pub fn percent_decode(raw: &str) -> Option<Cow<'_, [u8]>> {
    let raw = raw.as_bytes();
    if !raw.contains(&b'%') {
        return Some(Cow::Borrowed(raw));
    }
    let digit = |b: &u8| char::from(*b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let [high, low, after @ ..] = after else { return None };
            out.push(digit(high)? << 4 | digit(low)?);
            rest = after;
        } else {
            out.push(*first);
            rest = after;
        }
    }
    Some(Cow::Owned(out))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_segments_are_distinguished_from_those_that_step_out() {
        for plain in ["a", "a.b", "...", "ft:gpt-4o:acme::9", "a%2Fb", "%25%32%65%2e%25", "%C3%A9;a=1,2"] {
            assert!(segment_is_plain(plain), "{plain}");
        }
        for odd in
            ["", ".", "..", "%", "%2", "%zz", "%2e%2E", "a%2f..%2fb", "%5c", "a%00", "a%7f", "a%C2%85", "a|b", "ä"]
        {
            assert!(!segment_is_plain(odd), "{odd}");
        }
    }

    proptest! {
        #[test]
        fn decoding_undoes_encoding(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            use std::fmt::Write as _;
            let mut encoded = String::new();
            for byte in &bytes {
                write!(encoded, "%{byte:02X}").unwrap();
            }
            let decoded = percent_decode(&encoded);
            prop_assert_eq!(decoded.as_deref(), Some(bytes.as_slice()));
        }
    }
}
