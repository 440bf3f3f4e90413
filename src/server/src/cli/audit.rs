//! `keywright audit`: who did what, and whether the log of it is whole.
#![allow(clippy::doc_markdown)] // these comments are the help that people read in a terminal

use contract::{
    Nothing,
    audit::{AuditChange, AuditList, AuditQuery, AuditRow, AuditVerdict, AuditVerify},
};

use super::{
    args::{AuditCommand, AuditListArgs},
    backend::Backend,
    error::CliError,
    output::Output,
};

/// The columns of a list, in the order that scripts rely on: new ones come at the end.
const COLUMNS: [&str; 8] = ["seq", "at", "actor", "act", "target_id", "address", "request_id", "changes"];

/// Runs the command.
pub async fn run(command: AuditCommand, backend: &Backend, out: &Output) -> Result<(), CliError> {
    match command {
        AuditCommand::List(args) => list(args, backend, out).await,
        AuditCommand::Verify => verdict(&backend.call::<AuditVerify>((), Nothing {}).await?, out),
    }
}

async fn list(args: AuditListArgs, backend: &Backend, out: &Output) -> Result<(), CliError> {
    let query = AuditQuery {
        actor: args.actor,
        act: args.act,
        target_id: args.target_id,
        project_id: args.project_id,
        since: args.since,
        until: args.until,
        limit: args.limit,
        cursor: args.cursor,
    };
    let page = backend.call::<AuditList>((), query).await?;
    let rows: Vec<Vec<String>> = page.items.iter().map(row).collect();
    out.list(&page, &COLUMNS, &rows);
    if let Some(cursor) = &page.next_cursor {
        out.message(&format!("More: --cursor {cursor}"));
    }
    out.finish()
}

fn row(row: &AuditRow) -> Vec<String> {
    vec![
        row.seq.to_string(),
        row.at.clone(),
        row.actor.clone(),
        row.act.clone(),
        row.target_id.clone(),
        row.address.clone().unwrap_or_default(),
        row.request_id.clone().unwrap_or_default(),
        row.changes.iter().map(change).collect::<Vec<_>>().join("; "),
    ]
}

fn change(change: &AuditChange) -> String {
    format!("{}: {} → {}", change.field, change.old, change.new)
}

/// Prints the verdict; an error, and so exit code 1, where the log is not whole.
fn verdict(verdict: &AuditVerdict, out: &Output) -> Result<(), CliError> {
    let head = verdict.head.as_ref();
    let mut fields = vec![
        ("ok", verdict.ok.to_string()),
        ("records", verdict.records.to_string()),
        ("head_seq", head.map(|head| head.seq.to_string()).unwrap_or_default()),
        ("head_link", head.map(|head| head.link.clone()).unwrap_or_default()),
    ];
    let mut wrong = Vec::new();
    if let Some(bad) = &verdict.first_bad {
        fields.push(("first_bad", bad.seq.to_string()));
        wrong.push(format!("record {}: {}", bad.seq, bad.problem.sentence()));
    }
    for key in &verdict.live_keys {
        fields.push(("live_key", key.id.clone()));
        wrong.push(format!("key {} ({}) is live although record {} ({}) ended it", key.id, key.name, key.seq, key.act));
    }
    out.thing(verdict, &fields);
    out.finish()?;
    if verdict.ok {
        Ok(())
    } else {
        Err(CliError::failure(format!("the audit log is not whole\n{}", wrong.join("\n"))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{
        backend::tests::{Bench, typed},
        error::Kind,
        output::tests::CapturedOutput,
    };

    async fn key(bench: &Bench) -> String {
        let shape = contract::keys::CreateKey { name: "ci".to_owned(), ..contract::keys::CreateKey::default() };
        bench.local().call::<contract::keys::KeysCreate>((), shape).await.unwrap().key.id.to_string()
    }

    #[tokio::test]
    async fn records_are_listed_page_by_page() {
        let bench = Bench::new().await;
        let (first, second) = (key(&bench).await, key(&bench).await);
        for (name, backend) in bench.both() {
            let captured = CapturedOutput::pipe();
            run(typed(&["list", "--limit", "1", "--act", "key.create"]).unwrap(), &backend, &captured.out)
                .await
                .unwrap();
            let printed = captured.data();
            assert!(
                printed.starts_with("2\t") && printed.contains(&second) && printed.contains("local:1000"),
                "{name}: {printed}"
            );
            assert!(printed.contains("name: null → \"ci\""), "{name}: {printed}");
            assert_eq!(captured.messages(), "More: --cursor 2\n");
            run(typed(&["list", "--cursor", "2"]).unwrap(), &backend, &captured.out).await.unwrap();
            assert!(captured.data().contains(&first), "{name}");
            let error = run(typed(&["list", "--act", "x"]).unwrap(), &backend, &captured.out).await.unwrap_err();
            assert!(error.kind() == Kind::Usage && error.to_string().starts_with("--act"), "{name}: {error}");
        }
    }

    #[tokio::test]
    async fn a_whole_log_is_said_to_be_whole() {
        let bench = Bench::new().await;
        key(&bench).await;
        for (name, backend) in bench.both() {
            let captured = CapturedOutput::pipe();
            run(typed(&["verify"]).unwrap(), &backend, &captured.out).await.unwrap();
            let printed = captured.data();
            assert!(printed.starts_with("ok\ttrue\nrecords\t1\nhead_seq\t1\n"), "{name}: {printed}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_and_fails_the_command() {
        let bad = contract::audit::BadRecord { seq: 3, problem: contract::audit::AuditProblem::Cut };
        let key = contract::audit::LiveKey {
            id: "key_1".to_owned(),
            name: "ci".to_owned(),
            act: "key.revoke".to_owned(),
            seq: 2,
        };
        let broken = AuditVerdict { ok: false, records: 2, first_bad: Some(bad), head: None, live_keys: vec![key] };
        let captured = CapturedOutput::pipe();
        let error = verdict(&broken, &captured.out).unwrap_err();
        assert_eq!(error.kind(), Kind::Failure);
        assert!(error.to_string().contains("record 3: the log was cut here"), "{error}");
        assert!(
            error.to_string().contains("key key_1 (ci) is live although record 2 (key.revoke) ended it"),
            "{error}"
        );
        assert!(captured.data().contains("first_bad\t3"));
    }
}
