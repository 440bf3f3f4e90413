//! Credential tests: none, unknown ones, two at once, or a key where proxies log it.

use super::case::{Case, On, case, json, line};

const THEME: &str = "Credentials";
const ADMIN: &str = "Credentials of the admin API";

pub fn cases() -> Vec<Case> {
    let mut all = keys();
    all.extend(urls());
    all.extend(tokens());
    all.extend(paths());
    all
}

fn asked(fields: &str) -> String {
    format!("GET <path> HTTP/1.1\r\nHost: <host>\r\n{fields}\r\n")
}

fn keys() -> Vec<Case> {
    let no = |sent: &str, fields: &str, status: u16, code: &'static str| {
        case(THEME, sent, On::Gateway, asked(fields), status, code).stays()
    };
    let missing = |sent: &str, fields: &str| no(sent, fields, 401, "missing_api_key");
    let wrong = |sent: &str, fields: &str| no(sent, fields, 401, "invalid_api_key");
    let two = |sent: &str, fields: &str| no(sent, fields, 400, "ambiguous_credentials");
    let goog = |sent: &str, fields: &str| {
        let bytes = format!("GET /v1/responses/r HTTP/1.1\r\nHost: <host>\r\n{fields}\r\n");
        case(THEME, sent, On::Gateway, bytes, 400, "ambiguous_credentials").stays()
    };
    vec![
        missing("no credential", ""),
        missing("`Bearer` and nothing behind it", "Authorization: Bearer\r\n"),
        missing("an empty x-api-key", "x-api-key:\r\n"),
        missing("a cookie alone", "Cookie: key=<key>\r\n"),
        missing("a key in a header that is not one of ours", "api_key: <key>\r\n"),
        wrong(
            "a key that is none of ours",
            "Authorization: Bearer sk-auto-live-000000000000000000000000000000000000000000000000\r\n",
        ),
        wrong("a key of another vendor", "Authorization: Bearer sk-proj-0123456789\r\n"),
        wrong("a key with a typing error", "Authorization: Bearer <key>x\r\n"),
        wrong("a key with a space in it", "Authorization: Bearer sk-auto-live- x\r\n"),
        wrong("a key of 5,000 characters", &format!("Authorization: Bearer {}\r\n", "k".repeat(5000))),
        wrong("a key beyond ASCII", "Authorization: Bearer sk-\u{e4}\r\n"),
        wrong("`Basic`", "Authorization: Basic dTpw\r\n"),
        wrong("no scheme", "Authorization: <key>\r\n"),
        wrong("`Bearer` and the key without a space", "Authorization: Bearer<key>\r\n"),
        wrong("a wrong x-api-key", "x-api-key: sk-ant-0123456789\r\n"),
        // On a path of OpenAI's alone: elsewhere this header says that the request is Gemini's.
        case(
            THEME,
            "a wrong x-goog-api-key",
            On::Gateway,
            "GET /v1/responses/r HTTP/1.1\r\nHost: <host>\r\nx-goog-api-key: AIza0123456789\r\n\r\n".to_owned(),
            401,
            "invalid_api_key",
        )
        .stays(),
        two("two Authorization that differ", "Authorization: Bearer <key>\r\nAuthorization: Bearer <other>\r\n"),
        two("two Authorization that are equal", "Authorization: Bearer <key>\r\nAuthorization: Bearer <key>\r\n"),
        two("two Authorization, one `Basic`", "Authorization: Basic dTpw\r\nAuthorization: Bearer <key>\r\n"),
        two("Authorization and another x-api-key", "Authorization: Bearer <key>\r\nx-api-key: <other>\r\n"),
        goog("Authorization and another x-goog-api-key", "Authorization: Bearer <key>\r\nx-goog-api-key: <other>\r\n"),
        goog("x-api-key and another x-goog-api-key", "x-api-key: <key>\r\nx-goog-api-key: <other>\r\n"),
        two("two x-api-key that differ", "x-api-key: <key>\r\nx-api-key: <other>\r\n"),
        two("`Basic` and a good x-api-key", "Authorization: Basic dTpw\r\nx-api-key: <key>\r\n"),
        case(THEME, "no credential, and a body", On::Gateway, no_auth(&json("{}")), 401, "missing_api_key"),
    ]
}

/// The same without `<auth>`.
fn no_auth(bytes: &[u8]) -> Vec<u8> {
    String::from_utf8(bytes.to_vec()).unwrap().replace("<auth>", "").into_bytes()
}

