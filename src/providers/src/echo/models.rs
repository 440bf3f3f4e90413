//! Echo endpoints for the list of models and for one of them, in each dialect.

use bytes::Bytes;
use domain::{Dialect, Timestamp};

use super::{Answer, MODEL, error_in};
use crate::{ListedModel, model_list, openai::error::error_value};

/// When the model was made, as its entry says (2026-01-01).
const CREATED: Timestamp = Timestamp(1_767_225_600_000);

pub(super) fn answer(dialect: Dialect, named: Option<&str>) -> Result<Answer, Answer> {
    let ours = [ListedModel { name: MODEL.to_owned(), created_at: CREATED }];
    match named {
        None | Some(MODEL) => {
            let body = model_list(dialect, &ours, named.is_some());
            Ok(Answer { status: 200, content_type: "application/json", frames: vec![Bytes::from(body)] })
        }
        Some(other) => Err(not_found(dialect, other)),
    }
}

/// There is one model.
pub(super) fn not_found(dialect: Dialect, model: &str) -> Answer {
    let name: String = model.chars().take(256).collect();
    match dialect {
        Dialect::Openai | Dialect::Azure => {
            let message = format!("The model '{name}' does not exist");
            let error = error_value(404, Some("model_not_found"), &message, Some("model"));
            Answer { status: 404, ..Answer::json(&error) }
        }
        Dialect::Anthropic => error_in(dialect, 404, "not_found", &format!("model: {name}")),
        Dialect::Gemini => error_in(dialect, 404, "not_found", &format!("models/{name} is not found")),
    }
}
