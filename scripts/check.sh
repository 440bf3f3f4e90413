#!/usr/bin/env bash
# What to run before a commit: formatting, lints, and the tests on SQLite alone. `make test` is the whole.
source "$(dirname "$0")/lib.sh"
scripts/tools.sh check
export KEYWRIGHT_TEST_SQLITE_ONLY=1
unset KEYWRIGHT_TEST_POSTGRES

say "formatting"
cargo fmt --all -- --check
say "types of the browser tests"
tsc --noEmit --project end2end
say "lints"
cargo clippy --locked --workspace --exclude browser --all-targets -- -D warnings
say "tests"
if cargo nextest --version >/dev/null 2>&1; then
  cargo nextest run --locked
else
  cargo test --locked --lib --bins --tests
fi
say "good ($(duration "$SECONDS"))"
