# SPDX-License-Identifier: Apache-2.0
"""`holdfast schemas check` from outside: the source's command lines and report, drift of every class, and whatever keeps a schema from being
compared: never "synced"."""
import hashlib
import json
import re

import jsonschema
import pytest
from pins import FEEDBACK, HEALTH, SCHEMAS, annotated, breaking, safe, stamped, write_pins
from prom_stack import until
from schema_workspace import Place, in_the_sources_keys, source_report
from schemas import hold

NAME = "telemetry.FeedbackEvent"


@pytest.fixture
def place(tmp_path, binary):
    """Without a configuration, as the source's scripts run: pins where they look for them."""
    made = Place(tmp_path / "store", binary)
    write_pins(made.folder / "tests/fixtures/schemas", SCHEMAS)
    return made


@pytest.fixture
def workspace(tmp_path, binary, registry):
    made = Place(tmp_path / "workspace", binary)
    write_pins(made.folder / "schemas/v1", SCHEMAS)
    made.configure(registry.url)
    return made


def check(place, registry, *more, **options):
    return place.run("schemas", "check", "--track", "v1", "--registry-url", registry.url, "--attempts", "1", *more, **options)


def finding_rules(place, expect=1):
    report = place.json("check", "schemas", expect=expect)
    return {each["rule"]: each for one in report["checks"] for subject in one["subjects"] for each in subject["findings"]}


# --- the source's command lines

def test_the_sources_command_says_all_synced_on_a_full_pass_only(place, registry):
    done = check(place, registry)
    assert "✅ All schemas synced" in done.stdout and "Synced:              3" in done.stdout
    report = place.report()
    hold("schemas-check", report)
    assert report["complete"] and report["compared"] == 3
    assert in_the_sources_keys(report) == source_report(place.folder / "tests/fixtures/schemas", registry)


def test_the_report_has_what_the_sources_script_would_say_of_drift_and_of_what_is_missing(place, registry):
    registry.publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")
    del registry.tracks["v1"]["telemetry.HealthComponent"]
    done = check(place, registry, "--output", "out.json", "--emit-telemetry", expect=1)
    assert "All schemas synced" not in done.stdout
    report = place.report("out.json")
    hold("schemas-check", report)
    assert in_the_sources_keys(report) == source_report(place.folder / "tests/fixtures/schemas", registry)
    missing = next(each for each in report["schemas"] if each["status"] == "missing_in_registry")
    assert len(missing["local_sha"]) == 64 and missing["registry_sha"] is None


def test_the_registry_comes_from_the_environment_too(place, registry):
    place.run("schemas", "check", env={"REGISTRY_URL": registry.url, "REGISTRY_TRACK": "v1"})
    assert place.report()["registry_url"] == registry.url


def test_without_a_registry_it_is_a_usage_error(place):
    done = place.run("schemas", "check", expect=2)
    assert "REGISTRY_URL" in done.stderr
    assert not (place.folder / "drift_report.json").exists()


def test_stamps_alone_are_no_drift(place, registry):
    registry.tracks["v1"] = {name: [("1.2.7", schema)] for name, schema in SCHEMAS.items()}
    done = check(place, registry)
    assert "✅ All schemas synced" in done.stdout
    assert {each["status"] for each in place.report()["schemas"]} == {"synced"}


def test_stamps_are_no_change_beside_one_and_an_acceptance_outlives_them(workspace, registry):
    registry.publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")
    report = workspace.json("schemas", "check", "core", expect=1)
    drifted = next(each for each in report["schemas"] if each["schema"] == NAME)
    assert {each["path"] for each in drifted["changes"]} == {"/required/new_field"}
    workspace.run("schemas", "accept", NAME, "--reason", "known", "--until", "4h")
    registry.publish(NAME, stamped(breaking(), NAME, "1.2.8"), "1.2.8")
    workspace.run("schemas", "check", "core")
    assert workspace.events("incident.changed") == []


# --- what a change means

