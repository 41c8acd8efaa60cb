# SPDX-License-Identifier: Apache-2.0
"""200 kills with -9 at random moments of the release binary over real runs: no row lost, none twice, never "complete" when it is not."""
import collections
import hashlib
import json
import random
import signal
import subprocess
import time

import pyarrow.parquet
import pytest

KILLS = 100  # of each extractor, of a process that was alive
MOST_STARTS = 4 * KILLS
PENDING = 6  # items without a row at each start
JOBS = 2
EXTRACTORS = {
    "sha256": 'extractor = "sha256"\n',
    # Tells from outside which items were extracted, how often.
    "exec": 'extractor = "exec"\ncommand = ["sh", "extract.sh", "{key}", "{path}"]\ncolumns = ["file_sha256:string"]\n',
}
# Longer than 50 ms, so that each waits for its row to be durable (docs/extract.md).
SCRIPT = """echo "$1" >> extracted.log
sleep 0.06
sum=$(sha256sum < "$2") && printf '{"file_sha256": "%s"}\\n' "${sum%% *}"
"""


class Extraction:
    def __init__(self, workspace, binary, extractor, rng):
        self.workspace, self.rng, self.items = workspace, rng, []
        workspace.binary = binary
        self.folder = workspace.folder / "out"
        self.folder.mkdir()
        (workspace.folder / "extract.sh").write_text(SCRIPT)
        (workspace.folder / "holdfast.toml").write_text(
            f'[workspace]\ncatalog = "{workspace.database.url}"\n\n[extract.f]\nitems = "data/clips/*.mp4"\nout = "out/f.parquet"\n'
            + EXTRACTORS[extractor])

    def add_items(self, count):
        for _ in range(count):
            key = f"{len(self.items):04d}.mp4"
            self.workspace.write(f"clips/{key}", self.rng.randbytes(self.rng.randrange(1, 5000)))
            self.items.append(key)

    def start(self):
        return subprocess.Popen(self.workspace.command("extract", "run", "--jobs", JOBS), cwd=self.workspace.folder,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def whole_run_s(self):
        """How long a run over PENDING new items takes here."""
        self.add_items(PENDING)
        began = time.monotonic()
        assert self.start().wait() == 0
        return time.monotonic() - began

    def lines(self, name):
        """The whole lines of a file; what a kill left behind them is torn."""
        path = self.folder / name
        return path.read_text().split("\n")[:-1] if path.exists() else []

    def claimed(self):
        return [json.loads(line)["key"] for line in self.lines("f.done")]

    def staged(self):
        return {row["key"]: row["file_sha256"] for row in map(json.loads, self.lines("f.rows.jsonl"))}

    def staged_bytes(self):
        try:
            return (self.folder / "f.rows.jsonl").stat().st_size
        except FileNotFoundError:
            return 0

    def published(self):
        """key → hash, as pyarrow reads it; no key twice."""
        path = self.folder / "f.parquet"
        if not path.exists():
            return {}
        rows = pyarrow.parquet.ParquetFile(path).read(columns=["key", "file_sha256"])
        keys = rows["key"].to_pylist()
        assert len(keys) == len(set(keys)), "a key has two published rows"
        return dict(zip(keys, rows["file_sha256"].to_pylist(), strict=True))

    def extracted(self):
        log = self.workspace.folder / "extracted.log"
        return log.read_text().split("\n")[:-1] if log.exists() else []

    def hashes(self):
        return {key: hashlib.sha256((self.workspace.data / "clips" / key).read_bytes()).hexdigest() for key in self.items}

    def hold(self, truth):
        """What is true at every moment, also right after a kill. Gives the keys that have a row."""
        claimed, staged, published = self.claimed(), self.staged(), self.published()
        rows = {**published, **staged}
        assert set(claimed) <= set(rows), f"lost: {sorted(set(claimed) - set(rows))}"
        assert len(claimed) == len(set(claimed))
        assert rows == {key: truth[key] for key in rows}
        manifest = self.folder / "f.manifest.json"
        if manifest.exists():
            told = json.loads(manifest.read_text())
            if told["status"].startswith("complete"):
                # Items are only ever added, so these are the ones that there were then.
                assert set(self.items[:told["stats"]["total_clips"]]) <= set(published), "it says complete, and it is not"
        return set(rows)


@pytest.mark.slow
@pytest.mark.parametrize("extractor", EXTRACTORS)
def test_killed_at_random_moments_no_row_is_lost_or_repeated(sqlite_workspace, release_binary, extractor):
    seed = 20261121
    print("seed", seed)
    rng = random.Random(seed)
    extraction = Extraction(sqlite_workspace, release_binary, extractor, rng)
    whole_s = extraction.whole_run_s()
    kills, starts, states = 0, 0, collections.Counter()
    done = set(extraction.items)
    while kills < KILLS and starts < MOST_STARTS:
        starts += 1
        extraction.add_items(PENDING - len(set(extraction.items) - done))
        truth = extraction.hashes()
        extracted_before = len(extraction.extracted())
        staged_bytes = extraction.staged_bytes()
        process, began = extraction.start(), time.monotonic()
        try:
            # Half of them from the first row that is staged on, so that enough come in the middle on a quick machine too.
            while starts % 2 and process.poll() is None and extraction.staged_bytes() <= staged_bytes:
                pass
            process.wait(timeout=rng.uniform(0, (0.2 if starts % 2 else 1.2) * whole_s))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        killed = process.wait() == -signal.SIGKILL
        assert killed or process.returncode == 0
        done = extraction.hold(truth)
        if not killed:
            assert done == set(extraction.items)
            whole_s = min(whole_s, time.monotonic() - began)  # the machine may have been busy when it was measured
            continue
        kills += 1
        states["staged" if extraction.staged() else "published" if done == set(extraction.items) else "nothing new"] += 1
        in_vain = set(extraction.extracted()[extracted_before:]) - done
        assert len(in_vain) <= JOBS, f"a kill repeats more than the {JOBS} items that were being extracted: {in_vain}"
    print(f"{kills} kills in {starts} starts, {len(extraction.items)} items; found after them: {dict(states)}")
    assert kills == KILLS, f"only {kills} of {starts} starts were really cut short"
    assert states["staged"] >= KILLS // 10, "hardly any kill came in the middle"
    assert extraction.start().wait() == 0
    assert extraction.published() == extraction.hashes()
    assert sorted(extraction.claimed()) == extraction.items and not extraction.staged()
    assert json.loads((extraction.folder / "f.manifest.json").read_text())["status"] in ("complete", "complete-noop")
    if extractor == "exec":
        assert set(extraction.extracted()) == set(extraction.items)
        assert len(extraction.extracted()) <= len(extraction.items) + JOBS * kills
    assert sqlite_workspace.json("extract", "run")["status"] == "complete-noop"
