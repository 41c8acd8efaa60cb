# SPDX-License-Identifier: Apache-2.0
"""What an operator does after a loss or in the middle of a run: each hint, followed to the letter, leads to the end."""
import json
import os
import signal
import sys

import pyarrow
import pyarrow.compute
import pyarrow.parquet
import pytest

ITEMS = 12
KEYS = [f"{index:02d}.txt" for index in range(ITEMS)]
COUNT = """
import json, os, pathlib, sys
for line in sys.stdin:
    item = json.loads(line)
    if item["key"] == os.environ.get("BAD"):
        if os.environ.get("WAIT"): open("go on").close()  # a pipe: until somebody opens its other end
        print(json.dumps({"key": item["key"], "error": os.environ.get("WHY", "bad luck")}), flush=True)
        continue
    row = {"size": len(pathlib.Path(item["path"]).read_bytes()), "round": os.environ.get("ROUND", "1")}
    print(json.dumps({"key": item["key"], "row": row}), flush=True)
"""


@pytest.fixture
def workspace(sqlite_workspace):
    for index, key in enumerate(KEYS):
        sqlite_workspace.write(f"texts/{key}", "x" * index)
    folder = sqlite_workspace.folder
    (folder / "out").mkdir()
    (folder / "count.py").write_text(COUNT)
    (folder / "holdfast.toml").write_text(
        f'[workspace]\ncatalog = "{sqlite_workspace.database.url}"\n\n[artifacts.all]\nroot = "."\n\n[extract.f]\nitems = "data/texts/*.txt"\n'
        f'out = "out/f.parquet"\nextractor = "worker"\ncommand = ["{sys.executable}", "count.py"]\n'
        'columns = ["size:int64", "round:string"]\ntries = 1\n')
    return sqlite_workspace


def published(workspace):
    return pyarrow.parquet.read_table(workspace.folder / "out/f.parquet")


def rewrite(workspace, table):
    pyarrow.parquet.write_table(table, workspace.folder / "out/f.parquet")


def open_incidents(workspace):
    return [(each["verdict"], [finding["rule"] for finding in each["findings"]])
            for each in json.loads(workspace.run("incidents", "list", "--json").stdout)["incidents"]]


def test_what_only_a_full_check_sees_is_not_resolved_by_a_quick_one(workspace):
    workspace.run("extract", "run")
    whole = published(workspace)
    sizes = whole.column("size").to_pylist()
    rewrite(workspace, whole.set_column(whole.column_names.index("size"), "size", pyarrow.array([sizes[0] + 1, *sizes[1:]], pyarrow.int64())))
    assert workspace.run("check", "extract").returncode == 0, "the keys are in step"
    workspace.run("check", "extract", "--full", expect=1)
    assert open_incidents(workspace) == [("drifted", ["extract.rows_changed"])]
    for _ in range(2):
        quick = workspace.run("check", "extract", expect=1)
        assert "extract.rows_changed" in quick.stdout and "holdfast check extract.f --full" in quick.stdout
        assert open_incidents(workspace) == [("drifted", ["extract.rows_changed"])]
        workspace.run("extract", "run")  # there is nothing to do, and no value is looked at
        assert open_incidents(workspace) == [("drifted", ["extract.rows_changed"])]
    rewrite(workspace, whole)
    assert "extract.rows_changed" in workspace.run("check", "extract", expect=1).stdout, "nobody looked"
    workspace.run("check", "extract", "--full")
    assert open_incidents(workspace) == []
    workspace.run("check", "extract")


def without_digests(ledger):
    ledger.write_text("".join(json.dumps({"key": json.loads(line)["key"]}) + "\n" for line in ledger.read_text().splitlines()))


def without_a_digest(ledger):
    first, *others = ledger.read_text().splitlines()
    ledger.write_text("\n".join([json.dumps({"key": json.loads(first)["key"]}), *others]) + "\n")


def changed(workspace):
    """A row of the whole as somebody wrote it; gives the whole and the key of the first line of the ledger, whose row it is."""
    workspace.run("extract", "run")
    whole = published(workspace)
    victim = json.loads((workspace.folder / "out/f.done").read_text().splitlines()[0])["key"]
    sizes = [row["size"] + (row["key"] == victim) for row in whole.to_pylist()]
    table = whole.set_column(whole.column_names.index("size"), "size", pyarrow.array(sizes, pyarrow.int64()))
    pyarrow.parquet.write_table(table, workspace.folder / "out/f.parquet", write_page_checksum=True)
    workspace.run("check", "extract", "--full", expect=1)
    assert open_incidents(workspace) == [("drifted", ["extract.rows_changed"])]
    return whole, victim


