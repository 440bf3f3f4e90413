//! Sign-in DTOs: setup, login, and the caller's own account.

pub mod operations;

use domain::{Role, UserId};
use serde::{Deserialize, Serialize};

pub use operations::{MeShow, MeUpdate};

use crate::patch;

/// Claims a fresh installation.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// The one-time token that `serve` printed. Dashes and case do not matter.
    pub token: String,
    /// The first administrator's address.
    pub email: String,
    /// 12–128 characters.
    pub password: String,
}

/// Signs in.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The address; case does not matter.
    pub email: String,
    /// The password.
    pub password: String,
}

/// The person who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// `usr_…`; `null` for the admin token.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub id: Option<UserId>,
    /// Their address; `admin token` for the admin token.
    pub email: String,
    /// `owner`, `admin`, `member` or `viewer`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub role: Role,
    /// The language they read in: `en`, `it` or `zh`; `null`: as their browser says.
    pub locale: Option<String>,
    /// Their time zone, such as `Europe/Rome`; `null`: as their browser says.
    pub time_zone: Option<String>,
}

/// Changes how the caller wants to read. What is left out stays; `null` goes back to what the browser says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateMe {
    /// `en`, `it` or `zh`.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "it"))]
    pub locale: Option<Option<String>>,
    /// A name of the IANA database, such as `Europe/Rome`.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "Europe/Rome"))]
    pub time_zone: Option<Option<String>>,
}
