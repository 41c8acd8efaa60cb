# SPDX-License-Identifier: Apache-2.0
"""The source's command lines against a real Apicurio Registry, over both APIs that it has, and against `schemas serve`; and what such a server
does that a stand-in does not. Runs where HOLDFAST_REQUIRE_APICURIO is set: make test-apicurio."""
import copy
import http.client
import json
import os
import threading
import types

import jsonschema
import pytest
from apicurio_server import LISTED_SUBJECTS, ApicurioServer
from loopback_server import Handler, LoopbackServer
from pins import FEEDBACK, HEALTH, SCHEMAS, breaking, safe, stamped, write_pins
from schema_workspace import Place, in_the_sources_keys, source_report, tree
from schemas import hold
from served import Served

pytestmark = pytest.mark.skipif(not os.environ.get("HOLDFAST_REQUIRE_APICURIO"),
                                reason="a real Apicurio Registry is 109 MB of Java: make test-apicurio")

NAME = "telemetry.FeedbackEvent"
FOLDER = "tests/fixtures/schemas"  # where the source's scripts have their pins
CHECK = ("schemas", "check", "--track", "v1", "--output", "drift_report.json")  # as the runbook has it, and a URL
FETCH = ("schemas", "fetch", "--track", "v1", "--output", FOLDER)
COUNTED = {"1.1.2": "1", "1.2.0": "2", "1.2.7": "3"}  # what they are called where versions are counted
MORE_THAN_A_PAGE = 520  # artifacts are read by 500


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    with ApicurioServer(tmp_path_factory.mktemp("apicurio") / "server") as made:
        yield made


class Published:
    """Schemas in one of the server's two APIs, apart from those of other tests, and what the workspace's section says of it."""

    def __init__(self, server, kind, apart):
        self.server, self.kind, self.apart = server, kind, apart
        self.url = server.origin if kind == "apicurio" else server.origin + "/apis/ccompat/v7"
        self.section = f'kind = "{kind}"\n' + (f'group = "{apart}"' if kind == "apicurio" else f'subjects = "{apart}.{{name}}-value"')

    def publish(self, name, schema, version):
        if self.kind == "apicurio":
            self.server.publish(self.apart, name, schema, version)
        else:
            self.server.register(f"{self.apart}.{name}-value", schema)

    def set_state(self, name, version, state):
        """Of a version by its name here: the compatible API calls them 1, 2, 3."""
        if self.kind == "apicurio":
            self.server.set_state(self.apart, name, version, state)
        else:
            self.server.set_state("default", f"{self.apart}.{name}-value", COUNTED[version], state)

    def delete(self, name):
        if self.kind == "apicurio":
            self.server.delete(self.apart, name)
        else:
            self.server.delete_subject(f"{self.apart}.{name}-value")


@pytest.fixture(params=["apicurio", "confluent"])
def published(request, server, tmp_path):
    return Published(server, request.param, tmp_path.name)


@pytest.fixture
def v3(server, tmp_path):
    """For what only Apicurio's own API has."""
    return Published(server, "apicurio", tmp_path.name)


@pytest.fixture
def place(tmp_path, binary):
    made = Place(tmp_path / "store", binary)
    write_pins(made.folder / FOLDER, SCHEMAS)
    return made


def publish_all(registry):
    for name, schema in SCHEMAS.items():
        registry.publish(name, stamped(schema, name, "1.1.2"), "1.1.2")


def configured(place, published, more=""):
    place.configure(published.url, fixtures=FOLDER, extra=published.section + more)
    return place


def states(report):
    hold("schemas-check", report)
    return {each["schema"]: each for each in report["schemas"]}


def checked(place, expect):
    report = place.json("schemas", "check", expect=expect)
    return report, states(report)


# --- the source's commands, one after the other


def what_it_says(place, url, publish):
    """The runbook's scenario A as its command lines are written. Each step: name, exit code, report, files."""
    steps = []

    def step(name, *words, expect):
        done = place.run(*words, "--registry-url", url, expect=expect)
        report = place.report() if words[1] == "check" else None
        if report:
            hold("schemas-check", report)
        files = {file: digest for file, digest in tree(place.folder / FOLDER).items() if file not in ("schemas.lock.json", "_metadata.json")}
        steps.append((name, done.returncode, report and in_the_sources_keys(report), files, "✅ All schemas synced" in done.stdout))

    for name, schema in SCHEMAS.items():
        publish(name, stamped(schema, name, "1.1.2"), "1.1.2")
    step("in step", *CHECK, expect=0)
    publish(NAME, stamped(safe(), NAME, "1.2.0"), "1.2.0")
    step("drift", *CHECK, expect=1)
    step("would be fetched", *FETCH, "--dry-run", expect=1)
    step("fetched", *FETCH, expect=0)
    step("in step again", *CHECK, expect=0)
    publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")
    step("breaking drift", *CHECK, expect=1)
    step("refused", *FETCH, expect=4)
    step("accepted", *FETCH, "--accept", "breaking", expect=0)
    step("in step at last", *CHECK, expect=0)
    return steps


