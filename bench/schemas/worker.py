# SPDX-License-Identifier: Apache-2.0
"""A program that compares schemas, kept running: asked pair by pair, or timed over many of them.

Its last argument is a file with two lines a pair, the old schema and the new one. Of its standard input it reads lines, to each it answers one:

    ask INDEX                "yes": what was valid under the old schema is valid under the new one; "no"; "unknown"; "error TEXT"
    time SECONDS INDEX…      "PASSES SECONDS": it has gone through these pairs, parsing included, again and again, for at least so long
"""
import dataclasses
import os
import select
import subprocess
import time

import measure


@dataclasses.dataclass(frozen=True)
class Timed:
    wall_s: float  # of one pass
    cpu_s: float


class Hung(Exception):
    pass


class Worker:
    """The process is started when it is first needed and again after it hung."""

    def __init__(self, command, core):
        self.command, self.core = command, core
        self.process = None

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.end()

    def end(self):
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def _start(self):
        with measure.on_cores({self.core}):
            self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/")

    def _say(self, line, limit_s):
        if self.process is None:
            self._start()
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()
        until, answer = time.monotonic() + limit_s, b""
        while not answer.endswith(b"\n"):
            if not select.select([self.process.stdout], [], [], max(0.0, until - time.monotonic()))[0]:
                self.end()
                raise Hung(f"{self.command[0]}: no answer to “{line[:40]}” in {limit_s} s")
            more = os.read(self.process.stdout.fileno(), 1 << 16)
            if not more:
                raise RuntimeError(f"{' '.join(map(str, self.command))}: ended at “{line[:40]}”, exit {self.process.wait()}")
            answer += more
        return answer.decode().strip()

    def _cpu_s(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def ask(self, index, limit_s):
        """The answer and how long it took. Raises Hung."""
        begin = time.monotonic()
        answer = self._say(f"ask {index}", limit_s)
        return answer, time.monotonic() - begin

    def timed(self, seconds, indices, limit_s):
        self._say("time 0", limit_s)  # it has started, and has read its file
        before = self._cpu_s()
        passes, took = self._say(f"time {seconds} {' '.join(map(str, indices))}", limit_s).split()
        return Timed(float(took) / int(passes), (self._cpu_s() - before) / int(passes))
