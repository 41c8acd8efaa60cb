# SPDX-License-Identifier: Apache-2.0
"""A real redis-server in a folder of its own, on a Unix socket or a port of its own; and redis-cli as the second program."""
import json
import pathlib
import shutil
import subprocess
import time

from loopback_server import HeldPort

PATIENCE_S = 60


class RedisServer:
    """Started by start(), so that a test may have it down first. The same folder and address each time: its data survive a stop."""

    def __init__(self, folder, tcp=False, password=None):
        assert shutil.which("redis-server"), "no redis-server: scripts/setup.sh test"
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.password = password
        self.socket = self.folder / "redis.sock"
        self.held = HeldPort() if tcp else None
        self.port = self.held.number if tcp else 0
        self.process = None
        assert len(str(self.socket)) < 100, "a Unix socket's path has a limit"

    @property
    def url(self):
        secret = f":{self.password}@" if self.password else ""
        return f"redis://{secret}127.0.0.1:{self.port}" if self.port else f"unix://{secret}{self.socket}"

    def start(self):
        words = ["redis-server", "--dir", self.folder, "--port", self.port, "--bind", "127.0.0.1", "--appendonly", "yes",
                 "--appendfsync", "always", "--unixsocket", self.socket, "--save", ""]
        if self.password:
            words += ["--requirepass", self.password]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([*map(str, words)], stdout=log, stderr=log)
        until = time.monotonic() + PATIENCE_S
        while self.cli("PING", check=False) != "PONG":
            assert self.process.poll() is None, (self.folder / "log").read_text()[-2000:]
            assert time.monotonic() < until, "redis-server does not answer"
        return self

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=PATIENCE_S)
            self.process = None

    def cli(self, *words, check=True):
        """What redis-cli prints."""
        secret = ["--no-auth-warning", "-a", self.password] if self.password else []
        done = subprocess.run(["redis-cli", "-s", str(self.socket), *secret, *map(str, words)], capture_output=True, text=True,
                              check=False, timeout=PATIENCE_S)
        assert not check or (done.returncode == 0 and not done.stdout.startswith("ERR")), done.stdout + done.stderr
        return done.stdout.strip()

    def messages(self, key):
        """Every entry of a stream as (id, {field: value}), oldest first; fields are texts without line feeds."""
        lines = self.cli("XRANGE", key, "-", "+").splitlines()
        found, at = [], 0
        while at < len(lines):
            number, fields = lines[at], {}
            at += 1
            while at < len(lines) and not is_id(lines[at]):
                fields[lines[at]] = lines[at + 1]
                at += 2
            found.append((number, fields))
        return found

    def envelopes(self, key):
        """The JSON in the field data of every entry."""
        found = []
        for _, fields in self.messages(key):
            assert list(fields) == ["data"], fields
            found.append(json.loads(fields["data"]))
        return found

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


def is_id(text):
    """Whether it is an entry's id: 1779069784123-0."""
    left, _, right = text.partition("-")
    return left.isdigit() and right.isdigit()
