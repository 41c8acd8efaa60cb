# SPDX-License-Identifier: Apache-2.0
"""Files that were moved and rows that are given up: `artifacts move` and `forget`, from outside."""
import json

import pytest
from schemas import hold
from workspace import Workspace, row, sha256sum


@pytest.fixture
def moved(workspace):
    """One file was moved, one removed; both have an incident."""
    for name in ("a", "b", "c"):
        workspace.write(f"{name}.bin", name * 100)
    workspace.database.insert("artifacts", [row(name, f"{name}.bin", metadata='{"kept": 1}', title=name) for name in ("a", "b", "c")])
    workspace.run("artifacts", "backfill")
    (workspace.data / "sub").mkdir()
    (workspace.data / "a.bin").rename(workspace.data / "sub/a moved.bin")
    (workspace.data / "b.bin").unlink()
    workspace.run("check", expect=1)
    return workspace


def incidents(workspace):
    return [each["subject"] for each in workspace.json("incidents", "list")["incidents"]]


def hints(workspace):
    report = workspace.json("check", expect=1)
    return {each["subject"]: each["hint"] for check in report["checks"] for subject in check["subjects"] for each in subject["findings"]}


def test_the_check_names_the_commands_and_they_end_the_incidents(moved):
    told = hints(moved)
    assert "holdfast artifacts move atlas --only a --to 'sub/a moved.bin'" in told["artifact:atlas/a"]
    assert "artifacts forget atlas --only b" in told["artifact:atlas/b"] and "artifacts move atlas --only b --to PATH" in told["artifact:atlas/b"]
    before = moved.rows()
    shape = moved.json("artifacts", "move", "atlas", "--only", "a", "--to", "./sub//a moved.bin", "--reason", "sorted")
    hold("artifacts-move", shape)
    assert shape["confirmed"] is True and (shape["old_path"], shape["file_path"]) == ("a.bin", "sub/a moved.bin")
    after = moved.rows()
    assert after["a"] == {**before["a"], "file_path": "sub/a moved.bin"}, "nothing else was changed"
    assert incidents(moved) == ["artifact:atlas/b"]
    shape = moved.json("artifacts", "forget", "--only", "b", "--reason", "given up")
    hold("artifacts-forget", shape)
    assert shape == {"operation": "artifacts.forget", "source": "atlas", "removed": ["b"], "gone": [], "incidents_withdrawn": 1}
    assert incidents(moved) == [] and sorted(moved.rows()) == ["a", "c"]
    moved.run("check")
    assert "identity unchanged" in moved.run("artifacts", "verify", "--quick").stdout
    # The journal and the events tell it, and the journal can give the row back.
    entries = [each for each in moved.journal() if each["operation"] != "artifacts.backfill"]
    assert [(each["artifact_id"], each["operation"], each["reason"]) for each in entries] == [
        ("a", "artifacts.move", "sorted"), ("b", "artifacts.forget", "given up")]
    assert (json.loads(entries[0]["old"]), json.loads(entries[0]["new"])) == ({"file_path": "a.bin"}, {"file_path": "sub/a moved.bin"})
    kept = json.loads(entries[1]["old"])
    assert entries[1]["new"] is None
    assert (kept["artifact_type"], kept["title"], kept["file_path"], kept["content_hash"]) == ("figure", "b", "b.bin", "dedup")
    assert kept["metadata"] == before["b"]["metadata"] and kept["metadata"]["kept"] == 1
    for line in moved.run("artifacts", "journal", "--json").stdout.splitlines():
        hold("artifacts-journal", json.loads(line))
    names = [each["name"] for each in moved.events() if each["name"].split(".")[1] in ("moved", "forgotten", "resolved", "withdrawn")]
    assert names == ["incident.resolved", "artifact.moved", "incident.withdrawn", "artifact.forgotten"]
    assert "unbroken" in moved.run("events", "verify").stdout
    assert moved.database.query("select * from artifact_proof where artifact_id = 'b'") == []
    assert moved.database.query("select * from artifact_observation where artifact_id = 'b'") == []


@pytest.mark.parametrize(("to", "code", "says"), [
    ("c.bin", 4, "differ from the record"),
    ("nowhere.bin", 2, "no root has nowhere.bin"),
    ("data/sub/a moved.bin", 2, "relative to its root"),
    ("../outside.bin", 2, "leads out of the root"),
    ("/etc/hostname", 2, "outside of the roots"),
    ("", 2, "--to"),
    ("a.bin", 2, "already"),
    ("sub", 4, "no regular file"),
    ("link.bin", 4, "leads out of every root"),
])
def test_a_move_to_what_is_not_the_file_writes_nothing(moved, to, code, says):
    (moved.folder / "outside.bin").write_text("a" * 100)
    (moved.data / "link.bin").symlink_to(moved.folder / "outside.bin")
    before, entries, events = moved.rows(), moved.journal(), moved.events()
    done = moved.run("artifacts", "move", "--only", "a", f"--to={to}", expect=code)
    assert says in done.stderr and "hint:" in done.stderr
    assert (moved.rows(), moved.journal(), moved.events()) == (before, entries, events)


