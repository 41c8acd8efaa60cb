# SPDX-License-Identifier: Apache-2.0
"""What a merge must not lose, launder or leave without a way out: whatever it can't carry over is refused before anything is written."""
import json
import os
import pathlib
import shutil
import stat

import pyarrow
import pyarrow.parquet
import pytest
from pausing import let_go, pause

ITEMS = 12


@pytest.fixture
def workspace(sqlite_workspace):
    for index in range(ITEMS):
        sqlite_workspace.write(f"clips/{index:02d}.mp4", f"{index}" * 9)
    (sqlite_workspace.folder / "out").mkdir()
    configure(sqlite_workspace)
    return sqlite_workspace


def configure(workspace, out="out/f.parquet", extractor='extractor = "sha256"', more=""):
    (workspace.folder / "holdfast.toml").write_text(
        f'[workspace]\ncatalog = "{workspace.database.url}"\n\n[extract.f]\nitems = "data/clips/*.mp4"\nout = "{out}"\n{extractor}\n{more}')


def shards(workspace, count=2):
    for index in range(1, count + 1):
        workspace.json("extract", "run", "--shard", f"{index}/{count}")
    return [workspace.folder / f"out/f.shard-{index}-of-{count}.parquet" for index in range(1, count + 1)]


def files(workspace):
    return {path.name: path.read_bytes() for path in (workspace.folder / "out").iterdir() if path.suffix not in (".extract-lock", ".json")}


def manifest(workspace):
    return json.loads((workspace.folder / "out/f.manifest.json").read_text())


def change(path, edit, forget=False):
    """The file with other rows; its ledger forgotten where nobody should notice by the digests."""
    pyarrow.parquet.write_table(edit(pyarrow.parquet.read_table(path)).replace_schema_metadata(None), path)
    if forget:
        path.with_suffix(".done").unlink()


def with_column(table, name, values):
    at = table.column_names.index(name)
    return table.set_column(at, name, pyarrow.array(values, table.schema.field(name).type))


def twice(table):
    return pyarrow.concat_tables([table, with_column(table.slice(0, 1), "size_bytes", [77])])


def nameless(table):
    return with_column(table.cast(pyarrow.schema([pyarrow.field(f.name, f.type, nullable=True) for f in table.schema])), "key",
                       [None, *table.column("key").to_pylist()[1:]])


def no_text(table):
    keys = pyarrow.array([key.encode() if index else b"\xff" for index, key in enumerate(table.column("key").to_pylist())], pyarrow.binary())
    return table.set_column(0, "key", keys)


@pytest.mark.parametrize(("edit", "says"), [
    (twice, "has more than one row"),
    (nameless, "rows without a key"),
    (lambda table: table.append_column("precious", pyarrow.array(range(len(table)))), "is none of the extractor's, and would be lost"),
    (no_text, "no UTF-8"),
], ids=["twice", "nameless", "column", "no text"])
def test_what_could_not_be_carried_over_is_refused(workspace, edit, says):
    first, _ = shards(workspace)
    change(first, edit, forget=True)
    before = files(workspace)
    assert says in workspace.run("extract", "merge", expect=4).stderr
    assert files(workspace) == before


def test_a_row_that_was_changed_is_not_laundered(workspace):
    first, _ = shards(workspace)
    change(first, lambda table: with_column(table, "size_bytes", [7] * len(table)))
    before = files(workspace)
    assert "is not what was extracted, as its ledger says" in workspace.run("extract", "merge", expect=4).stderr
    assert files(workspace) == before


def test_a_changed_row_of_the_whole_is_not_carried_over(workspace):
    workspace.run("extract", "run", "--limit", 6, expect=3)
    shards(workspace)
    out = workspace.folder / "out/f.parquet"
    whole = out.read_bytes()
    change(out, lambda table: with_column(table, "size_bytes", [7, *table.column("size_bytes").to_pylist()[1:]]))
    before = files(workspace)
    said = workspace.run("extract", "merge", expect=4).stderr
    assert "is not what was extracted, as its ledger says" in said and "holdfast extract check --deep f" in said
    assert files(workspace) == before
    out.write_bytes(whole)
    assert workspace.json("extract", "merge")["status"] == "complete"


