# SPDX-License-Identifier: Apache-2.0
"""One run of one program: wall time, processor time and peak memory, told by wait4."""
import dataclasses
import os
import subprocess
import tempfile
import time


@dataclasses.dataclass
class Measured:
    wall_s: float
    cpu_s: float
    rss_mib: float
    exit_code: int
    output: bytes


def run(command, folder, cores, env=None):
    """Runs `command` (a list) in `folder` on `cores` (a set). Its standard output is kept, its standard error is shown on failure."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begin = time.monotonic()
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                   env={**os.environ, **(env or {})}, preexec_fn=lambda: os.sched_setaffinity(0, cores))
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.monotonic() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        measured = Measured(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode, out.read())
        if process.returncode < 0 or process.returncode > 1:
            raise RuntimeError(f"{' '.join(map(str, command))}: exit {process.returncode}\n{err.read().decode(errors='replace')[-2000:]}")
        return measured