def test_ids_that_nobody_knows_are_named_and_nothing_is_done(moved):
    before = moved.rows()
    assert 'row "x" is not there' in moved.run("artifacts", "move", "--only", "x", "--to", "c.bin", expect=2).stderr
    done = moved.run("artifacts", "forget", "--only", "b", "--only", "x", expect=2)
    assert 'row "x" is not there' in done.stderr and moved.rows() == before and "artifact:atlas/b" in incidents(moved)


def test_a_row_without_a_hash_moves_to_a_file_that_is_there(workspace):
    workspace.write("new.bin", "content")
    workspace.add_row("a", "old.bin")
    shape = workspace.json("artifacts", "move", "--only", "a", "--to", "new.bin")
    assert shape["confirmed"] is False
    workspace.run("artifacts", "backfill")
    assert workspace.rows()["a"]["metadata"]["file_sha256"] == sha256sum(workspace.data)["new.bin"]


def test_in_a_users_table_only_what_is_gone_can_be_forgotten(tmp_path, binary, sqlite_workspace):
    workspace = Workspace(tmp_path / "own", binary, sqlite_workspace.database)
    workspace.data.mkdir(parents=True)
    own = type(sqlite_workspace.database)(workspace.folder / "own.db")
    own.execute("create table artifacts(id text primary key, artifact_type text, file_path text, metadata text)")
    workspace.configure('source = "sqlite:own.db"')
    workspace.run("artifacts", "prepare")
    workspace.write("a.bin", "content")
    own.execute("insert into artifacts values('a', 'figure', 'a.bin', null)")
    workspace.run("artifacts", "backfill")
    (workspace.data / "a.bin").rename(workspace.data / "b.bin")
    workspace.run("artifacts", "verify", expect=1)
    for command in (["move", "--only", "a", "--to", "b.bin"], ["forget", "--only", "a"]):
        done = workspace.run("artifacts", *command, expect=2)
        assert 'table "artifacts", where Holdfast writes nothing but metadata' in done.stderr
    assert "artifacts move" not in workspace.run("artifacts", "verify", expect=1).stdout
    own.execute("delete from artifacts")
    # Nobody can observe what nobody records: only this ends the incident.
    workspace.run("artifacts", "verify", expect=3)
    assert incidents(workspace) == ["artifact:atlas/a"]
    shape = workspace.json("artifacts", "forget", "--only", "a")
    assert shape["gone"] == ["a"] and shape["removed"] == [] and shape["incidents_withdrawn"] == 1
    assert incidents(workspace) == []
    workspace.run("artifacts", "forget", "--only", "a", expect=2)


def test_a_row_of_another_source_is_not_touched(sqlite_workspace):
    workspace = sqlite_workspace
    workspace.write("a.png", "a")
    workspace.database.insert("artifacts", [row("a", "a.png", "figure")])
    workspace.configure('source = "catalog"\nroot = "data"\ntypes = ["notebook"]\n\n[artifacts.figures]\nsource = "catalog"\ntypes = ["figure"]')
    workspace.write("b.png", "a")
    for command in (["move", "atlas", "--only", "a", "--to", "b.png"], ["forget", "atlas", "--only", "a"]):
        assert "none of the source's types" in workspace.run("artifacts", *command, expect=2).stderr
    assert workspace.rows()["a"]["file_path"] == "a.png"
    workspace.run("artifacts", "forget", "figures", "--only", "a")
    assert workspace.rows() == {}


def test_two_rows_are_not_moved_onto_one_file(workspace):
    for name in ("a", "b"):
        workspace.write(f"{name}.bin", "the same")
    workspace.database.insert("artifacts", [row(name, f"{name}.bin") for name in ("a", "b")])
    workspace.run("artifacts", "backfill")
    (workspace.data / "a.bin").rename(workspace.data / "c.bin")
    (workspace.data / "b.bin").unlink()
    told = hints(workspace)
    for name in ("a", "b"):  # nobody knows which of the two it is
        assert f"artifacts move atlas --only {name} --to PATH" in told[f"artifact:atlas/{name}"]
        assert f"artifacts forget atlas --only {name}" in told[f"artifact:atlas/{name}"]
    workspace.run("artifacts", "move", "--only", "a", "--to", "c.bin")
    done = workspace.run("artifacts", "move", "--only", "b", "--to", "c.bin", expect=4)
    assert 'row "a" has the path "c.bin"' in done.stderr
    assert incidents(workspace) == ["artifact:atlas/b"]


