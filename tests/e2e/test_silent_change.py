# SPDX-License-Identifier: Apache-2.0
"""A flipped bit with restored mtime and size: verify finds it, quick verify says what it can't claim, the scrub finds it in time."""
import json
import os
import subprocess

import pytest
from workspace import PostgresDatabase, SqliteDatabase, Workspace, row, sha256sum


def flip_a_bit(path, offset):
    """Changes one bit and puts the times back; size and inode stay. (ctime moves: only a disk that rots leaves it.)"""
    before = os.stat(path)
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 1]))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = os.stat(path)
    assert (before.st_size, before.st_mtime_ns, before.st_ino) == (after.st_size, after.st_mtime_ns, after.st_ino)


def forget_the_ctime(workspace, path):
    """As after real rot on a disk: the recorded identity is the one the file has now."""
    now = os.stat(path)
    workspace.database.execute(f"update artifact_proof set ctime_ns = {now.st_ctime_ns} where file_path like '%{os.path.basename(path)}'")


def fill(workspace, count=30):
    for index in range(count):
        workspace.write(f"{index:02d}.bin", bytes([index]) * 5000)
    workspace.database.insert("artifacts", [row(f"a{index:02d}", f"{index:02d}.bin") for index in range(count)])
    workspace.run("artifacts", "backfill")


def findings(report):
    return [finding for check in report["checks"] for subject in check["subjects"] for finding in subject["findings"]]


def test_verify_finds_it_and_names_the_disk(workspace):
    fill(workspace)
    workspace.run("artifacts", "verify")
    flip_a_bit(workspace.data / "07.bin", 1234)
    done = workspace.run("artifacts", "verify", expect=1)
    assert "artifact.changed_without_write" in done.stdout
    assert "a07" in done.stdout
    report = json.loads(workspace.run("check", "--format", "json", expect=1).stdout)
    found = findings(report)
    assert [(each["subject"], each["rule"], each["level"]) for each in found] == [
        ("artifact:atlas/a07", "artifact.changed_without_write", "error")]
    witness = found[0]["witness"]
    assert witness["observed_sha256"] == sha256sum(workspace.data)["07.bin"]
    assert witness["recorded_sha256"] == workspace.rows()["a07"]["metadata"]["file_sha256"] != witness["observed_sha256"]
    # An incident is open, and closes when the bit is mended.
    opened = workspace.json("incidents", "list")
    assert [each["subject"] for each in opened["incidents"]] == ["artifact:atlas/a07"]
    flip_a_bit(workspace.data / "07.bin", 1234)
    workspace.run("check")
    assert workspace.json("incidents", "list")["incidents"] == []
    assert [each["name"] for each in workspace.events() if each["name"].startswith("incident.")] == ["incident.opened", "incident.resolved"]


def test_quick_verify_never_says_in_step_by_bytes(workspace):
    fill(workspace)
    done = workspace.run("artifacts", "verify", "--quick")
    assert "identity unchanged since" in done.stdout
    flip_a_bit(workspace.data / "07.bin", 99)
    # The identity moved (ctime): not read, so it can't be called in step.
    workspace.run("artifacts", "verify", "--quick", expect=3)
    # A disk that rots moves nothing: quick verify passes, and says what it did not look at.
    forget_the_ctime(workspace, workspace.data / "07.bin")
    done = workspace.run("artifacts", "verify", "--quick")
    assert "identity unchanged since" in done.stdout
    assert "bytes" in done.stdout
    workspace.run("artifacts", "verify", expect=1)


def test_a_quick_look_takes_nothing_from_what_a_reading_found(workspace):
    fill(workspace)
    flip_a_bit(workspace.data / "07.bin", 99)
    workspace.run("check", expect=1)
    for _ in range(2):
        # The file moved since its proof, which a reading told more of: both are said, and the incident is as grave as before.
        report = json.loads(workspace.run("check", "artifacts", "--quick", "--fail-open", "--format", "json", expect=1).stdout)
        assert [(each["rule"], each["level"]) for each in findings(report)] == [
            ("artifact.identity_changed", "note"), ("artifact.changed_without_write", "error")]
        told = workspace.json("artifacts", "verify", "--quick", expect=1)
        assert [(each["rule"], each["level"]) for each in told["findings"]] == [
            ("artifact.identity_changed", "note"), ("artifact.changed_without_write", "error")]
        [incident] = workspace.json("incidents", "list")["incidents"]
        assert (incident["subject"], incident["level"]) == ("artifact:atlas/a07", "error")
    workspace.run("check", expect=1)
    flip_a_bit(workspace.data / "07.bin", 99)
    workspace.run("check", "artifacts", "--quick", expect=1)  # nobody has read it since it was mended
    workspace.run("check")
    assert workspace.json("incidents", "list")["incidents"] == []


