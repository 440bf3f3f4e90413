//! `keywright logs`: requests that passed.

use contract::{
    Nothing,
    logs::{LogQuery, LogRow, LogsList, LogsShow},
};

use super::{args::LogsCommand, backend::Backend, error::CliError, output::Output};

/// The columns of a list, in the order that scripts rely on: new ones come at the end.
const COLUMNS: [&str; 17] = [
    "id",
    "started_at",
    "status",
    "key",
    "model",
    "upstream",
    "input_tokens",
    "output_tokens",
    "latency_ms",
    "endpoint",
    "error",
    "policy_version",
    "count",
    "cached_tokens",
    "cache_write_tokens",
    "cost",
    "session",
];

/// Runs the command.
pub async fn run(command: LogsCommand, backend: &Backend, out: &Output) -> Result<(), CliError> {
    let args = match command {
        LogsCommand::List(args) => args,
        LogsCommand::Show { id } => {
            let id = id.trim().parse().map_err(|_| CliError::not_found("request"))?;
            out.show(&backend.call::<LogsShow>(id, Nothing {}).await?);
            return out.finish();
        }
    };
    let query = LogQuery {
        key_id: args.key,
        model: args.model,
        upstream: args.upstream,
        status: args.status,
        id: args.id,
        since: args.since,
        until: args.until,
        limit: args.limit,
        cursor: args.cursor,
    };
    let page = backend.call::<LogsList>((), query).await?;
    let rows: Vec<Vec<String>> = page.items.iter().map(row).collect();
    out.list(&page, &COLUMNS, &rows);
    if let Some(cursor) = &page.next_cursor {
        out.message(&format!("There are more requests: --cursor {cursor} shows the next, --limit takes up to 500."));
    }
    out.finish()
}

fn row(row: &LogRow) -> Vec<String> {
    let number = |value: Option<i64>| value.map(|n| n.to_string()).unwrap_or_default();
    vec![
        row.id.to_string(),
        row.started_at.map(domain::Timestamp::to_rfc3339).unwrap_or_default(),
        row.status.to_string(),
        row.key_name.clone(),
        row.model.clone().unwrap_or_default(),
        row.upstream.clone().unwrap_or_default(),
        number(row.input_tokens),
        number(row.output_tokens),
        row.latency_ms.to_string(),
        row.endpoint.clone(),
        row.damaged.as_ref().map(|_| "damaged".to_owned()).or_else(|| row.error_class.clone()).unwrap_or_default(),
        number(row.policy_version),
        row.count.to_string(),
        number(row.cached_tokens),
        number(row.cache_write_tokens),
        row.cost.amount.clone().unwrap_or_default(),
        row.session_id.clone().unwrap_or_default(),
    ]
}

#[cfg(test)]
mod tests {
    use domain::{ErrorClass, RequestId, RequestLog, Timestamp, Usage};
    use testkit_domain::request;

    use super::*;
    use crate::cli::{
        backend::tests::{Bench, typed},
        error::Kind,
        output::tests::CapturedOutput,
    };

    fn stored(n: u8, status: u16) -> RequestLog {
        let started_at = Timestamp(1_794_990_000_000 + i64::from(n) * 1000);
        RequestLog {
            id: RequestId::new(started_at, [n; 10]),
            started_at,
            key_name: "ci".to_owned(),
            model: Some("gpt\u{1b}[2J".to_owned()),
            model_served: None,
            upstream: None,
            status,
            usage: Usage { input_tokens: Some(12), ..Usage::default() },
            latency_us: 1_500,
            first_byte_us: None,
            error_class: (status >= 400).then_some(ErrorClass::RateLimitExceeded.into()),
            ..request(0)
        }
    }

    #[tokio::test]
    async fn rows_are_listed_page_by_page_and_made_harmless() {
        let bench = Bench::new().await;
        let rows = [stored(1, 200), stored(2, 429), stored(3, 200)];
        bench.store.insert_requests(&rows).await.unwrap();
        for (_, backend) in bench.both() {
            let captured = CapturedOutput::pipe();
            run(typed(&["list", "--limit", "2"]).unwrap(), &backend, &captured.out).await.unwrap();
            let printed = captured.data();
            let refused = format!(
                "{}\t{}\t429\tci\tgpt\u{fffd}[2J\t\t12\t\t1.5\t/v1/chat/completions\trate_limit_exceeded\t4\t1\t\t\t0.000000123\t",
                rows[1].id,
                rows[1].started_at.to_rfc3339()
            );
            assert_eq!(printed.lines().count(), 2);
            assert_eq!(printed.lines().nth(1), Some(refused.as_str()));
            assert_eq!(
                captured.messages(),
                format!("There are more requests: --cursor {} shows the next, --limit takes up to 500.\n", rows[1].id)
            );
            let next = ["list", "--cursor", rows[1].id.as_str(), "--status", "2xx"];
            run(typed(&next).unwrap(), &backend, &captured.out).await.unwrap();
            assert!(captured.data().starts_with(rows[0].id.as_str()));
            assert_eq!(captured.messages(), "");
        }
    }

    #[tokio::test]
    async fn mistakes_name_the_flag() {
        let bench = Bench::new().await;
        for (_, backend) in bench.both() {
            for flag in ["--limit", "--status", "--since", "--until", "--cursor"] {
                let value = if flag == "--limit" { "501" } else { "x" };
                let error = run(typed(&["list", flag, value]).unwrap(), &backend, &CapturedOutput::pipe().out)
                    .await
                    .unwrap_err();
                assert_eq!(error.kind(), Kind::Usage);
                assert!(error.to_string().starts_with(flag), "{error}");
            }
        }
    }
}