def test_neither_a_merge_nor_a_run_with_nothing_to_do_needs_the_program(workspace):
    """Shards come from other machines."""
    script = workspace.folder / "score.sh"
    script.write_text('#!/bin/sh\necho \'{"n": 1}\'\n')
    script.chmod(0o755)
    configure(workspace, extractor='extractor = "exec"\ncommand = ["./score.sh", "{key}"]\ncolumns = ["n:int64"]')
    shards(workspace)
    script.unlink()
    assert workspace.json("extract", "merge")["status"] == "complete"
    assert workspace.json("extract", "run")["status"] == "complete-noop"
    workspace.write("clips/new.mp4", "new")
    said = workspace.run("extract", "run", expect=2).stderr
    assert "score.sh" in said and "could not be extracted" not in said


def test_the_hint_of_lost_rows_beside_shards_is_whole_commands(workspace):
    workspace.run("extract", "run", "--limit", 6, expect=3)
    shards(workspace)
    change(workspace.folder / "out/f.parquet", lambda table: table.slice(0, 2))
    hints = {each["rule"]: each["hint"] for each in workspace.json("extract", "check", expect=1)["findings"]}
    rest = "holdfast extract merge f, then holdfast extract run f for what is still pending"
    assert hints["extract.rows_missing"].startswith(f"holdfast extract repair f, then {rest}; by hand")


def test_a_source_that_is_written_meanwhile_is_left(workspace):
    first, second = shards(workspace)
    process, gate = pause(workspace, "extraction.merged", "extract", "merge")
    newer = first.with_suffix(".new")
    shutil.copy(first, newer)
    newer.rename(first)
    _, err = let_go(process, gate)
    assert process.returncode == 4 and "somebody wrote it while it was merged; it was left where it is" in err
    assert first.exists()
    workspace.run("extract", "merge")
    assert not first.exists() and not second.exists()


def test_torn_lines_of_a_shard_are_kept(workspace):
    first, _ = shards(workspace)
    first.with_suffix(".rows.jsonl").write_text('{"key":"00.m')
    workspace.run("extract", "merge")
    kept = list((workspace.folder / "out").glob("f.shard-1-of-2.rows.jsonl.malformed-*"))
    assert [path.read_text() for path in kept] == ['{"key":"00.m']


def test_a_ledger_that_is_all_that_is_left_of_a_merged_shard_is_no_dead_end(workspace):
    first, _ = shards(workspace)
    ledger = first.with_suffix(".done").read_bytes()
    workspace.run("extract", "merge")
    first.with_suffix(".done").write_bytes(ledger)
    assert workspace.json("extract", "run")["status"] == "complete-noop", "its rows are all there"
    workspace.run("extract", "merge")
    assert not first.with_suffix(".done").exists()


def test_a_shard_whose_rows_are_lost_is_told_as_that(workspace):
    first, _ = shards(workspace)
    first.unlink()
    assert "CONSISTENCY ERROR" in workspace.run("extract", "merge", expect=4).stderr


def test_shards_that_are_kept_do_not_block_the_whole(workspace):
    first, _ = shards(workspace)
    workspace.run("extract", "merge", "--keep")
    assert first.exists()
    assert workspace.json("extract", "run")["status"] == "complete-noop"
    assert workspace.json("extract", "check")["findings"] == []


def test_files_that_were_named_are_never_removed(workspace):
    first, _ = shards(workspace)
    folder = workspace.folder / "other"
    shutil.copytree(workspace.folder / "out", folder)
    (folder / "f.shard-1-of-2.manifest.json").write_text("somebody's own")
    for path in (workspace.folder / "out").glob("f.shard-*"):
        path.unlink()
    names = [folder / f"f.shard-{index}-of-2.parquet" for index in (1, 2)]
    os.chmod(folder, stat.S_IRUSR | stat.S_IXUSR)
    workspace.run("extract", "merge", "--from", names[0], "--from", names[1], "--from", names[0])
    os.chmod(folder, stat.S_IRWXU)
    assert all(name.exists() for name in names) and (folder / "f.shard-1-of-2.manifest.json").read_text() == "somebody's own"
    assert workspace.json("extract", "run")["status"] == "complete-noop"


