# SPDX-License-Identifier: Apache-2.0
"""A pass over a part of the rows, asked for or cut short: its last words say which part, and what stands open outside of it."""
import contextlib
import datetime
import json
import os
import re
import signal

import pytest
from schemas import hold
from workspace import row, sha256sum

ROWS = 40


@pytest.fixture
def workspace(sqlite_workspace):
    rows = []
    for i in range(ROWS):
        sqlite_workspace.write(f"{i:02}.bin", f"content {i}" * 100)
        rows.append(row(f"{i:02}", f"{i:02}.bin", "figure" if i % 2 else "model"))
    sqlite_workspace.database.insert("artifacts", rows)
    sqlite_workspace.run("artifacts", "backfill")
    return sqlite_workspace


@pytest.fixture
def unproved(workspace):
    """Rows with a hash that no reading has confirmed yet."""
    workspace.database.execute("delete from artifact_proof")
    return workspace


def last_line(done):
    return done.stdout.rstrip().splitlines()[-1]


PARTS = [["--limit", "7"], ["--sample", "30%"], ["--type", "model"], ["--shard", "1/3"]]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part[0][2:])
@pytest.mark.parametrize("depth", [[], ["--quick"]], ids=["full", "quick"])
def test_verify_says_of_which_part_it_speaks(workspace, part, depth):
    report = workspace.json("artifacts", "verify", *depth, *part)
    told = report["part"]
    assert told == {"rows_looked_at": report["counts"]["rows"], "rows": ROWS, "open_incidents_outside": 0}
    assert 0 < told["rows_looked_at"] < ROWS
    line = last_line(workspace.run("artifacts", "verify", *depth, *part))
    assert line.startswith("conclusion: ") and f"of the {told['rows_looked_at']} rows looked at, of {ROWS}" in line
    assert "no incident is open outside" in line


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part[0][2:])
def test_incidents_outside_of_the_part_are_counted(workspace, part):
    for i in range(ROWS):
        workspace.write(f"{i:02}.bin", f"changed {i}")
    workspace.run("artifacts", "verify", expect=1)
    report = workspace.json("artifacts", "verify", *part, expect=1)
    assert report["part"]["open_incidents_outside"] == ROWS - report["counts"]["rows"]


def test_an_incident_outside_is_in_the_last_line_of_a_part_in_step(workspace):
    workspace.write("39.bin", "changed")
    workspace.run("artifacts", "verify", expect=1)
    line = last_line(workspace.run("artifacts", "verify", "--type", "model"))
    assert "in step: of the 20 rows looked at, of 40; 1 incident is open outside of these" in line
    assert "outside" not in last_line(workspace.run("artifacts", "verify", expect=1))


def test_what_covers_all_rows_is_no_part(workspace):
    for options in ([], ["--limit", "1000"], ["--sample", "100%"], ["--type", "model", "--type", "figure"]):
        assert workspace.json("artifacts", "verify", *options)["part"] is None
        assert last_line(workspace.run("artifacts", "verify", *options)) == "conclusion: in step"


def test_a_part_without_rows_does_not_say_that_there_are_none(workspace):
    report = workspace.json("artifacts", "verify", "--type", "notebook", expect=3)
    assert report["part"] == {"rows_looked_at": 0, "rows": ROWS, "open_incidents_outside": 0}
    assert report["gaps"] == ["no row is in the part that was asked for"]


def test_a_slice_of_a_scrub_says_of_which_part_it_speaks(workspace):
    scrub = ["artifacts", "scrub", "--every-byte-within", "30d"]
    workspace.write("39.bin", "changed")
    workspace.run("artifacts", "verify", expect=1)
    # Due last: a slice of so little data takes only what was looked at first.
    newest = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=20)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    workspace.database.execute(f"update artifact_proof set looked_at = '{newest}' where artifact_id = '39'")
    report = workspace.json(*scrub, expect=(0, 1))
    assert report["part"] == {"rows_looked_at": report["counts"]["rows"], "rows": ROWS, "open_incidents_outside": 1}
    assert "1 incident is open outside of these" in last_line(workspace.run(*scrub, expect=(0, 1)))


def open_files(pid):
    found = []
    for entry in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(OSError):
            found.append(os.readlink(f"/proc/{pid}/fd/{entry}"))
    return [each for each in found if each.endswith(".bin")]


def stopped(workspace, command, *arguments):
    """Interrupts a pass that a rate holds up, once it has a file open."""
    running = workspace.start(*command, "--rate", "2kB/s", "--jobs", "2", *arguments)
    while not open_files(running.pid):
        assert running.poll() is None
    running.send_signal(signal.SIGINT)
    out, err = running.communicate()
    assert running.returncode == -signal.SIGINT, err
    return out, err


PASSES = [["artifacts", "verify"], ["artifacts", "scrub", "--every-byte-within", "30d"]]


