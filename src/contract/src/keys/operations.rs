//! Operation declarations: virtual keys.

use domain::{
    KeyId,
    permission_table::{Resource::Key, Verb},
};

use super::{CreateKey, IssuedKeyView, KeyActivity, KeyQuery, KeyView, RevokeKey};
use crate::{
    Page,
    operation::{Access::Needs, Flag, operations},
};

operations! {
    tag: "keys";

    KeysList: Get "/keys" {
        id: "keys_list",
        input: query KeyQuery,
        output: 200 Page<KeyView>,
        answer: "A page of keys.",
        access: Needs(Key, Verb::Read),
        idempotency: Safe,
        cli: "keys list",
        summary: "List keys, newest first.",
    }
    KeysCreate: Post "/keys" {
        id: "keys_create",
        input: body CreateKey,
        output: 201 IssuedKeyView,
        answer: "The key with its secret, once.",
        access: Needs(Key, Verb::Create),
        idempotency: ByKey,
        cli: "keys create",
        flags: &[
            Flag::new("name", "--name").blank("NAME"),
            Flag::new("env", "--env").default("live"),
            Flag::new("expires_in_days", "--expires-in-days"),
            Flag::new("rate_limits.requests_per_minute", "--rpm").null("none").default("100"),
            Flag::new("rate_limits.requests_per_hour", "--rph"),
            Flag::new("rate_limits.requests_per_day", "--rpd"),
            Flag::new("rate_limits.concurrency", "--concurrency"),
            Flag::new("rate_limits.burst", "--burst"),
            Flag::new("permissions", "--permission"),
            Flag::new("scopes", "--scope"),
            Flag::new("allowed_models", "--model"),
            Flag::new("allowed_upstreams", "--upstream"),
            Flag::new("allowed_cidrs", "--cidr"),
            Flag::new("description", "--description"),
            Flag::new("tags", "--tag"),
            Flag::new("metadata", "--metadata"),
        ],
        example: r#"{"name": "checkout"}"#,
        location: |issued| format!("/keys/{}", issued.key.id),
        summary: "Issue a key. Its secret is in this answer and nowhere else.",
    }
    KeysShow: Get "/keys/{id}" {
        id: "keys_show",
        of: KeyId,
        input: nothing,
        output: 200 KeyView,
        answer: "The key.",
        access: Needs(Key, Verb::Read),
        idempotency: Safe,
        cli: "keys show",
        summary: "Show a key, never its secret.",
    }
    KeysEnable: Post "/keys/{id}/enable" {
        id: "keys_enable",
        of: KeyId,
        input: nothing,
        output: 200 KeyView,
        answer: "The key.",
        access: Needs(Key, Verb::Update),
        idempotency: Natural,
        conflicts: true,
        cli: "keys enable",
        summary: "Switch a key on. Idempotent.",
    }
    KeysDisable: Post "/keys/{id}/disable" {
        id: "keys_disable",
        of: KeyId,
        input: nothing,
        output: 200 KeyView,
        answer: "The key.",
        access: Needs(Key, Verb::Update),
        idempotency: Natural,
        conflicts: true,
        cli: "keys disable",
        summary: "Switch a key off, at once; it can be switched on again. Idempotent.",
    }
    KeysRevoke: Post "/keys/{id}/revoke" {
        id: "keys_revoke",
        of: KeyId,
        input: optional_body RevokeKey,
        output: 200 KeyView,
        answer: "The key.",
        access: Needs(Key, Verb::Revoke),
        idempotency: Natural,
        cli: "keys revoke",
        example: "{}",
        summary: "Revoke a key, at once and for good. Idempotent; the body may be left out.",
    }
    KeysActivity: Get "/keys/{id}/activity" {
        id: "keys_activity",
        of: KeyId,
        input: nothing,
        output: 200 KeyActivity,
        answer: "The figures.",
        access: Needs(Key, Verb::Read),
        idempotency: Safe,
        summary: "Show what a key did in 24 hours: what a revocation would interrupt.",
    }
}
