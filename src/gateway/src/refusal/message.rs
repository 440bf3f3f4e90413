//! Refusal sentences: what a client reads, and how it mends it.

use super::{Refusal, Rule};

impl Refusal {
    /// The sentence for the client: what is wrong, and what mends it.
    pub(crate) fn message(&self) -> String {
        let fixed = match self {
            Self::InvalidFraming => {
                "The request's framing is not valid: use Content-Length, or Transfer-Encoding: chunked."
            }
            Self::BodyBroke => "The request's body is not what its framing says.",
            Self::ClientGone => "The client went away.",
            Self::InvalidHost => "The request needs exactly one valid Host header.",
            Self::InvalidTarget => "The request's path is not valid: use plain, non-empty segments such as /v1/models.",
            Self::TargetTooLong => "The request's path and query are longer than 8192 bytes.",
            Self::MethodNotAllowed => "This method is not allowed here.",
            Self::ExpectationFailed => "The only expectation that can be met is 100-continue.",
            Self::MissingApiKey => {
                "You didn't provide an API key. Provide it in an Authorization header using Bearer auth (i.e. \
                 Authorization: Bearer YOUR_KEY)."
            }
            Self::InvalidApiKey(_) | Self::RevokedMidStream => "Incorrect API key provided.",
            Self::AmbiguousCredentials => "The request carries more than one API key. Send exactly one.",
            Self::KeyInUrl => {
                "API keys are not accepted in the URL, where logs keep them. Send the key in the Authorization header, \
                 and consider the one in this URL leaked."
            }
            Self::IpNotAllowed => "This API key may not be used from your address.",
            Self::UpstreamNotAllowed => "This API key may not use this upstream.",
            Self::InvalidJson => "The request's body is not valid JSON.",
            Self::JsonTooDeep => "The request's JSON nests deeper than 64 levels.",
            Self::UnsupportedEncoding => {
                "Compressed requests are not supported. Send the body without Content-Encoding."
            }
            Self::RequestTimeout => "The request's body came too slowly.",
            Self::Overloaded => "The gateway holds as many request bodies as it can. Try again in a moment.",
            Self::NotFound => {
                "There is nothing at this path. The APIs of upstreams begin with /v1/, /v1beta/ or /openai/; /v1/key/ is \
                 kept for the gateway's own."
            }
            Self::OriginNotAllowed => {
                "Browsers may not call the gateway from this origin. An administrator can allow it with \
                 KEYWRIGHT_CORS_ORIGINS."
            }
            Self::UpgradeRequired => "WebSockets are not served here. Use HTTP with server-sent events instead.",
            Self::LoopDetected => {
                "The request came back to the gateway that had sent it on. An administrator must correct an upstream's \
                 base URL."
            }
            Self::TooManyFields => "The request's JSON has more than 512 top-level fields.",
            Self::InvalidForm => {
                "The request's form cannot be read. Send well-formed multipart/form-data, each part with one name."
            }
            Self::KeyOverloaded => {
                "Requests of this API key hold as much memory for their bodies as one key may. Try again in a moment."
            }
            Self::ModelNotAllowed(None) => {
                "This API key may use some models only, and the request names none. Name one in 'model'."
            }
            Self::StoreUnavailable => "The gateway's database does not answer. Try again in a moment.",
            Self::CredentialUnreadable => {
                "The upstream's stored secret cannot be opened. An administrator must enter it again."
            }
            Self::UpstreamDamaged => {
                "The upstream's entry in the database is damaged. An administrator must restore it or add it again."
            }
            Self::UpstreamUnavailable => "The upstream cannot be reached.",
            Self::UpstreamForbidden => {
                "The upstream's address may not be called. An administrator can allow its network."
            }
            Self::UpstreamTimeout => "The upstream did not answer in time.",
            Self::UpstreamAuthFailed => {
                "The upstream does not accept the gateway's credential. An administrator must replace it."
            }
            Self::UpstreamRedirected(_) => {
                "The upstream redirects, which is never followed. An administrator must correct its base URL."
            }
            Self::UpstreamInvalidResponse => "The upstream's answer is not usable HTTP.",
            Self::Internal => "The gateway failed. The request id helps its administrator to find out why.",
            Self::NoUpstream(dialect) => {
                let name = dialect.label();
                return format!(
                    "No upstream takes {name} requests of this API key. An administrator can add an upstream that speaks \
                     the {name} dialect, or make one the default for it."
                );
            }
            Self::ModelNotFound(model) => {
                return format!("The model '{}' does not exist or you do not have access to it.", shown(model));
            }
            Self::ScopeNotAllowed(scope) => {
                return format!("This API key may not call this endpoint: it lacks the scope '{scope}'.");
            }
            Self::PermissionNotAllowed(permission) => {
                return format!("This API key lacks the permission '{permission}' that this method needs.");
            }
            Self::UpstreamOverloaded(seconds) => {
                return format!("No upstream can take the request right now. Try again in {seconds} s.");
            }
            Self::ModelNotAllowed(Some(model)) => {
                return format!("This API key may not use the model '{}'.", shown(model));
            }
            Self::DuplicateField(field) => {
                return format!("The field '{}' stands twice in the request's body.", shown(field));
            }
            Self::RequestTooLarge(limit) => return format!("The request's body is larger than {limit} bytes."),
            Self::RateLimitExceeded(exhausted) => {
                let limit = exhausted.rule.limit();
                let what = match exhausted.rule {
                    Rule::Requests(window, _) => format!("{limit} requests {}", window.per()),
                    Rule::Burst(_) => format!("{limit} requests at once"),
                    Rule::Concurrency(_) => {
                        return format!(
                            "Rate limit reached: {limit} requests at a time. Try again when one of them has ended."
                        );
                    }
                };
                return format!("Rate limit reached: {what}. Try again in {} s.", exhausted.wait());
            }
        };
        fixed.to_owned()
    }
}

/// Client text in our sentence: short, and inert.
fn shown(text: &str) -> String {
    let clean = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let mut out: String = text.chars().take(64).map(clean).collect();
    if text.chars().nth(64).is_some() {
        out.push('…');
    }
    out
}
