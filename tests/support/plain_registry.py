# SPDX-License-Identifier: Apache-2.0
"""A registry that speaks the plain HTTP API of source 001, on loopback, written from its description alone; and ways to misbehave."""
import hashlib
import json
import threading
import urllib.parse

from loopback_server import Handler, LoopbackServer


def seed_hash(schema):
    """The hash of the source's scripts."""
    return hashlib.sha256(json.dumps(schema, sort_keys=True).encode()).hexdigest()


class PlainRegistry(LoopbackServer):
    """`tracks[track][name]` is a list of (version, schema), oldest first. Names are without ".schema"; over HTTP they have it."""

    def __init__(self):
        self.tracks = {"v1": {}}
        self.deprecated = {}  # name: note
        self.declared = {}  # name: sha256 instead of the right one
        self.ids = {}  # name: $schema_id instead of the right one
        self.answers = {}  # path: (status, headers, body) instead of what is right; a body of None hangs
        self.requests = []
        self.statuses = []  # of them
        self.etag = None  # what gives an answer's entity tag: called with its body
        self.always_unchanged = False  # it answers 304 to whoever has a tag, whatever became of the schema
        self.token = None
        self.released = threading.Event()
        self.lock = threading.Lock()
        outer = self

        class Answering(Handler):
            def do_GET(self):
                outer.answer(self)

        super().__init__(Answering)

    def publish(self, name, schema, version, track="v1"):
        self.tracks.setdefault(track, {}).setdefault(name, []).append((version, schema))

    def close(self):
        self.released.set()
        super().close()

    def entry(self, track, name, versions, version=None):
        wanted = [each for each in versions if version is None or each[0] == version]
        if not wanted:
            return None
        number, schema = wanted[-1]
        return {"name": f"{name}.schema", "track": track, "core_version": number,
                "sha256": self.declared.get(name, seed_hash(schema)),
                "$schema_id": self.ids.get(name, f"https://schemas.example/{track}/{name}"), "content": schema,
                "deprecated": name in self.deprecated, "deprecation_note": self.deprecated.get(name)}

    def index(self):
        tracks = {}
        for track, schemas in self.tracks.items():
            listed = []
            for name, versions in schemas.items():
                entry = self.entry(track, name, versions)
                listed.append({"name": entry["name"], "$schema_id": f"https://schemas.example/{track}/{name}",
                               "sha256": entry["sha256"], "latest_core_version": entry["core_version"],
                               "deprecated": entry["deprecated"]})
            tracks[track] = {"count": len(listed), "schemas": listed}
        return {"tracks": tracks, "generated_at": "2025-10-18T14:30:00Z"}

    def body_of(self, path, query):
        parts = [urllib.parse.unquote(part) for part in path.strip("/").split("/")]
        if path == "/index":
            return self.index()
        if parts[0] != "schemas" or len(parts) not in (3, 4):
            return None
        track, name = parts[1], parts[2].removesuffix(".schema")
        versions = self.tracks.get(track, {}).get(name) if parts[2].endswith(".schema") else None
        if not versions:
            return None
        if len(parts) == 4:
            return [{"core_version": number, "sha256": seed_hash(schema), "created_at": "2025-10-01T00:00:00Z",
                     "deprecated": False} for number, schema in versions]
        return self.entry(track, name, versions, query.get("version", [None])[0])

    def answer(self, handler):
        url = urllib.parse.urlsplit(handler.path)
        with self.lock:
            self.requests.append(handler.path)
        status, headers, body = 200, {"Content-Type": "application/json"}, None
        if self.token and handler.headers.get("Authorization") != f"Bearer {self.token}":
            status, body = 401, b'{"detail":"no"}'
        elif url.path in self.answers:
            status, more, body = self.answers[url.path]
            headers = {**headers, **more}
            if body is None:
                self.released.wait(60)
                body = b"{}"
        else:
            value = self.body_of(url.path, urllib.parse.parse_qs(url.query))
            status = 404 if value is None else 200
            body = json.dumps(value if value is not None else {"detail": "Not Found"}).encode()
            if self.etag and status == 200:
                headers["ETag"] = self.etag(body)
                told = handler.headers.get("If-None-Match")
                if told and (self.always_unchanged or told == headers["ETag"]):
                    status, body = 304, b""
        with self.lock:
            self.statuses.append((url.path, status))
        try:
            handler.send_response(status)
            for name, text in headers.items():
                handler.send_header(name, text)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)
        except OSError:
            pass