def test_a_new_required_field_is_breaking_and_the_witness_proves_it(place, registry):
    registry.publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")
    done = check(place, registry, expect=1)
    shown = " ".join(done.stdout.split())
    assert re.search(r"schema.required_added: /required/new_field: new_field is required now \(breaking\); .*; no longer valid: \{", shown), shown
    report = place.report()
    drifted = next(each for each in report["schemas"] if each["schema"] == NAME)
    assert drifted["status"] == "drift" and drifted["class"] == "breaking"
    assert drifted["verdict"]["backward"] == "no"
    old, new = (jsonschema.Draft202012Validator(each) for each in (FEEDBACK, breaking()))
    witness = drifted["witness"]["backward"]
    assert old.is_valid(witness) and not new.is_valid(witness)
    rules = {each["rule"] for each in drifted["changes"]}
    assert "schema.required_added" in rules, rules
    said = check(place, registry, "--format", "github", expect=1).stdout
    shown = re.search(r"required_added::.*; no longer valid: (\{.*\}) Next:", said)[1]
    assert old.is_valid(json.loads(shown)) and not new.is_valid(json.loads(shown)), "every line that tells of it shows it too"


def test_an_optional_field_is_safe_and_documentation_an_annotation(place, registry):
    registry.publish(NAME, stamped(safe(), NAME, "1.2.0"), "1.2.0")
    check(place, registry, expect=1)
    assert next(each for each in place.report()["schemas"] if each["schema"] == NAME)["class"] == "safe"
    check(place, registry, "--fail-on", "breaking", expect=0)
    said = check(place, registry, "--format", "github", expect=1).stdout
    assert "(safe)" in said and "; no longer valid, which counts as safe: {" in said and "; no longer valid: " not in said
    registry.publish(NAME, stamped(annotated(), NAME, "1.2.1"), "1.2.1")
    done = check(place, registry)
    report = place.report()
    assert next(each for each in report["schemas"] if each["schema"] == NAME)["class"] == "annotation"
    assert report["drifted"] == 1 and report["synced"] == 2 and "All schemas synced" not in done.stdout
    check(place, registry, "--fail-on", "annotation", expect=1)


@pytest.mark.parametrize("form", ["table", "json", "sarif", "junit", "github", "markdown"])
def test_every_format_names_the_drift(place, registry, form):
    registry.publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")
    done = check(place, registry, "--format", form, expect=1)
    said = done.stdout.replace("\\", "")  # Markdown escapes what could be markup
    assert NAME in said and "required_added" in said
    if form in ("json", "sarif"):
        json.loads(done.stdout)


# --- never "synced"

def test_a_registry_that_is_down_is_unknown_and_incomplete(place, registry):
    registry.close()
    done = check(place, registry, expect=3)
    assert "All schemas synced" not in done.stdout
    report = place.report()
    hold("schemas-check", report)
    assert report["complete"] is False and report["synced"] == 0 and report["unknown"] == 3
    assert report["error"]["kind"] == "unreachable"
    check(place, registry, "--fail-open")
    assert place.report()["complete"] is False and place.report()["synced"] == 0


BODIES = {
    "html": ((200, {"Content-Type": "text/html"}, b"<html>maintenance</html>"), "not_json"),
    "error body with 200": ((200, {}, b'{"error":"try later"}'), "index_inconsistent"),
    "unauthorized": ((401, {}, b'{"detail":"no"}'), "auth"),
    "forbidden": ((403, {}, b'{"detail":"no"}'), "auth"),
    "slow down": ((429, {"Retry-After": "3600"}, b"{}"), "http_status"),
    "server error": ((500, {}, b"oops"), "http_status"),
    "another origin": ((302, {"Location": "http://localhost:1/index"}, b""), "redirect"),
    "twenty megabytes": ((200, {}, b'{"a":"' + b"x" * (20 << 20) + b'"}'), "too_large"),
    "count that lies": ((200, {}, json.dumps({"tracks": {"v1": {"count": 3, "schemas": []}}}).encode()), "index_inconsistent"),
    "deep": ((200, {}, b'{"tracks":' + b"[" * 5000 + b"]" * 5000 + b"}"), "too_deep"),
    "no track": ((200, {}, b'{"tracks":{"v2":{"count":0,"schemas":[]}}}'), "not_found"),
}


