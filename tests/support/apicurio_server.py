# SPDX-License-Identifier: Apache-2.0
"""A real Apicurio Registry (deps/apicurio.txt) in a folder of its own, on a port of loopback; filled over its own APIs."""
import contextlib
import http.client
import json
import os
import pathlib
import subprocess
import time
import urllib.parse

from loopback_server import HeldPort

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PATIENCE_S = 120  # it starts in four seconds, and in ten times that on a busy machine
LISTED_SUBJECTS = 25  # the compatible API lists no more and does not say so; 1000 where nobody sets it
SETTINGS = {
    "quarkus.http.host": "127.0.0.1",
    "quarkus.management.host": "127.0.0.1",  # later versions have a second port, open to everybody
    "apicurio.ccompat.max-subjects": LISTED_SUBJECTS,
    "apicurio.rest.deletion.artifact.enabled": "true",
    "apicurio.rest.deletion.artifact-version.enabled": "true",
    "apicurio.rest.deletion.group.enabled": "true",
}


def installed():
    return pathlib.Path(os.environ.get("HOLDFAST_APICURIO", SOURCE / ".deps/apicurio"))


def quoted(segment):
    return urllib.parse.quote(segment, safe="")


class ApicurioServer:
    """Its database is in memory: gone when it ends."""

    def __init__(self, folder):
        programs = sorted(installed().glob("apicurio-registry-app-*-runner.jar"))
        assert len(programs) == 1, f"no Apicurio Registry in {installed()}: scripts/setup.sh apicurio"
        self.folder = pathlib.Path(folder)
        (self.folder / "tmp").mkdir(parents=True)
        self.held = HeldPort()
        self.port = self.held.number
        self.origin = f"http://127.0.0.1:{self.port}"
        settings = {**SETTINGS, "quarkus.http.port": self.port, "java.io.tmpdir": self.folder / "tmp"}
        words = ["java", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", *(f"-D{name}={value}" for name, value in settings.items()),
                 "-jar", programs[0]]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen([*map(str, words)], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def __enter__(self):
        until = time.monotonic() + PATIENCE_S
        while not self.is_ready():
            assert self.process.poll() is None and time.monotonic() < until, (self.folder / "log").read_text()[-4000:]
            time.sleep(0.1)
        return self

    def __exit__(self, *_):
        self.kill()

    def is_ready(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.ask("GET", "/health/ready", expect=(200, 503))[0] == 200
        return False

    def kill(self):
        """kill -9; nothing of it is kept anyway."""
        self.process.kill()
        self.process.wait(timeout=PATIENCE_S)

    def ask(self, method, path, body=None, expect=(200, 204)):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        with contextlib.closing(connection):
            connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read().decode()
        assert answer.status in expect, f"{method} {path}: {answer.status} {text}"
        return answer.status, json.loads(text) if text else None

    # --- its API v3

    @staticmethod
    def path_of(group, name):
        return f"/apis/registry/v3/groups/{quoted(group)}/artifacts/{quoted(name)}"

    def publish(self, group, name, schema, version, kind="JSON"):
        """A new version, and the artifact and its group where they are not there yet."""
        content = {"content": json.dumps(schema), "contentType": "application/json"}
        self.ask("POST", f"/apis/registry/v3/groups/{quoted(group)}/artifacts?ifExists=CREATE_VERSION",
                 {"artifactId": name, "artifactType": kind, "firstVersion": {"version": version, "content": content}})

    def set_state(self, group, name, version, state):
        self.ask("PUT", f"{self.path_of(group, name)}/versions/{quoted(version)}/state", {"state": state})

    def delete(self, group, name):
        self.ask("DELETE", self.path_of(group, name))

    # --- Confluent's API, on the group that is called default

    def register(self, subject, schema, kind="JSON"):
        self.ask("POST", f"/apis/ccompat/v7/subjects/{quoted(subject)}/versions", {"schemaType": kind, "schema": json.dumps(schema)})

    def delete_subject(self, subject):
        self.ask("DELETE", f"/apis/ccompat/v7/subjects/{quoted(subject)}")
