# SPDX-License-Identifier: Apache-2.0
"""A folder of .deps that a script fills from what a lock file pins: named after the lock, the scripts and the machine, there whole or not
at all, and found through a symbolic link."""
import argparse
import contextlib
import hashlib
import os
import pathlib
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator

HERE = pathlib.Path(__file__).resolve().parent
NOT_THERE = 3  # the exit code of --offline where something would have to be downloaded


def sha256(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def words(documentation: str) -> tuple[pathlib.Path, bool]:
    """--deps and --offline."""
    arguments = argparse.ArgumentParser(description=documentation, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--deps", type=pathlib.Path, default=HERE.parent / ".deps", help="where it is kept, with what it is made of")
    arguments.add_argument("--offline", action="store_true", help="download nothing")
    given = arguments.parse_args()
    return given.deps.resolve(), given.offline


def folder_of(deps: pathlib.Path, name: str, files: list[str], machine: str = "") -> pathlib.Path:
    """Another one where a file of deps/ that it is made by has changed."""
    made_by = b"".join((HERE / file).read_bytes() for file in [*files, "fetched_folder.py"])
    return deps / (f"{name}-" + hashlib.sha256(made_by + machine.encode()).hexdigest()[:12])


def found(find: Callable[[], pathlib.Path | None], download: Callable[[], None], offline: bool, lock: pathlib.Path, where: pathlib.Path,
          what: str) -> pathlib.Path | None:
    """What `find` finds, downloaded where it finds nothing yet; None where it finds nothing and nothing may be downloaded."""
    file = find()
    if file is None and offline:
        print(f"fetch: nothing in {where} has a hash of deps/{lock.name}", file=sys.stderr)
        return None
    if file is None:
        print(f"fetch: {what}")
        download()
        file = find()
    if file is None:
        raise SystemExit(f"fetch: what was brought into {where} has no hash of deps/{lock.name}, and was not unpacked")
    return file


@contextlib.contextmanager
def making(final: pathlib.Path, mark: str = "from") -> Iterator[pathlib.Path]:
    """A folder to fill, and to write the file `mark` into at last. It becomes `final` in one step."""
    made = pathlib.Path(tempfile.mkdtemp(prefix="making-", dir=final.parent))
    try:
        yield made
        made.chmod(0o755)
        try:
            made.rename(final)
        except OSError:
            if not (final / mark).exists():  # else a second setup was quicker with the same
                raise
    finally:
        shutil.rmtree(made, ignore_errors=True)


def point(link: pathlib.Path, to: str) -> None:
    """Makes or moves a symbolic link in one step."""
    made = link.with_name(f".{link.name}-{os.getpid()}")
    made.symlink_to(to)
    made.rename(link)