@pytest.mark.parametrize("case", BODIES)
def test_an_index_that_is_none_keeps_its_kind(place, registry, case):
    registry.answers["/index"], kind = BODIES[case]
    check(place, registry, expect=3)
    report = place.report()
    hold("schemas-check", report)
    assert report["error"]["kind"] == kind, report["error"]
    assert report["synced"] == 0 and report["complete"] is False
    assert {each["status"] for each in report["schemas"]} == {"unknown"}


def test_a_registry_that_hangs_ends_with_the_deadline(place, registry):
    registry.answers["/index"] = (200, {}, None)
    check(place, registry, "--timeout", "700ms", expect=3)
    assert place.report()["error"]["kind"] == "timeout"


ONE = f"/schemas/v1/{NAME}.schema"


def entry(content, **more):
    return (200, {}, json.dumps({"name": f"{NAME}.schema", "track": "v1", "core_version": "1.1.2", "content": content, **more}).encode())


REMOTE = {
    "gone": ((404, {}, b"{}"), "index_inconsistent"),
    "html": ((200, {}, b"<html>"), "not_json"),
    "another schema": (entry(FEEDBACK, name="telemetry.Other.schema"), "id_mismatch"),
    "another id": (entry(FEEDBACK, **{"$schema_id": "https://schemas.example/v1/other"}), "id_mismatch"),
    "another track": (entry(FEEDBACK, track="v2"), "id_mismatch"),
    "no content": ((200, {}, b'{"name":"telemetry.FeedbackEvent.schema"}'), "not_json"),
    "duplicate keys": ((200, {}, b'{"content":{"type":"object","type":"array"}}'), "duplicate_key"),
    "NaN": ((200, {}, b'{"content":{"minimum":NaN}}'), "not_finite"),
    "a list": (entry([]), "not_schema"),
    "an unknown dialect": (entry({"$schema": "https://schemas.example/mine"}), "unsupported_dialect"),
    "a reference into nothing": (entry({"$ref": "#/$defs/None"}), "unresolved_ref"),
    "a remote reference": (entry({"$ref": "https://schemas.example/other.json"}), "remote_ref"),
    "a circle": (entry({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}), "cyclic_ref"),
    "a keyword that can't be": (entry({"type": "objekt"}), "invalid_schema"),
}


@pytest.mark.parametrize("case", REMOTE)
def test_a_published_schema_that_is_none_keeps_its_kind_and_the_others_are_compared(place, registry, case):
    registry.answers[ONE], kind = REMOTE[case]
    check(place, registry, expect=3)
    report = place.report()
    hold("schemas-check", report)
    states = {each["schema"]: each for each in report["schemas"]}
    assert states[NAME]["status"] == "registry_error" and states[NAME]["error"]["kind"] == kind, states[NAME]["error"]
    assert report["synced"] == 2 and report["complete"] is False


PINS = {
    "not JSON": (b"{", "not_json"),
    "empty": (b"", "empty"),
    "a byte-order mark": (b"\xef\xbb\xbf{}", "byte_order_mark"),
    "no UTF-8": (b'{"title":"\xff"}', "not_utf8"),
    "duplicate keys": (b'{"type":"object","type":"array"}', "duplicate_key"),
    "NaN": (b'{"minimum":NaN}', "not_finite"),
    "a lone surrogate": (b'{"title":"\\ud800"}', "lone_surrogate"),
    "a thousand levels": (b'{"not":' * 1000 + b"true" + b"}" * 1000, "too_deep"),
    "a list": (b"[]", "not_schema"),
    "a reference into nothing": (b'{"$ref":"#/$defs/None"}', "unresolved_ref"),
    "a circle": (b'{"$ref":"#"}', "cyclic_ref"),
    "too large": (b'{"title":"' + b"x" * (17 << 20) + b'"}', "too_large"),
}


@pytest.mark.parametrize("case", PINS)
def test_a_pin_that_is_no_schema_keeps_its_kind(place, registry, case):
    content, kind = PINS[case]
    (place.folder / f"tests/fixtures/schemas/{NAME}.json").write_bytes(content)
    done = check(place, registry, expect=1)
    assert "schema.pin_unreadable" in done.stdout
    report = place.report()
    state = next(each for each in report["schemas"] if each["schema"] == NAME)
    assert state["status"] == "local_error" and state["error"]["kind"] == kind, state["error"]
    assert report["complete"] is False and report["synced"] == 2


