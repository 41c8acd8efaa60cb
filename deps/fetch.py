#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the private folder of native libraries out of the wheel that native.txt pins; scripts/setup.sh calls it.

  deps/fetch.py [--offline] [--deps .deps]

1. A wheel whose SHA-256 stands in native.txt is taken from .deps/wheels; else this Python's pip downloads it there, from wherever the
   machine's pip looks, held against the same hashes. With --offline: exit 3 instead.
2. Headers and libraries are unpacked into .deps/<id of lock, scripts and machine>, libparquet's private symbols are made local
   (elf_localize.py), and CMake package files with upstream's target names are written, so that find_package() is the same for a
   system's own Arrow.
3. The folder is renamed into place whole, and .deps/current leads to it. A folder that is there is left as it is.

Only the standard library is used; nothing of the wheel is run.
"""
import json
import pathlib
import platform
import re
import sys
import zipfile

from elf_localize import localize
from fetched_folder import HERE, NOT_THERE, folder_of, making, point, sha256, words
from pinned_wheel import pinned, wheel_of

LOCK = HERE / "native.txt"
PACKAGES = [("Arrow", "arrow", ""), ("Parquet", "parquet", "Arrow::arrow_shared")]  # CMake package, library, what it needs
CONFIG = """# Made by deps/fetch.py.
{needs}get_filename_component(_prefix "${{CMAKE_CURRENT_LIST_DIR}}/../../.." ABSOLUTE)
if(NOT TARGET {package}::{library}_shared)
  add_library({package}::{library}_shared SHARED IMPORTED)
  set_target_properties({package}::{library}_shared PROPERTIES
    IMPORTED_LOCATION "${{_prefix}}/lib/{file}" IMPORTED_SONAME "{file}"
    INTERFACE_INCLUDE_DIRECTORIES "${{_prefix}}/include"
    INTERFACE_LINK_LIBRARIES "{link}")
endif()
"""
VERSION = """# Made by deps/fetch.py.
set(PACKAGE_VERSION "{version}")
set(PACKAGE_VERSION_COMPATIBLE TRUE)
"""


def unpack(wheel: zipfile.ZipFile, prefix: pathlib.Path) -> None:
    names = wheel.namelist()
    number = next(m[1] for m in map(re.compile(r"pyarrow/libarrow\.so\.(\d+)").fullmatch, names) if m)
    for name in names:
        to = None
        if name.startswith(("pyarrow/include/arrow/", "pyarrow/include/parquet/")) and not name.endswith("/") and "/python/" not in name:
            to = prefix / name.removeprefix("pyarrow/")
        elif name in {f"pyarrow/lib{library}.so.{number}" for _, library, _ in PACKAGES}:
            to = prefix / "lib" / pathlib.Path(name).name
        elif match := re.search(r"\.dist-info/licenses/(LICENSE|NOTICE)", name):
            to = prefix / "licenses" / f"arrow-{match[1]}"
        if to:
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(wheel.read(name))
            to.chmod(0o644)
    localize(prefix / "lib" / f"libparquet.so.{number}")
    for package, library, needs in PACKAGES:
        write_package(prefix, package, f"lib{library}.so.{number}", needs)


def write_package(prefix: pathlib.Path, package: str, file: str, link: str) -> None:
    folder = prefix / "lib" / "cmake" / package
    folder.mkdir(parents=True)
    needs = f"include(CMakeFindDependencyMacro)\nfind_dependency({link.split('::')[0]} CONFIG)\n" if link else ""
    config = CONFIG.format(package=package, library=package.lower(), file=file, link=link, needs=needs)
    (folder / f"{package}Config.cmake").write_text(config, encoding="utf-8")
    (folder / f"{package}ConfigVersion.cmake").write_text(VERSION.format(version=pinned(LOCK)[1]), encoding="utf-8")


def make_prefix(wheel: pathlib.Path, final: pathlib.Path) -> None:
    with making(final, "manifest.json") as made:
        with zipfile.ZipFile(wheel) as archive:
            unpack(archive, made)
        libraries = {p.name: sha256(p) for p in sorted((made / "lib").glob("*.so*"))}
        text = json.dumps({"wheel": wheel.name, "sha256": sha256(wheel), "libraries": libraries}, indent=1)
        (made / "manifest.json").write_text(text + "\n", encoding="utf-8")


def main() -> int:
    deps, offline = words(__doc__)
    machine = platform.machine()
    final = folder_of(deps, "native", [LOCK.name, "fetch.py", "pinned_wheel.py", "elf_localize.py"], machine)
    if not (final / "manifest.json").exists():
        wheel = wheel_of(LOCK, deps / "wheels", machine, offline, "Apache Arrow and Parquet, 55 MB",
                         "set HOLDFAST_DEPS=system and install Apache Arrow and Parquet for C++")
        if wheel is None:
            return NOT_THERE
        make_prefix(wheel, final)
    point(deps / "current", final.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