def test_failures_of_all_sides_are_kept(workspace):
    script = workspace.folder / "score.sh"
    script.write_text('case $1 in 03.mp4|04.mp4|05.mp4) echo "no frames of $1" >&2; exit 1;; esac; echo \'{"n": 1}\'\n')
    configure(workspace, extractor='extractor = "exec"\ncommand = ["sh", "score.sh", "{key}"]\ncolumns = ["n:int64"]\ntries = 1')
    for index in (1, 2):
        workspace.run("extract", "run", "--shard", f"{index}/2", expect=(0, 3))
    workspace.run("extract", "merge", expect=3)
    status = workspace.json("extract", "status")["extractions"][0]
    assert sorted(each["key"] for each in status["failures"]) == ["03.mp4", "04.mp4", "05.mp4"] and status["failed"] == 3


def test_an_empty_staging_file_does_not_stay(workspace):
    shards(workspace)
    workspace.run("extract", "merge", "--keep")
    workspace.run("extract", "merge", "--keep")
    assert not (workspace.folder / "out/f.rows.jsonl").exists()
    assert workspace.json("extract", "check")["counts"]["staged"] == 0


def test_a_merge_that_was_killed_at_its_end_is_finished(workspace):
    shards(workspace)
    workspace.run("extract", "merge", expect=None, env={"HOLDFAST_FAILPOINTS": "extraction.before_manifest=kill"})
    assert not list((workspace.folder / "out").glob("f.shard-*.parquet"))
    assert "no shards lie here; the last merge had not ended, and now has" in workspace.run("extract", "merge").stdout
    assert workspace.json("extract", "status")["extractions"][0]["state"] == "complete"


def test_a_merge_that_is_repeated_has_nothing_to_merge(workspace):
    """As one that was killed behind its last write: who runs the same command again can't know that it was done."""
    shards(workspace)
    whole = workspace.json("extract", "merge")
    before = (workspace.folder / "out/f.parquet").read_bytes()
    again = workspace.json("extract", "merge")
    assert (again["status"], again["merged"], again["published_rows"]) == ("complete", [], None)
    ended_at = manifest(workspace)["updated_at"]
    for _ in range(2):
        assert f"no shards lie here; the last merge ended at {ended_at}" in workspace.run("extract", "merge").stdout
    assert (workspace.folder / "out/f.parquet").read_bytes() == before and whole["status"] == "complete"
    assert workspace.json("extract", "run")["status"] == "complete-noop"
    assert workspace.json("extract", "check")["basis"] in ("identity", "keys")


def test_shards_that_were_lost_are_not_taken_for_merged(workspace):
    """A merge stays in the manifest of the output, whatever shards came since."""
    shards(workspace)
    workspace.run("extract", "merge")
    ended_at = manifest(workspace)["updated_at"]
    for index in range(4):
        workspace.write(f"clips/later{index}.mp4", f"later {index}")
    shards(workspace)
    for path in (workspace.folder / "out").glob("f.shard-*"):
        path.unlink()
    said = workspace.run("extract", "merge", expect=2).stderr
    assert "no shards lie beside" in said and f"the last merge ended at {ended_at}" in said
    assert [each["rule"] for each in workspace.json("extract", "check", expect=3)["findings"]] == ["extract.pending"]
    assert manifest(workspace)["updated_at"] == ended_at


def test_a_merge_into_an_output_that_lost_rows_says_that_it_merged_nothing(workspace):
    workspace.run("extract", "run", "--limit", 6, expect=3)
    out = workspace.folder / "out/f.parquet"
    shards(workspace)
    change(out, lambda table: table.slice(0, 2))
    assert "merge f: nothing was merged" in workspace.run("extract", "merge", expect=1).stdout


def test_a_run_that_was_killed_is_no_merge(workspace):
    workspace.run("extract", "run", expect=None, env={"HOLDFAST_FAILPOINTS": "extraction.before_manifest=kill"})
    assert manifest(workspace)["status"] == "running"
    assert "no shards lie beside" in workspace.run("extract", "merge", expect=2).stderr


