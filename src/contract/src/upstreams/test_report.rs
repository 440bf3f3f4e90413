//! Test report DTOs: what a connection test found, step by step.

use super::{Deserialize, Serialize};

/// What Test found, step by step. Steps end at the first that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TestReport {
    /// Whether every step went well.
    pub ok: bool,
    /// All steps together, milliseconds.
    pub total_ms: i64,
    /// The steps, in order.
    pub steps: Vec<TestStep>,
}

/// What a step of a test looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum TestStepName {
    /// The name, looked up and judged.
    Address,
    /// The connection's encryption.
    Tls,
    /// Whether the provider takes the secret.
    Secret,
    /// The list of models.
    Models,
}

impl TestStepName {
    /// The text on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// One step of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TestStep {
    /// `address`, `tls`, `secret` or `models`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub step: TestStepName,
    /// Whether it went well.
    pub ok: bool,
    /// What was found, or what is wrong and how to mend it.
    pub detail: String,
    /// How long it took, milliseconds.
    pub ms: i64,
}
