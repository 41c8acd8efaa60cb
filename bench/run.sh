#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the release programs and measures them beside other programs; --help behind hash, extract or schemas tells the options.
#   bench/run.sh [--quick]           everything, about half an hour on an idle machine; --quick: a smoke run on small data
#   bench/run.sh hash [OPTION…]      hashing and backfill beside sha256sum, OpenSSL, hashdeep, rclone and hashlib
#   bench/run.sh extract [OPTION…]   checks of extractions beside pandas and pyarrow, appends beside SQLite
#   bench/run.sh schemas [OPTION…]   comparisons of schemas beside Apicurio's engine, json-schema-diff and jsonsubschema; 1,400 subjects
#   bench/run.sh http [OPTION…]      requests a second of the HTTP server beside nginx and Python's, half a minute
# --publish writes docs/benchmarks.md and its pictures: of what was measured, the rest stays.
set -euo pipefail
cd "$(dirname "$0")/.."
targets=(hash_bench extract_bench schemas_bench holdfast)
[ "${1:-}" != http ] || targets=(http_bench)
cmake --preset release -DHOLDFAST_BENCH=ON >/dev/null
cmake --build build/release -j "${JOBS:-$(nproc)}" --target "${targets[@]}" >build/release/bench-build.log || {
  tail -n 30 build/release/bench-build.log >&2
  exit 2
}
case ${1:-} in
  hash) shift && exec python3 bench/run.py "$@" ;;
  extract) shift && exec .venv/bin/python bench/extract/run.py "$@" ;;
  schemas) shift && exec .venv/bin/python bench/schemas/run.py "$@" ;;
  http) shift && exec python3 bench/http/run.py "$@" ;;
  *)
    python3 bench/run.py "$@"
    .venv/bin/python bench/extract/run.py "$@"
    exec .venv/bin/python bench/schemas/run.py "$@"
    ;;
esac
