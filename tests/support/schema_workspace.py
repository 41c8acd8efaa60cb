# SPDX-License-Identifier: Apache-2.0
"""A folder in which `holdfast schemas` runs, with or without a holdfast.toml; and what the source's script would say, from its description."""
import hashlib
import json
import os
import pathlib
import subprocess

from plain_registry import seed_hash


class Place:
    def __init__(self, folder, binary):
        self.folder, self.binary = pathlib.Path(folder), binary
        self.folder.mkdir(parents=True, exist_ok=True)

    def configure(self, registry, fixtures="schemas/v1", extra="", env=None):
        (self.folder / "holdfast.toml").write_text(
            '[workspace]\nname = "store"\ncatalog = "sqlite:catalog.db"\n\n[schemas.core]\ntrack = "v1"\n'
            f'fixtures = "{fixtures}"\nregistry = "{registry}"\nattempts = 1\n{extra}\n')
        self.run("migrate", "upgrade", env=env)

    def run(self, *arguments, expect=0, env=None, **options):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")}
        done = subprocess.run([self.binary, *map(str, arguments)], cwd=self.folder, text=True, capture_output=True, check=False,
                              env={**kept, **(env or {})}, timeout=120, **options)
        codes = expect if isinstance(expect, tuple) else (expect,)
        assert expect is None or done.returncode in codes, (
            f"holdfast {' '.join(map(str, arguments))}: exit {done.returncode}, expected {expect}\n--- stdout\n{done.stdout[-4000:]}\n"
            f"--- stderr\n{done.stderr[-4000:]}")
        return done

    def start(self, *arguments, env=None):
        """Starts one command and leaves it running."""
        return subprocess.Popen([self.binary, *map(str, arguments)], cwd=self.folder, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env={**os.environ, **(env or {})})

    def json(self, *arguments, **options):
        return json.loads(self.run(*arguments, "--json", **options).stdout)

    def report(self, name="drift_report.json"):
        return json.loads((self.folder / name).read_text())

    def events(self, name=None):
        lines = self.run("events", "list", "--limit", "1000", "--json").stdout.splitlines()
        found = [json.loads(line) for line in lines]
        return [each for each in found if name is None or each["name"] == name]


def tree(folder):
    """path → digest of everything below a folder, by hashlib."""
    folder = pathlib.Path(folder)
    if not folder.exists():
        return None
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*"))
            if path.is_file()}


def source_report(folder, registry, track="v1"):
    """The report of the source's check, as it is described: by hash, a missing one told, synced what is left."""
    schemas = []
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        if path.name in ("_metadata.json", "schemas.lock.json"):
            continue
        local = json.loads(path.read_text())
        name = path.name.removesuffix(".json")
        versions = registry.tracks[track].get(name)
        if not versions:
            schemas.append({"schema": name, "status": "missing_in_registry", "local_sha": seed_hash(local), "registry_sha": None,
                            "local_version": local.get("$core_version"), "registry_version": None})
            continue
        version, content = versions[-1]
        schemas.append({"schema": name, "status": "synced" if seed_hash(local) == seed_hash(content) else "drift",
                        "local_sha": seed_hash(local)[:12], "registry_sha": seed_hash(content)[:12],
                        "local_version": local.get("$core_version"), "registry_version": version})
    return {"track": track, "registry_url": registry.url, "total_schemas": len(schemas),
            "synced": sum(each["status"] == "synced" for each in schemas),
            "drifted": sum(each["status"] == "drift" for each in schemas), "schemas": schemas}


def in_the_sources_keys(report):
    wanted = ("schema", "status", "local_sha", "registry_sha", "local_version", "registry_version")
    return {**{key: report[key] for key in ("track", "registry_url", "total_schemas", "synced", "drifted")},
            "schemas": [{key: each[key] for key in wanted} for each in report["schemas"]]}
