#!/usr/bin/env bash
# Builds target/release/keywright: one file with every asset embedded. Does nothing where its inputs are unchanged.
source "$(dirname "$0")/lib.sh"
scripts/tools.sh build

STAMP=target/release/keywright.stamp

# What the artefact is made of, by content: a new clone of the same commit has other times. Tests have no part in it.
inputs() {
  {
    find src style public migrations -type f -not -path 'src/testkit*' -not -path '*/tests/*' -print0
    printf '%s\0' Cargo.toml Cargo.lock Leptos.toml package-lock.json rust-toolchain.toml .cargo/config.toml scripts/lib.sh scripts/build.sh
  } | sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1
}

# Somebody may have built over it with plain cargo: then the assets inside are old.
artefact() { stat -c '%s %Y' "$BINARY" 2>/dev/null || echo none; }

before=$(inputs)
if [ -f "$STAMP" ] && [ "$(cat "$STAMP")" = "$before $(artefact)" ]; then
  say "target/release/keywright is up to date"
  exit 0
fi

say "building target/release/keywright: the browser's part first, then the server that holds it (minutes when cold)"
rm -f "$STAMP"
# In this order (-P with --release), because the server embeds what the first half leaves in target/site.
cargo leptos build --release -P --cargo-locked
[ -x "$BINARY" ] || die "cargo-leptos left no $BINARY"
for asset in keywright.css keywright.js keywright.wasm; do
  [ -s "target/site/pkg/$asset.br" ] || die "target/site/pkg/$asset.br is missing: the binary would serve pages without it"
done
"$BINARY" --help >/dev/null || die "$BINARY does not start"
printf '%s\n' "$before $(artefact)" >"$STAMP"
say "built target/release/keywright ($(($(stat -c %s "$BINARY") / 1048576)) MB) in $(duration "$SECONDS")"
