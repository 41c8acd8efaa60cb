# SPDX-License-Identifier: Apache-2.0
"""Killed with -9 while a file is being read: nothing is left behind, and the same command hashes it again."""
import signal

import pytest
from test_backfill_killed import assert_whole, fill

BACKFILL = ("artifacts", "backfill", "--commit-every", "10", "--jobs", "2")


@pytest.mark.parametrize("visit", [1, 2, 17, 40])
def test_killed_while_a_file_is_read_the_same_command_finishes(workspace, visit):
    digests = fill(workspace)
    killed = workspace.run(*BACKFILL, expect=-signal.SIGKILL, env={"HOLDFAST_FAILPOINTS": f"core.file_read={visit}*kill"})
    assert killed.returncode == -signal.SIGKILL
    workspace.run(*BACKFILL, expect=(0, 1))
    assert_whole(workspace, digests)


def test_a_read_error_gives_no_digest_of_a_part(workspace):
    fill(workspace)
    workspace.run(*BACKFILL, expect=(1, 3, 5), env={"HOLDFAST_FAILPOINTS": "core.file_read=5*error"})
    hashed = [each for each in workspace.rows().values() if "file_sha256_computed_at" in each["metadata"]]
    assert len(hashed) < 60
