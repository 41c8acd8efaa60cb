# SPDX-License-Identifier: Apache-2.0
"""A table of the user's own: what README says about it, word for word, and what is said where something of it is missing."""
import json
import pathlib
import re

import pytest
from workspace import Workspace, sha256sum

README = (pathlib.Path(__file__).resolve().parents[2] / "README.md").read_text()
FOUR_COLUMNS = 'columns = { id = "id", type = "artifact_type", path = "file_path", metadata = "metadata" }'


@pytest.fixture
def own(tmp_path, binary, own_database):
    """A holdfast.toml with an own table of four columns in another database than the catalog's; nothing was made yet."""
    json_type = "jsonb" if own_database.backend == "postgres" else "text"
    own_database.execute(f"create table mine(id text primary key, artifact_type text, file_path text, metadata {json_type})")
    return configured(tmp_path, binary, own_database, FOUR_COLUMNS)


def configured(tmp_path, binary, database, columns, table="mine"):
    made = Workspace(tmp_path / "workspace", binary, database)
    made.data.mkdir(parents=True, exist_ok=True)
    (made.folder / "holdfast.toml").write_text(
        f'[artifacts.mine]\nsource = "{database.url}"\ntable = "{table}"\n{columns}\nroot = "data"\n')
    return made


def test_the_sequence_of_the_readme_ends_in_step(own):
    assert FOUR_COLUMNS in README
    block = re.search(r"For a table of yours.*?```\n(.*?)```", README, re.S)[1]
    commands = [line.split("#")[0].split()[1:] for line in block.splitlines() if line.startswith("holdfast ")]
    assert commands == [["migrate", "upgrade"], ["artifacts", "prepare"], ["artifacts", "backfill"], ["check"]]
    own.write("a.bin", "bytes")
    own.database.insert("mine", [{"id": "a", "artifact_type": "figure", "file_path": "a.bin", "metadata": "{}"}])
    for command in commands:
        own.run(*command)
    kept = own.database.query("select metadata from mine")[0]["metadata"]
    assert (kept if isinstance(kept, dict) else json.loads(kept))["file_sha256"] == sha256sum(own.data)["a.bin"]


def test_a_row_whose_metadata_is_damaged_is_told_and_never_passed_over(own):
    own.run("migrate", "upgrade")
    own.run("artifacts", "prepare")
    damaged = {"list": "[1, 2]"}
    if own.database.backend == "sqlite":
        damaged |= {"torn": '{"file_sha256": "ab', "twice": '{"file_sha256": null, "file_sha256": "ab"}',
                    "marked_twice": '{"file_sha256_computed_at": "x", "file_sha256_computed_at": "y"}'}
    subjects = {f"artifact:mine/{each}" for each in damaged}
    own.database.insert("mine", [{"id": each, "artifact_type": "figure", "file_path": "a.bin", "metadata": text} for each, text in
                                 {"good": "{}", **damaged}.items()])
    own.write("a.bin", "bytes")
    own.run("artifacts", "backfill", "--only", "good")
    for command in (["artifacts", "scrub", "--every-byte-within", "30d"], ["artifacts", "verify"], ["artifacts", "verify", "--quick"]):
        told = own.json(*command, expect=1)
        assert told["counts"]["unknown"] == len(damaged), command
        assert {each["subject"] for each in told["findings"] if each["rule"] == "artifact.invalid_record"} == subjects
    assert {each["subject"] for each in own.json("incidents", "list")["incidents"]} == subjects
    own.run("check", expect=1)
    done = own.run("artifacts", "export", expect=3)
    assert f"{len(damaged)} row" in done.stderr
    assert sum(each["rule"] == "artifact.invalid_record" for each in own.json("artifacts", "report", expect=None)["findings"]) == len(damaged)


PUT_BACK = {
    "sqlite": "create trigger puts_back after update on mine when old.id = 'b' begin update mine set metadata = old.metadata where id = old.id; end",
    "postgres": "create function puts_back() returns trigger language plpgsql as $$ begin new.metadata := old.metadata; return new; end $$;"
                "create trigger puts_back before update on mine for each row when (old.id = 'b') execute function puts_back()",
}


def test_a_write_that_a_trigger_takes_back_is_told_and_not_journaled(own):
    own.run("migrate", "upgrade")
    own.run("artifacts", "prepare")
    for each in "abc":
        own.write(each, each)
    own.database.insert("mine", [{"id": each, "artifact_type": "figure", "file_path": each, "metadata": "{}"} for each in "abc"])
    own.database.execute(PUT_BACK[own.database.backend])
    done = own.run("artifacts", "backfill", "--residual", "left.jsonl", expect=1)
    assert "triggers or rules on the table" in " ".join(done.stderr.split())
    left = [json.loads(line) for line in (own.folder / "left.jsonl").read_text().splitlines()]
    assert [(each["artifact_id"], each["reason"]) for each in left] == [("b", "write_altered")]
    assert [each["artifact_id"] for each in own.journal()] == ["a", "c"]
    kept = {each["id"]: each["metadata"] for each in own.database.query("select id, metadata from mine")}
    assert "file_sha256" in str(kept["a"]) and "file_sha256" in str(kept["c"]) and "file_sha256" not in str(kept["b"])


