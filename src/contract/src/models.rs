//! Model route DTOs: names that clients ask for, and the deployments that may answer.

pub mod operations;

use domain::{DamagedRow, Deployment, ModelId, ModelRoute, OpenEnum, Strategy, Timestamp, UpstreamId, Verified};
use serde::{Deserialize, Serialize};

use crate::{FieldErrors, Violation, patch, read, wire};

pub use operations::{ModelsCreate, ModelsDelete, ModelsList, ModelsShow, ModelsTest, ModelsUpdate};

/// Asks for a route.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateModel {
    /// The name that clients ask for, 1–256 characters, unique.
    pub name: String,
    /// Free text, up to 1,000 characters.
    #[serde(default)]
    pub description: String,
    /// `ordered` (default), `weighted` or `least_latency`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = "ordered"))]
    pub strategy: Option<String>,
    /// Where it may go, 1 to 32.
    #[serde(default)]
    pub deployments: Vec<DeploymentInput>,
    /// Tries after the first one, 0 to 10; left out: 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retries: Option<u32>,
    /// Whether what may have been processed may be sent to another deployment; left out: no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_sent: Option<bool>,
    /// How long a deployment rests after it failed, seconds, 1 to 3,600; left out: 30.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest_seconds: Option<u32>,
    /// To the first byte of an answer, seconds; left out or `null`: as the upstream has it.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
    pub timeout: Option<Option<u32>>,
}

/// Changes a route. What is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateModel {
    /// The name that clients ask for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `ordered`, `weighted` or `least_latency`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
    /// Where it may go; replaces the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployments: Option<Vec<DeploymentInput>>,
    /// Tries after the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retries: Option<u32>,
    /// Whether what may have been processed may be sent to another deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_sent: Option<bool>,
    /// How long a deployment rests after it failed, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest_seconds: Option<u32>,
    /// To the first byte of an answer, seconds; `null`: as the upstream has it.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
    pub timeout: Option<Option<u32>>,
}

/// One place that may answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeploymentInput {
    /// The upstream's id or name.
    pub upstream: String,
    /// What it calls the model.
    pub model: String,
    /// Its share, 0 to 1,000; left out: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
    /// Lower ones come first; left out: 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<u32>,
}

/// A deployment that has been read: its upstream is still to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDeployment {
    /// The upstream's id or name.
    pub upstream: String,
    /// What it calls the model.
    pub model: String,
    /// Its share.
    pub weight: u32,
    /// Lower ones come first.
    pub priority: u32,
}

/// A change of a route that has been read and found good; `None`: as it was, or as it is usual.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelPatch {
    /// The name.
    pub name: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// How deployments are ordered.
    pub strategy: Option<Strategy>,
    /// Where it may go.
    pub deployments: Option<Vec<NewDeployment>>,
    /// Tries after the first one.
    pub retries: Option<u32>,
    /// Whether what may have been processed is sent again.
    pub retry_sent: Option<bool>,
    /// Rest, seconds.
    pub rest_seconds: Option<u32>,
    /// To the first byte, seconds.
    pub timeout: Option<Option<u32>>,
}

impl TryFrom<CreateModel> for ModelPatch {
    type Error = FieldErrors;

    fn try_from(shape: CreateModel) -> Result<Self, FieldErrors> {
        let CreateModel { name, description, strategy, deployments, retries, retry_sent, rest_seconds, timeout } =
            shape;
        Self::try_from(UpdateModel {
            name: Some(name),
            description: Some(description),
            strategy,
            deployments: Some(deployments),
            retries,
            retry_sent,
            rest_seconds,
            timeout,
        })
    }
}

impl TryFrom<UpdateModel> for ModelPatch {
    type Error = FieldErrors;

    fn try_from(shape: UpdateModel) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = shape.name.map(|name| read::text(&mut errors, "name", &name, 1, ModelRoute::NAME_MAX));
        let description = shape.description.map(|text| read::text(&mut errors, "description", &text, 0, 1000));
        let strategy = shape.strategy.filter(|text| !text.trim().is_empty()).and_then(|text| {
            errors.take(
                "strategy",
                match text.trim() {
                    // Prices are not known yet.
                    "lowest_cost" => Err(Violation::NotAvailable),
                    text => text.parse().map_err(|_| {
                        Violation::one_of(&Strategy::ALL.iter().map(|strategy| strategy.as_str()).collect::<Vec<_>>())
                    }),
                },
            )
        });
        let deployments = shape.deployments.map(|list| deployments(&mut errors, list));
        for (field, value, max) in [
            ("retries", shape.retries, ModelRoute::RETRIES_MAX),
            ("rest_seconds", shape.rest_seconds, 3600),
            ("timeout", shape.timeout.flatten(), 86_400),
        ] {
            let min = u32::from(field != "retries");
            if value.is_some_and(|value| !(min..=max).contains(&value)) {
                errors.push(field, Violation::Range { min: i64::from(min), max: i64::from(max) });
            }
        }
        if errors.is_empty() {
            Ok(Self {
                name,
                description,
                strategy,
                deployments,
                retries: shape.retries,
                retry_sent: shape.retry_sent,
                rest_seconds: shape.rest_seconds,
                timeout: shape.timeout,
            })
        } else {
            Err(errors)
        }
    }
}

