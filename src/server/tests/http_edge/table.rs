//! Table runner: every case of the tables, sent to test servers on both engines.

use testkit::{Raw, both_engines};

use super::{
    addresses, body,
    case::{Case, Plane, Row, Then},
    credentials,
    fixture::EdgeFixture,
    framing, head, line, slow, upstreams,
};

/// What is answered, or not, as soon as it is read.
pub fn cases() -> Vec<Case> {
    [framing::cases(), line::cases(), head::cases(), body::cases(), credentials::cases()].concat()
}

/// Every row there is: those of the cases, of the clock, of addresses and of upstreams.
pub fn rows() -> Vec<Row> {
    let mut all: Vec<Row> = cases().into_iter().map(|case| case.row).collect();
    all.extend(slow::rows());
    all.extend(addresses::rows());
    all.extend(upstreams::rows());
    all
}

both_engines! {
    /// Each is refused as its row says, on each plane that it is for; its connection closes unless it was read whole;
    /// nothing is dialled; and the next good request is served.
    async fn what_is_refused_is_refused_as_the_table_says(engine) {
        let fixture = EdgeFixture::start(engine, &body::SETTINGS).await;
        let mut wrong = Vec::new();
        for case in cases() {
            for plane in case.planes() {
                let (requests, connections) = fixture.upstream.counts();
                if let Err(why) = fixture.entry_points.hold(*plane, &case).await {
                    wrong.push(why);
                    continue;
                }
                let mut next = Raw::connect(fixture.entry_points.address(*plane)).await;
                fixture.entry_points.good(*plane, &mut next, &case.row.sent).await;
                let (received, dialled) = fixture.upstream.counts();
                // Good requests of the gateway reach the upstream: one after each case, and one on its connection.
                let good = match (*plane, case.then) {
                    (Plane::Admin, _) => 0,
                    (Plane::Gateway, Then::Closes) => 1,
                    (Plane::Gateway, Then::Stays) => 2,
                };
                if received - requests != good || dialled - connections > good {
                    wrong.push(format!("{}: something is dialled for it", case.row.sent));
                }
            }
        }
        assert!(wrong.is_empty(), "{} are not refused as they should be:\n{}", wrong.len(), wrong.join("\n"));
        for request in fixture.upstream.received() {
            assert!(request.starts_with(b"GET /v1/models HTTP/1.1\r\n"), "{}", testkit::raw::shown(&request));
        }
    }
}
