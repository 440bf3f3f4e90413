//! Upstreams from the command line, over both backends.

use std::{fs, path::PathBuf};

use super::run;
use crate::cli::{
    args::UpstreamsCommand,
    backend::{
        Backend,
        tests::{Bench, typed},
    },
    error::{CliError, Kind},
    output::tests::CapturedOutput,
};

async fn upstreams(arguments: &[&str], backend: &Backend, captured: &CapturedOutput) -> Result<(), CliError> {
    let command: UpstreamsCommand = typed(arguments).unwrap();
    run(command, backend, &captured.out).await
}

fn secret_file(dir: &tempfile::TempDir, text: &str) -> PathBuf {
    let path = dir.path().join("secret");
    fs::write(&path, text).unwrap();
    path
}

fn id_of(printed: &str) -> String {
    printed.lines().next().unwrap().split('\t').nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn a_secret_from_a_file_is_stored_and_never_printed() {
    let bench = Bench::new().await;
    let dir = tempfile::tempdir().unwrap();
    for (name, backend) in bench.both() {
        let captured = CapturedOutput::pipe();
        let path = secret_file(&dir, "sk-provider-canary-1234\n");
        let file = path.to_str().unwrap();
        let arguments = ["create", "--provider", "openai", "--name", name, "--secret-file", file, "--default"];
        upstreams(&arguments, &backend, &captured).await.unwrap();
        let printed = captured.data();
        assert!(
            printed.contains("api_key_masked\tsk-***1234\n") && printed.contains("is_default\ttrue\n"),
            "{printed}"
        );
        let id = id_of(&printed);
        secret_file(&dir, "sk-provider-canary-5678");
        upstreams(&["set-secret", &id, "--secret-file", file], &backend, &captured).await.unwrap();
        let printed = captured.data();
        assert!(printed.contains("5678") && !printed.contains("canary"), "{printed}");
        upstreams(&["list"], &backend, &captured).await.unwrap();
        upstreams(&["show", &id], &backend, &captured).await.unwrap();
        let printed = captured.data();
        assert!(printed.contains(&id) && !printed.contains("canary"), "{printed}");
    }
}

#[tokio::test]
async fn echo_needs_nothing() {
    let bench = Bench::new().await;
    for (name, backend) in bench.both() {
        let captured = CapturedOutput::pipe();
        upstreams(&["create", "--provider", "echo", "--name", name], &backend, &captured).await.unwrap();
        let id = id_of(&captured.data());
        upstreams(&["test", &id], &backend, &captured).await.unwrap();
        assert!(captured.data().starts_with("address\tok\t"), "{name}");
        upstreams(&["set-default", &id], &backend, &captured).await.unwrap();
        assert!(captured.data().contains("default\ttrue\n"), "{name}");
        upstreams(&["delete", &id], &backend, &captured).await.unwrap();
        assert_eq!((captured.data().as_str(), captured.messages()), ("", format!("Deleted {id}.\n")));
        let error = upstreams(&["show", &id], &backend, &captured).await.unwrap_err();
        assert_eq!(error.kind(), Kind::NotFound);
    }
}

#[tokio::test]
async fn a_list_goes_on_until_it_is_done() {
    let bench = Bench::new().await;
    let captured = CapturedOutput::pipe();
    for n in 0..103 {
        let name = format!("echo {n}");
        upstreams(&["create", "--provider", "echo", "--name", &name], &bench.local(), &captured).await.unwrap();
    }
    captured.data();
    for (name, backend) in bench.both() {
        upstreams(&["list"], &backend, &captured).await.unwrap();
        assert_eq!((captured.data().lines().count(), captured.messages().as_str()), (103, ""), "{name}");
    }
}

#[tokio::test]
async fn a_test_that_fails_is_a_failure_with_a_report() {
    let bench = Bench::new().await;
    for (name, backend) in bench.both() {
        let captured = CapturedOutput::pipe();
        let arguments =
            ["create", "--provider", "openai_compatible", "--name", name, "--base-url", "http://localhost:9/v1"];
        // Without a terminal nothing is asked: a local model server often wants no secret.
        upstreams(&arguments, &backend, &captured).await.unwrap();
        let id = id_of(&captured.data());
        let error = upstreams(&["test", &id], &backend, &captured).await.unwrap_err();
        assert_eq!(error.exit_code(), 1);
        assert!(captured.data().starts_with("address\tfailed\t"), "{name}");
    }
}

#[tokio::test]
async fn mistakes_are_named() {
    let bench = Bench::new().await;
    let dir = tempfile::tempdir().unwrap();
    let path = secret_file(&dir, "two words");
    let file = path.to_str().unwrap();
    for (_, backend) in bench.both() {
        for (arguments, said) in [
            (&["create", "--provider", "openai", "--secret-file", file][..], "secret: "),
            (&["create", "--provider", "openai"], "hand the provider's API key in"),
            (&["set-secret", "up_01kaj1p2y9f3v8s7m5n4k6t2qd"], "hand the provider's API key in"),
            (&["create", "--provider", "nobody"], "--provider: "),
            (
                &["create", "--provider", "openai_compatible", "--secret-file", "/nonexistent/file"],
                "/nonexistent/file ",
            ),
            (&["create", "--provider", "echo", "--name", &"x".repeat(101)], "--name: "),
            (&["list", "--page", "0"], "--page: "),
        ] {
            let error = upstreams(arguments, &backend, &CapturedOutput::pipe()).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Usage, "{arguments:?}: {error}");
            assert!(error.to_string().starts_with(said), "{arguments:?}: {error}");
            assert!(!error.to_string().contains("two words"), "{error}");
        }
        let captured = CapturedOutput::pipe();
        let create = ["create", "--provider", "echo"];
        if upstreams(&create, &backend, &captured).await.is_ok() {
            let error = upstreams(&create, &backend, &captured).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Conflict, "the name is taken");
            upstreams(&["delete", &id_of(&captured.data())], &backend, &captured).await.unwrap();
        }
        let error = upstreams(&["delete", "up_01kaj1p2y9f3v8s7m5n4k6t2qd"], &backend, &captured).await.unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (Kind::NotFound, "there is no such upstream"));
    }
}

/// A secret in a flag's value could be read by every user of the machine.
#[test]
fn secrets_are_no_arguments() {
    for bad in [
        &["create", "--provider", "openai", "--secret", "sk-x"][..],
        &["create", "--provider", "openai", "--api-key", "sk-x"],
        &["create", "--provider", "openai", "--secret-stdin", "--secret-file", "x"],
        &["set-secret", "up_x", "sk-x"],
    ] {
        let error = typed::<UpstreamsCommand>(bad).map(|_| ()).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{bad:?}");
    }
}
