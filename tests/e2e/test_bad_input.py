# SPDX-License-Identifier: Apache-2.0
"""Bad input gets a clear error that names the thing, an exit code, and loses nothing."""
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import time

import pytest
from pins import SCHEMAS, write_pins
from plain_registry import PlainRegistry
from schemas import hold
from workspace import SqliteDatabase, Workspace, row, sha256sum

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root (mount, other user)")


def said(done):
    return done.stdout + done.stderr


# Configuration

def test_no_configuration(tmp_path, binary):
    done = subprocess.run([binary, "check"], cwd=tmp_path, text=True, capture_output=True, check=False)
    assert done.returncode == 2
    assert "holdfast.toml" in done.stderr and "holdfast init" in done.stderr


@root_only
def test_unreadable_configuration(sqlite_workspace):
    workspace = sqlite_workspace
    (workspace.folder / "holdfast.toml").chmod(0o600)
    done = as_nobody(workspace, "check")
    assert done.returncode == 2
    assert "holdfast.toml" in done.stderr and "Permission denied" in done.stderr


def as_nobody(workspace, *arguments):
    """Runs as another user, who may enter the folders above."""
    for folder in [workspace.folder, *workspace.folder.parents]:
        if str(folder).startswith("/tmp/"):
            folder.chmod(0o777)
    binary = workspace.folder / "holdfast-copy"
    shutil.copy(workspace.binary, binary)
    binary.chmod(0o755)
    return subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", str(binary), *map(str, arguments)],
                          cwd=workspace.folder, text=True, capture_output=True, check=False)


@root_only
def test_the_incident_of_a_folder_is_resolved_once_it_can_be_listed_again(sqlite_workspace):
    workspace = sqlite_workspace
    closed = workspace.write("closed/a.bin", "a").parent
    workspace.write("k.bin", "k")
    workspace.add_row("k", "k.bin")
    workspace.run("artifacts", "backfill")
    for path in [workspace.folder.parent, *workspace.folder.parent.rglob("*")]:
        os.chown(path, 65534, 65534)
    closed.chmod(0)
    assert as_nobody(workspace, "check").returncode == 1
    incidents = "select subject, resolved_at from incident"
    [opened] = workspace.database.query(incidents)
    assert opened["subject"].startswith("file:atlas/") and opened["resolved_at"] is None
    closed.chmod(0o755)
    done = as_nobody(workspace, "check")
    assert done.returncode == 0, said(done)
    [resolved] = workspace.database.query(incidents)
    assert resolved["resolved_at"] is not None


def test_a_workspace_with_nothing_to_check_is_no_pass(tmp_path, binary):
    (tmp_path / "holdfast.toml").write_text('[workspace]\nname = "empty"\ncatalog = "sqlite:catalog.db"\n')
    subprocess.run([binary, "migrate", "upgrade"], cwd=tmp_path, check=True, capture_output=True)
    done = subprocess.run([binary, "check"], cwd=tmp_path, text=True, capture_output=True, check=False)
    assert done.returncode == 3
    assert "nothing" in said(done)
    done = subprocess.run([binary, "check", "--fail-open"], cwd=tmp_path, text=True, capture_output=True, check=False)
    assert done.returncode == 3, "nothing was absent: there was nothing to look at"
    done = subprocess.run([binary, "check", "--fail-open", "--format", "json"], cwd=tmp_path, text=True, capture_output=True, check=False)
    assert '"complete": false' in done.stdout or '"complete":false' in done.stdout


