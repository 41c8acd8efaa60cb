# SPDX-License-Identifier: Apache-2.0
"""Too few descriptors, too little memory, files that may not grow: errors of ours that say what to raise, never findings about files."""
import json
import os
import resource
import subprocess

import pytest
from tracing import run_traced

LONELY = 54_321  # a user who runs nothing else


@pytest.fixture
def workspace(sqlite_workspace):
    for i in range(200):
        sqlite_workspace.write(f"{i:03}.bin", f"content {i}" * 100)
        sqlite_workspace.add_row(f"{i:03}", f"{i:03}.bin")
    sqlite_workspace.run("artifacts", "backfill")
    return sqlite_workspace


def limited(**limits):
    def set_limits():
        for name, value in limits.items():
            resource.setrlimit(getattr(resource, "RLIMIT_" + name), (value, value))
    return set_limits


@pytest.mark.parametrize("descriptors", range(8, 22, 2))
@pytest.mark.parametrize("command", ["verify", "backfill", "check", "residual"])
def test_too_few_descriptors_are_no_findings(workspace, command, descriptors):
    arguments = {"verify": ["artifacts", "verify", "--jobs", "64"], "backfill": ["artifacts", "backfill", "--recheck", "--jobs", "64"],
                 "check": ["check", "--full", "--jobs", "64"], "residual": ["artifacts", "residual"]}[command]
    done = workspace.run(*arguments, expect=None, preexec_fn=limited(NOFILE=descriptors))
    assert workspace.database.query("select * from incident") == []
    assert "unreadable" not in done.stdout and done.returncode in ((0, 3, 5) if command in ("check", "residual") else (0, 5)), done
    if done.returncode == 5:
        assert "ulimit -n" in done.stderr or "open" in done.stderr
    workspace.run("artifacts", "verify")


@pytest.mark.parametrize("arguments", [["check"], ["artifacts", "backfill"]], ids=["check", "backfill"])
def test_hardly_any_descriptor_ends_a_command_with_a_message(workspace, arguments):
    for descriptors in range(4, 9):
        done = workspace.run(*arguments, expect=None, preexec_fn=limited(NOFILE=descriptors))
        assert done.returncode in (0, 3, 5), done
        assert done.returncode == 0 or "open files" in " ".join((done.stdout + done.stderr).split()), done
    workspace.run("artifacts", "verify")


def test_many_jobs_take_the_descriptors_that_the_hard_limit_allows(workspace):
    workspace.run("artifacts", "verify", "--jobs", "64",
                  preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (24, 4096)))


@pytest.mark.parametrize("megabytes", [120, 160, 200, 250, 300, 400])
@pytest.mark.parametrize("arguments", [["artifacts", "verify", "--jobs", "64"], ["artifacts", "backfill", "--recheck", "--jobs", "64"]],
                         ids=["verify", "backfill"])
def test_too_little_memory_is_an_error_and_no_crash(workspace, arguments, megabytes):
    done = workspace.run(*arguments, expect=None, preexec_fn=limited(AS=megabytes << 20), timeout=120)
    assert done.returncode in (0, 5, 127), done  # 127: the loader's, before main
    assert "terminate" not in done.stderr
    assert workspace.database.query("select * from incident") == []
    workspace.run("artifacts", "verify")


def test_a_file_that_may_not_grow_is_named_and_no_signal_ends_the_run(workspace):
    for size in (4096, 65536):
        done = workspace.run("artifacts", "backfill", "--recheck", "--summary", "list", expect=5, preexec_fn=limited(FSIZE=size))
        assert "catalog.db" in done.stderr
    workspace.run("artifacts", "verify")


def test_a_shortage_while_files_without_a_row_are_looked_at_is_no_silence(workspace, tmp_path):
    for i in range(5):
        workspace.write(f"new-{i}.bin", "new")
    arguments = ["check", "--quick", "--jobs", "1", "--json"]
    log = tmp_path / "log"
    whole = json.loads(run_traced(workspace, log, *arguments).stdout)
    assert sum(subject["verdict"] == "unrecorded" for each in whole["checks"] for subject in each["subjects"]) == 5
    # The last five look-ups are those of the files without a row; strace counts those of each thread.
    threads = [line.split()[0] for line in log.read_text().splitlines()]
    count = threads.count(threads[-1])
    command = ["strace", "-f", "-qq", "-e", "trace=openat2", "-e", f"inject=openat2:error=EMFILE:when={count - 2}", "-o", str(log),
               *workspace.command(*arguments)]
    done = subprocess.run(command, cwd=workspace.folder, text=True, capture_output=True, check=False)
    assert "EMFILE" in log.read_text()
    report = json.loads(done.stdout)
    assert done.returncode == 3 and "open" in report["checks"][0]["error"]["message"], report


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, for a user of its own")
@pytest.mark.parametrize(("arguments", "codes"), [
    (["schemas", "serve", "--listen", "127.0.0.1:0"], (3,)),
    (["extract", "run"], (3, 5)),
    (["artifacts", "verify"], (3, 5)),
], ids=["serve", "extract", "verify"])
def test_a_system_without_another_thread_is_told_and_ends_no_program(sqlite_workspace, arguments, codes):
    workspace = sqlite_workspace
    workspace.write("a.mp4", "a")
    workspace.add_row("a", "a.mp4")
    (workspace.folder / "out").mkdir()
    (workspace.folder / "holdfast.toml").open("a").write(
        '[extract.f]\nitems = "data/*.mp4"\nout = "out/f.parquet"\nextractor = "worker"\ncommand = ["false"]\ncolumns = ["size:int64"]\n')
    for path in [workspace.folder.parent, *workspace.folder.parent.rglob("*")]:
        os.chown(path, LONELY, LONELY)
    for folder in [workspace.folder, *workspace.folder.parents]:
        if str(folder).startswith("/tmp/"):
            folder.chmod(0o755)
    done = workspace.run(*arguments, expect=None, preexec_fn=limited(NPROC=1), user=LONELY, group=LONELY, timeout=60)
    assert done.returncode in codes, done
    assert "thread" in done.stderr and "terminate" not in done.stderr
