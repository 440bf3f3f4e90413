//! Plan tests: where a request goes.

use super::*;
use crate::{
    Deployment, ModelId, Provider, Strategy, Timestamp, UpstreamId, UpstreamSettings,
    key::tests::any_key,
    provider::{CredentialHeader, Quirks, Root},
};

fn provider(id: &str, dialects: &[Dialect]) -> Provider {
    let root = |dialect: &Dialect| Root {
        dialect: *dialect,
        path: (*dialect != dialects[0]).then(String::new),
        credential: CredentialHeader::of(*dialect),
    };
    Provider {
        id: id.parse().unwrap(),
        name: id.to_owned(),
        roots: dialects.iter().map(root).collect(),
        base_url: None,
        key_format: None,
        key_min_length: 0,
        needs_secret: false,
        models: vec![],
        default_scopes: vec![],
        quirks: Quirks::default(),
    }
}

fn catalog() -> Catalog {
    use Dialect::{Anthropic, Openai};
    Catalog::new([
        provider("openai", &[Openai]),
        provider("anthropic", &[Anthropic]),
        provider("both", &[Openai, Anthropic]),
        provider("echo", Dialect::ALL),
    ])
}

fn upstream(n: u8, provider: &str, default_for: &[Dialect]) -> Upstream {
    Upstream {
        id: UpstreamId::new(Timestamp(1), [n; 10]),
        name: format!("up{n}"),
        provider: provider.parse().unwrap(),
        base_url: "https://x.example/v1".parse().unwrap(),
        default_for: default_for.to_vec(),
        has_secret: false,
        settings: UpstreamSettings::default(),
        created_at: Timestamp(1),
        updated_at: Timestamp(1),
    }
}

fn planned<'a>(
    key: &VirtualKey,
    dialect: Dialect,
    model: &str,
    upstreams: &'a [Upstream],
    damaged: &'a [DamagedUpstream],
    catalog: &'a Catalog,
) -> Result<Destination<'a>, PlanError> {
    plan(key, dialect, Some(model), &Landscape { upstreams, damaged, routes: &[], catalog })
}

#[test]
fn default_unless_the_key_names_another() {
    let catalog = catalog();
    let ups = [upstream(1, "openai", &[Dialect::Openai]), upstream(2, "openai", &[])];
    let mut key = any_key();
    let chosen = |key: &VirtualKey| planned(key, Dialect::Openai, "gpt-5", &ups, &[], &catalog);
    assert_eq!(chosen(&key), Ok(Destination::Upstream(&ups[0])));
    key.policy.allowed_upstreams = vec![ups[1].id.clone()];
    assert_eq!(chosen(&key), Ok(Destination::Upstream(&ups[1])));
    key.policy.allowed_upstreams = vec![ups[1].id.clone(), ups[0].id.clone()];
    assert_eq!(chosen(&key), Ok(Destination::Upstream(&ups[0])));
    key.policy.allowed_upstreams = vec![UpstreamId::new(Timestamp(1), [9; 10])];
    assert_eq!(chosen(&key), Err(PlanError::NoUpstream(Dialect::Openai)));
}

#[test]
fn each_dialect_has_its_own_default() {
    use Dialect::{Anthropic, Gemini, Openai};
    let catalog = catalog();
    let ups = [upstream(1, "openai", &[Openai]), upstream(2, "anthropic", &[Anthropic]), upstream(3, "both", &[])];
    let mut key = any_key();
    let chosen = |key: &VirtualKey, dialect| planned(key, dialect, "m", &ups, &[], &catalog);
    assert_eq!(chosen(&key, Anthropic), Ok(Destination::Upstream(&ups[1])));
    assert_eq!(chosen(&key, Gemini), Err(PlanError::NoUpstream(Gemini)));
    key.policy.allowed_upstreams = vec![ups[0].id.clone(), ups[2].id.clone()];
    assert_eq!(chosen(&key, Anthropic), Ok(Destination::Upstream(&ups[2])), "the first that speaks it");
    key.policy.allowed_upstreams = vec![ups[0].id.clone()];
    assert_eq!(chosen(&key, Anthropic), Err(PlanError::NoUpstream(Anthropic)));
}