@pytest.mark.parametrize("lose", [without_digests, without_a_digest], ids=["all", "one"])
def test_a_changed_row_whose_digest_is_gone_is_not_in_step(workspace, lose):
    whole, _ = changed(workspace)
    ledger = workspace.folder / "out/f.done"
    kept = ledger.read_bytes()
    lose(ledger)
    for depth in ([], ["--full"], ["--full"]):
        done = workspace.run("check", "extract", *depth, expect=1)
        assert "extract.rows_changed" in done.stdout and "not looked for now" in done.stdout
        assert "extract.rows_changed" in open_incidents(workspace)[0][1]
    assert "extract.rows_not_compared" in workspace.run("check", "extract", "--full", expect=1).stdout
    ledger.write_bytes(kept)
    rewrite(workspace, whole)
    workspace.run("check", "extract", "--full")
    assert open_incidents(workspace) == []


def test_a_repair_makes_no_changed_row_right(workspace):
    """The ledger is gone; what puts the keys in again knows no digest."""
    changed(workspace)
    ledger = workspace.folder / "out/f.done"
    kept = ledger.read_bytes()
    ledger.unlink()
    assert "restore the ledger from a copy" in workspace.run("check", "extract", expect=1).stdout
    assert "whether it was changed is not known" in workspace.run("extract", "repair").stdout
    for depth in (["--full"], []):
        assert "extract.rows_changed" in workspace.run("check", "extract", *depth, expect=1).stdout
    ledger.write_bytes(kept)
    workspace.run("check", "extract", "--full", expect=1)
    ledger.unlink()
    workspace.run("extract", "run")  # everything again: each row has a digest
    workspace.run("check", "extract", "--full")
    assert open_incidents(workspace) == []


def test_a_look_without_the_ledger_ends_no_incident_of_a_changed_row(workspace):
    changed(workspace)
    ledger, aside = workspace.folder / "out/f.done", workspace.folder / "out/aside"
    ledger.rename(aside)
    workspace.run("check", "extract", "--full", expect=1)
    aside.rename(ledger)
    assert "extract.rows_changed" in workspace.run("check", "extract", expect=1).stdout


def test_a_changed_row_behind_a_damaged_page_stays_changed(workspace):
    changed(workspace)
    out = workspace.folder / "out/f.parquet"
    pyarrow.parquet.write_table(published(workspace), out, write_page_checksum=True, compression="none", use_dictionary=False)
    group = pyarrow.parquet.read_metadata(out).row_group(0)
    column, = (group.column(i) for i in range(group.num_columns) if group.column(i).path_in_schema == "round")
    data = bytearray(out.read_bytes())
    data[column.data_page_offset + column.total_compressed_size - 2] ^= 1  # the length of the last text
    out.write_bytes(bytes(data))
    done = workspace.run("check", "extract", "--full", expect=1)
    assert "extract.output_damaged" in done.stdout and "once every row can be read" in done.stdout
    assert set(open_incidents(workspace)[0][1]) == {"extract.output_damaged", "extract.rows_changed"}


def test_a_changed_row_that_is_extracted_again_is_in_step(workspace):
    whole, victim = changed(workspace)
    ledger = workspace.folder / "out/f.done"
    ledger.write_text("".join(line + "\n" for line in ledger.read_text().splitlines() if json.loads(line)["key"] != victim))
    rewrite(workspace, whole.filter(pyarrow.compute.not_equal(whole.column("key"), victim)))
    workspace.run("extract", "run")
    assert open_incidents(workspace) == [("drifted", ["extract.rows_changed"])], "no value was looked at"
    workspace.run("check", "extract", "--full")
    assert open_incidents(workspace) == []


