#!/usr/bin/env bash
# Known vulnerabilities in what we depend on. Fetches advisories from outside the registries, so it is not in `make test`.
source "$(dirname "$0")/lib.sh"
scripts/tools.sh audit
bad=0
say "Rust crates"
cargo deny --locked check advisories || bad=1
say "npm packages (built with and tested with, not shipped)"
npm audit --audit-level=high || bad=1
exit "$bad"
