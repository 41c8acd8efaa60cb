#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds and runs the tests of one preset: dev (unit, end-to-end and crash tests), asan, tsan or coverage (unit tests only).
# Tests that need PostgreSQL get a private server; without one they fail here instead of being skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:?usage: scripts/test.sh dev|asan|tsan|coverage}
jobs=${JOBS:-$(nproc)}
export HOLDFAST_REQUIRE_POSTGRES=1

scripts/build.sh "$preset"
tests/support/with_postgres.sh ctest --preset "$preset" -j "$jobs"
[ "$preset" = dev ] || exit 0

# The end-to-end tests run the very binaries a user gets; the crash tests need the failpoints, which only dev has.
scripts/build.sh release holdfast
export HOLDFAST_BIN=$PWD/build/dev/holdfast HOLDFAST_RELEASE_BIN=$PWD/build/release/holdfast
pytest=(.venv/bin/python -m pytest -q -p no:cacheprovider tests/cli tests/e2e tests/crash)
tests/support/with_postgres.sh "${pytest[@]}" -n "$jobs" -m "not alone"
# Marked "alone": measures rates or needs the whole machine.
tests/support/with_postgres.sh "${pytest[@]}" -m alone
