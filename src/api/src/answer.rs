//! Response middleware: headers of every REST answer (`no-store`), and problems written out.

use axum::{
    extract::Request,
    http::{HeaderValue, header::CACHE_CONTROL},
    middleware::Next,
    response::Response,
};
use domain::REQUEST_ID_HEADER;

use crate::Problem;

/// Writes out a problem under the id of its request, and keeps answers out of every cache.
pub(crate) async fn finish(request: Request, next: Next) -> Response {
    // The listener hands the id in under this name; what a client sends there never comes so far.
    let id = request.headers().get(REQUEST_ID_HEADER).and_then(|id| id.to_str().ok()).map(str::to_owned);
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        problem.log(id.as_deref());
        problem.write(&mut response, id.as_deref());
    }
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
