//! Background job tests in a running product, and the audit log's end.

use std::time::Duration;

use testkit::{TestServer, both_engines};

both_engines! {
    /// A running server does what is due by itself, and records refused sign-ins in sum when it stops.
    async fn jobs_run_by_themselves(engine) {
        let mut server = TestServer::start(engine).await;
        server.clock().advance(Duration::from_hours(1));
        let location = match server.engine().database_url() {
            Some(url) => store::Location::Postgres { url: url.to_owned() },
            None => store::Location::Sqlite { dir: server.dir().to_owned() },
        };
        let store = store::Store::open(&location).await.unwrap();
        let mut left = 200;
        let run = loop {
            match store.latest_job_run("audit_head").await.unwrap() {
                Some(run) if run.ended_at.is_some() => break run,
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
            left -= 1;
            assert!(left > 0, "the hourly job did not run");
        };
        assert_eq!(run.detail.as_deref(), Some("the audit log ends at 0"));
        let cx = server.parts().control.cx(domain::Actor::Anonymous, None);
        let form = contract::session::Login { email: "nobody@example.org".to_owned(), password: "x".to_owned() };
        assert!(control::users::login(&cx, form, None).await.is_err());
        drop(cx);
        server.stop().await;
        let records = store.audit_after(0, 10).await.unwrap();
        assert_eq!(records.iter().map(|record| record.act.as_str()).collect::<Vec<_>>(), ["session.refuse"]);
    }
}
