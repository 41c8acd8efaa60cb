# SPDX-License-Identifier: Apache-2.0
"""Measures Holdfast beside other programs and writes results.json, benchmarks.md and benchmarks.svg.

Rounds are interleaved: every program runs once in a round, so that whatever else the machine does hits all of them.
"""
import argparse
import datetime
import os
import pathlib
import re
import subprocess
import sys

import corpus
import measure
import peers
import plot
import report
import whole_program

SOURCE = pathlib.Path(__file__).resolve().parents[1]
RELEASE = SOURCE / "build" / "release"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small trees and one round: does everything run?")
    parser.add_argument("--rounds", type=int, default=0, help="rounds a case (default: 5, quick: 1)")
    parser.add_argument("--cases", default="", help="only these, comma-separated: one-large, mixed-1000, mixed-7700, small-100000")
    parser.add_argument("--threads", default="1,2", help="thread counts, comma-separated (default: 1,2)")
    parser.add_argument("--no-whole-program", action="store_true", help="leave `holdfast artifacts …` out")
    parser.add_argument("--out", type=pathlib.Path, default=SOURCE / "build" / "bench", help="folder of trees and results")
    parser.add_argument("--publish", action="store_true", help="copy the page and the picture to docs/")
    return parser.parse_args()


def digests(output):
    """All SHA-256 values in what a program printed."""
    return sorted(re.findall(rb"\b[0-9a-f]{64}\b", output))


def measure_case(case, folder, threads, rounds):
    programs = peers.commands(RELEASE)
    listing = str(folder.with_suffix(".list"))
    available = sorted(os.sched_getaffinity(0))
    cores = set(available[-1:]) if threads == 1 else set(available)
    names = [name for name in programs if name == peers.OURS or name in peers.versions()]
    runs = {name: [] for name in names}
    truth = None
    corpus.warm(folder)
    for number in range(rounds):
        for name in names[number % len(names):] + names[:number % len(names)]:
            command = programs[name](listing, folder, threads, len(case.sizes))
            measured = measure.run(command, folder, cores, peers.environment(threads))
            if number == 0:
                found = digests(measured.output)
                truth = truth or found
                # Several processes of xargs write into each other's lines; with one thread they were compared.
                torn = threads > 1 and command[0] == "xargs"
                if measured.exit_code != 0 or len(truth) != len(case.sizes) or (found != truth and not torn):
                    raise RuntimeError(f"{name} disagrees on {case.name}: {len(found)} digests, exit {measured.exit_code}")
            runs[name].append({"round": number, "wall_s": measured.wall_s, "cpu_s": measured.cpu_s, "rss_mib": measured.rss_mib})
    return {"name": case.name, "title": case.title, "threads": threads, "file_count": len(case.sizes),
            "size_bytes": case.size_bytes, "runs": runs}


def measure_whole_program(cases, out, quick):
    binary = str(RELEASE / "holdfast")
    if not whole_program.has_artifacts(binary):
        print("bench: this build has no `holdfast artifacts backfill`; the whole program is left out", file=sys.stderr)
        return []
    cores = set(os.sched_getaffinity(0))
    results = []
    for case in cases:
        folder = out / "trees" / case.name
        names = folder.with_suffix(".list").read_text().splitlines()
        for threads in (1, 2):
            print(f"bench: holdfast artifacts, {case.name}, {threads} jobs", file=sys.stderr)
            results.append({"title": f"{case.title}, {threads} job{'s' if threads > 1 else ''}",
                            "steps": whole_program.measure_corpus(binary, folder, names, out / "workspace", threads, cores)})
    size = 300_000_000 if quick else whole_program.SPARSE_BYTES
    print("bench: holdfast artifacts, one sparse file", file=sys.stderr)
    results.append({"title": f"one sparse file of {size / 1e9:g} GB, cold",
                    "steps": whole_program.measure_sparse(binary, out, out / "workspace", size, cores)})
    return results


def main():
    options = arguments()
    rounds = options.rounds or (1 if options.quick else 5)
    wanted = set(filter(None, options.cases.split(",")))
    out = options.out / ("quick" if options.quick else "full")
    (out / "trees").mkdir(parents=True, exist_ok=True)
    cases = [case for case in corpus.corpora(options.quick) if not wanted or case.name in wanted]
    load = [os.getloadavg()[0]]
    measured = []
    for case in cases:
        folder = corpus.make(case, out / "trees")
        for threads in map(int, options.threads.split(",")):
            print(f"bench: {case.name}, {threads} thread(s), {rounds} round(s)", file=sys.stderr)
            measured.append(measure_case(case, folder, threads, rounds))
    whole = [] if options.no_whole_program else measure_whole_program(cases, out, options.quick)
    load.append(os.getloadavg()[0])
    kernel = subprocess.run([RELEASE / "bench" / "hash_bench", "--memory"], capture_output=True, text=True, check=True)
    results = {"date": datetime.date.today().isoformat(), "machine": report.machine(), "quick": options.quick, "rounds": rounds,
               "load": load,
               "kernel": kernel.stdout.splitlines()[0].removeprefix("kernel "),
               "kernel_speeds": [float(each) for each in re.findall(r"([\d.]+) GB/s", kernel.stdout)], "versions": peers.versions(),
               "cases": measured, "whole_program": whole}
    page, picture = report.page(results), plot.svg(report.panels(results))
    report.keep(options.out, results, ("results.json", "benchmarks.md", "benchmarks.svg"), page, picture)
    if options.publish:
        report.publish(SOURCE / "docs" / "benchmarks.md", hashing=page)
        (SOURCE / "docs" / "benchmarks.svg").write_text(picture)
    print(page)


if __name__ == "__main__":
    main()