def test_boolean_schemas_are_schemas(place, registry):
    (place.folder / f"tests/fixtures/schemas/{NAME}.json").write_text("true")
    registry.tracks["v1"][NAME] = [("1.1.2", True)]
    check(place, registry)
    registry.tracks["v1"][NAME] = [("1.1.3", False)]
    check(place, registry, expect=1)
    assert next(each for each in place.report()["schemas"] if each["schema"] == NAME)["class"] == "breaking"


def test_no_folder_and_an_empty_one_are_incomplete(place, registry):
    done = check(place, registry, "--schema-dir", "nowhere", expect=3)
    assert "nowhere" in done.stdout
    assert place.report()["error"]["kind"] == "no_folder" and place.report()["total_schemas"] == 0
    (place.folder / "empty").mkdir()
    check(place, registry, "--schema-dir", "empty", expect=3)
    assert place.report()["error"]["kind"] == "no_pins" and place.report()["complete"] is False


def test_a_pin_that_leads_out_of_the_folder_is_not_read(place, registry, tmp_path):
    (tmp_path / "outside.json").write_text("{}")
    pin = place.folder / f"tests/fixtures/schemas/{NAME}.json"
    pin.unlink()
    pin.symlink_to(tmp_path / "outside.json")
    check(place, registry, expect=1)
    assert next(each for each in place.report()["schemas"] if each["schema"] == NAME)["error"]["kind"] == "unreadable"


def test_a_wrong_declared_hash_among_right_ones_is_seen(place, registry):
    registry.declared[NAME] = "0" * 64
    check(place, registry, expect=3)
    state = next(each for each in place.report()["schemas"] if each["schema"] == NAME)
    assert state["error"]["kind"] == "hash_mismatch" and state["registry_declared_hash_kind"] == "seed"


def test_a_token_goes_to_the_registry_and_nowhere_else(place, registry):
    registry.token = "secret-of-the-registry"
    done = check(place, registry, env={"REGISTRY_TOKEN": "secret-of-the-registry"})
    assert "secret-of-the-registry" not in done.stdout + done.stderr + json.dumps(place.report())
    check(place, registry, env={"REGISTRY_TOKEN": "another"}, expect=3)
    assert place.report()["error"]["kind"] == "auth"


# --- in a workspace

def test_episodes_open_once_change_and_resolve(workspace, registry):
    workspace.run("schemas", "check")
    registry.publish(NAME, stamped(safe(), NAME, "1.2.0"), "1.2.0")
    for _ in range(3):
        workspace.run("schemas", "check", "core", expect=1)
    registry.publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")
    workspace.run("check", expect=1)
    opened = workspace.json("schemas", "history", "--open")
    hold("schemas-history", opened)
    episode, = opened["episodes"]
    assert (episode["schema"], episode["class"], episode["looks"], episode["closed_at"]) == (NAME, "breaking", 4, None)
    del registry.tracks["v1"][NAME][1:]
    workspace.run("schemas", "check")
    episode, = workspace.json("schemas", "history")["episodes"]
    assert episode["closed_at"] and episode["worst_class"] == "breaking"
    assert [len(workspace.events(f"schema.drift_{word}")) for word in ("detected", "changed", "resolved")] == [1, 1, 1]
    assert workspace.json("incidents", "list")["incidents"] == []


def test_a_registry_that_is_down_ends_no_episode_and_is_told_once(workspace, registry):
    registry.publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")
    workspace.run("check", expect=1)
    since = workspace.json("schemas", "check", "core", expect=1)["schemas"][0]["since"]
    registry.answers["/index"] = (500, {}, b"")
    for _ in range(2):
        report = workspace.json("schemas", "check", "core", expect=3)
        assert report["schemas"][0]["since"] == since and report["schemas"][0]["status"] == "unknown"
    del registry.answers["/index"]
    workspace.run("schemas", "check", expect=1)
    assert len(workspace.events("schema.registry_down")) == 1 and len(workspace.events("schema.registry_up")) == 1
    assert len(workspace.events("schema.drift_detected")) == 1 and not workspace.events("schema.drift_resolved")
    assert workspace.json("schemas", "history", "--open")["episodes"][0]["opened_at"] == since


