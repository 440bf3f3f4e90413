//! Keys from the command line, over both backends.

use std::time::Duration;

use serde_json::Value;

use super::run;
use crate::cli::{
    args::KeysCommand,
    backend::{
        Backend,
        tests::{Bench, typed},
    },
    error::{CliError, Kind},
    output::tests::CapturedOutput,
};

async fn keys(arguments: &[&str], backend: &Backend, captured: &CapturedOutput) -> Result<(), CliError> {
    let command: KeysCommand = typed(arguments).unwrap();
    run(command, backend, &captured.out).await
}

/// What is shown of a key: the value beside `field`.
fn field(text: &str, field: &str) -> String {
    let line = text.lines().find(|line| line.split('\t').next() == Some(field));
    line.unwrap_or_else(|| panic!("no {field} in {text}")).split('\t').nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn a_new_key_says_its_secret_once() {
    let bench = Bench::new().await;
    for (name, backend) in bench.both() {
        let captured = CapturedOutput::pipe();
        keys(
            &["create", "--name", name, "--rpm", "none", "--model", "gpt-*", "--cidr", "10.0.0.0/8"],
            &backend,
            &captured,
        )
        .await
        .unwrap();
        let printed = captured.data();
        let (id, secret) = (field(&printed, "id"), field(&printed, "secret"));
        assert!(secret.starts_with("sk-auto-live-"), "{printed}");
        assert_eq!(field(&printed, "rate_limits.requests_per_minute"), "");
        assert_eq!((field(&printed, "allowed_models"), field(&printed, "damage")), ("gpt-*".to_owned(), String::new()));
        assert_eq!(field(&printed, "base_url"), "https://gateway.example/v1");
        assert_eq!(captured.messages(), "Store the secret now: it cannot be shown again.\n");
        for again in [&["show", &id][..], &["list"], &["disable", &id], &["enable", &id], &["revoke", &id]] {
            keys(again, &backend, &captured).await.unwrap();
        }
        assert!(!captured.data().contains(&secret), "{name}");
    }
}

#[tokio::test]
async fn lines_for_a_dotenv_file() {
    let bench = Bench::new().await;
    for (name, backend) in bench.both() {
        let captured = CapturedOutput::terminal();
        keys(&["create", "--name", name, "--env", "test", "-o", "env"], &backend, &captured).await.unwrap();
        let printed = captured.data();
        let lines: Vec<&str> = printed.lines().collect();
        assert!(lines[0].starts_with("OPENAI_API_KEY=sk-auto-test-"), "{printed}");
        assert_eq!(lines[1..], ["OPENAI_BASE_URL=https://gateway.example/v1"]);
        let error =
            keys(&["create", "--name", name, "-o", "env"], &backend, &CapturedOutput::json()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Usage);
    }
}

#[test]
fn a_dotenv_file_is_no_script() {
    for bad in ["x;rm", "$(x)", "`x`", "a b", "x\ny", "'x'"] {
        assert!(super::harmless(bad).is_err(), "{bad}");
    }
    assert!(super::harmless("http://[::1]:8080/v1").is_ok());
}

#[tokio::test]
async fn json_is_what_rest_says() {
    let bench = Bench::new().await;
    let mut shapes = Vec::new();
    for (_, backend) in bench.both() {
        let captured = CapturedOutput::json();
        keys(&["create", "--name", "ci", "--disabled", "--expires-in-days", "30"], &backend, &captured).await.unwrap();
        let key: Value = serde_json::from_str(&captured.data()).unwrap();
        assert_eq!(
            (key["state"].as_str(), key["rate_limits"]["requests_per_minute"].as_i64()),
            (Some("disabled"), Some(100))
        );
        assert!(key["secret"].is_string() && key["expires_at"].is_string());
        keys(&["list", "--page-size", "1"], &backend, &captured).await.unwrap();
        let page: Value = serde_json::from_str(&captured.data()).unwrap();
        assert_eq!((&page["page_size"], page["items"].as_array().unwrap().len()), (&Value::from(1), 1));
        let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        shapes.push((names(&key), names(&page), names(&page["items"][0])));
    }
    assert_eq!(shapes[0], shapes[1]);
}

#[tokio::test]
async fn both_backends_list_the_same() {
    let bench = Bench::new().await;
    let captured = CapturedOutput::pipe();
    for name in ["first", "second", "third"] {
        bench.clock.advance(Duration::from_secs(1));
        keys(&["create", "--name", name], &bench.local(), &captured).await.unwrap();
    }
    captured.data();
    captured.messages();
    for (_, backend) in bench.both() {
        keys(&["list", "--page-size", "2"], &backend, &captured).await.unwrap();
        let printed = captured.data();
        let names: Vec<&str> = printed.lines().map(|line| line.split('\t').nth(1).unwrap()).collect();
        assert_eq!(names, ["third", "second"]);
        assert_eq!(captured.messages(), "3 keys in all; --page 2 shows more.\n");
        keys(&["list", "--search", "FIRST", "--state", "active"], &backend, &captured).await.unwrap();
        assert_eq!(captured.data().lines().count(), 1);
        assert_eq!(captured.messages(), "");
    }
}

/// 134 keys are more than one page of REST (F22).
#[tokio::test]
async fn a_list_goes_on_until_it_is_done() {
    let bench = Bench::new().await;
    let captured = CapturedOutput::json();
    for n in 0..134 {
        bench.clock.advance(std::time::Duration::from_millis(1));
        keys(&["create", "--name", &format!("key {n}")], &bench.local(), &captured).await.unwrap();
    }
    captured.data();
    for (name, backend) in bench.both() {
        captured.messages();
        keys(&["list"], &backend, &captured).await.unwrap();
        let page: Value = serde_json::from_str(&captured.data()).unwrap();
        let ids: std::collections::BTreeSet<&str> =
            page["items"].as_array().unwrap().iter().map(|key| key["id"].as_str().unwrap()).collect();
        assert_eq!((ids.len(), &page["total"], &page["page"]), (134, &Value::from(134), &Value::from(1)), "{name}");
        for (other, lines) in [(CapturedOutput::pipe(), 134), (CapturedOutput::terminal(), 135)] {
            keys(&["list"], &backend, &other).await.unwrap();
            assert_eq!((other.data().lines().count(), other.messages().as_str()), (lines, ""), "{name}");
        }
        let piped = CapturedOutput::pipe();
        keys(&["list", "--search", "key 13"], &backend, &piped).await.unwrap();
        assert_eq!(piped.data().lines().count(), 5, "13 and 130 to 133");
        keys(&["list", "--page", "2"], &backend, &piped).await.unwrap();
        assert_eq!(piped.data().lines().count(), 20);
        assert_eq!(piped.messages(), "134 keys in all; --page 3 shows more.\n");
    }
}

#[tokio::test]
async fn mistakes_name_the_flag() {
    let bench = Bench::new().await;
    for (name, backend) in bench.both() {
        for (arguments, flag) in [
            (&["create", "--name", ""][..], "--name: "),
            (&["create", "--name", "x", "--rpm", "0"], "--rpm: "),
            (&["create", "--name", "x", "--env", "prod"], "--env: "),
            (&["create", "--name", "x", "--expires-in-days", "-1"], "--expires-in-days: "),
            (&["create", "--name", "x", "--expires-at", "soon"], "--expires-at: "),
            (&["create", "--name", "x", "--cidr", "10.0.0.0/33"], "--cidr: "),
            (&["create", "--name", "x", "--upstream", "main"], "--upstream: "),
            (&["create", "--name", "x", "--tag", "a,b"], "--tag: "),
            (&["create", "--name", "x", "--metadata", "[1]"], "--metadata: "),
            (&["list", "--page-size", "101"], "--page-size: "),
            (&["list", "--state", "gone"], "--state: "),
        ] {
            let error = keys(arguments, &backend, &CapturedOutput::pipe()).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Usage, "{name} {arguments:?}");
            assert!(error.to_string().starts_with(flag), "{name} {arguments:?}: {error}");
        }
    }
}

