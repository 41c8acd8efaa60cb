#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds every #include against src/ROOMS and every foreign library against the room that may see it.

Prints each line that breaks a rule, with what to do instead; exits 1 if there is one.
"""

import re
import sys

import tree

# Header (or folder, with its slash) of a foreign library -> the rooms that may include it.
FOREIGN = {
    "sqlite3.h": {"sql"},
    "libpq-fe.h": {"sql"},
    "libpq/": {"sql"},
    "postgresql/": {"sql"},
    "toml++/": {"base"},
    "spdlog/": {"base"},
    "simdjson.h": {"base", "core"},
    "simdjson/": {"base", "core"},
    "openssl/ssl.h": {"http"},
    "openssl/": {"base", "core", "http"},
    "curl/": {"http"},
    "boost/": {"http"},
    "hiredis/": {"redis"},
    "CLI/": {"cli"},
    "linux/openat2.h": {"base"},
    "fstream": {"base"},
    "arrow/": {"parquet"},
    "parquet/": {"parquet"},
}
# Only what is opened at run time may need these: the program must start without them.
ARROW = ("arrow/", "parquet/")
ARROW_FOLDER = ("src", "parquet", "module")
# Slow to compile or leaking into every user: in .cpp files only.
SOURCES_ONLY = ("nlohmann/", "simdjson", "toml++/", "spdlog/", "sqlite3.h", "libpq-fe.h", "curl/", "openssl/ssl.h", "hiredis/")
# Writing to disk behind the back of base/file could not be crash-tested.
WRITES = re.compile(
    r"\b(?:std::)?(?:o?fstream|fopen|freopen|mkstemp)\s*[({]|\bstd::ofstream\b|"
    r"(?<![\w.>:])::(?:open|openat|creat|write|pwrite|writev|rename|renameat2?|unlink|unlinkat|ftruncate|truncate|fsync|fdatasync|"
    r"mkdir|mkdirat|link|linkat|symlink|rmdir)\s*\(|"
    r"\b(?:std::filesystem|fs)::(?:rename|remove|remove_all|copy|copy_file|create_director(?:y|ies)|resize_file|create_symlink)\s*\("
)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.MULTILINE)


def read_rooms() -> dict[str, set[str]]:
    """Each room of src/ROOMS with the rooms it may include, itself among them."""
    rooms: dict[str, set[str]] = {}
    for line in (tree.ROOT / "src" / "ROOMS").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            room, _, allowed = line.partition(":")
            rooms[room] = set(allowed.split()) | {room}
    return rooms


def circle(rooms: dict[str, set[str]]) -> list[str]:
    """A path of rooms that comes back to where it began, or nothing."""
    done: set[str] = set()

    def visit(room: str, path: list[str]) -> list[str]:
        if room in path:
            return [*path[path.index(room):], room]
        if room in done:
            return []
        for other in sorted(rooms.get(room, set()) - {room}):
            if found := visit(other, [*path, room]):
                return found
        done.add(room)
        return []

    for room in rooms:
        if found := visit(room, []):
            return found
    return []


def breaches_of(file, rooms: dict[str, set[str]], used: dict[str, set[str]]) -> list[str]:
    """The lines of one file of src/ that break a rule."""
    room = file.parts[1]
    if len(file.parts) == 2:  # src/main.cpp stands above the rooms
        return []
    if room not in rooms:
        return [f"{file}:1: the folder is no room of src/ROOMS: add it there or move the file"]
    found = []
    text = tree.read(file)
    code = tree.without_comments(text)
    for match in INCLUDE.finditer(code):
        at, target = f"{file}:{tree.line_of(code, match.start())}", match.group(2)
        if match.group(1) == '"':
            other = target.split("/")[0]
            used[room].add(other)
            if other not in rooms or "/" not in target:
                found.append(f"{at}: \"{target}\": write the path from src/")
            elif other not in rooms[room]:
                found.append(f"{at}: {room} may not include {other}: move what both need down")
            continue
        for header, allowed in FOREIGN.items():
            if (target == header or (header.endswith("/") and target.startswith(header))) and room not in allowed:
                where = " and ".join(sorted(allowed)) or "no room yet"
                found.append(f"{at}: <{target}> belongs to {where}: call that room instead")
        if room == "parquet" and target.startswith(ARROW) and file.parts[:3] != ARROW_FOLDER:
            found.append(f"{at}: <{target}> outside of {'/'.join(ARROW_FOLDER)}: only the module may need Arrow")
        if file.suffix == ".h" and target.startswith(SOURCES_ONLY):
            found.append(f"{at}: <{target}> in a header: include it in the .cpp file and keep it out of the interface")
    if room != "base":
        plain = tree.only_code(text)
        found += [
            f"{file}:{tree.line_of(plain, m.start())}: {m.group().rstrip(' ({')} touches the disk: go through base/file.h"
            for m in WRITES.finditer(plain)
        ]
    return found


def main() -> int:
    rooms = read_rooms()
    if path := circle(rooms):
        print("src/ROOMS: a circle: " + " -> ".join(path))
        return 1
    used: dict[str, set[str]] = {room: set() for room in rooms}
    found = []
    for file in tree.files(".h", ".cpp"):
        if file.parts[0] == "src":
            found += breaches_of(file, rooms, used)
    print("\n".join(found) if found else f"rooms: {len(rooms)} rooms, no breach")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
