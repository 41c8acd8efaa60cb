# SPDX-License-Identifier: Apache-2.0
"""`holdfast extract status`, and what becomes of items that fail: kept, told, tried again after the others."""
import json
import sys

import pytest
from schemas import hold

WORKER = """
import json, os, sys
for line in sys.stdin:
    item = json.loads(line)
    with open("order", "a") as file: file.write(item["key"] + "\\n")
    answer = {"row": {"size": os.path.getsize(item["path"])}}
    if item["key"] in open("bad").read().split(): answer = {"error": "no frames"}
    print(json.dumps({"key": item["key"], **answer}), flush=True)
"""


@pytest.fixture
def workspace(sqlite_workspace):
    for index in range(10):
        sqlite_workspace.write(f"clips/{index}.mp4", f"{index}" * 9)
    folder = sqlite_workspace.folder
    (folder / "out").mkdir()
    (folder / "bad").write_text("0.mp4 4.mp4")
    (folder / "score.py").write_text(WORKER)
    (folder / "holdfast.toml").write_text(
        f'[workspace]\ncatalog = "{sqlite_workspace.database.url}"\n\n[extract.f]\nitems = "data/clips/*.mp4"\nout = "out/f.parquet"\n'
        f'extractor = "worker"\ncommand = ["{sys.executable}", "score.py"]\ncolumns = ["size:int64"]\ntries = 1\n')
    return sqlite_workspace


def status(workspace, *arguments):
    report = workspace.json("extract", "status", *arguments)
    hold("extract-status", report)
    return report["extractions"][0]


def order(workspace):
    path = workspace.folder / "order"
    keys = path.read_text().split()
    path.unlink()
    return keys


def test_from_never_run_to_complete(workspace):
    now = status(workspace)
    assert (now["state"], now["items"], now["done"], now["pending"]) == ("never run", 10, 0, 10)
    workspace.run("extract", "run", "--jobs", 1, expect=3)
    now = status(workspace)
    assert (now["state"], now["done"], now["pending"], now["failed"]) == ("incomplete", 8, 2, 2)
    assert now["failures"] == [{"key": "0.mp4", "why": "no frames", "tries": 1}, {"key": "4.mp4", "why": "no frames", "tries": 1}]
    text = workspace.run("extract", "status").stdout
    assert "FAIL 0.mp4: no frames" in text and "2 were tried and failed" in text
    (workspace.folder / "bad").write_text("")
    workspace.run("extract", "run")
    assert (status(workspace)["state"], status(workspace)["failures"]) == ("complete", [])


def test_what_failed_is_tried_again_after_the_others(workspace):
    workspace.run("extract", "run", "--jobs", 1, "--limit", 5, expect=3)
    assert order(workspace) == [f"{index}.mp4" for index in range(5)]
    workspace.run("extract", "run", "--jobs", 1, expect=3)
    assert order(workspace) == ["5.mp4", "6.mp4", "7.mp4", "8.mp4", "9.mp4", "0.mp4", "4.mp4"]


def test_what_failed_and_was_not_tried_again_stays_told(workspace):
    workspace.run("extract", "run", "--jobs", 1, "--limit", 5, expect=3)
    workspace.run("extract", "run", "--jobs", 1, "--limit", 2, expect=3)
    assert [each["key"] for each in status(workspace)["failures"]] == ["0.mp4", "4.mp4"]
    order(workspace)
    report = workspace.json("extract", "run", "--jobs", 1, "--skip-failed", expect=3)
    assert report["status"] == "incomplete" and report["fail"] == 0
    assert order(workspace) == ["7.mp4", "8.mp4", "9.mp4"]
    assert [each["key"] for each in status(workspace)["failures"]] == ["0.mp4", "4.mp4"]
    assert workspace.json("extract", "run", "--skip-failed", expect=3)["status"] == "incomplete"


def test_files_of_another_program(workspace):
    (workspace.folder / "out/f.done").write_text("0.mp4\n")
    now = status(workspace)
    assert now["state"] == "foreign" and now["missing"] == 1 and now["verdict"] == "missing"
    assert "CONSISTENCY ERROR" in workspace.run("extract", "status").stdout
    foreign = json.loads(workspace.run("extract", "status", "--out", "out/f.parquet", "--json").stdout)
    assert foreign["extractions"][0]["items"] is None


def test_events_of_a_run_that_was_killed_come_with_the_next(workspace):
    (workspace.folder / "bad").write_text("")
    workspace.run("extract", "run", expect=None, env={"HOLDFAST_FAILPOINTS": "extraction.published=kill"})
    assert workspace.run("events", "list", "--name", "extract.*", "--json").stdout == ""
    workspace.run("extract", "run")
    events = [json.loads(line) for line in workspace.run("events", "list", "--name", "extract.*", "--json").stdout.splitlines()]
    assert events[0]["name"] == "extract.published" and events[0]["fields"]["rows"] == 10 and events[0]["fields"]["rows_before"] in (0, 10)
    workspace.run("extract", "run")
    again = workspace.run("events", "list", "--name", "extract.*", "--json").stdout.splitlines()
    assert len(again) == len(events), "nothing was to be done: no event"
