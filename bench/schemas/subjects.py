# SPDX-License-Identifier: Apache-2.0
"""1,400 pins held against a registry over loopback: `holdfast schemas check` beside a loop in Python. Whole processes, from start to end."""
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

import corpora
import measure
from peers import OURS

HERE = pathlib.Path(__file__).resolve().parent
LOOP = "Python, one by one"
TOKEN = "a-token-of-the-benchmark"
DRIFTED = 3


def schemas(source, count):
    """Name → schema: definitions of GitHub's webhooks with what they lead to, the newest first."""
    found = {}
    for version in reversed(corpora.WEBHOOK_VERSIONS):
        document = corpora.webhook_document(source, version)
        for name in document["definitions"]:
            schema = json.loads(corpora.closure(document, name)) | {"$core_version": "1.0.0", "$track": "v1"}
            found[re.sub(r"\W", ".", f"webhooks-{version}.{name}")] = schema
    return dict(list(found.items())[:count])


@contextlib.contextmanager
def served(binary, folder):
    """A registry of the catalog in `folder`; its address."""
    process = subprocess.Popen([binary, "schemas", "serve", "--listen", "127.0.0.1:0", "--sync-folder", "published"], cwd=folder, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, "HOLDFAST_REGISTRY_TOKEN": TOKEN})
    try:
        yield process.stdout.readline().strip()
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate()


def post(origin, path, body):
    connection = http.client.HTTPConnection(origin.removeprefix("http://"))
    with contextlib.closing(connection):
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}"})
        answer = connection.getresponse()
        told = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"POST {path}: {answer.status} {told[:300]}")


def publish(origin, folder, wanted):
    """All of them, in one step."""
    published = folder / "published" / "v1"
    published.mkdir()
    for name, schema in wanted.items():
        (published / f"{name}.json").write_text(json.dumps(schema), encoding="utf-8")
    post(origin, "/admin/sync", {"source": "local", "path": "v1"})


def run(source, out, count, rounds):
    binary = str(source / "build/release/holdfast")
    folder, client = out / "subjects", out / "subjects-client"
    for each in (folder, client):
        shutil.rmtree(each, ignore_errors=True)
        each.mkdir(parents=True)
    (folder / "published").mkdir()
    (folder / "holdfast.toml").write_text('[workspace]\nname = "bench"\ncatalog = "sqlite:catalog.db"\n', encoding="utf-8")
    subprocess.run([binary, "migrate", "upgrade"], cwd=folder, check=True, capture_output=True)
    wanted = schemas(source, count)
    cores = set(os.sched_getaffinity(0))
    with served(binary, folder) as origin:
        publish(origin, folder, wanted)
        where = ["--track", "v1", "--registry-url", origin]
        subprocess.run([binary, "schemas", "fetch", *where, "--all", "--output", "pins"], cwd=client, check=True, capture_output=True)
        for name in list(wanted)[::len(wanted) // DRIFTED][:DRIFTED]:
            post(origin, "/admin/schemas", {"name": name, "track": "v1", "core_version": "1.1.0",
                                            "content": wanted[name] | {"$core_version": "1.1.0", "not": {}}})
        commands = {OURS: [binary, "schemas", "check", *where, "--schema-dir", "pins", "--output", "report.json"],
                    LOOP: [sys.executable, str(HERE / "drift_loop.py"), origin, "v1", "pins"]}
        runs = {name: [] for name in commands}
        for number in range(-1, rounds):  # the first is for the caches
            names = list(commands)[number % 2:] + list(commands)[:number % 2]
            for name in names:
                measured = measure.run(commands[name], client, cores)
                hold(name, measured, client, len(wanted))
                if number >= 0:
                    runs[name].append({"round": number, "wall_s": measured.wall_s, "cpu_s": measured.cpu_s, "rss_mib": measured.rss_mib})
    return {"count": len(wanted), "bytes": sum(len(json.dumps(each)) for each in wanted.values()), "runs": runs}


def hold(name, measured, client, count):
    """Both must find the same."""
    if name == OURS:
        report = json.loads((client / "report.json").read_text(encoding="utf-8"))
        found = (report["synced"], report["drifted"], report["complete"])
    else:
        found = (*map(int, re.findall(rb"\d+", measured.output)), True)
    if found != (count - DRIFTED, DRIFTED, True) or measured.exit_code != 1:
        raise RuntimeError(f"{name}: {found}, exit {measured.exit_code}; expected {count - DRIFTED} synced and {DRIFTED} drifted")