@pytest.mark.parametrize("mask", [0o022, 0o000, 0o077])
def test_a_catalog_is_for_its_user_alone_wherever_it_lies(tmp_path, binary, mask):
    """In a folder that all may enter (/dev/shm, /tmp) nobody else reads it; who wants that says so, and it stays so."""
    (tmp_path / "holdfast.toml").write_text('[workspace]\nname = "x"\ncatalog = "sqlite:kept/catalog.db"\n')
    run = {"cwd": tmp_path, "check": True, "capture_output": True, "preexec_fn": lambda: os.umask(mask)}
    subprocess.run([binary, "migrate", "upgrade"], **run)
    catalog = tmp_path / "kept/catalog.db"
    reader = sqlite3.connect(catalog)  # keeps the files beside it
    reader.execute("begin")
    reader.execute("select * from event").fetchall()
    subprocess.run([binary, "events", "list"], **run)
    files = sorted(catalog.parent.iterdir())
    assert [path.name for path in files] == ["catalog.db", "catalog.db-shm", "catalog.db-wal"]
    assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o600"}
    reader.close()
    catalog.chmod(0o660)
    subprocess.run([binary, "migrate", "upgrade"], **run)
    assert catalog.stat().st_mode & 0o777 == 0o660, "what somebody set is kept"


def test_a_source_without_rows_is_told_with_what_makes_them(sqlite_workspace):
    said = " ".join(sqlite_workspace.run("check", expect=3).stdout.split())
    assert "nothing was evaluated: there is nothing to look at; holdfast artifacts import atlas --from-folder FOLDER makes rows" in said
    assert "holdfast artifacts backfill atlas records them" in sqlite_workspace.run("artifacts", "verify", expect=3).stdout
    scrub = sqlite_workspace.run("artifacts", "scrub", "--every-byte-within", "10d", expect=3)
    assert "holdfast artifacts backfill atlas records them" in scrub.stdout
    assert "holdfast artifacts import atlas --from-folder FOLDER" in sqlite_workspace.run("artifacts", "backfill", expect=3).stderr


@pytest.mark.parametrize("words", [["check"], ["artifacts", "verify"], ["artifacts", "backfill"]])
def test_a_database_that_is_not_there_is_told_with_the_key_that_names_it(sqlite_workspace, words):
    done = sqlite_workspace.run("--set", "artifacts.atlas.source=sqlite:nowhere.db", *words, expect=(2, 3))
    said = " ".join((done.stdout + done.stderr).split())
    assert "nowhere.db: no such file" in said and "hint: name the right database as source of [artifacts.atlas]" in said


def test_failing_open_is_for_what_was_tried_and_never_for_nothing(sqlite_workspace):
    sqlite_workspace.run("check", "--fail-open", expect=3)
    sqlite_workspace.write("a.bin", "a")
    sqlite_workspace.add_row("a", "a.bin")
    sqlite_workspace.run("artifacts", "backfill")
    sqlite_workspace.run("check", "--quick", "--max-age", "1d")
    sqlite_workspace.database.execute("update artifact_proof set proved_at = '2020-01-01T00:00:00.000000Z'")
    sqlite_workspace.run("check", "--quick", "--max-age", "1d", expect=3)
    sqlite_workspace.run("check", "--quick", "--max-age", "1d", "--fail-open")


@pytest.mark.parametrize("table", ["artifact_observation", "event_head"])
def test_a_catalog_that_fails_during_a_check_is_no_pass_whatever_is_asked_for(workspace, table):
    workspace.write("a.bin", "a")
    workspace.add_row("a", "a.bin")
    workspace.run("artifacts", "backfill")
    workspace.run("check")
    workspace.database.execute(f"alter table {table} rename to gone")
    for more in ((), ("--fail-open",), ("--fail-open", "--json")):
        done = workspace.run("check", *more, expect=(2, 5))
        if "--json" in more and done.stdout:
            report = json.loads(done.stdout)
            hold("check", report)
            assert report["exit_code"] == done.returncode and report["complete"] is False


