# SPDX-License-Identifier: Apache-2.0
"""Files of somebody else whose names an extraction would take: left as they are, and told with the way out."""
import json

import pytest

OTHERS = '{"weights":[1,2,3]}'


@pytest.fixture
def workspace(sqlite_workspace):
    sqlite_workspace.write("a.json", "1\n")
    (sqlite_workspace.folder / "holdfast.toml").write_text(
        f'[workspace]\ncatalog = "{sqlite_workspace.database.url}"\n\n[extract.m]\nitems = "data/a.json"\n'
        'out = "data/model.parquet"\nextractor = "sha256"\n')
    return sqlite_workspace


def at(workspace, suffix):
    return workspace.folder / f"data/model{suffix}"


def files(workspace):
    return {path.name: path.read_bytes() for path in (workspace.folder / "data").iterdir()}


@pytest.mark.parametrize("text", [OTHERS, "weights\n", '{"schema":"another","stats":{}}', "[]"])
@pytest.mark.parametrize("suffix", [".manifest.json", ".extract-lock"])
def test_a_run_leaves_a_file_that_is_none_of_ours(workspace, suffix, text):
    at(workspace, suffix).write_text(text)
    before = files(workspace)
    failed = workspace.run("extract", "run", "m", expect=4)
    assert f"model{suffix}" in failed.stderr and "somebody else's file" in failed.stderr and "move that file away" in failed.stderr
    assert {name: each for name, each in files(workspace).items() if name in before} == before
    assert not at(workspace, ".parquet").exists() and not at(workspace, ".done").exists()
    at(workspace, suffix).unlink()
    workspace.run("extract", "run", "m")


def test_a_merge_leaves_it_too(workspace):
    for index in (1, 2):
        workspace.run("extract", "run", "m", "--shard", f"{index}/2", expect=None)
    at(workspace, ".manifest.json").write_text(OTHERS)
    assert "somebody else's file" in workspace.run("extract", "merge", "m", expect=4).stderr
    assert at(workspace, ".manifest.json").read_text() == OTHERS and not at(workspace, ".parquet").exists()


@pytest.mark.parametrize("text", [OTHERS, OTHERS + "\n", "weights"])
def test_a_repair_leaves_a_journal_that_is_none_of_ours(workspace, text):
    workspace.run("extract", "run", "m")
    with open(at(workspace, ".done"), "a") as ledger:
        ledger.write('{"key":"lost.json"}\n')
    at(workspace, ".repairs.jsonl").write_text(text)
    before = files(workspace)
    assert "model.repairs.jsonl" in workspace.run("extract", "repair", "m", expect=4).stderr
    assert files(workspace) == before
    at(workspace, ".repairs.jsonl").unlink()
    workspace.run("extract", "repair", "m")


@pytest.mark.parametrize("text", [
    "", "{\n", '{\n  "schema": "holdfast-extraction-manifest-v1",\n  "stat', '{"schema":"holdfast-extraction-manifest-v0"}',
    json.dumps({"status": "complete", "stats": {"total_clips": 1, "ok": 1}})], ids=["empty", "short", "torn", "old", "original script"])
def test_a_manifest_of_ours_is_replaced_however_it_was_left(workspace, text):
    at(workspace, ".manifest.json").write_text(text)
    assert workspace.json("extract", "run", "m")["status"] == "complete"
    assert json.loads(at(workspace, ".manifest.json").read_text())["status"] == "complete"


@pytest.mark.parametrize("text", ["", '{"actor":"me","add', "\0\0\0"], ids=["empty", "torn", "zeros"])
def test_a_journal_of_ours_is_gone_on_with(workspace, text):
    workspace.run("extract", "run", "m")
    with open(at(workspace, ".done"), "a") as ledger:
        ledger.write('{"key":"lost.json"}\n')
    at(workspace, ".repairs.jsonl").write_text(text)
    workspace.run("extract", "repair", "m")
    assert [json.loads(line)["what"] for line in at(workspace, ".repairs.jsonl").read_text().splitlines()] == ["begun", "done"]
