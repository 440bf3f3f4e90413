//! Model route DTO tests: what is read, and what is refused.

use super::*;

fn read(text: &str) -> Result<ModelPatch, FieldErrors> {
    serde_json::from_str::<CreateModel>(text).unwrap().try_into()
}

#[test]
fn a_route_is_read_with_what_is_usual() {
    let patch = read(r#"{"name":" our model/1 ","deployments":[{"upstream":"openai","model":"gpt-5"}]}"#).unwrap();
    assert_eq!((patch.name.as_deref(), patch.strategy, patch.retries), (Some("our model/1"), None, None));
    let expected = NewDeployment { upstream: "openai".into(), model: "gpt-5".into(), weight: 1, priority: 0 };
    assert_eq!(patch.deployments, Some(vec![expected]));
}

#[test]
fn what_is_wrong_is_named_field_by_field() {
    for (text, field) in [
        (r#"{"name":"","deployments":[{"upstream":"a","model":"m"}]}"#, "name"),
        (r#"{"name":"x"}"#, "deployments"),
        (r#"{"name":"x","deployments":[{"upstream":"a","model":""}]}"#, "deployments[0].model"),
        (r#"{"name":"x","deployments":[{"upstream":"a","model":"m","weight":1001}]}"#, "deployments[0].weight"),
        (r#"{"name":"x","strategy":"best","deployments":[{"upstream":"a","model":"m"}]}"#, "strategy"),
        (r#"{"name":"x","retries":11,"deployments":[{"upstream":"a","model":"m"}]}"#, "retries"),
        (r#"{"name":"x","rest_seconds":0,"deployments":[{"upstream":"a","model":"m"}]}"#, "rest_seconds"),
    ] {
        assert!(read(text).unwrap_err().get(field).is_some(), "{text}");
    }
    let cost = read(r#"{"name":"x","strategy":"lowest_cost","deployments":[{"upstream":"a","model":"m"}]}"#);
    assert_eq!(cost.unwrap_err().0[0].code, "not_available");
}