def test_the_cause_is_told_apart(workspace):
    fill(workspace)
    (workspace.data / "01.bin").write_bytes(b"written to")
    (workspace.data / "02.bin.new").write_bytes(bytes([77]) * 5000)
    os.rename(workspace.data / "02.bin.new", workspace.data / "02.bin")
    os.unlink(workspace.data / "03.bin")
    workspace.write("new.bin", "no row")
    report = json.loads(workspace.run("check", "--format", "json", expect=1).stdout)
    rules = {each["subject"].split("/", 1)[1]: (each["rule"], each["level"]) for each in findings(report)}
    assert rules == {"a01": ("artifact.modified", "error"), "a02": ("artifact.replaced", "error"), "a03": ("artifact.missing", "error"),
                     "new.bin": ("artifact.unrecorded_file", "note")} or (
        {key: value for key, value in rules.items() if key.startswith("a0")} ==
        {"a01": ("artifact.modified", "error"), "a02": ("artifact.replaced", "error"), "a03": ("artifact.missing", "error")}
        and ("artifact.unrecorded_file", "note") in rules.values())


def test_a_wrong_size_beside_the_right_hash_is_told_and_corrected(workspace):
    workspace.write("a.bin", "twelve bytes")
    digest = sha256sum(workspace.data)["a.bin"]
    metadata = json.dumps({"file_sha256": digest, "file_size_bytes": 13, "kept": 1})
    workspace.database.insert("artifacts", [row("a", "a.bin", metadata=metadata)])
    told = workspace.json("artifacts", "verify", expect=1)
    assert [(each["rule"], each["level"]) for each in told["findings"]] == [("artifact.wrong_size", "warning")]
    # What reads no bytes says the same, and so does the report of what was seen.
    for command in (["artifacts", "verify", "--quick"], ["check"]):
        assert "artifact.wrong_size" in workspace.run(*command, expect=1).stdout
    assert "artifact.wrong" in workspace.run("artifacts", "report", expect=1).stdout
    workspace.run("artifacts", "backfill", "--only", "a")
    metadata = workspace.rows()["a"]["metadata"]
    assert (metadata["file_sha256"], metadata["file_size_bytes"], metadata["kept"]) == (digest, 12, 1)
    assert [each["reason"] for each in workspace.journal()] == ["size corrected"]
    workspace.run("artifacts", "verify")
    assert workspace.json("incidents", "list")["incidents"] == []


