# SPDX-License-Identifier: Apache-2.0
"""Every --json output is held against the schema that docs/schemas publishes, by Python's jsonschema."""
import json

import pytest
from schemas import SOURCE, hold, validator
from workspace import row


@pytest.fixture
def drifted(workspace):
    """Three rows: one in step, one written to, one gone; and a file without a row."""
    for name in ("a", "b", "c"):
        workspace.write(f"{name}.bin", name * 100)
    workspace.database.insert("artifacts", [row(name, f"{name}.bin") for name in ("a", "b", "c")])
    workspace.run("artifacts", "backfill")
    workspace.write("b.bin", "another")
    (workspace.data / "c.bin").unlink()
    workspace.write("new.bin", "new")
    return workspace


@pytest.mark.parametrize("schema", sorted(p.name for p in (SOURCE / "docs/schemas").glob("*.schema.json")))
def test_every_schema_is_a_valid_2020_12_schema(schema):
    validator(schema.removesuffix(".schema.json"))


def test_check(drifted):
    report = drifted.json("check", expect=1)
    hold("check", report)
    assert report["conclusion"] == "findings" and report["exit_code"] == 1
    assert {each["rule"] for check in report["checks"] for subject in check["subjects"] for each in subject["findings"]} == {
        "artifact.modified", "artifact.missing", "artifact.unrecorded_file"}
    assert report == {**report, **json.loads(drifted.run("check", "--format", "json", expect=1).stdout),
                      "started_at": report["started_at"], "ended_at": report["ended_at"], "checks": report["checks"]}


def test_check_of_a_workspace_without_checks(tmp_path, binary, sqlite_workspace):
    (sqlite_workspace.folder / "holdfast.toml").write_text(f'[workspace]\ncatalog = "{sqlite_workspace.database.url}"\n')
    report = sqlite_workspace.json("check", expect=3)
    hold("check", report)
    assert report["complete"] is False and report["checks"] == []


def test_a_check_that_could_not_be_done(sqlite_workspace):
    sqlite_workspace.configure('source = "sqlite:nowhere.db"')
    report = sqlite_workspace.json("check", expect=3)
    hold("check", report)
    assert report["checks"][0]["error"]["code"] == "not_found"


def test_events(drifted):
    drifted.run("check", expect=1)
    for command in (["events", "list"], ["events", "tail", "--lines", "3"]):
        lines = drifted.run(*command, "--json").stdout.splitlines()
        assert lines
        for line in lines:
            hold("event", json.loads(line))
    hold("events-verify", drifted.json("events", "verify"))


def test_a_broken_event_log(drifted):
    drifted.run("check", expect=1)
    drifted.database.execute("update event set actor = 'mallory' where seq = 2")
    proof = drifted.json("events", "verify", expect=5)
    hold("events-verify", proof)
    assert proof["unbroken"] is False and proof["broken_at"] == 2


def test_incidents_and_waivers(drifted):
    drifted.run("check", expect=1)
    listed = drifted.json("incidents", "list")
    hold("incidents", listed)
    assert {each["subject"] for each in listed["incidents"]} == {"artifact:atlas/b", "artifact:atlas/c"}
    dry = drifted.json("waive", "artifact:atlas/b", "--reason", "agreed", "--expires", "30d", "--dry-run")
    hold("waivers", dry)
    assert drifted.json("waive", "list") == {"waivers": []}
    hold("waivers", drifted.json("waive", "artifact:atlas/b", "--reason", "agreed", "--expires", "30d", "--owner", "ana"))
    hold("waivers", drifted.json("waive", "list"))
    for command in ("show", "report"):
        incident = drifted.json("incidents", command, "artifact:atlas/b")
        hold("incident", incident)
        assert [each["owner"] for each in incident["waivers"]] == ["ana"]
        assert {"incident.opened", "artifact.modified", "waiver.granted"} <= {each["name"] for each in incident["events"]}
    hold("waive-revoke", drifted.json("waive", "revoke", "1"))


def test_configuration_and_migrations(workspace, tmp_path):
    hold("config", workspace.json("config", "show"))
    hold("migrate-status", workspace.json("migrate", "status"))
    hold("migrate", workspace.json("migrate", "upgrade"))
    hold("migrate", workspace.json("migrate", "downgrade", "--to", "1", "--dry-run"))
    hold("init", workspace.json("init", str(tmp_path / "made")))
    hold("init", workspace.json("init", str(tmp_path / "not-made"), "--dry-run"))
    assert (tmp_path / "made/holdfast.toml").exists() and not (tmp_path / "not-made").exists()


def test_doctor_and_explain(workspace):
    report = workspace.json("doctor")
    hold("doctor", report)
    assert report["fit"] is True
    hold("explain", workspace.json("explain"))
    hold("explain", workspace.json("explain", "artifact.modified"))


def test_artifacts(drifted):
    commands = ((["verify"], 1), (["verify", "--quick"], (1, 3)), (["scrub", "--every-byte-within", "30d"], (0, 1, 3)), (["report"], None))
    for command, expect in commands:
        hold(f"artifacts-{command[0]}", drifted.json("artifacts", *command, expect=expect))
    hold("artifacts-backfill", drifted.json("artifacts", "backfill", "--recheck", "--max-drift", "50%", expect=(1, 4)))
    for command in ("residual", "journal"):
        lines = drifted.run("artifacts", command, "--json", expect=None).stdout.splitlines()
        assert lines
        for line in lines:
            hold(f"artifacts-{command}", json.loads(line))
    hold("artifacts-prepare", drifted.json("artifacts", "prepare"))
