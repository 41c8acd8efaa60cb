# SPDX-License-Identifier: Apache-2.0
"""The results of extractions as a section of docs/benchmarks.md and as panels of its picture."""
import statistics

import marks
from cases import OURS, PANDAS, SETS
from marks import median_of, spread

MIB = 1 << 20


def ratios(over, under, key):
    """Round by round."""
    below = {row["round"]: row[key] for row in under}
    return [row[key] / below[row["round"]] for row in over]


def check_table(check):
    out = [f"### {check['title']}", "", "| program | wall ms | CPU ms | peak MiB | wall against holdfast | CPU against holdfast |",
           "|---|---|---|---|---|---|"]
    ours = check["runs"][OURS]
    for name, rows in sorted(check["runs"].items(), key=lambda each: median_of(each[1], "wall_s")):
        against = ["1", "1"] if name == OURS else [spread(ratios(rows, ours, key)) for key in ("wall_s", "cpu_s")]
        out.append(f"| {f'**{name}**' if name == OURS else name} | {1000 * median_of(rows, 'wall_s'):.1f} "
                   f"| {1000 * median_of(rows, 'cpu_s'):.1f} | {max(row['rss_mib'] for row in rows):.0f} | {against[0]} | {against[1]} |")
    return "\n".join(out) + "\n"


def append_of(results, how, group):
    return next(each["runs"] for each in results["appends"] if (each["how"], each["group"]) == (how, group))


def append_table(results):
    out = ["### Rows of 1.9 kB made durable on the disk", "",
           "| what | rows a sync | µs a row | rows a second | rate against one row a sync |", "|---|---|---|---|---|"]
    for each in results["appends"]:
        took = median_of(each["runs"], "us_per_row")
        gain = ratios(append_of(results, each["how"], 1), each["runs"], "us_per_row")
        out.append(f"| {each['title']} | {each['group']} | {took:,.1f} | {1e6 / took:,.0f} | {'1' if each['group'] == 1 else spread(gain)} |")
    return "\n".join(out) + "\n"


def run_table(results):
    runs = results["runs"]
    out = [f"### A whole run: `sha256` over {runs['item_count']:,} tiny files, one at a time, each row synced", "",
           "| output | wall µs an item | CPU µs an item | peak MiB |", "|---|---|---|---|"]
    for name, rows in runs["runs"].items():
        out.append(f"| {'on the disk' if name == 'disk' else 'in memory, where a sync costs nothing'} "
                   f"| {median_of(rows, 'wall_us_per_item'):.1f} | {median_of(rows, 'cpu_us_per_item'):.1f} "
                   f"| {max(row['rss_mib'] for row in rows):.0f} |")
    return "\n".join(out) + "\n"


class Marks(marks.Marks):
    def __init__(self, results):
        super().__init__(results)
        self.checks = {check["name"]: check["runs"] for check in results["checks"]}

    def took(self, name, text, most_ms):
        if name not in self.checks:
            return
        rows = self.checks[name][OURS]
        wall, judged = median_of(rows, "wall_s") * 1000, median_of(rows, self.key) * 1000
        self.add(text, f"{wall:.1f} ms wall, {median_of(rows, 'cpu_s') * 1000:.1f} ms CPU", judged <= most_ms)

    def gain(self, name, text, least):
        if name not in self.checks:
            return
        runs = self.checks[name]
        found = {key: ratios(runs[PANDAS], runs[OURS], key) for key in ("wall_s", "cpu_s")}
        self.add(text, f"{spread(found['wall_s'])} wall, {spread(found['cpu_s'])} CPU", statistics.median(found[self.key]) >= least)

    def appends(self):
        if "appends" not in self.results:
            return
        for group in (32, 64, 256):
            gain = ratios(append_of(self.results, "row_log", 1), append_of(self.results, "row_log", group), "us_per_row")
            self.add(f"staged and claimed in groups of {group}: at least 10 times the rate of a sync for each row", spread(gain),
                     statistics.median(gain) >= 10)

    def engine(self):
        rows = self.results.get("runs", {}).get("runs", {}).get("memory")
        if rows:
            took = median_of(rows, "cpu_us_per_item" if self.busy else "wall_us_per_item")
            self.add("engine: below 100 µs an item, hashing, staging and publishing in it, syncs not", f"{took:.1f} µs", took < 100)

    def memory(self):
        keys = self.results.get("key_set")
        if keys:
            each = keys["memory_bytes"] / keys["count"]
            self.add("at most 64 bytes of memory for a key of 20 bytes or so, the key itself in them",
                     f"{each:.1f} bytes, {keys['key_bytes'] / keys['count']:.0f} of them the key", each <= 64)

    def table(self):
        keys = f"{self.results['keys']:,}"
        self.took("sealed", f"nothing written since {keys} keys were compared: the answer from the seal, whole process: at most 5 ms", 5)
        self.gain("sealed", "…, and at least 100 times faster than the check by pandas", 100)
        self.took("noop", f"every one of {keys} keys compared, whole process: at most 60 ms", 60)
        self.gain("noop", "…, and at least 10 times faster than the check by pandas, which compares counts", 10)
        self.took("accident-listed", "the verdict on the accident with the folder listed: at most 300 ms", 300)
        self.appends()
        self.engine()
        self.memory()
        return "\n".join(["| mark | found | |", "|---|---|---|", *self.rows]) + f"\n\nTimes are judged by {self.judged()}.\n"


def section(results):
    parts = [
        "## Extractions\n",
        f"`bench/run.sh extract`, on a {results['machine']}, on {results['date']}. Data as in the accident of the script this was built "
        f"for: a table of 43 columns by pandas, a ledger of bare names. Whole processes from start to end, files warm; in each of "
        f"{results['rounds']} rounds all programs run one after the other, the order turned by one place each round; ratios are taken "
        "inside a round and shown as median (least to most), so they may differ from the ratio of two medians of a table"
        ". Every program must come to the right verdict each time. "
        f"“{PANDAS}” is the original's check: the ledger into a set, one column by pandas, two counts compared, so it does not see other "
        f"keys in the same number. “{SETS}” compares all keys, as Holdfast does. {results['versions']}. "
        f"Load at the begin and at the end: {results['load'][0]:.1f} and {results['load'][1]:.1f}.\n",
        "![extractions](benchmarks-extract.svg)\n"]
    if not results["quick"]:
        parts.append(Marks(results).table())
    parts += [check_table(check) for check in results["checks"]]
    if "appends" in results:
        parts.append(append_table(results))
    if "runs" in results:
        parts.append(run_table(results))
    return "\n".join(parts)


def panels(results):
    out = []
    for check in results["checks"]:
        rows = sorted(check["runs"].items(), key=lambda each: median_of(each[1], "wall_s"))
        out.append((check["title"], [(name, 1000 * median_of(runs, "wall_s"), name == OURS) for name, runs in rows], "ms"))
    for how, title in (("row_log", "Holdfast: rows staged and claimed"), ("sqlite", "SQLite, WAL, FULL")):
        bars = [(f"{each['group']} a sync", 1e6 / median_of(each["runs"], "us_per_row") / 1000, how == "row_log")
                for each in results.get("appends", []) if each["how"] == how]
        if bars:
            out.append((title, bars, "k rows/s"))
    return out
