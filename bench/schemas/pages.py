# SPDX-License-Identifier: Apache-2.0
"""The results of comparisons of schemas as a section of docs/benchmarks.md and as panels of its picture."""
import statistics

import marks
from marks import median_of, spread
from peers import APICURIO, OURS
from subjects import LOOP


def bold(name):
    return f"**{name}**" if name == OURS else name


def rate(case, name, key="wall_s"):
    """Pairs a second."""
    told = case["programs"][name]
    return told["timed_count"] / median_of(told["runs"], key)


def gains(case, name, key="wall_s"):
    """How many times longer it took than Holdfast for the same pairs, round by round."""
    return [row[key] / row[f"our_{key}"] for row in case["programs"][name]["runs"]]


def alone_rate(case, key="wall_s"):
    return case["count"] / median_of(case["runs"], key)


def compare_table(case):
    limit = f"no answer in {case['limit_s']} s"
    out = [f"### {case['count']} {case['title']}, {case['pair_bytes']:,.0f} bytes a pair", "",
           f"| program | answered | refused | {limit} | “compatible” where a document breaks | “incompatible” where none can | pairs a second, wall "
           "| CPU | time against holdfast on the same pairs, wall | CPU |", "|---|---|---|---|---|---|---|---|---|---|"]
    for name, told in sorted(case["programs"].items(), key=lambda each: -rate(case, each[0]) if each[1]["runs"] else 1):
        hung = f"{told['hung']}{', ' + str(told['not_asked']) + ' not asked then' if told['not_asked'] else ''}"
        speeds = [f"{rate(case, name, key):,.0f}" if rate(case, name, key) >= 10 else f"{rate(case, name, key):.1f}"
                  for key in ("wall_s", "cpu_s")] if told["runs"] else ["-", "-"]
        against = ["1", "1"] if name == OURS else [spread(gains(case, name, key)) for key in ("wall_s", "cpu_s")] if told["runs"] else ["-", "-"]
        wrong = ["-", "-"] if name == OURS else [str(told["wrong_yes"]), str(told["needless_no"])]
        out.append(f"| {bold(name)} | {told['answered']} | {told['refused']} | {hung} | {' | '.join([*wrong, *speeds, *against])} |")
    return "\n".join(out) + "\n"


def recursion_table(case):
    def cell(entry):
        if entry["answer"] == "hung":
            return f"> {case['limit_s']} s"
        if entry["answer"] == "not asked":
            return "not asked"
        if entry["answer"].startswith("error"):
            return f"refused ({' '.join(entry['answer'].split()[1:])[:40]})"
        return f"{1000 * entry['seconds']:,.1f} ms, {entry['answer']}"

    out = ["### Types that all refer to each other in `oneOf`, one of them narrowed: is the new schema compatible? (no)", "",
           "| program | " + " | ".join(f"{count} types" for count in case["counts"]) + " |", "|---" * (len(case["counts"]) + 1) + "|"]
    out += [f"| {bold(name)} | " + " | ".join(map(cell, entries)) + " |" for name, entries in case["programs"].items()]
    return "\n".join(out) + "\n"


def subjects_table(case):
    out = [f"### {case['count']:,} subjects, {case['bytes'] / 1e6:.1f} MB, against a registry on loopback (`holdfast schemas serve`)", "",
           "| program | wall s | CPU s | peak MiB | wall against holdfast |", "|---|---|---|---|---|"]
    ours = case["runs"][OURS]
    for name, rows in case["runs"].items():
        against = "1" if name == OURS else spread([row["wall_s"] / mine["wall_s"] for row, mine in zip(rows, ours, strict=True)])
        out.append(f"| {bold(name)} | {median_of(rows, 'wall_s'):.2f} | {median_of(rows, 'cpu_s'):.2f} | {max(row['rss_mib'] for row in rows):.0f} "
                   f"| {against} |")
    return "\n".join(out) + "\n"


