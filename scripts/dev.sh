#!/usr/bin/env bash
# A debug build that builds again and reloads the page at every change. Further arguments go to `keywright serve`.
source "$(dirname "$0")/lib.sh"
load_env
scripts/tools.sh build
# The page reloads through a socket of cargo-leptos; the address must be the one that browsers open.
export LEPTOS_SITE_ADDR=${KEYWRIGHT_ADMIN_LISTEN:-127.0.0.1:8081}
ready_to_serve cargo run --quiet --locked --package server --bin keywright --
exec cargo leptos watch -- serve --data-dir "${KEYWRIGHT_DATA_DIR:-data}" "$@"
