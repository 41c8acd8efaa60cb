# SPDX-License-Identifier: Apache-2.0
"""A wheel that a lock file pins by version and content: found in .deps/wheels, or brought there by this Python's pip."""
import pathlib
import re
import subprocess
import sys

from fetched_folder import found, sha256

PYTHON = "311"  # of the pinned files, not of this machine


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
    return found(lambda: find_wheel(lock, folder, machine), lambda: download(lock, folder, machine, instead), offline, lock, folder, what)
