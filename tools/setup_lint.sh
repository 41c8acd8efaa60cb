#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The pinned clang-format, clang-tidy and ruff in .venv.
exec "$(dirname "$0")/../scripts/setup.sh" lint