def test_a_nul_in_what_a_registry_says_is_a_finding_like_any_other(workspace):
    """In JSON it is an escape that everybody reads; in PostgreSQL's text and jsonb it has no place."""
    nul, name = "a\0b", "telemetry.FeedbackEvent"
    registry = PlainRegistry()
    try:
        write_pins(workspace.folder / "pins", SCHEMAS)
        for each, schema in SCHEMAS.items():
            registry.publish(each, schema, "1.2.7")
        workspace.configure(extra=f'[schemas.core]\ntrack = "v1"\nfixtures = "pins"\nregistry = "{registry.url}"\n')
        old = SCHEMAS[name]
        changed = {**old, "title": nul, "properties": {**old["properties"], nul: {"enum": [nul]}}, "required": [*old["required"], nul]}
        registry.publish(name, changed, "1.3.0")
        assert "required_added" in workspace.run("check", "schemas", expect=1).stdout
        assert workspace.json("incidents", "list")["incidents"][0]["subject"] == f"schema:core/{name}"
        workspace.run("schemas", "check", "core", "--output", "out.json", expect=1)
        workspace.run("schemas", "fetch", "core", "--accept", "breaking")
        workspace.run("check", "schemas")
        registry.publish(name, {**changed, "title": "other"}, nul)
        workspace.run("check", "schemas", "--fail-on", "note", expect=1)
        workspace.run("schemas", "fetch", "core", expect=None)
        assert workspace.run("events", "verify").returncode == 0
    finally:
        registry.close()


@pytest.mark.parametrize("text,names", [
    ('[workspace]\nname = "x"\ncatalogue = "sqlite:c.db"\n', ["holdfast.toml:3", "catalogue", "catalog"]),
    ('[workspace]\nname = "x"\n[artifacts.a]\nroots_ = "d"\n', ["holdfast.toml:4", "roots_", "root"]),
    ('[workspace]\nname = "x"\n[artefacts.a]\nroot = "d"\n', ["holdfast.toml:3", "artefacts", "artifacts"]),
    ('[workspace]\nname = 7\n', ["holdfast.toml:2", "name"]),
    ('[workspace]\nname = "x"\ncatalog = "mysql://h/d"\n', ["mysql", "sqlite:", "postgresql://"]),
    ('[workspace]\nname = "x"\ncatalog = "postgresql://u:geheim@127.0.0.1:1/d"\n', ["127.0.0.1"]),
    ('[workspace]\nname = "x"\ncatalog = "${HOLDFAST_NOT_SET}"\n', ["HOLDFAST_NOT_SET", "holdfast.toml:3"]),
    ('[workspace\nname = "x"\n', ["holdfast.toml:1"]),
    ('[workspace]\nname = "x"\n[artifacts.a]\nroot = "not-there"\n', ["not-there"]),
    ('[workspace]\nname = "x"\n[artifacts.a]\nroot = "."\nignore = [""]\n', ["holdfast.toml:5", "ignore", "empty"]),
])
def test_configuration_errors_name_file_line_and_key(tmp_path, binary, text, names):
    (tmp_path / "holdfast.toml").write_text(text)
    subprocess.run([binary, "migrate", "upgrade"], cwd=tmp_path, capture_output=True, check=False)
    done = subprocess.run([binary, "check"], cwd=tmp_path, text=True, capture_output=True, check=False)
    assert done.returncode in (2, 3), said(done)
    unwrapped = "".join(said(done).split())  # a table folds long messages
    for name in names:
        assert name in unwrapped
    assert "geheim" not in unwrapped


# Catalog

def test_a_catalog_of_another_version_is_refused(workspace):
    workspace.write("a.bin", "a")
    workspace.add_row("a", "a.bin")
    newest = workspace.database.query("select max(version) as newest from schema_migration")[0]["newest"]
    workspace.database.execute(
        f"insert into schema_migration(version, name, checksum, applied_at) values ({newest + 1}, 'later', 'x', '2030-01-01T00:00:00.000000Z')")
    done = workspace.run("check", expect=4)
    assert "newer" in said(done)
    workspace.database.execute(f"delete from schema_migration where version > {newest}")
    workspace.run("migrate", "downgrade", "--to", newest - 1 if newest < 100 else 0)
    done = workspace.run("check", expect=4)
    assert "holdfast migrate upgrade" in said(done)
    workspace.run("migrate", "upgrade")


