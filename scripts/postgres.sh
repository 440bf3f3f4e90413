#!/usr/bin/env bash
# Runs a command beside a PostgreSQL of its own: a throw-away cluster on a free port, gone when the command ends.
# Usage: scripts/postgres.sh run COMMAND…      (COMMAND sees KEYWRIGHT_TEST_POSTGRES=postgres://…)
source "$(dirname "$0")/lib.sh"

# The newest server on this machine: Debian keeps its binaries off PATH.
find_server() {
  local initdb
  initdb=$(find /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -t/ -k5 -V | tail -n1 || true)
  [ -n "$initdb" ] || initdb=$(command -v initdb || true)
  [ -n "$initdb" ] || die "PostgreSQL is missing. Install it with: sudo apt-get install postgresql"
  dirname "$(readlink -f "$initdb")"
}

# PostgreSQL refuses to run as root: then an unprivileged user runs it.
server_user() {
  local user
  for user in postgres nobody; do
    if id -u "$user" >/dev/null 2>&1; then
      echo "$user"
      return
    fi
  done
  die "PostgreSQL does not run as root, and there is neither a user postgres nor nobody to run it"
}

as_server() {
  if [ -n "$server" ]; then
    (cd / && exec setpriv --reuid "$server" --regid "$(id -g "$server")" --clear-groups -- "$@")
  else
    (cd / && exec "$@")
  fi
}

stop() {
  trap - EXIT INT TERM HUP
  [ ! -f "$home/data/postmaster.pid" ] ||
    as_server "$bin/pg_ctl" -D "$home/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$home"
}

run() {
  [ $# -gt 0 ] || die "usage: scripts/postgres.sh run COMMAND…"
  need setpriv "sudo apt-get install util-linux"
  bin=$(find_server)
  server=""
  [ "$(id -u)" != 0 ] || server=$(server_user)
  home=$(mktemp -d "${TMPDIR:-/tmp}/keywright-postgres.XXXXXX")
  trap stop EXIT
  # They run when the command has ended, which a signal to the whole group (Ctrl-C) sees to.
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  [ -z "$server" ] || chown "$server" "$home"

  as_server env LC_ALL=C "$bin/initdb" -D "$home/data" -U keywright -A trust -E UTF8 --locale=C --no-sync \
    >"$home/initdb.log" 2>&1 || { cat "$home/initdb.log" >&2; die "initdb failed"; }
  # Another process may take the port between the question and the answer: then ask again.
  local port attempt
  for attempt in 1 2 3 4 5; do
    port=$(free_port)
    if as_server env LC_ALL=C "$bin/pg_ctl" -D "$home/data" -l "$home/data/server.log" -w -t 30 \
      -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories= -c max_connections=300 \
          -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=64MB" start >/dev/null 2>&1; then
      break
    fi
    [ "$attempt" != 5 ] || { tail -n 20 "$home/data/server.log" >&2; die "PostgreSQL did not start"; }
  done

  local status=0
  KEYWRIGHT_TEST_POSTGRES="postgres://keywright@127.0.0.1:$port/postgres" "$@" || status=$?
  exit "$status"
}

case "${1:-}" in
  run) shift; run "$@" ;;
  *) die "usage: scripts/postgres.sh run COMMAND…" ;;
esac
