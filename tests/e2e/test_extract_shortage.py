# SPDX-License-Identifier: Apache-2.0
"""Extractions whose disk is full or whose worker is killed from outside: what was extracted stays, and the same command goes on."""
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys

import pyarrow.parquet
import pytest

WORKER = """
import json, os, signal, sys
for line in sys.stdin:
    item = json.loads(line)
    if item["key"] == "10.mp4" and os.path.exists("halt"):
        with open("worker.pid.new", "w") as file: file.write(str(os.getpid()))
        os.rename("worker.pid.new", "worker.pid")
        signal.pause()
    print(json.dumps({"key": item["key"], "row": {"size": os.path.getsize(item["path"]), "run": os.environ["RUN"], "pad": "x" * 900}}), flush=True)
"""


@pytest.fixture
def workspace(sqlite_workspace):
    for index in range(20):
        sqlite_workspace.write(f"clips/{index:02d}.mp4", "x" * index)
    folder = sqlite_workspace.folder
    (folder / "out").mkdir()
    (folder / "score.py").write_text(WORKER)
    (folder / "holdfast.toml").write_text(
        f'[workspace]\ncatalog = "{sqlite_workspace.database.url}"\n\n[extract.f]\nitems = "data/clips/*.mp4"\nout = "out/f.parquet"\n'
        f'extractor = "worker"\ncommand = ["{sys.executable}", "score.py"]\ncolumns = ["size:int64", "run:string", "pad:string"]\ntries = 1\n')
    return sqlite_workspace


def rows(workspace):
    table = pyarrow.parquet.read_table(workspace.folder / "out/f.parquet")
    return {row["key"]: (row["size"], row["run"]) for row in table.to_pylist()}


def test_a_worker_killed_in_run_one_costs_one_item_and_run_two_adds_it(workspace):
    """The accident's beginning: a worker is killed, run one ends, run two replaces what run one published."""
    (workspace.folder / "halt").touch()
    first = workspace.start("extract", "run", "--jobs", "1", "--json", env={"RUN": "one"})
    pid = workspace.folder / "worker.pid"
    while not pid.exists():
        assert first.poll() is None, first.communicate()
    os.kill(int(pid.read_text()), signal.SIGKILL)
    out, _ = first.communicate()
    report = json.loads(out)
    assert (first.returncode, report["status"], report["ok"], report["fail"]) == (3, "incomplete", 19, 1)
    assert report["failed"][0]["key"] == "10.mp4" and "signal 9" in report["failed"][0]["why"]
    assert len(rows(workspace)) == 19
    (workspace.folder / "halt").unlink()
    assert workspace.json("extract", "run", env={"RUN": "two"})["status"] == "complete"
    assert rows(workspace) == {f"{index:02d}.mp4": (index, "two" if index == 10 else "one") for index in range(20)}


@pytest.mark.parametrize("kilobytes", [8, 12, 16, 20, 24, 28, 32])
def test_a_full_disk_ends_the_run_and_loses_nothing(workspace, kilobytes):
    folder = workspace.folder / "out"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("may not mount a tmpfs here")
    try:
        done = workspace.run("extract", "run", "--jobs", "2", expect=None, env={"RUN": "one"})
        assert done.returncode == 5 and "No space left on device" in done.stderr and "out/f." in done.stderr, done
        counts = workspace.json("extract", "check", expect=(0, 1, 3))["counts"]
        assert counts["missing"] == 0 and counts["done"] == counts["staged"]
        manifest = folder / "f.manifest.json"
        assert not manifest.exists() or json.loads(manifest.read_text())["status"] in ("running", "failed")
        subprocess.run(["mount", "-o", "remount,size=4m", str(folder)], check=True)
        assert workspace.json("extract", "run", env={"RUN": "two"})["status"] == "complete"
        assert {key: size for key, (size, _) in rows(workspace).items()} == {f"{index:02d}.mp4": index for index in range(20)}
        assert sum(run == "one" for _, run in rows(workspace).values()) >= counts["done"]
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_an_output_whose_folder_is_gone_is_named(workspace):
    pathlib.Path(workspace.folder / "out").rmdir()
    for command in ("run", "repair"):
        said = workspace.run("extract", command, expect=2, env={"RUN": "one"}).stderr
        assert "there is no folder" in said and "hint: make it: mkdir -p " in said


def test_keys_beyond_the_memory_go_into_a_file(workspace, tmp_path):
    """1.5 million keys of 120 bytes, where the process may have 128 MiB of memory of its own: it fails where it can't make the file."""
    count, lost = 1_500_000, 700_000
    names = [f"{index:0116d}.mp4" for index in range(count)]
    (tmp_path / "k.done").write_text("\n".join(names) + "\n")
    del names[lost]
    pyarrow.parquet.write_table(pyarrow.table({"clip_name": names}), tmp_path / "k.parquet", compression="zstd", use_dictionary=False)
    del names

    def limit():
        resource.setrlimit(resource.RLIMIT_DATA, (128 << 20, 128 << 20))

    arguments = ("extract", "check", "--out", tmp_path / "k.parquet")
    in_memory = workspace.run(*arguments, expect=None, preexec_fn=limit, env={"TMPDIR": "/proc"})
    assert in_memory.returncode == 5 and "out of memory" in in_memory.stderr
    report = workspace.json(*arguments, expect=1, preexec_fn=limit, env={"TMPDIR": str(tmp_path)})
    assert report["counts"]["published"] == count - 1 and report["counts"]["missing"] == 1
    assert f"{lost:0116d}.mp4" in json.dumps(report["findings"])
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("k")) == ["k.done", "k.parquet"]
