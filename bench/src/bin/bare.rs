//! Baseline proxy: what any proxy in Rust costs: hyper on both sides and nothing in between. No key, no row, no look at
//! a body.
//!
//! Usage: `bare LISTEN UPSTREAM`

use std::{net::SocketAddr, process::ExitCode};

use anyhow::{Context as _, Result};
use hyper::{
    Request, Response, Uri,
    body::Incoming,
    header::{CONNECTION, HOST},
    http::uri::{Authority, PathAndQuery, Scheme},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo, TokioTimer},
};
use tokio::net::{TcpListener, TcpStream};

/// Sends everything to one place.
#[derive(Clone)]
struct Proxy {
    client: Client<HttpConnector, Incoming>,
    upstream: Authority,
}

impl Proxy {
    fn new(upstream: Authority) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector);
        Self { client, upstream }
    }

    async fn pass(self, mut request: Request<Incoming>) -> Result<Response<Incoming>> {
        let path = request.uri().path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
        *request.uri_mut() =
            Uri::builder().scheme(Scheme::HTTP).authority(self.upstream).path_and_query(path).build()?;
        // The client names its own host and decides about its own connection.
        request.headers_mut().remove(HOST);
        request.headers_mut().remove(CONNECTION);
        let mut answer = self.client.request(request).await?;
        answer.headers_mut().remove(CONNECTION);
        Ok(answer)
    }

    /// Until the client leaves. A failure closes its connection, which the load counts.
    async fn serve(self, stream: TcpStream) -> Result<()> {
        stream.set_nodelay(true)?;
        let service = service_fn(move |request| self.clone().pass(request));
        http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await?;
        Ok(())
    }
}

async fn listen(at: SocketAddr, proxy: Proxy) -> Result<()> {
    let listener = TcpListener::bind(at).await.with_context(|| format!("cannot listen on {at}"))?;
    loop {
        let (stream, _) = listener.accept().await?;
        let proxy = proxy.clone();
        tokio::spawn(async move { drop(proxy.serve(stream).await) });
    }
}

fn run() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().context("usage: bare LISTEN UPSTREAM");
    let (at, upstream) = (next()?.parse()?, next()?.parse()?);
    // One core, one thread.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async { listen(at, Proxy::new(upstream)).await })
}

fn main() -> ExitCode {
    bench::exit(run())
}
