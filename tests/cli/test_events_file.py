# SPDX-License-Identifier: Apache-2.0
"""The [events] sink: every event, in order, whatever happened to the file meanwhile; and it never stops a check."""
import json
import subprocess

import pytest


def configure(workspace, path="events.jsonl"):
    workspace.configure(extra=f'[events]\njsonl = "{path}"\n')


def lines(workspace, name="events.jsonl"):
    return [json.loads(line) for line in (workspace.folder / name).read_text().splitlines()]


def logged(workspace):
    return [json.loads(line) for line in workspace.run("events", "list", "--json").stdout.splitlines()]


def test_the_file_holds_what_the_log_holds(workspace):
    workspace.run("check", expect=3)
    configure(workspace)
    for _ in range(3):
        workspace.run("check", expect=3)
    assert lines(workspace) == logged(workspace)
    assert [each["seq"] for each in lines(workspace)] == list(range(1, 5))


def test_a_file_that_can_not_be_written_stops_nothing_and_misses_nothing(workspace):
    configure(workspace, "later/events.jsonl")
    done = workspace.run("check", expect=3)
    assert "the next command delivers them" in done.stderr
    workspace.run("check", expect=3)
    (workspace.folder / "later").mkdir()
    workspace.run("check", expect=3)
    assert lines(workspace, "later/events.jsonl") == logged(workspace)
    assert len(logged(workspace)) == 3


def test_a_new_path_gets_the_whole_log(sqlite_workspace):
    configure(sqlite_workspace)
    sqlite_workspace.run("check", expect=3)
    configure(sqlite_workspace, "other.jsonl")
    sqlite_workspace.run("check", expect=3)
    assert len(lines(sqlite_workspace)) == 1
    assert lines(sqlite_workspace, "other.jsonl") == logged(sqlite_workspace)


def test_a_rotated_file_goes_on_where_the_old_one_ended(sqlite_workspace):
    configure(sqlite_workspace)
    sqlite_workspace.run("check", expect=3)
    (sqlite_workspace.folder / "events.jsonl").rename(sqlite_workspace.folder / "events.jsonl.1")
    sqlite_workspace.run("check", expect=3)
    assert lines(sqlite_workspace, "events.jsonl.1") + lines(sqlite_workspace) == logged(sqlite_workspace)


def test_a_torn_last_line_is_mended(sqlite_workspace):
    configure(sqlite_workspace)
    sqlite_workspace.run("check", expect=3)
    with open(sqlite_workspace.folder / "events.jsonl", "a") as out:
        out.write('{"seq": 2, "at": "2026')
    sqlite_workspace.run("check", expect=3)
    assert lines(sqlite_workspace) == logged(sqlite_workspace)


@pytest.mark.parametrize("torn", ['{"se', "\0" * 40])
def test_a_torn_first_line_is_mended(sqlite_workspace, torn):
    configure(sqlite_workspace)
    (sqlite_workspace.folder / "events.jsonl").write_text(torn)
    sqlite_workspace.run("check", expect=3)
    assert lines(sqlite_workspace) == logged(sqlite_workspace)
    assert (sqlite_workspace.folder / "events.jsonl.torn-0").read_text() == torn


def test_a_file_of_somebody_else_is_left_as_it_is(sqlite_workspace):
    notes = sqlite_workspace.folder / "notes.txt"
    configure(sqlite_workspace, "notes.txt")
    for text in ("my notes\n", '{"name": "mine"}\n', "my notes, without an end"):
        notes.write_text(text)
        done = sqlite_workspace.run("check", expect=2)
        assert "notes.txt" in done.stderr and "does not begin with an event" in done.stderr and "hint:" in done.stderr
        assert "artifacts.atlas" in done.stdout, "the check was done"
        assert "does not begin with an event" in sqlite_workspace.run("events", "deliver", expect=2).stderr
        assert notes.read_text() == text and not list(sqlite_workspace.folder.glob("notes.txt.*"))
    notes.write_text("")
    sqlite_workspace.run("check", expect=3)
    assert lines(sqlite_workspace, "notes.txt") == logged(sqlite_workspace)


