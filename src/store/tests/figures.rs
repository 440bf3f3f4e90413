//! Store tests: usage aggregates.

use domain::{ErrorClass, RequestLog, Timestamp, Usage, Visible};
use store::{KeyActivity, Location, RequestTotals, UpstreamFigures};
use testkit_db::{TestDb, both_engines};

use crate::builders::{NOON, behind_its_back_on_usage, failed, key, plan, request, upstream};

const HOUR: i64 = 3_600_000;

both_engines! {
    async fn hours_are_counted_from_their_start_and_empty_ones_left_out(db: TestDb) {
        db.store
            .insert_requests(&[
                request(-1),
                request(0),
                failed(HOUR - 1, 400, ErrorClass::BadRequest),
                failed(2 * HOUR, 500, ErrorClass::Internal),
                RequestLog { status: 399, ..request(2 * HOUR + 1) },
                request(3 * HOUR),
            ])
            .await
            .unwrap();
        let hours = db.store.request_hours(&Visible::everything(), NOON, NOON.plus(3 * HOUR)).await.unwrap();
        assert_eq!(hours, [(NOON, 2, 1), (NOON.plus(2 * HOUR), 2, 1)]);
        assert_eq!(db.store.request_hours(&Visible::everything(), NOON.plus(9 * HOUR), NOON.plus(10 * HOUR)).await.unwrap(), []);
    }

    async fn hours_cross_days(db: TestDb) {
        db.store.insert_requests(&[request(11 * HOUR), request(12 * HOUR), request(13 * HOUR)]).await.unwrap();
        let hours = db.store.request_hours(&Visible::everything(), NOON, NOON.plus(Timestamp::DAY)).await.unwrap();
        assert_eq!(hours, [11, 12, 13].map(|hour| (NOON.plus(hour * HOUR), 1, 0)));
    }

    async fn totals_of_nothing_are_zero(db: TestDb) {
        assert_eq!(db.store.request_totals(&Visible::everything(), NOON).await.unwrap(), RequestTotals::default());
    }

    async fn totals_sum_what_came_since(db: TestDb) {
        let silent = RequestLog { usage: Usage::default(), first_byte_us: None, ..failed(2, 429, ErrorClass::RateLimitExceeded) };
        db.store.insert_requests(&[request(-1), request(0), request(1), silent]).await.unwrap();
        let totals = db.store.request_totals(&Visible::everything(), NOON).await.unwrap();
        let expected =
            RequestTotals { requests: 3, errors: 1, input_tokens: 20, output_tokens: 10, first_byte_p50_us: Some(1_000) };
        assert_eq!(totals, expected);
    }

    async fn sums_beyond_32_bits(db: TestDb) {
        let large = Usage { input_tokens: Some(i64::from(i32::MAX)), output_tokens: Some(1), ..Usage::default() };
        let rows: Vec<_> = (0..3).map(|n| RequestLog { usage: large, ..request(n) }).collect();
        db.store.insert_requests(&rows).await.unwrap();
        assert_eq!(db.store.request_totals(&Visible::everything(), NOON).await.unwrap().input_tokens, 3 * i64::from(i32::MAX));
    }

    async fn the_median_is_the_first_value_that_half_do_not_exceed(db: TestDb) {
        for (n, (value, median)) in [(50, 50), (10, 10), (40, 40), (30, 30), (20, 30)].into_iter().enumerate() {
            let row = RequestLog { first_byte_us: Some(value), ..request(i64::try_from(n).unwrap()) };
            db.store.insert_requests(&[row]).await.unwrap();
            let totals = db.store.request_totals(&Visible::everything(), NOON).await.unwrap();
            assert_eq!(totals.first_byte_p50_us, Some(median), "of {} values", n + 1);
        }
    }

    async fn upstreams_have_their_figures_and_their_newest_failure(db: TestDb) {
        let at = |n: u8, row: RequestLog| RequestLog { upstream_id: Some(upstream(n).id), ..row };
        db.store
            .insert_requests(&[
                at(2, failed(-1, 500, ErrorClass::Internal)),
                at(2, request(0)),
                at(1, failed(1, 502, ErrorClass::UpstreamUnavailable)),
                at(1, failed(2, 504, ErrorClass::UpstreamTimeout)),
                at(1, failed(3, 429, ErrorClass::UpstreamError)),
                at(1, request(4)),
                RequestLog { upstream_id: None, upstream: None, ..failed(5, 503, ErrorClass::NoUpstream) },
            ])
            .await
            .unwrap();
        let figures = db.store.upstream_figures(&Visible::everything(), NOON).await.unwrap();
        let a = UpstreamFigures {
            upstream_id: upstream(1).id.to_string(),
            requests: 4,
            errors: 2,
            last_error: Some(ErrorClass::UpstreamTimeout.into()),
        };
        let b = UpstreamFigures { upstream_id: upstream(2).id.to_string(), requests: 1, errors: 0, last_error: None };
        assert_eq!(figures, [a, b]);
        assert_eq!(db.store.upstream_figures(&Visible::everything(), NOON.plus(HOUR)).await.unwrap(), []);
    }

    /// F19
    async fn an_upstream_that_takes_the_name_of_a_deleted_one_inherits_nothing(db: TestDb) {
        let named = |n: u8, row: RequestLog| RequestLog {
            upstream_id: Some(upstream(n).id),
            upstream: Some("main".to_owned()),
            ..row
        };
        let rows = [named(1, failed(0, 502, ErrorClass::UpstreamReset)), named(1, request(1)), named(2, request(2))];
        db.store.insert_requests(&rows).await.unwrap();
        let figures = db.store.upstream_figures(&Visible::everything(), NOON).await.unwrap();
        let of = |n: u8| figures.iter().find(|figure| figure.upstream_id == upstream(n).id.as_str()).unwrap();
        assert_eq!((of(1).requests, of(1).errors), (2, 1));
        assert_eq!((of(2).requests, of(2).errors, &of(2).last_error), (1, 0, &None));
    }

    /// F18
    async fn the_median_is_of_good_answers_alone(db: TestDb) {
        let quick = |row: RequestLog| RequestLog { first_byte_us: Some(5), ..row };
        let rows = [
            RequestLog { first_byte_us: Some(900), ..request(0) },
            quick(failed(1, 429, ErrorClass::UpstreamError)),
            quick(failed(2, 502, ErrorClass::UpstreamUnavailable)),
            quick(failed(3, 200, ErrorClass::UpstreamReset)),
        ];
        db.store.insert_requests(&rows).await.unwrap();
        assert_eq!(db.store.request_totals(&Visible::everything(), NOON).await.unwrap().first_byte_p50_us, Some(900));
        db.store.insert_requests(&[quick(failed(4, 500, ErrorClass::Internal))]).await.unwrap();
        assert_eq!(db.store.request_totals(&Visible::everything(), NOON.plus(1)).await.unwrap().first_byte_p50_us, None);
    }

    /// F13
    async fn no_token_count_makes_a_sum_fail(db: TestDb) {
        db.store.insert_requests(&[request(0), request(1), request(2)]).await.unwrap();
        for (input, output, expected) in [
            ("9223372036854775807", "5", (0, 15)),
            ("-9223372036854775808", "-1", (0, 0)),
            ("1099511627776", "1099511627777", (3 << 40, 0)),
            ("10", "NULL", (30, 0)),
        ] {
            let set = format!("UPDATE request_logs SET input_tokens = {input}, output_tokens = {output}");
            behind_its_back_on_usage(&db, &set).await;
            let totals = db.store.request_totals(&Visible::everything(), NOON).await.unwrap();
            assert_eq!((totals.requests, totals.input_tokens, totals.output_tokens), (3, expected.0, expected.1));
        }
    }

    async fn sums_count_the_requests_that_a_row_stands_for(db: TestDb) {
        let many = |count: u32, row: RequestLog| RequestLog { count, ..row };
        let rows = [
            many(60, failed(0, 429, ErrorClass::RateLimitExceeded)),
            many(7, failed(1, 502, ErrorClass::UpstreamReset)),
            request(2),
        ];
        db.store.insert_requests(&rows).await.unwrap();
        let totals = db.store.request_totals(&Visible::everything(), NOON).await.unwrap();
        assert_eq!((totals.requests, totals.errors), (68, 67));
        assert_eq!(db.store.request_hours(&Visible::everything(), NOON, NOON.plus(HOUR)).await.unwrap(), [(NOON, 68, 67)]);
        let figures = db.store.upstream_figures(&Visible::everything(), NOON).await.unwrap();
        assert_eq!((figures[0].requests, figures[0].errors), (68, 7));
        assert_eq!(db.store.key_activity(&key(1).id, NOON).await.unwrap().requests, 68);
        for nonsense in ["0", "-3", "9223372036854775807"] {
            behind_its_back_on_usage(&db, &format!("UPDATE request_logs SET count = {nonsense}")).await;
            assert_eq!(db.store.request_totals(&Visible::everything(), NOON).await.unwrap().requests, 3, "{nonsense}");
        }
    }

    async fn figures_are_read_from_their_indexes_alone(db: TestDb) {
        let day = Timestamp::DAY;
        let rows: Vec<_> = (0..4_000)
            .map(|n| RequestLog {
                status: if n % 500 == 0 { 502 } else { 200 },
                upstream_id: Some(upstream(u8::try_from(n % 4).unwrap()).id),
                ..request(n * 1000)
            })
            .collect();
        db.store.insert_requests(&rows).await.unwrap();
        behind_its_back_on_usage(&db, "ANALYZE").await;
        let since = NOON.plus(-day).0;
        let sums = format!("SELECT SUM(count), SUM(input_tokens), SUM(output_tokens) FROM request_logs WHERE started_ms >= {since}");
        let median = format!("SELECT first_byte_us FROM request_logs WHERE started_ms >= {since} AND status < 400 AND error_class IS NULL");
        let by_upstream = format!("SELECT upstream_id || '', SUM(count), SUM(status) FROM request_logs WHERE started_ms >= {since} GROUP BY 1");
        let newest = format!(
            "SELECT error_class FROM request_logs WHERE upstream_id = '{}' AND status >= 500 ORDER BY id DESC LIMIT 1",
            upstream(0).id
        );
        let is_sqlite = matches!(db.location, Location::Sqlite { .. });
        for query in [sums, median, by_upstream] {
            let plan = plan(&db, &query).await;
            // How much PostgreSQL reads of so few rows by an index is its own affair; that it can is said below.
            assert!(!is_sqlite || plan.contains("COVERING INDEX request_logs_figures"), "{query}: {plan}");
        }
        let plan = plan(&db, &newest).await;
        let index = if is_sqlite { "request_logs_upstream_failure" } else { "_upstream_id_id_idx" };
        assert!(plan.contains(index) && !plan.contains("TEMP B-TREE") && !plan.contains("Sort"), "{plan}");
    }

    async fn a_key_has_its_activity(db: TestDb) {
        assert_eq!(db.store.key_activity(&key(1).id, NOON).await.unwrap(), KeyActivity::default());
        let from = |address: &str, row: RequestLog| RequestLog { client_address: address.to_owned(), ..row };
        db.store
            .insert_requests(&[
                from("10.0.0.9", request(-1)),
                from("10.0.0.1", request(0)),
                from("10.0.0.2", request(1)),
                from("10.0.0.1", request(2)),
                RequestLog { key_id: key(2).id, ..from("10.0.0.3", request(3)) },
            ])
            .await
            .unwrap();
        let activity = db.store.key_activity(&key(1).id, NOON).await.unwrap();
        assert_eq!(activity, KeyActivity { requests: 3, addresses: 2, last_at: Some(NOON.plus(2)) });
        let later = db.store.key_activity(&key(1).id, NOON.plus(3)).await.unwrap();
        assert_eq!(later, KeyActivity { requests: 0, addresses: 0, last_at: Some(NOON.plus(2)) });
    }
}
