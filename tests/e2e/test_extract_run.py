# SPDX-License-Identifier: Apache-2.0
"""`holdfast extract run` with good and bad extractors: every row kept, every failure told, runs one after the other add up."""
import hashlib
import json
import os
import pathlib
import signal
import subprocess
import sys

import pyarrow.parquet
import pytest
from schemas import hold

WORKER = """
import hashlib, json, os, pathlib, signal, sys
bad = {bad!r}
for line in sys.stdin:
    item = json.loads(line)
    name = item["key"].rsplit("/", 1)[-1]
    data = pathlib.Path(item["path"]).read_bytes()
    how = bad.get(name)
    if how == "crash": os._exit(9)
    if how == "once" and not os.path.exists(item["path"] + ".tried"):
        open(item["path"] + ".tried", "w").close()
        os._exit(9)
    if how == "hang": signal.pause()
    if how == "garbage": print("not json", flush=True); continue
    if how == "error": print(json.dumps({{"key": item["key"], "error": "no frames"}}), flush=True); continue
    if how == "other": item["key"] = "another.mp4"
    row = {{"size": len(data), "score": float("nan") if how == "nan" else len(data) / 7, "name": name}}
    if how == "column": row["extra"] = 1
    if how == "type": row["size"] = "many"
    print(json.dumps({{"key": item["key"], "row": row}}), flush=True)
"""


class Extraction:
    def __init__(self, workspace, items=20):
        self.workspace = workspace
        self.keys = [f"{index:03d}.mp4" for index in range(items)]
        for key in self.keys:
            workspace.write(f"clips/{key}", key * 3)
        self.out = workspace.folder / "out/f.parquet"
        self.out.parent.mkdir(exist_ok=True)

    def worker(self, timeout="10m", **bad):
        script = self.workspace.folder / "score.py"
        script.write_text(WORKER.format(bad=bad))
        self.configure(f'extractor = "worker"\ncommand = ["{sys.executable}", "score.py"]\n'
                       f'columns = ["size:int64", "score:float64", "name:string"]\ntimeout = "{timeout}"\n')
        return self

    def configure(self, extractor):
        (self.workspace.folder / "holdfast.toml").write_text(
            f'[workspace]\ncatalog = "{self.workspace.database.url}"\n\n[extract.f]\nitems = "data/clips/*.mp4"\nout = "out/f.parquet"\n{extractor}')

    def run(self, *arguments, expect=0, **options):
        report = self.workspace.json("extract", "run", *arguments, expect=expect, **options)
        hold("extract-run", report)
        return report

    def rows(self):
        return {row["key"]: row for row in pyarrow.parquet.read_table(self.out).to_pylist()}

    def files(self):
        """But for the lock, which names its last holder."""
        return {path.name: path.read_bytes() for path in self.out.parent.iterdir() if path.suffix != ".extract-lock"}

    def manifest(self):
        return json.loads((self.out.parent / "f.manifest.json").read_text())

    def ledger_line(self):
        return json.dumps({"key": "019.mp4", "row_sha256": "0" * 64})

    def ledger(self):
        return [json.loads(line)["key"] for line in (self.out.parent / "f.done").read_text().splitlines()]


@pytest.fixture
def extraction(sqlite_workspace):
    return Extraction(sqlite_workspace)


def test_sha256_of_every_file_is_what_sha256sum_says(extraction):
    extraction.configure('extractor = "sha256"\n')
    report = extraction.run()
    assert (report["status"], report["ok"], report["published_rows"]) == ("complete", 20, 20)
    rows = extraction.rows()
    assert {key: row["file_sha256"] for key, row in rows.items()} == {
        key: hashlib.sha256((key * 3).encode()).hexdigest() for key in extraction.keys}
    assert all(row["size_bytes"] == 21 for row in rows.values())
    assert sorted(extraction.ledger()) == extraction.keys and not (extraction.out.parent / "f.rows.jsonl").exists()
    assert extraction.manifest()["status"] == "complete" and extraction.manifest()["stats"]["parquet_rows"] == 20
    extraction.workspace.run("extract", "check", "f")
    before = extraction.out.read_bytes()
    assert extraction.run()["status"] == "complete-noop" and extraction.manifest()["status"] == "complete-noop"
    assert extraction.out.read_bytes() == before


