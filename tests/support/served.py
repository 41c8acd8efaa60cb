# SPDX-License-Identifier: Apache-2.0
"""A running `holdfast schemas serve`, asked with Python's http.client and with curl."""
import contextlib
import http.client
import json
import os
import signal
import subprocess
import urllib.parse

TOKEN = "a-token-for-tests-0123456789"
PATIENCE_S = 60  # only a hanging program takes so long

FEEDBACK = {"$defs": {"Level": {"enum": ["ok", "soft", "hard"], "type": "string"}}, "title": "FeedbackEvent", "type": "object",
            "$core_version": "1.1.2", "$schema_id": "telemetry.FeedbackEvent", "$track": "v1",
            "properties": {"coordinator_id": {"type": "string"}, "level": {"$ref": "#/$defs/Level"}, "queue_size": {"type": "integer"}},
            "required": ["coordinator_id", "queue_size", "level"]}


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)


class Served:
    """One process; `workspace` must have a catalog."""

    def __init__(self, workspace, *arguments, token=TOKEN, env=None):
        environment = {**os.environ, **(env or {})}
        environment.pop("HOLDFAST_REGISTRY_TOKEN", None)
        if token is not None:
            environment["HOLDFAST_REGISTRY_TOKEN"] = token
        self.process = subprocess.Popen(workspace.command("schemas", "serve", "--listen", "127.0.0.1:0", *arguments), cwd=workspace.folder,
                                        text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
        self.origin = self.process.stdout.readline().strip()
        assert self.origin.startswith("http"), (self.origin, self.process.communicate())
        self.port = int(self.origin.rsplit(":", 1)[1])
        self.log = ""

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.end()

    def end(self):
        """SIGTERM; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        _, log = self.process.communicate(timeout=PATIENCE_S)
        self.log += log
        return self.process.returncode

    def kill(self):
        self.process.kill()
        self.process.communicate(timeout=PATIENCE_S)

    def ask(self, method, path, body=None, headers=None, token=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        with contextlib.closing(connection):
            fields = dict(headers or {})
            if token is not None:
                fields["Authorization"] = f"Bearer {token}"
            if body is not None and not isinstance(body, (bytes, str)):
                body = json.dumps(body)
            connection.request(method, path, body.encode() if isinstance(body, str) else body, fields)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())

    def get(self, path, **headers):
        return self.ask("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def post(self, path, body, token=TOKEN):
        return self.ask("POST", path, body, {"Content-Type": "application/json"}, token)

    def put(self, path, body, token=TOKEN):
        return self.ask("PUT", path, body, {"Content-Type": "application/json"}, token)

    def publish(self, name="telemetry.FeedbackEvent", version="1.1.2", content=None, track="v1", **more):
        return self.post("/admin/schemas", {"name": name, "track": track, "core_version": version,
                                            "content": FEEDBACK if content is None else content, **more})

    def register(self, subject, schema, token=TOKEN):
        text = schema if isinstance(schema, str) else json.dumps(schema)
        return self.post(f"/subjects/{urllib.parse.quote(subject, safe=':')}/versions", {"schemaType": "JSON", "schema": text}, token)

    def curl(self, *arguments):
        """What curl prints; it fails on statuses from 400."""
        return subprocess.run(["curl", "-sS", "--fail-with-body", *arguments], capture_output=True, text=True, check=False,
                              timeout=PATIENCE_S)
