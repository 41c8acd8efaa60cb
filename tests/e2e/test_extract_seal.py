# SPDX-License-Identifier: Apache-2.0
"""A finished extraction answers from its seal while nothing was written, and from the keys as soon as anything was."""
import json
import mmap
import os
import pathlib
import shutil
import subprocess
import tempfile

import pyarrow
import pyarrow.parquet
import pytest
from schemas import hold

ITEMS = 20


@pytest.fixture
def workspace(sqlite_workspace):
    if subprocess.run(["stat", "-f", "-c", "%T", sqlite_workspace.folder], capture_output=True, text=True, check=True).stdout == "tmpfs\n":
        pytest.skip("nothing on tmpfs is sealed: set TMPDIR to a folder on a disk")
    for index in range(ITEMS):
        sqlite_workspace.write(f"clips/{index:02d}.mp4", f"{index}" * 9)
    (sqlite_workspace.folder / "out").mkdir()
    (sqlite_workspace.folder / "holdfast.toml").write_text(
        f'[workspace]\ncatalog = "{sqlite_workspace.database.url}"\n\n[extract.f]\nitems = "data/clips/*.mp4"\n'
        'out = "out/f.parquet"\nextractor = "sha256"\n')
    assert sqlite_workspace.json("extract", "run")["status"] == "complete"
    return sqlite_workspace


def check(workspace, *arguments, expect=0):
    report = workspace.json("extract", "check", *arguments, expect=expect)
    hold("extract-check", report)
    return report


def rules(report):
    return [each["rule"] for each in report["findings"]]


def opened(workspace, *arguments):
    """Names in out/ that the command opened, by strace."""
    log = workspace.folder / "trace"
    subprocess.run(["strace", "-f", "-qq", "-e", "trace=open,openat,openat2", "-o", log, *workspace.command("extract", "check", *arguments)],
                   cwd=workspace.folder, check=True, capture_output=True)
    return {name for name in ("f.done", "f.parquet", "f.rows.jsonl", "f.manifest.json", "items.txt") if f"out/{name}\"" in log.read_text()}


def test_while_nothing_was_written_neither_file_is_opened(workspace):
    first = check(workspace)
    assert first["basis"] == "identity" and first["proved_at"] < first["observed_at"]
    assert (first["counts"]["ledger"], first["counts"]["published"], first["counts"]["done"]) == (ITEMS, ITEMS, ITEMS)
    assert opened(workspace) == {"f.manifest.json"}
    assert {"f.done", "f.parquet"} <= opened(workspace, "--every-key")
    whole = check(workspace, "--every-key")
    assert whole["basis"] == "keys" and whole["proved_at"] == whole["observed_at"]
    assert {"f.done", "f.parquet"} <= opened(workspace, "--deep")
    assert "every key was compared at" in workspace.run("extract", "check").stdout


def rewrite(path, change):
    """Another content of the same size in the same file, with the old times put back."""
    before = path.stat()
    data = path.read_bytes()
    with open(path, "r+b") as file:
        file.write(change(data))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size and path.stat().st_mtime_ns == before.st_mtime_ns


def test_a_claim_that_changed_in_place_with_its_time_put_back_is_seen(workspace):
    rewrite(workspace.folder / "out/f.done", lambda data: data.replace(b'"00.mp4"', b'"zz.mp4"'))
    assert rules(check(workspace, expect=1)) == ["extract.rows_missing", "extract.rows_unclaimed", "extract.unknown_items"]


def test_rows_that_were_replaced_are_seen_though_the_metadata_vouches_for_them(workspace):
    out = workspace.folder / "out/f.parquet"
    table = pyarrow.parquet.read_table(out)
    assert b"holdfast.key_set" in table.schema.metadata
    renamed = pyarrow.array(["zz.mp4", *table.column("key").to_pylist()[1:]])
    pyarrow.parquet.write_table(table.set_column(0, table.schema.field("key"), renamed), out)
    assert "extract.rows_missing" in rules(check(workspace, expect=1))


