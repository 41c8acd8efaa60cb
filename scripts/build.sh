#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Configures one preset where that is needed and builds it: scripts/build.sh PRESET [TARGET…]. CMake's output only shows when it fails.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:?usage: scripts/build.sh PRESET [TARGET…]}
shift
jobs=${JOBS:-$(nproc)}
# Where ccache is installed, a fresh clone finds what another clone has compiled.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
if [ ! -e "build/$preset/build.ninja" ]; then
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  cmake --preset "$preset" >"$log" 2>&1 || {
    cat "$log" >&2
    exit 1
  }
fi
cmake --build --preset "$preset" -j "$jobs" ${1:+--target "$@"}
