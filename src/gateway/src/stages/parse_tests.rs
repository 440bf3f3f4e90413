//! Parse stage tests: which requests are read, and what their bodies cost.

use http::HeaderValue;

use super::*;

fn found(method: &Method, path: &str, kind: Option<&'static str>, body: &'static str, restricted: bool) -> Mode {
    let mut headers = HeaderMap::new();
    if let Some(kind) = kind {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    let operation = providers::of(Dialect::Openai).classify(method.as_str(), path);
    mode(operation, method, &headers, &Body::from(body), restricted, false)
}

#[test]
fn what_is_read_depends_on_the_operation_and_then_on_the_content_type() {
    const FORM: Option<&str> = Some("multipart/form-data; boundary=x");
    let (post, chat, other) = (Method::POST, "/v1/chat/completions", "/v1/something/new");
    for (method, path, kind, body, expected) in [
        (&post, chat, Some("application/json"), "{}", Mode::Json),
        // F08: a JSON operation reads JSON whatever it is called.
        (&post, chat, FORM, "{}", Mode::Json),
        (&post, chat, None, "{}", Mode::Json),
        (&Method::PATCH, other, Some("Application/JSON; charset=utf-8"), "{}", Mode::Json),
        (&post, other, Some("application/merge-patch+json"), "{}", Mode::Json),
        // DELETE, cancel and archive calls: a JSON content type, and no body.
        (&Method::DELETE, other, Some("application/json"), "", Mode::Nothing),
        (&post, other, Some("application/json"), "", Mode::Nothing),
        (&Method::GET, other, Some("application/json"), "{}", Mode::Stream),
        (&post, other, FORM, "--x", Mode::Stream),
        (&post, "/v1/audio/transcriptions", FORM, "--x", Mode::Stream),
        (&post, other, Some("audio/wav"), "RIFF", Mode::Stream),
        (&post, other, None, "{}", Mode::Stream),
    ] {
        assert_eq!(found(method, path, kind, body, false), expected, "{method} {path} {kind:?}");
    }
}

#[test]
fn a_body_of_any_other_type_is_read_where_models_are_restricted() {
    for kind in [Some("text/plain"), Some("application/octet-stream"), None] {
        assert_eq!(found(&Method::POST, "/v1/something/new", kind, "{}", true), Mode::Suspect, "{kind:?}");
    }
    assert_eq!(found(&Method::GET, "/v1/files", None, "{}", true), Mode::Suspect);
    for path in ["/v1/audio/transcriptions", "/v1/images/edits", "/v1/files"] {
        assert_eq!(found(&Method::POST, path, Some("multipart/form-data; boundary=x"), "--x", true), Mode::Form);
    }
}

#[test]
fn the_lines_of_a_batch_name_their_models() {
    let line = |model: &str| format!(r#"{{"custom_id":"1","method":"POST","url":"/v1/x","body":{{"model":{model}}}}}"#);
    let read = |purpose: &str, lines: &str| {
        let part = |name: &str, value: &str| {
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let body = Bytes::from(format!("{}{}--x--", part("purpose", purpose), part("file", lines)));
        let form = Form::read("multipart/form-data; boundary=x", &body).unwrap();
        batch_models(&form, &body).map(|facts| (facts.peek.other_models, facts.peek.odd_model))
    };
    let lines = format!("{}\n{}\n\n", line("\"a\""), line("\"b\""));
    assert_eq!(read("batch", &lines), Ok((vec!["a".to_owned(), "b".to_owned()], false)));
    assert_eq!(read("batch", &line("7")), Ok((vec![], true)));
    assert_eq!(read("batch", "{}"), Ok((vec![], true)));
    assert_eq!(read("batch", "not json"), Err(Refusal::InvalidJson));
    assert_eq!(read("assistants", "not json"), Ok((vec![], false)));
}
