#!/usr/bin/env bash
# Pictures of every page: light, dark, and 360 px wide. For human eyes; nothing is asserted.
source "$(dirname "$0")/lib.sh"
scripts/tools.sh test
scripts/build.sh
playwright test --config end2end/playwright.config.ts --project screenshots
say "see end2end/screenshots"
