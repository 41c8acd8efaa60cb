# SPDX-License-Identifier: Apache-2.0
"""A folder that a command makes for what it keeps is durable with what lies in it: the folder above it is synced, as strace tells."""
import re
import subprocess


def synced(binary, cwd, *arguments):
    """The folders and files that a command synced."""
    log = cwd / "trace"
    done = subprocess.run(["strace", "-f", "-qq", "-y", "-e", "trace=fsync,fdatasync", "-o", log, binary, *arguments], cwd=cwd, text=True,
                          capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(re.findall(r"f(?:data)?sync\(\d+<([^>]*)>\)", log.read_text()))


def test_a_new_workspace_is_durable_with_the_folders_above_it(binary, tmp_path):
    folders = synced(binary, tmp_path, "init", "studies/atlas")
    assert {str(tmp_path), str(tmp_path / "studies"), str(tmp_path / "studies/atlas")} <= folders


def test_a_new_catalog_is_durable_with_the_folders_above_it(binary, tmp_path):
    (tmp_path / "holdfast.toml").write_text('[workspace]\ncatalog = "sqlite:kept/here/catalog.db"\n')
    folders = synced(binary, tmp_path, "migrate", "upgrade")
    assert {str(tmp_path), str(tmp_path / "kept"), str(tmp_path / "kept/here")} <= folders
