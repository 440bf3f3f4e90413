//! Upload fidelity: large bodies pass as they come in, and are the same when they are through.

use std::sync::Arc;

use testkit::both_engines;
use tokio::sync::Notify;

use super::exchange::{Answer, Body, FidelityFixture, Request};

const FIRST: usize = 64 << 10;

/// Some MiB that do not repeat, as a form has them.
fn form(boundary: &str) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state.to_be_bytes()
    });
    let file: Vec<u8> = noise.take(400_000).flatten().collect();
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a%22b.wav\"\r\n\
         Content-Type: audio/wav\r\n\r\n"
    );
    [head.as_bytes(), &file, format!("\r\n--{boundary}--\r\n").as_bytes()].concat()
}

fn upload(body: Body) -> Request {
    Request::new("POST", "/v1/files").with("Content-Type", "multipart/form-data; boundary=\"a b'c\"").sends(body)
}

both_engines! {
    /// The upstream has the first bytes before the client has sent the last ones.
    async fn forms_stream_through(engine) {
        let fixture = FidelityFixture::open(engine).await;
        let form = form("a b'c");
        for body in [Body::Whole(form.clone()), Body::Chunks(vec![form[..FIRST].to_vec(), form[FIRST..].to_vec()])] {
            let request = upload(body);
            let answer = Answer::json(200, "{}");
            fixture.recorder.answer(answer.script());
            let before = fixture.recorder.body_bytes();
            let (first, rest) = match &request.body {
                Body::Whole(bytes) => (bytes[..FIRST].to_vec(), bytes[FIRST..].to_vec()),
                _ => (
                    [format!("{FIRST:x}\r\n").as_bytes(), &form[..FIRST], b"\r\n"].concat(),
                    [format!("{:x}\r\n", form.len() - FIRST).as_bytes(), &form[FIRST..], b"\r\n0\r\n\r\n"].concat(),
                ),
            };
            let mut wire = fixture.wire().await;
            wire.send(&[request.head(&fixture.key), first].concat()).await;
            fixture.recorder.wait_body_bytes(before + FIRST as u64).await;
            assert!(fixture.recorder.take().is_empty(), "the request is not whole yet");
            wire.send(&rest).await;
            answer.assert_received(&wire.answer("POST").await, &request);
            request.assert_received(&fixture.received(&request), &fixture);
        }
    }

    /// An upstream may have seen enough before it has seen all. Its answer passes, and the rest is not waited for.
    async fn answers_may_come_early(engine) {
        let fixture = FidelityFixture::open(engine).await;
        let form = form("a b'c");
        let request = upload(Body::Whole(form.clone()));
        for status in [200, 400, 413] {
            let answer = Answer::json(status, "{ \"early\":1 }");
            // And then it reads no more.
            fixture.recorder.answer(answer.script().early().wait(&Arc::new(Notify::new())));
            let mut wire = fixture.wire().await;
            wire.send(&[&request.head(&fixture.key), &form[..FIRST]].concat()).await;
            answer.assert_received(&wire.answer("POST").await, &request);
        }
    }

    /// Who waits to be asked for the body is asked, and the upstream sees nothing of it.
    async fn expectations_are_met(engine) {
        let fixture = FidelityFixture::open(engine).await;
        let json = Request::new("POST", "/v1/chat/completions").json(r#"{"model":"m"}"#);
        for mut request in [json, upload(Body::Whole(b"--a b'c--".to_vec()))] {
            request.stops.push(("Expect".to_owned(), b"100-Continue".to_vec()));
            let answer = Answer::json(200, "{}");
            fixture.recorder.answer(answer.script());
            let mut wire = fixture.wire().await;
            wire.send(&request.head(&fixture.key)).await;
            assert_eq!(wire.answer_head().await.start_line(), "HTTP/1.1 100 Continue");
            wire.send(&request.body.bytes()).await;
            answer.assert_received(&wire.answer("POST").await, &request);
            request.assert_received(&fixture.received(&request), &fixture);
        }
    }

    /// Chunk extensions and trailers are for one hop; the body is not.
    async fn trailers_are_for_one_hop(engine) {
        let fixture = FidelityFixture::open(engine).await;
        let request = upload(Body::chunks(b"--a b'c--", 3));
        let answer = Answer::json(200, "{}");
        fixture.recorder.answer(answer.script());
        let mut wire = fixture.wire().await;
        let framed = b"3;x=y\r\n--a\r\n006\r\n b'c--\r\n0\r\nAuthorization: Bearer late\r\nX-Trailer: z\r\n\r\n";
        wire.send(&[request.head(&fixture.key), framed.to_vec()].concat()).await;
        answer.assert_received(&wire.answer("POST").await, &request);
        request.assert_received(&fixture.received(&request), &fixture);
    }
}