def test_the_hint_for_a_missing_catalog_mends_it(own):
    for command in (["check"], ["artifacts", "backfill"], ["doctor"]):
        done = own.run(*command, expect=(2, 3))
        said = " ".join((done.stdout + done.stderr).split())
        assert "holdfast migrate upgrade" in said and "holdfast init makes it" not in said
    own.run("migrate", "upgrade")
    assert "migrate upgrade" not in own.run("check", expect=None).stderr


@pytest.mark.parametrize("columns", ["", 'columns = { path = "file_path" }'])
def test_columns_that_nobody_named_may_be_absent(tmp_path, binary, own_database, columns):
    own_database.execute("create table mine(id text primary key, file_path text, metadata text)")
    made = configured(tmp_path, binary, own_database, columns)
    made.write("a.bin", "bytes")
    made.run("migrate", "upgrade")
    made.run("artifacts", "prepare")
    made.run("artifacts", "import", "--from-folder", "data")
    made.run("artifacts", "backfill")
    made.run("check")


def test_all_missing_columns_are_one_error(tmp_path, binary, own_database):
    own_database.execute("create table mine(key text primary key, ort text)")
    made = configured(tmp_path, binary, own_database, 'columns = { title = "name", path = "ort" }')
    made.run("migrate", "upgrade")
    done = made.run("artifacts", "backfill", expect=2)
    said = " ".join(done.stderr.split())
    assert 'has no columns "id" (id), "name" (title), "metadata" (metadata); it has key, ort' in said
    assert "artifact_type" not in said


def test_sqlite_takes_a_path_as_id_where_the_integer_is_not_the_rowid(tmp_path, binary, own_database):
    if own_database.backend != "sqlite":
        pytest.skip("PostgreSQL holds a column to its type")
    own_database.execute("create table mine(id integer unique, file_path text, metadata text)")
    made = configured(tmp_path, binary, own_database, "")
    made.write("a.bin", "a")
    made.run("migrate", "upgrade")
    made.run("artifacts", "prepare")
    made.run("artifacts", "import", "--from-folder", "data")
    assert own_database.query("select id from mine") == [{"id": "a.bin"}]


@pytest.mark.parametrize("key", ["integer primary key", "bigint primary key"])
def test_an_import_into_a_table_with_an_integer_key_says_what_to_do(tmp_path, binary, own_database, key):
    if own_database.backend == "sqlite" and key.startswith("bigint"):
        pytest.skip("SQLite takes any text there")
    own_database.execute(f"create table mine(id {key}, file_path text, metadata text)")
    made = configured(tmp_path, binary, own_database, "")
    made.write("figures/a.png", "a")
    made.run("migrate", "upgrade")
    made.run("artifacts", "prepare")
    for dry_run in (["--dry-run"], []):
        said = " ".join(made.run("artifacts", "import", "--from-folder", "data", *dry_run, expect=2).stderr.split())
        assert '"figures/a.png"' in said and 'column "id" of table "mine" takes only whole numbers' in said
        assert "--from-csv" in said and "[artifacts.mine.columns]" in said
    assert own_database.query("select * from mine") == []
    (made.folder / "list.csv").write_text("id,path\n7,figures/a.png\n")
    made.run("artifacts", "import", "--from-csv", "list.csv")
    made.run("artifacts", "backfill")
    made.run("check")


def test_residual_names_the_column_that_is_mapped(tmp_path, binary, own_database):
    own_database.execute("create table mine(id text primary key, ort text, metadata text)")
    own_database.execute("insert into mine values ('null', null, '{}'), ('empty', '', '{}')")
    made = configured(tmp_path, binary, own_database, 'columns = { path = "ort" }')
    made.run("migrate", "upgrade")
    made.run("artifacts", "prepare")
    wanted = {"null": "ort is NULL", "empty": "ort is empty"}
    lines = made.run("artifacts", "residual", "--json", expect=None).stdout.splitlines()
    assert {each["artifact_id"]: each["detail"] for each in map(json.loads, lines)} == wanted
    made.run("artifacts", "backfill", "--residual", "left.jsonl", expect=None)
    lines = (made.folder / "left.jsonl").read_text().splitlines()
    assert {each["artifact_id"]: each["detail"] for each in map(json.loads, lines)} == wanted
