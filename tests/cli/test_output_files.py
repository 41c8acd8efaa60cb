# SPDX-License-Identifier: Apache-2.0
"""Where --output and its kin write: files whole, devices and pipes directly, anything else refused before any work.

Device nodes are made in the test's own folder: as root, a program that replaces what it is given would take /dev/null from everybody."""
import os
import stat
import subprocess
import threading

import pytest


@pytest.fixture
def workspace(sqlite_workspace):
    sqlite_workspace.write("a.txt", "alpha")
    sqlite_workspace.add_row("a", "a.txt")
    sqlite_workspace.run("artifacts", "backfill")
    return sqlite_workspace


WRITERS = [
    ("check", "--format", "json", "--output"),
    ("artifacts", "report", "--output"),
    ("artifacts", "export", "--output"),
    ("artifacts", "backfill", "--recheck", "--summary"),
    ("artifacts", "backfill", "--recheck", "--residual"),
    ("artifacts", "backfill", "--recheck", "--report-only", "--sql-patch"),
]


@pytest.mark.parametrize("command", WRITERS, ids=" ".join)
def test_a_device_is_written_to_and_stays_a_device(workspace, command):
    node = workspace.folder / "mynull"
    try:
        os.mknod(node, stat.S_IFCHR | 0o666, os.makedev(1, 3))
        open(node, "wb").close()
    except PermissionError:
        pytest.skip("needs the right to make device nodes")
    workspace.run(*command, "mynull")
    assert stat.S_ISCHR(node.lstat().st_mode)


@pytest.mark.parametrize("command", WRITERS, ids=" ".join)
def test_a_pipe_is_written_to_and_stays_a_pipe(workspace, command):
    fifo = workspace.folder / "pipe"
    os.mkfifo(fifo)
    read = []
    reader = threading.Thread(target=lambda: read.append(fifo.read_bytes()), daemon=True)
    reader.start()
    workspace.run(*command, "pipe")
    assert stat.S_ISFIFO(fifo.lstat().st_mode)
    reader.join(20)
    assert read and (read[0] or "--residual" in command)


@pytest.mark.parametrize("command", WRITERS, ids=" ".join)
def test_a_link_stays_and_its_target_is_replaced(workspace, command):
    (workspace.folder / "real").mkdir()
    target = workspace.folder / "real" / "target"
    target.write_text("old")
    link = workspace.folder / "link"
    link.symlink_to("real/target")
    workspace.run(*command, "link")
    assert link.is_symlink() and target.read_text() != "old"
    assert [each.name for each in (workspace.folder / "real").iterdir()] == ["target"]


def test_a_link_to_nothing_makes_its_target(workspace):
    (workspace.folder / "link").symlink_to("target")
    workspace.run("artifacts", "export", "--output", "link")
    assert (workspace.folder / "link").is_symlink() and "a.txt" in (workspace.folder / "target").read_text()


@pytest.mark.parametrize("command", WRITERS, ids=" ".join)
@pytest.mark.parametrize("place", ["folder", "missing/file", "socket", "loop"])
def test_what_is_no_place_for_a_file_is_refused_before_any_work(workspace, command, place):
    import socket
    (workspace.folder / "folder").mkdir()
    (workspace.folder / "loop").symlink_to("loop")
    with socket.socket(socket.AF_UNIX) as made:
        here = os.getcwd()
        os.chdir(workspace.folder)  # the name of a socket is short
        try:
            made.bind("socket")
        finally:
            os.chdir(here)
        before = workspace.database.query("select * from event order by seq")
        runs = workspace.database.query("select * from check_run")
        done = workspace.run(*command, place, expect=2)
    assert place.split("/")[0] in done.stderr and "hint:" in done.stderr
    assert workspace.database.query("select * from event order by seq") == before
    assert workspace.database.query("select * from check_run") == runs
    assert (workspace.folder / "folder").is_dir()


def test_dev_stdout_is_what_stdout_is(workspace):
    """As a user's shell gives it: a pipe, and a file that is appended to. /dev itself is only read here: no node is ever named."""
    done = workspace.run("artifacts", "export", "--output", "/proc/self/fd/1")
    assert "a.txt" in done.stdout
    log = workspace.folder / "log"
    log.write_text("before\n")
    with log.open("a") as out:
        inode = os.fstat(out.fileno()).st_ino
        subprocess.run(workspace.command("artifacts", "export", "--output", "/proc/self/fd/1"), cwd=workspace.folder, stdout=out, check=True)
    assert log.stat().st_ino == inode
    assert log.read_text().startswith("before\n") and "a.txt" in log.read_text()


def test_a_pipe_that_nobody_reads_is_an_error_and_no_hang(workspace):
    os.mkfifo(workspace.folder / "pipe")
    done = workspace.run("artifacts", "export", "--output", "pipe", expect=5, timeout=60)
    assert "pipe" in done.stderr
