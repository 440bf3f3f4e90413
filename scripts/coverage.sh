#!/usr/bin/env bash
# Prints the line coverage of the server-side crates by the Rust tests on both engines, and fails below the limit.
# Usage: scripts/coverage.sh      (many minutes: everything is built anew for it; details in target/coverage)
#
# Left out: the web app's pages, which the browser suite covers and no Rust test draws, and the test kits.
source "$(dirname "$0")/lib.sh"

LIMIT=90
scripts/tools.sh coverage

crates=(api contract control cork dial domain gateway keyring providers server store)
packages=() included=()
for crate in "${crates[@]}"; do
  packages+=(--packages "$crate")
  included+=(--include-files "src/$crate/src/*")
done

log=$ROOT/target/coverage/tarpaulin.log
mkdir -p "$(dirname "$log")"
# The traced binary of a test process would be slow beyond the tests' patience, so instrumentation does it (llvm); it needs no
# tool but tarpaulin itself. A folder of its own keeps its builds apart from all others.
scripts/postgres.sh run cargo tarpaulin --locked --engine llvm --target-dir target/coverage/build --output-dir target/coverage \
  --out Xml --skip-clean --no-fail-fast --timeout 5400 --follow-exec "${packages[@]}" "${included[@]}" \
  --exclude-files '*_tests.rs' '*/tests/*' '*_fuzz.rs' '*/tests.rs' 2>&1 | tee "$log"

figure=$(sed -n 's/^\([0-9.]*\)% coverage, .*/\1/p' "$log" | tail -n1)
[ -n "$figure" ] || die "tarpaulin said no figure; see $log"
printf 'line coverage of the server-side crates: %s %% (at least %s)\n' "$figure" "$LIMIT"
awk -v figure="$figure" -v limit="$LIMIT" 'BEGIN { exit !(figure >= limit) }' || die "below $LIMIT %"
