# SPDX-License-Identifier: Apache-2.0
"""The command `holdfast` as a user runs it: backfill and verify over a catalog in SQLite, time and peak memory."""
import pathlib
import shutil
import sqlite3
import subprocess

import measure

SPARSE_BYTES = 10_000_000_000


def make_workspace(binary, folder, root, names):
    """A workspace whose catalog has one row for each file; nothing is hashed yet."""
    folder = pathlib.Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "holdfast.toml").write_text(
        f'[workspace]\nname = "bench"\ncatalog = "sqlite:catalog.db"\n\n[artifacts.bench]\nsource = "catalog"\nroot = "{root}"\n')
    subprocess.run([binary, "migrate", "upgrade"], cwd=folder, check=True, capture_output=True)
    connection = sqlite3.connect(folder / "catalog.db")
    with connection:
        connection.executemany(
            "insert into artifacts(id, artifact_type, title, file_path, metadata) values (?, ?, ?, ?, '{}')",
            ((f"a{index:07d}", ("figure", "notebook", "dataset")[index % 3], name, name) for index, name in enumerate(names)))
    connection.close()
    return folder


def hashed_rows(folder):
    connection = sqlite3.connect(folder / "catalog.db")
    count, = connection.execute("select count(*) from artifacts where json_extract(metadata, '$.file_sha256') is not null").fetchone()
    connection.close()
    return count


def step(results, name, command, folder, cores):
    measured = measure.run(command, folder, cores)
    if measured.exit_code != 0:
        raise RuntimeError(f"{name}: exit {measured.exit_code}")
    results.append({"step": name, "wall_s": measured.wall_s, "cpu_s": measured.cpu_s, "rss_mib": measured.rss_mib})


def measure_corpus(binary, corpus_folder, names, workspace, threads, cores):
    """First backfill, a second one that finds nothing to do, verify by bytes and by identity."""
    folder = make_workspace(binary, workspace, corpus_folder, names)
    results = []
    jobs = ["--jobs", str(threads)]
    step(results, "backfill", [binary, "artifacts", "backfill", *jobs], folder, cores)
    if hashed_rows(folder) != len(names):
        raise RuntimeError(f"backfill left {len(names) - hashed_rows(folder)} rows without a hash")
    step(results, "backfill again", [binary, "artifacts", "backfill", *jobs], folder, cores)
    step(results, "verify", [binary, "artifacts", "verify", *jobs], folder, cores)
    step(results, "verify --quick", [binary, "artifacts", "verify", "--quick", *jobs], folder, cores)
    return results


def measure_sparse(binary, parent, workspace, size_bytes, cores):
    """One file far larger than memory should be: what counts is the peak."""
    root = pathlib.Path(parent) / "sparse"
    root.mkdir(parents=True, exist_ok=True)
    with open(root / "sparse.bin", "wb") as file:
        file.truncate(size_bytes)
    folder = make_workspace(binary, workspace, root, ["sparse.bin"])
    results = []
    step(results, "backfill", [binary, "artifacts", "backfill"], folder, cores)
    return results


def has_artifacts(binary):
    return pathlib.Path(binary).exists() and subprocess.run(
        [binary, "artifacts", "backfill", "--help"], capture_output=True, check=False).returncode == 0
