# Shared by every script here: where things are, how they speak, how they fail.
# shellcheck shell=bash
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"

CARGO_LEPTOS_VERSION=0.3.10
WASM_BINDGEN_VERSION=0.2.130
CARGO_DENY_VERSION=0.20.2
CARGO_MACHETE_VERSION=0.9.2
CARGO_TARPAULIN_VERSION=0.37.5
CARGO_BOLERO_VERSION=0.13.5

# One folder per tool and version, so that a second clone finds them built. KEYWRIGHT_TOOLS moves it.
TOOLS=${KEYWRIGHT_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/keywright/tools}
export PATH="$TOOLS/cargo-leptos-$CARGO_LEPTOS_VERSION/bin:$TOOLS/wasm-bindgen-cli-$WASM_BINDGEN_VERSION/bin:$TOOLS/cargo-deny-$CARGO_DENY_VERSION/bin:$TOOLS/cargo-machete-$CARGO_MACHETE_VERSION/bin:$TOOLS/cargo-tarpaulin-$CARGO_TARPAULIN_VERSION/bin:$TOOLS/cargo-bolero-$CARGO_BOLERO_VERSION/bin:$ROOT/node_modules/.bin:$PATH"

BINARY=$ROOT/target/release/keywright
# Read by end2end/sdk/python; kept outside of the tools' cache because a venv cannot move.
SDK_PYTHON=$ROOT/target/sdk-python

if [ -t 2 ] && [ -z "${NO_COLOR:-}" ]; then MUTED=$'\033[2m' RED=$'\033[31m' GREEN=$'\033[32m' BOLD=$'\033[1m' PLAIN=$'\033[0m'; else MUTED='' RED='' GREEN='' BOLD='' PLAIN=''; fi

say() { printf '%s[keywright]%s %s\n' "$MUTED" "$PLAIN" "$*" >&2; }
# loud LINE…: what must not be overlooked: something is not as it was pinned.
loud() { printf '%s[keywright] WARNING:%s %s\n' "$RED" "$PLAIN" "$1" >&2; shift; [ $# = 0 ] || printf '            %s\n' "$@" >&2; }
die() { printf '%s[keywright] error:%s %s\n' "$RED" "$PLAIN" "$*" >&2; exit 1; }

# duration SECONDS: 75 -> 1 min 15 s
duration() { if [ "$1" -ge 60 ]; then printf '%d min %d s' $(($1 / 60)) $(($1 % 60)); else printf '%d s' "$1"; fi; }

# need COMMAND "install line"
need() { command -v "$1" >/dev/null 2>&1 || die "$1 is missing. Install it with: $2"; }

# apt_install PACKAGE…: by apt as root, else with a clear message.
apt_install() {
  command -v apt-get >/dev/null 2>&1 || die "missing: $*. Install them with your system's package manager."
  if [ "$(id -u)" = 0 ]; then
    say "installing $* with apt"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >/dev/null ||
      die "apt could not install: $*"
  else
    die "missing: $*. Install them with: sudo apt-get install $*"
  fi
}

# load_env: takes KEY=VALUE lines from .env, but what the environment says already holds.
load_env() {
  [ -f .env ] || return 0
  local line key value
  while IFS= read -r line || [ -n "$line" ]; do
    [[ $line =~ ^[[:space:]]*(export[[:space:]]+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$ ]] || continue
    key=${BASH_REMATCH[2]} value=${BASH_REMATCH[3]%$'\r'}
    if [[ $value =~ ^\"(.*)\"$ || $value =~ ^\'(.*)\'$ ]]; then value=${BASH_REMATCH[1]}; fi
    [ -n "${!key+set}" ] || export "$key=$value"
  done <.env
}

# ready_to_serve BINARY…: makes a root key if nobody brought one. Explicitly, because everything hangs on it.
ready_to_serve() {
  local dir=${KEYWRIGHT_DATA_DIR:-data}
  [ -z "${ENCRYPTION_KEY:-}${ENCRYPTION_KEY_FILE:-}" ] || return 0
  [ -f "$dir/root.key" ] && return 0
  say "no data directory yet: making $dir with its root key"
  "$@" init --data-dir "$dir"
}

# free_port: a port that nobody listens on right now.
free_port() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])'; }
