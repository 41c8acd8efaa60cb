# SPDX-License-Identifier: Apache-2.0
"""What the fetch scripts share: a wheel that a lock file pins by version and content, found in .deps/wheels or brought there by this Python's
pip; and folders that are there whole or not at all."""
import collections.abc
import contextlib
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

PYTHON = "311"  # of the pinned files, not of this machine


def sha256(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def pinned(lock: pathlib.Path) -> tuple[str, str, set[str]]:
    """Name, version and hashes of the one package in a lock file."""
    text = lock.read_text(encoding="utf-8")
    name, version = re.search(r"^(\S+)==(\S+)", text, re.MULTILINE).groups()
    return name, version, set(re.findall(r"sha256:([0-9a-f]{64})", text))


def find_wheel(lock: pathlib.Path, folder: pathlib.Path, machine: str) -> pathlib.Path | None:
    name, version, hashes = pinned(lock)
    for wheel in sorted(folder.glob(f"{name.replace('-', '_')}-{version}-*{machine}.whl")):
        if sha256(wheel) in hashes:
            return wheel
    return None


def download(lock: pathlib.Path, folder: pathlib.Path, machine: str, instead: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download", "--no-deps", "--only-binary=:all:",
               "--require-hashes", "--implementation", "cp", "--python-version", PYTHON, "--abi", "cp" + PYTHON,
               "--platform", f"manylinux_2_28_{machine}", "--requirement", str(lock), "--dest", str(folder)]
    if subprocess.run(command, check=False).returncode != 0:
        raise SystemExit(f"fetch: pip could not get what deps/{lock.name} pins (no network, or a hash that does not match): put the wheel "
                         f"into {folder} by hand, or {instead}")


def wheel_of(lock: pathlib.Path, folder: pathlib.Path, machine: str, offline: bool, what: str, instead: str) -> pathlib.Path | None:
    """The wheel, downloaded where it is not there; None where it is not and nothing may be downloaded."""
    wheel = find_wheel(lock, folder, machine)
    if wheel is None and offline:
        print(f"fetch: no wheel in {folder} has a hash of deps/{lock.name}", file=sys.stderr)
        return None
    if wheel is None:
        print(f"fetch: {what}")
        download(lock, folder, machine, instead)
        wheel = find_wheel(lock, folder, machine)
    if wheel is None:
        raise SystemExit(f"fetch: pip brought no wheel for {machine} that deps/{lock.name} pins")
    return wheel


@contextlib.contextmanager
def made_whole(final: pathlib.Path, last: str) -> collections.abc.Iterator[pathlib.Path]:
    """A new folder to fill, which gets its name when all is in it. `last` is the file that says so of a folder that is there."""
    made = pathlib.Path(tempfile.mkdtemp(prefix="making-", dir=final.parent))
    try:
        yield made
        made.chmod(0o755)
        try:
            made.rename(final)
        except OSError:
            if not (final / last).exists():  # else a second setup was quicker with the same
                raise
    finally:
        shutil.rmtree(made, ignore_errors=True)


def point(link: pathlib.Path, to: str) -> None:
    """Makes or moves a symbolic link in one step."""
    made = link.with_name(f".{link.name}-{os.getpid()}")
    made.symlink_to(to)
    made.rename(link)
