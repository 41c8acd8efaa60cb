# SPDX-License-Identifier: Apache-2.0
"""What the drift script of source 001 sets out to do: every pin against the registry's schema, one by one, by SHA-256 over sorted JSON.

Usage: drift_loop.py URL TRACK FOLDER. Exit 1: there is drift. One connection for all requests, which is more than requests.get() does.
"""
import hashlib
import http.client
import json
import pathlib
import sys
import urllib.parse


def hash_of(schema):
    return hashlib.sha256(json.dumps(schema, sort_keys=True).encode()).hexdigest()


def main():
    url, track, folder = urllib.parse.urlsplit(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
    connection = http.client.HTTPConnection(url.hostname, url.port)
    synced = drifted = 0
    for path in sorted(folder.glob("*.json")):
        if path.name in ("_metadata.json", "schemas.lock.json"):
            continue
        connection.request("GET", f"/schemas/{track}/{urllib.parse.quote(path.stem)}")
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path.stem}: {answer.status}")
        same = hash_of(json.loads(body)["content"]) == hash_of(json.loads(path.read_bytes()))
        synced, drifted = synced + same, drifted + (not same)
    print(f"{synced} synced, {drifted} drifted")
    return 1 if drifted else 0


if __name__ == "__main__":
    sys.exit(main())
