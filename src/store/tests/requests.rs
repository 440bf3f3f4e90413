use domain::{ErrorClass, RequestId, RequestLog, Timestamp, Usage};
use store::{Error, RequestFilter, Store};
use testkit_db::{TestDb, both_engines};

use crate::builders::{NOON, behind_its_back_on_usage, bytes, key, request};

async fn all(store: &Store) -> Vec<RequestLog> {
    store.list_requests(&RequestFilter { limit: 10_000, ..RequestFilter::default() }).await.unwrap()
}

both_engines! {
    async fn every_field_comes_back(db: TestDb) {
        let full = RequestLog {
            upstream_status: Some(307),
            status: 502,
            error_class: Some(ErrorClass::UpstreamRedirected),
            attempts: 3,
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
            ..request(1)
        };
        db.store.insert_requests(&[full.clone(), bare.clone()]).await.unwrap();
        assert_eq!(db.store.find_request(&full.id).await.unwrap(), Some(full.clone()));
        assert_eq!(db.store.find_request(&bare.id).await.unwrap(), Some(bare.clone()));
        assert_eq!(all(&db.store).await, [bare, full]);
        assert_eq!(db.store.find_request(&RequestId::new(NOON, bytes(9))).await.unwrap(), None);
    }

    async fn a_row_that_is_there_stays_as_it_is(db: TestDb) {
        db.store.insert_requests::<RequestLog>(&[]).await.unwrap();
        db.store.insert_requests(&[request(0)]).await.unwrap();
        let again = RequestLog { status: 500, ..request(0) };
        db.store.insert_requests(&[again, request(1)]).await.unwrap();
        assert_eq!(all(&db.store).await, [request(1), request(0)]);
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
        assert_eq!(db.store.find_request(&days[0].id).await.unwrap().as_ref(), Some(&days[0]));
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
        assert_eq!(db.store.latest_request_of_key(&key(1).id).await.unwrap(), Some(request(2)));
        assert_eq!(db.store.latest_request_of_key(&key(2).id).await.unwrap(), Some(other));
    }

    async fn a_row_that_does_not_parse_is_damage_and_names_its_column(db: TestDb) {
        db.store.insert_requests(&[request(0)]).await.unwrap();
        for (column, value, back) in
            [("error_class", "'from_the_future'", "NULL"), ("status", "70000", "200"), ("key_id", "'up_1'", "''")]
        {
            behind_its_back_on_usage(&db, &format!("UPDATE request_logs SET {column} = {value}")).await;
            match db.store.find_request(&request(0).id).await {
                Err(Error::Damaged(what)) => assert!(what.contains(&format!("request_logs.{column}")), "{what}"),
                other => panic!("{column}: {other:?}"),
            }
            behind_its_back_on_usage(&db, &format!("UPDATE request_logs SET {column} = {back}")).await;
        }
    }
}
