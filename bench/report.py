# SPDX-License-Identifier: Apache-2.0
"""The results as a Markdown page and as panels of the picture."""
import json
import os
import pathlib
import re
import statistics

from marks import Marks, median_of, spread
from peers import OURS

GB = 1e9
EXTRACTIONS = "<!-- extractions: written by bench/run.sh extract --publish -->\n"
SCHEMAS = "<!-- schemas: written by bench/run.sh schemas --publish -->\n"


def machine():
    """What a reader needs to know of the machine, no name of it."""
    cpu = pathlib.Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*:\s*(.*)$", cpu, re.MULTILINE)
    family = re.search(r"^cpu family\s*:\s*(.*)$", cpu, re.MULTILINE)
    known = {"25": "Zen 3 or 4", "26": "Zen 5"} if "AMD" in cpu else {}
    name = model[1] if model else os.uname().machine
    detail = known.get(family[1]) if family else None
    release = re.search(r'^PRETTY_NAME="(.*)"$', pathlib.Path("/etc/os-release").read_text(), re.MULTILINE)
    kind = "virtual machine" if "hypervisor" in cpu else "machine"
    return (f"{len(os.sched_getaffinity(0))}-core {kind} ({name}{', ' + detail if detail else ''}; {release[1] if release else 'Linux'}; "
            f"Linux {os.uname().release.split('-')[0]})")


def keep(folder, results, names, page, picture):
    """Writes what was measured, its page and its picture into a folder, under these three names."""
    for name, text in zip(names, (json.dumps(results, indent=1) + "\n", page, picture), strict=True):
        (folder / name).write_text(text, encoding="utf-8")


def publish(path, hashing=None, extractions=None, schemas=None):
    """Writes one part of the published page anew; the others stay as they were measured."""
    old = path.read_text() if path.exists() else ""
    rest, _, was_schemas = old.partition(SCHEMAS)
    was_hashing, _, was_extractions = rest.partition(EXTRACTIONS)
    parts = [(hashing or was_hashing).rstrip(), EXTRACTIONS + (extractions or was_extractions).strip(), SCHEMAS + (schemas or was_schemas).strip()]
    path.write_text("\n\n".join(parts).rstrip() + "\n")


def ratios(case, peer, key):
    """How many times longer the peer took, round by round."""
    ours = {row["round"]: row[key] for row in case["runs"][OURS]}
    return [row[key] / ours[row["round"]] for row in case["runs"][peer]]


def speed(case, name):
    """Files a second where they are small, else GB a second."""
    seconds = median_of(case["runs"][name], "wall_s")
    if case["file_count"] >= 1000 and case["size_bytes"] / case["file_count"] < 10_000:
        return case["file_count"] / seconds / 1000, "k files/s"
    return case["size_bytes"] / seconds / GB, "GB/s"


def case_table(case):
    out = [f"### {case['title']}, {case['threads']} thread{'s' if case['threads'] > 1 else ''}", "",
           "| program | wall s | speed | CPU s | peak MiB | time against holdfast, wall | time against holdfast, CPU |",
           "|---|---|---|---|---|---|---|"]
    for name in sorted(case["runs"], key=lambda each: median_of(case["runs"][each], "wall_s")):
        runs = case["runs"][name]
        value, unit = speed(case, name)
        against = ["1", "1"] if name == OURS else [spread(ratios(case, name, key), 2) for key in ("wall_s", "cpu_s")]
        shown = f"**{name}**" if name == OURS else name
        out.append(f"| {shown} | {median_of(runs, 'wall_s'):.3f} | {value:.2f} {unit} | {median_of(runs, 'cpu_s'):.3f} "
                   f"| {max(row['rss_mib'] for row in runs):.0f} | {against[0]} | {against[1]} |")
    return "\n".join(out) + "\n"


def whole_steps(results, title, step):
    return [row for entry in results["whole_program"] if entry["title"].startswith(title) for row in entry["steps"]
            if row["step"] == step]


def add_whole_marks(found, results):
    """The marks of the whole program, the worst of its runs."""
    again = whole_steps(results, "100,000", "backfill again")
    peak = max((row["rss_mib"] for entry in results["whole_program"] for row in entry["steps"]), default=0)
    if again:
        worst = max(row["wall_s"] for row in again)
        found.add("a finished backfill of 100,000 rows again: under 1 s", (f"{worst:.3f} s", "", ""), worst < 1)
    if peak:
        found.add("peak memory of the whole program: under 64 MiB whatever the size of a file", (f"{peak:.0f} MiB", "", ""), peak < 64)


