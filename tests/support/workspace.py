# SPDX-License-Identifier: Apache-2.0
"""A workspace as a user has it, and the truth about it by second programs: sha256sum, stat, sqlite3 (Python's) and psql."""
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import uuid


class SqliteDatabase:
    backend = "sqlite"

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.url = f"sqlite:{self.path}"

    def query(self, sql):
        """Rows as dicts, read by Python's sqlite3."""
        with sqlite3.connect(self.path, timeout=60) as connection:
            connection.row_factory = sqlite3.Row
            rows = [dict(row) for row in connection.execute(sql)]
        connection.close()
        return rows

    def execute(self, sql):
        with sqlite3.connect(self.path, timeout=60) as connection:
            connection.executescript(sql)
        connection.close()

    def insert(self, table, rows):
        if not rows:
            return
        names = list(rows[0])
        with sqlite3.connect(self.path, timeout=60) as connection:
            connection.executemany(
                f"insert into {table}({','.join(names)}) values ({','.join('?' * len(names))})",
                [tuple(row[name] for name in names) for row in rows])
        connection.close()

    def drop(self):
        pass


class PostgresDatabase:
    """One database of its own on the private server."""
    backend = "postgres"

    def __init__(self, url, admin_url):
        self.url, self.admin_url = url, admin_url

    @classmethod
    def create(cls, server_url):
        name = "holdfast_" + uuid.uuid4().hex[:12]
        _psql(server_url, f"create database {name}")
        return cls(re.sub(r"^(postgres(?:ql)?://[^/]*/)[^?]*", rf"\g<1>{name}", server_url), server_url)

    @property
    def name(self):
        return re.match(r"^postgres(?:ql)?://[^/]*/([^?]*)", self.url)[1]

    def query(self, sql):
        """Rows as dicts, read by psql."""
        text = _psql(self.url, f"select coalesce(json_agg(t), '[]') from ({sql}) t")
        return json.loads(text)

    def execute(self, sql):
        _psql(self.url, sql)

    def insert(self, table, rows):
        if not rows:
            return
        names = list(rows[0])
        columns = ",".join(f"{name} text" for name in names)
        casts = ",".join(f"{name}::jsonb" if name == "metadata" else name for name in names)
        for start in range(0, len(rows), 5000):
            text = json.dumps(rows[start:start + 5000])
            assert "$rows$" not in text
            _psql(self.url, f"insert into {table}({','.join(names)}) select {casts} from json_to_recordset($rows${text}$rows$) as r({columns})")

    def drop(self):
        _psql(self.admin_url, f"drop database if exists {self.name} with (force)")


def _psql(url, sql):
    done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url], input=sql, text=True,
                          capture_output=True, check=False)
    assert done.returncode == 0, f"psql: {done.stderr}\n{sql[:2000]}"
    return done.stdout


class Workspace:
    def __init__(self, folder, binary, database):
        self.folder, self.binary, self.database = pathlib.Path(folder), binary, database
        self.data = self.folder / "data"

    @classmethod
    def make(cls, folder, binary, database, artifacts='source = "catalog"'):
        made = cls(folder, binary, database)
        made.data.mkdir(parents=True)
        made.configure(artifacts)
        made.run("migrate", "upgrade")
        return made

    def configure(self, artifacts='source = "catalog"', extra=""):
        (self.folder / "holdfast.toml").write_text(
            f'[workspace]\nname = "test"\ncatalog = "{self.database.url}"\n\n[artifacts.atlas]\n{artifacts}\nroot = "data"\n{extra}\n')

    def command(self, *arguments):
        return [self.binary, *map(str, arguments)]

    def run(self, *arguments, expect=0, env=None, **options):
        """Runs one command; `expect` is its exit code (a tuple of codes, or None for any)."""
        done = subprocess.run(self.command(*arguments), cwd=self.folder, text=True, capture_output=True, check=False,
                              env={**os.environ, **(env or {})}, **options)
        codes = expect if isinstance(expect, tuple) else (expect,)
        assert expect is None or done.returncode in codes, (
            f"holdfast {' '.join(map(str, arguments))}: exit {done.returncode}, expected {expect}\n"
            f"--- stdout\n{done.stdout[-4000:]}\n--- stderr\n{done.stderr[-4000:]}")
        return done

    def json(self, *arguments, **options):
        return json.loads(self.run(*arguments, "--json", **options).stdout)

    def start(self, *arguments, env=None):
        """Starts one command and leaves it running."""
        return subprocess.Popen(self.command(*arguments), cwd=self.folder, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env={**os.environ, **(env or {})})

    def write(self, path, content):
        target = self.data / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
        return target

    def add_row(self, artifact_id, path, artifact_type="figure", metadata="{}", title="", content_hash="dedup"):
        self.database.insert("artifacts", [row(artifact_id, path, artifact_type, metadata, title, content_hash)])

    def rows(self):
        """id → row, metadata parsed with exact integers."""
        cast = "metadata::text" if self.database.backend == "postgres" else "metadata"
        found = self.database.query(
            f"select id, artifact_type, title, file_path, content_hash, {cast} as metadata, "
            f"{cast} as metadata_text from artifacts order by id")
        for each in found:
            each["metadata"] = None if each["metadata"] is None else json.loads(each["metadata"])
        return {each["id"]: each for each in found}

    def journal(self):
        cast = (lambda c: f"{c}::text as {c}") if self.database.backend == "postgres" else (lambda c: c)
        return self.database.query(
            f"select seq, artifact_id, operation, {cast('old')}, {cast('new')}, reason from artifact_metadata_journal order by seq")

    def events(self, name=None):
        """Events as the database holds them, with their fields parsed."""
        found = self.database.query("select * from event order by seq")
        for each in found:
            each["fields"] = json.loads(each["fields"]) if isinstance(each["fields"], str) else each["fields"]
        return [each for each in found if name is None or each["name"] == name]


def row(artifact_id, path, artifact_type="figure", metadata="{}", title="", content_hash="dedup"):
    return {"id": artifact_id, "artifact_type": artifact_type, "title": title, "file_path": path, "content_hash": content_hash,
            "metadata": metadata}


def sha256sum(folder):
    """path → digest of every file below a folder, by coreutils."""
    found = subprocess.run("find . -type f -print0 | xargs -0 -r sha256sum -z", shell=True, cwd=folder, capture_output=True,
                           check=True).stdout
    lines = [line.decode("utf-8", "surrogateescape") for line in found.split(b"\0") if line]
    return {line[66:].removeprefix("./"): line[:64] for line in lines}


def stat_sizes(folder):
    """path → size in bytes of every file below a folder, by stat(1)."""
    found = subprocess.run(r"find . -type f -print0 | xargs -0 -r stat --printf '%s %n\0'", shell=True, cwd=folder,
                           capture_output=True, check=True).stdout
    lines = [line.decode("utf-8", "surrogateescape") for line in found.split(b"\0") if line]
    return {line.split(" ", 1)[1].removeprefix("./"): int(line.split(" ", 1)[0]) for line in lines}
