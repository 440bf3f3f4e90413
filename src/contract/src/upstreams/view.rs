//! Upstream views: never their secrets.

use super::{
    BTreeMap, Catalog, Credential, DamagedRow, Deserialize, Dialect, OpenEnum, ProviderId, Serialize, Timestamp,
    Upstream, UpstreamId, UpstreamSettings, UpstreamTimeouts, Verified, wire,
};

/// Whether requests may be sent to an upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum UpstreamState {
    /// They may.
    Active,
    /// Its row or its secret's does not verify: no request is sent there.
    Damaged,
}

impl UpstreamState {
    /// The text on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Timers of an upstream, seconds; `null`: as the installation has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimeoutsView {
    /// To connect.
    pub connect: Option<u32>,
    /// From sending a request on to the head of its answer.
    pub first_byte: Option<u32>,
    /// Silence within an answer.
    pub idle: Option<u32>,
    /// From sending a request on to the end of its answer.
    pub total: Option<u32>,
}

/// An upstream as it is shown: never its secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpstreamView {
    /// `up_…`
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: OpenEnum<UpstreamId>,
    /// For people.
    pub name: String,
    /// The id of its provider.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub provider: OpenEnum<ProviderId>,
    /// The dialects that it speaks, its main one first.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub dialects: Vec<Dialect>,
    /// Where it is.
    pub base_url: String,
    /// `sk-***1234`; `null` without a secret.
    pub api_key_masked: Option<String>,
    /// Takes the requests of keys that name no upstream, in some dialect.
    pub is_default: bool,
    /// The dialects in which it does.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub default_for: Vec<Dialect>,
    /// Timers of its own, seconds.
    pub timeouts: TimeoutsView,
    /// Header fields that every request to it carries.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub headers: BTreeMap<String, String>,
    /// Sent as `openai-organization`.
    pub organization: Option<String>,
    /// Sent as `openai-project`.
    pub project: Option<String>,
    /// Certificates (PEM) that its own may be signed by.
    pub ca_pem: Option<String>,
    /// Requests that may be open there at once.
    pub max_open_requests: Option<u32>,
    /// `active`, or `damaged`: then no request is sent there.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "active"))]
    pub state: UpstreamState,
    /// What is wrong with its row or its secret's, where one is damaged; what else is said here may then be wrong.
    pub damage: Option<String>,
    /// RFC 3339: when the secret was last replaced.
    #[serde(default, with = "wire::optional_instant")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub secret_updated_at: Option<Timestamp>,
    /// RFC 3339.
    #[serde(with = "wire::instant_or_blank")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub created_at: Option<Timestamp>,
    /// RFC 3339.
    #[serde(with = "wire::instant_or_blank")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub updated_at: Option<Timestamp>,
}

impl UpstreamView {
    /// The upstream with what may be shown of its credential.
    pub fn of(upstream: &Upstream, credential: Option<&domain::Credential>, catalog: &Catalog) -> Self {
        let UpstreamSettings { timeouts, headers, organization, project, ca_pem, max_open_requests } =
            upstream.settings.clone();
        let UpstreamTimeouts { connect, first_byte, idle, total } = timeouts;
        let provider = catalog.get(&upstream.provider);
        let known = provider.map(|provider| provider.roots.iter().map(|root| root.dialect).collect());
        Self {
            id: upstream.id.clone().into(),
            name: upstream.name.clone(),
            provider: upstream.provider.clone().into(),
            dialects: known.unwrap_or_default(),
            base_url: upstream.base_url.to_string(),
            api_key_masked: credential.map(|credential| credential.masked.clone()),
            is_default: upstream.is_default(),
            default_for: upstream.default_for.clone(),
            timeouts: TimeoutsView { connect, first_byte, idle, total },
            headers,
            organization,
            project,
            ca_pem,
            max_open_requests,
            state: if provider.is_some() { UpstreamState::Active } else { UpstreamState::Damaged },
            damage: provider.is_none().then(|| format!("no provider file has the id {}", upstream.provider)),
            secret_updated_at: credential.map(|credential| credential.updated_at),
            created_at: Some(upstream.created_at),
            updated_at: Some(upstream.updated_at),
        }
    }

    /// An upstream as its rows were read: what damaged ones say of themselves is shown, and that they are damaged.
    pub fn of_rows(
        upstream: &Result<Verified<Upstream>, DamagedRow<Upstream>>,
        credential: Option<&Result<Verified<Credential>, DamagedRow<Credential>>>,
        catalog: &Catalog,
    ) -> Self {
        let (shown, secret_damage) = match credential {
            None => (None, None),
            Some(Ok(credential)) => (Some(&**credential), None),
            Some(Err(damaged)) => (damaged.claimed.as_deref(), Some(format!("its secret: {}", damaged.damage))),
        };
        let (mut view, damage) = match upstream {
            Ok(upstream) => {
                let missing = upstream.has_secret && credential.is_none();
                (Self::of(upstream, shown, catalog), missing.then(|| "its secret is missing".to_owned()))
            }
            Err(damaged) => {
                let claimed = damaged.claimed.as_deref();
                let view = claimed.map_or_else(Self::unreadable, |upstream| Self::of(upstream, shown, catalog));
                (
                    Self { id: OpenEnum::read(&damaged.id, |id| id.parse().ok()), ..view },
                    Some(damaged.damage.to_string()),
                )
            }
        };
        // That no provider is known says more than that the row was changed, so it stands beside it.
        view.damage = match (damage.or(secret_damage), view.damage) {
            (Some(one), Some(other)) => Some(format!("{one}; {other}")),
            (one, other) => one.or(other),
        };
        if view.damage.is_some() {
            view.state = UpstreamState::Damaged;
        }
        view
    }

    /// Nothing is known.
    fn unreadable() -> Self {
        Self {
            id: OpenEnum::Other(String::new()),
            name: String::new(),
            provider: OpenEnum::Other(String::new()),
            dialects: Vec::new(),
            base_url: String::new(),
            api_key_masked: None,
            is_default: false,
            default_for: Vec::new(),
            timeouts: TimeoutsView::default(),
            headers: BTreeMap::new(),
            organization: None,
            project: None,
            ca_pem: None,
            max_open_requests: None,
            state: UpstreamState::Damaged,
            damage: None,
            secret_updated_at: None,
            created_at: None,
            updated_at: None,
        }
    }
}