def test_nobody_adds_to_a_whole_that_has_lost_rows(workspace):
    workspace.run("extract", "run", "--limit", 6, expect=3)
    out = workspace.folder / "out/f.parquet"
    change(out, lambda table: table.slice(0, 2))
    said = workspace.run("extract", "run", "--shard", "1/2", expect=4).stderr
    assert "has lost 4 rows" in said and "holdfast extract check f" in said
    out.write_bytes(b"junk")
    assert "can't be read" in workspace.run("extract", "run", "--shard", "1/2", expect=4).stderr


def test_whole_and_shard_never_run_at_once(workspace):
    running, gate = pause(workspace, "extraction.rows_staged", "extract", "run", "--shard", "1/2")
    assert "f.shard-1-of-2.parquet is being written by" in workspace.run("extract", "run", expect=4).stderr
    other, other_gate = pause(workspace, "extraction.rows_staged", "extract", "run", "--shard", "2/2")
    let_go(other, other_gate)
    let_go(running, gate)
    workspace.run("extract", "merge")
    workspace.write("clips/new.mp4", "new")
    whole, gate = pause(workspace, "extraction.rows_staged", "extract", "run")
    assert "f.parquet is being written by" in workspace.run("extract", "run", "--shard", "1/2", expect=4).stderr
    let_go(whole, gate)


def test_two_names_of_one_output_are_one_output(workspace):
    real = workspace.folder / "real"
    real.mkdir()
    (workspace.folder / "out/f.parquet").symlink_to(real / "r.parquet")
    (workspace.folder / "out/g.parquet").symlink_to(real / "r.parquet")
    first, gate = pause(workspace, "extraction.before_publish", "extract", "run")
    configure(workspace, out="out/g.parquet")
    assert "r.extract-lock is held by" in workspace.run("extract", "run", expect=4).stderr
    let_go(first, gate)
    assert first.returncode == 0 and len(pyarrow.parquet.read_table(real / "r.parquet")) == ITEMS


def test_an_output_without_a_suffix_has_shards_of_its_own(workspace):
    configure(workspace, out="out/feat")
    for index in (1, 2):
        assert workspace.json("extract", "run", "--shard", f"{index}/2")["status"] == "complete"
    assert workspace.json("extract", "merge")["status"] == "complete"
    assert len(pyarrow.parquet.read_table(workspace.folder / "out/feat")) == ITEMS
    configure(workspace, out="out/f.shard-1-of-2.parquet")
    assert "is the name of a shard" in workspace.run("extract", "run", expect=2).stderr


def test_a_shard_without_items_is_complete(workspace):
    for path in pathlib.Path(workspace.data / "clips").iterdir():
        if path.name != "00.mp4":
            path.unlink()
    states = [workspace.json("extract", "run", "--shard", f"{index}/4")["items"] for index in range(1, 5)]
    assert sorted(states) == [0, 0, 0, 1]


def test_a_name_with_a_replacement_character_is_a_name(workspace):
    """U+FFFD is UTF-8 like any other; a lone surrogate in JSON is none."""
    workspace.write("clips/z\ufffd.mp4", "odd")
    assert workspace.json("extract", "run")["status"] == "complete"
    keys = pyarrow.parquet.read_table(workspace.folder / "out/f.parquet").column("key").to_pylist()
    assert "z\ufffd.mp4" in keys and workspace.json("extract", "check", "--every-key")["findings"] == []


@pytest.mark.parametrize("words", [["run", "--shard", ""], ["repair", "--out", ""], ["check", ""], ["status", "--shard", ""]])
def test_an_empty_word_is_not_taken_for_none(workspace, words):
    assert "it is empty" in workspace.run("extract", *words, expect=2).stderr


def test_the_result_is_told_though_its_events_can_not_be_recorded(workspace):
    gone = workspace.folder / "catalog-gone"
    database = pathlib.Path(workspace.database.path)
    process, gate = pause(workspace, "extraction.before_manifest", "extract", "run", "--json")
    database.rename(gone)
    out, err = let_go(process, gate)
    assert process.returncode == 5 and json.loads(out)["status"] == "complete"
    assert "its events could not be recorded" in err
    gone.rename(database)
    assert workspace.json("extract", "run")["status"] == "complete-noop"
    names = [json.loads(line)["name"] for line in workspace.run("events", "list", "--json").stdout.splitlines()]
    assert "extract.published" in names, "the next run tells what was published"
