//! Static assets of the web app, embedded: versioned paths, so that browsers may keep them for ever.

use std::sync::LazyLock;

use axum::body::Body;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest as _, Sha256};

#[derive(RustEmbed)]
#[folder = "../../target/site"]
#[allow_missing = true]
struct Site;

/// Codings and the endings under which the compressed files lie beside the plain ones.
const COMPRESSED: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];
/// Where the built files lie in the site.
const PKG: &str = "pkg/";

/// `pkg/<hash>`: the path under which this build's files are served. The hash covers all of them.
pub fn pkg_dir() -> &'static str {
    static DIR: LazyLock<String> = LazyLock::new(|| {
        let mut names: Vec<_> = Site::iter().filter(|name| name.starts_with(PKG)).collect();
        names.sort();
        let mut all = Sha256::new();
        for name in names {
            if let Some(file) = Site::get(&name) {
                all.update(name.as_bytes());
                all.update(file.metadata.sha256_hash());
            }
        }
        let digest = all.finalize();
        let hash = digest.iter().take(8).fold(0_u64, |hash, byte| hash << 8 | u64::from(*byte));
        format!("{PKG}{hash:016x}")
    });
    &DIR
}

/// The file at `path`, compressed where the client takes it; `None` if there is none.
pub(super) fn answer(path: &str, headers: &HeaderMap) -> Option<Response<Body>> {
    let path = path.strip_prefix('/')?;
    let versioned = path.strip_prefix(pkg_dir()).and_then(|rest| rest.strip_prefix('/'));
    let name = match versioned {
        Some(file) => format!("{PKG}{file}"),
        // Unversioned names under pkg/ would be kept beyond their time.
        None if path.starts_with(PKG) => return None,
        None => path.to_owned(),
    };
    if name.is_empty() || COMPRESSED.iter().any(|(_, ending)| name.ends_with(ending)) || name.contains("..") {
        return None;
    }
    let plain = Site::get(&name)?;
    let (file, encoding) = encoded(&name, plain, headers);
    let mut answer = Response::new(Body::from(file.data));
    *answer.status_mut() = StatusCode::OK;
    let to = answer.headers_mut();
    let mime = mime_guess::from_path(&name).first_or_octet_stream();
    if let Ok(value) = HeaderValue::from_str(mime.as_ref()) {
        to.insert(header::CONTENT_TYPE, value);
    }
    if let Some(encoding) = encoding {
        to.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    to.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    let cache = if versioned.is_some() { "public, max-age=31536000, immutable" } else { "public, max-age=3600" };
    to.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    Some(answer)
}

fn encoded(name: &str, plain: EmbeddedFile, headers: &HeaderMap) -> (EmbeddedFile, Option<&'static str>) {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    for (coding, ending) in COMPRESSED {
        let takes = accepted.split(',').any(|part| {
            let mut parts = part.split(';').map(str::trim);
            parts.next() == Some(coding)
                && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        });
        if let (true, Some(file)) = (takes, Site::get(&format!("{name}{ending}"))) {
            return (file, Some(coding));
        }
    }
    (plain, None)
}
