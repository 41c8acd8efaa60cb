#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the release programs and measures them beside other programs: bench/run.py --help tells the options.
#   bench/run.sh            everything, about ten minutes on an idle machine
#   bench/run.sh --quick    a smoke run of a few seconds on small trees
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset release -DHOLDFAST_BENCH=ON >/dev/null
cmake --build build/release --target hash_bench holdfast >build/release/bench-build.log || {
  tail -n 30 build/release/bench-build.log >&2
  exit 2
}
exec python3 bench/run.py "$@"
