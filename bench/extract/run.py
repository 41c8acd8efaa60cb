# SPDX-License-Identifier: Apache-2.0
"""Measures extractions beside Python programs and SQLite; writes extract.json, benchmarks-extract.md and benchmarks-extract.svg.

Rounds are interleaved: in each round every program runs once, and every ratio is taken inside a round.
"""
import argparse
import datetime
import importlib.metadata
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))

import cases  # noqa: E402
import data  # noqa: E402
import measure  # noqa: E402
import pages  # noqa: E402
import plot  # noqa: E402
import report  # noqa: E402

RELEASE = SOURCE / "build" / "release"
BINARY = str(RELEASE / "holdfast")
BENCH = str(RELEASE / "bench" / "extract_bench")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small data and one round: does everything run?")
    parser.add_argument("--rounds", type=int, default=0, help="rounds (default: 7, quick: 1)")
    parser.add_argument("--cases", default="", help="only these, comma-separated: noop, noop-listed, accident, accident-listed, sealed, ours, "
                                                    "many, append, run, keys")
    parser.add_argument("--out", type=pathlib.Path, default=SOURCE / "build" / "bench", help="folder of data and results")
    parser.add_argument("--publish", action="store_true", help="write the section of docs/benchmarks.md and its picture")
    return parser.parse_args()


def turned(names, number):
    """The order of a round: turned by one place each time."""
    return names[number % len(names):] + names[:number % len(names)]


def measure_check(case, rounds):
    cores = set(os.sched_getaffinity(0))
    runs = {name: [] for name in case.commands}
    peaks = {}
    for number in range(-1, rounds):  # the first is for the page cache and tells the memory
        for name in turned(list(case.commands), number):
            measured = measure.run(case.commands[name], case.folder, cores, with_memory=number < 0)
            peaks.setdefault(name, measured.rss_mib)
            found = (measured.exit_code, cases.lost_of(name, measured.output))
            if found != case.verdict:
                raise RuntimeError(f"{name} disagrees on {case.name}: {found}, expected {case.verdict}")
            if number >= 0:
                runs[name].append({"round": number, "wall_s": measured.wall_s, "cpu_s": measured.cpu_s, "rss_mib": peaks[name]})
    return {"name": case.name, "title": case.title, "runs": runs}


def measure_append(each, folder):
    with tempfile.TemporaryDirectory(dir=folder) as place:
        done = subprocess.run([BENCH, "append", "--how", each.how, "--folder", place, "--rows", str(each.rows), "--group", str(each.group)],
                              capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def measure_appends(wanted, folder, rounds):
    runs = [[] for _ in wanted]
    for number in range(rounds):
        for index in turned(list(range(len(wanted))), number):
            told = measure_append(wanted[index], folder)
            runs[index].append({"round": number, "us_per_row": 1e6 * told["seconds"] / told["rows"]})
    return [{"how": each.how, "title": each.title, "group": each.group, "runs": rows} for each, rows in zip(wanted, runs, strict=True)]


def make_run(place, items):
    place.mkdir(parents=True)
    (place / "holdfast.toml").write_text(
        f'[workspace]\nname = "bench"\ncatalog = "sqlite:catalog.db"\n\n[extract.f]\nitems = "{items}/*.mp4"\nout = "f.parquet"\n'
        'extractor = "sha256"\n')
    subprocess.run([BINARY, "migrate", "upgrade"], cwd=place, check=True, capture_output=True)
    return place


def measure_runs(folder, items, item_count, rounds):
    """Whole runs with output on the disk, and in memory, where a sync costs nothing: the difference is what durability costs."""
    cores = set(os.sched_getaffinity(0))
    memory = pathlib.Path("/dev/shm")
    places = {"disk": folder} | ({"memory": memory} if memory.is_dir() and os.access(memory, os.W_OK) else {})
    runs = {name: [] for name in places}
    for number in range(rounds):
        for name in turned(list(places), number):
            for item in items.iterdir():  # into the page cache
                item.read_bytes()
            place = pathlib.Path(tempfile.mkdtemp(prefix="holdfast-bench-", dir=places[name]))
            try:
                workspace = make_run(place / "w", items)
                measured = measure.run([BINARY, "extract", "run", "f", "--jobs", "1", "--json"], workspace, cores)
                told = json.loads(measured.output)
                if measured.exit_code != 0 or told["ok"] != item_count:
                    raise RuntimeError(f"extract run: exit {measured.exit_code}, {told['ok']} of {item_count}")
            finally:
                shutil.rmtree(place)
            runs[name].append({"round": number, "wall_us_per_item": 1e6 * measured.wall_s / item_count,
                               "cpu_us_per_item": 1e6 * measured.cpu_s / item_count, "rss_mib": measured.rss_mib})
    return {"item_count": item_count, "runs": runs}


def measure_keys(count):
    return json.loads(subprocess.run([BENCH, "keys", "--count", str(count)], capture_output=True, text=True, check=True).stdout)


def versions():
    names = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("pandas", "pyarrow", "numpy"))
    return f"Python {sys.version.split()[0]}, {names}, SQLite {sqlite3.sqlite_version}"


def main():
    options = arguments()
    sizes = data.QUICK if options.quick else data.Sizes()
    rounds = options.rounds or (1 if options.quick else 7)
    wanted = set(filter(None, options.cases.split(",")))
    out = options.out / ("quick" if options.quick else "full")
    out.mkdir(parents=True, exist_ok=True)
    folder = data.make(out, BINARY, sizes)
    load = [os.getloadavg()[0]]
    results = {"date": datetime.date.today().isoformat(), "quick": options.quick, "rounds": rounds, "versions": versions(),
               "machine": report.machine(), "keys": sizes.keys, "checks": []}
    for case in cases.checks(folder, BINARY, sizes):
        if not wanted or case.name in wanted:
            print(f"bench: {case.title}, {rounds} round(s)", file=sys.stderr)
            results["checks"].append(measure_check(case, rounds))
    if not wanted or "append" in wanted:
        print("bench: appends", file=sys.stderr)
        results["appends"] = measure_appends(cases.appends(options.quick), out, rounds)
    if not wanted or "run" in wanted:
        print("bench: runs", file=sys.stderr)
        results["runs"] = measure_runs(out, folder / "items", sizes.items, rounds)
    if not wanted or "keys" in wanted:
        results["key_set"] = measure_keys(sizes.many)
    load.append(os.getloadavg()[0])
    results["load"] = load
    section, picture = pages.section(results), plot.svg(pages.panels(results))
    report.keep(options.out, results, ("extract.json", "benchmarks-extract.md", "benchmarks-extract.svg"), section, picture)
    if options.publish:
        report.publish(SOURCE / "docs" / "benchmarks.md", extractions=section)
        (SOURCE / "docs" / "benchmarks-extract.svg").write_text(picture)
    print(section)


if __name__ == "__main__":
    main()
