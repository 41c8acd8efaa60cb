# SPDX-License-Identifier: Apache-2.0
"""What `holdfast doctor` says of each source: its table, its columns, its journal, its root."""
import os

import pytest
from schemas import hold
from workspace import Workspace


@pytest.fixture
def own(tmp_path, binary, own_database):
    made = Workspace(tmp_path / "workspace", binary, own_database)
    made.data.mkdir(parents=True)
    (made.folder / "holdfast.toml").write_text(
        f'[artifacts.mine]\nsource = "{own_database.url}"\ntable = "mine"\ncolumns = {{ id = "key", path = "ort", metadata = "meta" }}\n'
        'root = "data"\n')
    made.run("migrate", "upgrade")
    return made


def examined(workspace, expect=0):
    report = workspace.json("doctor", expect=expect)
    hold("doctor", report)
    return {each["name"]: each for each in report["examined"]}


def test_a_table_that_is_not_there_and_columns_that_are_wrong_fail(own):
    own.database.execute("create table other(id text)")
    line = examined(own, expect=2)["source.mine"]
    assert line["health"] == "fail" and '"mine"' in line["finding"] and "[artifacts.mine]" in line["hint"]
    own.database.execute("create table mine(key text primary key, path text, meta text)")
    line = examined(own, expect=2)["source.mine"]
    assert line["health"] == "fail" and '"ort" (path)' in line["finding"] and "columns" in line["hint"]


def test_a_journal_that_is_not_there_is_a_warning_that_names_the_command(own):
    own.database.execute("create table mine(key text primary key, ort text, meta text)")
    lines = examined(own)
    assert lines["source.mine"]["health"] == "ok" and "path in ort" in lines["source.mine"]["finding"]
    assert lines["journal.mine"]["health"] == "warn" and lines["journal.mine"]["hint"] == "holdfast artifacts prepare mine"
    assert "holdfast artifacts prepare mine" in own.run("doctor").stdout
    own.run("artifacts", "prepare", "mine")
    assert examined(own)["journal.mine"] == {"name": "journal.mine", "health": "ok", "finding": 'table "artifact_metadata_journal"',
                                             "hint": None}


def test_a_source_in_the_catalog_has_both(workspace):
    lines = examined(workspace)
    assert lines["source.atlas"]["health"] == lines["journal.atlas"]["health"] == "ok"


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")
def test_a_root_that_may_not_be_entered_fails(sqlite_workspace):
    for folder in (sqlite_workspace.folder, *sqlite_workspace.folder.parents):
        if folder.stat().st_uid == 0 and folder != folder.parent and folder.stat().st_mode & 5 != 5:
            folder.chmod(0o755)
    sqlite_workspace.data.chmod(0o744)
    done = sqlite_workspace.run("doctor", "--json", expect=2, user=65534)
    assert '"root.atlas"' in done.stdout and "Permission denied" in done.stdout


def test_a_metrics_file_that_no_collector_reads_is_a_warning(sqlite_workspace):
    assert "metrics.textfile" not in examined(sqlite_workspace)
    for name, health in (("holdfast.prom", "ok"), ("holdfast.txt", "warn"), ("holdfast.prom.tmp", "warn"), ("prom", "warn")):
        sqlite_workspace.configure(extra=f'[metrics]\ntextfile = "{name}"\n')
        line = examined(sqlite_workspace)["metrics.textfile"]
        assert line["health"] == health and str(sqlite_workspace.folder / name) in line["finding"], line
        if health == "warn":
            assert ".prom" in line["finding"] and f"{name}.prom" in line["hint"]
