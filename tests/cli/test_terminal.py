# SPDX-License-Identifier: Apache-2.0
"""What people read: on a terminal of 80 columns and in a pipe, in one word, one number format and with hints that work."""
import json
import os
import re

import pytest
from terminal import on_terminal, screen


@pytest.fixture
def drifted(sqlite_workspace):
    for name in ("a", "b", "c"):
        sqlite_workspace.write(f"figures/{name}.png", name)
        sqlite_workspace.add_row(name, f"figures/{name}.png")
    sqlite_workspace.run("artifacts", "backfill")
    sqlite_workspace.write("figures/b.png", "written to")
    return sqlite_workspace


def test_nothing_stands_beside_the_progress_line(drifted):
    _, text = on_terminal(drifted, "artifacts", "backfill", "--recheck", "--rate", "1kB/s", "--max-drift", "100%")
    assert "rows" in text and " items" not in text
    logged = [line for line in screen(text) if "disagrees with the file" in line]
    assert len(logged) == 1 and logged[0].startswith("20"), text


def test_a_drift_is_told_once(drifted):
    done = drifted.run("artifacts", "backfill", "--recheck", "--max-drift", "100%", expect=1)
    assert done.stderr.count("disagrees with the file") == 1 and "artifact:atlas/b" not in done.stderr, done.stderr
    drifted.write("figures/b.png", "written to again")
    done = drifted.run("artifacts", "backfill", "--recheck", "--max-drift", "100%", "--dry-run", expect=1)
    assert "artifact.modified" in done.stderr, "a dry run logs nothing, and tells it all the same"


@pytest.mark.parametrize("command", [["artifacts", "verify"], ["artifacts", "backfill", "--recheck", "--max-drift", "100%"],
                                     ["artifacts", "scrub", "--every-byte-within", "30d"], ["check"]])
def test_lines_fit_the_terminal_and_break_between_words(drifted, command):
    plain = drifted.run(*command, "--log-level", "error", expect=None).stdout
    drifted.write("figures/b.png", "written to again")
    _, text = on_terminal(drifted, *command, "--log-level", "error")
    lines = screen(text)
    assert max(len(line) for line in lines) <= 80, "\n".join(lines)
    if command[:2] == ["artifacts", "verify"]:
        assert max(len(line) for line in plain.splitlines()) > 80, "a pipe gets lines whole"
        whole = re.sub(r"\d+", "0", " ".join(plain.split()))
        folded = re.sub(r"\d+", "0", " ".join(" ".join(lines).split()))
        assert folded.count("hint: restore the file, then: holdfast artifacts verify atlas") == 1, "no word is broken"
        assert len(whole.split()) == len(folded.split())


def test_the_summary_of_a_backfill_leaves_out_what_is_zero(sqlite_workspace):
    for i in range(1001):
        sqlite_workspace.write(f"{i}.png", str(i))
    sqlite_workspace.database.insert("artifacts", [
        {"id": f"a{i}", "artifact_type": "figure", "title": "", "file_path": f"{i}.png", "content_hash": "x", "metadata": "{}"} for i in range(1001)])
    text = sqlite_workspace.run("artifacts", "backfill").stdout
    assert "1,001 of 1,001 rows scanned" in text
    assert re.search(r"^type +scanned +updated +hashed$", text, re.MULTILINE), text


# --- what check says

def test_the_conclusion_never_calls_in_step_what_is_not(sqlite_workspace):
    sqlite_workspace.write("a.png", "a")
    sqlite_workspace.add_row("a", "a.png")
    sqlite_workspace.run("artifacts", "backfill")
    sqlite_workspace.write("new.png", "new")
    assert sqlite_workspace.run("check").stdout.splitlines()[-1] == "✓ 1 in step, 1 unrecorded, 1 finding below warning (exit 0)"
    assert "**1 in step, 1 unrecorded, 1 finding below warning" in sqlite_workspace.run("check", "--format", "markdown").stdout


def test_check_verify_and_report_name_the_same_oldest_proof(drifted):
    drifted.run("artifacts", "backfill", "--max-drift", "100%", expect=None)
    check = drifted.json("check", expect=1)["checks"][0]["oldest_proof"]
    verify = drifted.json("artifacts", "verify", expect=1)["proofs"]["oldest_at"]
    report = drifted.json("artifacts", "report", expect=1)["proofs"]["oldest_at"]
    proofs = [each["proved_at"] for each in drifted.json("check", expect=1)["checks"][0]["subjects"] if each["verdict"] == "drifted"]
    assert check == verify == report == proofs[0]