#[test]
fn echo_needs_no_row_and_obeys_restrictions() {
    let catalog = catalog();
    let mut key = any_key();
    let openai = Dialect::Openai;
    for dialect in Dialect::ALL {
        assert_eq!(planned(&key, *dialect, "echo", &[], &[], &catalog), Ok(Destination::Echo));
    }
    assert_eq!(planned(&key, openai, "gpt-5", &[], &[], &catalog), Err(PlanError::NoUpstream(openai)));
    let ups = [upstream(1, "openai", &[openai]), upstream(2, "echo", &[])];
    key.policy.allowed_upstreams = vec![ups[0].id.clone()];
    assert!(matches!(planned(&key, openai, "echo", &ups, &[], &catalog), Err(PlanError::Denied(_))));
    key.policy.allowed_upstreams = vec![ups[1].id.clone()];
    assert_eq!(planned(&key, openai, "gpt-5", &ups, &[], &catalog), Ok(Destination::Echo));
}

/// F04, F12: what a damaged row would have taken goes nowhere, and everything else goes on.
#[test]
fn a_damaged_upstream_is_never_called_and_never_replaced() {
    let catalog = catalog();
    let openai = Dialect::Openai;
    let ups = [upstream(1, "openai", &[])];
    let id = UpstreamId::new(Timestamp(1), [2; 10]).to_string();
    let damaged = [DamagedUpstream { id, default_for: vec![openai] }];
    let gone = || Err(PlanError::Damaged(damaged[0].id.clone()));
    let mut key = any_key();
    let chosen = |key: &VirtualKey| planned(key, openai, "gpt-5", &ups, &damaged, &catalog);
    assert_eq!(chosen(&key), gone());
    key.policy.allowed_upstreams = vec![damaged[0].id.parse().unwrap(), ups[0].id.clone()];
    assert_eq!(chosen(&key), gone());
    key.policy.allowed_upstreams = vec![ups[0].id.clone()];
    assert_eq!(chosen(&key), Ok(Destination::Upstream(&ups[0])));
    let unknown = [upstream(1, "of_a_later_version", &[openai])];
    let found = planned(&any_key(), openai, "gpt-5", &unknown, &[], &catalog);
    assert_eq!(found, Err(PlanError::Damaged(unknown[0].id.to_string())));
}

#[test]
fn a_route_leads_to_what_the_key_may_use_and_what_speaks_the_dialect() {
    let catalog = catalog();
    let ups = [upstream(1, "openai", &[Dialect::Openai]), upstream(2, "anthropic", &[]), upstream(3, "both", &[])];
    let deployment = |upstream: &Upstream| Deployment {
        upstream: upstream.id.clone(),
        model: "m".to_owned(),
        weight: 1,
        priority: 0,
    };
    let routes = [ModelRoute {
        id: ModelId::new(Timestamp(1), [1; 10]),
        name: "our model/1".to_owned(),
        description: String::new(),
        strategy: Strategy::Ordered,
        deployments: ups.iter().map(deployment).collect(),
        retries: 2,
        retry_sent: false,
        rest_seconds: 30,
        timeout: None,
        created_at: Timestamp(1),
        updated_at: Timestamp(1),
    }];
    let land = Landscape { upstreams: &ups, damaged: &[], routes: &routes, catalog: &catalog };
    let mut key = any_key();
    let found = |key: &VirtualKey, dialect| plan(key, dialect, Some("our model/1"), &land);
    assert_eq!(found(&key, Dialect::Openai), Ok(Destination::Route(&routes[0], vec![0, 2])));
    assert_eq!(found(&key, Dialect::Anthropic), Ok(Destination::Route(&routes[0], vec![1, 2])));
    assert_eq!(found(&key, Dialect::Gemini), Err(PlanError::NoUpstream(Dialect::Gemini)));
    key.policy.allowed_upstreams = vec![ups[2].id.clone()];
    assert_eq!(found(&key, Dialect::Openai), Ok(Destination::Route(&routes[0], vec![2])));
    key.policy.allowed_upstreams = vec![ups[1].id.clone()];
    assert!(matches!(found(&key, Dialect::Openai), Err(PlanError::Denied(_))));
}
