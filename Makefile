# SPDX-License-Identifier: Apache-2.0
# The commands of the README and of CI. Each sets up what it needs first and says nothing where nothing is to do.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
JOBS ?= $(shell nproc)
PREFIX ?= /usr/local
export JOBS

.DEFAULT_GOAL := help
.PHONY: help build install run test test-apicurio lint lint-quick format bench asan tsan coverage fuzz clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## install what the build needs and build build/release/holdfast
	@scripts/setup.sh build
	@scripts/build.sh release holdfast

install: ## put the program, its man page and completions under PREFIX (/usr/local)
	@scripts/setup.sh build
	@scripts/build.sh release holdfast documents
	@cmake --install build/release --prefix "$(PREFIX)"

run: build ## build, then import, backfill, extract and check the example workspace
	@scripts/setup.sh run
	@if [ -x examples/run.sh ]; then examples/run.sh build/release/holdfast; else build/release/holdfast --version; fi

test: ## everything CI tests: unit tests, then the end-to-end and crash tests, on real PostgreSQL and SQLite
	@scripts/setup.sh test
	@scripts/test.sh dev

test-apicurio: ## the schemas commands against a real Apicurio Registry (109 MB, with Java and Maven)
	@scripts/setup.sh apicurio
	@scripts/build.sh release holdfast
	@HOLDFAST_REQUIRE_APICURIO=1 HOLDFAST_BIN="$(CURDIR)/build/release/holdfast" \
	  .venv/bin/python -m pytest -q -p no:cacheprovider tests/e2e/test_apicurio_server.py

asan: ## unit tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@scripts/setup.sh test
	@scripts/test.sh asan

tsan: ## unit tests under ThreadSanitizer
	@scripts/setup.sh test
	@scripts/test.sh tsan

coverage: ## line coverage of every room by the unit tests
	@scripts/setup.sh test
	@scripts/coverage.sh

lint: ## format, clang-tidy, rooms, style, failpoints, documents, scripts
	@scripts/setup.sh lint
	@scripts/lint.sh

lint-quick: ## the part of lint that compiles nothing
	@scripts/setup.sh lint
	@scripts/lint.sh quick

format: ## rewrite the C++ and Python sources in the project's format
	@scripts/setup.sh lint
	@git ls-files -z '*.cpp' '*.h' | xargs -0 .venv/bin/clang-format -i
	@.venv/bin/ruff check --quiet --fix .

bench: ## benchmarks beside sha256sum, hashdeep, rclone, hashlib, pandas, SQLite and three engines that compare schemas
	@scripts/setup.sh bench
	@bench/run.sh

fuzz: ## a minute of fuzzing for every parser of outside bytes (SECONDS_EACH=60)
	@scripts/setup.sh test
	@scripts/fuzz.sh

clean: ## remove what was built; keep the downloads in .deps
	@rm -rf build .venv .cache
