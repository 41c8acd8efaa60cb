# SPDX-License-Identifier: Apache-2.0
"""One run of one program: wall and processor time told by wait4, peak memory by GNU time."""
import contextlib
import dataclasses
import os
import subprocess
import tempfile
import time


@dataclasses.dataclass
class Measured:
    wall_s: float
    cpu_s: float
    rss_mib: float  # 0: not asked for
    exit_code: int
    output: bytes


@contextlib.contextmanager
def on_cores(cores):
    """What is started meanwhile runs on these. (A preexec_fn would do it for one, and makes Python copy itself first: 3 ms.)"""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def run(command, folder, cores, env=None, with_memory=True):
    """Runs `command` (a list) in `folder` on `cores` (a set). Its standard output is kept, its standard error is shown on failure.

    Without `with_memory` nothing else is started: for programs that end within milliseconds.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.NamedTemporaryFile("r") as peak, on_cores(cores):
        # wait4 alone would tell the memory of this Python, which the new process is until it becomes the program.
        timed = ["time", "--quiet", "-f", "%M", "-o", peak.name, *command] if with_memory else command
        environment = {**os.environ, **(env or {})}
        begin = time.monotonic()
        process = subprocess.Popen(timed, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.monotonic() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        measured = Measured(wall_s, usage.ru_utime + usage.ru_stime, int(peak.read() or 0) / 1024, process.returncode, out.read())
        if process.returncode < 0 or process.returncode > 1:
            raise RuntimeError(f"{' '.join(map(str, command))}: exit {process.returncode}\n{err.read().decode(errors='replace')[-2000:]}")
        return measured
