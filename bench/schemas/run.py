# SPDX-License-Identifier: Apache-2.0
"""Measures comparisons of schemas beside other programs; writes schemas.json, benchmarks-schemas.md and benchmarks-schemas.svg.

First every program is asked every pair once, so that what it refuses and what it does not answer in time is known and told. Then each is timed
over the pairs that it answers, warm, on one core, and Holdfast over the same pairs in the same round.
"""
import argparse
import collections
import datetime
import json
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
sys.path.insert(1, str(HERE.parent))

import corpora  # noqa: E402
import pages  # noqa: E402
import peers  # noqa: E402
import plot  # noqa: E402
import report  # noqa: E402
import subjects  # noqa: E402
from worker import Hung, Worker  # noqa: E402

MOST_HUNG = 3  # of a corpus; then a program is not asked the rest
PASS_LIMIT_S = 900


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few pairs and one round: does everything run?")
    parser.add_argument("--rounds", type=int, default=0, help="rounds (default: 5, quick: 1)")
    parser.add_argument("--cases", default="", help="only these, comma-separated: keywords, webhooks, recursive, subjects")
    parser.add_argument("--out", type=pathlib.Path, default=SOURCE / "build" / "bench", help="folder of data and results")
    parser.add_argument("--publish", action="store_true", help="write the section of docs/benchmarks.md and its picture")
    return parser.parse_args()


class Bench:
    def __init__(self, options):
        self.quick = options.quick
        self.rounds = options.rounds or (1 if options.quick else 5)
        self.out = options.out / ("quick" if options.quick else "full")
        self.out.mkdir(parents=True, exist_ok=True)
        self.core = max(os.sched_getaffinity(0))
        self.commands = peers.commands(SOURCE, self.out)
        self.seconds = 0.5 if options.quick else 2.0  # of a measurement, at least; and of the warming up

    def worker(self, name, corpus):
        return Worker([*self.commands[name], str(corpus.write(self.out))], self.core)

    def answers(self, worker, corpus, limit_s):
        """What it answers to each pair: "yes", "no", "unknown", "error …", "hung" or "not asked"."""
        found, hung = [], 0
        for index in range(len(corpus.pairs)):
            if hung == MOST_HUNG:
                found.append("not asked")
                continue
            try:
                found.append(worker.ask(index, limit_s)[0])
            except Hung:
                found.append("hung")
                hung += 1
        return found

    def compare(self, corpus, limit_s):
        """All programs over one corpus."""
        workers = {name: self.worker(name, corpus) for name in self.commands}
        try:
            answers = {name: self.answers(worker, corpus, limit_s) for name, worker in workers.items()}
            chosen = {name: [i for i, answer in enumerate(each) if answer in ("yes", "no", "unknown")] for name, each in answers.items()}
            timed = [name for name in workers if chosen[name]]
            for name in timed:
                workers[name].timed(self.seconds, chosen[name], PASS_LIMIT_S)
            runs = {name: [] for name in timed}
            for number in range(self.rounds):
                for name in timed[number % len(timed):] + timed[:number % len(timed)]:
                    theirs = workers[name].timed(self.seconds, chosen[name], PASS_LIMIT_S)
                    ours = workers[peers.OURS].timed(self.seconds, chosen[name], PASS_LIMIT_S) if name != peers.OURS else theirs
                    runs[name].append({"round": number, "wall_s": theirs.wall_s, "cpu_s": theirs.cpu_s, "our_wall_s": ours.wall_s,
                                       "our_cpu_s": ours.cpu_s})
        finally:
            for worker in workers.values():
                worker.end()
        return {"title": corpus.title, "count": len(corpus.pairs), "pair_bytes": corpus.pair_bytes, "limit_s": limit_s,
                "programs": {name: told(answers[name], answers[peers.OURS]) | {"timed_count": len(chosen[name]), "runs": runs.get(name, [])}
                             for name in workers}}

    def alone(self, corpus):
        """Holdfast over all pairs of a corpus."""
        with self.worker(peers.OURS, corpus) as worker:
            counts = collections.Counter(self.answers(worker, corpus, 60))
            everything = list(range(len(corpus.pairs)))
            worker.timed(self.seconds, everything, PASS_LIMIT_S)
            runs = [worker.timed(self.seconds, everything, PASS_LIMIT_S) for _ in range(self.rounds)]
        return {"title": corpus.title, "count": len(corpus.pairs), "pair_bytes": corpus.pair_bytes, "answers": counts,
                "runs": [{"wall_s": each.wall_s, "cpu_s": each.cpu_s} for each in runs]}

    def recursion(self, counts, limit_s):
        """Each family once, warm where the program lives that long; after one that hung it is not asked the larger ones."""
        corpus = corpora.recursive(counts)
        found = {}
        for name in self.commands:
            with self.worker(name, corpus) as worker:
                found[name] = []
                for index in range(len(counts)):
                    if found[name] and found[name][-1]["answer"] in ("hung", "not asked"):
                        found[name].append({"answer": "not asked"})
                        continue
                    try:
                        first = worker.ask(index, limit_s)
                        answer, took = worker.ask(index, limit_s) if first[1] < limit_s / 10 else first
                        found[name].append({"answer": answer, "seconds": took})
                    except Hung:
                        found[name].append({"answer": "hung"})
        return {"counts": counts, "limit_s": limit_s, "programs": found}