def test_who_takes_the_ledger_away_gets_everything_extracted_again(workspace):
    """Seed 004: "remove the affected entries from .done or delete it to re-extract everything"."""
    workspace.run("extract", "run")
    rewrite(workspace, published(workspace).slice(0, 5))
    assert "or delete it to re-extract everything" in workspace.run("extract", "check", expect=1).stdout
    (workspace.folder / "out/f.done").unlink()
    again = workspace.json("extract", "run", env={"ROUND": "2"})
    assert (again["status"], again["done_before"], again["ok"], again["published_rows"]) == ("complete", 0, ITEMS, ITEMS)
    assert {row["key"]: row["round"] for row in published(workspace).to_pylist()} == dict.fromkeys(KEYS, "2")
    workspace.run("check", "extract")


def test_a_stopped_run_counts_rows_behind_an_item_that_still_runs(workspace):
    os.mkfifo(workspace.folder / "go on")
    run = workspace.start("extract", "run", "--jobs", "2", "--json", env={"BAD": KEYS[0], "WAIT": "1"})
    ledger = workspace.folder / "out/f.done"
    while not ledger.exists() or len(ledger.read_text().splitlines()) < ITEMS - 1:
        assert run.poll() is None, run.communicate()
    run.send_signal(signal.SIGINT)
    (workspace.folder / "go on").write_text("")
    report = json.loads(run.communicate()[0])
    assert (report["status"], report["ok"]) == ("cancelled", ITEMS - 1)
    assert json.loads((workspace.folder / "out/f.manifest.json").read_text())["stats"]["ok"] == ITEMS - 1


def test_the_reason_of_a_failure_is_that_of_this_run(workspace):
    workspace.run("extract", "run", expect=3, env={"BAD": KEYS[3], "WHY": "no disk"})
    done = workspace.run("extract", "run", expect=3, env={"BAD": KEYS[3], "WHY": "no frames"})
    assert "no frames" in done.stdout and "no disk" not in done.stdout


def test_a_failure_is_told_once_in_full_and_once_counted(workspace):
    done = workspace.run("extract", "run", expect=3, env={"BAD": KEYS[3], "WHY": "no frames"})
    assert (done.stdout + done.stderr).count("no frames") == 1 and "1 was tried and failed (why: holdfast extract status f)" in done.stdout
    assert workspace.run("extract", "status", expect=None).stdout.count("no frames") == 1


def test_failures_without_end_are_told_once_and_counted(workspace):
    for index in range(40):
        (workspace.folder / f"data/texts/more{index}.txt").write_text("x")
    (workspace.folder / "count.py").write_text("import sys\nsys.exit(3)\n")
    done = workspace.run("extract", "run", "--jobs", "1", expect=3)
    assert done.stdout.count("FAIL ") == 20 and "and 32 items more: all are in" in done.stdout
    assert done.stderr.count("items can't be extracted") == 1 and "extract status f" in done.stderr and "exit 3" not in done.stderr
    assert len(json.loads((workspace.folder / "out/f.manifest.json").read_text())["failed"]) == ITEMS + 40


def test_a_ledger_that_a_script_reads_stays_one_of_bare_names(workspace, tmp_path):
    pyarrow.parquet.write_table(pyarrow.table({"name": ["a", "b"]}), tmp_path / "s.parquet")
    refused = workspace.run("extract", "repair", "--out", tmp_path / "s.parquet", expect=None)
    assert refused.returncode != 0 and "--key COLUMN" in refused.stderr + refused.stdout
    workspace.run("extract", "repair", "--out", tmp_path / "s.parquet", "--key", "name")
    assert (tmp_path / "s.done").read_text() == "a\nb\n"


def test_working_files_of_an_extraction_are_no_artifacts(workspace):
    workspace.run("extract", "run", expect=3, env={"BAD": KEYS[0]})
    workspace.run("artifacts", "import", "all", "--from-folder", ".")
    recorded = {row["file_path"] for row in workspace.database.query("select file_path from artifacts")}
    assert "out/f.parquet" in recorded and "data/texts/00.txt" in recorded
    assert {path for path in recorded if path.startswith("out/")} == {"out/f.parquet"}
    workspace.run("artifacts", "backfill", "all")
    workspace.run("extract", "run")
    assert ".done" not in workspace.run("check", "artifacts", expect=None).stdout


def test_a_refused_run_says_how_many_items_there_are(workspace):
    workspace.run("extract", "run")
    rewrite(workspace, published(workspace).slice(0, 5))
    refused = workspace.json("extract", "run", expect=1)
    assert (refused["status"], refused["items"], refused["done_before"]) == ("refused", ITEMS, 5)
    assert os.path.exists(workspace.folder / "out/f.done")