fn urls() -> Vec<Case> {
    let no = |sent: String, target: &str| {
        case(THEME, sent, On::Gateway, line(&format!("GET {target} HTTP/1.1")), 401, "key_in_url").stays()
    };
    let mut all = Vec::new();
    for name in ["key", "api_key", "api-key", "apikey", "access_token", "API_KEY", "%6bey"] {
        all.push(no(format!("a parameter `{name}`, whatever its value"), &format!("<path>?limit=1&{name}=x")));
    }
    all.extend([
        no("a parameter `key` without a value".to_owned(), "<path>?key"),
        no("a parameter `key` behind a semicolon".to_owned(), "<path>?a=b;key=x"),
        no("a key as the value of any parameter".to_owned(), "<path>?after=<key>"),
        no("a key as the name of a parameter".to_owned(), "<path>?<key>"),
        no("a key with `Bearer` before it in the query".to_owned(), "<path>?after=Bearer+<key>"),
        no("a key as a value, percent-encoded".to_owned(), "<path>?after=<packed>"),
        no("a key in the path".to_owned(), "<path>/<key>"),
        no("a key in the path, percent-encoded".to_owned(), "<path>/<packed>"),
    ]);
    all
}

fn tokens() -> Vec<Case> {
    let no = |sent: &str, fields: &str, status: u16, code: &'static str| {
        case(ADMIN, sent, On::Admin, asked(fields), status, code).stays()
    };
    vec![
        no("no credential", "", 401, "unauthenticated"),
        no("a wrong token", "Authorization: Bearer wrong\r\n", 401, "unauthenticated"),
        no("`Basic`", "Authorization: Basic dTpw\r\n", 401, "unauthenticated"),
        no("a session that there is not", "Cookie: keywright=AAAAAAAAAAAAAAAAAAAAAA\r\n", 401, "unauthenticated"),
        no("a virtual key", "Authorization: Bearer <key>\r\n", 403, "virtual_key_not_accepted"),
        no("two Authorization", "<auth><auth>", 400, "ambiguous_credentials"),
        case(
            ADMIN,
            "no credential, and a body that does not come",
            On::Admin,
            "POST /api/v1/keys HTTP/1.1\r\nHost: <host>\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 9\r\n\r\n",
            401,
            "unauthenticated",
        ),
        case(
            ADMIN,
            "a wrong token, and chunks that do not end",
            On::Admin,
            "POST /api/v1/keys HTTP/1.1\r\nHost: <host>\r\nAuthorization: Bearer wrong\r\n\
             Transfer-Encoding: chunked\r\n\r\n7fffffff\r\n{",
            401,
            "unauthenticated",
        ),
        case(
            ADMIN,
            "a change under a cookie, without Origin and Sec-Fetch-Site",
            On::Admin,
            "POST /keys/new HTTP/1.1\r\nHost: <host>\r\nCookie: keywright=x\r\nContent-Length: 0\r\n\r\n",
            403,
            "csrf_rejected",
        )
        .stays(),
        case(
            ADMIN,
            "a change from another site",
            On::Admin,
            "POST /login HTTP/1.1\r\nHost: <host>\r\nSec-Fetch-Site: cross-site\r\nContent-Length: 3\r\n\r\na=b",
            403,
            "csrf_rejected",
        ),
        case(
            ADMIN,
            "a change from a page of another origin",
            On::Admin,
            "POST /login HTTP/1.1\r\nHost: <host>\r\nOrigin: http://evil.example\r\nContent-Length: 3\r\n\r\na=b",
            403,
            "csrf_rejected",
        ),
    ]
}

fn paths() -> Vec<Case> {
    const THEME: &str = "Paths";
    let mut all = Vec::new();
    for path in [
        "/",
        "/v1",
        "/v2/models",
        "/V1/models",
        "/%76%31/models",
        "/admin",
        "/api/v1/keys",
        "/v1/key/self",
        "/v1/k%65y/self",
    ] {
        let bytes = line(&format!("GET {path} HTTP/1.1"));
        all.push(case(THEME, format!("`{path}`"), On::Gateway, bytes, 404, "not_found").stays());
    }
    for path in ["/api", "/api/v1/nothing", "/api/v1/keys/", "/api/v1/keys/%2e%20/x", "/api/v1/keys/x%2Fy"] {
        let bytes = line(&format!("GET {path} HTTP/1.1"));
        all.push(case(THEME, format!("`{path}`"), On::Admin, bytes, 404, "not_found").stays());
    }
    let bytes = line("PUT /api/v1/keys HTTP/1.1");
    all.push(case(THEME, "a method that the path does not have", On::Admin, bytes, 405, "method_not_allowed").stays());
    all
}
