//! Store tests: request rows.

use domain::{CostSource, ErrorClass, OpenEnum, RequestId, RequestLog, Timestamp, Usage, Visible};
use store::{RequestFilter, Store};
use testkit_db::{TestDb, both_engines};

use crate::builders::{NOON, behind_its_back_on_usage, bytes, key, request};

async fn all(store: &Store) -> Vec<RequestLog> {
    let filter = RequestFilter { limit: 10_000, ..RequestFilter::default() };
    store.list_requests(&Visible::everything(), &filter).await.unwrap().into_iter().map(Result::unwrap).collect()
}

both_engines! {
    async fn every_field_comes_back(db: TestDb) {
        let full = RequestLog {
            upstream_status: Some(307),
            status: 502,
            error_class: Some(ErrorClass::UpstreamRedirected.into()),
            count: 7,
            attempts: 3,
            usage: Usage { cache_write_5m: Some(2), web_searches: Some(1), unreadable: true, ..request(0).usage },
            usage_raw: Some("{\"prompt_tokens\":10}".to_owned()),
            service_tier: Some("flex".to_owned()),
            cost_source: Some(CostSource::Reported.into()),
            session_id: Some("s1".to_owned()),
            attempts_detail: Some("[]".to_owned()),
            ..request(0)
        };
        let bare = RequestLog {
            streamed: false,
            model: None,
            model_served: None,
            upstream_id: None,
            upstream: None,
            usage: Usage::default(),
            price_nano: None,
            first_byte_us: None,
            user_agent: None,
            policy_version: None,
            ..request(1)
        };
        db.store.insert_requests(&[full.clone(), bare.clone()]).await.unwrap();
        assert_eq!(db.store.find_request(&full.id).await.unwrap(), Some(Ok(full.clone())));
        assert_eq!(db.store.find_request(&bare.id).await.unwrap(), Some(Ok(bare.clone())));
        // What only the page of one row shows is not read for a list.
        let listed = RequestLog { usage_raw: None, attempts_detail: None, ..full };
        assert_eq!(all(&db.store).await, [bare, listed]);
        assert_eq!(db.store.find_request(&RequestId::new(NOON, bytes(9))).await.unwrap(), None);
    }

    async fn a_row_that_is_there_stays_as_it_is(db: TestDb) {
        db.store.insert_requests::<RequestLog>(&[]).await.unwrap();
        db.store.insert_requests(&[request(0)]).await.unwrap();
        let again = RequestLog { status: 500, ..request(0) };
        db.store.insert_requests(&[again, request(1)]).await.unwrap();
        assert_eq!(all(&db.store).await, [request(1), request(0)]);
    }

    /// C09: however often the end of a background answer is read, its usage counts once, also when a batch comes twice.
    async fn a_background_answer_is_counted_once(db: TestDb) {
        let background = Some("resp_8".to_owned());
        let taken_on = RequestLog { background: background.clone(), usage: Usage::default(), ..request(0) };
        let read = |after| RequestLog { background: background.clone(), ..request(after) };
        let unknown = RequestLog { background: Some("resp_9".to_owned()), ..request(9) };
        db.store.insert_requests(&[taken_on.clone(), read(1), read(2)]).await.unwrap();
        db.store.insert_requests(&[read(1), read(3), unknown]).await.unwrap();
        let counted: Vec<_> = all(&db.store).await.into_iter().filter(|row| !row.usage.is_empty()).collect();
        assert_eq!(counted.iter().map(|row| row.id.clone()).collect::<Vec<_>>(), [request(1).id]);
        assert_eq!(db.store.list_open_answers(NOON.plus(1_000), 10).await.unwrap(), []);
        let another = RequestLog { background: Some("resp_10".to_owned()), usage: Usage::default(), ..request(20) };
        db.store.insert_requests(std::slice::from_ref(&another)).await.unwrap();
        let open = db.store.list_open_answers(NOON.plus(1_000), 10).await.unwrap();
        assert_eq!((open.len(), &open[0].answer_id, &open[0].request_id), (1, &"resp_10".to_owned(), &another.id));
        assert_eq!(db.store.list_open_answers(NOON, 10).await.unwrap(), [], "not yet");
        db.store.give_up_answer(&open[0]).await.unwrap();
        assert_eq!(db.store.list_open_answers(NOON.plus(1_000), 10).await.unwrap(), []);
        assert_eq!(db.store.prune_answers(NOON.plus(10)).await.unwrap(), 1);
    }

    async fn a_large_batch_is_written_whole(db: TestDb) {
        let rows: Vec<_> = (0..1_234).map(request).collect();
        db.store.insert_requests(&rows).await.unwrap();
        let mut found = all(&db.store).await;
        found.reverse();
        assert_eq!(found, rows);
    }

    async fn rows_of_different_days_are_found_together(db: TestDb) {
        let days = [-40, -1, 0, 1, 365].map(|day| request(day * Timestamp::DAY));
        db.store.insert_requests(&days).await.unwrap();
        db.store.insert_requests(&[request(2 * Timestamp::DAY), request(1)]).await.unwrap();
        let found: Vec<_> = all(&db.store).await.iter().map(|row| row.started_at.since(NOON)).collect();
        let day = Timestamp::DAY;
        assert_eq!(found, [365 * day, 2 * day, day, 1, 0, -day, -40 * day]);
        assert_eq!(db.store.find_request(&days[0].id).await.unwrap(), Some(Ok(days[0].clone())));
    }

    async fn writers_at_the_same_time_make_a_missing_day_once(db: TestDb) {
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..8 {
            let store = db.store.clone();
            tasks.spawn(async move { store.insert_requests(&[request(5 * Timestamp::DAY + n)]).await.unwrap() });
        }
        tasks.join_all().await;
        assert_eq!(all(&db.store).await.len(), 8);
    }

    async fn what_a_client_says_cannot_stop_a_batch(db: TestDb) {
        let odd = RequestLog {
            model: Some("a\0b".to_owned()),
            model_served: Some("'; DROP TABLE request_logs; --".to_owned()),
            user_agent: Some("\0".to_owned()),
            endpoint: "/v1/\u{202e}\0".to_owned(),
            ..request(0)
        };
        db.store.insert_requests(std::slice::from_ref(&odd)).await.unwrap();
        let expected = RequestLog {
            model: Some("a\u{fffd}b".to_owned()),
            user_agent: Some("\u{fffd}".to_owned()),
            endpoint: "/v1/\u{202e}\u{fffd}".to_owned(),
            ..odd
        };
        assert_eq!(all(&db.store).await, [expected]);
    }

    async fn the_newest_row_of_a_key(db: TestDb) {
        assert_eq!(db.store.latest_request_of_key(&key(1).id).await.unwrap(), None);
        let other = RequestLog { key_id: key(2).id, ..request(9) };
        db.store.insert_requests(&[request(1), request(2), other.clone()]).await.unwrap();
        assert_eq!(db.store.latest_request_of_key(&key(1).id).await.unwrap(), Some(Ok(request(2))));
        assert_eq!(db.store.latest_request_of_key(&key(2).id).await.unwrap(), Some(Ok(other)));
    }

    /// F23
    async fn a_damaged_row_names_its_column_and_damages_itself_alone(db: TestDb) {
        db.store.insert_requests(&[request(0), request(1)]).await.unwrap();
        let id = request(1).id;
        for (column, value, back) in [
            ("status", "70000", "200"),
            ("attempts", "-9223372036854775808", "1"),
            ("count", "-1", "1"),
            ("key_id", "'up_1'", &format!("'{}'", key(1).id)),
            ("upstream_id", "''", "NULL"),
        ] {
            let set = |value: &str| format!("UPDATE request_logs SET {column} = {value} WHERE id = '{id}'");
            behind_its_back_on_usage(&db, &set(value)).await;
            let list = db.store.list_requests(&Visible::everything(), &RequestFilter { limit: 9, ..RequestFilter::default() }).await.unwrap();
            let damaged = list[0].as_ref().unwrap_err();
            assert_eq!((damaged.id.as_str(), damaged.started_at), (id.as_str(), Some(NOON.plus(1))), "{column}");
            assert!(damaged.what.contains(&format!("request_logs.{column}")), "{}", damaged.what);
            assert_eq!((list.len(), list[1].as_ref()), (2, Ok(&request(0))));
            assert_eq!(db.store.find_request(&id).await.unwrap(), Some(Err(damaged.clone())));
            behind_its_back_on_usage(&db, &set(back)).await;
            assert!(db.store.find_request(&id).await.unwrap().unwrap().is_ok(), "{column}");
        }
    }

    /// F23
    async fn a_class_that_a_newer_version_wrote_is_read_as_it_is(db: TestDb) {
        let odd = RequestLog { error_class: Some(OpenEnum::Other("from_the_future".to_owned())), ..request(0) };
        db.store.insert_requests(std::slice::from_ref(&odd)).await.unwrap();
        assert_eq!(all(&db.store).await, std::slice::from_ref(&odd));
        let upstream_error = RequestLog { status: 502, id: request(5).id, ..odd };
        db.store.insert_requests(&[upstream_error]).await.unwrap();
        let figures = db.store.upstream_figures(&Visible::everything(), NOON).await.unwrap();
        assert_eq!(figures[0].last_error, Some(OpenEnum::Other("from_the_future".to_owned())));
    }

    /// F13: rows that are there already.
    async fn token_counts_that_cannot_be_are_read_as_unreadable(db: TestDb) {
        db.store.insert_requests(&[request(0)]).await.unwrap();
        behind_its_back_on_usage(&db, "UPDATE request_logs SET input_tokens = 9223372036854775807, output_tokens = -5").await;
        let usage = all(&db.store).await[0].usage;
        assert_eq!(usage, Usage { cached_tokens: Some(4), reasoning_tokens: Some(2), unreadable: true, ..Usage::default() });
    }
}
