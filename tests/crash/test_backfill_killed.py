# SPDX-License-Identifier: Apache-2.0
"""A backfill killed with -9 at every failpoint and at random moments: the same command finishes the work, nothing twice, nothing skipped."""
import os
import pathlib
import random
import re
import signal
import subprocess
import time

import pytest
from pausing import let_go, pause
from tracing import files_read, run_traced
from workspace import row, sha256sum

SOURCE = pathlib.Path(__file__).resolve().parents[2]
# Every failpoint of the artifacts room. tools/check_style.py holds this list against the code.
FAILPOINTS = [
    "artifacts.after_hash",
    "artifacts.before_event",
    "artifacts.after_event",
    "artifacts.in_transaction",
    "artifacts.before_commit",
    "artifacts.after_commit",
    "artifacts.after_proofs",
]
FILE_COUNT = 60


def fill(workspace, file_count=FILE_COUNT, size=3000):
    """`file_count` files and rows: a third never hashed, a third hashed right, and three rows with a stale hash."""
    random.seed(7)
    for index in range(file_count):
        workspace.write(f"{index:04d}.bin", random.randbytes(size + index))
    digests = sha256sum(workspace.data)
    rows = []
    for index in range(file_count):
        metadata = '{"keep": 1.50}'
        if index % 3 == 0:
            metadata = '{"file_sha256": "%s", "keep": 1.50}' % digests[f"{index:04d}.bin"]
        if index in (7, 25, 43):
            metadata = '{"file_sha256": "%064x", "keep": 1.50}' % index
        rows.append(row(f"a{index:04d}", f"{index:04d}.bin", "figure" if index % 2 else "notebook", metadata))
    workspace.database.insert("artifacts", rows)
    return digests


def reset(workspace):
    workspace.database.execute("delete from artifacts; delete from artifact_metadata_journal; delete from artifact_proof;")


def assert_whole(workspace, digests):
    rows = workspace.rows()
    for each in rows.values():
        assert each["metadata"]["file_sha256"] == digests[each["file_path"]], each["id"]
        assert each["metadata"]["keep"] == 1.5
        assert each["metadata"]["file_sha256_computed_at"]
    journal = [each["artifact_id"] for each in workspace.journal()]
    assert sorted(journal) == sorted(rows), "one journal entry for each row, however often the run was killed"


def marked(workspace):
    return {each["file_path"] for each in workspace.rows().values() if "file_sha256_computed_at" in each["metadata"]}


def test_the_list_of_failpoints_is_that_of_the_code():
    names = set()
    for file in (SOURCE / "src/artifacts").glob("*.cpp"):
        names |= set(re.findall(r'HOLDFAST_FAILPOINT\("([^"]+)"\)', file.read_text()))
    assert {name for name in names if name.startswith("artifacts.")} >= set(FAILPOINTS)


@pytest.mark.parametrize("visit", [1, 3])
@pytest.mark.parametrize("failpoint", FAILPOINTS)
def test_killed_at_a_failpoint_the_same_command_finishes(workspace, tmp_path, failpoint, visit):
    digests = fill(workspace)
    backfill = ["artifacts", "backfill", "--commit-every", "10", "--jobs", "2"]
    killed = workspace.run(*backfill, expect=(-signal.SIGKILL, 0, 1), env={"HOLDFAST_FAILPOINTS": f"{failpoint}={visit}*kill"})
    if visit == 1:
        assert killed.returncode == -signal.SIGKILL, "the failpoint was never visited"
    done_before = marked(workspace)
    run_traced(workspace, tmp_path / "trace", *backfill, expect=(0, 1))
    read = [pathlib.Path(path).name for path in files_read(tmp_path / "trace")]
    assert len(read) == len(set(read)), "no file is read twice in one run"
    assert not set(read) & done_before, "what was committed is not read again"
    assert set(read) == set(digests) - done_before
    assert_whole(workspace, digests)
    assert sorted(each["fields"]["artifact_id"] for each in workspace.events("artifact.content_changed")) == ["a0007", "a0025", "a0043"]
    assert workspace.run("events", "verify").returncode == 0


def test_killed_at_random_moments_the_same_command_finishes(workspace, release_binary):
    workspace.binary = release_binary
    # At this rate the 7 MB take at least 0.6 s, so that a random moment is mostly one in the middle.
    backfill = ["artifacts", "backfill", "--commit-every", "10", "--jobs", "2", "--rate", "12MB/s"]
    digests = fill(workspace, file_count=120, size=60_000)
    whole_s = 0.6
    workspace.run(*backfill, expect=1)
    assert_whole(workspace, digests)
    seed = 20261121
    print("seed", seed)
    rng = random.Random(seed)
    kills_that_hit = 0
    for _ in range(50):
        reset(workspace)
        fill_rows = [row(f"a{i:04d}", f"{i:04d}.bin", "figure" if i % 2 else "notebook", '{"keep": 1.50}') for i in range(120)]
        workspace.database.insert("artifacts", fill_rows)
        process = workspace.start(*backfill)
        try:
            process.wait(timeout=rng.uniform(0, whole_s))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.communicate()
        kills_that_hit += process.returncode == -signal.SIGKILL
        workspace.run(*backfill, expect=0)
        assert_whole(workspace, digests)
    assert kills_that_hit >= 25, f"only {kills_that_hit} of 50 runs were really cut short"
    assert workspace.run("events", "verify").returncode == 0


