# SPDX-License-Identifier: Apache-2.0
"""`holdfast extract check` over what an original script left: by key and never by count, with exact lists, and no byte changed."""
import hashlib
import json
import os
import shutil
import subprocess

import pyarrow
import pyarrow.parquet
import pytest
from extraction import Extraction
from schemas import hold


@pytest.fixture
def extraction(tmp_path):
    return Extraction(tmp_path)


def state(folder):
    return {path.name: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns) for path in folder.iterdir() if path.is_file()}


@pytest.fixture
def check(release_binary, extraction):
    """Runs the check; whatever it finds, the files stay as they are."""
    def run(*arguments, expect=0, json_too=True):
        before = state(extraction.folder)
        command = [release_binary, "extract", "check", "--out", extraction.out, *map(str, arguments)]
        done = subprocess.run(command, cwd=extraction.folder, text=True, capture_output=True, check=False)
        assert done.returncode == expect, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        if json_too:
            again = subprocess.run([*command, "--json"], cwd=extraction.folder, text=True, capture_output=True, check=False)
            assert again.returncode == expect
            done.report = json.loads(again.stdout)
            hold("extract-check", done.report)
            assert done.report["exit_code"] == expect
        assert {name: each for name, each in state(extraction.folder).items() if name in before} == before
        return done
    return run


def rules(done):
    return [(each["rule"], each["level"]) for each in done.report["findings"]]


def flat(text):
    """Without its line breaks, which depend on the width of the terminal."""
    return " ".join(text.split())


def names(count):
    return [f"clip_{index:06d}.mp4" for index in range(count)]


def test_the_historical_accident_is_refused_and_every_lost_row_named(extraction, check, tmp_path):
    keys = names(152_265)
    extraction.claim(keys)
    extraction.publish(keys[92_453:])
    done = check("--lists", tmp_path / "lists", expect=1)
    assert rules(done) == [("extract.rows_missing", "error")]
    assert "CONSISTENCY ERROR" in done.stdout and "152265" in done.stdout and "59812" in done.stdout and "92453" in done.stdout
    said = " ".join(done.stdout.split())
    assert "remove the affected entries" in said and "re-extract everything" in said
    assert said.index("holdfast extract repair") < said.index("by hand: remove")
    assert (tmp_path / "lists/missing.txt").read_text().splitlines() == keys[:92_453]
    assert done.report["counts"] | {} == {
        "items": None, "ledger": 152_265, "staged": 0, "published": 59_812, "published_rows": 59_812, "done": 59_812, "missing": 92_453,
        "pending": 0, "unknown": 0, "unclaimed": 0, "staged_unclaimed": 0, "repeated": 0, "malformed": 0}


def test_the_control_case_passes(extraction, check, tmp_path):
    keys = names(1000)
    extraction.claim(keys)
    extraction.publish(keys)
    (tmp_path / "items.txt").write_text("\n".join(keys))
    done = check("--items-file", tmp_path / "items.txt")
    assert "conclusion: complete" in done.stdout and done.report["findings"] == [] and done.report["verdict"] == "in_step"


def test_equal_counts_of_other_keys_are_refused(extraction, check):
    extraction.claim(names(200))
    extraction.publish([f"other_{name}" for name in names(200)])
    done = check(expect=1)
    assert rules(done) == [("extract.rows_missing", "error"), ("extract.rows_unclaimed", "warning")]
    assert done.report["counts"]["missing"] == done.report["counts"]["unclaimed"] == 200


def test_duplicated_rows_hide_no_loss(extraction, check):
    keys = names(100)
    extraction.claim(keys)
    extraction.publish(keys[:50] * 2)
    done = check(expect=1)
    assert rules(done) == [("extract.rows_missing", "error"), ("extract.rows_repeated", "error")]
    assert done.report["counts"]["missing"] == done.report["counts"]["repeated"] == 50


def test_staged_rows_are_not_lost_and_not_complete(extraction, check):
    keys = names(200)
    extraction.claim(keys)
    extraction.publish(keys[:160])
    extraction.stage(keys[160:])
    done = check(expect=3)
    assert done.report["counts"]["missing"] == 0 and done.report["counts"]["staged"] == 40
    assert rules(done) == [("extract.unpublished", "note")] and done.report["verdict"] == "unknown"