@pytest.mark.parametrize("text", ["alpha", ""])
def test_a_file_with_two_names_gets_no_event(sqlite_workspace, text):
    """It is appended to, so an artifact that is linked to it would hold the events."""
    artifact = sqlite_workspace.write("a.txt", text)
    sqlite_workspace.add_row("a", "a.txt")
    sqlite_workspace.run("artifacts", "backfill")
    (sqlite_workspace.folder / "events.jsonl").hardlink_to(artifact)
    configure(sqlite_workspace)
    for _ in range(2):
        done = sqlite_workspace.run("check", expect=2)
        assert "events.jsonl" in done.stderr and "hard links" in done.stderr and "hint:" in done.stderr
        assert artifact.read_text() == text and sorted(each.name for each in sqlite_workspace.data.iterdir()) == ["a.txt"]
    (sqlite_workspace.folder / "events.jsonl").unlink()
    sqlite_workspace.run("check")
    assert lines(sqlite_workspace) == logged(sqlite_workspace)


def test_a_path_that_is_no_utf8_gets_every_event_once(sqlite_workspace):
    """As below a folder of such a name: no file of TOML can hold it, a variable can."""
    path = sqlite_workspace.folder / b"events\xff.jsonl".decode("utf-8", "surrogateescape")
    for _ in range(2):
        done = sqlite_workspace.run("check", expect=3, env={"HOLDFAST_EVENTS_JSONL": path.name})
        assert "UTF-8" not in done.stderr and "not in the sink" not in done.stderr
    assert [json.loads(line)["seq"] for line in path.read_text().splitlines()] == [1, 2]
    assert "events%FF.jsonl" in sqlite_workspace.run("events", "pending", env={"HOLDFAST_EVENTS_JSONL": path.name}).stdout


def test_many_at_once_deliver_in_order_and_once(workspace):
    configure(workspace)
    running = [workspace.start("check") for _ in range(6)]
    for each in running:
        each.communicate(timeout=120)
        assert each.returncode in (3, 4), each.args
    workspace.run("check", expect=3)
    seqs = [each["seq"] for each in lines(workspace)]
    assert seqs == sorted(seqs) and set(seqs) == {each["seq"] for each in logged(workspace)}
    assert len(seqs) == len(set(seqs))


def test_an_empty_place_is_none(sqlite_workspace):
    sqlite_workspace.configure(extra='[events]\njsonl = ""\n[metrics]\ntextfile = ""\n')
    done = sqlite_workspace.run("check", expect=3)
    assert "sink" not in done.stderr and "metrics" not in done.stderr
    assert "events.jsonl" not in sqlite_workspace.run("doctor", expect=None).stdout


def test_the_metrics_file_is_good_prometheus_text_and_says_zero_too(workspace):
    workspace.configure(extra='[metrics]\ntextfile = "holdfast.prom"\n')
    workspace.write("a.bin", "a")
    workspace.add_row("a", "a.bin")
    workspace.run("artifacts", "backfill")
    workspace.run("check")
    text = (workspace.folder / "holdfast.prom").read_text()
    assert 'holdfast_check_subjects_evaluated{check="artifacts.atlas"} 1\n' in text
    assert 'holdfast_incidents_open{domain="artifacts",level="error"} 0\n' in text
    assert "holdfast_check_last_success_timestamp_seconds{" in text
    success = [line for line in text.splitlines() if "last_success" in line and "#" not in line]
    workspace.run("artifacts", "scrub", "--every-byte-within", "30d")  # a slice that is in step is no successful check
    workspace.write("a.bin", "changed")
    workspace.run("check", expect=1)
    text = (workspace.folder / "holdfast.prom").read_text()
    assert 'holdfast_incidents_open{domain="artifacts",level="error"} 1\n' in text
    assert [line for line in text.splitlines() if "last_success" in line and "#" not in line] == success, "it stands still, it does not vanish"
    promtool = subprocess.run(["which", "promtool"], capture_output=True, check=False).returncode == 0
    if promtool:
        done = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
