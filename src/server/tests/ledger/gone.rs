//! Client disconnect tests: at every frame of a stream, the upstream call is cancelled at once, and there is a row (R6,
//! G3).

use std::time::{Duration, Instant};

use serde_json::json;
use testkit::{TestServer, both_engines};

/// What R6 promises.
const AT_ONCE: Duration = Duration::from_millis(100);

both_engines! {
    async fn a_client_may_leave_at_any_frame(engine) {
        let server = TestServer::start(engine).await;
        server.connect_upstream().await;
        let key = server.key(json!({})).await;
        let whole = server.chat_stream(&key, "m", "x").await.text().await.unwrap();
        // Without the last word: whoever has that has everything.
        let frames = whole.matches("data: ").count() - 1;
        assert!(frames > 5, "there is something to leave from: {whole}");
        let mut waits = Vec::new();
        for seen in 0..=frames {
            let mut answer = server.chat_stream(&key, &format!("pause-after-{seen}"), "x").await;
            let mut text = Vec::new();
            while String::from_utf8_lossy(&text).matches("data: ").count() < seen {
                text.extend_from_slice(&answer.chunk().await.unwrap().unwrap());
            }
            drop(answer);
            let left = Instant::now();
            server.upstream().wait_cancelled(seen + 1).await;
            waits.push(left.elapsed());
        }
        waits.sort();
        let (median, slowest) = (waits[waits.len() / 2], waits[waits.len() - 1]);
        #[allow(clippy::print_stderr)] // inside of a macro that makes a test for each engine
        {
            eprintln!("let go of after {median:?} (median), {slowest:?} (slowest of {})", waits.len());
        }
        // A busy test machine may hold one of them up; the drill shows the slowest.
        assert!(median <= AT_ONCE, "{waits:?}");
        let rows = server.logs().await;
        let gone = rows.iter().filter(|row| row["error_class"] == "client_gone").count();
        assert_eq!((gone, rows.len()), (frames + 1, frames + 2), "{rows:?}");
    }
}
