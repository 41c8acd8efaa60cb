#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prints the line coverage of each room by the unit tests (preset coverage); leaves build/coverage/coverage.json behind.
set -euo pipefail
cd "$(dirname "$0")/.."
[ ! -d build/coverage ] || find build/coverage -name '*.gcda' -delete
scripts/test.sh coverage
gcovr --root . --object-directory build/coverage --filter 'src/' --json-summary build/coverage/coverage.json build/coverage >/dev/null
/usr/bin/python3 - <<'PY'
import collections
import json

rooms = collections.defaultdict(lambda: [0, 0])
for file in json.load(open("build/coverage/coverage.json"))["files"]:
    parts = file["filename"].split("/")
    if len(parts) == 3:
        rooms[parts[1]][0] += file["line_covered"]
        rooms[parts[1]][1] += file["line_total"]
for room, (covered, total) in sorted(rooms.items()):
    print(f"coverage: {room:10} {100 * covered / total:5.1f} %  ({covered} of {total} lines)")
PY