def test_runs_by_limit_add_up_to_the_union(extraction):
    extraction.worker()
    published = []
    for _ in range(4):
        report = extraction.run("--limit", "6", expect=(0, 3))
        published.append(report["published_rows"])
    assert published == [6, 12, 18, 20] and sorted(extraction.rows()) == extraction.keys
    assert {row["size"] for row in extraction.rows().values()} == {21}


def test_a_new_item_is_added_and_nothing_else_is_touched(extraction):
    extraction.worker()
    extraction.run()
    extraction.workspace.write("clips/new.mp4", "new")
    report = extraction.run()
    assert (report["done_before"], report["ok"], report["published_rows"]) == (20, 1, 21)


@pytest.mark.parametrize(("how", "says"), [
    ("crash", "ended with exit 9"), ("hang", "nothing came for 2 s"), ("garbage", "printed no answer"), ("error", "no frames"),
    ("other", "answered for another key"), ("column", '"extra" is no declared column'), ("type", '"size" is declared as int64')])
def test_a_bad_item_costs_itself_only(extraction, how, says):
    extraction.worker(timeout="2s" if how == "hang" else "10m", **{"007.mp4": how})
    report = extraction.run("--jobs", "2", expect=3)
    assert [each["key"] for each in report["failed"]] == ["007.mp4"] and says in report["failed"][0]["why"]
    assert report["failed"][0]["tries"] == 3 and report["status"] == "incomplete" and report["ok"] == 19
    assert sorted(extraction.rows()) == sorted(set(extraction.keys) - {"007.mp4"})
    assert "007.mp4" not in extraction.ledger()
    extraction.worker()
    assert extraction.run()["status"] == "complete" and sorted(extraction.rows()) == extraction.keys


def test_an_item_that_fails_once_is_tried_again(extraction):
    report = extraction.worker(**{"003.mp4": "once"}).run()
    assert report["status"] == "complete" and report["failed"] == []


def test_nan_is_a_value(extraction):
    extraction.worker(**{"001.mp4": "nan"}).run()
    assert extraction.rows()["001.mp4"]["score"] != extraction.rows()["001.mp4"]["score"]


def test_exec_runs_a_command_for_each_item(extraction):
    extraction.configure('extractor = "exec"\ncommand = ["sh", "-c", "printf \'{\\"n\\": %s}\' $(wc -c < \\"$1\\")", "sh", "{path}"]\n'
                         'columns = ["n:int64"]\n')
    extraction.run()
    assert {row["n"] for row in extraction.rows().values()} == {21}


def test_sigint_keeps_what_was_extracted_and_the_next_run_goes_on(extraction):
    extraction.worker(**{"015.mp4": "hang"})
    running = extraction.workspace.start("extract", "run", "--jobs", "1", "--json")
    ledger = extraction.out.parent / "f.done"
    while not ledger.exists() or len(ledger.read_text().splitlines()) < 15:
        assert running.poll() is None, running.communicate()
    running.send_signal(signal.SIGINT)
    out, err = running.communicate()
    assert running.returncode == -signal.SIGINT and json.loads(out)["status"] == "cancelled", err
    assert not extraction.out.exists()
    report = extraction.worker().run()
    assert (report["status"], report["done_before"], report["ok"], report["published_rows"]) == ("complete", 15, 5, 20)


def test_two_at_once_on_one_output_are_refused(extraction):
    extraction.worker(**{"000.mp4": "hang"})
    first = extraction.workspace.start("extract", "run", "--jobs", "1")
    while not (extraction.out.parent / "f.extract-lock").exists() or not (extraction.out.parent / "f.extract-lock").read_text():
        assert first.poll() is None
    done = extraction.workspace.run("extract", "run", expect=4)
    assert "holdfast extract run f" in done.stderr
    first.kill()
    first.wait()


