//! Whether an answer says in one voice how long it is.
//!
//! hyper reads an answer with chunks and a length by its chunks, and leaves the length in its head for us to pass on:
//! our client would then take another part of it for the whole (RFC 9112, 6.3).

use http::{HeaderMap, header};

/// No length, one plain length, or chunks alone.
pub(crate) fn is_plain(headers: &HeaderMap) -> bool {
    let mut lengths = headers.get_all(header::CONTENT_LENGTH).iter();
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    match (lengths.next(), lengths.next(), codings.next(), codings.next()) {
        (None, _, None, _) => true,
        (Some(length), None, None, _) => length.as_bytes().iter().all(u8::is_ascii_digit),
        (None, _, Some(coding), None) => coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(fields: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, header::HeaderValue::from_static(value));
        }
        is_plain(&headers)
    }

    #[test]
    fn one_voice() {
        let (length, coding) = ("content-length", "transfer-encoding");
        for fields in [&[][..], &[(length, "5")], &[(coding, "chunked")], &[(coding, "Chunked")]] {
            assert!(plain(fields), "{fields:?}");
        }
        for fields in [
            &[(length, "5"), (length, "5")][..],
            &[(length, "5, 5")],
            &[(length, "5"), (coding, "chunked")],
            &[(coding, "gzip, chunked")],
            &[(coding, "gzip")],
            &[(coding, "chunked"), (coding, "chunked")],
        ] {
            assert!(!plain(fields), "{fields:?}");
        }
    }
}