def with_counted_versions(said, has_fetched):
    """A report as it is where versions are counted: the registry's are 1, 2, 3, and so is a pin's once the lock file has it from there."""
    changed = copy.deepcopy(said)
    for each in changed["schemas"]:
        each["registry_version"] = COUNTED[each["registry_version"]]
        if has_fetched:
            each["local_version"] = COUNTED[each["local_version"]]
    return changed


def test_apicurio_and_schemas_serve_say_the_same_in_the_sources_keys(published, place, sqlite_workspace, binary, tmp_path):
    other = Place(tmp_path / "other", binary)  # without a configuration, as the source's scripts run
    write_pins(other.folder / FOLDER, SCHEMAS)
    configured(place, published)
    with Served(sqlite_workspace) as served:
        def serve(name, schema, version):
            assert served.publish(name, version, schema).status == 201

        expected = what_it_says(other, served.origin, serve)
    found = what_it_says(place, published.url, published.publish)
    has_fetched = False
    for (name, code, said, files, synced), (_, its_code, its_said, its_files, its_synced) in zip(expected, found, strict=True):
        has_fetched = has_fetched or name == "fetched"
        if said:
            said["registry_url"] = published.url  # the one thing that has to differ
            if published.kind == "confluent":
                said = with_counted_versions(said, has_fetched)
        assert (its_code, its_said, its_files, its_synced) == (code, said, files, synced), name
    assert [(name, synced) for name, _, _, _, synced in found if synced] == [
        (name, True) for name in ("in step", "in step again", "in step at last")]


def test_the_report_is_what_the_sources_script_would_say(v3, place):
    publish_all(v3)
    v3.publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")
    v3.delete("telemetry.HealthStatus")
    configured(place, v3).run(*CHECK, "--registry-url", v3.url, expect=1)
    versions = {name: [("1.1.2", stamped(schema, name, "1.1.2"))] for name, schema in SCHEMAS.items()}
    versions[NAME].append(("1.2.7", stamped(breaking(), NAME, "1.2.7")))
    del versions["telemetry.HealthStatus"]
    registry = types.SimpleNamespace(url=v3.url, tracks={"v1": versions})
    assert in_the_sources_keys(place.report()) == source_report(place.folder / FOLDER, registry)


@pytest.mark.parametrize("below", ["", "/", "/apis/registry/v3", "/apis/registry/v3/"])
def test_its_address_may_name_the_api_or_the_server(v3, place, below):
    publish_all(v3)
    v3.url += below
    configured(place, v3)
    assert checked(place, 0)[0]["synced"] == 3


def test_a_breaking_change_is_refused_with_a_witness_and_nothing_is_written(published, place):
    publish_all(published)
    configured(place, published).run(*FETCH)
    published.publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")
    before = tree(place.folder / FOLDER)
    said = place.json(*FETCH, expect=4)
    hold("schemas-fetch", said)
    refused = next(each for each in said["schemas"] if each["schema"] == NAME)
    assert said["refused"] and not said["written"] and "--accept breaking" in refused["refused"]
    assert tree(place.folder / FOLDER) == before
    _, of = checked(place, 1)
    witness = of[NAME]["witness"]["backward"]
    assert of[NAME]["class"] == "breaking"
    assert jsonschema.Draft202012Validator(FEEDBACK).is_valid(witness)
    assert not jsonschema.Draft202012Validator(breaking()).is_valid(witness)


# --- a server that goes away


class Cut(LoopbackServer):
    """Hands requests on to a server and kills it, and itself, at the one behind the last that is let through."""

    def __init__(self, server, let_through):
        self.contents = []  # the schemas that were answered
        lock, asked = threading.Lock(), 0
        outer = self

        class Handing(Handler):
            def do_GET(self):
                nonlocal asked
                with lock:  # one after the other, so that the last one is answered before the kill
                    asked += 1
                    if asked > let_through:
                        server.kill()
                        outer.server.server_close()
                        self.close_connection = True
                        return
                    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
                    connection.request("GET", self.path)
                    answer = connection.getresponse()
                    body = answer.read()
                    connection.close()
                    if self.path.endswith("/content"):
                        outer.contents.append(self.path.split("/artifacts/")[1].split("/")[0])
                    self.answer(answer.status, "application/json", body)

        super().__init__(Handing)