def test_sigint_commits_what_is_in_flight_and_ends_by_the_signal(workspace):
    digests = fill(workspace, size=200_000)
    process = workspace.start("artifacts", "backfill", "--rate", "2MB/s", "--commit-every", "5")
    deadline = time.monotonic() + 60
    while not marked(workspace) and time.monotonic() < deadline:
        pass
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert process.returncode == -signal.SIGINT
    assert 0 < len(marked(workspace)) < FILE_COUNT
    workspace.run("artifacts", "backfill", expect=(0, 1))
    assert_whole(workspace, digests)


def merged(workspace, key, value):
    if workspace.database.backend == "sqlite":
        return f"json_set(metadata, '$.{key}', json('{value}'))"
    return f"metadata || '{{\"{key}\": {value}}}'::jsonb"


def test_what_another_client_changes_meanwhile_survives(workspace):
    for name in ("metadata", "path", "deleted", "hash", "plain"):
        workspace.write(f"{name}.bin", name)
        workspace.add_row(name, f"{name}.bin", metadata='{"keep": 1}')
    workspace.write("elsewhere.bin", "another file")
    process, gate = pause(workspace, "artifacts.after_hash", "artifacts", "backfill")
    database = workspace.database
    database.execute(f"update artifacts set metadata = {merged(workspace, 'theirs', 2)} where id = 'metadata'")
    database.execute("update artifacts set file_path = 'elsewhere.bin' where id = 'path'")
    database.execute("delete from artifacts where id = 'deleted'")
    database.execute(f"update artifacts set metadata = {merged(workspace, 'file_sha256', chr(34) + 'f' * 64 + chr(34))} where id = 'hash'")
    let_go(process, gate)
    assert process.returncode in (0, 1, 3)
    workspace.run("artifacts", "backfill", expect=(0, 1))
    rows, digests = workspace.rows(), sha256sum(workspace.data)
    assert "deleted" not in rows
    assert rows["metadata"]["metadata"]["theirs"] == 2
    assert rows["path"]["file_path"] == "elsewhere.bin"
    for artifact_id, each in rows.items():
        assert each["metadata"]["file_sha256"] == digests[each["file_path"]], artifact_id
    assert [each["fields"]["old_sha256"] for each in workspace.events("artifact.content_changed")] == ["f" * 64]


@pytest.mark.parametrize("how", ["in_place", "replaced"])
def test_no_recorded_hash_belongs_to_a_mixture(workspace, how):
    size = 3_000_000
    versions = [bytes([65 + number]) * size for number in range(2)]
    for index in range(4):
        workspace.write(f"{index}.bin", versions[0])
    import hashlib
    right = {hashlib.sha256(version).hexdigest() for version in versions}
    writer = subprocess.Popen(["python3", "-c", f"""
import os, itertools
for turn in itertools.count():
    for index in range(4):
        data = bytes([65 + turn % 2]) * {size}
        path = f'{{index}}.bin'
        if {how!r} == 'replaced':
            open(path + '.new', 'wb').write(data); os.rename(path + '.new', path)
        else:
            with open(path, 'r+b') as out: out.write(data)
"""], cwd=workspace.data)
    try:
        for attempt in range(12):
            workspace.database.execute("delete from artifacts")
            for index in range(4):
                workspace.add_row(f"a{index}", f"{index}.bin")
            workspace.run("artifacts", "backfill", expect=(0, 1, 3))
            for each in workspace.rows().values():
                recorded = each["metadata"].get("file_sha256")
                assert recorded is None or recorded in right, f"attempt {attempt}: a mixture was recorded"
    finally:
        writer.kill()
        writer.wait()


def test_two_runs_at_once_never_hash_the_same_row(workspace, tmp_path):
    digests = fill(workspace, file_count=150, size=20_000)
    from tracing import traced
    runs = [subprocess.Popen(traced(workspace, tmp_path / f"trace{number}", "artifacts", "backfill", "--commit-every", "5"),
                             cwd=workspace.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ))
            for number in range(2)]
    for each in runs:
        out, err = each.communicate()
        assert each.returncode in (0, 1), (out, err)
    read = [[pathlib.Path(path).name for path in files_read(tmp_path / f"trace{number}")] for number in range(2)]
    assert sorted(read[0] + read[1]) == sorted(digests), "every file was read by exactly one of the two"
    assert_whole(workspace, digests)


def test_a_run_after_a_killed_one_does_not_wait_for_its_claims(workspace):
    digests = fill(workspace)
    workspace.run("artifacts", "backfill", expect=-signal.SIGKILL, env={"HOLDFAST_FAILPOINTS": "artifacts.after_hash=kill"})
    workspace.run("artifacts", "backfill", expect=1)
    assert_whole(workspace, digests)
