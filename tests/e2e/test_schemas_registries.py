# SPDX-License-Identifier: Apache-2.0
"""Registries of the kinds confluent and apicurio, as their documents describe them, by stand-ins that answer what a table says; and
`schemas watch` and `explain`."""
import base64
import json
import signal
import subprocess
import time
import urllib.parse

import pytest
from loopback_server import Handler, LoopbackServer
from pins import FEEDBACK, HEALTH, SCHEMAS, breaking, stamped, write_pins
from plain_registry import PlainRegistry
from schema_workspace import Place
from schemas import hold

NAME = "telemetry.FeedbackEvent"


class Table(LoopbackServer):
    """Answers paths (with their query) out of a dict; anything else is 404."""

    def __init__(self):
        self.answers, self.seen = {}, []
        outer = self

        class Answering(Handler):
            def do_GET(self):
                outer.seen.append((self.path, self.headers.get("Authorization")))
                value = outer.answers.get(urllib.parse.unquote(self.path))
                body = json.dumps({"error_code": 40401} if value is None else value).encode()
                self.answer(404 if value is None else 200, "application/vnd.schemaregistry.v1+json", body)

        super().__init__(Answering)


@pytest.fixture
def table():
    made = Table()
    yield made
    made.close()


@pytest.fixture
def place(tmp_path, binary):
    made = Place(tmp_path / "workspace", binary)
    write_pins(made.folder / "schemas/v1", SCHEMAS)
    return made


def confluent(table, name, published, version=1, **more):
    subject = f"{name}-value"
    value = {"subject": subject, "version": version, "id": 7, "schemaType": "JSON", "schema": json.dumps(published), "references": [], **more}
    table.answers[f"/subjects/{subject}/versions"] = list(range(1, version + 1))
    for asked in ("latest", version):
        table.answers[f"/subjects/{subject}/versions/{asked}"] = value
    table.answers["/subjects"] = sorted({*table.answers.get("/subjects", ["other-key"]), subject})


def states(report):
    return {each["schema"]: each for each in report["schemas"]}


def test_confluent_subjects_are_compared_with_basic_authentication(place, table):
    for name, schema in SCHEMAS.items():
        confluent(table, name, schema)
    env = {"PASSWORD": "s3cret"}
    place.configure(table.url, extra='kind = "confluent"\nsubjects = "{name}-value"\nuser = "ana"\npassword = "${PASSWORD}"', env=env)
    report = json.loads(place.run("schemas", "check", "core", "--json", env=env).stdout)
    hold("schemas-check", report)
    assert report["synced"] == 3 and states(report)[NAME]["registry_version"] == "1"
    assert {each for _, each in table.seen} == {"Basic " + base64.b64encode(b"ana:s3cret").decode()}
    confluent(table, NAME, breaking(), version=2)
    report = json.loads(place.run("schemas", "check", "core", "--json", env=env, expect=1).stdout)
    assert states(report)[NAME]["class"] == "breaking" and states(report)[NAME]["registry_version"] == "2"


@pytest.mark.parametrize(("more", "kind"), [({"schemaType": "AVRO"}, "unsupported_dialect"), ({"schemaType": ""}, "unsupported_dialect"),
                                            ({"references": [{"name": "a", "subject": "b", "version": 1}]}, "unresolved_ref"),
                                            ({"subject": "another"}, "id_mismatch"), ({"schema": None}, "not_json"),
                                            ({"schema": "{"}, "not_json")])
def test_a_subject_that_is_no_schema_keeps_its_kind(place, table, more, kind):
    for name, schema in SCHEMAS.items():
        confluent(table, name, schema)
    confluent(table, NAME, FEEDBACK, **more)
    place.configure(table.url, extra='kind = "confluent"\nsubjects = "{name}-value"')
    report = place.json("schemas", "check", "core", expect=3)
    assert states(report)[NAME]["error"]["kind"] == kind and report["synced"] == 2


