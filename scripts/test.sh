#!/usr/bin/env bash
# Everything: formatting, lints, licences, tests of every room on both engines, the artefact, browsers, SDKs.
# Goes on after a step that failed, and ends with one line: `N passed, M failed`.
source "$(dirname "$0")/lib.sh"

# What a developer's shell is set up for must not reach the tests.
while IFS= read -r name; do
  case $name in KEYWRIGHT_TOOLS | KEYWRIGHT_TEST_*) ;; *) unset "$name" ;; esac
done < <(compgen -e | grep -E '^(KEYWRIGHT_|LEPTOS_|ENCRYPTION_KEY|ADMIN_TOKEN$|DATABASE_URL$|PGHOST$|PGPORT$|PGUSER$|PGDATABASE$|PGPASSWORD$)')
unset KEYWRIGHT_TEST_SQLITE_ONLY
export CARGO_TERM_COLOR=never NO_COLOR=1 CI=1

LOGS=$ROOT/target/test-logs
rm -rf "$LOGS"
mkdir -p "$LOGS"
PASSED=0 FAILED=0 STEPS=() FAILED_LOGS=()

finish() {
  local status=$?
  trap - EXIT
  # A script that ends in the middle has not passed.
  if [ "$status" != 0 ] && [ "$FAILED" = 0 ]; then FAILED=1; fi
  printf '\n'
  [ ${#STEPS[@]} = 0 ] || printf '%s\n' "${STEPS[@]}"
  printf '%-44s %s\n' "all of it" "$(duration "$SECONDS")"
  local log
  for log in ${FAILED_LOGS[@]+"${FAILED_LOGS[@]}"}; do
    printf '\n--- the end of %s\n' "${log#"$ROOT"/}"
    tail -n 40 "$log"
  done
  # A full disk fails as everything else does: late, and in other words.
  [ "$FAILED" = 0 ] || printf '\nfree: %s of disk, %s of memory\n' "$(df -h . | awk 'NR == 2 { print $4 }')" "$(free -h | awk '/^Mem/ { print $7 }')"
  printf '\n'
  printf '%d passed, %d failed\n' "$PASSED" "$FAILED"
  [ "$FAILED" = 0 ] && exit 0
  exit 1
}
trap finish EXIT
trap 'exit 130' INT TERM

# count KIND LOG: "passed failed", from what each runner says at its end. A check says nothing: it is one of either.
count() {
  sed 's/\x1b\[[0-9;]*[A-Za-z]//g' "$2" | awk -v kind="$1" '
    function add(text, word,   at) { if (match(text, "[0-9]+ " word)) { at = substr(text, RSTART, RLENGTH); sub(/ .*/, "", at); return at + 0 } return 0 }
    (kind == "cargo" || kind == "doc") && /^test result:/ { passed += add($0, "passed"); failed += add($0, "failed") }
    kind == "cargo" && / Summary \[/ { passed += add($0, "passed"); failed += add($0, "failed") + add($0, "timed out") + add($0, "exec failed") }
    kind == "playwright" && /^ +[0-9]+ passed/ { passed += $1 }
    kind == "playwright" && /^ +[0-9]+ flaky/ { passed += $1 }
    kind == "playwright" && /^ +[0-9]+ (failed|interrupted|did not run)/ { failed += $1 }
    kind == "node" && /^(# |ℹ )pass [0-9]+/ { passed += $3 }
    kind == "node" && /^(# |ℹ )(fail|cancelled) [0-9]+/ { failed += $3 }
    kind == "pytest" && /(passed|failed|error).* in [0-9.]+s/ { passed += add($0, "passed"); failed += add($0, "failed") + add($0, "error") }
    END { print passed + 0, failed + 0 }'
}

# step TITLE KIND COMMAND…: runs it, shows it, counts it. KIND: check, cargo, doc, playwright, node or pytest.
step() {
  local title=$1 kind=$2 started=$SECONDS status=0 passed failed log
  shift 2
  log=$LOGS/$(printf '%02d-%s.log' "$((${#STEPS[@]} + 1))" "${title//[^A-Za-z0-9]/-}")
  printf '\n=== %s\n' "$title"
  "$@" 2>&1 | tee "$log" || status=$?
  if [ "$kind" = check ]; then
    if [ "$status" = 0 ]; then passed=1 failed=0; else passed=0 failed=1; fi
  else
    read -r passed failed < <(count "$kind" "$log")
    # It did not compile, or it broke off: no test says so, but something failed.
    if [ "$status" != 0 ] && [ "$failed" = 0 ]; then failed=1; fi
    # A runner that found no test has not passed anything; only examples in documentation may be none.
    if [ "$kind" != doc ] && [ "$status" = 0 ] && [ "$((passed + failed))" = 0 ]; then
      failed=1
      echo "no test was found"
    fi
  fi
  PASSED=$((PASSED + passed)) FAILED=$((FAILED + failed))
  [ "$failed" = 0 ] || FAILED_LOGS+=("$log")
  STEPS+=("$(printf '%-44s %5d passed %5d failed   %s' "$title" "$passed" "$failed" "$(duration $((SECONDS - started)))")")
  [ "$failed" = 0 ]
}

# skipped TITLE REASON: what could not even begin has failed.
skipped() {
  printf '\n=== %s\nnot run: %s\n' "$1" "$2"
  FAILED=$((FAILED + 1))
  STEPS+=("$(printf '%-44s     0 passed     1 failed   not run: %s' "$1" "$2")")
}

with_postgres() { scripts/postgres.sh run "$@"; }

rust_tests() {
  if cargo nextest --version >/dev/null 2>&1; then
    with_postgres cargo nextest run --locked --no-fail-fast
  else
    with_postgres cargo test --locked --lib --bins --tests --no-fail-fast
  fi
}

browser_tests() { with_postgres playwright test --config end2end/playwright.config.ts --project chromium --project no-javascript --project postgres; }
node_sdk_tests() { with_postgres node --test --test-reporter=spec end2end/sdk/*.test.mjs; }
python_sdk_tests() { with_postgres "$SDK_PYTHON/bin/python" -m pytest -p no:cacheprovider end2end/sdk/python; }

if ! step "Tools" check scripts/tools.sh test; then
  skipped "everything else" "tools are missing"
  exit 1
fi

# A server that did not come up must not end as tests that were quietly left out.
step "PostgreSQL" check with_postgres bash -c 'echo "server: ${KEYWRIGHT_TEST_POSTGRES:?scripts/postgres.sh exported no server}"' || true
step "Formatting" check cargo fmt --all -- --check || true
step "Lints on the host" check cargo clippy --locked --workspace --exclude browser --all-targets -- -D warnings || true
step "Lints in the browser" check cargo clippy --locked --package browser --target wasm32-unknown-unknown -- -D warnings || true
step "Unused dependencies" check cargo machete || true
step "Bans, licences, sources" check cargo deny --locked check bans licenses sources || true
step "Types of the browser tests" check tsc --noEmit --project end2end || true
step "Rust tests, SQLite and PostgreSQL" cargo rust_tests || true
step "The benchmark: lints" check cargo clippy --locked --manifest-path bench/Cargo.toml --all-targets -- -D warnings || true
step "The benchmark: tests" cargo cargo test --locked --manifest-path bench/Cargo.toml --no-fail-fast || true
step "Rust documentation tests" doc cargo test --locked --doc --no-fail-fast || true

if step "The artefact" check scripts/build.sh && step "The fake upstream" check cargo build --locked --package testkit --bin fake-upstream; then
  step "Browser tests" playwright browser_tests || true
  step "openai for JavaScript, both engines" node node_sdk_tests || true
  step "openai for Python, both engines" pytest python_sdk_tests || true
else
  skipped "Browser tests" "something to test did not build"
  skipped "openai for JavaScript, both engines" "something to test did not build"
  skipped "openai for Python, both engines" "something to test did not build"
fi
