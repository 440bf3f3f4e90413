//! Message framing (RFC 9112, 6): whether every HTTP reader on the way sees the same end of a message (request
//! smuggling).

use http::{HeaderMap, Version, header};

/// No transfer coding, or exactly `chunked`; anything else may be read as another length elsewhere.
pub fn framing_is_plain(headers: &HeaderMap, version: Version) -> bool {
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => true,
        (Some(coding), None) => {
            version >= Version::HTTP_11 && coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked")
        }
        _ => false,
    }
}
