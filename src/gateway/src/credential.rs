//! Credential extraction: which key a request presents, in which header field.

use domain::path::percent_decode;
use http::{HeaderMap, header};
use keyring::KeyFormat;
use secrecy::SecretString;

use crate::target::Target;

/// Longest key that is looked at; keys of other systems may be imported some day.
const KEY_MAX: usize = 512;
/// Query parameters in which clients put keys, lower case.
const QUERY_NAMES: [&str; 5] = ["key", "api_key", "api-key", "apikey", "access_token"];
/// Fields that carry a key without a scheme: the SDKs of Anthropic, Gemini and Azure.
const PLAIN_FIELDS: [&str; 3] = ["x-api-key", "x-goog-api-key", "api-key"];

/// Why there is no key to look up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadCredential {
    /// None at all.
    Missing,
    /// One that cannot be a key of ours.
    Malformed,
    /// Two that differ, or two `Authorization` fields.
    Ambiguous,
    /// One in the address, where proxies and browsers write it down.
    InUrl,
}

/// The key that a request shows. `query_key`: the one that stood in the query, where that is switched on. It has the shape of a key; whether it is one, the directory knows.
pub(crate) fn presented(
    headers: &HeaderMap,
    target: &Target,
    query_key: Option<&str>,
    format: &KeyFormat,
) -> Result<SecretString, BadCredential> {
    if in_query(target.query(), format) || has_key(target.path(), format) {
        return Err(BadCredential::InUrl);
    }
    if headers.get_all(header::AUTHORIZATION).iter().count() > 1 {
        return Err(BadCredential::Ambiguous);
    }
    let bearer = headers.get(header::AUTHORIZATION).map(|value| bearer(value.as_bytes()));
    let plain =
        PLAIN_FIELDS.iter().flat_map(|name| headers.get_all(*name)).map(|value| Some(value.as_bytes().trim_ascii()));
    let queried = query_key.map(|key| Some(key.as_bytes()));
    let mut found = bearer.into_iter().chain(plain).chain(queried);
    let Some(first) = found.next() else { return Err(BadCredential::Missing) };
    if found.any(|other| other != first) {
        return Err(BadCredential::Ambiguous);
    }
    let text = first.and_then(|bytes| std::str::from_utf8(bytes).ok()).ok_or(BadCredential::Malformed)?;
    match text {
        "" => Err(BadCredential::Missing),
        text if text.len() <= KEY_MAX && format.fits(text) => Ok(SecretString::from(text)),
        _ => Err(BadCredential::Malformed),
    }
}

/// The token of `Bearer <token>`; `None` for any other scheme.
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let value = value.trim_ascii();
    let (scheme, token) = value.split_at_checked(6)?;
    if !scheme.eq_ignore_ascii_case(b"bearer") {
        return None;
    }
    match token.first() {
        None | Some(b' ') => Some(token.trim_ascii()),
        Some(_) => None,
    }
}

fn in_query(query: Option<&str>, format: &KeyFormat) -> bool {
    let Some(query) = query else { return false };
    let named = query.split(['&', ';']).any(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        let name = percent_decode(name).map_or_else(|| name.as_bytes().to_vec(), |name| name.to_vec());
        QUERY_NAMES.iter().any(|known| name.trim_ascii().eq_ignore_ascii_case(known.as_bytes()))
    });
    named || has_key(query, format)
}

/// Whether a key of ours stands anywhere in percent-encoded text.
fn has_key(raw: &str, format: &KeyFormat) -> bool {
    let holds = |text: &[u8]| {
        text.split(|b| !(b.is_ascii_alphanumeric() || *b == b'-' || *b == b'_'))
            .any(|word| std::str::from_utf8(word).is_ok_and(|word| format.fits(word)))
    };
    // Where a percent sign is out of place, the text as it stands is all there is to see.
    holds(raw.as_bytes()) || raw.contains('%') && percent_decode(raw).is_some_and(|text| holds(&text))
}