def test_a_locked_catalog_is_refused_and_names_the_way_out(sqlite_workspace):
    workspace = sqlite_workspace
    workspace.write("a.bin", "a")
    workspace.add_row("a", "a.bin")
    with contextlib.closing(sqlite3.connect(workspace.database.path, isolation_level=None)) as other:
        other.execute("begin immediate")
        done = workspace.run("artifacts", "backfill", expect=4)
        assert "lock" in said(done)
        other.execute("rollback")
    assert "file_sha256" not in workspace.rows()["a"]["metadata"]
    workspace.run("artifacts", "backfill")


def test_a_catalog_that_is_no_database(sqlite_workspace):
    workspace = sqlite_workspace
    for name in ("catalog.db-wal", "catalog.db-shm"):
        (workspace.database.path.parent / name).unlink(missing_ok=True)
    workspace.database.path.write_bytes(b"this is no database" * 1000)
    done = workspace.run("check", expect=5)
    assert "catalog.db" in said(done)
    assert workspace.database.path.read_bytes().startswith(b"this is no database")


def test_the_database_goes_away_in_the_middle(tmp_path, binary):
    support = os.path.join(os.path.dirname(__file__), "..", "support", "pg_private.sh")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hf-server-"))  # the server's own user must be able to get there
    folder.chmod(0o755)
    url = subprocess.run([support, "start", str(folder)], text=True, capture_output=True, check=True).stdout.strip()
    from workspace import PostgresDatabase
    workspace = Workspace.make(tmp_path / "workspace", binary, PostgresDatabase(url, url))
    stopped = True
    try:
        for index in range(30):
            workspace.write(f"{index}.bin", str(index))
            workspace.add_row(f"a{index:02d}", f"{index}.bin")
        gate = tmp_path / "gate"
        process = workspace.start("artifacts", "backfill", "--commit-every", "5",
                                  env={"HOLDFAST_FAILPOINTS": f"artifacts.before_commit=pause:{gate}"})
        while not gate.exists():
            assert process.poll() is None, process.communicate()
        subprocess.run([support, "crash", str(folder)], check=True, capture_output=True)
        gate.unlink()
        out, err = process.communicate(timeout=120)
        assert process.returncode == 5, out + err
        assert "connection" in err or "server" in err
        url = subprocess.run([support, "start", str(folder)], text=True, capture_output=True, check=True).stdout.strip()
        workspace.database.url = url
        workspace.configure()
        stopped = False
        workspace.run("artifacts", "backfill")
        digests = sha256sum(workspace.data)
        for each in workspace.rows().values():
            assert each["metadata"]["file_sha256"] == digests[each["file_path"]]
        assert len(workspace.journal()) == 30
    finally:
        subprocess.run([support, "stop", str(folder)], capture_output=True, check=stopped is False)
        shutil.rmtree(folder)


@root_only
def test_a_full_disk_loses_nothing(tmp_path, binary):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1000k", "tmpfs", str(small)], capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("may not mount a tmpfs here")
    try:
        workspace = Workspace.make(tmp_path / "workspace", binary, SqliteDatabase(small / "catalog.db"))
        count = 600
        rows = []
        for index in range(count):
            workspace.write(f"{index}.bin", str(index))
            rows.append(row(f"a{index:04d}", f"{index}.bin", metadata='{"note": "%s"}' % ("x" * 20)))
        workspace.database.insert("artifacts", rows)
        fill = small / "filler"
        free = shutil.disk_usage(small).free
        fill.write_bytes(b"x" * max(0, free - 60_000))
        done = workspace.run("artifacts", "backfill", "--commit-every", "20", expect=5)
        assert "full" in said(done) or "No space" in said(done)
        fill.unlink()
        subprocess.run(["mount", "-o", "remount,size=40m", str(small)], check=True)
        workspace.run("artifacts", "backfill")
        digests = sha256sum(workspace.data)
        assert all(each["metadata"]["file_sha256"] == digests[each["file_path"]] for each in workspace.rows().values())
        assert len(workspace.journal()) == count
        workspace.run("events", "verify")
    finally:
        subprocess.run(["umount", str(small)], check=True)


