# SPDX-License-Identifier: Apache-2.0
"""Shards of an extraction: disjoint parts, each with an output of its own, joined by key; overlaps that differ are refused."""
import hashlib
import json
import shutil
import subprocess

import pyarrow
import pyarrow.parquet
import pytest
from schemas import hold

ITEMS = 40


@pytest.fixture
def workspace(sqlite_workspace):
    for index in range(ITEMS):
        sqlite_workspace.write(f"clips/{index:02d}.mp4", f"{index}" * 9)
    (sqlite_workspace.folder / "out").mkdir()
    (sqlite_workspace.folder / "holdfast.toml").write_text(
        f'[workspace]\ncatalog = "{sqlite_workspace.database.url}"\n\n[extract.f]\nitems = "data/clips/*.mp4"\n'
        'out = "out/f.parquet"\nextractor = "sha256"\n')
    return sqlite_workspace


def rows(workspace, name="f"):
    table = pyarrow.parquet.read_table(workspace.folder / f"out/{name}.parquet")
    return {row["key"]: row["file_sha256"] for row in table.to_pylist()}


def truth(workspace):
    """What sha256sum says."""
    folder = workspace.folder / "data/clips"
    out = subprocess.run(["sha256sum", *sorted(path.name for path in folder.iterdir())], cwd=folder, text=True, capture_output=True, check=True)
    return {line.split()[1]: line.split()[0] for line in out.stdout.splitlines()}


def part(key, count):
    """docs/formats/shard.md."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") % count + 1


def merge(workspace, *arguments, expect=0):
    report = workspace.json("extract", "merge", *arguments, expect=expect)
    hold("extract-merge", report)
    return report


def shard_all(workspace, count):
    for index in range(1, count + 1):
        report = workspace.json("extract", "run", "--shard", f"{index}/{count}")
        hold("extract-run", report)
        assert report["status"] == "complete" and report["shard"] == f"{index}/{count}"
        assert set(rows(workspace, f"f.shard-{index}-of-{count}")) == {key for key in truth(workspace) if part(key, count) == index}


def test_shards_are_disjoint_and_their_union_is_the_whole(workspace):
    shard_all(workspace, 4)
    check = workspace.json("extract", "check", expect=3)
    assert [each["rule"] for each in check["findings"]] == ["extract.pending", "extract.unmerged_shards"]
    refused = workspace.run("extract", "run", expect=4)
    assert "not merged yet" in refused.stderr and "holdfast extract merge f" in refused.stderr
    report = merge(workspace)
    assert report["status"] == "complete" and sum(each["new"] for each in report["merged"]) == ITEMS
    assert rows(workspace) == truth(workspace)
    assert sorted(json.loads(line)["key"] for line in (workspace.folder / "out/f.done").read_text().splitlines()) == sorted(truth(workspace))
    left = [path.name for path in (workspace.folder / "out").iterdir() if "shard" in path.name]
    assert all(name.endswith(".extract-lock") for name in left)
    assert workspace.json("extract", "run")["status"] == "complete-noop"
    assert workspace.json("extract", "check", "--deep")["findings"] == []


def test_a_shard_leaves_out_what_the_output_has(workspace):
    workspace.run("extract", "run", "--limit", 15, expect=3)
    done = set(rows(workspace))
    for index in (1, 2):
        workspace.json("extract", "run", "--shard", f"{index}/2")
        assert set(rows(workspace, f"f.shard-{index}-of-2")) == {key for key in truth(workspace) if part(key, 2) == index} - done
    assert merge(workspace)["status"] == "complete"
    assert rows(workspace) == truth(workspace)


def test_an_unfinished_shard_is_merged_as_far_as_it_is(workspace):
    workspace.run("extract", "run", "--shard", "1/2", "--limit", 3, expect=3)
    report = merge(workspace, expect=3)
    assert report["status"] == "incomplete" and report["merged"][0]["new"] == 3
    assert workspace.json("extract", "run")["status"] == "complete"
    assert rows(workspace) == truth(workspace)


def test_equal_overlaps_are_taken_once_and_others_refused(workspace):
    shard_all(workspace, 2)
    folder = workspace.folder / "other"
    shutil.copytree(workspace.folder / "out", folder)
    merge(workspace, "--keep")
    again = merge(workspace, "--from", folder / "f.shard-1-of-2.parquet", "--keep")
    assert again["merged"][0]["new"] == 0 and again["status"] == "complete"
    table = pyarrow.parquet.read_table(folder / "f.shard-1-of-2.parquet")
    lies = pyarrow.array(["0" * 64] + table.column("file_sha256").to_pylist()[1:])
    changed = table.set_column(table.column_names.index("file_sha256"), "file_sha256", lies)
    pyarrow.parquet.write_table(changed, folder / "f.shard-1-of-2.parquet")
    before = {path.name: path.read_bytes() for path in (workspace.folder / "out").iterdir() if path.suffix != ".extract-lock"}
    refused = workspace.run("extract", "merge", "--from", folder / "f.shard-1-of-2.parquet", expect=4)
    assert "is not what was extracted, as its ledger says; nothing was changed" in refused.stderr
    (folder / "f.shard-1-of-2.done").unlink()  # with nothing that says which of the two is right
    refused = workspace.run("extract", "merge", "--from", folder / "f.shard-1-of-2.parquet", expect=4)
    assert table.column("key").to_pylist()[0] in refused.stderr and "differ; nothing was changed" in refused.stderr
    assert {path.name: path.read_bytes() for path in (workspace.folder / "out").iterdir() if path.suffix != ".extract-lock"} == before
    assert rows(workspace) == truth(workspace)


def test_a_shard_with_lost_rows_is_refused(workspace):
    shard_all(workspace, 2)
    path = workspace.folder / "out/f.shard-1-of-2.parquet"
    pyarrow.parquet.write_table(pyarrow.parquet.read_table(path).slice(1), path)
    refused = workspace.run("extract", "merge", expect=4)
    assert "CONSISTENCY ERROR" in refused.stderr and "f.shard-1-of-2" in refused.stderr
    assert not (workspace.folder / "out/f.parquet").exists()


def test_a_shard_of_another_extractor_is_refused(workspace):
    shard_all(workspace, 2)
    config = workspace.folder / "holdfast.toml"
    config.write_text(config.read_text().replace('"sha256"', '"exec"\ncommand = ["true"]\ncolumns = ["file_sha256:string"]'))
    assert "another extractor" in workspace.run("extract", "merge", expect=4).stderr


def test_nothing_to_merge_is_an_error(workspace):
    assert "no shards lie beside" in workspace.run("extract", "merge", expect=2).stderr
    workspace.run("extract", "run")
    assert "no shards lie beside" in workspace.run("extract", "merge", expect=2).stderr
    assert "there is no" in workspace.run("extract", "merge", "--from", "nowhere.parquet", expect=2).stderr


@pytest.mark.parametrize("words", ["0/4", "5/4", "a/b", "1", "1/0"])
def test_a_shard_that_is_none_is_refused(workspace, words):
    assert words in workspace.run("extract", "run", "--shard", words, expect=2).stderr