#[cfg(test)]
mod tests {
    use domain::{KeyEnv, Random};
    use http::{HeaderName, Method};
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::target;

    struct Zeros(u8);
    impl Random for Zeros {
        fn fill(&self, out: &mut [u8]) {
            out.fill(self.0);
        }
    }

    fn key(n: u8) -> String {
        KeyFormat::default().issue(KeyEnv::Live, &Zeros(n)).secret.expose_secret().to_owned()
    }

    fn shown(path: &str, fields: &[(&str, &str)]) -> Result<String, BadCredential> {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        let target = target::check(&Method::GET, &path.parse().unwrap(), domain::Dialect::Openai).unwrap();
        presented(&headers, &target, None, &KeyFormat::default()).map(|key| key.expose_secret().to_owned())
    }

    #[test]
    fn one_key_in_any_of_its_places() {
        let key = key(1);
        for fields in [
            vec![("authorization", format!("Bearer {key}"))],
            vec![("authorization", format!("bearer   {key} "))],
            vec![("x-api-key", key.clone())],
            vec![("x-goog-api-key", key.clone())],
            vec![("api-key", key.clone())],
            vec![("authorization", format!("Bearer {key}")), ("x-api-key", key.clone())],
        ] {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert_eq!(shown("/v1/models", &fields).as_ref(), Ok(&key));
        }
    }

    #[test]
    fn the_edge_table() {
        use BadCredential::{Ambiguous, Malformed, Missing};
        let (one, two) = (key(1), key(2));
        let (bearer, other) = (format!("Bearer {one}"), format!("Bearer {two}"));
        let mut typo = one.clone();
        typo.replace_range(20..21, "z");
        let typo = format!("Bearer {typo}");
        for (fields, why) in [
            (&[][..], Missing),
            (&[("authorization", "Bearer ")], Missing),
            (&[("authorization", "Bearer")], Missing),
            (&[("x-api-key", "")], Missing),
            (&[("authorization", "Basic dTpw")], Malformed),
            (&[("authorization", "Bearer sk-proj-abc")], Malformed),
            (&[("authorization", &typo)], Malformed),
            (&[("authorization", &format!("Bearer{one}"))], Malformed),
            (&[("authorization", &format!("Bearer {}", "a".repeat(5000)))], Malformed),
            (&[("authorization", &bearer), ("authorization", &other)], Ambiguous),
            (&[("authorization", &bearer), ("authorization", &bearer)], Ambiguous),
            (&[("authorization", &bearer), ("x-api-key", &two)], Ambiguous),
            (&[("authorization", "Basic dTpw"), ("x-api-key", &one)], Ambiguous),
            (&[("x-api-key", &one), ("x-api-key", &two)], Ambiguous),
        ] {
            assert_eq!(shown("/v1/models", fields), Err(why), "{fields:?}");
        }
    }

    #[test]
    fn a_key_in_the_address_is_refused_even_beside_a_good_one() {
        let key = key(1);
        let bearer = format!("Bearer {key}");
        let dots = key.replace('-', "%2D");
        for path in [
            "/v1/models?key=x".to_owned(),
            "/v1/models?a=1&API_KEY=".to_owned(),
            "/v1/models?api-key=x".to_owned(),
            "/v1/models?%61pikey=x".to_owned(),
            "/v1/models?access_token".to_owned(),
            format!("/v1/models?cursor={key}"),
            format!("/v1/models?cursor={dots}"),
            format!("/v1/models?a=Bearer+{key}"),
            format!("/v1/models?{key}"),
            format!("/v1/models?%zz={key}"),
            format!("/v1/models/{key}"),
            format!("/v1/models/{dots}"),
        ] {
            assert_eq!(shown(&path, &[("authorization", &bearer)]), Err(BadCredential::InUrl), "{path}");
        }
        assert!(shown("/v1/models?monkey=1&keys=2", &[("authorization", &bearer)]).is_ok());
    }
}
