# SPDX-License-Identifier: Apache-2.0
"""An extraction killed with -9 at every failpoint: nothing lost, nothing twice, never "complete" when it is not; the same command finishes."""
import json
import pathlib
import re
import signal

import pyarrow.parquet
import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
MERGE = ["extraction.merged"]
REPAIR = ["extraction.repair_begun", "extraction.repair_kept", "extraction.repaired", "extraction.repair_recorded"]
FAILPOINTS = [
    "extraction.rows_staged",
    "extraction.rows_claimed",
    "extraction.before_publish",
    "extraction.published",
    "extraction.staging_removed",
    "extraction.before_manifest",
]
ITEMS = 12


@pytest.fixture
def workspace(sqlite_workspace):
    for index in range(ITEMS):
        sqlite_workspace.write(f"clips/{index:02d}.mp4", f"{index}" * 100)
    (sqlite_workspace.folder / "out").mkdir()
    (sqlite_workspace.folder / "holdfast.toml").write_text(
        f'[workspace]\ncatalog = "{sqlite_workspace.database.url}"\n\n[extract.f]\nitems = "data/clips/*.mp4"\n'
        'out = "out/f.parquet"\nextractor = "sha256"\n')
    return sqlite_workspace


def keys(workspace):
    return sorted(row["key"] for row in pyarrow.parquet.read_table(workspace.folder / "out/f.parquet").to_pylist())


def manifest(workspace):
    path = workspace.folder / "out/f.manifest.json"
    return json.loads(path.read_text())["status"] if path.exists() else None


def test_the_list_of_failpoints_is_that_of_the_code():
    names = set()
    for file in (SOURCE / "src/extract").glob("*.cpp"):
        names |= set(re.findall(r'HOLDFAST_FAILPOINT\("([^"]+)"\)', file.read_text()))
    assert names == {*FAILPOINTS, *MERGE, *REPAIR}


@pytest.mark.parametrize("published_before", [0, 5])
@pytest.mark.parametrize("visit", [1, 4])
@pytest.mark.parametrize("failpoint", FAILPOINTS)
def test_killed_at_a_failpoint_the_same_command_finishes(workspace, failpoint, visit, published_before):
    if published_before:
        workspace.run("extract", "run", "--limit", published_before, expect=3)
    ledger = workspace.folder / "out/f.done"
    killed = workspace.run("extract", "run", "--jobs", "2", expect=None, env={"HOLDFAST_FAILPOINTS": f"{failpoint}={visit}*kill"})
    if visit == 1:
        assert killed.returncode == -signal.SIGKILL, "the failpoint was never visited"
    counts = workspace.json("extract", "check", expect=(0, 1, 3))["counts"]
    assert counts["missing"] == 0 and counts["repeated"] == 0
    if killed.returncode == -signal.SIGKILL:
        assert manifest(workspace) == "running", "it had not ended"
    claimed = len(ledger.read_text().splitlines())
    report = workspace.json("extract", "run")
    assert report["status"] in ("complete", "complete-noop") and report["ok"] <= ITEMS - claimed
    assert keys(workspace) == [f"{index:02d}.mp4" for index in range(ITEMS)]
    lines = [json.loads(line)["key"] for line in ledger.read_text().splitlines()]
    assert sorted(lines) == sorted(set(lines)) and len(lines) == ITEMS
    assert not (workspace.folder / "out/f.rows.jsonl").exists()
    assert workspace.json("extract", "run")["status"] == "complete-noop"


@pytest.mark.parametrize("failpoint", FAILPOINTS)
def test_an_error_there_loses_nothing(workspace, failpoint):
    workspace.run("extract", "run", expect=5, env={"HOLDFAST_FAILPOINTS": f"{failpoint}=error"})
    assert workspace.json("extract", "check", expect=(0, 1, 3))["counts"]["missing"] == 0
    assert workspace.json("extract", "run")["status"] in ("complete", "complete-noop")
    assert len(keys(workspace)) == ITEMS


@pytest.mark.parametrize("how", ["kill", "error"])
@pytest.mark.parametrize("failpoint", FAILPOINTS + MERGE)
def test_a_merge_killed_or_failing_loses_nothing_and_is_done_again(workspace, failpoint, how):
    for index in (1, 2):
        workspace.run("extract", "run", "--shard", f"{index}/2")
    ended = workspace.run("extract", "merge", expect=None, env={"HOLDFAST_FAILPOINTS": f"{failpoint}={how}"})
    assert ended.returncode == (-signal.SIGKILL if how == "kill" else 5)
    assert workspace.json("extract", "check", expect=(0, 1, 3))["counts"]["missing"] == 0
    workspace.run("extract", "merge", expect=(0, 2))
    assert workspace.json("extract", "run")["status"] in ("complete", "complete-noop")
    assert keys(workspace) == [f"{index:02d}.mp4" for index in range(ITEMS)]
    assert not [path for path in (workspace.folder / "out").iterdir() if "shard" in path.name and path.suffix != ".extract-lock"]


@pytest.mark.parametrize("how", ["kill", "error"])
@pytest.mark.parametrize("failpoint", REPAIR)
def test_a_repair_killed_or_failing_is_done_again(workspace, failpoint, how):
    workspace.run("extract", "run")
    out = workspace.folder / "out/f.parquet"
    pyarrow.parquet.write_table(pyarrow.parquet.read_table(out).slice(0, 7), out)
    ledger = workspace.folder / "out/f.done"
    lines = ledger.read_text()
    ended = workspace.run("extract", "repair", expect=None, env={"HOLDFAST_FAILPOINTS": f"{failpoint}={how}"})
    assert ended.returncode == (-signal.SIGKILL if how == "kill" else 5)
    workspace.run("extract", "repair")
    kept = sorted((workspace.folder / "out").glob("f.done.before-repair-*"))
    assert kept and kept[0].read_text() == lines, "the first copy is the old ledger"
    assert {json.loads(line)["key"] for line in ledger.read_text().splitlines()} == set(keys(workspace))
    journal = [json.loads(line)["what"] for line in (workspace.folder / "out/f.repairs.jsonl").read_text().splitlines()]
    assert journal[0] == "begun" and journal[-1] == "done"
    assert workspace.json("extract", "run")["status"] == "complete" and len(keys(workspace)) == ITEMS
