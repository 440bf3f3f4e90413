//! Request template: the request of an official SDK, and what a good answer to it looks like.

use std::net::SocketAddr;

use memchr::memmem;
use serde_json::json;

use super::connection::Answer;

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ask {
    /// A completion in one piece for a prompt of so many KiB.
    Whole { prompt_kib: usize },
    /// The same as a stream, for a prompt of 1 KiB.
    Stream,
}

/// Requests of several keys, ready to be written.
pub struct Requests {
    bytes: Vec<Vec<u8>>,
    ask: Ask,
}

const PROSE: &str = "The keeper of the lighthouse writes down every ship: its name, its flag, the hour it passed.\n\
    \"Nothing is lost\", she says, \"that was written in time\" \u{2013} and turns the page. ";

fn prompt(kib: usize) -> String {
    let mut text = PROSE.repeat(kib * 1024 / PROSE.len() + 1);
    while text.len() > kib * 1024 {
        text.pop();
    }
    text
}

/// A request without a body.
pub fn get(at: SocketAddr, path: &str, key: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: {at}\r\nauthorization: Bearer {key}\r\naccept: application/json\r\n\r\n")
        .into()
}

/// A JSON request without an SDK's headers.
pub fn post(at: SocketAddr, path: &str, key: &str, body: &serde_json::Value) -> Vec<u8> {
    let body = body.to_string();
    format!(
        "POST {path} HTTP/1.1\r\nhost: {at}\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into()
}

fn body(ask: Ask) -> String {
    let content = prompt(match ask {
        Ask::Whole { prompt_kib } => prompt_kib,
        Ask::Stream => 1,
    });
    // In the order of the SDK, with the stream's flag behind the prompt.
    let stream = if ask == Ask::Stream { r#","stream":true"# } else { "" };
    format!(
        r#"{{"messages":[{{"role":"system","content":"You are a helpful assistant."}},{{"role":"user","content":{}}}],"model":"gpt-5-mini","temperature":0.7{stream}}}"#,
        json!(content)
    )
}

/// The same request as a script for wrk.
pub fn script(key: &str, ask: Ask) -> String {
    format!(
        "wrk.method = 'POST'\nwrk.body = [==[{}]==]\nwrk.headers['Authorization'] = 'Bearer {key}'\n\
         wrk.headers['Content-Type'] = 'application/json'\nwrk.headers['Accept'] = 'application/json'\n\
         wrk.headers['User-Agent'] = 'OpenAI/Python 2.8.1'\n",
        body(ask)
    )
}

impl Requests {
    /// One request per key.
    pub fn new(at: SocketAddr, keys: &[String], ask: Ask) -> Self {
        let body = body(ask);
        let bytes = keys.iter().map(|key| {
            format!(
                "POST /v1/chat/completions HTTP/1.1\r\nHost: {at}\r\nAccept-Encoding: gzip, deflate\r\n\
                 Connection: keep-alive\r\nAccept: application/json\r\nContent-Type: application/json\r\n\
                 User-Agent: OpenAI/Python 2.8.1\r\nX-Stainless-Lang: python\r\n\
                 X-Stainless-Package-Version: 2.8.1\r\nX-Stainless-OS: Linux\r\nX-Stainless-Arch: x64\r\n\
                 X-Stainless-Runtime: CPython\r\nX-Stainless-Runtime-Version: 3.12.7\r\n\
                 Authorization: Bearer {key}\r\nX-Stainless-Async: async:asyncio\r\n\
                 x-stainless-retry-count: 0\r\nx-stainless-read-timeout: 600\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            )
            .into_bytes()
        });
        Self { bytes: bytes.collect(), ask }
    }

    /// The request of the `n`th call: the keys take turns.
    pub fn nth(&self, n: usize) -> &[u8] {
        &self.bytes[n % self.bytes.len()]
    }

    /// What is wrong with an answer.
    pub fn complaint(&self, answer: &Answer<'_>) -> Option<String> {
        let whole = match self.ask {
            Ask::Whole { .. } => answer.body.ends_with(b"\"system_fingerprint\":\"fp_lighthouse\"}"),
            Ask::Stream => {
                answer.body.ends_with(b"data: [DONE]\n\n") && memmem::find_iter(answer.body, b"data: {").count() == 20
            }
        };
        if answer.status == 200 && whole {
            return None;
        }
        let begin = String::from_utf8_lossy(&answer.body[..answer.body.len().min(200)]);
        Some(format!("status {}, {} bytes: {begin}", answer.status, answer.body.len()))
    }
}