def test_items_that_come_and_go_are_seen(workspace):
    (workspace.folder / "data/clips/new.mp4").write_text("new")
    assert rules(check(workspace, expect=3)) == ["extract.pending"]
    (workspace.folder / "data/clips/new.mp4").unlink()
    assert check(workspace)["basis"] == "identity"
    (workspace.folder / "data/clips/00.mp4").rename(workspace.folder / "data/clips/zz.mp4")
    assert rules(check(workspace, expect=1)) == ["extract.unknown_items", "extract.pending"]


def test_a_list_of_items_is_read_again_once_it_was_written(workspace):
    text = (workspace.folder / "holdfast.toml").read_text()
    names = "".join(f"{index:02d}.mp4\n" for index in range(ITEMS))
    (workspace.folder / "out/items.txt").write_text(names)
    (workspace.folder / "holdfast.toml").write_text(text.replace('items = "data/clips/*.mp4"', 'items_file = "out/items.txt"'))
    assert check(workspace)["basis"] == "identity", "the same items, from a list now"
    assert "items.txt" in opened(workspace), "which no run has sealed"
    shutil.copy(workspace.folder / "out/f.done", workspace.folder / "copy")
    os.replace(workspace.folder / "copy", workspace.folder / "out/f.done")
    assert workspace.json("extract", "run")["status"] == "complete-noop"
    assert opened(workspace) == {"f.manifest.json"}
    report = check(workspace)
    assert (report["basis"], report["counts"]["items"], report["counts"]["pending"]) == ("identity", ITEMS, 0)
    assert workspace.json("extract", "run")["items"] == ITEMS
    rewrite(workspace.folder / "out/items.txt", lambda data: data.replace(b"00.mp4", b"zz.mp4"))
    assert rules(check(workspace, expect=1)) == ["extract.unknown_items", "extract.pending"]
    assert workspace.json("extract", "run", expect=(1, 3))["status"] == "incomplete"
    (workspace.folder / "out/items.txt").unlink()
    assert "extract.items_unreadable" in rules(check(workspace, expect=1))


def test_a_shard_does_not_vouch_for_the_whole_list(workspace):
    names = "".join(f"{index:02d}.mp4\n" for index in range(ITEMS))
    (workspace.folder / "items.txt").write_text(names)
    shutil.rmtree(workspace.folder / "out")
    (workspace.folder / "out").mkdir()
    (workspace.folder / "holdfast.toml").write_text(
        f'[workspace]\ncatalog = "{workspace.database.url}"\n\n[extract.f]\nitems_file = "items.txt"\nout = "out/f.parquet"\n'
        'extractor = "exec"\ncommand = ["echo", "{\\"size\\": 1}"]\ncolumns = ["size:int64"]\n')
    part = workspace.json("extract", "run", "--shard", "1/2")
    assert part["status"] == "complete" and 0 < part["items"] < ITEMS
    report = check(workspace, "--out", "out/f.shard-1-of-2.parquet", "--items-file", "items.txt", expect=3)
    assert rules(report) == ["extract.pending"] and report["counts"]["pending"] == ITEMS - part["items"]


