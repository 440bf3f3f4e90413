//! Reference target: nginx as people build a key check with it: a map from a client's key to the upstream's.

use std::{fs, net::SocketAddr, process::Command};

use anyhow::Result;

use super::{Server, Site, UPSTREAM_KEY, subdir};

fn configuration(site: &Site, at: SocketAddr, keys: &[String]) -> String {
    // Started as root it would change to a user that may not enter this run's directory.
    let user = if rustix::process::geteuid().is_root() { "user root;" } else { "" };
    let map: Vec<String> = keys.iter().map(|key| format!("    \"Bearer {key}\" \"Bearer {UPSTREAM_KEY}\";")).collect();
    format!(
        r#"{user}
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr warn;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  map_hash_bucket_size 256;
  map $http_authorization $upstream_auth {{
    default "";
{map}
  }}
  upstream mock {{
    server {upstream};
    keepalive 512;
    keepalive_requests 1000000;
  }}
  keepalive_requests 1000000;
  client_max_body_size 32m;
  client_body_buffer_size 256k;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  server {{
    listen {at} backlog=4096;
    location / {{
      if ($upstream_auth = "") {{ return 401; }}
      proxy_pass http://mock;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Authorization $upstream_auth;
      proxy_buffering off;
    }}
  }}
}}
"#,
        map = map.join("\n"),
        upstream = site.upstream,
    )
}

pub(super) fn serve(site: &Site, at: SocketAddr, keys: &[String]) -> Result<Server> {
    let dir = subdir(site, "nginx")?;
    let file = dir.join("nginx.conf");
    fs::write(&file, configuration(site, at, keys))?;
    let mut command = Command::new("nginx");
    command.arg("-p").arg(&dir).arg("-c").arg(&file).args(["-e", "stderr"]);
    Server::start("nginx", command, &site.dir, Some(site.cores))
}
