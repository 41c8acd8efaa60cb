# SPDX-License-Identifier: Apache-2.0
"""Killed between the durable lines of the [events] file and the move of its position: lines may repeat, none is lost."""
import json
import signal


def test_a_kill_before_the_position_moves_repeats_and_loses_nothing(workspace):
    workspace.configure(extra='[events]\njsonl = "events.jsonl"\n')
    workspace.run("check", expect=3)
    done = workspace.run("check", env={"HOLDFAST_FAILPOINTS": "app.before_sink_position=kill"}, expect=-signal.SIGKILL)
    assert done.returncode == -signal.SIGKILL
    workspace.run("check", expect=3)
    seqs = [json.loads(line)["seq"] for line in (workspace.folder / "events.jsonl").read_text().splitlines()]
    assert sorted(set(seqs)) == [1, 2, 3]
    assert seqs == [1, 2, 2, 3]


def test_an_error_there_is_a_warning_and_mended_by_the_next_command(workspace):
    workspace.configure(extra='[events]\njsonl = "events.jsonl"\n')
    done = workspace.run("check", env={"HOLDFAST_FAILPOINTS": "app.before_sink_position=error"}, expect=3)
    assert "the next command delivers them" in done.stderr
    workspace.run("check", expect=3)
    seqs = [json.loads(line)["seq"] for line in (workspace.folder / "events.jsonl").read_text().splitlines()]
    assert set(seqs) == {1, 2} and seqs == sorted(seqs)