def test_errors_stand_first_and_equal_notes_are_folded(drifted):
    for i in range(13):
        drifted.write(f"a{i:02}.csv", str(i))
    drifted.write("figures/c.png", "written to, too")
    text = drifted.run("check", expect=1, env={"COLUMNS": "200"}).stdout
    signs = [line[0] for line in text.splitlines() if line.startswith(("✗ a", "! a", "✓ a", "· 13 subjects"))]
    assert signs == ["✗", "✗", "·", "✓"], text
    assert "13 subjects: file:atlas/a00.csv, file:atlas/a01.csv, file:atlas/a02.csv, … and 10 more" in text
    assert "a12.csv" not in text and "a12.csv" in drifted.run("check", "--json", expect=1).stdout


def test_a_disk_that_is_not_mounted_is_a_screen_and_no_flood(sqlite_workspace):
    names = [f"n{i:03}.png" for i in range(300)]
    for name in names:
        sqlite_workspace.write(name, name)
    sqlite_workspace.database.insert("artifacts", [
        {"id": name[:-4], "artifact_type": "figure", "title": "", "file_path": name, "content_hash": "x", "metadata": "{}"} for name in names])
    sqlite_workspace.run("artifacts", "backfill")
    os.rename(sqlite_workspace.data, sqlite_workspace.folder / "elsewhere")
    sqlite_workspace.data.mkdir()
    remark = f"none of the 300 recorded files is in {sqlite_workspace.data}: is its disk mounted, is root right?"
    for depth in ("--full", "--quick"):
        text = sqlite_workspace.run("check", depth, expect=1, env={"COLUMNS": "300"}).stdout
        lines = text.splitlines()
        assert lines[2] == "! " + remark and len(lines) < 30, text
        assert [line.split()[1] for line in lines if line.startswith("✗ artifact:")] == [f"artifact:atlas/n00{i}" for i in range(5)]
        assert lines.count("  … and 295 more of artifact.missing: holdfast check --json has each") == 1
    found, = sqlite_workspace.json("check", expect=1)["checks"]
    assert found["remark"] == remark and len(found["subjects"]) == 300
    assert sqlite_workspace.run("check", "--format", "github", expect=1).stdout.count("::error") >= 300
    os.rename(sqlite_workspace.folder / "elsewhere/n007.png", sqlite_workspace.data / "n007.png")
    found, = sqlite_workspace.json("check", expect=1)["checks"]
    assert found["remark"] is None and len(found["subjects"]) == 299, "one that is there shows that the place is right"


# --- hints

def test_hints_work_as_they_stand(drifted):
    drifted.write("new.png", "new")
    raw = os.path.join(os.fsencode(drifted.data), b"bad\xff.bin")
    with open(raw, "wb") as file:
        file.write(b"x")
    (drifted.data / "figures/b.png").unlink()
    findings = {finding["rule"]: finding for subject in drifted.json("check", expect=1)["checks"][0]["subjects"]
                for finding in subject["findings"] if "bad" not in finding["subject"]}
    assert "check" not in findings["artifact.missing"]["hint"]
    hint = findings["artifact.unrecorded_file"]["hint"]
    assert hint.endswith(f"holdfast artifacts import atlas --from-folder {drifted.data}")
    bad = next(finding for subject in drifted.json("check", expect=1)["checks"][0]["subjects"]
               for finding in subject["findings"] if "bad" in finding["subject"])
    assert "import" not in bad["hint"] and "rename" in bad["hint"] and "ignore" in bad["hint"]
    os.unlink(raw)
    drifted.run(*re.search(r"holdfast (artifacts import atlas --from-folder \S+)$", hint)[1].split())


# --- incidents and waivers

def test_waive_takes_the_number_that_incidents_list_shows(drifted):
    drifted.run("check", expect=1)
    (incident,) = drifted.json("incidents", "list")["incidents"]
    done = drifted.run("waive", str(incident["id"]), "--reason", "agreed", "--expires", "3d")
    assert "artifact:atlas/b" in done.stdout
    assert "3 d left" in drifted.run("waive", "list").stdout
    drifted.run("waive", "revoke", "1")
    for more in ([], ["--dry-run"]):
        done = drifted.run("waive", "revoke", "1", *more, expect=(2, 4))
        assert "waiver 1 was revoked before, at 20" in done.stderr and "hint: holdfast waive list" in done.stderr
    assert drifted.run("waive", "99", "--reason", "x", "--expires", "3d", expect=4).stderr.count("99")


def test_the_timeline_of_an_incident_is_its_own(drifted):
    drifted.run("check", expect=1)
    drifted.write("figures/b.png", "b")
    drifted.run("check", expect=0)
    drifted.write("figures/b.png", "written to again")
    drifted.run("check", expect=1)
    first, second = (drifted.json("incidents", "show", number)["events"] for number in ("1", "2"))
    assert [each["name"] for each in first if each["name"].startswith("incident.")] == ["incident.opened", "incident.resolved"]
    assert [each["name"] for each in second if each["name"].startswith("incident.")] == ["incident.opened"]
    assert not {each["seq"] for each in first} & {each["seq"] for each in second}