@root_only
def test_a_report_on_a_full_disk_leaves_the_old_one(tmp_path, binary):
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)], capture_output=True, check=False).returncode:
        pytest.skip("may not mount a tmpfs here")
    try:
        workspace = Workspace.make(tmp_path / "workspace", binary, SqliteDatabase(tmp_path / "catalog.db"))
        workspace.database.insert("artifacts", [row(f"a{i}", f"gone/{i}.bin") for i in range(3000)])
        (small / "residual.jsonl").write_text("the old list\n")
        done = workspace.run("artifacts", "backfill", "--residual", small / "residual.jsonl", expect=5)
        assert "residual.jsonl" in said(done)
        assert (small / "residual.jsonl").read_text() == "the old list\n"
        assert os.listdir(small) == ["residual.jsonl"]
    finally:
        subprocess.run(["umount", str(small)], check=True)


# Files and rows

def test_what_is_no_plain_file_beneath_the_root_is_refused_by_rule(workspace):
    (workspace.folder / "outside.bin").write_text("secret")
    (workspace.data / "folder").mkdir(parents=True)
    (workspace.data / "loop").symlink_to("loop")
    (workspace.data / "way-out").symlink_to("../outside.bin")
    (workspace.data / "inside").symlink_to("good.bin")
    os.mkfifo(workspace.data / "fifo")
    workspace.write("good.bin", "good")
    paths = {"folder": "folder", "loop": "loop", "link_out": "way-out", "dots": "../outside.bin", "absolute": "/etc/passwd",
             "fifo": "fifo", "good": "good.bin", "link_in": "inside", "empty": "", "under_file": "good.bin/x"}
    workspace.database.insert("artifacts", [row(name, path) for name, path in paths.items()])
    workspace.database.insert("artifacts", [row("null", None)])
    workspace.run("artifacts", "backfill", "--residual", "residual.jsonl", expect=1)
    rows = workspace.rows()
    assert {name for name, each in rows.items() if "file_sha256" in each["metadata"]} == {"good", "link_in"}
    import json
    reasons = {}
    for line in (workspace.folder / "residual.jsonl").read_text().splitlines():
        entry = json.loads(line)
        reasons[entry["artifact_id"]] = entry["reason"]
    assert set(reasons) == set(paths) - {"good", "link_in"} | {"null"}
    done = workspace.run("check", "--format", "json", expect=1)
    rules = {f["subject"].split("/")[-1]: f["rule"] for f in findings_of(json.loads(done.stdout))}
    assert rules["folder"] == rules["fifo"] == "artifact.not_a_file"
    assert rules["link_out"] == rules["dots"] == rules["absolute"] == "artifact.escapes_root"
    assert rules["loop"] in ("artifact.unreadable", "artifact.escapes_root", "artifact.not_a_file")


def findings_of(report):
    found = []
    for check in report["checks"]:
        for subject in check["subjects"]:
            found += subject["findings"]
    return found


def test_a_name_that_is_not_utf8(sqlite_workspace):
    workspace = sqlite_workspace
    os.makedirs(workspace.data, exist_ok=True)
    with open(os.fsencode(workspace.data) + b"/caf\xe9.bin", "wb") as out:
        out.write(b"x")
    workspace.write("a.bin", "a")
    workspace.add_row("a", "a.bin")
    workspace.run("artifacts", "backfill")
    done = workspace.run("check", "--all")
    assert "caf%E9.bin" in done.stdout
    done = workspace.run("artifacts", "import", "--from-folder", "data", expect=(0, 1, 2))
    assert "caf%E9.bin" in said(done)


