//! Settings of an upstream's own: timers, header fields, certificates.

use super::{
    BTreeMap, Deserialize, FieldErrors, HEADERS_MAX, PEM_MAX, Serialize, TIMEOUT_MAX, UpstreamSettings,
    UpstreamTimeouts, Violation, patch,
};

/// What an upstream has of its own, as it is asked for: `None` is as it was, `Some(None)` is as the installation has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)] // see the fields of `CreateUpstream`
pub struct UpstreamSettingsInput {
    pub timeouts: Option<TimeoutsInput>,
    pub headers: Option<Option<BTreeMap<String, String>>>,
    pub organization: Option<Option<String>>,
    pub project: Option<Option<String>>,
    pub ca_pem: Option<Option<String>>,
    pub max_open_requests: Option<Option<u32>>,
}

/// Timers of an upstream, seconds: left out is as it was, `null` is as the installation has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimeoutsInput {
    /// To connect.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
    pub connect: Option<Option<u32>>,
    /// From sending a request on to the head of its answer.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
    pub first_byte: Option<Option<u32>>,
    /// Silence within an answer.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
    pub idle: Option<Option<u32>>,
    /// From sending a request on to the end of its answer.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
    pub total: Option<Option<u32>>,
}

impl UpstreamSettingsInput {
    /// Puts what is said in place of what stood there.
    pub fn apply(self, settings: &mut UpstreamSettings, errors: &mut FieldErrors) {
        let Self { timeouts, headers, organization, project, ca_pem, max_open_requests } = self;
        let TimeoutsInput { connect, first_byte, idle, total } = timeouts.unwrap_or_default();
        let UpstreamTimeouts { connect: c, first_byte: f, idle: i, total: t } = &mut settings.timeouts;
        for (field, said, into) in [
            ("timeouts.connect", connect, c),
            ("timeouts.first_byte", first_byte, f),
            ("timeouts.idle", idle, i),
            ("timeouts.total", total, t),
        ] {
            let Some(said) = said else { continue };
            if said.is_some_and(|seconds| !(1..=TIMEOUT_MAX).contains(&seconds)) {
                errors.push(field, Violation::LimitRange { min: 1, max: i64::from(TIMEOUT_MAX) });
            }
            *into = said;
        }
        if let Some(headers) = headers {
            settings.headers = own_headers(errors, headers.unwrap_or_default());
        }
        for (field, said, into) in
            [("organization", organization, &mut settings.organization), ("project", project, &mut settings.project)]
        {
            let Some(said) = said else { continue };
            let said = said.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
            if said.as_deref().is_some_and(|text| !is_header_value(text)) {
                errors.push(field, Violation::HeaderField);
            }
            *into = said;
        }
        if let Some(pem) = ca_pem {
            let pem = pem.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
            if pem.as_ref().is_some_and(|text| text.len() > PEM_MAX) {
                errors.push("ca_pem", Violation::TooLarge { max: PEM_MAX });
            }
            settings.ca_pem = pem;
        }
        if let Some(most) = max_open_requests {
            if most.is_some_and(|most| !(1..=1_000_000).contains(&most)) {
                errors.push("max_open_requests", Violation::LimitRange { min: 1, max: 1_000_000 });
            }
            settings.max_open_requests = most;
        }
    }
}

fn own_headers(errors: &mut FieldErrors, headers: BTreeMap<String, String>) -> BTreeMap<String, String> {
    if headers.len() > HEADERS_MAX {
        errors.push("headers", Violation::TooMany { max: HEADERS_MAX });
    }
    let mut out = BTreeMap::new();
    for (name, value) in headers {
        let name = name.trim().to_ascii_lowercase();
        if !is_own_header(&name) || !is_header_value(&value) {
            errors.push("headers", Violation::HeaderField);
        }
        out.insert(name, value.trim().to_owned());
    }
    out
}

/// Whether an upstream may have a field of its own by that name: no credential, and nothing that frames the message.
fn is_own_header(name: &str) -> bool {
    const CREDENTIALS: [&str; 6] = ["authorization", "api-key", "api_key", "apikey", "cookie", "secret"];
    const FRAMING: [&str; 10] = [
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "accept-encoding",
    ];
    let token = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b);
    !name.is_empty()
        && name.len() <= 100
        && name.bytes().all(token)
        && !FRAMING.contains(&name)
        && !name.starts_with("x-keywright-")
        && !CREDENTIALS.iter().any(|word| name.contains(word))
}

fn is_header_value(text: &str) -> bool {
    text.len() <= 1000 && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
}
