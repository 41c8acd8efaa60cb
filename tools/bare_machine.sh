#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Proves the README on a bare Debian 12: a debootstrap minbase chroot, a fresh clone, `make run` and `make test`, and how long each
# took; then the same again without network and without the build folder.
#   tools/bare_machine.sh root|sudo [run|test|all]   as root, or as a user with sudo; stop after run, or after test (the default),
#                                                    or do without network what both did
# Needs root, debootstrap and the right to make name spaces. Packages come through this machine's own apt and pip configuration.
# KEEP=1 keeps the chroot; FOLDER (build/bare) says where it and the cached base system go.
set -euo pipefail
cd "$(dirname "$0")/.."
who=${1:?usage: tools/bare_machine.sh root|sudo [run|test|all]}
last=${2:-test}
folder=$(realpath -m "${FOLDER:-build/bare}")
base=$folder/base.tar
chroot=$folder/$who
[ "$(id -u)" = 0 ] || { echo "bare_machine: needs root" >&2; exit 2; }

# Everything is mounted in a name space of its own, so that nothing stays mounted whatever happens.
if [ "${IN_NAMESPACE:-}" != 1 ]; then IN_NAMESPACE=1 exec unshare --mount --propagation private "$0" "$@"; fi

sources() { apt-get indextargets --format "\$(ORIGIN) \$(REPO_URI) \$(RELEASE) \$(COMPONENT)" 'Created-By: Packages' | grep '^Debian '; }

make_base() {
  local uri work
  uri=$(sources | awk '$3 == "bookworm" {print $2; exit}')
  [ -n "$uri" ] || { echo "bare_machine: this machine's apt has no bookworm" >&2; exit 2; }
  work=$(mktemp -d)
  chmod 755 "$work"
  debootstrap --variant=minbase bookworm "$work" "$uri" >"$folder/debootstrap.log"
  tar -C "$work" -cf "$base.part" .
  mv "$base.part" "$base"
  rm -rf "$work"
}

pass_configuration() { # what lets apt, pip and TLS reach their packages here
  local file
  rm -f "$chroot"/etc/apt/sources.list
  sources | while read -r _ uri suite component; do
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $suite $component"
  done >"$chroot/etc/apt/sources.list"
  for file in /etc/apt/apt.conf.d/99* /etc/apt/auth.conf /etc/apt/auth.conf.d /etc/pip.conf /etc/resolv.conf /etc/hosts; do
    if [ -e "$file" ]; then cp -rL --parents "$file" "$chroot"; fi
  done
  mkdir -p "$chroot/etc/ssl/certs" "$chroot/usr/local/share/ca-certificates"
  # ca-certificates writes its own bundle when it is installed; local authorities go where it picks them up.
  cp -rL /usr/local/share/ca-certificates/. "$chroot/usr/local/share/ca-certificates/" 2>/dev/null || true
  cp -L /etc/ssl/certs/ca-certificates.crt "$chroot/etc/ssl/certs/ca-certificates.crt"
}

inside() { # command…
  local passed=()
  mapfile -t passed < <(env | grep -E '^(PIP_|SSL_CERT|REQUESTS_CA|CURL_CA|[a-zA-Z]*_?(proxy|PROXY)=)')
  chroot "$chroot" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="$home" LANG=C.UTF-8 TERM=dumb "${passed[@]}" "$@"
}
as_user() { if [ "$who" = sudo ]; then inside setpriv --reuid=1000 --regid=1000 --init-groups "$@"; else inside "$@"; fi; }

timed() { # what command…
  local what=$1 since=$SECONDS
  shift
  "$@" </dev/null >"$folder/$who.log" 2>&1 || { tail -n 60 "$folder/$who.log" >&2; echo "bare_machine: $who: $what FAILED" >&2; exit 1; }
  printf 'bare_machine: %s: %s: %d s\n' "$who" "$what" $((SECONDS - since))
  if [ -n "${SHOW:-}" ]; then tail -n "$SHOW" "$folder/$who.log"; fi
}

mkdir -p "$folder"
[ -e "$base" ] || make_base
rm -rf "$chroot"
mkdir -p "$chroot"
tar -C "$chroot" -xf "$base"
mount --bind "$chroot" "$chroot"  # a root that is a mount can have mount namespaces of its own, as a machine's
pass_configuration
mount -t proc proc "$chroot/proc"
mount --rbind /dev "$chroot/dev"
mount -t tmpfs tmpfs "$chroot/dev/shm"

home=/root
inside apt-get update -qq
# The README's first line: what a machine needs besides the clone.
timed "apt-get install make git" inside env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends make git
git clone --quiet --no-local . "$chroot/srv/holdfast"
if [ "$who" = sudo ]; then
  inside env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends sudo >/dev/null 2>&1
  inside useradd --create-home --uid 1000 --shell /bin/bash builder
  echo 'builder ALL=(ALL) NOPASSWD: ALL' >"$chroot/etc/sudoers.d/builder"
  inside chown -R builder: /srv/holdfast
  home=$(inside getent passwd builder | cut -d: -f6)
fi

timed "make run, from nothing" as_user make -C /srv/holdfast run
timed "make run, again" as_user make -C /srv/holdfast run
if [ "$last" != run ]; then timed "make test, from nothing" as_user make -C /srv/holdfast test; fi
rm -rf "$chroot/srv/holdfast/build" "$chroot/srv/holdfast/.venv"
# Without a network, but with the loopback that a machine without one has, too.
no_network() { unshare --net "$BASH" -c "ip link set lo up; $(declare -p who chroot home); $(declare -f inside as_user); as_user \"\$@\"" _ "$@"; }
timed "make run, rebuilt without network" no_network make -C /srv/holdfast run
if [ "$last" = all ]; then timed "make test, rebuilt without network" no_network make -C /srv/holdfast test; fi
umount -R "$chroot"
[ "${KEEP:-}" = 1 ] || rm -rf "$chroot"
