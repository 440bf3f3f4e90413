//! OpenAPI document of the REST API, as a snapshot.

use axum::http::{Method, StatusCode};

use crate::fixture::RestFixture;

/// A change of the interface shows up here, in review.
#[test]
fn the_document_is_as_agreed() {
    insta::assert_json_snapshot!(api::openapi(), { ".info.version" => "[version]" });
}

#[tokio::test]
async fn the_document_is_served_to_everyone() {
    let fixture = RestFixture::new().await;
    let answer = fixture.call(Method::GET, "/api/v1/openapi.json").send().await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.json(), serde_json::to_value(api::openapi()).unwrap());
    assert_eq!(answer.json()["openapi"], "3.1.0");
}

/// Programs generated from the document would clash otherwise.
#[test]
fn every_operation_has_a_name_of_its_own_and_a_summary() {
    let document = serde_json::to_value(api::openapi()).unwrap();
    let mut names = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            names.push(operation["operationId"].as_str().unwrap().to_owned());
            assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{method} {path}");
        }
    }
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all);
}
