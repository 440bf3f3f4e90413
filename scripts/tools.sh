#!/usr/bin/env bash
# Installs what the project needs and the machine lacks. Nothing global but system packages.
# Usage: scripts/tools.sh build|check|test|audit
source "$(dirname "$0")/lib.sh"

need rustup "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh   (https://rustup.rs)"
need cargo "rustup toolchain install"
need cc "sudo apt-get install build-essential"
need node "sudo apt-get install nodejs npm   (version 20 or later; Debian 12 has 18: https://nodejs.org/en/download)"
need npm "sudo apt-get install npm"
[ "$(node -p 'parseInt(process.versions.node, 10) >= 20')" = true ] ||
  die "Node $(node --version) is too old; 20 or later is needed: https://nodejs.org/en/download"

# Automatic installation of the pinned toolchain may be switched off: ask for it.
channel=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
if ! { rustup target list --installed --toolchain "$channel" 2>/dev/null | grep -q wasm32-unknown-unknown &&
  rustup component list --installed --toolchain "$channel" 2>/dev/null | grep -q clippy; }; then
  say "installing Rust $channel with wasm32, rustfmt and clippy"
  rustup toolchain install "$channel" --profile minimal --component rustfmt --component clippy --target wasm32-unknown-unknown
fi

# cargo_tool CRATE VERSION BINARY FLAGS…: built from source once per version, optimised for build time.
cargo_tool() {
  local crate=$1 version=$2 binary=$3 home="$TOOLS/$1-$2"
  shift 3
  [ -x "$home/bin/$binary" ] && return 0
  say "building $crate $version (once, some minutes; kept in $home)"
  mkdir -p "$home"
  local install=(env -u CARGO_TARGET_DIR -u RUSTFLAGS CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
    CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_DEBUG=false CARGO_PROFILE_RELEASE_STRIP=true
    cargo install --root "$home" "$crate" --version "$version" "$@")
  # A mirror may lack, or upstream may have yanked, one exact version in the tool's own lockfile: then its newest
  # compatible dependencies do. The tool's own version stays pinned.
  "${install[@]}" --locked || "${install[@]}" || die "$crate $version could not be built; see the messages above"
}

npm_ready() {
  local stamp=node_modules/.package-lock.json
  [ -f "$stamp" ] && [ ! package-lock.json -nt "$stamp" ] && return 0
  say "installing npm packages (Tailwind, binaryen, Playwright)"
  # A registry that lacks the newest build of some other platform leaves gaps in the lockfile, at which `npm ci` stops;
  # `npm install` takes the same pinned versions and changes neither file.
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=silent ||
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm install --no-save --no-audit --no-fund --loglevel=error ||
    die "npm could not install the packages of package-lock.json; see the messages above"
  touch "$stamp"
}

build_tools() {
  npm_ready
  cargo_tool cargo-leptos "$CARGO_LEPTOS_VERSION" cargo-leptos --features no_downloads
  cargo_tool wasm-bindgen-cli "$WASM_BINDGEN_VERSION" wasm-bindgen
}

# The official Python SDK and pytest, for end2end/sdk/python.
sdk_python() {
  need python3 "sudo apt-get install python3"
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || die "$(python3 --version) is too old; 3.10 or later is needed"
  local wanted=end2end/sdk/python/requirements.txt stamp=$SDK_PYTHON/requirements.txt
  cmp -s "$wanted" "$stamp" && "$SDK_PYTHON/bin/python" -c 'import openai, pytest' 2>/dev/null && return 0
  python3 -c 'import venv, ensurepip' 2>/dev/null || apt_install python3-venv
  say "installing the Python SDK and pytest into target/sdk-python"
  rm -rf "$SDK_PYTHON"
  python3 -m venv "$SDK_PYTHON"
  "$SDK_PYTHON/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --requirement "$wanted" ||
    die "the packages of $wanted could not be installed; see the messages above"
  cp "$wanted" "$stamp"
}

browser() {
  if [ -n "${CHROMIUM:-}" ]; then
    [ -x "$CHROMIUM" ] || die "CHROMIUM=$CHROMIUM is no program"
    return 0
  fi
  command -v chromium >/dev/null 2>&1 && return 0
  grep -qi ubuntu /etc/os-release 2>/dev/null &&
    die "Chromium is missing, and Ubuntu's package is a snap. Install any Chromium or Chrome and set CHROMIUM=/path/to/it"
  apt_install chromium
}

postgres() {
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || apt_install postgresql
}

test_tools() {
  build_tools
  cargo_tool cargo-deny "$CARGO_DENY_VERSION" cargo-deny
  command -v curl >/dev/null 2>&1 || apt_install curl
  sdk_python
  browser
  postgres
}

case "${1:-}" in
  build) build_tools ;;
  check) npm_ready ;;
  test) test_tools ;;
  audit)
    npm_ready
    cargo_tool cargo-deny "$CARGO_DENY_VERSION" cargo-deny
    ;;
  *) die "usage: scripts/tools.sh build|check|test|audit" ;;
esac