def test_a_side_that_has_nothing_is_told_as_not_there(workspace, registry):
    registry.publish(NAME, stamped(safe(), NAME, "1.2.0"), "1.2.0")
    workspace.run("check", expect=1)
    told = workspace.run("schemas", "accept", NAME, "--reason", "adapting", "--until", "14d").stdout
    assert "  was: /properties/note: (not there)\n" in told, told


def test_accepted_drift_passes_until_another_one_comes(workspace, registry):
    registry.publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")
    workspace.run("check", expect=1)
    said = workspace.json("schemas", "accept", NAME, "--reason", "adapting", "--until", "14d")
    hold("waivers", said)
    assert {each["subject"] for each in said["waivers"]} == {f"schema:core/{NAME}"}
    workspace.run("check")
    another = breaking()
    another["properties"]["queue_size"]["minimum"] = 1
    granted = [each["id"] for each in said["waivers"]]
    revoked = workspace.json("waive", "revoke", f"schema:core/{NAME}")
    hold("waive-revoke", revoked)
    assert revoked["waivers"] == granted and workspace.json("waive", "list")["waivers"] == []
    assert len(workspace.events("waiver.revoked")) == len(granted)
    workspace.run("waive", "revoke", f"schema:core/{NAME}", expect=2)
    workspace.run("waive", "revoke", granted[0], expect=2)
    assert "schema.required_added" in finding_rules(workspace)
    workspace.run("schemas", "accept", NAME, "--reason", "adapting", "--until", "14d")
    registry.publish(NAME, stamped(another, NAME, "1.2.8"), "1.2.8")
    assert "schema.bound_tightened" in finding_rules(workspace)


def test_what_should_be_pinned_and_what_is_not_is_said(workspace, registry):
    workspace.configure(registry.url, extra='critical = ["telemetry.Heartbeat"]\nall = true')
    registry.publish("telemetry.Extra", HEALTH, "1.0.0")
    rules = finding_rules(workspace)
    assert rules["schema.pin_missing"]["subject"] == "schema:core/telemetry.Heartbeat"
    assert rules["schema.not_pinned"]["subject"] == "schema:core/telemetry.Extra"


def test_a_deprecated_schema_is_a_note_and_an_older_version_a_warning(workspace, registry):
    registry.deprecated[NAME] = "use telemetry.Feedback2"
    rules = finding_rules(workspace, expect=0)
    assert "telemetry.Feedback2" in rules["schema.deprecated"]["message"]
    registry.tracks["v1"][NAME] = [("1.0.9", stamped(safe(), NAME, "1.0.9"))]
    assert finding_rules(workspace)["schema.version_regressed"]["observed"] == "1.0.9"


def tagged(registry):
    registry.etag = lambda body: f'"{hashlib.sha256(body).hexdigest()[:16]}"'


def looks(registry, path):
    return [status for asked, status in registry.statuses if asked == path]


def test_watching_asks_for_what_changed_only_and_sees_it(workspace, registry):
    tagged(registry)
    path = f"/schemas/v1/{NAME}.schema"
    watch = workspace.start("schemas", "watch", "core", "--interval", "1s", "--looks", "60", "--json")
    try:
        assert json.loads(watch.stdout.readline())["synced"] == 3
        until(lambda: registry.statuses, lambda: looks(registry, path)[:3] == [200, 304, 304])
        registry.publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")
        assert json.loads(watch.stdout.readline())["drifted"] == 1
        until(lambda: registry.statuses, lambda: looks(registry, path)[-1] == 304)
        registry.publish(NAME, stamped(FEEDBACK, NAME, "1.2.8"), "1.2.8")
        assert json.loads(watch.stdout.readline())["synced"] == 3
        assert set(looks(registry, "/index")) == {200}, "the index tells what is there, and is read each time"
    finally:
        watch.terminate()
        watch.communicate(timeout=60)


def test_a_registry_that_says_unchanged_and_lists_another_version_is_asked_again(workspace, registry):
    tagged(registry)
    watch = workspace.start("schemas", "watch", "core", "--interval", "1s", "--looks", "60", "--json")
    try:
        assert json.loads(watch.stdout.readline())["synced"] == 3
        registry.always_unchanged = True
        registry.publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")
        assert json.loads(watch.stdout.readline())["drifted"] == 1
    finally:
        watch.terminate()
        watch.communicate(timeout=60)