def test_a_new_file_at_the_old_path_gets_a_row_of_its_own(workspace):
    workspace.write("r.csv", "2025")
    workspace.run("artifacts", "import", "--from-folder", "data")
    workspace.run("artifacts", "backfill")
    for year in ("2025", "2026"):
        (workspace.data / "r.csv").rename(workspace.data / f"r-{year}.csv")
        row_id = "r.csv" if year == "2025" else "r.csv~2"
        workspace.run("artifacts", "move", "--only", row_id, "--to", f"r-{year}.csv")
        workspace.write("r.csv", f"after {year}")
        workspace.run("artifacts", "import", "--from-folder", "data")
        workspace.run("artifacts", "backfill")
    again = workspace.json("artifacts", "import", "--from-folder", "data")
    assert (again["imported"], again["existing"], again["conflict_count"]) == (0, 3, 0)
    assert {key: each["file_path"] for key, each in workspace.rows().items()} == {
        "r.csv": "r-2025.csv", "r.csv~2": "r-2026.csv", "r.csv~3": "r.csv"}
    workspace.run("check")


def test_a_file_renamed_to_what_is_no_utf8_is_told_with_a_way_out(workspace):
    workspace.write("u.bin", "content")
    workspace.add_row("u", "u.bin")
    workspace.run("artifacts", "backfill")
    (workspace.data / "u.bin").rename(workspace.data / b"u\xff.bin".decode("utf-8", "surrogateescape"))
    told = hints(workspace)
    assert "--to PATH" in told["artifact:atlas/u"]
    assert any("rename it" in hint for subject, hint in told.items() if subject.startswith("file:"))
    done = workspace.run("artifacts", "move", "--only", "u", b"--to=u\xff.bin".decode("utf-8", "surrogateescape"), expect=2)
    assert "is not UTF-8" in done.stderr and "hint:" in done.stderr


def test_rows_whose_text_is_no_utf8_can_be_corrected(sqlite_workspace):
    workspace = sqlite_workspace
    workspace.write("a.bin", "content")
    workspace.database.execute("insert into artifacts(id, artifact_type, title, file_path, metadata) values "
                               "('a', 'figure', cast(x'74ff' as text), cast(x'61ff' as text), '{}')")
    workspace.run("artifacts", "move", "--only", "a", "--to", "a.bin")
    workspace.run("artifacts", "forget", "--only", "a")
    kept = json.loads(workspace.journal()[-1]["old"])
    assert (kept["title"], kept["file_path"]) == ("t%FF", "a.bin")


def test_a_forgotten_row_is_kept_to_the_last_digit(sqlite_workspace):
    workspace = sqlite_workspace
    exact = '{"n": 12345678901234567890123, "x": 0.1000000000000000055511151231257827, "n": 2}'
    workspace.database.insert("artifacts", [row("a", "a.bin", metadata=exact)])
    workspace.run("artifacts", "forget", "--only", "a")
    assert exact in workspace.journal()[0]["old"]


def test_columns_that_are_mapped_otherwise_are_a_table_of_ones_own(sqlite_workspace):
    workspace = sqlite_workspace
    workspace.database.insert("artifacts", [row("1", "a.bin", title="2"), row("2", "b.bin", title="1")])
    workspace.configure('source = "catalog"\ncolumns = { id = "title", title = "id" }')
    workspace.run("artifacts", "forget", "--only", "1", expect=2)
    assert sorted(workspace.rows()) == ["1", "2"]


def test_a_wrong_size_that_is_left_is_told(workspace):
    workspace.write("new.bin", "content")
    digest = sha256sum(workspace.data)["new.bin"]
    workspace.add_row("a", "old.bin", metadata=json.dumps({"file_sha256": digest, "file_size_bytes": 99}))
    workspace.run("check", expect=1)
    done = workspace.run("artifacts", "move", "--only", "a", "--to", "new.bin")
    assert "99 are recorded" in done.stderr and "backfill atlas --only a" in done.stderr
    assert incidents(workspace) == ["artifact:atlas/a"]


def test_a_journal_without_entries_says_so(sqlite_workspace):
    done = sqlite_workspace.run("artifacts", "journal", "--artifact", "nope")
    assert done.stdout == "" and "no entries" in done.stderr
