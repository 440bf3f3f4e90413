#!/usr/bin/env bash
# From nothing to a running Keywright. Further arguments go to `keywright serve`.
source "$(dirname "$0")/lib.sh"
load_env
scripts/build.sh
ready_to_serve "$BINARY"
say "starting; stop it with Ctrl-C"
exec "$BINARY" serve --data-dir "${KEYWRIGHT_DATA_DIR:-data}" "$@"
