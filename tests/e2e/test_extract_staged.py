# SPDX-License-Identifier: Apache-2.0
"""Staged rows that are not what the ledger says: never published over good ones, told by a full check, taken out by a repair."""
import hashlib
import json

import pyarrow.parquet
import pytest
from schemas import hold

WRONG = '{"key":"a.txt","file_sha256":"zz","size_bytes":1}\n'
GOOD = {"key": "a.txt", "file_sha256": hashlib.sha256(b"1\n").hexdigest(), "size_bytes": 2}


@pytest.fixture
def workspace(sqlite_workspace):
    sqlite_workspace.write("clips/a.txt", "1\n")
    sqlite_workspace.write("clips/b.txt", "22\n")
    (sqlite_workspace.folder / "feat").mkdir()
    (sqlite_workspace.folder / "holdfast.toml").write_text(
        f'[workspace]\ncatalog = "{sqlite_workspace.database.url}"\n\n[extract.s]\nitems = "data/clips/*.txt"\n'
        'out = "feat/s.parquet"\nextractor = "sha256"\n')
    sqlite_workspace.run("extract", "run", "s")
    return sqlite_workspace


def at(workspace, suffix):
    return workspace.folder / f"feat/s{suffix}"


def rows(workspace):
    return {row["key"]: row for row in pyarrow.parquet.read_table(at(workspace, ".parquet")).to_pylist()}


def test_a_staged_row_of_somebody_else_replaces_no_published_one(workspace):
    whole = rows(workspace)
    assert whole["a.txt"] == GOOD
    at(workspace, ".rows.jsonl").write_text(WRONG)
    assert "extract.rows_changed" in workspace.run("check", "--full", expect=1).stdout
    finding, = workspace.json("extract", "check", "s", "--deep", expect=1)["findings"]
    assert finding["rule"] == "extract.rows_changed" and "(1 staged): a.txt" in finding["message"]
    assert "holdfast extract repair s takes the staged one out" in finding["hint"]
    before = {suffix: at(workspace, suffix).read_bytes() for suffix in (".parquet", ".done", ".rows.jsonl", ".manifest.json")}
    failed = workspace.run("extract", "run", "s", expect=4)
    assert "not what was extracted" in failed.stderr and "holdfast extract repair s" in failed.stderr
    assert {suffix: at(workspace, suffix).read_bytes() for suffix in before} == before
    plan = workspace.json("extract", "repair", "s", "--dry-run", expect=1)
    hold("extract-repair", plan)
    assert (plan["changed_staging_rows"], plan["removed"], plan["entries"]) == (1, [], 2)
    done = workspace.json("extract", "repair", "s")
    assert [(workspace.folder / kept).read_text() for kept in done["kept"] if ".rows.jsonl" in kept] == [WRONG]
    assert workspace.json("extract", "run", "s")["status"] in ("complete", "complete-noop") and rows(workspace) == whole
    workspace.run("check", "--full")


def test_without_the_published_rows_the_item_is_extracted_again(workspace):
    at(workspace, ".parquet").unlink()
    other = json.dumps(GOOD | {"key": "b.txt", "file_sha256": hashlib.sha256(b"22\n").hexdigest(), "size_bytes": 3}) + "\n"
    at(workspace, ".rows.jsonl").write_text(WRONG + other)
    assert "extract.rows_changed" in workspace.run("check", "--full", expect=1).stdout
    workspace.run("extract", "run", "s", expect=4)
    assert not at(workspace, ".parquet").exists()
    done = workspace.json("extract", "repair", "s")
    assert (done["changed_staging_rows"], done["removed"], done["entries"]) == (1, ["a.txt"], 1)
    assert at(workspace, ".rows.jsonl").read_text() == other
    report = workspace.json("extract", "run", "s")
    assert (report["status"], report["ok"]) == ("complete", 1) and rows(workspace)["a.txt"] == GOOD
    workspace.run("check", "--full")


def test_the_last_row_of_a_key_is_the_one_that_counts(workspace):
    at(workspace, ".rows.jsonl").write_text(WRONG + json.dumps(GOOD) + "\n")
    workspace.run("extract", "run", "s")
    assert rows(workspace)["a.txt"] == GOOD
    at(workspace, ".rows.jsonl").write_text(json.dumps(GOOD) + "\n" + WRONG)
    workspace.run("extract", "run", "s", expect=4)
    assert workspace.json("extract", "repair", "s")["changed_staging_rows"] == 1
    assert at(workspace, ".rows.jsonl").read_text() == json.dumps(GOOD) + "\n"
    workspace.run("extract", "run", "s")
    assert rows(workspace)["a.txt"] == GOOD


def test_an_item_that_is_extracted_again_replaces_its_row(workspace):
    workspace.write("clips/a.txt", "333\n")
    at(workspace, ".done").unlink()
    assert workspace.json("extract", "run", "s")["ok"] == 2
    assert rows(workspace)["a.txt"]["size_bytes"] == 4
    workspace.run("check", "--full")
