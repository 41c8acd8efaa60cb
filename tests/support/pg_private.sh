#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A private PostgreSQL for tests: pg_private.sh start DIR | stop DIR | crash DIR | url DIR | pid DIR
# Unix socket only (no TCP port to clash), superuser "holdfast", trust authentication; its data goes with DIR.
# Works as root (the server runs as user postgres) and as any other user. FSYNC=on for timings that must be honest.
# `crash` is pg_ctl's immediate stop: connections break in the middle of what they do.
set -euo pipefail
[ $# -eq 2 ] || { echo "usage: pg_private.sh start|stop|crash|url|pid DIR" >&2; exit 2; }
cmd=$1 dir=$2
bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -1)
[ -x "$bin/initdb" ] || { echo "pg_private.sh: no PostgreSQL server here: apt-get install postgresql-15" >&2; exit 2; }

run() {
  if [ "$(id -u)" = 0 ]; then
    setpriv --reuid=postgres --regid=postgres --clear-groups env -C / HOME=/tmp "$@"
  else
    env -C / "$@"
  fi
}
url() { echo "postgresql:///holdfast?host=$(cat "$dir/socket_dir")&user=holdfast"; }

case $cmd in
start)
  mkdir -p "$dir"
  dir=$(realpath "$dir")
  sock=$(mktemp -d /tmp/hfpg.XXXXXX)  # a Unix socket path may not exceed 107 bytes
  echo "$sock" >"$dir/socket_dir"
  if [ "$(id -u)" = 0 ]; then chown postgres: "$dir" "$sock"; fi
  fresh=no
  [ -d "$dir/data" ] || fresh=yes  # else a server that was stopped or crashed goes on with its data
  [ $fresh = no ] || run "$bin/initdb" -D "$dir/data" -U holdfast --auth=trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb.log"
  settings="-c listen_addresses='' -c unix_socket_directories='$sock' -c fsync=${FSYNC:-off}"
  settings+=" -c max_connections=500 -c shared_buffers=64MB"
  run "$bin/pg_ctl" -D "$dir/data" -w -t 30 -l "$dir/server.log" -o "$settings" start >/dev/null ||
    { cat "$dir/server.log" >&2; exit 1; }
  [ $fresh = no ] || run "$bin/createdb" -h "$sock" -U holdfast holdfast
  url
  ;;
url) url ;;
pid) head -1 "$dir/data/postmaster.pid" ;;
stop | crash)
  dir=$(realpath "$dir")
  mode=fast
  [ "$cmd" = stop ] || mode=immediate
  if [ -f "$dir/data/postmaster.pid" ]; then run "$bin/pg_ctl" -D "$dir/data" -m "$mode" -w stop >/dev/null; fi
  rm -rf "$(cat "$dir/socket_dir")"
  ;;
*)
  echo "usage: pg_private.sh start|stop|crash|url|pid DIR" >&2
  exit 2
  ;;
esac
