#!/usr/bin/env bash
# Installs what the project needs and the machine lacks. Nothing global but system packages.
# Usage: scripts/tools.sh build|check|test|audit|fuzz|coverage
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

# cargo_tool CRATE VERSION BINARY FLAGS…: into a folder per tool and version. A ready-made binary by `cargo binstall`
# where that is on PATH, else built from source, optimised for build time.
cargo_tool() {
  local crate=$1 version=$2 binary=$3 home="$TOOLS/$1-$2"
  shift 3
  [ -x "$home/bin/$binary" ] && return 0
  mkdir -p "$home"
  if command -v cargo-binstall >/dev/null 2>&1; then
    say "fetching $crate $version with cargo binstall (kept in $home)"
    # Built below if need be: binstall's own build would not know the flags. A ready-made cargo-leptos has its downloads
    # compiled in, but takes what is on PATH first, where all of it is.
    if cargo binstall --no-confirm --disable-strategies compile --root "$home" "$crate@$version" &&
      [ -x "$home/bin/$binary" ]; then
      return 0
    fi
    say "there is no ready-made $crate $version for this machine"
  fi
  say "building $crate $version (once, some minutes; kept in $home)"
  local install=(env -u CARGO_TARGET_DIR -u RUSTFLAGS CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
    CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_DEBUG=false CARGO_PROFILE_RELEASE_STRIP=true
    cargo install --root "$home" "$crate" --version "$version" "$@")
  "${install[@]}" --locked && return 0
  # A mirror may lack, or upstream may have yanked, one exact version in the tool's own lockfile. Its newest compatible
  # dependencies do, but nobody pinned those: never without saying so.
  loud "$crate $version does not build with the dependencies it was pinned to (the messages above say why)." \
    "Trying once more with the NEWEST COMPATIBLE ones, which are not pinned. The version of $crate itself stays."
  "${install[@]}" || die "$crate $version could not be built; see the messages above"
}

npm_ready() {
  local stamp=node_modules/.package-lock.json
  [ -f "$stamp" ] && [ ! package-lock.json -nt "$stamp" ] && return 0
  say "installing npm packages (Tailwind, binaryen, Playwright)"
  export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1
  if ! npm ci --no-audit --no-fund --loglevel=error; then
    # A registry that lacks the newest build of some other platform leaves gaps in the lockfile, at which `npm ci` stops.
    loud "npm ci could not install exactly what package-lock.json pins (the messages above say why)." \
      "Trying npm install, which may take OTHER versions where the lockfile has gaps; the differences are listed below."
    npm install --no-save --no-audit --no-fund --loglevel=error ||
      die "npm could not install the packages of package-lock.json; see the messages above"
    npm_differences
  fi
  touch "$stamp"
}

# Packages whose installed version is not the one that package-lock.json pins.
npm_differences() {
  node -e '
    const { readFileSync, existsSync } = require("node:fs");
    const pinned = JSON.parse(readFileSync("package-lock.json", "utf8")).packages;
    let differences = 0;
    for (const [path, { version }] of Object.entries(pinned)) {
      const manifest = `${path}/package.json`;
      if (path === "" || !version || !existsSync(manifest)) continue;
      const installed = JSON.parse(readFileSync(manifest, "utf8")).version;
      if (installed !== version) { differences += 1; console.error(`  ${path}: pinned ${version}, installed ${installed}`); }
    }
    console.error(`  ${differences} packages differ from package-lock.json`);
  ' >&2
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
  cargo_tool cargo-machete "$CARGO_MACHETE_VERSION" cargo-machete
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
  fuzz) cargo_tool cargo-bolero "$CARGO_BOLERO_VERSION" cargo-bolero ;;
  coverage)
    cargo_tool cargo-tarpaulin "$CARGO_TARPAULIN_VERSION" cargo-tarpaulin
    postgres
    ;;
  *) die "usage: scripts/tools.sh build|check|test|audit|fuzz|coverage" ;;
esac
