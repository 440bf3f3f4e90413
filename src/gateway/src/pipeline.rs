//! A request, from the door to the last byte, on one page.
//!
//! Each stage takes what the one before it returns, so a wrong order does not compile. A no of any stage ends here as
//! an answer in the caller's dialect; the row is written either way: see [`crate::stages::settle`].

use axum::body::Body;
use http::Response;

use crate::{
    arrival::Arrival,
    gateway::Gateway,
    signals::{self, Stage},
    stages::{
        admit::admit,
        authenticate::authenticate,
        dispatch::dispatch,
        parse::parse,
        plan::plan,
        relay::relay,
        settle::{Declined, decline},
    },
};

/// Answers a request, one way or the other.
pub(crate) async fn answer(g: &Gateway, arrival: Arrival) -> Response<Body> {
    match run(g, arrival).await {
        Ok(answer) => answer,
        Err(declined) => {
            signals::refused(declined.refusal.code());
            decline(declined).await
        }
    }
}

async fn run(g: &Gateway, arrival: Arrival) -> Result<Response<Body>, Box<Declined>> {
    let mut laps = g.signals.laps(&*g.clock, arrival.started_ns);
    let caller = authenticate(g, arrival).await?;
    laps.end(Stage::Authenticate);
    let ask = parse(g, caller).await?;
    laps.end(Stage::Parse);
    let grant = admit(g, ask).await?;
    laps.end(Stage::Admit);
    let plan = plan(g, grant).await?;
    laps.end(Stage::Plan);
    let answer = dispatch(g, plan).await?;
    laps.end(Stage::Dispatch);
    Ok(relay(answer).await)
}