def test_a_torn_staging_line_is_told_with_its_place(extraction, check, tmp_path):
    keys = names(10)
    extraction.claim(keys)
    extraction.publish(keys[:8])
    extraction.stage(keys[8:])
    whole = extraction.staging.read_text()
    extraction.staging.write_text(whole[:-30])
    done = check("--lists", tmp_path / "lists", expect=1)
    assert rules(done) == [("extract.rows_missing", "error"), ("extract.staging_malformed", "warning"), ("extract.unpublished", "note")]
    bad = [json.loads(line) for line in (tmp_path / "lists/malformed.jsonl").read_text().splitlines()]
    assert [(each["line"], each["offset"]) for each in bad] == [(2, whole.index("\n") + 1)]
    assert "skipped 1 malformed line" in done.stdout and "recovered 1 row" in done.stdout


def test_two_rows_glued_into_one_line_are_both_missed(extraction, check):
    keys = names(3)
    extraction.claim(keys)
    extraction.stage(keys)
    lines = extraction.staging.read_text().splitlines()
    extraction.staging.write_text(lines[0][:40] + lines[1] + "\n" + lines[2] + "\n")
    done = check(expect=1)
    assert done.report["counts"]["missing"] == 2 and done.report["counts"]["staged"] == 1


def test_pending_items_are_incomplete_and_never_complete(extraction, check):
    keys = names(5)
    (extraction.folder / "clips").mkdir()
    for key in keys:
        (extraction.folder / "clips" / key).write_bytes(b"")
    extraction.claim(keys[:3])
    extraction.publish(keys[:3])
    done = check("--items", "clips/*.mp4", expect=3)
    assert rules(done) == [("extract.pending", "note")] and "conclusion: incomplete" in done.stdout
    assert done.report["proved_at"] is None, "nothing is proved of what is not finished"
    os.unlink(extraction.folder / "clips" / keys[0])
    done = check("--items", "clips/*.mp4", expect=1)
    assert ("extract.unknown_items", "warning") in rules(done)


def test_lines_that_repeat_or_are_torn_claim_nothing_new(extraction, check):
    keys = names(4)
    extraction.publish(keys)
    extraction.ledger.write_text("\n".join([keys[0], *keys]) + "\r\n\n")
    assert rules(check()) == [("extract.claimed_twice", "note")]
    extraction.ledger.write_text("\n".join(keys))
    assert rules(check(expect=1)) == [("extract.rows_unclaimed", "warning"), ("extract.ledger_malformed", "warning")]


@pytest.mark.parametrize("options", [{"compression": "zstd"}, {"compression": "none"}, {"use_dictionary": False}, {"row_group_size": 7},
                                     {"data_page_version": "2.0"}, {"write_page_checksum": True}], ids=str)
def test_every_way_of_writing_the_keys_is_read(extraction, check, options):
    keys = names(100)
    extraction.claim(keys)
    extraction.publish(keys, **options)
    assert check().report["counts"]["published"] == 100


