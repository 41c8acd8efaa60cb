# SPDX-License-Identifier: Apache-2.0
"""Commands that stand still at a failpoint, while something else happens."""
import random


def pause(workspace, failpoint, *arguments):
    """Starts a command and returns once it stands at the failpoint; removing the file lets it go on."""
    gate = workspace.folder / f"gate-{random.getrandbits(40):x}"
    process = workspace.start(*arguments, env={"HOLDFAST_FAILPOINTS": f"{failpoint}=pause:{gate}"})
    while not gate.exists():
        assert process.poll() is None, process.communicate()
    return process, gate


def let_go(process, gate):
    """Lets a paused command go on to its end, through every further visit of the failpoint."""
    while process.poll() is None:
        gate.unlink(missing_ok=True)
    return process.communicate()
