#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts the Apicurio Registry that apicurio.txt pins into .deps/apicurio; scripts/setup.sh calls it.

  deps/fetch_apicurio.py [--offline] [--deps .deps]

mvn brings the archive from wherever this machine's Maven is configured to look, into a local repository in .deps/maven. The archive is held
against its hash before anything is unpacked; with --offline and no archive: exit 3. It goes into .deps/apicurio-<id of lock and scripts>, and
.deps/apicurio leads to it. Nothing of it is run here.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile

from fetched_folder import HERE, NOT_THERE, folder_of, found, making, point, sha256, words

LOCK = HERE / "apicurio.txt"
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:2.8:get"  # newer ones want the parents of its POM too, which are not published everywhere


def pinned() -> tuple[str, str]:
    """The artifact and its hash."""
    return re.search(r"^([^#\s]\S+)\s+--hash=sha256:([0-9a-f]{64})$", LOCK.read_text(encoding="utf-8"), re.MULTILINE).groups()


def archive_of(repository: pathlib.Path) -> pathlib.Path:
    group, name, version, extension, classifier = pinned()[0].split(":")
    return repository.joinpath(*group.split("."), name, version, f"{name}-{version}-{classifier}.{extension}")


def find_archive(repository: pathlib.Path) -> pathlib.Path | None:
    archive = archive_of(repository)
    return archive if archive.exists() and sha256(archive) == pinned()[1] else None


def download(repository: pathlib.Path) -> None:
    archive_of(repository).unlink(missing_ok=True)  # mvn would keep one with another hash
    command = ["mvn", "--batch-mode", "--quiet", "-Dstyle.color=never", f"-Dmaven.repo.local={repository}", PLUGIN,
               f"-Dartifact={pinned()[0]}", "-Dtransitive=false"]
    if subprocess.run(command, check=False, stdin=subprocess.DEVNULL, cwd=HERE).returncode != 0:
        raise SystemExit(f"fetch: mvn could not get what deps/{LOCK.name} pins: put the archive at {archive_of(repository)} by hand, or set "
                         "HOLDFAST_DEPS=system and HOLDFAST_APICURIO to a folder with the unpacked server")


def make(archive: pathlib.Path, final: pathlib.Path) -> None:
    with making(final) as made:
        with tarfile.open(archive) as source:
            for entry in source:
                parts = pathlib.PurePosixPath(entry.name).parts
                if not entry.isfile() or ".." in parts or entry.name.startswith("/"):
                    continue
                target = made.joinpath(*parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                with source.extractfile(entry) as packed, target.open("wb") as unpacked:
                    shutil.copyfileobj(packed, unpacked, 1 << 20)
        (made / "from").write_text(f"{archive.name}\n", encoding="utf-8")


def main() -> int:
    deps, offline = words(__doc__)
    final = folder_of(deps, "apicurio", [LOCK.name, "fetch_apicurio.py"])
    if not (final / "from").exists():
        kept = deps / "maven"
        archive = found(lambda: find_archive(kept), lambda: download(kept), offline, LOCK, kept, "Apicurio Registry, 109 MB")
        if archive is None:
            return NOT_THERE
        make(archive, final)
    point(deps / "apicurio", final.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
