# SPDX-License-Identifier: Apache-2.0
"""`artifacts move` and `forget` killed with -9, and against what others do meanwhile: all of it or nothing, and no vouching for what was not read."""
import hashlib
import signal

import pytest
from pausing import let_go, pause
from workspace import row

MOVE = ["artifacts", "move", "--only", "a", "--to", "moved.bin"]
FORGET = ["artifacts", "forget", "--only", "b"]


@pytest.fixture
def workspace(workspace):
    """The file of one row was moved, that of another removed; both have an incident."""
    for name in ("a", "b", "c"):
        workspace.write(f"{name}.bin", name * 100)
    workspace.database.insert("artifacts", [row(name, f"{name}.bin") for name in ("a", "b", "c")])
    workspace.run("artifacts", "backfill")
    (workspace.data / "a.bin").rename(workspace.data / "moved.bin")
    (workspace.data / "b.bin").unlink()
    workspace.run("check", expect=1)
    return workspace


def state(workspace):
    tables = ("artifacts", "artifact_metadata_journal", "artifact_proof", "artifact_observation", "incident", "event")
    return {table: sorted(map(str, workspace.database.query(f"select * from {table}"))) for table in tables}


def open_incidents(workspace):
    return [each["subject"] for each in workspace.json("incidents", "list")["incidents"]]


@pytest.mark.parametrize("failpoint", ["artifacts.before_correction", "artifacts.in_correction"])
@pytest.mark.parametrize("command", [MOVE, FORGET], ids=["move", "forget"])
def test_killed_it_has_done_nothing_and_the_same_command_does_it(workspace, command, failpoint):
    before = state(workspace)
    workspace.run(*command, env={"HOLDFAST_FAILPOINTS": f"{failpoint}=kill"}, expect=-signal.SIGKILL)
    assert state(workspace) == before
    workspace.run(*command)
    assert [each["operation"] for each in workspace.journal()].count(".".join(command[:2])) == 1
    assert f"artifact:atlas/{command[3]}" not in open_incidents(workspace)
    workspace.run(*command, expect=2)


def metadata_with(workspace, digest):
    text = f'{{"file_sha256": "{digest}"}}'
    return f"'{text}'" + ("::jsonb" if workspace.database.backend == "postgres" else "")


@pytest.mark.parametrize("change", ["hash", "path", "deleted", "type"])
def test_a_record_that_changes_while_the_file_is_read_is_not_vouched_for(workspace, change):
    process, gate = pause(workspace, "artifacts.before_correction", *MOVE)
    other = hashlib.sha256(b"other").hexdigest()
    workspace.database.execute({
        "hash": f"update artifacts set metadata = {metadata_with(workspace, other)} where id = 'a'",
        "path": "update artifacts set file_path = 'c.bin' where id = 'a'",
        "deleted": "delete from artifacts where id = 'a'",
        "type": "update artifacts set artifact_type = 'other' where id = 'a'"}[change])
    before = state(workspace)
    out, err = let_go(process, gate)
    assert process.returncode == 4 and "changed meanwhile" in err and out == ""
    assert state(workspace) == before


def test_a_row_that_another_client_deletes_meanwhile_is_forgotten_as_gone(workspace):
    process, gate = pause(workspace, "artifacts.before_correction", *FORGET, "--json")
    workspace.database.execute("delete from artifacts where id = 'b'")
    out, err = let_go(process, gate)
    assert process.returncode == 0 and '"gone": [\n    "b"' in out, err
    assert open_incidents(workspace) == ["artifact:atlas/a"]


def test_two_at_once_forget_a_row_once(workspace):
    first = pause(workspace, "artifacts.before_correction", *FORGET)
    second = pause(workspace, "artifacts.before_correction", *FORGET)
    let_go(*first)
    out, err = let_go(*second)
    assert first[0].returncode == 0 and second[0].returncode == 2 and "nothing is known of it" in err, out
    assert [each["operation"] for each in workspace.journal()].count("artifacts.forget") == 1


@pytest.mark.parametrize("failpoint", ["artifacts.before_telling", "artifacts.before_missing_told"])
def test_a_check_that_looked_before_a_correction_does_not_undo_it(workspace, failpoint):
    process, gate = pause(workspace, failpoint, "check", "--full")
    workspace.run(*MOVE)
    workspace.run(*FORGET)
    assert open_incidents(workspace) == []
    let_go(process, gate)
    assert process.returncode == 3, "two rows changed under it: nothing is known of them"
    assert open_incidents(workspace) == []
    assert workspace.database.query("select * from artifact_observation where artifact_id = 'b'") == []
    assert workspace.database.query("select * from artifact_proof where artifact_id = 'b'") == []
    workspace.run("check")


def test_a_verify_that_looked_before_a_correction_does_not_undo_it(workspace):
    process, gate = pause(workspace, "artifacts.before_telling", "artifacts", "verify")
    workspace.run(*MOVE)
    workspace.run(*FORGET)
    let_go(process, gate)
    assert process.returncode == 3
    assert open_incidents(workspace) == []
