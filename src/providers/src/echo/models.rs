//! Echo endpoints `GET /v1/models` and `GET /v1/models/{model}`.

use serde_json::{Value, json};

use super::{Answer, MODEL};

/// When the model was made, as its entry says; seconds since the Unix epoch (2026-01-01).
const CREATED: i64 = 1_767_225_600;

pub(super) fn answer(path: &str) -> Result<Answer, Answer> {
    match path.strip_prefix("/v1/models/") {
        None => Ok(Answer::json(&json!({ "object": "list", "data": [entry()] }))),
        Some(MODEL) => Ok(Answer::json(&entry())),
        Some(other) => {
            let name: String = other.chars().take(256).collect();
            let message = format!("The model '{name}' does not exist");
            Err(Answer::error(404, Some("model_not_found"), &message, Some("model")))
        }
    }
}

fn entry() -> Value {
    json!({ "id": MODEL, "object": "model", "created": CREATED, "owned_by": "keywright" })
}