class Marks(marks.Marks):

    def speed(self, name, text, least):
        if name in self.results:
            case = self.results[name]
            self.add(text, f"{alone_rate(case):,.0f} wall, {alone_rate(case, 'cpu_s'):,.0f} CPU, {case['pair_bytes']:,.0f} bytes a pair",
                     alone_rate(case, self.key) >= least)

    def table(self):
        self.speed("all_keywords", "keyword-sized pairs: at least 100,000 a second", 100_000)
        if self.results.get("keywords", {}).get("programs", {}).get(APICURIO, {}).get("runs"):
            found = {key: gains(self.results["keywords"], APICURIO, key) for key in ("wall_s", "cpu_s")}
            self.add(f"…, and at least 10 times {APICURIO}", f"{spread(found['wall_s'])} wall, {spread(found['cpu_s'])} CPU",
                     statistics.median(found[self.key]) >= 10)
        self.speed("all_webhooks", "real webhook schemas: at least 2,000 pairs a second", 2_000)
        if "recursive" in self.results and 48 in self.results["recursive"]["counts"]:
            case = self.results["recursive"]
            took = case["programs"][OURS][list(case["counts"]).index(48)]["seconds"]
            self.add("48 types that refer to each other: below 50 ms", f"{1000 * took:.1f} ms", took < 0.05)
        if "subjects" in self.results:
            rows = self.results["subjects"]["runs"][OURS]
            self.add(f"{self.results['subjects']['count']:,} subjects checked on loopback, whole process: below 2 s",
                     f"{median_of(rows, 'wall_s'):.2f} s", median_of(rows, "wall_s") < 2)
        judged = self.judged(cpu="CPU time where it was taken")
        return "\n".join(["| mark (one thread, parsing included) | found | |", "|---|---|---|", *self.rows]) + f"\n\nJudged by {judged}.\n"


def alone_note(results):
    lines = []
    for name in ("all_keywords", "all_webhooks"):
        if name in results:
            case = results[name]
            counts = ", ".join(f"{count} {answer}" for answer, count in sorted(case["answers"].items(), key=lambda each: -each[1]))
            lines.append(f"All {case['count']} {case['title']} ({case['pair_bytes']:,.0f} bytes a pair; {counts}): {alone_rate(case):,.0f} pairs a "
                         f"second, {alone_rate(case) * case['pair_bytes'] / 1e6:,.0f} MB/s of JSON.\n")
    return lines


def section(results):
    versions = "; ".join(f"{name}: {text}" for name, text in results["versions"].items())
    parts = [
        "## Schemas\n",
        f"`bench/run.sh schemas`, on a {results['machine']}, on {results['date']}. The question is whether whatever is valid under the old "
        "schema is valid under the new one. Holdfast answers it in both directions, with a document for every no, and lists all changes; of the "
        "others one direction is asked, or what they give. Each is a process on one core that reads both texts for every pair; medians of "
        f"{results['rounds']} rounds, all programs in each, warm. First every program is asked every pair: what it refuses and does not answer "
        "in time is counted, and it is timed over what it answers, Holdfast right behind it over the same pairs. “A document breaks” is one that "
        "Holdfast's validator confirms; that peers take `format` for an assertion or look at no pattern is their choice, and counted. Keyword "
        "pairs are those of the tests, webhook schemas the events of `@octokit/webhooks-schemas` with all they lead to, from one of six versions "
        f"to the next. {versions}. Load at the begin and at the end: {results['load'][0]:.1f} and {results['load'][1]:.1f}.\n",
        "![schemas](benchmarks-schemas.svg)\n"]
    if not results["quick"]:
        parts.append(Marks(results).table())
    parts += alone_note(results)
    parts += [compare_table(results[name]) for name in ("keywords", "webhooks") if name in results]
    if "recursive" in results:
        parts.append(recursion_table(results["recursive"]))
    if "subjects" in results:
        parts.append(subjects_table(results["subjects"]))
    return "\n".join(parts)


def panels(results):
    out = []
    for name in ("keywords", "webhooks"):
        if name in results:
            case = results[name]
            bars = [(each, rate(case, each), each == OURS) for each, told in case["programs"].items() if told["runs"]]
            out.append((f"{case['count']} {case['title']}", sorted(bars, key=lambda bar: -bar[1]), "pairs/s"))
    if "subjects" in results:
        case = results["subjects"]
        out.append((f"{case['count']:,} subjects checked on loopback",
                    [(name, case["count"] / median_of(case["runs"][name], "wall_s"), name == OURS) for name in (OURS, LOOP)], "subjects/s"))
    return out