def test_a_lost_row_refuses_the_run_whatever_is_pending(extraction):
    extraction.worker().run()
    keys = sorted(extraction.rows())
    table = pyarrow.parquet.read_table(extraction.out)
    pyarrow.parquet.write_table(table.slice(5), extraction.out)
    extraction.workspace.write("clips/new.mp4", "new")
    before = extraction.files()
    report = extraction.run(expect=1)
    assert report["status"] == "refused" and report["findings"][0]["rule"] == "extract.rows_missing"
    assert "CONSISTENCY ERROR" in report["findings"][0]["message"]
    assert extraction.files() == before
    # The source's way out: take the affected entries out of the ledger, and run again.
    extraction.workspace.run("extract", "check", "f", "--lists", "lists", expect=1)
    lost = set((extraction.workspace.folder / "lists/missing.txt").read_text().splitlines())
    assert lost == set(keys) - {row["key"] for row in table.slice(5).to_pylist()} and len(lost) == 5
    ledger = extraction.out.parent / "f.done"
    ledger.write_text("".join(line + "\n" for line in ledger.read_text().splitlines() if json.loads(line)["key"] not in lost))
    assert extraction.run()["published_rows"] == 21


def test_another_extractor_is_not_mixed_in(extraction):
    extraction.worker().run()
    extraction.workspace.write("clips/new.mp4", "new")
    extraction.configure('extractor = "sha256"\n')
    assert "another extractor" in extraction.workspace.run("extract", "run", expect=4).stderr
    assert len(extraction.rows()) == 20


