//! Mock upstream: the upstream: as fast as it can be, so that what is measured is the gateway before it.
//!
//! Reads just enough HTTP/1.1 to find a request's end, and answers in the shapes and sizes of the OpenAI API: a chat
//! completion, or a stream of 20 chunks if the body asks for one. Every `GET` is answered with an empty list.
//!
//! Usage: `mock LISTEN MILLISECONDS_BETWEEN_CHUNKS`

use std::{net::SocketAddr, process::ExitCode, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail};
use memchr::memmem;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::Instant,
};

/// Chunks of a stream.
const CHUNKS: u32 = 20;
/// What a vendor sends along.
const HEADERS: &str = "date: Sat, 21 Nov 2026 09:00:00 GMT\r\n\
    x-request-id: req_5f0c2a7e9b1d4c3f8a6e7d2b1c0f9e8d\r\n\
    openai-processing-ms: 212\r\n\
    openai-version: 2020-10-01\r\n\
    x-ratelimit-limit-requests: 10000\r\n\
    x-ratelimit-remaining-requests: 9999\r\n\
    x-ratelimit-reset-requests: 6ms\r\n";
const USAGE: &str = r#"{"prompt_tokens":261,"completion_tokens":58,"total_tokens":319,"prompt_tokens_details":{"cached_tokens":128,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0}}"#;
const REPLY: &str = "The lighthouse stands where the river meets the sea, and its lamp turns once in twelve seconds. \
    Ships that come in by night keep it on their left until they see the second bridge.";

/// Every answer there is, ready to be written.
struct Answers {
    list: Vec<u8>,
    completion: Vec<u8>,
    /// Head of a stream with its first chunk.
    opening: [Vec<u8>; 2],
    chunk: [Vec<u8>; 2],
    /// Last chunk, usage if it was asked for, `[DONE]`, end.
    closing: [Vec<u8>; 2],
    between: Duration,
}

fn whole(body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{HEADERS}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn completion() -> String {
    format!(
        r#"{{"id":"chatcmpl-bench","object":"chat.completion","created":1795252800,"model":"gpt-5-mini-2026-05-01","choices":[{{"index":0,"message":{{"role":"assistant","content":"{REPLY}","refusal":null,"annotations":[]}},"logprobs":null,"finish_reason":"stop"}}],"usage":{USAGE},"service_tier":"default","system_fingerprint":"fp_lighthouse"}}"#
    )
}

fn event(choices: &str, usage: &str) -> String {
    let data = format!(
        r#"data: {{"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1795252800,"model":"gpt-5-mini-2026-05-01","service_tier":"default","system_fingerprint":"fp_lighthouse","choices":{choices}{usage}}}"#
    );
    framed(&data)
}

/// One event in one chunk of the transfer.
fn framed(data: &str) -> String {
    format!("{:x}\r\n{data}\n\n\r\n", data.len() + 2)
}

impl Answers {
    fn new(between: Duration) -> Self {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n{HEADERS}cache-control: no-cache\r\n\
             transfer-encoding: chunked\r\n\r\n"
        );
        let choice = |delta: &str, reason: &str| {
            format!(r#"[{{"index":0,"delta":{delta},"logprobs":null,"finish_reason":{reason}}}]"#)
        };
        // Without and with usage asked for: then the field is in every chunk.
        let both = |build: &dyn Fn(&str, bool) -> String| {
            [build("", false).into_bytes(), build(r#","usage":null"#, true).into_bytes()]
        };
        Self {
            list: whole(r#"{"object":"list","data":[]}"#),
            completion: whole(&completion()),
            opening: both(&|usage, _| {
                head.clone() + &event(&choice(r#"{"role":"assistant","content":"","refusal":null}"#, "null"), usage)
            }),
            chunk: both(&|usage, _| event(&choice(r#"{"content":" lighthouse"}"#, "null"), usage)),
            closing: both(&|usage, asked| {
                let mut end = event(&choice("{}", "\"stop\""), usage);
                if asked {
                    end += &event("[]", &format!(r#","usage":{USAGE}"#));
                }
                end + &framed("data: [DONE]") + "0\r\n\r\n"
            }),
            between,
        }
    }

    async fn stream(&self, to: &mut TcpStream, usage: bool) -> Result<()> {
        let usage = usize::from(usage);
        let start = Instant::now();
        to.write_all(&self.opening[usage]).await?;
        for n in 1..CHUNKS {
            tokio::time::sleep_until(start + self.between * n).await;
            let last = n == CHUNKS - 1;
            to.write_all(if last { &self.closing[usage] } else { &self.chunk[usage] }).await?;
        }
        Ok(())
    }

    async fn serve(&self, mut client: TcpStream) -> Result<()> {
        client.set_nodelay(true)?;
        let mut buffer = Vec::with_capacity(128 << 10);
        loop {
            let head = loop {
                if let Some(at) = memmem::find(&buffer, b"\r\n\r\n") {
                    break at + 4;
                }
                if client.read_buf(&mut buffer).await? == 0 {
                    return Ok(());
                }
            };
            let end = head + body_length(&buffer[..head])?;
            while buffer.len() < end {
                if client.read_buf(&mut buffer).await? == 0 {
                    bail!("a request broke off");
                }
            }
            if buffer.starts_with(b"GET ") {
                client.write_all(&self.list).await?;
            } else if memmem::find(&buffer[head..end], br#""stream":true"#).is_some() {
                let usage = memmem::find(&buffer[head..end], br#""include_usage":true"#).is_some();
                self.stream(&mut client, usage).await?;
            } else {
                client.write_all(&self.completion).await?;
            }
            buffer.drain(..end);
        }
    }
}

/// From `Content-Length`; without one there is no body.
fn body_length(head: &[u8]) -> Result<usize> {
    let head = std::str::from_utf8(head).context("a head that is no text")?;
    for line in head.split("\r\n").skip(1) {
        let Some((name, value)) = line.split_once(':') else { continue };
        if name.eq_ignore_ascii_case("content-length") {
            return value.trim().parse().context("a length that is no number");
        }
        if name.eq_ignore_ascii_case("transfer-encoding") {
            bail!("this upstream wants a length");
        }
    }
    Ok(0)
}

async fn listen(at: SocketAddr, answers: Arc<Answers>) -> Result<()> {
    let listener = TcpListener::bind(at).await.with_context(|| format!("cannot listen on {at}"))?;
    loop {
        let (client, _) = listener.accept().await?;
        let answers = Arc::clone(&answers);
        tokio::spawn(async move {
            if let Err(error) = answers.serve(client).await {
                bench::say(format_args!("mock: {error:#}"));
            }
        });
    }
}

fn run() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().context("usage: mock LISTEN MILLISECONDS_BETWEEN_CHUNKS");
    let (at, between) = (next()?.parse()?, Duration::from_millis(next()?.parse()?));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(listen(at, Arc::new(Answers::new(between))))
}

fn main() -> ExitCode {
    bench::exit(run())
}
