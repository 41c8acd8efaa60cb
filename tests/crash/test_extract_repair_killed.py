# SPDX-License-Identifier: Apache-2.0
"""A repair that was killed or not recorded: the next one tells it, once, with what it did."""
import json
import signal

import pytest

FAILPOINTS = ["extraction.repair_begun", "extraction.repair_kept", "extraction.repaired", "extraction.repair_recorded"]
LOST = '{"key":"lost.mp4"}\njunk\n'


@pytest.fixture
def workspace(sqlite_workspace):
    for index in range(3):
        sqlite_workspace.write(f"clips/{index:02d}.mp4", f"{index}" * 100)
    (sqlite_workspace.folder / "out").mkdir()
    (sqlite_workspace.folder / "holdfast.toml").write_text(
        f'[workspace]\ncatalog = "{sqlite_workspace.database.url}"\n\n[extract.f]\nitems = "data/clips/*.mp4"\n'
        'out = "out/f.parquet"\nextractor = "sha256"\n')
    sqlite_workspace.run("extract", "run")
    damage(sqlite_workspace, LOST)
    return sqlite_workspace


def damage(workspace, lines, name="f.done"):
    with open(workspace.folder / "out" / name, "a") as file:
        file.write(lines)


def journal(workspace):
    return [json.loads(line) for line in (workspace.folder / "out/f.repairs.jsonl").read_text().splitlines()]


def events(workspace):
    lines = workspace.run("events", "list", "--name", "extract.repaired", "--json").stdout.splitlines()
    return [json.loads(line)["fields"] for line in lines]


def counts(fields):
    return fields["removed"], fields["bad_ledger_lines"], fields["bad_staging_lines"]


def kill(workspace, failpoint, *arguments):
    killed = workspace.run("extract", "repair", *arguments, expect=None, env={"HOLDFAST_FAILPOINTS": f"{failpoint}=kill"})
    assert killed.returncode == -signal.SIGKILL, "the failpoint was never visited"


@pytest.mark.parametrize("failpoint", FAILPOINTS)
def test_a_killed_repair_is_told_once_with_what_it_did(workspace, failpoint):
    kill(workspace, failpoint, "--reason", "the first")
    assert journal(workspace)[-1]["what"] == "begun"
    workspace.run("extract", "repair", "--reason", "the first")
    told, = events(workspace)
    assert counts(told) == (1, 1, 0) and told["entries"] == 3 and told["reason"] == "the first"
    done = journal(workspace)[-1]
    assert (done["what"], done["bad_ledger_lines"], done["reason"]) == ("done", 1, "the first") and done["removed"].startswith("1-")
    settled = journal(workspace)
    assert "nothing to repair" in workspace.run("extract", "repair").stdout
    assert journal(workspace) == settled and len(events(workspace)) == 1


@pytest.mark.parametrize("failpoint", FAILPOINTS)
def test_lines_of_the_staging_file_that_went_out_before_the_kill_are_told_too(workspace, failpoint):
    damage(workspace, "junk\n", "f.rows.jsonl")
    kill(workspace, failpoint)
    workspace.run("extract", "repair")
    assert [counts(told) for told in events(workspace)] == [(1, 1, 1)]


@pytest.mark.parametrize("failpoint", FAILPOINTS[2:])
def test_what_was_damaged_after_the_kill_is_a_repair_of_its_own(workspace, failpoint):
    kill(workspace, failpoint)
    damage(workspace, '{"key":"x.mp4"}\n{"key":"y.mp4"}\n')
    workspace.run("extract", "repair")
    assert [counts(told) for told in events(workspace)] == [(1, 1, 0), (2, 0, 0)]
    assert [line["what"] for line in journal(workspace)] == ["begun", "done", "begun", "done"]


def test_a_repair_that_the_catalog_did_not_take_is_told_by_the_next(workspace):
    workspace.database.execute("create trigger held before insert on event begin select raise(abort, 'held'); end")
    failed = workspace.run("extract", "repair", "--reason", "the first", expect=5)
    assert "could not be recorded" in failed.stderr and journal(workspace)[-1]["what"] == "begun"
    ledger = (workspace.folder / "out/f.done").read_text()
    assert "lost" not in ledger and workspace.run("extract", "repair", expect=None).returncode != 0, "it is still to be told"
    assert journal(workspace)[-1]["what"] == "begun"
    workspace.database.execute("drop trigger held")
    assert "it is told now" in workspace.run("extract", "repair").stdout
    told, = events(workspace)
    assert counts(told) == (1, 1, 0) and told["reason"] == "the first"
    assert (workspace.folder / "out/f.done").read_text() == ledger and journal(workspace)[-1]["what"] == "done"
