//! HTTP request of an operation's call, as a request and as a curl line.

use serde_json::Value;

use super::{API_ROOT, InputKind, Method, Operation, PathIds, path};

/// What is sent to call an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct CallRequest {
    /// How.
    pub method: Method,
    /// Where: path and query, from the root of the admin listener.
    pub target: String,
    /// The JSON body, if there is one.
    pub body: Option<Value>,
}

/// Why an input cannot be written down. Shapes of ours can.
#[derive(Debug, thiserror::Error)]
#[error("the input cannot be written down: {0}")]
pub struct Unwritable(String);

impl CallRequest {
    /// The request that calls `O`.
    pub fn of<O: Operation>(path: &O::Path, input: &O::Input) -> Result<Self, Unwritable> {
        let spec = O::SPEC;
        let mut target = format!("{API_ROOT}{}", path::filled(spec.path, &path.texts()));
        let mut body = None;
        match spec.input {
            InputKind::Nothing => {}
            InputKind::Query => {
                let query = serde_html_form::to_string(input).map_err(|error| Unwritable(error.to_string()))?;
                if !query.is_empty() {
                    target = format!("{target}?{query}");
                }
            }
            InputKind::Body | InputKind::OptionalBody => {
                body = Some(serde_json::to_value(input).map_err(|error| Unwritable(error.to_string()))?);
            }
        }
        Ok(Self { method: spec.method, target, body })
    }
}

/// The curl line that calls `O` on the admin listener at `base` (no slash at the end). The token comes from the
/// environment; fields with secrets are replaced by their names, and what is `null` is left out.
pub fn curl<O: Operation>(base: &str, path: &O::Path, input: &O::Input) -> Result<String, Unwritable> {
    let request = CallRequest::of::<O>(path, input)?;
    let mut line = "curl".to_owned();
    if request.method != Method::Get {
        line = format!("{line} -X {}", request.method.as_str());
    }
    line = format!(
        "{line} {} -H \"Authorization: Bearer $KEYWRIGHT_TOKEN\"",
        quoted(&format!("{base}{}", request.target))
    );
    if let Some(mut body) = request.body {
        if let Value::Object(fields) = &mut body {
            fields.retain(|_, value| !value.is_null());
            for name in O::SPEC.secrets {
                if let Some(value) = fields.get_mut(*name) {
                    *value = Value::String(name.to_uppercase());
                }
            }
        }
        line = format!("{line} -H 'Content-Type: application/json' -d {}", quoted(&body.to_string()));
    }
    Ok(line)
}

/// Text as a POSIX shell takes it literally.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use domain::{KeyId, Timestamp, UpstreamId};

    use super::*;
    use crate::{
        Nothing,
        keys::{CreateKey, KeyQuery, KeysCreate, KeysDisable, KeysList},
        upstreams::{SetSecret, UpstreamsSetSecret},
    };

    const BASE: &str = "https://admin.example";

    #[test]
    fn a_body_is_quoted_for_the_shell() {
        let input = CreateKey { name: "Ada's $HOME".to_owned(), ..CreateKey::default() };
        let line = curl::<KeysCreate>(BASE, &(), &input).unwrap();
        assert!(line.starts_with(
            r#"curl -X POST 'https://admin.example/api/v1/keys' -H "Authorization: Bearer $KEYWRIGHT_TOKEN" -H 'Content-Type: application/json' -d '{"#
        ), "{line}");
        assert!(line.contains(r#""name":"Ada'\''s $HOME""#), "{line}");
        assert!(!line.contains("null"), "{line}");
    }

    #[test]
    fn a_secret_is_never_printed() {
        let id = UpstreamId::new(Timestamp(1), [1; 10]);
        let line = curl::<UpstreamsSetSecret>(BASE, &id, &SetSecret { api_key: "sk-canary".to_owned() }).unwrap();
        assert!(line.ends_with(r#"-d '{"api_key":"API_KEY"}'"#), "{line}");
    }

    #[test]
    fn ids_and_parameters_stand_in_the_target() {
        let id = KeyId::new(Timestamp(1), [1; 10]);
        let request = CallRequest::of::<KeysDisable>(&id, &Nothing {}).unwrap();
        assert_eq!(
            (request.method, request.target.as_str(), &request.body),
            (Method::Post, format!("/api/v1/keys/{id}/disable").as_str(), &None)
        );
        let query = KeyQuery { search: Some("a b&c=ü".to_owned()), page: Some(2), ..KeyQuery::default() };
        let request = CallRequest::of::<KeysList>(&(), &query).unwrap();
        assert_eq!(request.target, "/api/v1/keys?page=2&search=a+b%26c%3D%C3%BC");
        assert_eq!(CallRequest::of::<KeysList>(&(), &KeyQuery::default()).unwrap().target, "/api/v1/keys");
    }
}
