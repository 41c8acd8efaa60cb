#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs a command with a private PostgreSQL beside it: tests/support/with_postgres.sh CMD [ARG…]
# Sets HOLDFAST_TEST_POSTGRES_URL (a database in it) and HOLDFAST_REQUIRE_POSTGRES=1, so that no PostgreSQL case is skipped unseen.
# The server, its data and its socket are gone when the command ends, however it ends. FSYNC=on for honest timings.
set -euo pipefail
[ $# -gt 0 ] || { echo "usage: with_postgres.sh CMD [ARG...]" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=$(mktemp -d "${TMPDIR:-/tmp}/holdfast_pg.XXXXXX")
stop() { "$here/pg_private.sh" stop "$dir" || true; rm -rf "$dir"; }
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
HOLDFAST_TEST_POSTGRES_URL=$("$here/pg_private.sh" start "$dir")
export HOLDFAST_TEST_POSTGRES_URL HOLDFAST_REQUIRE_POSTGRES=1
"$@"