def test_what_lies_in_memory_only_is_read_each_time(workspace):
    """No time of a file on tmpfs tells of a write through a mapping that was dirty before."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
        items = pathlib.Path(memory) / "items.txt"
        items.write_text("".join(f"{index:02d}.mp4\n" for index in range(ITEMS)))
        toml = workspace.folder / "holdfast.toml"
        toml.write_text(toml.read_text().replace('items = "data/clips/*.mp4"', f'items_file = "{items}"'))
        with open(items, "r+b") as file, mmap.mmap(file.fileno(), 0) as mapped:
            mapped[0:2] = b"00"
            (workspace.folder / "out/f.manifest.json").unlink()
            assert workspace.json("extract", "run")["status"] == "complete-noop"
            assert check(workspace)["basis"] == "identity"
            mapped[0:2] = b"zz"
            assert rules(check(workspace, expect=1)) == ["extract.unknown_items", "extract.pending"]


def test_a_staged_row_is_seen(workspace):
    (workspace.folder / "out/f.rows.jsonl").write_text('{"key":"00.mp4","file_sha256":null,"size_bytes":1}\n')
    assert check(workspace, expect=(0, 3))["basis"] == "keys"


def test_a_copied_workspace_is_compared_key_by_key_until_its_next_run(workspace, tmp_path):
    out = workspace.folder / "out"
    shutil.copytree(out, tmp_path / "copy")
    shutil.rmtree(out)
    shutil.copytree(tmp_path / "copy", out)
    assert check(workspace)["basis"] == "keys"
    for _ in range(3):
        assert workspace.json("extract", "run")["status"] == "complete-noop"
        assert check(workspace)["basis"] == "identity"


def test_another_key_column_is_not_what_was_sealed(workspace):
    assert check(workspace)["basis"] == "identity"
    done = workspace.run("extract", "check", "--out", "out/f.parquet", "--key", "size_bytes", expect=None)
    assert done.returncode != 0


def test_a_forged_or_damaged_seal_vouches_for_nothing(workspace):
    path = workspace.folder / "out/f.manifest.json"
    whole = json.loads(path.read_text())
    for seal in [None, [], {"key_set": "20-zz"}, {**whole["seal"], "key_set": "999999999999999999999-" + "0" * 64}, {**whole["seal"], "ledger": 5},
                 {**whole["seal"], "key_set": "20-" + "0" * 64}]:
        path.write_text(json.dumps({**whole, "seal": seal}))
        assert check(workspace)["basis"] == "keys"
    path.write_text("{" * 100_000)
    assert check(workspace)["basis"] == "keys"


def test_a_row_that_was_changed_is_found_by_its_digest(workspace):
    out = workspace.folder / "out/f.parquet"
    table = pyarrow.parquet.read_table(out)
    sizes = table.column("size_bytes").to_pylist()
    victim = table.column("key").to_pylist()[7]
    changed = pyarrow.array([*sizes[:7], sizes[7] + 1, *sizes[8:]], pyarrow.int64())
    pyarrow.parquet.write_table(table.set_column(table.column_names.index("size_bytes"), "size_bytes", changed), out)
    assert rules(check(workspace)) == [], "the keys are the same"
    report = check(workspace, "--deep", expect=1)
    assert rules(report) == ["extract.rows_changed"] and victim in report["findings"][0]["message"]
    assert report["findings"][0]["witness"]["count"] == 1 and "of 20 rows compared" in report["findings"][0]["message"]
    assert "extract.rows_changed" in workspace.run("check", "--full", expect=1).stdout


def date_seal(workspace, when):
    path = workspace.folder / "out/f.manifest.json"
    whole = json.loads(path.read_text())
    whole["seal"]["sealed_at"] = when
    path.write_text(json.dumps(whole))


def test_a_seal_that_is_still_to_come_vouches_for_nothing(workspace):
    date_seal(workspace, "2199-01-01T00:00:00.000000Z")
    report = check(workspace)
    assert report["basis"] == "keys" and report["proved_at"] == report["observed_at"]
    assert workspace.json("check", "extract", "--max-age", "1h")["checks"][0]["oldest_proof"] < "2199"
    assert workspace.json("extract", "run")["status"] == "complete-noop"
    assert check(workspace)["basis"] == "identity", "sealed anew, with a true date"


def test_where_the_seal_is_older_than_asked_for_every_key_is_compared_again(workspace):
    date_seal(workspace, "2020-01-01T00:00:00.000000Z")
    assert check(workspace)["basis"] == "identity"
    assert workspace.json("check", "extract")["checks"][0]["oldest_proof"].startswith("2020")
    for _ in range(2):
        fresh = workspace.json("check", "extract", "--max-age", "1h")["checks"][0]
        assert fresh["complete"] and not fresh["oldest_proof"].startswith("2020")