def lanes_note(results):
    """What the processor allows at most: OpenSSL hashes one stream at a time."""
    speeds = results["kernel_speeds"]
    one, best = speeds[0], max(speeds)
    return (f"In memory, without files, one core of this processor hashes {one:.2f} GB/s of one stream and {best:.2f} GB/s of "
            f"{speeds.index(best) + 1} side by side: {best / one:.2f} times as much. That bounds what many files can gain over OpenSSL "
            "here, before both have copied the bytes out of the page cache; a single large file gains nothing.\n")


def marks_table(results):
    """The marks of the design with one thread."""
    cases = {(case["name"], case["threads"]): case for case in results["cases"]}
    found = Marks(results)

    def add(text, name, peers, least):
        case = cases.get((name, 1))
        if case is None or not all(peer in case["runs"] for peer in peers):
            return
        fastest = min(peers, key=lambda peer: median_of(case["runs"][peer], found.key))
        times = {key: statistics.median(ratios(case, fastest, key)) for key in ("wall_s", "cpu_s")}
        found.add(text, (f"{times['wall_s']:.2f}", f"{times['cpu_s']:.2f}", fastest), times[found.key] >= least)

    add("one large file: at least 1.0 times OpenSSL", "one-large", ["openssl dgst"], 1.0)
    add("1,000 mixed files: at least 1.9 times OpenSSL", "mixed-1000", ["openssl dgst"], 1.9)
    add("1,000 mixed files: at least 6 times sha256sum", "mixed-1000", ["sha256sum"], 6.0)
    add("100,000 small files: at least 1.5 times the fastest of hashdeep, rclone, OpenSSL", "small-100000",
        ["openssl dgst", "hashdeep", "rclone hashsum"], 1.5)
    add_whole_marks(found, results)
    out = ["| mark (one core, warm cache) | wall | CPU | against | |", "|---|---|---|---|---|", *found.rows]
    return "\n".join(out) + f"\n\nJudged by {found.judged()}. {lanes_note(results)}"


def whole_table(results):
    out = ["| what | step | wall s | CPU s | peak MiB |", "|---|---|---|---|---|"]
    for entry in results["whole_program"]:
        for row in entry["steps"]:
            out.append(f"| {entry['title']} | {row['step']} | {row['wall_s']:.3f} | {row['cpu_s']:.3f} | {row['rss_mib']:.0f} |")
    return "\n".join(out) + "\n"


def page(results):
    machine = results["machine"]
    versions = "; ".join(f"{name}: {text}" for name, text in results["versions"].items())
    parts = [
        "# Benchmarks\n",
        f"Measured on a {machine}, on {results['date']}, by `make bench`. Run it on yours: it needs about ten minutes.\n",
        f"Every program hashes the same files, warm from the page cache, whole process from start to end. In each of {results['rounds']} "
        "rounds all programs run one after the other, the order turned by one place each round; ratios are taken inside a round, and "
        "shown as median (least to most), so they may differ from the ratio of two medians of a table"
        ". One thread is pinned to one core. In the first round all digests are compared. "
        "CPU is user and system time together: it counts for less noise where a machine is shared.\n",
        f"Load of the machine at the begin and at the end: {results['load'][0]:.1f} and {results['load'][1]:.1f}. "
        f"SHA-256 kernel chosen: `{results['kernel']}`. {versions}.\n",
        "![speeds](benchmarks.svg)\n"]
    if not results["quick"]:
        parts += ["## Marks\n", marks_table(results)]
    parts.append("## Hashing\n")
    parts += [case_table(case) for case in results["cases"]]
    if results["whole_program"]:
        parts += ["## The whole program\n",
                  "`holdfast artifacts …` over a catalog in SQLite, files warm, hashes, proofs, journal and events durable on disk:\n",
                  whole_table(results)]
    return "\n".join(parts)


def panels(results):
    out = []
    for case in results["cases"]:
        names = sorted(case["runs"], key=lambda each: median_of(case["runs"][each], "wall_s"))
        title = f"{case['title'].split(',  ')[0]}, {case['threads']} thread{'s' if case['threads'] > 1 else ''}"
        out.append((title, [(name, speed(case, name)[0], name == OURS) for name in names], speed(case, names[0])[1]))
    return out
