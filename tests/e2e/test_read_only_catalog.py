# SPDX-License-Identifier: Apache-2.0
"""An SQLite catalog that may not be written: on a read-only medium what only reads works; elsewhere the reason and the way out are said."""
import os
import re
import shlex
import subprocess

import pytest


def may_mount():
    """Root of a container may not; nor can a chroot on a folder that is no mount have a mount namespace of its own."""
    tried = subprocess.run(["unshare", "-m", "mount", "--bind", "/tmp", "/tmp"], capture_output=True, check=False)
    return os.geteuid() == 0 and tried.returncode == 0


pytestmark = pytest.mark.skipif(not may_mount(), reason="mounts, and becomes another user")

READING = [["events", "list"], ["events", "verify"], ["incidents", "list"], ["waive", "list"], ["config", "show"], ["migrate", "status"],
           ["artifacts", "report"], ["artifacts", "export"], ["artifacts", "residual"]]


@pytest.fixture
def workspace(sqlite_workspace):
    for name in ("a", "b"):
        sqlite_workspace.write(f"{name}.bin", name)
        sqlite_workspace.add_row(name, f"{name}.bin")
    sqlite_workspace.run("artifacts", "backfill")
    sqlite_workspace.write("b.bin", "changed")
    sqlite_workspace.run("check", expect=1)
    return sqlite_workspace


def on_read_only_medium(workspace, *arguments):
    """Runs with the folder of workspace and catalog mounted read-only, in a mount namespace of its own."""
    folder = shlex.quote(str(workspace.folder.parent))
    script = f'mount --bind {folder} {folder} && mount -o remount,ro,bind {folder} && cd {folder}/workspace && exec "$@"'
    return subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", *workspace.command(*arguments)], text=True, capture_output=True,
                          check=False)


def timeless(text):
    """Without the moment at which it was written, and ages up to then."""
    return re.sub(r"Written \S+|\b[0-9]+ s\b", "", text)


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_what_only_reads_works_on_a_read_only_medium(workspace, arguments):
    wanted = workspace.run(*arguments, expect=None)
    done = on_read_only_medium(workspace, *arguments)
    assert (done.returncode, timeless(done.stdout), done.stderr) == (wanted.returncode, timeless(wanted.stdout), wanted.stderr)
    assert done.stdout + done.stderr


@pytest.mark.parametrize("arguments", [["check"], ["artifacts", "verify"], ["artifacts", "backfill", "--recheck"]], ids=" ".join)
def test_what_writes_says_that_the_catalog_may_not_be_written(workspace, arguments):
    done = on_read_only_medium(workspace, *arguments)
    assert done.returncode in (2, 5) and "catalog.db" in done.stderr and "readonly" in done.stderr and "writable" in done.stderr


def test_what_was_not_yet_taken_over_from_the_log_is_never_left_out(workspace):
    log = workspace.database.path.with_name("catalog.db-wal")
    log.write_bytes(b"not empty")
    done = on_read_only_medium(workspace, "events", "list")
    assert done.returncode != 0 and done.stdout == "" and "catalog.db-wal" in done.stderr and "hint" in done.stderr


@pytest.mark.parametrize("arguments", [["events", "list"], ["incidents", "list"], ["check"]], ids=" ".join)
def test_another_user_is_told_what_to_do(workspace, arguments):
    for folder in (workspace.folder, *workspace.folder.parents):
        if folder.stat().st_mode & 5 != 5:
            folder.chmod(0o755)
    done = workspace.run(*arguments, expect=(2, 3, 5), user=65534)
    assert "catalog.db" in done.stderr and "Permission denied" in done.stderr and "hint" in done.stderr
    for path in workspace.database.path.parent.glob("catalog.db*"):
        path.chmod(0o644)
    done = workspace.run(*arguments, expect=(2, 3, 5), user=65534)
    said = " ".join((done.stdout + done.stderr).split())
    assert "can't be read without being written" in said and "writable for this user" in said and "copy" in said
    assert workspace.run("config", "show", user=65534).stdout
