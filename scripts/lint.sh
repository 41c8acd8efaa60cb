#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Everything a machine can hold about the sources; `quick` leaves out what compiles them again (each header alone, clang-tidy).
# Runs every step even after one failed, and names the ones that did.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
failed=()

step() { # name command…
  local name=$1 began=$SECONDS
  shift
  if "$@"; then printf 'lint: %-10s ok (%d s)\n' "$name" $((SECONDS - began)); else failed+=("$name"); fi
}
files() { git ls-files --cached --others --exclude-standard -z "$@"; }

format() { files '*.cpp' '*.h' | xargs -0 .venv/bin/clang-format --dry-run --Werror --ferror-limit=1; }
# Found by their first line as well as by their name.
shell() { files | xargs -0 grep -lIZE '^#!/(usr/bin/env bash|bin/(ba)?sh)' -- | xargs -0 shellcheck; }
python() { .venv/bin/ruff check --quiet .; }
# Each header of src/ compiled alone: CMake makes one source per header from the rooms' file sets.
headers() { scripts/build.sh dev all_verify_interface_header_sets; }

step format format
step rooms python3 tools/check_rooms.py
step style python3 tools/check_style.py
step shell shell
step python python
if [ "${1:-all}" != quick ]; then
  step headers headers
  step tidy python3 tools/run_tidy.py --jobs "${JOBS:-$(nproc)}"
fi

[ ${#failed[@]} -eq 0 ] || {
  printf 'lint: failed: %s\n' "${failed[*]}" >&2
  exit 1
}
