# SPDX-License-Identifier: Apache-2.0
"""What is measured of extractions: checks beside Python programs, appends beside SQLite, runs, memory. A case is one entry in a list."""
import dataclasses
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
OURS = "holdfast"
PANDAS = "pandas (counts)"
SETS = "pyarrow (key sets)"


@dataclasses.dataclass(frozen=True)
class Check:
    """One question to several programs: name → command. `verdict` is what each must find: (exit code, rows lost)."""
    name: str
    title: str
    folder: pathlib.Path
    commands: dict
    verdict: tuple


def _python(program, *arguments):
    return [sys.executable, str(HERE / program), *arguments]


def checks(folder, binary, sizes):
    lost = sizes.keys - sizes.published
    out, clips = "k150k.parquet", str(folder / "clips")
    ours = [binary, "extract", "check", "--json"]
    peers = {PANDAS: _python("pandas_check.py", out), SETS: _python("set_check.py", out)}
    listing = {name: [*command, clips] for name, command in peers.items()}
    return [
        Check("noop", f"{sizes.keys:,} keys, all there", folder / "noop", {OURS: [*ours, "--out", out], **peers}, (0, 0)),
        Check("noop-listed", f"{sizes.keys:,} keys, all there, the folder listed", folder / "noop",
              {OURS: [*ours, "--out", out, "--items", f"{clips}/*.mp4"], **listing}, (0, 0)),
        Check("accident", f"the accident: {lost:,} of {sizes.keys:,} rows lost", folder / "accident",
              {OURS: [*ours, "--out", out], **peers}, (1, lost)),
        Check("accident-listed", f"the accident, the folder listed: {lost:,} rows lost", folder / "accident",
              {OURS: [*ours, "--out", out, "--items", f"{clips}/*.mp4"], **listing}, (1, lost)),
        Check("sealed", f"{sizes.keys:,} keys, unwritten since every key was compared", folder / "sealed",
              {OURS: [*ours, "k150k"], **peers}, (0, 0)),
        Check("ours", f"{sizes.keys:,} keys, a finished run of Holdfast, items in a list, every key", folder / "ours",
              {OURS: [*ours, "k150k", "--every-key"]}, (0, 0)),
        Check("many", f"{sizes.many:,} keys, all there", folder / "many", {OURS: [*ours, "--out", out], **peers}, (0, 0)),
    ]


def lost_of(program, output):
    """How many lost rows a program told."""
    text = output.decode()
    if program == OURS:
        return json.loads(text)["counts"]["missing"]
    found = re.search(r"(\d+) (?:clip\(s\) appear|lost)", text)
    return int(found[1]) if found else 0


@dataclasses.dataclass(frozen=True)
class Append:
    """Rows made durable in groups, by `bench/extract_bench append`."""
    how: str
    title: str
    group: int
    rows: int


def appends(quick):
    groups = {1: 300, 32: 3_200, 64: 6_400, 256: 12_800}
    out = [Append("row_log", "staged and claimed", group, rows) for group, rows in groups.items()]
    out += [Append("ledger", "claimed", group, rows) for group, rows in groups.items()]
    out += [Append("sqlite", "SQLite, WAL, FULL", group, rows) for group, rows in groups.items()]
    return [dataclasses.replace(each, rows=max(each.group, each.rows // 20)) for each in out] if quick else out