def faked(workspace, moment, *arguments, expect=0):
    done = subprocess.run(["faketime", "-f", f"@{moment}", *workspace.command(*arguments)], cwd=workspace.folder, text=True,
                          capture_output=True, check=False, env={**os.environ, "TZ": "UTC", "NO_FAKE_STAT": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
    codes = expect if isinstance(expect, tuple) else (expect,)
    assert done.returncode in codes, f"{moment} {arguments}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def test_the_scrub_finds_it_within_its_promised_age(sqlite_workspace, release_binary):
    workspace = sqlite_workspace
    workspace.binary = release_binary
    for index in range(60):
        workspace.write(f"{index:02d}.bin", bytes([index]) * 20_000)
    workspace.database.insert("artifacts", [row(f"a{index:02d}", f"{index:02d}.bin") for index in range(60)])
    faked(workspace, "2026-03-01 00:00:00", "artifacts", "backfill")
    flip_a_bit(workspace.data / "31.bin", 7)
    forget_the_ctime(workspace, workspace.data / "31.bin")
    found_on = None
    for day in range(1, 31):
        moment = f"2026-03-{day:02d} 03:00:00"
        done = faked(workspace, moment, "artifacts", "scrub", "--every-byte-within", "10d", "--rate", "50MB/s", expect=(0, 1))
        if "artifact.changed_without_write" in done.stdout:
            found_on = day
            break
    assert found_on is not None and found_on <= 11, found_on


def test_the_scrub_says_at_once_when_the_promise_cannot_be_kept(sqlite_workspace, release_binary):
    workspace = sqlite_workspace
    workspace.binary = release_binary
    fill(workspace, count=10)
    # 50,000 bytes at 1 kB/s take 50 s: not within 10 s.
    done = workspace.run("artifacts", "scrub", "--every-byte-within", "10s", "--rate", "1KB/s", "--limit", "1", expect=(1, 3))
    assert "promise" in done.stdout + done.stderr


def mapped(workspace_folder, binary, database, own, column_type):
    """A workspace over a user's own table with other names, in a database that is not the catalog."""
    workspace = Workspace.make(workspace_folder, binary, database)
    workspace.configure(f'source = "{own.url}"\ntable = "things"\n'
                        'columns = { id = "uid", type = "kind", path = "location", metadata = "extra", title = "" }')
    own.execute(f"create table things(uid text primary key, kind text, location text, content_hash text, extra {column_type}, other integer)")
    return workspace


@pytest.mark.parametrize("column_type", ["jsonb", "json", "text"])
@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
def test_a_users_own_table_with_mapped_columns(tmp_path, binary, backend, column_type):
    if backend == "sqlite":
        own = SqliteDatabase(tmp_path / "own.db")
    else:
        url = os.environ.get("HOLDFAST_TEST_POSTGRES_URL") or pytest.skip("no HOLDFAST_TEST_POSTGRES_URL")
        own = PostgresDatabase.create(url)
    workspace = mapped(tmp_path / "workspace", binary, SqliteDatabase(tmp_path / "catalog.db"), own, column_type)
    kept = '{"b": 1.50, "a": 123456789012345678901234567890, "z": [1,  2]}'
    for index in range(20):
        workspace.write(f"{index}.bin", str(index))
        own.execute(f"insert into things values ('t{index:02d}', 'k', '{index}.bin', 'dedup', '{kept}', 7)")
    done = workspace.run("artifacts", "backfill", expect=2)
    assert "holdfast artifacts prepare" in done.stderr
    workspace.run("artifacts", "prepare")
    workspace.run("artifacts", "backfill")
    digests = sha256sum(workspace.data)
    cast = "extra::text" if backend == "postgres" else "extra"
    for each in own.query(f"select uid, location, content_hash, other, {cast} as extra from things"):
        metadata = json.loads(each["extra"])
        assert metadata.pop("file_sha256") == digests[each["location"]]
        assert metadata.pop("file_size_bytes") == len(each["location"].removesuffix(".bin"))
        assert metadata.pop("file_sha256_computed_at")
        assert metadata == json.loads(kept)
        assert (each["content_hash"], each["other"]) == ("dedup", 7)
        if backend == "postgres" and column_type != "jsonb":
            assert kept[1:-1] in each["extra"], "json and text columns keep the bytes of the other keys"
    assert len(own.query("select * from artifact_metadata_journal")) == 20
    workspace.run("check")
    own.drop()


def test_report_only_never_writes_to_the_users_database(tmp_path, binary):
    own = SqliteDatabase(tmp_path / "own.db")
    workspace = mapped(tmp_path / "workspace", binary, SqliteDatabase(tmp_path / "catalog.db"), own, "text")
    for index in range(5):
        workspace.write(f"{index}.bin", str(index))
        own.execute(f"insert into things values ('t{index}', 'k', '{index}.bin', 'dedup', '{{\"keep\": 1}}', 7)")
    before = own.path.read_bytes()
    workspace.run("artifacts", "backfill", "--report-only", "--sql-patch", "patch.sql", expect=(0, 1))
    assert own.path.read_bytes() == before
    # The patch, once reviewed and applied by sqlite3, does what the backfill would have done.
    subprocess.run(["sqlite3", "-bail", str(own.path)], input=(workspace.folder / "patch.sql").read_text(), text=True, check=True)
    digests = sha256sum(workspace.data)
    for each in own.query("select * from things"):
        assert json.loads(each["extra"])["file_sha256"] == digests[each["location"]]
        assert json.loads(each["extra"])["keep"] == 1


def test_a_hint_that_is_followed_accepts_one_file_and_no_other(workspace):
    fill(workspace, 5)
    workspace.run("artifacts", "verify")
    workspace.write("01.bin", b"edited on purpose")
    flip_a_bit(workspace.data / "03.bin", 7)
    found = {each["subject"]: each for each in findings(json.loads(workspace.run("check", "--format", "json", expect=1).stdout))}
    hint = found["artifact:atlas/a01"]["hint"]
    command = hint[hint.index("holdfast artifacts backfill"):].split()[1:]
    assert command == ["artifacts", "backfill", "atlas", "--only", "a01"]
    workspace.run(*command, expect=1)
    left = findings(json.loads(workspace.run("check", "--format", "json", expect=1).stdout))
    assert [(each["subject"], each["rule"]) for each in left] == [("artifact:atlas/a03", "artifact.changed_without_write")]
    # And whoever records everything is told what was not, and keeps the incident.
    before = workspace.rows()["a03"]["metadata"]["file_sha256"]
    done = workspace.run("artifacts", "backfill", "--recheck", expect=1)
    assert "--on-drift record-all" in done.stderr
    assert workspace.rows()["a03"]["metadata"]["file_sha256"] == before
    assert len(workspace.json("incidents", "list")["incidents"]) == 1
    workspace.run("artifacts", "backfill", "--only", "a03", "--on-drift", "record-all", expect=1)
    workspace.run("check")


def test_rows_that_are_named_are_chosen_by_nothing_else(sqlite_workspace):
    done = sqlite_workspace.run("artifacts", "backfill", "--only", "a", "--recheck", expect=2)
    assert "--only names the rows" in done.stderr
