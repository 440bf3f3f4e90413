#!/usr/bin/env bash
# What is too long for every test run, against the artefact itself: a thousand kills, clients that leave, full
# disks, and a database that is locked for a minute.
# KEYWRIGHT_TEST_KILLS says how many kills, KEYWRIGHT_TEST_LOCKED how many seconds. Ends by itself, and with a line of numbers.
source "$(dirname "$0")/lib.sh"
scripts/build.sh
export KEYWRIGHT_TEST_BINARY=$BINARY KEYWRIGHT_TEST_KILLS=${KEYWRIGHT_TEST_KILLS:-1000} KEYWRIGHT_TEST_SQLITE_ONLY=1 KEYWRIGHT_TEST_LOCKED=${KEYWRIGHT_TEST_LOCKED:-60}
say "kill -9, $KEYWRIGHT_TEST_KILLS times under load"
cargo test --locked --package server --test server -- --nocapture --test-threads 1 ledger::kill ledger::disk ledger::gone ledger::locked::a_locked
say "every change of every column of the database (R13)"
KEYWRIGHT_TEST_ALL_CHANGES=1 cargo test --locked --package server --test server -- --nocapture rows::property
