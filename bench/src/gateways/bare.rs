//! Baseline target: the bare hyper proxy.

use std::net::SocketAddr;

use anyhow::Result;

use super::{Server, Site, sibling};

pub(super) fn serve(site: &Site, at: SocketAddr) -> Result<Server> {
    let mut command = sibling("bare")?;
    command.args([at.to_string(), site.upstream.to_string()]);
    Server::start("bare", command, &site.dir, Some(site.cores))
}