def test_an_originals_run_is_continued_in_its_own_format(extraction):
    """Bare names in the ledger, Python's staging with clip_name, a published part: all of it is kept."""
    folder = extraction.out.parent
    keys = extraction.keys
    rows = [{"clip_name": key, "size": 1, "score": float("nan"), "name": "old"} for key in keys]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows[:8]), extraction.out)
    (folder / "f.rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows[8:12]) + '{"clip_na')
    (folder / "f.done").write_text("".join(f"{key}\n" for key in keys[:12]))
    report = extraction.worker().run()
    assert (report["status"], report["done_before"], report["ok"], report["published_rows"]) == ("complete", 12, 8, 20)
    table = {row["clip_name"]: row for row in pyarrow.parquet.read_table(extraction.out).to_pylist()}
    assert sorted(table) == keys and [table[key]["name"] for key in keys[:12]] == ["old"] * 12
    assert sorted((folder / "f.done").read_text().splitlines()) == keys
    assert [path.read_text() for path in folder.iterdir() if ".torn-" in path.name] == ['{"clip_na']


@pytest.mark.parametrize(("configuration", "says"), [
    ("", "no extractor"), ('extractor = "vmaf"', "sha256, exec, worker"), ('extractor = "worker"', "name the program"),
    ('extractor = "worker"\ncommand = ["x"]', "declare what it prints"),
    ('extractor = "worker"\ncommand = ["x"]\ncolumns = ["a:int"]', "a:int"),
    ('extractor = "exec"\ncommand = "echo {path}"\ncolumns = ["a:int64"]', 'write the words as a list: ["echo", "{path}"]'),
    ('extractor = "exec"\ncommand = "echo\\t{path}"\ncolumns = ["a:int64"]', 'write the words as a list: ["echo", "{path}"]'),
    ('extractor = "exec"\ncommand = "./my dir/t.sh"\ncolumns = ["a:int64"]', 'or ["./my dir/t.sh"] where that is one file'),
    ('extractor = "exec"\ncommand = ["./t.sh\\u0000"]\ncolumns = ["a:int64"]', "holdfast.toml:8: extract.f.command: no word of it can hold a NUL"),
    ('extractor = "worker"\ncommand = ["x"]\ncolumns = ["a:int64"]\ntimeout = "soon"', "timeout"),
    ('extractor = "sha256"\ntries = 0', "tries")])
def test_a_configuration_that_makes_no_sense_is_named(extraction, configuration, says):
    extraction.configure(configuration + "\n")
    assert says in extraction.workspace.run("extract", "run", expect=2).stderr


@pytest.mark.parametrize("extractor", ["exec", "worker"])
def test_a_program_that_is_not_there_is_told_before_the_first_item(extraction, extractor):
    extraction.configure(f'extractor = "{extractor}"\ncommand = ["no-such-scorer"]\ncolumns = ["a:int64"]\n')
    done = extraction.workspace.run("extract", "run", expect=2)
    assert "no-such-scorer" in done.stderr and "can't be extracted" not in done.stderr


def test_a_program_whose_name_has_a_blank_is_no_command_line(extraction):
    script = extraction.workspace.folder / "my dir/t.sh"
    script.parent.mkdir()
    script.write_text('#!/bin/sh\necho \'{"n": 1}\'\n')
    script.chmod(0o755)
    for name in ("./my dir/t.sh", script):
        extraction.configure(f'extractor = "exec"\ncommand = "{name}"\ncolumns = ["n:int64"]\n')
        for path in extraction.out.parent.iterdir():
            path.unlink()
        assert extraction.run()["status"] == "complete"


@pytest.mark.parametrize("extractor", ["exec", "worker"])
def test_a_program_that_the_system_can_not_run_says_why(extraction, extractor):
    script = extraction.workspace.folder / "t.sh"
    script.write_text('echo \'{"n": 1}\'\n')
    script.chmod(0o755)
    extraction.configure(f'extractor = "{extractor}"\ncommand = ["./t.sh"]\ncolumns = ["n:int64"]\ntries = 1\n')
    done = extraction.workspace.run("extract", "run", expect=3)
    assert "a script begins with #! and its interpreter" in done.stdout and "Exec format error" in done.stdout


def test_a_killed_run_of_the_release_binary_loses_nothing(sqlite_workspace, release_binary):
    workspace = sqlite_workspace
    workspace.binary = release_binary
    extraction = Extraction(workspace, items=120).worker()
    import random
    for seed in range(12):
        running = subprocess.Popen(workspace.command("extract", "run", "--jobs", "2"), cwd=workspace.folder, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        wanted = random.Random(seed).randrange(1, 40)
        ledger = pathlib.Path(extraction.out.parent / "f.done")
        before = ledger.stat().st_size if ledger.exists() else 0
        while running.poll() is None and (ledger.stat().st_size if ledger.exists() else 0) < before + wanted:
            pass
        running.kill()
        running.wait()
        report = json.loads(workspace.run("extract", "check", "--json", expect=(0, 1, 3)).stdout)
        assert report["counts"]["missing"] == 0 and report["counts"]["repeated"] == 0
        if os.path.exists(extraction.out):
            break
    assert extraction.run(expect=0)["status"] in ("complete", "complete-noop")
    assert sorted(extraction.rows()) == extraction.keys


def test_a_name_that_is_no_utf8_fails_with_its_reason(extraction):
    (extraction.workspace.data / "clips" / b"\xff.mp4".decode("utf-8", "surrogateescape")).write_bytes(b"x")
    report = extraction.worker().run(expect=3)
    assert report["fail"] == 1 and "not UTF-8" in report["failed"][0]["why"] and report["published_rows"] == 20


@pytest.mark.parametrize("line", ["GARBAGE", '{"key":"b.mp4","n"', '{"key":"a.mp4","n":1{"key":"z.mp4","n":7}'])
@pytest.mark.parametrize("file", ["f.rows.jsonl", "f.done"])
def test_a_bad_line_in_the_middle_refuses_the_run_and_nothing_is_cut(extraction, line, file):
    extraction.worker()
    extraction.run("--limit", "4", expect=3)
    path = extraction.out.parent / file
    good = '{"key":"018.mp4","size":1}' if file == "f.rows.jsonl" else extraction.ledger_line()
    path.write_text((path.read_text() if path.exists() else "") + line + "\n" + good + "\n")
    before = extraction.files()
    report = extraction.run(expect=1)
    assert report["status"] == "refused" and any("malformed" in each["rule"] for each in report["findings"])
    assert extraction.files() == before


def test_what_can_never_be_published_is_refused_before_anything_is_extracted(extraction):
    extraction.worker().run("--limit", "4", expect=3)
    (extraction.out.parent / "f.rows.jsonl").write_text('{"key":"018.mp4","size":"many"}\n')
    done = extraction.workspace.run("extract", "run", expect=2)
    assert "at byte 0" in done.stderr and len(extraction.ledger()) == 4
    assert extraction.workspace.json("extract", "check", expect=3)["conclusion"] == "incomplete"


def test_without_its_manifest_another_extractor_is_refused_too(extraction):
    extraction.worker().run()
    (extraction.out.parent / "f.manifest.json").unlink()
    extraction.workspace.write("clips/new.mp4", "new")
    extraction.configure('extractor = "sha256"\n')
    assert "another extractor" in extraction.workspace.run("extract", "run", expect=4).stderr


def test_a_status_that_is_thrown_away_is_no_success(extraction):
    extraction.configure('extractor = "exec"\ncommand = ["sh", "-c", "echo \'{\\"n\\": 1}\'; exit 3"]\ncolumns = ["n:int64"]\ntries = 1\n')
    command = extraction.workspace.command("extract", "run", "--json")
    ignoring = "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
    done = subprocess.run([sys.executable, "-c", ignoring, *command], cwd=extraction.workspace.folder, text=True, capture_output=True, check=False)
    assert done.returncode == 3 and json.loads(done.stdout)["fail"] == 20, done.stderr


@pytest.mark.parametrize("answer", ['{"key":KEY,"error":{"code":5},"row":{}}', '{"key":KEY,"row":{},"row":{}}', '{"key":KEY,"error":5}'])
def test_an_answer_with_an_error_is_never_a_row(extraction, answer):
    (extraction.workspace.folder / "score.py").write_text(
        "import json, sys\nfor line in sys.stdin:\n  print(%r.replace('KEY', json.dumps(json.loads(line)['key'])), flush=True)\n" % answer)
    extraction.configure(f'extractor = "worker"\ncommand = ["{sys.executable}", "score.py"]\ncolumns = ["n:int64"]\ntries = 1\n')
    assert extraction.run(expect=3)["fail"] == 20


def test_marks_in_names_are_not_replaced_again(extraction):
    extraction.workspace.write("clips/{key}.mp4", "one")
    extraction.configure('extractor = "exec"\ncommand = ["sh", "-c", "printf \'{\\"n\\": %s}\' $(wc -c < \\"$1\\")", "sh", "{path}"]\n'
                         'columns = ["n:int64"]\n')
    extraction.run()
    assert extraction.rows()["{key}.mp4"]["n"] == 3


def test_a_column_with_a_name_of_the_keys_is_refused(extraction):
    extraction.configure('extractor = "worker"\ncommand = ["x"]\ncolumns = ["clip_name:string"]\n')
    assert "clip_name" in extraction.workspace.run("extract", "run", expect=2).stderr


def test_temporary_files_of_killed_runs_are_taken_away_by_the_next(extraction):
    folder = extraction.out.parent
    extraction.configure('extractor = "sha256"\n')
    extraction.run()
    ours = ["f.parquet.11-1.tmp", "f.manifest.json.11-2.tmp", "f.done.11-3.tmp", "f.rows.jsonl.11-4.tmp"]
    others = ["g.parquet.11-1.tmp", "f.parquet.bak", "f.parquet.x.tmp", "f.shard-1-of-2.parquet.11-1.tmp"]
    for name in ours + others:
        (folder / name).write_text("a part")
        os.utime(folder / name, (1, 1))  # a young one may be of a writer that has not locked it yet
    assert extraction.run()["status"] == "complete-noop"
    left = {path.name for path in folder.iterdir()}
    assert not left & set(ours) and set(others) <= left
    extraction.workspace.run("extract", "run", "--shard", "1/2")
    assert not (folder / "f.shard-1-of-2.parquet.11-1.tmp").exists()