# --- words

def test_check_takes_the_name_that_its_report_shows(drifted):
    assert drifted.run("check", "artifacts.atlas", expect=1).stdout.startswith("artifacts.atlas\n")
    done = drifted.run("check", "artifacts.atlsa", expect=2)
    assert 'did you mean "artifacts.atlas"?' in done.stderr
    said = drifted.run("check", "atlas", expect=2).stderr
    assert 'no domain "atlas"; did you mean "artifacts.atlas"?\n' in said and "hint: there are: artifacts, " in said


def test_explain_takes_the_short_name_of_a_rule(sqlite_workspace):
    assert sqlite_workspace.run("explain", "modified").stdout.startswith("rule artifact.modified (error)")
    assert sqlite_workspace.run("explain", "missing").stdout.startswith("word missing"), "a word beats the end of a rule"


@pytest.mark.parametrize("word", ["in_step", "in step", "in-step", "In Step"])
def test_explain_takes_a_word_as_it_is_written_anywhere(sqlite_workspace, word):
    assert sqlite_workspace.run("explain", word).stdout.startswith("word in_step\n")


def test_explain_takes_a_rule_with_hyphens(sqlite_workspace):
    assert sqlite_workspace.run("explain", "artifact.changed-without-write").stdout.startswith("rule artifact.changed_without_write (")


@pytest.mark.parametrize("word", ["synced", "drift", "missing_local", "registry_error", "breaking", "safe", "pin", "registry", "ledger", "seal",
                                  "staged", "scrub", "breaker", "catalog", "hint"])
def test_explain_knows_the_words_of_our_own_reports(sqlite_workspace, word):
    assert sqlite_workspace.run("explain", word).stdout.startswith(f"word {word}\n")


def test_help_is_a_command_too(sqlite_workspace):
    assert sqlite_workspace.run("help").stdout == sqlite_workspace.run("--help").stdout
    assert sqlite_workspace.run("help", "artifacts", "verify").stdout == sqlite_workspace.run("artifacts", "verify", "--help").stdout
    assert 'did you mean "verify"?' in sqlite_workspace.run("help", "artifacts", "verfy", expect=2).stderr


def test_the_journal_is_a_table_that_fits_the_terminal(drifted):
    drifted.run("artifacts", "backfill", "--recheck", "--max-drift", "100%", expect=1)
    drifted.write("figures/c.png", "c")
    os.makedirs(drifted.data / "a folder for what was sorted by hand")
    os.rename(drifted.data / "figures/c.png", drifted.data / "a folder for what was sorted by hand/the third figure.png")
    drifted.run("artifacts", "move", "--only", "c", "--to", "a folder for what was sorted by hand/the third figure.png",
                "--reason", "it was sorted by hand and nobody told the table of it")
    entries = [json.loads(line) for line in drifted.run("artifacts", "journal", "--json").stdout.splitlines()]
    code, text = on_terminal(drifted, "artifacts", "journal")
    lines = [line for line in screen(text) if line]
    assert code == 0 and len(lines) == 1 + len(entries) and max(len(line) for line in lines) <= 80, text
    assert lines[0].split() == ["SEQ", "AT", "ARTIFACT", "FROM", "TO", "REASON"]
    drift = next(each for each in entries if each["reason"].startswith("drift"))
    told = next(line for line in lines if line.split()[0] == str(drift["seq"]))
    assert told.split()[2:5] == ["b", f"{drift['old']['file_sha256'][:8]}…", f"{drift['new']['file_sha256'][:8]}…"]
    assert told.split()[5].startswith("drift:"), "the widest cells give way, and no hash"
    assert [line.split()[4] for line in lines if "confirmed" in line] == ["same", "same"]
    wide = drifted.run("artifacts", "journal", env={"COLUMNS": "120"}).stdout.splitlines()
    assert wide[0].split()[-1] == "ACTOR" and max(len(line) for line in wide) <= 120
    assert all(line.endswith(entries[0]["actor"]) for line in wide[1:])
    piped = drifted.run("artifacts", "journal", env={"COLUMNS": ""}).stdout.splitlines()
    assert len(piped) == 1 + len(entries)
    for entry, line in zip(entries, piped[1:], strict=True):
        for value in (entry["at"], entry["reason"], entry["actor"], entry["new"].get("file_path", "")):
            assert value in line, "a pipe gets all of it"
    assert drift["old"]["file_sha256"] in piped[1 + entries.index(drift)]