@pytest.mark.parametrize("command", PASSES, ids=lambda command: command[1])
def test_a_pass_that_is_stopped_tells_exactly_what_it_looked_at(unproved, command):
    report = json.loads(stopped(unproved, command, "--json")[0])
    hold(f"artifacts-{command[1]}", report)
    counts = report["counts"]
    assert report["findings"] == [] and counts["in_step"] == counts["rows"] == report["part"]["rows_looked_at"] < ROWS
    assert sum(each["rows"] for each in report["types"]) == counts["rows"] == report["proofs"]["proved"]
    assert report["part"]["rows"] == ROWS and report["conclusion"] == "incomplete" and report["exit_code"] == 130
    assert "it was stopped" in report["gaps"] and not any("records a hash" in gap for gap in report["gaps"])
    assert len(unproved.database.query("select * from artifact_proof")) == counts["rows"]

    out, err = stopped(unproved, command)
    told = re.search(r"of the ([0-9]+) rows? looked at, of 40; no incident is open outside of these$", out.rstrip())
    assert told and f"{told[1]} of 40 rows were looked at" in err
    assert "conclusion: incomplete: " in out and "records a hash" not in out and "nothing more is due" not in out


def test_what_was_found_before_the_stop_is_told_and_kept(unproved):
    for i in range(ROWS):
        unproved.write(f"{i:02}.bin", f"changed {i}" * 100)
    report = json.loads(stopped(unproved, PASSES[0], "--json")[0])
    assert len(report["findings"]) == report["counts"]["drifted"] == report["counts"]["rows"] == report["part"]["rows_looked_at"]
    assert len(unproved.database.query("select * from incident")) == report["counts"]["rows"]


def test_drift_that_a_stopped_backfill_held_back_is_told_and_written_by_the_next(sqlite_workspace):
    workspace = sqlite_workspace
    stale = json.dumps({"file_sha256": "0" * 64})
    for name, content in (("a0", "drift"), ("a1", "drift"), ("b", "as recorded"), ("c", b"long" * 5_000_000)):
        workspace.write(name, content)
    right = json.dumps({"file_sha256": sha256sum(workspace.data)["b"]})
    workspace.database.insert("artifacts", [row("a0", "a0", metadata=stale), row("a1", "a1", metadata=stale),
                                            row("b", "b", metadata=right), row("c", "c", metadata=stale)])
    # Of four rows two may drift: after the first two nobody knows yet whether the breaker will trip.
    command = ["artifacts", "backfill", "--max-drift", "2", "--jobs", "1", "--commit-every", "1", "--json"]
    running = workspace.start(*command, "--rate", "200kB/s")
    while "file_sha256_computed_at" not in workspace.rows()["b"]["metadata"]:
        assert running.poll() is None
    running.send_signal(signal.SIGINT)
    out, err = running.communicate()
    assert running.returncode == -signal.SIGINT, err
    summary = json.loads(out)
    assert summary["drifted"] == summary["refused"] == summary["by_reason"]["drift_held"] == 2
    assert [each["subject"] for each in summary["problems"]] == ["artifact:atlas/a0", "artifact:atlas/a1"]
    told = workspace.events("artifact.content_changed")
    assert [(each["subject"], each["fields"]["action"]) for each in told] == [("artifact:atlas/a0", "held"), ("artifact:atlas/a1", "held")]
    assert {workspace.rows()[each]["metadata"]["file_sha256"] for each in ("a0", "a1")} == {"0" * 64}
    summary = workspace.json("artifacts", "backfill", "--max-drift", "3", expect=1)
    assert (summary["scanned"], summary["drifted"], summary["refused"]) == (3, 3, 0)


def test_a_recheck_that_goes_on_says_so_and_can_begin_anew(sqlite_workspace):
    for name in "abc":
        sqlite_workspace.write(name, name)
        sqlite_workspace.add_row(name, name)
    sqlite_workspace.run("artifacts", "backfill")
    recheck = ("artifacts", "backfill", "--recheck")
    began = sqlite_workspace.json(*recheck, "--limit", "2")["started_at"]
    cut_short = "update batch_run set outcome = 'cancelled' where id = (select max(id) from batch_run)"
    sqlite_workspace.database.execute(cut_short)
    # One that was read by the run that was cut short, and written to since.
    sqlite_workspace.write("a", "written to")
    done = sqlite_workspace.run(*recheck, "--limit", "1", "--json")
    summary = json.loads(done.stdout)
    hold("artifacts-backfill", summary)
    assert (summary["scanned"], summary["rows_marked"]) == (1, 2) and began <= summary["recheck_begun_at"] < summary["started_at"]
    assert f"that began at {summary['recheck_begun_at']}: 2 of 3 rows done since" in done.stderr and "--restart" in done.stderr
    sqlite_workspace.database.execute(cut_short)
    done = sqlite_workspace.run(*recheck, "--restart", "--max-drift", "100%", "--json", expect=1)
    summary = json.loads(done.stdout)
    assert (summary["scanned"], summary["drifted"], summary["recheck_begun_at"]) == (3, 1, None) and "goes on with" not in done.stderr
    assert "--restart goes with --recheck" in sqlite_workspace.run("artifacts", "backfill", "--restart", expect=2).stderr