#[tokio::test]
async fn what_is_not_there_and_what_does_not_fit() {
    let bench = Bench::new().await;
    for (_, backend) in bench.both() {
        for id in ["nonsense", "../upstreams", "key_01kaj1p2y9f3v8s7m5n4k6t2qd"] {
            for verb in ["show", "enable", "disable", "revoke"] {
                let error = keys(&[verb, id], &backend, &CapturedOutput::pipe()).await.unwrap_err();
                assert_eq!((error.kind(), error.to_string().as_str()), (Kind::NotFound, "there is no such key"));
            }
        }
        let captured = CapturedOutput::pipe();
        keys(&["create", "--name", "x"], &backend, &captured).await.unwrap();
        let id = field(&captured.data(), "id");
        keys(&["revoke", &id, "--reason", "leaked"], &backend, &captured).await.unwrap();
        assert_eq!(field(&captured.data(), "revoke_reason"), "leaked");
        let error = keys(&["enable", &id], &backend, &captured).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Conflict);
    }
}

#[test]
fn typed_arguments() {
    for bad in [
        &["create"][..],
        &["create", "--name", "x", "--rpm", "many"],
        &["create", "--name", "x", "--rpm", "-1"],
        &["create", "--name", "x", "--expires-in-days", "1", "--expires-at", "2030-01-01T00:00:00Z"],
        &["create", "--name", "x", "--secret", "y"],
        &["show"],
    ] {
        let error = typed::<KeysCommand>(bad).map(|_| ()).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{bad:?}");
    }
}
