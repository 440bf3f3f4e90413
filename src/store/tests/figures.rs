use domain::{ErrorClass, RequestLog, Timestamp, Usage};
use store::{KeyActivity, RequestTotals, UpstreamFigures};
use testkit_db::{TestDb, both_engines};

use crate::builders::{NOON, failed, key, request};

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
        let hours = db.store.request_hours(NOON, NOON.plus(3 * HOUR)).await.unwrap();
        assert_eq!(hours, [(NOON, 2, 1), (NOON.plus(2 * HOUR), 2, 1)]);
        assert_eq!(db.store.request_hours(NOON.plus(9 * HOUR), NOON.plus(10 * HOUR)).await.unwrap(), []);
    }

    async fn hours_cross_days(db: TestDb) {
        db.store.insert_requests(&[request(11 * HOUR), request(12 * HOUR), request(13 * HOUR)]).await.unwrap();
        let hours = db.store.request_hours(NOON, NOON.plus(Timestamp::DAY)).await.unwrap();
        assert_eq!(hours, [11, 12, 13].map(|hour| (NOON.plus(hour * HOUR), 1, 0)));
    }

    async fn totals_of_nothing_are_zero(db: TestDb) {
        assert_eq!(db.store.request_totals(NOON).await.unwrap(), RequestTotals::default());
    }

    async fn totals_sum_what_came_since(db: TestDb) {
        let silent = RequestLog { usage: Usage::default(), first_byte_us: None, ..failed(2, 429, ErrorClass::RateLimitExceeded) };
        db.store.insert_requests(&[request(-1), request(0), request(1), silent]).await.unwrap();
        let totals = db.store.request_totals(NOON).await.unwrap();
        let expected =
            RequestTotals { requests: 3, errors: 1, input_tokens: 20, output_tokens: 10, first_byte_p50_us: Some(1_000) };
        assert_eq!(totals, expected);
    }

    async fn sums_beyond_32_bits(db: TestDb) {
        let large = Usage { input_tokens: Some(i64::from(i32::MAX)), output_tokens: Some(1), ..Usage::default() };
        let rows: Vec<_> = (0..3).map(|n| RequestLog { usage: large, ..request(n) }).collect();
        db.store.insert_requests(&rows).await.unwrap();
        assert_eq!(db.store.request_totals(NOON).await.unwrap().input_tokens, 3 * i64::from(i32::MAX));
    }

    async fn the_median_is_the_first_value_that_half_do_not_exceed(db: TestDb) {
        for (n, (value, median)) in [(50, 50), (10, 10), (40, 40), (30, 30), (20, 30)].into_iter().enumerate() {
            let row = RequestLog { first_byte_us: Some(value), ..request(i64::try_from(n).unwrap()) };
            db.store.insert_requests(&[row]).await.unwrap();
            let totals = db.store.request_totals(NOON).await.unwrap();
            assert_eq!(totals.first_byte_p50_us, Some(median), "of {} values", n + 1);
        }
    }

    async fn upstreams_have_their_figures_and_their_newest_failure(db: TestDb) {
        let at = |upstream: &str, row: RequestLog| RequestLog { upstream: Some(upstream.to_owned()), ..row };
        db.store
            .insert_requests(&[
                at("b", failed(-1, 500, ErrorClass::Internal)),
                at("b", request(0)),
                at("a", failed(1, 502, ErrorClass::UpstreamUnavailable)),
                at("a", failed(2, 504, ErrorClass::UpstreamTimeout)),
                at("a", failed(3, 429, ErrorClass::UpstreamError)),
                at("a", request(4)),
                RequestLog { upstream: None, ..failed(5, 503, ErrorClass::NoUpstream) },
            ])
            .await
            .unwrap();
        let figures = db.store.upstream_figures(NOON).await.unwrap();
        let a = UpstreamFigures {
            upstream: "a".to_owned(),
            requests: 4,
            errors: 2,
            last_error: Some(ErrorClass::UpstreamTimeout),
        };
        let b = UpstreamFigures { upstream: "b".to_owned(), requests: 1, errors: 0, last_error: None };
        assert_eq!(figures, [a, b]);
        assert_eq!(db.store.upstream_figures(NOON.plus(HOUR)).await.unwrap(), []);
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
