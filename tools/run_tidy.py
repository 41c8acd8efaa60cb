#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the pinned clang-tidy over src, tests and bench, several files at once, and skips what was clean before.

A file is clean for good under a key of its text, every project header it reaches, its compile command, the clang-tidy
configuration, the pinned version and the versions of the Debian packages; the keys are empty files in build/tidy.
Needs the compile commands of a configured preset:  tools/run_tidy.py [--preset dev] [--jobs N] [FILE…]
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time

import tree

STAMPS = tree.ROOT / "build" / "tidy"
TIDY = tree.ROOT / ".venv" / "bin" / "clang-tidy"
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.MULTILINE)


def reached(file: pathlib.Path, folders: list[pathlib.Path], seen: dict[pathlib.Path, str]) -> None:
    """Fills `seen` with the text of the file and of every project header it includes, directly or not."""
    if file in seen:
        return
    seen[file] = file.read_text(encoding="utf-8", errors="replace")
    for name in INCLUDE.findall(seen[file]):
        for folder in (file.parent, *folders):
            if (folder / name).is_file():
                reached((folder / name).resolve(), folders, seen)
                break


def configuration(file: pathlib.Path) -> str:
    """The .clang-tidy files that clang-tidy reads for this file."""
    found = [p / ".clang-tidy" for p in file.parents if p.is_relative_to(tree.ROOT) and (p / ".clang-tidy").is_file()]
    return "".join(p.read_text(encoding="utf-8") for p in found)


def key_of(command: dict, machine: str) -> str:
    """The key under which the file of this compile command is known to be clean."""
    words = shlex.split(command["command"])
    folders = [pathlib.Path(w[2:]) for w in words if w.startswith("-I") and len(w) > 2]
    seen: dict[pathlib.Path, str] = {}
    reached(pathlib.Path(command["file"]), folders, seen)
    parts = [machine, command["command"], configuration(pathlib.Path(command["file"]))]
    parts += [f"{path}\n{text}" for path, text in sorted(seen.items())]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def machine_key() -> str:
    """What outside the tree decides a result: clang-tidy's version and the installed packages."""
    version = subprocess.run([TIDY, "--version"], check=True, capture_output=True, text=True).stdout
    packages = [line for name in ("apt.txt", "apt-test.txt") for line in tree.read(pathlib.Path("deps") / name).split("\n")]
    names = [p for p in packages if p and not p.startswith("#")]
    installed = subprocess.run(["dpkg-query", "-W", *names], check=False, capture_output=True, text=True).stdout
    return version + installed


def tidy(command: dict, preset: str, key: str) -> tuple[str, float]:
    """Checks one file; returns what clang-tidy complained about (nothing when clean) and the seconds it took."""
    begun = time.monotonic()
    run = subprocess.run(
        [TIDY, "-p", tree.ROOT / "build" / preset, "--quiet", command["file"]],
        check=False, capture_output=True, text=True, cwd=tree.ROOT,
    )
    if run.returncode == 0:
        (STAMPS / key).touch()
        return "", time.monotonic() - begun
    errors = [line for line in run.stderr.splitlines() if "warnings generated" not in line]
    return run.stdout + "\n".join(errors), time.monotonic() - begun


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", default="dev")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    commands = json.loads((tree.ROOT / "build" / options.preset / "compile_commands.json").read_text(encoding="utf-8"))
    ours = {str(tree.ROOT / f) for f in tree.files(".cpp") if f.parts[0] in {"src", "tests", "bench"}}
    if options.files:
        ours &= {str(pathlib.Path(f).resolve()) for f in options.files}
    STAMPS.mkdir(parents=True, exist_ok=True)
    machine = machine_key()
    todo = {c["file"]: (c, key_of(c, machine)) for c in commands if c["file"] in ours}
    todo = {f: (c, k) for f, (c, k) in todo.items() if not (STAMPS / k).exists()}
    begun, bad, times = time.monotonic(), 0, []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        running = {pool.submit(tidy, c, options.preset, k): f for f, (c, k) in sorted(todo.items())}
        for done in concurrent.futures.as_completed(running):
            complaint, seconds = done.result()
            times.append((seconds, running[done]))
            if complaint:
                bad += 1
                print(complaint, flush=True)
    slowest = ", ".join(f"{pathlib.Path(f).name} {s:.0f} s" for s, f in sorted(times, reverse=True)[:3])
    print(f"tidy: {len(ours)} files, {len(todo)} looked at in {time.monotonic() - begun:.0f} s, {bad} with findings"
          + (f"; slowest: {slowest}" if times else ""))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