def test_a_subject_that_the_list_leaves_out_is_asked_for_before_it_is_missing(place, table):
    """Servers cut the list at a limit and say nothing of it."""
    for name, schema in SCHEMAS.items():
        confluent(table, name, schema)
    table.answers["/subjects"] = ["other-value"]
    place.configure(table.url, extra='kind = "confluent"\nsubjects = "{name}-value"')
    assert place.json("schemas", "check", "core")["synced"] == 3
    place.run("schemas", "fetch", "core")
    del table.answers[f"/subjects/{NAME}-value/versions/latest"]
    report = place.json("schemas", "check", "core", expect=1)
    assert states(report)[NAME]["status"] == "missing_in_registry" and report["synced"] == 2
    assert "has no schema" in place.run("schemas", "fetch", "core", expect=3).stderr


def apicurio(table, schemas, group="default", version="3", page=500):
    api = "/apis/registry/v3"
    for offset in range(0, len(schemas) or 1, page):
        table.answers[f"{api}/search/artifacts?groupId={group}&artifactType=JSON&order=asc&orderby=artifactId&limit=500&offset={offset}"] = {
            "artifacts": [{"groupId": group, "artifactId": name} for name in list(schemas)[offset:offset + page]], "count": len(schemas)}
    for name, schema in schemas.items():
        versions = f"{api}/groups/{group}/artifacts/{name}/versions"
        for asked in ("branch=latest", version):
            table.answers[f"{versions}/{asked}"] = {"version": version, "artifactId": name, "groupId": group, "state": "ENABLED"}
        table.answers[f"{versions}/{version}/content"] = schema


def test_apicurio_artifacts_are_compared_with_a_bearer_token(place, table):
    apicurio(table, SCHEMAS, group="telemetry")
    place.configure(table.url, extra='kind = "apicurio"\ngroup = "telemetry"\ntoken = "${TOKEN}"', env={"TOKEN": "abc"})
    report = json.loads(place.run("schemas", "check", "core", "--json", env={"TOKEN": "abc"}).stdout)
    assert report["synced"] == 3 and states(report)[NAME]["registry_version"] == "3"
    assert {each for _, each in table.seen} == {"Bearer abc"}
    apicurio(table, {**SCHEMAS, NAME: breaking()}, group="telemetry", version="4")
    report = json.loads(place.run("schemas", "check", "core", "--json", env={"TOKEN": "abc"}, expect=1).stdout)
    assert states(report)[NAME]["class"] == "breaking"


def test_apicurio_may_give_fewer_artifacts_at_a_time_than_it_was_asked_for(place, table):
    apicurio(table, {**SCHEMAS, "telemetry.Other": HEALTH}, page=2)
    place.configure(table.url, extra='kind = "apicurio"\nall = true')
    report = place.json("schemas", "check", "core")
    assert (report["synced"], report["not_pinned"]) == (3, 1) and states(report)["telemetry.Other"]["status"] == "missing_local"


def test_an_apicurio_group_that_is_not_there_is_no_drift(place, table):
    apicurio(table, {}, group="telemetri")
    place.configure(table.url, extra='kind = "apicurio"\ngroup = "telemetri"')
    report = place.json("schemas", "check", "core", expect=3)
    assert report["error"]["kind"] == "not_found" and {each["status"] for each in report["schemas"]} == {"unknown"}
    table.answers["/apis/registry/v3/groups/telemetri"] = {"groupId": "telemetri"}
    report = place.json("schemas", "check", "core", expect=1)
    assert {each["status"] for each in report["schemas"]} == {"missing_in_registry"}


def test_an_apicurio_artifact_of_another_type_keeps_its_kind(place, table):
    apicurio(table, SCHEMAS)
    for asked in ("branch=latest", "3"):
        table.answers[f"/apis/registry/v3/groups/default/artifacts/{NAME}/versions/{asked}"]["artifactType"] = "OPENAPI"
    place.configure(table.url, extra='kind = "apicurio"')
    report = place.json("schemas", "check", "core", expect=3)
    assert states(report)[NAME]["error"]["kind"] == "unsupported_dialect" and report["synced"] == 2