def test_a_server_that_is_killed_in_the_middle_is_unreachable_and_what_it_did_not_answer_is_never_synced(tmp_path, binary):
    place = Place(tmp_path / "store", binary)
    many = {f"event.{number:03d}": {**HEALTH, "title": f"Event {number}"} for number in range(60)}
    write_pins(place.folder / FOLDER, many)
    with ApicurioServer(tmp_path / "server") as server:
        for name, schema in many.items():
            server.publish("events", name, stamped(schema, name, "1.1.2"), "1.1.2")
        cut = Cut(server, let_through=41)
        place.configure(cut.url, fixtures=FOLDER, extra='kind = "apicurio"\ngroup = "events"')
        done = place.run(*CHECK, expect=3)
        assert "All schemas synced" not in done.stdout
        report, of = place.report(), states(place.report())
        synced = {name for name, each in of.items() if each["status"] == "synced"}
        assert report["complete"] is False and report["synced"] == len(synced) and report["drifted"] == 0
        assert synced == set(cut.contents) and 10 < len(synced) < 25
        assert {each["error"]["kind"] for name, each in of.items() if name not in synced} == {"unreachable"}
        place.configure(server.origin, fixtures=FOLDER, extra='kind = "apicurio"\ngroup = "events"')
        report, of = checked(place, 3)
        assert report["error"]["kind"] == "unreachable" and {each["status"] for each in of.values()} == {"unknown"}
        before = tree(place.folder / FOLDER)
        place.run(*FETCH, expect=3)
        assert tree(place.folder / FOLDER) == before


# --- what is there, and what is not


def test_a_deleted_schema_is_missing_and_the_others_are_compared(published, place):
    publish_all(published)
    published.delete(NAME)
    configured(place, published)
    report, of = checked(place, 1)
    assert of[NAME]["status"] == "missing_in_registry" and (report["synced"], report["complete"]) == (2, True)


def test_a_newest_version_that_is_disabled_is_not_the_latest(published, place):
    publish_all(published)
    published.publish(NAME, stamped(safe(), NAME, "1.2.0"), "1.2.0")
    configured(place, published).run(*FETCH)
    checked(place, 0)
    published.set_state(NAME, "1.2.0", "DISABLED")
    _, of = checked(place, 1)
    before = "1.1.2" if published.kind == "apicurio" else COUNTED["1.1.2"]
    assert (of[NAME]["status"], of[NAME]["registry_version"], of[NAME]["version_regressed"]) == ("drift", before, True)


def test_a_schema_whose_versions_are_all_disabled_is_not_in_step(published, place):
    """Apicurio's own API goes on listing it; the compatible one does not."""
    publish_all(published)
    published.set_state(NAME, "1.1.2", "DISABLED")
    configured(place, published)
    report, of = checked(place, 3 if published.kind == "apicurio" else 1)
    kind = of[NAME]["error"] and of[NAME]["error"]["kind"]
    assert (of[NAME]["status"], kind) == (("registry_error", "index_inconsistent") if published.kind == "apicurio" else ("missing_in_registry", None))
    assert report["synced"] == 2


def test_a_deprecated_version_is_compared_and_told_where_the_api_tells(published, place):
    publish_all(published)
    published.set_state(NAME, "1.1.2", "DEPRECATED")
    configured(place, published)
    report, of = checked(place, 0)
    assert of[NAME]["status"] == "synced" and report["deprecated"] == (1 if published.kind == "apicurio" else 0)


def test_a_group_that_is_not_there_is_no_drift(v3, place):
    """A slip in the configuration; were it told as three missing schemas, somebody would go and look for who deleted them."""
    configured(place, v3)
    report, of = checked(place, 3)
    assert report["error"]["kind"] == "not_found" and v3.apart in report["error"]["detail"]
    assert {each["status"] for each in of.values()} == {"unknown"}
    place.run(*FETCH, expect=(2, 3))


def test_a_group_that_was_emptied_has_none_of_the_pins(v3, place):
    publish_all(v3)
    for name in SCHEMAS:
        v3.delete(name)
    configured(place, v3)
    report, of = checked(place, (1, 3))
    assert {each["status"] for each in of.values()} == {"missing_in_registry"}
    assert report["synced"] == 0 and "error" not in {name for name, value in report.items() if value}


def test_more_artifacts_than_a_page_holds_are_all_found(v3, place):
    many = {f"event.{number:03d}": {**HEALTH, "title": f"Event {number}"} for number in range(MORE_THAN_A_PAGE)}
    for name, schema in many.items():
        v3.publish(name, stamped(schema, name, "1.1.2"), "1.1.2")
    configured(place, v3).run(*FETCH, "--all", "--force")
    report, of = checked(place, 1)  # the three of the source are pinned here and not published there
    assert (report["total_schemas"], report["synced"], report["missing_in_registry"]) == (MORE_THAN_A_PAGE + 3, MORE_THAN_A_PAGE, 3)
    v3.publish("event.519", breaking(), "1.2.0")
    _, of = checked(place, 1)
    assert {name for name, each in of.items() if each["status"] == "drift"} == {"event.519"}