def test_metadata_that_is_no_object_is_never_written(workspace):
    for name, metadata in [("array", "[1, 2]"), ("number", "7"), ("text", '"words"'), ("null_json", "null")]:
        workspace.write(f"{name}.bin", name)
        workspace.add_row(name, f"{name}.bin", metadata=metadata)
    workspace.write("absent.bin", "absent")
    workspace.add_row("absent", "absent.bin", metadata=None)
    before = workspace.rows()
    done = workspace.run("artifacts", "backfill", expect=1)
    assert "array" in said(done)
    after = workspace.rows()
    for name in ("array", "number", "text"):
        assert after[name] == before[name]
    assert after["absent"]["metadata"]["file_sha256"] == sha256sum(workspace.data)["absent.bin"]


def test_a_recorded_hash_that_is_no_hash(workspace):
    digests = {}
    for name, recorded in [("short", "abc"), ("words", "not a hash at all"), ("upper", None), ("prefixed", None), ("number", 12)]:
        workspace.write(f"{name}.bin", name)
        digests = sha256sum(workspace.data)
        if name == "upper":
            recorded = digests["upper.bin"].upper()
        if name == "prefixed":
            recorded = "sha256:" + digests["prefixed.bin"]
        text = recorded if isinstance(recorded, int) else f'"{recorded}"'
        workspace.add_row(name, f"{name}.bin", metadata='{"file_sha256": %s}' % text)
    done = workspace.run("check", "--format", "json", expect=1)
    import json
    rules = {f["subject"].split("/")[-1]: f["rule"] for f in findings_of(json.loads(done.stdout))}
    assert {name: rule for name, rule in rules.items() if rule == "artifact.invalid_record"}.keys() == {"short", "words", "number"}
    assert "upper" not in rules and "prefixed" not in rules
    workspace.run("artifacts", "backfill", expect=1)
    drifted = {each["fields"]["artifact_id"] for each in workspace.events("artifact.content_changed")}
    assert not drifted & {"upper", "prefixed"}
    assert workspace.rows()["short"]["metadata"]["file_sha256"] == digests["short.bin"]
    assert any(each["artifact_id"] == "short" and "abc" in each["old"] for each in workspace.journal()), "the old value is journaled"


def test_two_rows_for_one_file_both_get_the_hash_and_the_file_is_read_once(workspace, tmp_path):
    workspace.write("one.bin", b"x" * 100_000)
    os.link(workspace.data / "one.bin", workspace.data / "hard.bin")
    # A file that was just written to is never lent from one row to another: its identity may not tell the next write.
    while time.time() - os.stat(workspace.data / "one.bin").st_ctime < 2.5:
        time.sleep(0.1)
    workspace.database.insert("artifacts", [row("a", "one.bin"), row("b", "one.bin"), row("c", "./one.bin"), row("d", "hard.bin")])
    summary = workspace.json("artifacts", "backfill")
    right = sha256sum(workspace.data)["one.bin"]
    assert all(each["metadata"]["file_sha256"] == right for each in workspace.rows().values())
    assert summary["size_bytes_read"] == 100_000


def test_zero_rows_is_no_pass(workspace):
    workspace.data.mkdir(exist_ok=True)
    done = workspace.run("artifacts", "backfill", expect=3)
    assert "no rows" in said(done)
    workspace.run("check", expect=3)


def test_a_file_that_disappears_while_it_is_hashed(workspace):
    target = workspace.write("big.bin", b"x" * 20_000_000)
    workspace.add_row("a", "big.bin")
    process = workspace.start("artifacts", "backfill", "--rate", "5MB/s")
    while not os.path.exists(f"/proc/{process.pid}/fd") or str(target) not in open_files(process.pid):
        assert process.poll() is None, process.communicate()
    target.unlink()
    process.communicate(timeout=120)
    assert process.returncode in (0, 1, 3)
    assert "file_sha256" not in workspace.rows()["a"]["metadata"]


