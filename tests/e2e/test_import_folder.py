# SPDX-License-Identifier: Apache-2.0
"""`import --from-folder`: which files get a row, which do not, and what is said of them."""
import hashlib
import json
import os
import subprocess
import tomllib

import pytest

LEFT_BY_TOOLS = (".git/HEAD", "deep/.git/config", ".hg/store", ".svn/entries", ".DS_Store", "src/__pycache__/a.pyc", ".venv/pyvenv.cfg",
                 "nb/.ipynb_checkpoints/a.ipynb", "node_modules/x/index.js")


def holdfast(binary, folder, *arguments, expect=0):
    done = subprocess.run([binary, *arguments], cwd=folder, text=True, capture_output=True, check=False)
    assert done.returncode == expect, done
    return done


def unrecorded(check):
    return [finding["observed"] for each in check["checks"] for subject in each["subjects"] for finding in subject["findings"]
            if finding["rule"] == "artifact.unrecorded_file"]


def effective_ignore(binary, folder):
    values = json.loads(holdfast(binary, folder, "config", "show", "--json").stdout)["values"]
    return next(each for each in values if each["key"].endswith(".ignore"))


@pytest.mark.parametrize("catalog", ["sqlite:.holdfast/catalog.db", "sqlite:state/memory.db", "sqlite:memory.db"])
@pytest.mark.parametrize("written_by", ["init", "hand"])
def test_what_tools_and_holdfast_leave_in_a_folder_gets_no_row(binary, tmp_path, written_by, catalog):
    for name in (*LEFT_BY_TOOLS, "figures/a.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    if written_by == "init":
        holdfast(binary, tmp_path, "init", "--name", "mine", "--catalog", catalog)
        written = tomllib.loads((tmp_path / "holdfast.toml").read_text())["artifacts"]["mine"]["ignore"]
        assert {".git", ".venv", "__pycache__"} <= set(written)
    else:
        (tmp_path / "holdfast.toml").write_text(
            f'[workspace]\ncatalog = "{catalog}"\n[events]\njsonl = "events.jsonl"\n[artifacts.mine]\nroot = "."\n')
        holdfast(binary, tmp_path, "migrate", "upgrade")
    done = holdfast(binary, tmp_path, "artifacts", "import", "--from-folder", ".", "--json")
    assert json.loads(done.stdout)["by_type"] == {"figure": 1}
    holdfast(binary, tmp_path, "artifacts", "backfill")
    assert unrecorded(json.loads(holdfast(binary, tmp_path, "check", "--json").stdout)) == []


def test_own_files_are_known_by_any_link_and_never_taken_for_patterns(binary, tmp_path):
    for name in ("real/sub/[x]*.db", "real/sub/xa.db", "other/sub/[x]*.db", "other/events1.jsonl"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    for name in ("real/sub/xa.db", "other/sub/[x]*.db", "other/events1.jsonl"):
        (tmp_path / name).write_text(name)
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "holdfast.toml").write_text('[workspace]\ncatalog = "sqlite:real/sub/[x]*.db"\n[events]\njsonl = "other/events?.jsonl"\n'
                                            '[artifacts.mine]\nroot = ["link", "other"]\nignore = []\n')
    holdfast(binary, tmp_path, "migrate", "upgrade")
    for root, files in (("link", {"xa.db"}), ("other", {"[x]*.db", "events1.jsonl"})):
        report = json.loads(holdfast(binary, tmp_path, "artifacts", "import", "--from-folder", root, "--json").stdout)
        assert report["imported"] == len(files), (root, report)
    holdfast(binary, tmp_path, "artifacts", "backfill")
    assert unrecorded(json.loads(holdfast(binary, tmp_path, "check", "--json").stdout)) == []


def test_the_default_list_is_the_same_wherever_it_comes_from_and_a_configured_one_replaces_it(binary, tmp_path):
    holdfast(binary, tmp_path, "init", "--name", "mine")
    config = tmp_path / "holdfast.toml"
    written = effective_ignore(binary, tmp_path)
    config.write_text("".join(line for line in config.open() if not line.startswith("ignore")))
    default = effective_ignore(binary, tmp_path)
    assert (written["value"], default["origin"]) == (default["value"], "default")

    config.write_text(config.read_text().replace("[artifacts.mine]", '[artifacts.mine]\nignore = ["*.tmp"]'))
    for name in (".git/HEAD", "a.tmp", "a.bin"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    report = json.loads(holdfast(binary, tmp_path, "artifacts", "import", "--from-folder", ".", "--dry-run", "--json").stdout)
    assert report["imported"] == 2, "a.bin and .git/HEAD; never holdfast.toml nor the catalog"


def test_nothing_but_ignored_files_is_told_as_that(binary, tmp_path):
    holdfast(binary, tmp_path, "init")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/HEAD").write_text("ref")
    done = holdfast(binary, tmp_path, "artifacts", "import", "--from-folder", ".git", expect=3)
    assert "ignored" in done.stdout + done.stderr and "names no file" not in done.stderr


@pytest.mark.parametrize("via", ["folder", "list"])
def test_skipped_links_and_special_files_are_counted(sqlite_workspace, via):
    sqlite_workspace.write("sub/a.bin", "a")
    (sqlite_workspace.data / "to-file").symlink_to("sub/a.bin")
    (sqlite_workspace.data / "to-folder").symlink_to("sub")
    (sqlite_workspace.data / "dangling").symlink_to("nowhere")
    os.mkfifo(sqlite_workspace.data / "fifo")
    (sqlite_workspace.data / ".venv").mkdir()
    (sqlite_workspace.data / ".venv/python").symlink_to("/usr/bin/python3")
    if via == "list":
        sqlite_workspace.write("../list.csv", "path\nsub/a.bin\n")
    source = ["--from-folder", "data"] if via == "folder" else ["--from-csv", "list.csv"]
    report = sqlite_workspace.json("artifacts", "import", *source, "--dry-run")
    assert (report["links_skipped"], report["special_skipped"], report["imported"]) == ((3, 1, 1) if via == "folder" else (0, 0, 1))
    said = sqlite_workspace.run("artifacts", "import", *source).stdout
    assert ("symbolic links: 3" in said and "devices: 1" in said) == (via == "folder")


def test_links_elsewhere_are_not_counted_for_the_folder_that_was_asked_for(sqlite_workspace):
    sqlite_workspace.write("sub/a.bin", "a")
    (sqlite_workspace.data / "to-file").symlink_to("sub/a.bin")
    assert sqlite_workspace.json("artifacts", "import", "--from-folder", "data/sub")["links_skipped"] == 0


def test_a_folder_that_is_not_there_is_named_with_the_way_out(sqlite_workspace):
    for folder in ("nowhere", "data/nowhere", "../nowhere"):
        done = sqlite_workspace.run("artifacts", "import", "--from-folder", folder, expect=2)
        said = " ".join(done.stderr.split())
        assert f"{folder}: there is no such folder" in said and str(sqlite_workspace.data) in said
    sqlite_workspace.write("a.bin", "a")
    assert "is no folder" in sqlite_workspace.run("artifacts", "import", "--from-folder", "data/a.bin", expect=2).stderr


@pytest.mark.parametrize("roots", [["data"], ["data", "more"]])
def test_subjects_of_files_have_one_slash_behind_the_source(sqlite_workspace, roots):
    for root in roots:
        (sqlite_workspace.folder / root).mkdir(exist_ok=True)
        (sqlite_workspace.folder / root / "new.bin").write_text("x")
    sqlite_workspace.run("--set", f"artifacts.atlas.root={json.dumps(roots)}", "config", "show")
    report = sqlite_workspace.json("check", "--set", f"artifacts.atlas.root={json.dumps(roots)}", expect=3)
    subjects = sorted(subject["subject"] for each in report["checks"] for subject in each["subjects"])
    absolute = [f"file:atlas{sqlite_workspace.folder}/{root}/new.bin" for root in sorted(roots)]
    assert subjects == (["file:atlas/new.bin"] if len(roots) == 1 else absolute)


def test_a_list_of_elsewhere_is_told_and_its_claims_are_held_first(sqlite_workspace):
    right = hashlib.sha256(b"a").hexdigest()
    sqlite_workspace.write("a.bin", "a")
    sqlite_workspace.write("../SUMS", f"{right}  data/a.bin\n{right}  data/b.bin\n")
    done = sqlite_workspace.run("artifacts", "import", "--from-sha256sum", "SUMS", "--dry-run")
    assert "2 of 2 paths are in no root (first: data/a.bin)" in done.stderr and "is --prefix right" in done.stderr
    sqlite_workspace.write("../SUMS", f"{right}  a.bin\n")
    done = sqlite_workspace.run("artifacts", "import", "--from-sha256sum", "SUMS")
    assert "in no root" not in done.stderr
    assert "next: holdfast artifacts verify atlas" in done.stderr and "backfill" not in done.stderr
    sqlite_workspace.run("artifacts", "verify", "atlas")
