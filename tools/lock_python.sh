#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Writes bench/, tests/ and tools/requirements.txt anew from their .in files: every package, every hash of every file.
# Needs the network. Run it after a change to an .in file and read the diff.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
/usr/bin/python3 -m venv "$venv"
"$venv/bin/pip" --quiet install pip-tools==7.6.2
for folder in bench tests tools; do
  CUSTOM_COMPILE_COMMAND=tools/lock_python.sh "$venv/bin/pip-compile" --quiet --generate-hashes --strip-extras --allow-unsafe \
    --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --upgrade \
    --output-file "$folder/requirements.txt" "$folder/requirements.in"
done