def open_files(pid):
    found = []
    with contextlib.suppress(OSError):
        for name in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                found.append(os.readlink(f"/proc/{pid}/fd/{name}"))
    return found


@root_only
def test_an_unreadable_file_is_its_own_verdict(tmp_path, binary):
    workspace = Workspace.make(tmp_path / "workspace", binary, SqliteDatabase(tmp_path / "catalog.db"))
    workspace.write("locked.bin", "locked").chmod(0)
    workspace.write("open.bin", "open")
    workspace.database.insert("artifacts", [row("locked", "locked.bin", metadata='{"file_sha256": "%064x"}' % 3), row("open", "open.bin")])
    tmp_path.chmod(0o777)
    for name in os.listdir(tmp_path):
        if name.startswith("catalog.db"):
            (tmp_path / name).chmod(0o666)
    for folder in (workspace.folder, workspace.data):
        folder.chmod(0o777)
    done = as_nobody(workspace, "artifacts", "backfill")
    assert done.returncode == 1, said(done)
    assert "locked" in said(done)
    rows = workspace.rows()
    assert rows["locked"]["metadata"] == {"file_sha256": f"{3:064x}"}
    assert "file_sha256" in rows["open"]["metadata"]
    done = as_nobody(workspace, "check")
    assert "artifact.unreadable" in said(done)


def test_the_mass_drift_breaker_writes_nothing(workspace):
    for index in range(200):
        workspace.write(f"{index}.bin", str(index))
    digests = sha256sum(workspace.data)
    workspace.database.insert("artifacts", [
        row(f"a{i:03d}", f"{i}.bin", metadata='{"file_sha256": "%s"}' % (digests[f"{i}.bin"] if i < 150 else f"{i:064x}"))
        for i in range(200)])
    before = {name: each["metadata"]["file_sha256"] for name, each in workspace.rows().items()}
    done = workspace.run("artifacts", "backfill", expect=4)
    assert "--max-drift" in said(done)
    assert {name: each["metadata"]["file_sha256"] for name, each in workspace.rows().items()} == before
    workspace.run("artifacts", "backfill", "--max-drift", "50%", expect=1)
    assert all(each["metadata"]["file_sha256"] == digests[each["file_path"]] for each in workspace.rows().values())


def test_refusing_drift_leaves_the_old_hash(workspace):
    workspace.write("a.bin", "a")
    workspace.add_row("a", "a.bin", metadata='{"file_sha256": "%064x"}' % 5)
    workspace.run("artifacts", "backfill", "--on-drift", "refuse", expect=1)
    assert workspace.rows()["a"]["metadata"]["file_sha256"] == f"{5:064x}"
    assert len(workspace.events("artifact.content_changed")) == 1


@pytest.mark.parametrize("arguments,names", [
    (["artifcats", "backfill"], ["artifacts"]),
    (["artifacts", "backfil"], ["backfill"]),
    (["artifacts", "backfill", "--rat", "1MB/s"], ["--rate"]),
    (["artifacts", "backfill", "--rate", "fast"], ["fast"]),
    (["artifacts", "backfill", "--window", "2-6"], ["2-6"]),
    (["artifacts", "backfill", "--shard", "3/2"], ["3/2"]),
    (["artifacts", "backfill", "--jobs", "-1"], ["-1"]),
    (["artifacts", "backfill", "elsewhere"], ["elsewhere", "atlas"]),
    (["check", "artefacts"], ["artifacts"]),
    (["check", "--format", "xml"], ["xml", "sarif"]),
    ([], ["check"]),
])
def test_bad_usage_names_the_value_and_exits_2(sqlite_workspace, arguments, names):
    done = sqlite_workspace.run(*arguments, expect=2)
    for name in names:
        assert name in said(done)
