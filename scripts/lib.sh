# Shared by every script here: where things are, how they speak, how they fail.
# shellcheck shell=bash
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"

CARGO_LEPTOS_VERSION=0.3.10
WASM_BINDGEN_VERSION=0.2.130
CARGO_DENY_VERSION=0.20.2

# One folder per tool and version, so that a second clone finds them built.
TOOLS=${KEYWRIGHT_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/keywright/tools}
export PATH="$TOOLS/cargo-leptos-$CARGO_LEPTOS_VERSION/bin:$TOOLS/wasm-bindgen-cli-$WASM_BINDGEN_VERSION/bin:$TOOLS/cargo-deny-$CARGO_DENY_VERSION/bin:$ROOT/node_modules/.bin:$PATH"

say() { printf '\033[2m[keywright]\033[0m %s\n' "$*" >&2; }
die() { printf '[keywright] error: %s\n' "$*" >&2; exit 1; }

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

# free_port: a port that nobody listens on right now.
free_port() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])'; }
