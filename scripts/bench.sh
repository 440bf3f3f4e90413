#!/usr/bin/env bash
# Measures what a request costs: nginx, a bare hyper proxy and Keywright before one upstream; bench/README.md says how.
# Usage: scripts/bench.sh [--quick] …      (all arguments: scripts/bench.sh --help)
# `--kinds lists` measures lists of a million keys, on SQLite and on a PostgreSQL of its own.
# KEYWRIGHT_BENCH_BINARY names a Keywright that is built already.
source "$(dirname "$0")/lib.sh"

need cargo "rustup toolchain install   (https://rustup.rs)"
need cc "sudo apt-get install build-essential"

# Debian keeps it off the PATH of people.
export PATH="$PATH:/usr/sbin"
if ! command -v nginx >/dev/null 2>&1; then
  apt_install nginx-light
  # The package starts a service of its own. Nobody asked for that.
  if [ -d /run/systemd/system ]; then
    systemctl disable --now nginx >/dev/null 2>&1 || true
  else
    service nginx stop >/dev/null 2>&1 || true
  fi
fi

command -v wrk >/dev/null 2>&1 || apt_install wrk

[ -n "${KEYWRIGHT_BENCH_BINARY:-}" ] || scripts/build.sh
say "building the benchmark"
cargo build --quiet --release --locked --manifest-path bench/Cargo.toml --target-dir bench/target
if [[ " $* " == *" --kinds lists "* ]]; then
  # Signs rows as the product does, so it is built from the product's crates.
  # Optimised, but not as one crate: a million rows take a minute, and so does this build.
  CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    cargo build --quiet --release --locked --package testkit-control --bin seed-keys --target-dir target/seeder
  export KEYWRIGHT_BENCH_SEEDER=$ROOT/target/seeder/release/seed-keys
  exec scripts/postgres.sh run bench/target/release/bench "$@"
fi
exec bench/target/release/bench "$@"
