#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fuzzes every target of tests/fuzz for SECONDS_EACH (60) seconds: with libFuzzer where clang++ is installed, else with the plain
# mutator of tests/fuzz/replay_main.cpp under the sanitizers. New inputs go to build/fuzz-corpus, never into the tree.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${SECONDS_EACH:-60}
seed=${SEED:-$RANDOM}
targets=()
for source in tests/fuzz/*_fuzz.cpp; do targets+=("$(basename "$source" .cpp)"); done
if command -v clang++ >/dev/null; then preset=fuzz; else preset=asan; fi
scripts/build.sh "$preset" "${targets[@]}"
program_folder=$PWD/build/$preset/tests
for target in "${targets[@]}"; do
  corpus=$PWD/tests/fuzz/corpus/${target%_fuzz}
  grown=build/fuzz-corpus/${target%_fuzz}
  mkdir -p "$grown"
  printf 'fuzz: %s for %d s, seed %d (%s)\n' "$target" "$seconds" "$seed" "$preset"
  if [ "$preset" = fuzz ]; then
    (cd "$grown" && "$program_folder/$target" -max_total_time="$seconds" -seed="$seed" -print_final_stats=0 -verbosity=0 . "$corpus")
  else
    (cd "$grown" && "$program_folder/$target" --seconds "$seconds" --seed "$seed" "$corpus")
  fi
done