def test_one_look_sends_no_entity_tag(workspace, registry):
    tagged(registry)
    workspace.run("schemas", "check", "core")
    workspace.run("schemas", "check", "core")
    assert {status for _, status in registry.statuses} == {200}


def test_a_break_behind_a_thousand_new_titles_is_told(workspace, registry):
    """The list of changes ends somewhere; what is the gravest of all does not hang on where."""
    many = {"type": "object", "properties": {f"p{i:04}": {"type": "integer"} for i in range(1100)}}
    titled = {"type": "object", "properties": {name: {**each, "title": "new"} for name, each in many["properties"].items()}}
    titled["properties"]["p1099"]["type"] = "string"
    write_pins(workspace.folder / "schemas/v1", {"many": many})
    registry.publish("many", stamped(titled, "many", "1.2.0"), "1.2.0")
    report = workspace.json("schemas", "check", "core", "--fail-on", "breaking", expect=1)
    state = next(each for each in report["schemas"] if each["schema"] == "many")
    assert state["class"] == "breaking" and state["more_changes"]
    workspace.run("schemas", "accept", "many", "--reason", "titles", "--until", "1d")
    titled["properties"]["p1098"]["type"] = "string"
    registry.publish("many", stamped(titled, "many", "1.3.0"), "1.3.0")
    workspace.run("schemas", "check", "core", "--fail-on", "breaking", expect=1)


def test_a_rule_of_which_one_finding_is_waived_is_waived_whole(workspace, registry):
    many = {"type": "object", "properties": {name: {"type": "integer"} for name in ("first", "second", "third")}}
    write_pins(workspace.folder / "schemas/v1", {"many": many})
    words = ["waive", "schema:core/many", "--rule", "schema.type_replaced", "--reason", "known", "--expires", "1d"]
    waived = []
    for version, name in (("1.2.0", "first"), ("1.3.0", "second"), ("1.4.0", "third")):
        many["properties"][name]["type"] = "string"
        registry.publish("many", stamped(many, "many", version), version)
        workspace.run("check", "schemas", expect=1)
        dry = workspace.json(*words, "--dry-run")
        hold("waivers", dry)
        assert len(dry["waivers"]) == 1 and dry["waived_already"] == len(waived)
        said = workspace.json(*words) if name != "third" else workspace.json("schemas", "accept", "many", "--reason", "known", "--until", "1d")
        hold("waivers", said)
        assert [each["observed"] for each in said["waivers"]] == [each["observed"] for each in dry["waivers"]]
        assert said["waived_already"] == len(waived)
        waived += [each["id"] for each in said["waivers"]]
    assert [each["id"] for each in workspace.json("waive", "list")["waivers"]] == waived
    workspace.run("check", "schemas")
    refused = workspace.run(*words, expect=4)
    assert f"waived already, by waiver {waived[0]}, {waived[1]}, {waived[2]}" in refused.stderr
    workspace.run("schemas", "accept", "many", "--reason", "known", "--until", "1d", expect=4)
    workspace.run("waive", "revoke", waived[1])
    assert "2 differences were waived already" in workspace.run(*words).stderr
    assert len(workspace.events("waiver.granted")) == 4


def test_a_lock_file_that_can_not_be_read_is_told_and_nothing_is_forgotten(workspace, registry):
    workspace.run("schemas", "fetch", "core", "--force", "--accept", "breaking")
    lock = workspace.folder / "schemas/v1/schemas.lock.json"
    good = lock.read_text()
    (workspace.folder / f"schemas/v1/{NAME}.json").unlink()
    assert "schema.pin_missing" in workspace.run("check", expect=1).stdout
    lock.write_text("<<<<<<< ours\n" + good + ">>>>>>> theirs\n")
    report = workspace.json("schemas", "check", "core", expect=3)
    assert not report["complete"] and "schemas.lock.json" in report["error"]["detail"]
    assert NAME in workspace.run("incidents", "list").stdout, "that the pin is gone is still so"
    lock.write_text(good)
    assert "schema.pin_missing" in workspace.run("check", expect=1).stdout
