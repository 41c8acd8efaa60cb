# SPDX-License-Identifier: Apache-2.0
"""A terminal of 80 columns for one command, and what is left on its screen."""
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios


def on_terminal(workspace, *arguments):
    """The exit code of one command, and what it writes to a terminal, standard output and error together."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = {**os.environ, "TERM": "xterm"}
    environment.pop("NO_COLOR", None)
    environment.pop("COLUMNS", None)
    process = subprocess.Popen(workspace.command(*arguments), cwd=workspace.folder, stdin=subprocess.DEVNULL, stdout=follower, stderr=follower,
                               env=environment)
    os.close(follower)
    seen = b""
    while True:
        try:
            more = os.read(leader, 65536)
        except OSError:
            break
        if not more:
            break
        seen += more
    os.close(leader)
    return process.wait(), seen.decode()


def screen(text):
    """The lines that are left on the screen: what was written over is gone."""
    lines = []
    for line in re.sub(r"\x1b\[[0-9;]*[mK]", "", text).split("\r\n"):
        shown = ""
        for part in line.split("\r"):
            shown = part + shown[len(part):]
        lines.append(shown.rstrip())
    return lines
