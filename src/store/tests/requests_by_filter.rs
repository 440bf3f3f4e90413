//! Store tests: filtered request lists.

use domain::{ErrorClass, RequestLog, Timestamp, Visible};
use store::{Location, RequestFilter, Store};
use testkit_db::{TestDb, both_engines};

use crate::builders::{NOON, behind_its_back_on_usage, failed, key, plan, request};

fn filter() -> RequestFilter {
    RequestFilter { limit: 100, ..RequestFilter::default() }
}

/// When the rows that a filter lets through arrived, in milliseconds after noon.
async fn found(store: &Store, filter: RequestFilter) -> Vec<i64> {
    let rows = store.list_requests(&Visible::everything(), &filter).await.unwrap();
    rows.iter().map(|row| row.as_ref().unwrap().started_at.since(NOON)).collect()
}

both_engines! {
    async fn pages_follow_each_other_without_gap_or_overlap(db: TestDb) {
        db.store.insert_requests(&(0..7).map(request).collect::<Vec<_>>()).await.unwrap();
        let mut below = None;
        let mut seen = Vec::new();
        loop {
            let rows = db.store.list_requests(&Visible::everything(), &RequestFilter { limit: 3, below, ..filter() }).await.unwrap();
            let rows: Vec<RequestLog> = rows.into_iter().map(Result::unwrap).collect();
            let Some(last) = rows.last() else { break };
            below = Some(last.id.to_string());
            seen.push(rows.iter().map(|row| row.started_at.since(NOON)).collect::<Vec<_>>());
        }
        assert_eq!(seen, [vec![6, 5, 4], vec![3, 2, 1], vec![0]]);
    }

    async fn rows_that_arrive_meanwhile_do_not_move_a_page(db: TestDb) {
        db.store.insert_requests(&(0..4).map(request).collect::<Vec<_>>()).await.unwrap();
        let below = Some(request(2).id.to_string());
        db.store.insert_requests(&[request(10)]).await.unwrap();
        assert_eq!(found(&db.store, RequestFilter { limit: 2, below, ..filter() }).await, [1, 0]);
    }

    async fn each_filter_and_all_together(db: TestDb) {
        db.store
            .insert_requests(&[
                request(0),
                RequestLog { key_id: key(2).id, ..request(1) },
                RequestLog { model: Some("claude".to_owned()), ..request(2) },
                RequestLog { model: None, ..request(3) },
                RequestLog { upstream: Some("other".to_owned()), ..request(4) },
                RequestLog { upstream: None, ..failed(5, 503, ErrorClass::NoUpstream) },
                RequestLog { key_id: key(2).id, upstream: Some("other".to_owned()), ..request(6) },
            ])
            .await
            .unwrap();
        let key_id = Some(key(2).id.to_string());
        assert_eq!(found(&db.store, RequestFilter { key_id: key_id.clone(), ..filter() }).await, [6, 1]);
        assert_eq!(found(&db.store, RequestFilter { model: Some("claude".to_owned()), ..filter() }).await, [2]);
        assert_eq!(found(&db.store, RequestFilter { upstream: Some("other".to_owned()), ..filter() }).await, [6, 4]);
        let id = Some(request(3).id.to_string());
        assert_eq!(found(&db.store, RequestFilter { id: id.clone(), ..filter() }).await, [3]);
        let both = RequestFilter { key_id: key_id.clone(), upstream: Some("other".to_owned()), ..filter() };
        assert_eq!(found(&db.store, both).await, [6]);
        assert_eq!(found(&db.store, RequestFilter { key_id, id, ..filter() }).await, [0; 0]);
        assert_eq!(found(&db.store, RequestFilter { model: Some("clau\0de".to_owned()), ..filter() }).await, [0; 0]);
    }

    async fn statuses_one_by_one_by_class_and_by_range(db: TestDb) {
        let statuses = [200, 204, 399, 400, 404, 429, 499, 500, 503, 599];
        let rows: Vec<_> =
            (0..).zip(statuses).map(|(n, status)| RequestLog { status, ..request(n) }).collect();
        db.store.insert_requests(&rows).await.unwrap();
        for (low, high) in [(200, 200), (429, 429), (200, 299), (400, 499), (500, 599), (400, 599), (300, 450), (418, 418)] {
            let mut expected: Vec<_> =
                (0..).zip(statuses).filter(|(_, status)| (low..=high).contains(status)).map(|(n, _)| n).collect();
            expected.reverse();
            let status = Some((low, high));
            assert_eq!(found(&db.store, RequestFilter { status, ..filter() }).await, expected, "{low}–{high}");
        }
    }

    async fn times_are_half_open(db: TestDb) {
        let day = Timestamp::DAY;
        let rows = [0, 10, 20, 30, 3 * day].map(request);
        db.store.insert_requests(&rows).await.unwrap();
        let (since, until) = (Some(NOON.plus(10)), Some(NOON.plus(30)));
        assert_eq!(found(&db.store, RequestFilter { since, ..filter() }).await, [3 * day, 30, 20, 10]);
        assert_eq!(found(&db.store, RequestFilter { until, ..filter() }).await, [20, 10, 0]);
        assert_eq!(found(&db.store, RequestFilter { since, until, ..filter() }).await, [20, 10]);
    }

    async fn times_that_no_id_can_hold_bound_nothing(db: TestDb) {
        db.store.insert_requests(&[request(0)]).await.unwrap();
        let (since, until) = (Some(Timestamp(i64::MIN)), Some(Timestamp(i64::MAX)));
        assert_eq!(found(&db.store, RequestFilter { since, until, ..filter() }).await, [0]);
    }

    async fn a_clock_that_was_set_between_id_and_arrival_hides_no_row(db: TestDb) {
        let early = RequestLog { started_at: NOON.plus(100_000), ..request(50_000) };
        let late = RequestLog { started_at: NOON.plus(100_000), ..request(150_000) };
        db.store.insert_requests(&[early, late]).await.unwrap();
        let (since, until) = (Some(NOON.plus(100_000)), Some(NOON.plus(100_001)));
        assert_eq!(found(&db.store, RequestFilter { since, until, ..filter() }).await.len(), 2);
    }

    async fn every_filter_is_a_walk_down_an_index(db: TestDb) {
        let rows: Vec<_> = (0..3_000)
            .map(|n| RequestLog {
                status: if n % 100 == 0 { 429 } else { 200 },
                model: Some(format!("model-{}", n % 150)),
                upstream: Some(format!("upstream-{}", n % 150)),
                key_id: key(u8::try_from(n % 150).unwrap()).id,
                ..request(n * 1000)
            })
            .collect();
        db.store.insert_requests(&rows).await.unwrap();
        behind_its_back_on_usage(&db, "ANALYZE").await;
        for (condition, on_sqlite, on_postgres) in [
            ("id < 'req_7'", "sqlite_autoindex_request_logs_1", "_pkey"),
            ("key_id = 'key_1'", "request_logs_key ", "_key_id_id_idx"),
            ("model = 'model-1'", "request_logs_model ", "_model_id_idx"),
            ("upstream = 'upstream-1'", "request_logs_upstream ", "_upstream_id_idx"),
            ("status = 429 AND status >= 400", "request_logs_failure ", "_status_id_idx"),
            ("status / 100 = 4 AND status >= 400", "request_logs_failure_class ", "_expr_id_idx"),
        ] {
            let query = format!("SELECT * FROM request_logs WHERE {condition} ORDER BY id DESC LIMIT 50");
            let plan = plan(&db, &query).await;
            let index = if matches!(db.location, Location::Sqlite { .. }) { on_sqlite } else { on_postgres };
            assert!(plan.contains(index), "{condition}: {plan}");
            assert!(!plan.contains("TEMP B-TREE") && !plan.contains("Sort"), "{condition}: {plan}");
        }
    }
}
