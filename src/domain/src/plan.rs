//! Routing decision: the ordered attempts of an admitted request.

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
    /// The one it would go to is damaged: its row does not verify. The id as it stands there.
    Damaged(String),
    /// The key may not reach the one it would go to.
    Denied(Denial),
}

/// An upstream whose row does not verify: it is never called, and no other upstream takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedUpstream {
    /// Its id, as it stands in the row.
    pub id: String,
    /// Whether the row says that it is the default.
    pub is_default: bool,
}

/// Ordered attempts: model `echo` to the built-in upstream, everything else to the first of the key's own
/// upstreams (the default one if it is among them), else to the default one.
pub fn plan<'a>(
    key: &VirtualKey,
    model: Option<&str>,
    upstreams: &'a [Upstream],
    damaged: &[DamagedUpstream],
) -> Result<Vec<Attempt<'a>>, PlanError> {
    if model == Some(ECHO_MODEL) {
        let configured = upstreams.iter().filter(|u| u.provider == Provider::Echo);
        let allowed = key.policy.allowed_upstreams.is_empty() || configured.clone().any(|u| may_reach(key, &u.id));
        return if allowed {
            Ok(vec![Attempt::Echo])
        } else {
            Err(PlanError::Denied(Denial::Upstream(ECHO_MODEL.to_owned())))
        };
    }
    let default = upstreams.iter().find(|u| u.is_default);
    let chosen = if key.policy.allowed_upstreams.is_empty() {
        default.ok_or_else(|| damaged.iter().find(|row| row.is_default).or_else(|| damaged.first()))
    } else {
        match default.filter(|u| may_reach(key, &u.id)) {
            Some(upstream) => Ok(upstream),
            None => key
                .policy
                .allowed_upstreams
                .iter()
                .find_map(|id| {
                    let sound = upstreams.iter().find(|u| u.id == *id).map(Ok);
                    sound.or_else(|| damaged.iter().find(|row| row.id == id.as_str()).map(|row| Err(Some(row))))
                })
                .unwrap_or(Err(None)),
        }
    };
    match chosen {
        Ok(upstream) if upstream.provider == Provider::Echo => Ok(vec![Attempt::Echo]),
        Ok(upstream) => Ok(vec![Attempt::Upstream(upstream)]),
        Err(Some(row)) => Err(PlanError::Damaged(row.id.clone())),
        // A key whose upstreams are all deleted must not fall through to the default one.
        Err(None) => Err(PlanError::NoUpstream),
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
            has_secret: false,
            created_at: Timestamp(1),
            updated_at: Timestamp(1),
        }
    }

    #[test]
    fn default_unless_the_key_names_another() {
        let ups = [upstream(1, Provider::Openai, true), upstream(2, Provider::Openai, false)];
        let mut key = any_key();
        assert_eq!(plan(&key, Some("gpt-5"), &ups, &[]), Ok(vec![Attempt::Upstream(&ups[0])]));
        key.policy.allowed_upstreams = vec![ups[1].id.clone()];
        assert_eq!(plan(&key, Some("gpt-5"), &ups, &[]), Ok(vec![Attempt::Upstream(&ups[1])]));
        key.policy.allowed_upstreams = vec![ups[1].id.clone(), ups[0].id.clone()];
        assert_eq!(plan(&key, None, &ups, &[]), Ok(vec![Attempt::Upstream(&ups[0])]));
        key.policy.allowed_upstreams = vec![UpstreamId::new(Timestamp(1), [9; 10])];
        assert_eq!(plan(&key, None, &ups, &[]), Err(PlanError::NoUpstream));
    }

    #[test]
    fn echo_is_always_there_but_respects_the_key() {
        let mut key = any_key();
        assert_eq!(plan(&key, Some("echo"), &[], &[]), Ok(vec![Attempt::Echo]));
        assert_eq!(plan(&key, Some("gpt-5"), &[], &[]), Err(PlanError::NoUpstream));
        let ups = [upstream(1, Provider::Openai, true), upstream(2, Provider::Echo, false)];
        key.policy.allowed_upstreams = vec![ups[0].id.clone()];
        assert!(matches!(plan(&key, Some("echo"), &ups, &[]), Err(PlanError::Denied(_))));
        key.policy.allowed_upstreams = vec![ups[1].id.clone()];
        assert_eq!(plan(&key, Some("gpt-5"), &ups, &[]), Ok(vec![Attempt::Echo]));
    }

    /// F04, F12: what a damaged row would have taken goes nowhere, and everything else goes on.
    #[test]
    fn a_damaged_upstream_is_never_called_and_never_replaced() {
        let ups = [upstream(1, Provider::Openai, false)];
        let damaged = [DamagedUpstream { id: UpstreamId::new(Timestamp(1), [2; 10]).to_string(), is_default: true }];
        let gone = || Err(PlanError::Damaged(damaged[0].id.clone()));
        let mut key = any_key();
        assert_eq!(plan(&key, Some("gpt-5"), &ups, &damaged), gone());
        key.policy.allowed_upstreams = vec![damaged[0].id.parse().unwrap(), ups[0].id.clone()];
        assert_eq!(plan(&key, Some("gpt-5"), &ups, &damaged), gone());
        key.policy.allowed_upstreams = vec![ups[0].id.clone()];
        assert_eq!(plan(&key, Some("gpt-5"), &ups, &damaged), Ok(vec![Attempt::Upstream(&ups[0])]));
    }
}
