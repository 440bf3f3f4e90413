//! Operation declarations: upstreams and their credentials.

use domain::{
    UpstreamId,
    permission_table::{Resource::Upstream, Verb},
};

use super::{CreateUpstream, SetSecret, TestReport, UpdateUpstream, UpstreamView};
use crate::{
    Page, PageQuery,
    operation::{Access::Needs, Flag, operations},
};

operations! {
    tag: "upstreams";

    UpstreamsList: Get "/upstreams" {
        id: "upstreams_list",
        input: query PageQuery,
        output: 200 Page<UpstreamView>,
        answer: "A page of upstreams.",
        access: Needs(Upstream, Verb::Read),
        idempotency: Safe,
        cli: "upstreams list",
        summary: "List upstreams, newest first.",
    }
    UpstreamsCreate: Post "/upstreams" {
        id: "upstreams_create",
        input: body CreateUpstream,
        output: 201 UpstreamView,
        answer: "The upstream.",
        access: Needs(Upstream, Verb::Create),
        idempotency: ByKey,
        conflicts: true,
        cli: "upstreams create",
        flags: &[
            Flag::new("provider", "--provider"),
            Flag::new("name", "--name"),
            Flag::new("base_url", "--base-url"),
            Flag::new("is_default", "--default"),
            Flag::new("headers", "--headers"),
            Flag::new("timeouts.connect", "--connect-timeout"),
            Flag::new("timeouts.first_byte", "--first-byte-timeout"),
            Flag::new("timeouts.idle", "--idle-timeout"),
            Flag::new("timeouts.total", "--total-timeout"),
            Flag::new("organization", "--organization"),
            Flag::new("project", "--project"),
            Flag::new("ca_pem", "--ca-pem"),
            Flag::new("max_open_requests", "--max-open-requests"),
        ],
        example: r#"{"provider": "openai", "api_key": "sk-provider-secret-0001"}"#,
        secrets: &["api_key"],
        location: |upstream| format!("/upstreams/{}", upstream.id),
        summary: "Add an upstream, with its secret sealed from the first moment.",
    }
    UpstreamsShow: Get "/upstreams/{id}" {
        id: "upstreams_show",
        of: UpstreamId,
        input: nothing,
        output: 200 UpstreamView,
        answer: "The upstream.",
        access: Needs(Upstream, Verb::Read),
        idempotency: Safe,
        cli: "upstreams show",
        summary: "Show an upstream, never its secret.",
    }
    UpstreamsUpdate: Patch "/upstreams/{id}" {
        id: "upstreams_update",
        of: UpstreamId,
        input: body UpdateUpstream,
        output: 200 UpstreamView,
        answer: "The upstream.",
        access: Needs(Upstream, Verb::Update),
        idempotency: Natural,
        conflicts: true,
        cli: "upstreams update",
        flags: &[
            Flag::new("name", "--name"),
            Flag::new("base_url", "--base-url"),
            Flag::new("is_default", "--default"),
            Flag::new("default_for", "--default-for"),
            Flag::new("headers", "--headers"),
            Flag::new("timeouts.connect", "--connect-timeout"),
            Flag::new("timeouts.first_byte", "--first-byte-timeout"),
            Flag::new("timeouts.idle", "--idle-timeout"),
            Flag::new("timeouts.total", "--total-timeout"),
            Flag::new("organization", "--organization"),
            Flag::new("project", "--project"),
            Flag::new("ca_pem", "--ca-pem"),
            Flag::new("max_open_requests", "--max-open-requests"),
        ],
        example: r#"{"base_url": "https://eu.api.openai.com/v1", "api_key": "sk-provider-secret-0003"}"#,
        secrets: &["api_key"],
        summary: "Change an upstream; what is left out stays. Another address asks for the secret again.",
    }
    UpstreamsDelete: Delete "/upstreams/{id}" {
        id: "upstreams_delete",
        of: UpstreamId,
        input: nothing,
        output: 204 (),
        answer: "It is gone.",
        access: Needs(Upstream, Verb::Delete),
        idempotency: Natural,
        cli: "upstreams delete",
        summary: "Remove an upstream and every version of its secret. No other one becomes the default by it.",
    }
    UpstreamsTest: Post "/upstreams/{id}/test" {
        id: "upstreams_test",
        of: UpstreamId,
        input: nothing,
        output: 200 TestReport,
        answer: "What was found.",
        access: Needs(Upstream, Verb::Test),
        idempotency: Natural,
        cli: "upstreams test",
        summary: "Test an upstream with its stored secret: address, TLS, secret, models, in each dialect that it speaks. A failed test is a report, not a problem.",
    }
    UpstreamsSetSecret: Post "/upstreams/{id}/secret" {
        id: "upstreams_set_secret",
        of: UpstreamId,
        input: body SetSecret,
        output: 200 UpstreamView,
        answer: "The upstream.",
        access: Needs(Upstream, Verb::Update),
        idempotency: ByKey,
        cli: "upstreams set-secret",
        example: r#"{"api_key": "sk-provider-secret-0002"}"#,
        secrets: &["api_key"],
        summary: "Replace an upstream's secret; the next request uses the new one.",
    }
    UpstreamsSetDefault: Post "/upstreams/{id}/default" {
        id: "upstreams_set_default",
        of: UpstreamId,
        input: nothing,
        output: 200 UpstreamView,
        answer: "The upstream.",
        access: Needs(Upstream, Verb::Update),
        idempotency: Natural,
        cli: "upstreams set-default",
        summary: "Make an upstream the default of every dialect that it speaks: it takes the requests of keys that name no upstream. Idempotent.",
    }
}