def told(answers, ours):
    """How many of what, and where it contradicts an answer of ours, which has a document or a proof."""
    return {"answered": sum(answer in ("yes", "no", "unknown") for answer in answers),
            "refused": sum(answer.startswith("error") for answer in answers),
            "hung": answers.count("hung"), "not_asked": answers.count("not asked"),
            "wrong_yes": sum(a == "yes" and b == "no" for a, b in zip(answers, ours, strict=True)),
            "needless_no": sum(a == "no" and b == "yes" for a, b in zip(answers, ours, strict=True)),
            "errors": collections.Counter(answer[6:60] for answer in answers if answer.startswith("error")).most_common(3)}


def main():
    options = arguments()
    wanted = set(filter(None, options.cases.split(",")))
    bench = Bench(options)
    quick = options.quick
    load = [os.getloadavg()[0]]
    results = {"date": datetime.date.today().isoformat(), "quick": quick, "rounds": bench.rounds, "machine": report.machine(),
               "versions": peers.versions(SOURCE)}

    def takes(name):
        (options.out / "schemas.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")  # so far
        if not wanted or name in wanted:
            print(f"bench: {name}, {bench.rounds} round(s)", file=sys.stderr)
            return True
        return False

    if takes("keywords"):
        shared = corpora.shared_keywords(SOURCE)
        results["keywords"] = bench.compare(corpora.sampled(shared, 60) if quick else shared, 2 if quick else 10)
        results["all_keywords"] = bench.alone(corpora.keywords(SOURCE))
    if takes("webhooks"):
        events = corpora.webhooks(SOURCE)
        results["webhooks"] = bench.compare(corpora.sampled(events, 3 if quick else 25), 2 if quick else 20)
        results["all_webhooks"] = bench.alone(events)
    if takes("recursive"):
        results["recursive"] = bench.recursion((2, 12) if quick else (2, 12, 48, 200), 2 if quick else 45)
    if takes("subjects"):
        results["subjects"] = subjects.run(SOURCE, bench.out, 100 if quick else 1_400, bench.rounds)
    load.append(os.getloadavg()[0])
    results["load"] = load
    section, picture = pages.section(results), plot.svg(pages.panels(results))
    report.keep(options.out, results, ("schemas.json", "benchmarks-schemas.md", "benchmarks-schemas.svg"), section, picture)
    if options.publish:
        report.publish(SOURCE / "docs" / "benchmarks.md", schemas=section)
        (SOURCE / "docs" / "benchmarks-schemas.svg").write_text(picture, encoding="utf-8")
    print(section)


if __name__ == "__main__":
    main()
