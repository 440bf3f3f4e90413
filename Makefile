# Every target is one script under scripts/; this page only names them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run build dev test check fuzz coverage bench drill audit screenshots clean

help: ## Say what there is
	@printf 'Keywright\n\n'
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@printf '\nSettings come from the environment or from .env; .env.example lists them.\n'

run: ## Install what is missing, build, start Keywright on ./data
	@scripts/run.sh

build: ## Build target/release/keywright, one self-contained file
	@scripts/build.sh

dev: ## Build for debugging, start, and build again at every change
	@scripts/dev.sh

test: ## Run every test there is; the last line says how many passed and failed
	@scripts/test.sh

check: ## Formatting, lints and the quick tests, on SQLite alone (minutes)
	@scripts/check.sh

fuzz: ## Run every fuzz target for a minute, or as long as ARGS says: make fuzz ARGS=600 (seconds each)
	@scripts/fuzz.sh $(ARGS)

coverage: ## Print the line coverage of the server-side crates; fails below 90 % (many minutes)
	@scripts/coverage.sh

bench: ## Measure what a request costs beside nginx and bare hyper; writes bench/README.md (8 minutes)
	@scripts/bench.sh $(ARGS)

drill: ## Kill the artefact a thousand times under load, fill its disk, walk away from its streams (minutes)
	@scripts/drill.sh

audit: ## Look for known vulnerabilities (fetches databases from outside the registries)
	@scripts/audit.sh

screenshots: ## Write pictures of every page to end2end/screenshots
	@scripts/screenshots.sh

clean: ## Remove everything built here; ./data and the tools' cache stay
	rm -rf target bench/target node_modules end2end/test-results end2end/playwright-report end2end/screenshots
