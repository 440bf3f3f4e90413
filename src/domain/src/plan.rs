//! Where an admitted request goes.

use crate::{Denial, Provider, Upstream, VirtualKey, admit::may_reach};

/// The model that the built-in upstream answers.
pub const ECHO_MODEL: &str = "echo";

/// One try on one upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt<'a> {
    /// A configured upstream.
    Upstream(&'a Upstream),
    /// The built-in one, which needs no configuration.
    Echo,
}

/// Why there is nowhere to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// No upstream is configured.
    NoUpstream,
    /// The key may not reach the one it would go to.
    Denied(Denial),
}

/// Ordered attempts: model `echo` to the built-in upstream, everything else to the first of the key's own
/// upstreams (the default one if it is among them), else to the default one.
pub fn plan<'a>(
    key: &VirtualKey,
    model: Option<&str>,
    upstreams: &'a [Upstream],
) -> Result<Vec<Attempt<'a>>, PlanError> {
    if model == Some(ECHO_MODEL) {
        let configured = upstreams.iter().filter(|u| u.provider == Provider::Echo);
        let allowed = key.allowed_upstreams.is_empty() || configured.clone().any(|u| may_reach(key, &u.id));
        return if allowed {
            Ok(vec![Attempt::Echo])
        } else {
            Err(PlanError::Denied(Denial::Upstream(ECHO_MODEL.to_owned())))
        };
    }
    let default = upstreams.iter().find(|u| u.is_default);
    let chosen = if key.allowed_upstreams.is_empty() {
        default
    } else {
        default
            .filter(|u| may_reach(key, &u.id))
            .or_else(|| key.allowed_upstreams.iter().find_map(|id| upstreams.iter().find(|u| u.id == *id)))
    };
    match chosen {
        Some(upstream) if upstream.provider == Provider::Echo => Ok(vec![Attempt::Echo]),
        Some(upstream) => Ok(vec![Attempt::Upstream(upstream)]),
        // A key whose upstreams are all deleted must not fall through to the default one.
        None => Err(PlanError::NoUpstream),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Timestamp, UpstreamId, key::tests::any_key};

    fn upstream(n: u8, provider: Provider, is_default: bool) -> Upstream {
        Upstream {
            id: UpstreamId::new(Timestamp(1), [n; 10]),
            name: format!("up{n}"),
            provider,
            base_url: "https://x.example/v1".parse().unwrap(),
            is_default,
            created_at: Timestamp(1),
            updated_at: Timestamp(1),
        }
    }

    #[test]
    fn default_unless_the_key_names_another() {
        let ups = [upstream(1, Provider::Openai, true), upstream(2, Provider::Openai, false)];
        let mut key = any_key();
        assert_eq!(plan(&key, Some("gpt-5"), &ups), Ok(vec![Attempt::Upstream(&ups[0])]));
        key.allowed_upstreams = vec![ups[1].id.clone()];
        assert_eq!(plan(&key, Some("gpt-5"), &ups), Ok(vec![Attempt::Upstream(&ups[1])]));
        key.allowed_upstreams = vec![ups[1].id.clone(), ups[0].id.clone()];
        assert_eq!(plan(&key, None, &ups), Ok(vec![Attempt::Upstream(&ups[0])]));
        key.allowed_upstreams = vec![UpstreamId::new(Timestamp(1), [9; 10])];
        assert_eq!(plan(&key, None, &ups), Err(PlanError::NoUpstream));
    }

    #[test]
    fn echo_is_always_there_but_respects_the_key() {
        let mut key = any_key();
        assert_eq!(plan(&key, Some("echo"), &[]), Ok(vec![Attempt::Echo]));
        assert_eq!(plan(&key, Some("gpt-5"), &[]), Err(PlanError::NoUpstream));
        let ups = [upstream(1, Provider::Openai, true), upstream(2, Provider::Echo, false)];
        key.allowed_upstreams = vec![ups[0].id.clone()];
        assert!(matches!(plan(&key, Some("echo"), &ups), Err(PlanError::Denied(_))));
        key.allowed_upstreams = vec![ups[1].id.clone()];
        assert_eq!(plan(&key, Some("gpt-5"), &ups), Ok(vec![Attempt::Echo]));
    }
}