fn deployments(errors: &mut FieldErrors, list: Vec<DeploymentInput>) -> Vec<NewDeployment> {
    if list.is_empty() {
        errors.push("deployments", Violation::AtLeastOne);
    }
    if list.len() > ModelRoute::DEPLOYMENTS_MAX {
        errors.push("deployments", Violation::TooMany { max: ModelRoute::DEPLOYMENTS_MAX });
    }
    let mut out = Vec::with_capacity(list.len());
    for (at, deployment) in list.into_iter().enumerate() {
        let field = |name: &str| format!("deployments[{at}].{name}");
        let upstream = read::text(errors, &field("upstream"), &deployment.upstream, 1, 100);
        let model = read::text(errors, &field("model"), &deployment.model, 1, ModelRoute::NAME_MAX);
        let (weight, priority) = (deployment.weight.unwrap_or(1), deployment.priority.unwrap_or(0));
        if weight > ModelRoute::WEIGHT_MAX {
            errors.push(&field("weight"), Violation::Range { min: 0, max: i64::from(ModelRoute::WEIGHT_MAX) });
        }
        if priority > 1000 {
            errors.push(&field("priority"), Violation::Range { min: 0, max: 1000 });
        }
        out.push(NewDeployment { upstream, model, weight, priority });
    }
    out
}

/// Whether a route may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ModelState {
    /// It may.
    Active,
    /// Its row does not verify: it is not used.
    Damaged,
}

impl ModelState {
    /// The text on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A route as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModelView {
    /// `mdl_…`
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: OpenEnum<ModelId>,
    /// The name that clients ask for.
    pub name: String,
    /// Free text.
    pub description: String,
    /// `ordered`, `weighted` or `least_latency`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub strategy: Strategy,
    /// Where it may go.
    pub deployments: Vec<DeploymentView>,
    /// Tries after the first one.
    pub retries: u32,
    /// Whether what may have been processed may be sent to another deployment.
    pub retry_sent: bool,
    /// How long a deployment rests after it failed, seconds.
    pub rest_seconds: u32,
    /// To the first byte of an answer, seconds; `null`: as the upstream has it.
    pub timeout: Option<u32>,
    /// `active`, or `damaged`: then it is not used.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "active"))]
    pub state: ModelState,
    /// What is wrong with its row.
    pub damage: Option<String>,
    /// RFC 3339.
    #[serde(with = "wire::instant_or_blank")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub created_at: Option<Timestamp>,
    /// RFC 3339.
    #[serde(with = "wire::instant_or_blank")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub updated_at: Option<Timestamp>,
}

/// A deployment as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeploymentView {
    /// `up_…`
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub upstream: UpstreamId,
    /// The upstream's name; `null` where it is gone.
    pub upstream_name: Option<String>,
    /// What it calls the model.
    pub model: String,
    /// Its share.
    pub weight: u32,
    /// Lower ones come first.
    pub priority: u32,
}

impl ModelView {
    /// The route; `name_of` knows the names of upstreams.
    pub fn of(route: &ModelRoute, name_of: impl Fn(&UpstreamId) -> Option<String>) -> Self {
        let deployment = |deployment: &Deployment| DeploymentView {
            upstream: deployment.upstream.clone(),
            upstream_name: name_of(&deployment.upstream),
            model: deployment.model.clone(),
            weight: deployment.weight,
            priority: deployment.priority,
        };
        Self {
            id: route.id.clone().into(),
            name: route.name.clone(),
            description: route.description.clone(),
            strategy: route.strategy,
            deployments: route.deployments.iter().map(deployment).collect(),
            retries: route.retries,
            retry_sent: route.retry_sent,
            rest_seconds: route.rest_seconds,
            timeout: route.timeout,
            state: ModelState::Active,
            damage: None,
            created_at: Some(route.created_at),
            updated_at: Some(route.updated_at),
        }
    }

    /// A route as its row was read: what a damaged one says of itself is shown, and that it is damaged.
    pub fn of_row(
        row: &Result<Verified<ModelRoute>, DamagedRow<ModelRoute>>,
        name_of: impl Fn(&UpstreamId) -> Option<String>,
    ) -> Self {
        match row {
            Ok(route) => Self::of(route, name_of),
            Err(damaged) => Self {
                id: OpenEnum::read(&damaged.id, |id| id.parse().ok()),
                state: ModelState::Damaged,
                damage: Some(damaged.damage.to_string()),
                ..damaged.claimed.as_deref().map_or_else(Self::unreadable, |route| Self::of(route, name_of))
            },
        }
    }

    fn unreadable() -> Self {
        Self {
            id: OpenEnum::Other(String::new()),
            name: String::new(),
            description: String::new(),
            strategy: Strategy::Ordered,
            deployments: Vec::new(),
            retries: 0,
            retry_sent: false,
            rest_seconds: 0,
            timeout: None,
            state: ModelState::Damaged,
            damage: None,
            created_at: None,
            updated_at: None,
        }
    }
}

/// What a test of a route found, deployment by deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RouteReport {
    /// Whether at least one deployment could answer.
    pub ok: bool,
    /// Each deployment, in order.
    pub deployments: Vec<DeploymentReport>,
}

/// What a test found of a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeploymentReport {
    /// The upstream's name.
    pub upstream: String,
    /// The model.
    pub model: String,
    /// Whether the upstream answered and lists the model.
    pub ok: bool,
    /// What was found, or what is wrong and how to mend it.
    pub detail: String,
    /// How long it took, milliseconds.
    pub ms: i64,
}

#[cfg(test)]
#[path = "models/tests.rs"]
mod tests;
