#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Puts on a Debian 12 machine what one task needs, and nothing that is there already; safe to repeat, silent when nothing is to do.
#   scripts/setup.sh build     Debian packages of deps/apt.txt, and the libraries of deps/native.txt in .deps/current
#   scripts/setup.sh run       the same, and the ffmpeg of deps/ffmpeg.txt in .deps/ffmpeg
#   scripts/setup.sh test      the same, deps/apt-test.txt, tests/requirements.txt in .venv, and the suite of deps/schema_suite.txt
#   scripts/setup.sh lint      as test, and tools/requirements.txt in .venv
#   scripts/setup.sh bench     as test, deps/apt-bench.txt, and peers that are measured: bench/requirements.txt in .venv, Apicurio Registry as below,
#                              and in .deps/bench the packages of bench/schemas/package-lock.json and the schemas of bench/schemas/webhooks.txt
#   scripts/setup.sh apicurio  as test, deps/apt-apicurio.txt (Java, Maven), and the server of deps/apicurio.txt in .deps/apicurio
# Packages come from wherever this machine's apt, pip and Maven are configured to look. Python wheels are kept in .deps/wheels and
# every one is held against the hash in its lock file, so that a second setup needs no network. HOLDFAST_DEPS=system leaves
# deps/native.txt, deps/ffmpeg.txt, deps/schema_suite.txt and deps/apicurio.txt alone: CMake then wants Apache Arrow and Parquet for
# C++ that are installed already (cmake/Arrow.cmake), example and tests an ffmpeg with libvmaf in PATH, and the tests
# HOLDFAST_SCHEMA_SUITE, a folder with the JSON Schema Test Suite, and HOLDFAST_APICURIO, one with an unpacked Apicurio Registry.
set -euo pipefail
cd "$(dirname "$0")/.."

die() { printf 'setup: %s\n' "$*" >&2; exit 2; }

package_names() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$@"; }

install_debian_packages() { # list-file…
  local missing=() name
  command -v dpkg-query >/dev/null || die "this is no Debian machine; install by hand what these files list: $*"
  while read -r name; do
    dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q '^install ok installed' || missing+=("$name")
  done < <(package_names "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  local as_root=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || die "neither root nor sudo; ask for: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  printf 'setup: installing %d Debian packages: %s\n' "${#missing[@]}" "${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/tmp/holdfast-apt.$$ 2>&1 || {
    tail -n 20 /tmp/holdfast-apt.$$ >&2
    rm -f /tmp/holdfast-apt.$$
    die "apt-get install failed"
  }
  rm -f /tmp/holdfast-apt.$$
}

# Debian's own python3, because the hashes of compiled wheels belong to its version.
python=/usr/bin/python3

install_python_packages() { # lock-file
  local lock=$1 stamp
  stamp=.venv/stamps/$(sha256sum "$lock" | cut -c1-64)
  [ -e "$stamp" ] && return 0
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  local pip=(.venv/bin/python -m pip --quiet --disable-pip-version-check)
  mkdir -p .deps/wheels .venv/stamps
  if ! "${pip[@]}" install --no-index --find-links .deps/wheels --require-hashes --only-binary :all: -r "$lock" 2>/dev/null; then
    printf 'setup: fetching the Python packages of %s\n' "$lock"
    "${pip[@]}" download --require-hashes --only-binary :all: --dest .deps/wheels -r "$lock"
    "${pip[@]}" install --no-index --find-links .deps/wheels --require-hashes --only-binary :all: -r "$lock"
  fi
  touch "$stamp"
}

install_native_libraries() {
  [ "${HOLDFAST_DEPS:-auto}" != system ] || return 0
  ! "$python" deps/fetch.py --offline 2>/dev/null || return 0
  [ -x .venv/bin/python ] || "$python" -m venv .venv # for its pip, which downloads and installs nothing
  .venv/bin/python deps/fetch.py || die "no Arrow and Parquet"
}

install_ffmpeg() { # for the example workspace and the tests; the program itself needs none
  [ "${HOLDFAST_DEPS:-auto}" != system ] || return 0
  ! "$python" deps/fetch_ffmpeg.py --offline 2>/dev/null || return 0
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  .venv/bin/python deps/fetch_ffmpeg.py || die "no ffmpeg"
}

install_schema_suite() { # for the tests
  [ "${HOLDFAST_DEPS:-auto}" != system ] || return 0
  ! "$python" deps/fetch_schema_suite.py --offline 2>/dev/null || return 0
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  .venv/bin/python deps/fetch_schema_suite.py || die "no JSON Schema Test Suite"
}

install_apicurio() { # for make test-apicurio
  [ "${HOLDFAST_DEPS:-auto}" != system ] || return 0
  ! "$python" deps/fetch_apicurio.py --offline 2>/dev/null || return 0
  "$python" deps/fetch_apicurio.py || die "no Apicurio Registry"
}

install_node_packages() { # for make bench; Node.js is of Debian where there is none, since others bring an npm of their own
  local stamp name hash version
  stamp=.deps/bench/stamp-$(cat bench/schemas/package-lock.json bench/schemas/webhooks.txt | sha256sum | cut -c1-64)
  [ -e "$stamp" ] && return 0
  command -v npm >/dev/null || install_debian_packages deps/apt-node.txt
  mkdir -p .deps/bench/npm .deps/bench/webhooks
  rm -f .deps/bench/stamp-*
  cp bench/schemas/package.json bench/schemas/package-lock.json .deps/bench/npm/
  (cd .deps/bench/npm && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null) ||
    die "npm could not get what bench/schemas/package-lock.json pins"
  while read -r name hash; do
    version=${name##*@}
    (cd .deps/bench/webhooks && npm pack --silent "$name" >/dev/null) || die "npm could not get $name"
    mv ".deps/bench/webhooks/octokit-webhooks-schemas-$version.tgz" ".deps/bench/webhooks/$version.tgz"
    sha256sum --check --status <<<"$hash  .deps/bench/webhooks/$version.tgz" || die "$name has not the hash of bench/schemas/webhooks.txt"
    tar -xzf ".deps/bench/webhooks/$version.tgz" -O package/schema.json >".deps/bench/webhooks/$version.json"
  done < <(package_names bench/schemas/webhooks.txt)
  touch "$stamp"
}

install_for_tests() {
  install_debian_packages deps/apt.txt deps/apt-test.txt
  install_native_libraries
  install_ffmpeg
  install_schema_suite
  install_python_packages tests/requirements.txt
}

case ${1:-} in
  build)
    install_debian_packages deps/apt.txt
    install_native_libraries
    ;;
  run)
    install_debian_packages deps/apt.txt
    install_native_libraries
    install_ffmpeg
    ;;
  test)
    install_for_tests
    ;;
  lint)
    install_for_tests
    install_python_packages tools/requirements.txt
    ;;
  bench)
    install_for_tests
    install_python_packages bench/requirements.txt
    install_debian_packages deps/apt-apicurio.txt deps/apt-bench.txt
    install_apicurio
    install_node_packages
    ;;
  apicurio)
    install_for_tests
    install_debian_packages deps/apt-apicurio.txt
    install_apicurio
    ;;
  *) die "usage: scripts/setup.sh build|run|test|lint|bench|apicurio" ;;
esac