def damaged(extraction, how):
    data = extraction.out.read_bytes()
    extraction.out.write_bytes({"empty": b"", "text": b"no parquet at all", "cut tail": data[:-20], "cut middle": data[:100] + data[300:],
                                "zeros": bytes(len(data)), "head only": data[:len(data) // 2]}[how])


@pytest.mark.parametrize("how", ["empty", "text", "cut tail", "cut middle", "zeros", "head only"])
def test_an_output_that_cannot_be_read_is_unknown_and_no_loss(extraction, check, how):
    keys = names(2000)
    extraction.claim(keys)
    extraction.publish(keys)
    damaged(extraction, how)
    done = check(expect=1)
    assert rules(done)[0] == ("extract.output_unreadable", "error") and done.report["verdict"] == "unknown"
    assert "extract.rows_missing" not in [rule for rule, _ in rules(done)], "what can't be read is not known to be lost"
    assert done.report["counts"]["missing"] == 0
    (extraction.out.parent / "items.txt").write_text("\n".join(keys))
    table = check("--items-file", extraction.out.parent / "items.txt", expect=1).stdout.split("conclusion")[0]
    assert table.split()[-3:] == ["?", "?", "?"], "published, missing, pending"


def test_an_output_without_the_column_says_which_there_are(extraction, check):
    pyarrow.parquet.write_table(pyarrow.table({"name": ["a"], "x": [1]}), extraction.out)
    extraction.claim(["a"])
    done = check(expect=1)
    assert "name, x" in done.stdout
    assert check("--key", "name").report["counts"]["published"] == 1
    assert "x is of type int64" in check("--key", "x", expect=2, json_too=False).stderr


def test_rows_without_a_key_are_told(extraction, check):
    pyarrow.parquet.write_table(pyarrow.table({"clip_name": ["a", None, "b"]}), extraction.out)
    extraction.claim(["a", "b"])
    assert rules(check(expect=1)) == [("extract.rows_without_key", "warning")]


def test_nothing_there_is_an_error(extraction, check):
    assert "there is no" in check(expect=2, json_too=False).stderr


def test_as_a_check_of_the_workspace_it_opens_and_ends_an_incident(sqlite_workspace):
    workspace = sqlite_workspace
    (workspace.folder / "features").mkdir()
    extraction = Extraction(workspace.folder / "features")
    keys = names(30)
    for key in keys:
        workspace.write(f"clips/{key}", "")
    (workspace.folder / "holdfast.toml").write_text(
        f'[workspace]\ncatalog = "{workspace.database.url}"\n\n[extract.k150k]\nitems = "data/clips/*.mp4"\nout = "features/k150k.parquet"\n')
    extraction.claim(keys)
    extraction.publish(keys[10:])
    done = workspace.run("check", expect=1)
    assert "extract.rows_missing" in done.stdout and "extraction:k150k" in done.stdout
    assert [each["subject"] for each in workspace.json("incidents", "list")["incidents"]] == ["extraction:k150k"]
    workspace.run("extract", "check", "k150k", expect=1)
    # Another loss is another finding; the same one is not told anew.
    extraction.publish(keys[12:])
    workspace.run("check", expect=1)
    workspace.run("check", expect=1)
    assert len(workspace.events("extract.rows_missing")) == 2
    extraction.publish(keys)
    workspace.run("check")
    assert workspace.json("incidents", "list")["incidents"] == []
    workspace.run("waive", "list")


def test_a_damaged_page_is_found_by_a_deep_look(extraction, check):
    keys = names(500)
    extraction.claim(keys)
    extraction.publish(keys, compression="none", write_page_checksum=True)
    check("--deep")
    data = bytearray(extraction.out.read_bytes())
    at = data.index(b"clip_000250.mp4")
    data[at + 7] ^= 1  # another key
    extraction.out.write_bytes(bytes(data))
    done = check("--deep", expect=1)
    assert ("extract.output_damaged", "error") in rules(done) and "checksum" in done.stdout


def test_pages_without_a_checksum_are_decoded_and_told(extraction, check):
    keys = names(3000)
    extraction.claim(keys)
    table = pyarrow.table({"clip_name": keys, "text": [f"value {index * 7919 % 3001}" for index in range(3000)],
                           "blob": pyarrow.array([f"blob {index * 7919 % 3001}".encode() for index in range(3000)], pyarrow.binary())})
    pyarrow.parquet.write_table(table, extraction.out)  # as pyarrow does it: snappy, no checksum on any page
    done = check("--deep")
    assert rules(done) == [("extract.pages_unchecked", "note"), ("extract.rows_not_compared", "note")]
    assert "decoded" in done.report["findings"][0]["message"]
    assert "conclusion: complete (" in flat(done.stdout)
    assert flat(done.stdout).endswith("; not compared with what was extracted: 3,000 of 3,000 rows")
    assert done.report["findings"][0]["witness"]["count"] == done.report["findings"][0]["witness"]["page_count"] > 0
    assert "without a checksum" in done.stdout and rules(check()) == []
    whole = extraction.out.read_bytes()
    for column in (1, 2):
        at = pyarrow.parquet.read_metadata(extraction.out).row_group(0).column(column).dictionary_page_offset + 500
        extraction.out.write_bytes(whole[:at] + b"\xff" * 60 + whole[at + 60:])
        done = check("--deep", expect=1)
        assert ("extract.output_damaged", "error") in rules(done) and "can't be decoded" in done.stdout
        assert done.report["counts"]["published"] == 3000 and done.report["verdict"] == "drifted", "the keys are known"
        check()


def test_what_was_not_decoded_is_not_in_step(bare):
    """Columns of a type that no row of ours has: only a checksum tells of them."""
    extraction, keys = bare.extraction, names(3)
    table = pyarrow.table({"clip_name": keys, "n": [1, 2, 3], "l": [[1], [2], [3]]})
    extraction.claim(keys)
    pyarrow.parquet.write_table(table, extraction.out)
    assert "extract.pages_not_decoded" in bare.run("check", "--full", expect=3).stdout
    report = bare.json("extract", "check", "k150k", "--deep", expect=3)
    hold("extract-check", report)
    finding, others = report["findings"]
    assert others["rule"] == "extract.rows_not_compared", "a ledger of bare names has no digests"
    assert (finding["rule"], finding["level"], finding["verdict"]) == ("extract.pages_not_decoded", "note", "unknown")
    assert "l.list.element" in finding["message"] and finding["witness"]["count"] > 0
    assert report["conclusion"] == "incomplete"
    bare.run("check")
    pyarrow.parquet.write_table(table, extraction.out, write_page_checksum=True)
    bare.run("check", "--full")
    assert [each["rule"] for each in bare.json("extract", "check", "k150k", "--deep")["findings"]] == ["extract.rows_not_compared"]


def test_pages_of_values_are_walked_too(extraction, check):
    keys = names(50)
    extraction.claim(keys)
    extraction.publish(keys, compression="none", write_page_checksum=True, use_dictionary=False)
    data = bytearray(extraction.out.read_bytes())
    at = data.index(b"\x00\x00\x00\x00\x00\x00\x0c@" * 3)  # 3.5, of mos
    data[at + 1] ^= 1
    extraction.out.write_bytes(bytes(data))
    check()
    assert rules(check("--deep", expect=1)) == [("extract.output_damaged", "error"), ("extract.rows_not_compared", "note")]


def test_the_ledger_without_what_is_missing_is_the_way_out(extraction, check, tmp_path):
    keys = names(20)
    extraction.claim(keys)
    extraction.publish(keys[4:])
    check("--lists", tmp_path / "lists", expect=1)
    extraction.ledger.write_bytes((tmp_path / "lists/ledger-without-missing").read_bytes())
    check()


def test_two_names_that_are_no_text_are_not_taken_for_one(extraction, check):
    extraction.staging.write_text('{"clip_name": "a\\udcfe.mp4"}\n{"clip_name": "a\\udcff.mp4"}\n')
    extraction.ledger.write_text('{"key": "a\\udcfe.mp4"}\n{"key": "a\\udcff.mp4"}\n')
    done = check(expect=1)
    assert done.report["counts"]["malformed"] == 4 and "no text" in done.stdout


def test_items_that_cannot_be_told_are_never_complete(extraction, check):
    clips = extraction.folder / "clips"
    clips.mkdir()
    done = check("--items", "clips/*.mp4", expect=2, json_too=False)  # nothing is there at all
    extraction.claim(["a.mp4"])
    extraction.publish(["a.mp4"])
    done = check("--items", "clips/*.mp4", expect=1)
    assert rules(done) == [("extract.items_unreadable", "error")] and "there are no items" in done.stdout
    (clips / "a.mp4").write_text("a")
    check("--items", "clips/*.mp4")
    (clips / "b.mp4").symlink_to("/nowhere/b.mp4")
    assert rules(check("--items", "clips/*.mp4", expect=1)) == [("extract.items_unreadable", "error")]
    (clips / "b.mp4").unlink()
    os.mkfifo(clips / "c.mp4")
    assert rules(check("--items", "clips/*.mp4", expect=1)) == [("extract.items_unreadable", "error")]


@pytest.mark.parametrize("deep", [[], ["--deep"]], ids=["keys", "deep"])
def test_without_the_module_all_but_the_rows_is_looked_at(release_binary, extraction, tmp_path, deep):
    alone = tmp_path / "alone" / "holdfast"
    alone.parent.mkdir()
    shutil.copy(release_binary, alone)  # the module is looked for beside the program
    extraction.publish(["a", "b"])
    extraction.claim(["a", "b"])
    command = [alone, "extract", "check", "--out", extraction.out, *deep, "--json"]
    done = subprocess.run(command, cwd=extraction.folder, text=True, capture_output=True, check=False)
    assert done.returncode == 3, done
    report = json.loads(done.stdout)
    assert [(each["rule"], each["level"]) for each in report["findings"]] == [("extract.output_not_read", "note")]
    assert "libholdfast-arrow.so" in report["findings"][0]["message"] and "make install" in report["findings"][0]["hint"]
    assert (report["verdict"], report["counts"]["ledger"]) == ("unknown", 2)
    extraction.ledger.write_bytes(extraction.ledger.read_bytes() + b"tor")
    done = subprocess.run(command, cwd=extraction.folder, text=True, capture_output=True, check=False)
    assert done.returncode == 1 and "extract.ledger_malformed" in done.stdout, done


@pytest.fixture
def bare(sqlite_workspace):
    """A configured extraction of which only the output is named: no items, nothing that makes rows."""
    (sqlite_workspace.folder / "features").mkdir()
    (sqlite_workspace.folder / "holdfast.toml").write_text(
        f'[workspace]\ncatalog = "{sqlite_workspace.database.url}"\n\n[extract.k150k]\nout = "features/k150k.parquet"\n')
    sqlite_workspace.extraction = Extraction(sqlite_workspace.folder / "features")
    return sqlite_workspace


@pytest.mark.parametrize("there", ["nothing", "no folder", "an empty table", "an empty ledger", "both, empty", "an empty staging file"])
def test_where_there_is_nothing_to_look_at_nothing_is_in_step(bare, there):
    extraction = bare.extraction
    if there == "no folder":
        extraction.folder.rmdir()
    if there in ("an empty table", "both, empty"):
        extraction.publish([])
    if there in ("an empty ledger", "both, empty"):
        extraction.claim([])
    if there == "an empty staging file":
        extraction.stage([])
    for depth in ([], ["--full"]):
        assert "extract.nothing_there" in bare.run("check", *depth, expect=3).stdout
    report = bare.json("extract", "check", "k150k", expect=3)
    hold("extract-check", report)
    assert [each["rule"] for each in report["findings"]] == ["extract.nothing_there"]
    assert (report["verdict"], report["conclusion"], report["proved_at"]) == ("unknown", "incomplete", None)
    assert bare.json("incidents", "list")["incidents"] == [], "nothing is known to be wrong either"
    extraction.folder.mkdir(exist_ok=True)
    extraction.claim(["a.mp4"])
    extraction.publish(["a.mp4"])
    bare.run("check")


def test_an_incident_does_not_end_because_everything_is_gone(bare):
    extraction, keys = bare.extraction, names(100)
    extraction.claim(keys)
    extraction.publish(keys[:40])
    assert "60 rows are lost" in flat(bare.run("check", expect=1).stdout)
    extraction.folder.rename(bare.folder / "away")
    for _ in range(2):
        gone = flat(bare.run("check", expect=1).stdout)
        assert "extract.nothing_there" in gone and "60 rows are lost" in gone and "not looked for now" in gone
        (incident,) = bare.json("incidents", "list")["incidents"]
        assert {each["rule"] for each in incident["findings"]} == {"extract.rows_missing", "extract.nothing_there"}
    assert bare.events("incident.resolved") == []
    (bare.folder / "away").rename(extraction.folder)
    bare.run("check", expect=1)
    extraction.publish(keys)
    bare.run("check")
    assert bare.json("incidents", "list")["incidents"] == []


@pytest.mark.parametrize("depth", [[], ["--full"]], ids=["keys", "full"])
@pytest.mark.parametrize("broken", ["ledger", "staging"])
def test_a_second_check_of_what_is_broken_tells_no_more_than_the_first(bare, broken, depth):
    """Where nothing else is there what was found before is carried over, and a broken line is found anew at each look."""
    getattr(bare.extraction, broken).write_text('{"broken\n')
    told = []
    for _ in range(3):
        (subject,) = bare.json("check", "extract", *depth, expect=1)["checks"][0]["subjects"]
        told.append(subject["findings"])
    assert sorted(each["rule"] for each in told[0]) == sorted([f"extract.{broken}_malformed", "extract.nothing_there"])
    assert told[1:] == [told[0], told[0]]
    (incident,) = bare.json("incidents", "list")["incidents"]
    assert len(incident["findings"]) == 2


def test_an_output_without_keys_is_not_complete_for_a_foreign_script_either(extraction, check):
    extraction.claim([])
    extraction.publish([])
    assert rules(check(expect=3)) == [("extract.nothing_there", "note")]


def waive(bare, rule):
    bare.run("waive", "extraction:k150k", "--rule", rule, "--reason", "known", "--expires", "30d")


def test_a_waiver_of_damage_covers_no_further_damage(bare):
    extraction, keys = bare.extraction, names(2000)
    extraction.claim(keys)
    extraction.publish(keys, compression="none", write_page_checksum=True, use_dictionary=False, data_page_size=4096, write_batch_size=100)
    data = bytearray(extraction.out.read_bytes())
    values = data.index(b"\x00\x00\x00\x00\x00\x00\x0c@" * 3)  # 3.5, of mos: the keys stay as they are
    for offset in (values + 1, values + 9, values + 8 * 1500 + 1):  # a page, the same one again, another behind it
        data[offset] ^= 1
        extraction.out.write_bytes(bytes(data))
        assert "extract.output_damaged" in bare.run("check", "--full", expect=1).stdout
        waive(bare, "extract.output_damaged")
        bare.run("check", "--full")


def test_a_waiver_of_bad_lines_covers_no_other_bad_lines(bare):
    extraction, keys = bare.extraction, names(5)
    extraction.claim(keys)
    extraction.publish(keys)
    shown = "x" * 90
    for bad in ("{torn\n{also\n", "{torn\n{else\n", f"{{{shown}also\n", f"{{{shown}else\n"):  # as many, from the same byte on
        extraction.staging.write_text(bad)
        assert "extract.staging_malformed" in bare.run("check", expect=1).stdout
        waive(bare, "extract.staging_malformed")
        bare.run("check")


def test_a_waiver_of_changed_rows_covers_no_other_change_of_them(bare):
    toml = bare.folder / "holdfast.toml"
    toml.write_text(toml.read_text() + 'items = "data/clips/*.mp4"\nextractor = "sha256"\n')
    for name in "abc":
        bare.write(f"clips/{name}.mp4", name)
    bare.run("extract", "run")
    table = pyarrow.parquet.read_table(bare.extraction.out)
    at = table.column_names.index("size_bytes")
    for size in (7, 8):
        changed = table.set_column(at, table.schema.field(at), pyarrow.array([size, *table.column(at).to_pylist()[1:]], pyarrow.int64()))
        pyarrow.parquet.write_table(changed.replace_schema_metadata(None), bare.extraction.out)
        assert "extract.rows_changed" in bare.run("check", "--full", expect=1).stdout
        waive(bare, "extract.rows_changed")
        bare.run("check", "--full")


def test_a_waiver_of_repeated_rows_covers_no_further_row_of_the_same_key(bare):
    bare.extraction.claim(["a"])
    for count in (2, 3):
        bare.extraction.publish(["a"] * count)
        assert "extract.rows_repeated" in bare.run("check", expect=1).stdout
        waive(bare, "extract.rows_repeated")
        bare.run("check")


def test_a_waiver_of_rows_without_a_key_covers_no_other_rows(bare):
    extraction = bare.extraction
    extraction.claim(["a", "b"])
    for rows in ([None, "a", "b"], ["a", None, "b"]):
        pyarrow.parquet.write_table(pyarrow.table({"clip_name": pyarrow.array(rows, pyarrow.string())}), extraction.out)
        assert "extract.rows_without_key" in bare.run("check", expect=1).stdout
        waive(bare, "extract.rows_without_key")
        bare.run("check")


def test_a_waiver_of_items_that_cannot_be_read_covers_no_others(bare):
    extraction, clips = bare.extraction, bare.data / "clips"
    clips.mkdir()
    toml = bare.folder / "holdfast.toml"
    toml.write_text(toml.read_text() + 'items = "data/clips/*.mp4"\n')
    (clips / "z.mp4").write_text("z")
    extraction.claim(["z.mp4"])
    extraction.publish(["z.mp4"])
    for count in (6, 7):
        for index in range(count):
            (clips / f"{index}.mp4").unlink(missing_ok=True)
            (clips / f"{index}.mp4").symlink_to("/nowhere")
        assert "extract.items_unreadable" in bare.run("check", expect=1).stdout
        waive(bare, "extract.items_unreadable")
        bare.run("check", expect=3)  # accepted, and still nothing that was evaluated
