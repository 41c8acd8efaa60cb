# SPDX-License-Identifier: Apache-2.0
"""Fixtures for the tests that look at Holdfast from outside: a workspace on SQLite or on PostgreSQL, and a second program's view of it.

HOLDFAST_BIN          the binary with failpoints (default: build/dev/holdfast)
HOLDFAST_RELEASE_BIN  the release binary (default: build/release/holdfast)
HOLDFAST_TEST_POSTGRES_URL  a private server (tests/support/with_postgres.sh sets it)
"""
import os
import pathlib
import sys

import pytest

SOURCE = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SOURCE / "tests" / "support"))

from pins import SCHEMAS, stamped  # noqa: E402
from plain_registry import PlainRegistry  # noqa: E402
from workspace import PostgresDatabase, SqliteDatabase, Workspace  # noqa: E402


def _binary(variable, default):
    path = pathlib.Path(os.environ.get(variable, SOURCE / default))
    if not path.exists():
        pytest.fail(f"{path} is not built: run make test, or set {variable}")
    return str(path)


@pytest.fixture(scope="session")
def binary():
    return _binary("HOLDFAST_BIN", "build/dev/holdfast")


@pytest.fixture(scope="session")
def release_binary():
    return _binary("HOLDFAST_RELEASE_BIN", "build/release/holdfast")


def _database(backend, folder):
    if backend == "sqlite":
        return SqliteDatabase(folder / "catalog.db")
    url = os.environ.get("HOLDFAST_TEST_POSTGRES_URL")
    if not url:
        if os.environ.get("HOLDFAST_REQUIRE_POSTGRES"):
            pytest.fail("HOLDFAST_REQUIRE_POSTGRES is set and HOLDFAST_TEST_POSTGRES_URL is not")
        pytest.skip("no HOLDFAST_TEST_POSTGRES_URL: run under tests/support/with_postgres.sh")
    return PostgresDatabase.create(url)


@pytest.fixture(params=["sqlite", "postgres"])
def workspace(request, tmp_path, binary):
    """An empty workspace whose catalog is migrated; rows in the catalog's own table, root `data`."""
    database = _database(request.param, tmp_path)
    made = Workspace.make(tmp_path / "workspace", binary, database)
    yield made
    database.drop()


@pytest.fixture(params=["sqlite", "postgres"])
def own_database(request, tmp_path):
    """An empty database of the user's own, which is not the catalog."""
    database = _database(request.param, tmp_path)
    yield database
    database.drop()


@pytest.fixture
def sqlite_workspace(tmp_path, binary):
    """For what does not depend on the database."""
    yield Workspace.make(tmp_path / "workspace", binary, SqliteDatabase(tmp_path / "catalog.db"))


@pytest.fixture
def registry():
    """A registry of the plain kind on loopback with the schemas of tests/support/pins.py, as 1.1.2 of track v1."""
    with PlainRegistry() as made:
        for name, schema in SCHEMAS.items():
            made.publish(name, stamped(schema, name, "1.1.2"), "1.1.2")
        yield made
