#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The main job on the example workspace, then what a silent change looks like when it is caught.
#   examples/run.sh PATH-TO-HOLDFAST [FOLDER]        FOLDER (default: out) is made anew; the example itself is never written
set -eu
here=$(cd "$(dirname "$0")" && pwd)
holdfast=$(realpath "$1")
out=${2:-out}
mkdir -p "$out"
out=$(cd "$out" && pwd)
rm -rf "$out/atlas" "$out/atlas-after-a-silent-change"
cp -r "$here/atlas" "$out/atlas"

step() { printf '\n\033[1m$ holdfast %s\033[0m\n' "$*" | if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then cat; else sed 's/\x1b\[[0-9;]*m//g'; fi; }
run() { step "$@"; "$holdfast" "$@"; }

# The clips are made here, and an ffmpeg with libvmaf scores them: the one that scripts/setup.sh fetched, else that of PATH.
if [ -x "$here/../.deps/ffmpeg/bin/ffmpeg" ]; then
  PATH=$(cd "$here/../.deps/ffmpeg/bin" && pwd):$PATH
elif ! command -v ffmpeg >/dev/null; then
  echo "examples/run.sh: no ffmpeg: scripts/setup.sh run fetches one with libvmaf" >&2
  exit 2
fi
"$here/make_clips.sh" "$out/atlas"
mkdir "$out/atlas/features"

cd "$out/atlas"
run migrate upgrade
run artifacts import --from-folder data
run artifacts backfill
run extract run clips
run schemas fetch webhooks --all
run check

printf '\nNow the same workspace on a copy, in which one byte of a figure flips while its size and time of writing stay as they were, and an\n'
printf 'older features/clips.parquet with four of the six rows is put back over the whole one; and the registry publishes two schemas anew.\n'
cp -a "$out/atlas" "$out/atlas-after-a-silent-change"
cd "$out/atlas-after-a-silent-change"
"$holdfast" check --quiet >/dev/null  # the copies are other files than those that were proved: prove them too
rm features/*  # an older file: what the first four clips gave
"$holdfast" extract run clips --limit 4 --quiet >/dev/null 2>&1 || [ $? = 3 ]
mv features/clips.parquet "$out/.older.parquet"
cp -p "$out/atlas/features/"* features/
mv "$out/.older.parquet" features/clips.parquet
figure=data/figures/bill_length_mm_bill_depth_mm.png
cp -p "$figure" "$out/.time-of-writing"
printf '\377' | dd of="$figure" bs=1 seek=9000 conv=notrunc status=none
touch -r "$out/.time-of-writing" "$figure"
rm "$out/.time-of-writing"
cp -r "$here/registry-later/." registry/  # what GitHub published later: a misspelt required name was mended

step check
status=0
"$holdfast" check || status=$?
lost=0
"$holdfast" extract check clips >/dev/null 2>&1 || lost=$?
drift=0
"$holdfast" schemas check webhooks >/dev/null 2>&1 || drift=$?
if [ "$status" != 1 ] || [ "$lost" != 1 ] || [ "$drift" != 1 ]; then
  echo "examples/run.sh: the silent changes were not caught: exit codes $status, $lost and $drift, expected 1" >&2
  exit 1
fi
echo "(exit code 1: a pipeline that runs this check stops here)"
run incidents list
printf '\nThe workspaces are in %s. Your turn (make install puts holdfast on everybody'\''s PATH):\n' "$out"
printf "  export PATH='%s':'%s':\$PATH; cd '%s'; holdfast artifacts verify --quick; holdfast explain artifact.modified\n" \
  "$(dirname "$holdfast")" "$(dirname "$(command -v ffmpeg)")" "$out/atlas"