@pytest.mark.parametrize("kind", ["confluent", "apicurio"])
def test_a_transitive_mode_asks_every_version_that_is_listed(place, table, kind):
    for version, schema in ((1, breaking()), (2, FEEDBACK)):
        if kind == "confluent":
            confluent(table, NAME, schema, version=version)
        else:
            apicurio(table, {NAME: schema}, version=str(version))
    table.answers[f"/apis/registry/v3/groups/default/artifacts/{NAME}/versions?order=asc&limit=500&offset=0"] = {
        "versions": [{"version": "1", "state": "DEPRECATED"}, {"version": "2", "state": "ENABLED"}], "count": 2}
    place.configure(table.url, extra=f'kind = "{kind}"' + ('\nsubjects = "{name}-value"' if kind == "confluent" else ""))
    said = place.json("schemas", "diff", f"registry:{NAME}", f"pin:{NAME}", "--mode", "FORWARD_TRANSITIVE", expect=1)
    hold("schemas-diff", said)
    assert [(each["version"], each["class"]) for each in said["asked_versions"]] == [("1", "breaking"), ("2", "identical")]
    assert said["old"] == f"registry:{NAME}@1" and said["mode"] == "FORWARD_TRANSITIVE"


def test_many_schemas_are_asked_for_one_by_one_and_the_index_once(place, binary):
    registry = PlainRegistry()
    many = {f"event.{number:03d}": {**HEALTH, "title": f"Event {number}"} for number in range(120)}
    for name, schema in many.items():
        registry.publish(name, stamped(schema, name, "1.0.0"), "1.0.0")
    write_pins(place.folder / "schemas/v1", many, version="1.0.0")
    registry.publish("event.077", stamped(breaking(), "event.077", "2.0.0"), "2.0.0")
    for name, schema in SCHEMAS.items():
        registry.publish(name, stamped(schema, name, "1.0.0"), "1.0.0")
    place.configure(registry.url)
    report = place.json("schemas", "check", "core", expect=1)
    registry.close()
    assert (report["total_schemas"], report["synced"], report["drifted"]) == (123, 122, 1)
    assert registry.requests.count("/index") == 1 and len(registry.requests) == 124


def test_watch_says_where_the_answer_changes_and_ends_by_the_signal(place, binary):
    registry = PlainRegistry()
    for name, schema in SCHEMAS.items():
        registry.publish(name, stamped(schema, name, "1.1.2"), "1.1.2")
    place.configure(registry.url)
    running = subprocess.Popen([binary, "schemas", "watch", "core", "--interval", "1s", "--json"], cwd=place.folder, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert json.loads(running.stdout.readline())["conclusion"] == "in_step"
    registry.publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")
    said = json.loads(running.stdout.readline())
    assert (said["conclusion"], said["drifted"], said["synced"]) == ("findings", 1, 2)
    registry.answers["/index"] = (503, {}, b"")
    said = json.loads(running.stdout.readline())
    assert (said["conclusion"], said["complete"], said["unknown"], said["synced"]) == ("incomplete", False, 3, 0)
    began = time.monotonic()
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=30)
    registry.close()
    assert running.returncode == -signal.SIGTERM and time.monotonic() - began < 20


def test_explain_tells_what_is_known_of_a_drift(place):
    registry = PlainRegistry()
    for name, schema in SCHEMAS.items():
        registry.publish(name, stamped(schema, name, "1.1.2"), "1.1.2")
    place.configure(registry.url)
    assert "no open incident" in place.run("schemas", "explain", NAME, expect=2).stderr
    registry.publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")
    place.run("schemas", "check", "core", expect=1)
    registry.close()
    said = place.run("schemas", "explain", NAME).stdout
    assert "schema.required_added" in said and "no_longer_valid" in said
