//! Request id header: our name for a request, on every answer of both planes.

use domain::{REQUEST_ID_HEADER, RequestId};
use http::{HeaderMap, HeaderName, HeaderValue};

/// The field.
pub const REQUEST_ID: HeaderName = HeaderName::from_static(REQUEST_ID_HEADER);

/// Puts the id of a request onto its answer, in place of whatever stands there.
pub fn insert_request_id(headers: &mut HeaderMap, id: &RequestId) {
    // An id is ASCII, so this cannot fail.
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        headers.insert(REQUEST_ID, value);
    }
}
