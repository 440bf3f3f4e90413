//! `[admin]`: the admin app and REST.

use std::net::SocketAddr;

use secrecy::SecretString;

use super::{
    read,
    section::{named, section},
};

section! {
    /// The admin app and REST.
    Admin, "admin", "The admin app and REST" {
        /// Address of the admin app and of REST.
        listen: SocketAddr = read::address, named("admin_listen", "KEYWRIGHT_ADMIN_LISTEN").default("127.0.0.1:8081");
        /// Where browsers reach the admin app: decides cookies and the Origin and Host that are accepted.
        url: Option<String> = read::origin,
            named("admin_url", "KEYWRIGHT_ADMIN_URL").unset("from the listener").example("https://keys.example.org");
        /// Bearer token for automation on `/api/v1`, at least 32 characters that cannot be guessed; `openssl rand -hex 32`
        /// makes a good one.
        token: Option<SecretString> = read::admin_token, named("admin_token", "ADMIN_TOKEN").secret().not_in_file();
        /// Let browsers sign in over plain HTTP off loopback: only behind something that encrypts.
        insecure_http: bool = read::flag, named("insecure_http", "KEYWRIGHT_INSECURE_HTTP").default("false");
        /// Pages for developers of Keywright itself: every part of the user interface at `/settings/about/widgets`, and a
        /// pseudo-language that shows untranslated text.
        developer_pages: bool = read::flag, named("developer_pages", "KEYWRIGHT_DEVELOPER_PAGES").default("false");
    }
}
