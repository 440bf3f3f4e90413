//! Content type and content coding (RFC 9110, 8.3 and 8.4) of a request or an answer.

use std::borrow::Cow;

use domain::media_type::{self, lower_case};
use http::{HeaderMap, header};

/// The media type without its parameters, lower case.
pub(crate) fn essence(headers: &HeaderMap) -> Option<Cow<'_, str>> {
    headers.get(header::CONTENT_TYPE)?.to_str().ok().map(media_type::essence)
}

/// The content coding, lower case; several at once read as an unknown one.
pub(crate) fn coding(headers: &HeaderMap) -> Option<Cow<'_, str>> {
    let mut codings = headers.get_all(header::CONTENT_ENCODING).iter();
    let first = codings.next()?.to_str().unwrap_or("…").trim();
    Some(if codings.next().is_some() { Cow::Owned(format!("{first}, …")) } else { lower_case(first) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_codings_are_none_that_is_known() {
        let mut headers = HeaderMap::new();
        assert_eq!((essence(&headers), coding(&headers)), (None, None));
        headers.append(header::CONTENT_ENCODING, "GZIP".parse().unwrap());
        headers.append(header::CONTENT_TYPE, "Application/JSON;charset=utf-8".parse().unwrap());
        assert_eq!(
            (essence(&headers).as_deref(), coding(&headers).as_deref()),
            (Some("application/json"), Some("gzip"))
        );
        headers.append(header::CONTENT_ENCODING, "br".parse().unwrap());
        assert_eq!(coding(&headers).as_deref(), Some("GZIP, …"));
    }
}