def test_subjects_that_its_list_leaves_out_are_asked_for(server, place, tmp_path):
    """The compatible API lists the first max-subjects and says nothing of the rest: none of those is missing."""
    published = Published(server, "confluent", tmp_path.name)
    for number in range(LISTED_SUBJECTS):
        server.register(f"{tmp_path.name}.a{number:03d}-value", HEALTH)
    publish_all(published)
    listed = server.ask("GET", "/apis/ccompat/v7/subjects")[1]
    assert len(listed) == LISTED_SUBJECTS and f"{tmp_path.name}.{NAME}-value" not in listed, "else this test proves nothing"
    configured(place, published)
    assert checked(place, 0)[0]["synced"] == 3
    place.run(*FETCH)
    published.publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")
    published.delete("telemetry.HealthStatus")
    _, of = checked(place, 1)
    assert (of[NAME]["status"], of["telemetry.HealthStatus"]["status"]) == ("drift", "missing_in_registry")


AVRO = {"type": "record", "name": "r", "fields": []}


def test_an_artifact_of_another_type_is_no_schema_of_json(published, place):
    for name in SCHEMAS.keys() - {NAME}:
        published.publish(name, stamped(SCHEMAS[name], name, "1.1.2"), "1.1.2")
    if published.kind == "apicurio":
        published.server.publish(published.apart, NAME, AVRO, "2.0.0", kind="AVRO")
    else:
        published.server.register(f"{published.apart}.{NAME}-value", AVRO, kind="AVRO")
    configured(place, published)
    report, of = checked(place, 3)
    assert (of[NAME]["status"], of[NAME]["error"]["kind"]) == ("registry_error", "unsupported_dialect"), of[NAME]
    assert "AVRO" in of[NAME]["error"]["detail"] and (report["synced"], report["complete"]) == (2, False)
    done = place.run("schemas", "diff", f"pin:{NAME}", f"registry:{NAME}", expect=None)
    assert done.returncode not in (0, 1) and "AVRO" in done.stderr


ODD = ["a b", "a+b", "a?b&c#d", "x;y=z", "a\\b", "q'\"<>|", "a@2", "a:b,c", "~!$()*[]{}"]


def test_names_with_odd_characters_are_found_and_pinned(published, place):
    for name in ODD:
        published.publish(name, {**HEALTH, "title": name}, "1.0.0")
    configured(place, published).run(*FETCH, "--force", "--schemas", *ODD)
    for name in ODD:
        assert json.loads((place.folder / FOLDER / f"{name}.json").read_text())["title"] == name
    published.publish(ODD[0], breaking(), "1.1.0")
    _, of = checked(place, 1)
    assert {name: of[name]["status"] for name in ODD} == {name: "drift" if name == ODD[0] else "synced" for name in ODD}


def test_a_name_that_is_no_file_name_is_told_and_pinned_nowhere(v3, place):
    publish_all(v3)
    v3.publish("team/Event", HEALTH, "1")
    v3.publish("..", HEALTH, "1")
    configured(place, v3, "\nall = true")
    before = tree(place.folder)
    _, of = checked(place, 0)
    assert {of[name]["status"] for name in ("team/Event", "..")} == {"missing_local"}
    done = place.run(*FETCH, "--all", expect=2)
    assert "no name that a pin can have" in done.stderr
    assert {file: digest for file, digest in tree(place.folder).items() if file.startswith("tests/")} == {
        file: digest for file, digest in before.items() if file.startswith("tests/")}


def test_a_group_may_have_an_odd_name(server, place, tmp_path):
    odd = Published(server, "apicurio", f"team a/{tmp_path.name}+b?")
    publish_all(odd)
    configured(place, odd)
    assert checked(place, 0)[0]["synced"] == 3


def test_a_version_can_be_named(published, place):
    publish_all(published)
    published.publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")
    configured(place, published)
    old, new = ("1.1.2", "1.2.7") if published.kind == "apicurio" else ("1", "2")
    place.run("schemas", "diff", f"pin:{NAME}", f"registry:{NAME}@{old}")
    done = place.run("schemas", "diff", f"registry:{NAME}@{old}", f"registry:{NAME}@{new}", expect=1)
    assert "schema.required_added" in done.stdout
    assert "1.9" in place.run("schemas", "diff", f"pin:{NAME}", f"registry:{NAME}@1.9", expect=(2, 3)).stderr
