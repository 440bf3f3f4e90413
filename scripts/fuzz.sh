#!/usr/bin/env bash
# Runs every fuzz target for a while: coverage-guided where a nightly toolchain is found, at random otherwise.
# Usage: scripts/fuzz.sh [SECONDS] [FILTER]      (60 seconds for each target unless said otherwise; FILTER: part of a test's name)
#
# A target is a test in a module `fuzz` beside its parser. `make test` runs each for a second. What fails here leaves its
# input in __fuzz__/NAME/crashes beside the parser, and from then on fails in `make test` too, until it is mended: move it
# to __fuzz__/NAME/corpus/WHAT.seed then. What a guided run finds worth keeping stays in corpus, out of the repository.
source "$(dirname "$0")/lib.sh"

seconds=${1:-60} filter=${2:-}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || die "usage: scripts/fuzz.sh [SECONDS] [FILTER]"
packages=(domain keyring providers gateway server)
flags=()
for package in "${packages[@]}"; do flags+=(--package "$package"); done

say "building the fuzz targets"
# "gateway::bin/name" lines are no tests of ours; a target's line is "module::fuzz::name: test".
targets() { cargo test --quiet --locked --package "$1" --lib -- --list 2>/dev/null | sed -n 's/: test$//p' | grep -E '(^|::)fuzz::' | grep -F -- "$filter" || true; }

failed=()
# run PACKAGE TARGET COMMAND…
run() {
  local package=$1 target=$2
  shift 2
  printf '\n=== %s %s\n' "$package" "$target"
  "$@" || failed+=("$package $target")
}

guided=
if rustup run nightly rustc --version >/dev/null 2>&1 && scripts/tools.sh fuzz; then guided=yes; fi
if [ -n "$guided" ]; then
  say "coverage-guided with libFuzzer on nightly, $seconds s for each target"
else
  say "no nightly toolchain: at random on the stable one, $seconds s for each target"
fi

found=0
for package in "${packages[@]}"; do
  while IFS= read -r target; do
    [ -n "$target" ] || continue
    found=$((found + 1))
    if [ -n "$guided" ]; then
      run "$package" "$target" cargo +nightly bolero test --package "$package" --sanitizer NONE --engine libfuzzer \
        -T "${seconds}s" "$target"
    else
      run "$package" "$target" env BOLERO_RANDOM_TEST_TIME_MS=$((seconds * 1000)) \
        cargo test --quiet --locked --package "$package" --lib -- --exact "$target"
    fi
  done < <(targets "$package")
done

[ "$found" -gt 0 ] || die "no fuzz target matches"
if [ ${#failed[@]} -gt 0 ]; then
  printf '\nfailed: %s\n' "${failed[@]}"
  exit 1
fi
printf '\n%d targets, %s s each: nothing found\n' "$found" "$seconds"
