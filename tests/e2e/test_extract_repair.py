# SPDX-License-Identifier: Apache-2.0
"""`holdfast extract repair`: the ledger is made to say what is there; the old one is kept, the journal written, the rows untouched."""
import hashlib
import json
import subprocess
import sys

import pyarrow.parquet
import pytest
from extraction import Extraction
from schemas import hold


def names(count):
    return [f"clip_{index:06d}.mp4" for index in range(count)]


@pytest.fixture
def foreign(tmp_path):
    return Extraction(tmp_path)


@pytest.fixture
def holdfast(release_binary, foreign):
    def run(*arguments, expect=0):
        done = subprocess.run([release_binary, "extract", *map(str, arguments)], cwd=foreign.folder, text=True, capture_output=True, check=False)
        assert done.returncode == expect, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done
    return run


def repair(holdfast, foreign, *arguments, expect=0):
    report = json.loads(holdfast("repair", "--out", foreign.out, "--json", *arguments, expect=expect).stdout)
    hold("extract-repair", report)
    return report


def files(foreign):
    """But for the lock, which names its last holder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in foreign.folder.iterdir() if path.suffix != ".extract-lock"}


def test_the_historical_accident_is_repaired(holdfast, foreign):
    keys = names(152_265)
    foreign.claim(keys)
    foreign.publish(keys[92_453:])
    before = files(foreign)
    plan = repair(holdfast, foreign, "--dry-run", expect=1)
    assert plan["removed"] == keys[:92_453] and plan["entries"] == 59_812 and plan["journal"] is None
    assert files(foreign) == before
    done = repair(holdfast, foreign, "--reason", "run two replaced run one")
    assert done["removed"] == keys[:92_453]
    assert foreign.ledger.read_text().splitlines() == keys[92_453:]
    kept = foreign.folder / done["kept"][0]
    assert len(done["kept"]) == 1 and hashlib.sha256(kept.read_bytes()).hexdigest() == before[foreign.ledger.name]
    assert files(foreign)[foreign.out.name] == before[foreign.out.name]
    journal = [json.loads(line) for line in (foreign.folder / "k150k.repairs.jsonl").read_text().splitlines()]
    assert [line["what"] for line in journal] == ["begun", "done"]
    assert journal[0]["reason"] == "run two replaced run one" and journal[0]["removed"].startswith("92453-")
    assert "complete" in holdfast("check", "--out", foreign.out).stdout
    settled = files(foreign)
    assert repair(holdfast, foreign)["removed"] == [] and files(foreign) == settled, "a second repair has nothing to do"


def test_what_has_a_row_is_put_in_and_bad_lines_are_taken_out(holdfast, foreign):
    keys = names(10)
    foreign.ledger.write_text("".join(f"{key}\n" for key in [*keys[:4], keys[0], "\0torn", *keys[8:]]))
    foreign.publish(keys[:6])
    foreign.stage(keys[6:8])
    staged = foreign.staging.read_text()
    foreign.staging.write_text("{\"clip_name\": \"clip_0000\n" + staged + "{\"clip")
    done = repair(holdfast, foreign)
    assert done["removed"] == keys[8:] and done["added"] == 4 and done["repeated"] == 1
    assert (done["bad_ledger_lines"], done["bad_staging_lines"]) == (1, 2) and len(done["kept"]) == 2
    assert foreign.ledger.read_text().splitlines() == keys[:8]
    assert foreign.staging.read_text() == staged
    assert json.loads(holdfast("check", "--out", foreign.out, "--json", expect=3).stdout)["counts"]["missing"] == 0


def test_digests_of_a_json_ledger_are_kept(holdfast, foreign):
    keys = names(3)
    lines = [json.dumps({"key": key, "row_sha256": hashlib.sha256(key.encode()).hexdigest()}, separators=(",", ":")) for key in keys]
    foreign.ledger.write_text("\n".join(lines) + "\n")
    foreign.publish(keys[:2])
    repair(holdfast, foreign)
    assert foreign.ledger.read_text().splitlines() == lines[:2]


def test_where_the_rows_cannot_be_read_nothing_is_changed(holdfast, foreign):
    foreign.claim(names(5))
    foreign.publish(names(5))
    foreign.out.write_bytes(foreign.out.read_bytes()[:-20])
    before = files(foreign)
    failed = holdfast("repair", "--out", foreign.out, expect=4)
    assert "can't be read" in failed.stderr and "hint: restore the file" in failed.stderr
    assert {name: each for name, each in files(foreign).items() if name in before} == before


def test_nothing_there_is_an_error(holdfast, foreign):
    assert "there is no" in holdfast("repair", "--out", foreign.out, expect=2).stderr


@pytest.fixture
def configured(sqlite_workspace):
    for index in range(12):
        sqlite_workspace.write(f"clips/{index:02d}.mp4", f"{index}" * 9)
    (sqlite_workspace.folder / "out").mkdir()
    (sqlite_workspace.folder / "holdfast.toml").write_text(
        f'[workspace]\ncatalog = "{sqlite_workspace.database.url}"\n\n[extract.f]\nitems = "data/clips/*.mp4"\n'
        'out = "out/f.parquet"\nextractor = "sha256"\n')
    return sqlite_workspace


def rows(workspace):
    return pyarrow.parquet.read_table(workspace.folder / "out/f.parquet").to_pylist()


def test_the_next_run_extracts_exactly_what_was_lost(configured):
    configured.json("extract", "run")
    whole = rows(configured)
    table = pyarrow.parquet.read_table(configured.folder / "out/f.parquet")
    pyarrow.parquet.write_table(table.slice(0, 7), configured.folder / "out/f.parquet")
    refused = configured.json("extract", "run", expect=1)
    assert refused["status"] == "refused" and "holdfast extract repair f" in refused["findings"][0]["hint"]
    configured.run("extract", "repair", "--reason", "sliced")
    report = configured.json("extract", "run")
    assert (report["status"], report["pending_at_start"], report["ok"]) == ("complete", 5, 5)
    assert sorted(rows(configured), key=str) == sorted(whole, key=str)
    events = [json.loads(line) for line in configured.run("events", "list", "--name", "extract.*", "--json").stdout.splitlines()]
    told = [(each["name"], each["fields"].get("outcome") or each["fields"].get("removed") or each["fields"].get("rows")) for each in events]
    assert [each for each in told if each[0] not in ("extract.rows_missing", "extract.pending")] == [
        ("extract.published", 12), ("extract.run_ended", "complete"), ("extract.run_ended", "refused"),
        ("extract.repaired", 5), ("extract.published", 12), ("extract.run_ended", "complete")]
    assert ("extract.rows_missing", None) in told, "the refusal opened an incident"


def test_a_repair_beside_a_run_is_refused(configured):
    (configured.folder / "slow.py").write_text(
        "import signal, sys\nfor line in sys.stdin:\n    signal.pause()\n")
    (configured.folder / "holdfast.toml").write_text((configured.folder / "holdfast.toml").read_text().replace(
        'extractor = "sha256"', f'extractor = "worker"\ncommand = ["{sys.executable}", "slow.py"]\ncolumns = ["a:int64"]'))
    running = configured.start("extract", "run")
    try:
        while not (configured.folder / "out/f.manifest.json").exists():
            assert running.poll() is None
        status = configured.json("extract", "status")
        hold("extract-status", status)
        assert status["extractions"][0]["state"] == "running" and str(running.pid) in status["extractions"][0]["holder"]
        assert f"process {running.pid}" in configured.run("extract", "repair", expect=4).stderr
    finally:
        running.kill()
        running.wait()
    assert configured.json("extract", "status")["extractions"][0]["state"] == "killed"


def test_files_that_another_program_has_open_are_left(holdfast, foreign):
    keys = names(4)
    foreign.claim(keys)
    foreign.publish(keys[:2])
    before = files(foreign)
    with open(foreign.ledger, "a"):
        failed = holdfast("repair", "--out", foreign.out, expect=4)
        assert "is open in another program; nothing was changed" in failed.stderr
        assert files(foreign) == before
    assert repair(holdfast, foreign)["removed"] == keys[2:]


@pytest.mark.parametrize("damage", ["\ufeff", "#", ""], ids=["byte-order mark", "damaged first line", "space"])
def test_a_ledger_of_json_lines_stays_one(holdfast, foreign, damage):
    keys = names(4)
    lines = [json.dumps({"key": key, "row_sha256": "ab" * 32}) for key in keys]
    text = "\n".join(lines) + "\n"
    foreign.ledger.write_text(damage + (text.replace('{"key"', '{ "key"') if damage == "" else text))
    foreign.publish(keys)
    counts = json.loads(holdfast("check", "--out", foreign.out, "--json", expect=1 if damage == "#" else 0).stdout)["counts"]
    assert counts["missing"] == 0 and counts["ledger"] == (3 if damage == "#" else 4)
    if damage == "#":
        repair(holdfast, foreign)
        assert [json.loads(line)["key"] for line in foreign.ledger.read_text().splitlines()] == [*keys[1:], keys[0]]


def test_a_key_that_the_ledger_can_not_hold_is_told_before_anything_is_changed(holdfast, foreign):
    foreign.ledger.write_text('{"key":"a.mp4"}\n')
    foreign.publish(["a.mp4", ""])
    before = files(foreign)
    failed = holdfast("repair", "--out", foreign.out, expect=4)
    assert "the ledger can't hold the key" in failed.stderr and "it is empty" in failed.stderr
    assert files(foreign) == before


def test_a_shards_repair_leaves_the_incident_of_the_whole(configured):
    configured.json("extract", "run", "--shard", "1/2")
    configured.json("extract", "run", "--shard", "2/2")
    configured.run("extract", "merge", "--keep")
    out = configured.folder / "out/f.parquet"
    pyarrow.parquet.write_table(pyarrow.parquet.read_table(out).slice(0, 7), out)
    configured.run("check", expect=1)
    shard = configured.folder / "out/f.shard-1-of-2.done"
    shard.write_text(shard.read_text() * 2)
    configured.run("extract", "repair", "--out", "out/f.shard-1-of-2.parquet")
    assert "extraction:f" in configured.run("incidents", "list").stdout


def test_rows_of_another_order_of_columns_are_the_rows_that_were_extracted(configured):
    configured.json("extract", "run")
    out = configured.folder / "out/f.parquet"
    table = pyarrow.parquet.read_table(out)
    odd = table.select(["key", "size_bytes", "file_sha256"]).append_column("later", [[None] * 12])
    pyarrow.parquet.write_table(odd.replace_schema_metadata(None), out)
    finding, = configured.json("extract", "check", "--deep", expect=3)["findings"]
    assert finding["rule"] == "extract.pages_not_decoded" and "later" in finding["message"], "of a type that no row of ours has"


def test_a_ledger_with_a_byte_order_mark_is_continued(configured):
    configured.run("extract", "run", "--limit", 5, expect=3)
    ledger = configured.folder / "out/f.done"
    ledger.write_text("\ufeff" + ledger.read_text())
    assert configured.json("extract", "run")["status"] == "complete"
    assert len(ledger.read_text().splitlines()) == 12


@pytest.mark.parametrize(("name", "line"), [("f.rows.jsonl", '{"size_bytes":1}\n'), ("f.done", '{"key":1}\n')])
def test_a_whole_line_that_says_nothing_is_not_built_upon(configured, name, line):
    configured.run("extract", "run", "--limit", 5, expect=3)
    path = configured.folder / "out" / name
    path.write_text((path.read_text() if path.exists() else "") + line)
    before = path.read_text()
    assert configured.json("extract", "run", expect=1)["status"] == "refused" and path.read_text() == before
    configured.run("extract", "repair")
    assert configured.json("extract", "run")["status"] == "complete"
