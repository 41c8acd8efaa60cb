# SPDX-License-Identifier: Apache-2.0
"""Seed 002 at its own size: 7,700 files of mixed sizes (one of 210 MB) and the rows whose files are gone, on both databases."""
import json
import random
import shutil

import pytest
from workspace import row, sha256sum, stat_sizes

SEED = 2026
KINDS = [("figure", 6699, 8120), ("notebook", 738, 1017), ("analysis", 248, 260), ("paper_figure", 15, 4302), ("dataset", 0, 132), ("model", 0, 9)]
BIG = 210 * 1000 * 1000
# What must survive byte for byte: a number beyond a double, odd keys, nesting.
OTHER = '{"width": 123456789012345678901234567890, "ratio": 1.50, "Größe": "ä\\u0001", "nested": {"file_sha256": "not mine", "b": [1, 2]}}'


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """The files, made once; yields (folder, rows, stale ids, digests, sizes)."""
    folder = tmp_path_factory.mktemp("tree") / "data"
    random.seed(SEED)
    block = random.randbytes(1 << 20)
    rows, with_file = [], []
    for kind, file_count, row_count in KINDS:
        for index in range(row_count):
            artifact_id = f"{kind}-{index:05d}" if index % 3 else f"{kind.upper()}_{index}"
            path = f"{kind}/{index % 50:02d}/{index}.bin"
            if index < file_count:
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                size = random.choice([0, 1, 63, 64, 65, 900, 4096, 20_000, 60_000, 65_536, 130_000, 200_000])
                target.write_bytes(block[index % 997:index % 997 + size])
                with_file.append((artifact_id, path))
            rows.append(row(artifact_id, path, kind, OTHER, f"title {index}", f"dedup-{index}"))
    big = folder / "notebook/big.ipynb"
    with open(big, "wb") as out:
        for _ in range(BIG // len(block) + 1):
            out.write(block)
    rows.append(row("notebook-big", "notebook/big.ipynb", "notebook", OTHER))
    digests, sizes = sha256sum(folder), stat_sizes(folder)
    by_id = {each["id"]: each for each in rows}
    # 3,000 rows have a right hash already (some in upper case); 25 of them are made stale: under the breaker's 1 %.
    stale = {}
    for number, (artifact_id, path) in enumerate(random.sample(with_file, 3000)):
        recorded = digests[path]
        if number < 25:
            recorded = stale[artifact_id] = f"{number:064x}"
        elif number % 7 == 0:
            recorded = recorded.upper()
        # In front of the other keys as text, so that their bytes stay what they are.
        by_id[artifact_id]["metadata"] = '{"file_sha256": "%s", %s' % (recorded, OTHER[1:])
    yield folder, rows, stale, digests, sizes
    shutil.rmtree(folder, ignore_errors=True)


def without_our_keys(metadata):
    return {key: value for key, value in metadata.items() if key not in ("file_sha256", "file_size_bytes", "file_sha256_computed_at")}


def test_every_row_gets_the_hash_that_sha256sum_gives(workspace, tree):
    folder, rows, stale, digests, sizes = tree
    workspace.data.rmdir()
    workspace.data.symlink_to(folder)
    workspace.database.insert("artifacts", rows)
    before = workspace.rows()

    summary = workspace.json("artifacts", "backfill", "--residual", "residual.jsonl", expect=1)  # drift was recorded: a cron job must notice

    after = workspace.rows()
    assert len(after) == len(rows)
    for artifact_id, each in after.items():
        assert without_our_keys(each["metadata"]) == without_our_keys(before[artifact_id]["metadata"])
        for column in ("artifact_type", "title", "file_path", "content_hash"):
            assert each[column] == before[artifact_id][column]
        if each["file_path"] in digests:
            assert each["metadata"]["file_sha256"] == digests[each["file_path"]]
            assert each["metadata"]["file_size_bytes"] == sizes[each["file_path"]]
            assert each["metadata"]["file_sha256_computed_at"].endswith("Z")
        else:
            assert each["metadata_text"] == before[artifact_id]["metadata_text"]

    drift = workspace.events("artifact.content_changed")
    assert {each["fields"]["artifact_id"]: each["fields"]["old_sha256"] for each in drift} == stale
    for each in drift:
        fields = each["fields"]
        assert fields["new_sha256"] == digests[fields["file_path"]]
        assert fields["mtime"].endswith("Z")
    assert len(drift) == len(stale) == 25

    gone = {each["id"] for each in rows if each["file_path"] not in digests}
    residual = [json.loads(line) for line in (workspace.folder / "residual.jsonl").read_text().splitlines()]
    assert {each["artifact_id"] for each in residual} == gone
    assert len(residual) == len(gone)

    written = {each["artifact_id"] for each in workspace.journal()}
    assert written == set(after) - gone
    assert len(workspace.journal()) == len(written)

    assert summary["scanned"] == len(rows)
    assert summary["drifted"] == 25
    assert summary["skipped_no_file"] == len(gone)
    assert summary["scanned"] == sum(summary[key] for key in ("updated", "unchanged", "skipped_no_file", "unstable", "refused", "failed"))
    assert sum(kind["scanned"] for kind in summary["by_type"].values()) == len(rows)
    assert summary["size_bytes_read"] >= sum(sizes.values())

    # Running it again changes nothing and reads nothing.
    journal = len(workspace.journal())
    again = workspace.json("artifacts", "backfill", expect=0)
    assert again["size_bytes_read"] == 0
    assert len(workspace.journal()) == journal
    assert workspace.rows() == after


def test_the_event_of_a_drift_is_durable_before_the_overwrite(workspace):
    workspace.write("a.bin", b"now")
    workspace.add_row("a", "a.bin", metadata='{"file_sha256": "%064x"}' % 1)
    workspace.run("artifacts", "backfill", expect=-9, env={"HOLDFAST_FAILPOINTS": "artifacts.after_event=kill"})
    assert [each["fields"]["old_sha256"] for each in workspace.events("artifact.content_changed")] == [f"{1:064x}"]
    assert workspace.rows()["a"]["metadata"] == {"file_sha256": f"{1:064x}"}
    assert workspace.journal() == []
    workspace.run("artifacts", "backfill", expect=1)
    assert len(workspace.events("artifact.content_changed")) == 1, "the repeat after the kill counts once"
    assert workspace.rows()["a"]["metadata"]["file_sha256"] != f"{1:064x}"
    assert len(workspace.journal()) == 1
