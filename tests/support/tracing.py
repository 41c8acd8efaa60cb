# SPDX-License-Identifier: Apache-2.0
"""Which files a command really opened for reading, told by strace."""
import os
import re
import subprocess


def traced(workspace, log, *arguments):
    """The command line that runs holdfast under strace and logs every openat2 to `log`."""
    return ["strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=openat2", "-o", str(log), *workspace.command(*arguments)]


def run_traced(workspace, log, *arguments, expect=0):
    done = subprocess.run(traced(workspace, log, *arguments), cwd=workspace.folder, text=True, capture_output=True, check=False,
                          env=dict(os.environ))
    codes = expect if isinstance(expect, tuple) else (expect,)
    assert done.returncode in codes, f"exit {done.returncode}, expected {expect}\n{done.stdout}\n{done.stderr}"
    return done


def files_read(log):
    """Paths in the order in which they were opened for reading (O_PATH look-ups left out), one entry an opening."""
    found = []
    for line in log.read_text().splitlines():
        match = re.search(r'openat2\([^,]+, "((?:[^"\\]|\\.)*)", \{flags=([A-Z_|0-9a-z]+)', line)
        if match and "O_PATH" not in match[2] and "O_DIRECTORY" not in match[2] and not re.search(r"= -1 ", line):
            found.append(match[1])
    return found
