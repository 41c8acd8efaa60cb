# SPDX-License-Identifier: Apache-2.0
"""What somebody types on the first day, and what the answer leads to: a hint is a command that does it."""
import json
import re
import shlex
import subprocess

import pytest
from pins import FEEDBACK, SCHEMAS, breaking, safe, stamped, write_pins
from plain_registry import PlainRegistry
from schema_workspace import Place

NAME = "telemetry.FeedbackEvent"


@pytest.fixture
def place(tmp_path, binary):
    return Place(tmp_path / "workspace", binary)



@pytest.mark.parametrize("words", [[], ["--schema-dir", "own pins"]])
def test_what_a_check_without_pins_hints_at_makes_the_pins_it_looks_for(place, registry, words):
    check = ["schemas", "check", "--track", "v1", "--registry-url", registry.url, *words]
    said = place.run(*check, expect=3)
    fetch = re.search(r"holdfast (schemas fetch .*--output (?:'own pins'|\S+))", " ".join((said.stdout + said.stderr).split()))[1]
    place.run(*shlex.split(fetch), "--all")
    place.run(*check)


def test_what_a_drift_hints_at_takes_the_drift_over(place, registry):
    check = ["schemas", "check", "--track", "v1", "--registry-url", registry.url, "--schema-dir", "pins"]
    place.run("schemas", "fetch", "--track", "v1", "--registry-url", registry.url, "--output", "pins", "--all")
    registry.publish(NAME, stamped(breaking(), NAME, "1.3.0"), "1.3.0")
    said = " ".join(place.run(*check, "--format", "github", expect=1).stdout.split())
    fetch = re.search(r"adapt the code, then holdfast (schemas fetch .*? --accept breaking)", said)[1]
    assert f"--schemas {NAME}" in fetch, fetch
    place.run(*shlex.split(fetch))
    place.run(*check)


def findings_of(place, name=NAME):
    subjects = place.json("check", expect=1)["checks"][0]["subjects"]
    return next(each["findings"] for each in subjects if each["subject"] == f"schema:core/{name}")


def edit(place):
    pin = place.folder / f"schemas/v1/{NAME}.json"
    pin.write_text(json.dumps({**json.loads(pin.read_text()), "type": "object", "maxProperties": 1, "required": []}))
    return pin


def test_an_edited_pin_is_restored_while_the_registry_has_what_was_fetched(place, registry):
    place.run("schemas", "fetch", "--track", "v1", "--registry-url", registry.url, "--output", "schemas/v1", "--all")
    place.configure(registry.url)
    fetched = (place.folder / f"schemas/v1/{NAME}.json").read_bytes()
    pin = edit(place)
    registry.publish("telemetry.HealthStatus", stamped({"type": "string"}, "telemetry.HealthStatus", "2.0.0"), "2.0.0")
    findings = findings_of(place)
    assert findings[0]["rule"] == "schema.pin_edited" and len(findings) > 1, findings
    hint, = {each["hint"] for each in findings}
    command, said = hint.split(" restores ")
    assert command == f"holdfast schemas fetch core --force --schemas {NAME}" and said == "the pin and keeps a backup"
    edited = pin.read_bytes()
    done = place.run(*shlex.split(command)[1:])
    backup, = (place.folder / "schemas").glob("v1.backup-*")
    assert pin.read_bytes() == fetched and (backup / pin.name).read_bytes() == edited and backup.name in done.stdout
    drifted = [each["subject"] for each in place.json("check", expect=1)["checks"][0]["subjects"] if each["findings"]]
    assert drifted == ["schema:core/telemetry.HealthStatus"]


def test_an_edited_pin_that_the_registry_has_left_behind_is_hinted_at_with_what_fetch_wants_for_it(place, registry):
    place.run("schemas", "fetch", "--track", "v1", "--registry-url", registry.url, "--output", "schemas/v1", "--all")
    place.configure(registry.url)
    edit(place)
    registry.publish(NAME, stamped(breaking(), NAME, "1.3.0"), "1.3.0")
    findings = findings_of(place)
    hints = {each["rule"]: each["hint"] for each in findings}
    assert "copy of what was fetched" in hints["schema.pin_edited"] and "fetch" not in hints["schema.pin_edited"].split()
    assert findings[0]["rule"] != "schema.pin_edited"
    fetch = re.search(rf"adapt the code, then holdfast (schemas fetch core --force --schemas {NAME} --accept breaking);",
                      hints["schema.required_added"])[1]
    place.run(*shlex.split(fetch))
    place.run("check")


def test_the_hint_of_one_schema_works_though_another_breaks(place, registry):
    names = ["the order", "user"]  # a space, so that the hint has to quote it
    for name in names:
        registry.publish(name, stamped(FEEDBACK, name, "1.0.0"), "1.0.0")
    place.configure(registry.url)
    place.run("schemas", "fetch", "core", "--schemas", *names)
    registry.publish(names[0], stamped(safe(), names[0], "1.1.0"), "1.1.0")
    registry.publish(names[1], stamped(breaking(), names[1], "2.0.0"), "2.0.0")
    hint, = {each["hint"] for each in findings_of(place, names[0])}
    assert hint == "holdfast schemas fetch core --schemas 'the order'"
    breaks = {each["rule"]: each["hint"] for each in findings_of(place, names[1])}["schema.required_added"]
    place.run(*shlex.split(hint)[1:])
    place.run(*shlex.split(re.search(r"then holdfast (schemas fetch core --schemas user --accept breaking);", breaks)[1]))
    place.run("check")


def test_a_hint_names_no_schema_where_all_pins_have_to_go_over(place, registry):
    """Pins of another registry go over together, or not at all."""
    place.run("schemas", "fetch", "--track", "v1", "--registry-url", registry.url, "--output", "schemas/v1", "--all")
    with PlainRegistry() as other:
        for name, schema in SCHEMAS.items():
            schema = safe() if name == NAME else schema
            other.publish(name, stamped(schema, name, "1.2.0"), "1.2.0")
        place.configure(other.url)
        hint, = {each["hint"] for each in findings_of(place)}
        assert hint == "holdfast schemas fetch core"
        place.run(*shlex.split(hint)[1:])
        place.run("check")


@pytest.mark.parametrize(("address", "wanted"), [
    ("127.0.0.1:8081", "did you mean http://127.0.0.1:8081?"),
    ("localhost:8081/registry", "did you mean http://localhost:8081/registry?"),
    ("ftp://127.0.0.1/x", "no address of a registry"),
])
def test_what_was_meant_for_a_url_is_no_missing_folder(place, address, wanted):
    write_pins(place.folder / "pins", SCHEMAS)
    said = place.run("schemas", "check", "--track", "v1", "--registry-url", address, "--schema-dir", "pins", expect=(2, 3))
    assert wanted in " ".join((said.stdout + said.stderr).split())
    assert said.returncode == 2 and "(exit 3)" not in said.stdout + said.stderr, "one end, not two"
    (place.folder / "holdfast.toml").write_text(
        f'[workspace]\nname = "store"\n\n[schemas.core]\nfixtures = "pins"\nregistry = "{address}"\n')
    said = " ".join(place.run("check", expect=2).stderr.split())
    assert wanted in said and "holdfast.toml:6" in said


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/x", "http://"])
@pytest.mark.parametrize("words", [["check", "--schema-dir", "nowhere"], ["diff", "pin:nope", "pin:nope", "--schema-dir", "nowhere"]])
def test_a_bad_address_is_told_first_and_never_in_a_hint(place, address, words):
    done = place.run("schemas", *words, "--track", "v1", "--registry-url", address, expect=2)
    said = " ".join((done.stdout + done.stderr).split())
    assert address in said and "nowhere" not in said and "schemas fetch" not in said


def test_a_pin_that_is_not_there_is_told_with_the_way_to_one(place, registry):
    diff = ["schemas", "diff", f"pin:{NAME}", "new.json", "--track", "v1", "--schema-dir", "pins"]
    said = " ".join(place.run(*diff, expect=2).stderr.split())
    assert f"hint: holdfast schemas fetch --track v1 --output pins --registry-url URL --schemas {NAME}" in said
    said = place.run(*diff, "--registry-url", registry.url, expect=2).stderr
    place.run(*shlex.split(re.search(r"hint: holdfast (schemas fetch .*)", said)[1]))
    (place.folder / "new.json").write_text("{}")
    place.run(*diff, expect=(0, 1))
    said = place.run("schemas", "diff", "pin:nope", "new.json", "--track", "v1", "--schema-dir", "pins", expect=2).stderr
    assert "has no pin nope" in said and f"hint: there are: {NAME}" in said


def test_a_folder_may_be_named_as_a_host(place):
    (place.folder / "host:1/v1").mkdir(parents=True)
    place.configure("host:1")


def test_only_what_passes_by_itself_is_worth_another_try(place, registry):
    place.run("schemas", "fetch", "--track", "v1", "--registry-url", registry.url, "--output", "schemas/v1", "--all")
    place.configure(registry.url + "/nowhere")
    said = " ".join(place.run("schemas", "check", "core", expect=3).stdout.split())
    assert "look at the address, at the track (v1) and at the kind of the registry (plain)" in said
    assert "check again" not in said
    place.configure("http://127.0.0.1:9")
    assert "check again once the registry answers" in " ".join(place.run("schemas", "check", "core", expect=3).stdout.split())


def test_two_files_of_one_schema_are_both_named(place):
    write_pins(place.folder / "schemas/v1", SCHEMAS)
    folder = place.folder / "registry/v1"
    folder.mkdir(parents=True)
    for file in ("x.json", "x.schema"):
        (folder / file).write_text("{}")
    place.configure("registry")
    said = " ".join(place.run("schemas", "check", "core", expect=3).stdout.split())
    assert "x.json" in said and "x.schema" in said


def test_a_track_that_no_section_has_is_told_with_those_there_are(place, registry):
    write_pins(place.folder / "schemas/v1", SCHEMAS)
    place.configure(registry.url)
    said = place.run("schemas", "check", "--track", "v3", expect=2).stderr
    assert "track v3" in said and "core is of track v1" in said


def test_with_two_sets_of_pins_a_reference_says_which(place, registry):
    write_pins(place.folder / "schemas/v1", SCHEMAS)
    write_pins(place.folder / "schemas/v2", SCHEMAS)
    place.configure(registry.url, extra=f'\n[schemas.next]\ntrack = "v2"\nfixtures = "schemas/v2"\nregistry = "{registry.url}"\n')
    (place.folder / "document.json").write_text("{}")
    said = place.run("schemas", "validate", "document.json", "--schema", f"pin:{NAME}", expect=2).stderr
    pins = re.search(r"hint: (--pins \w+)", said)[1].split()
    place.run("schemas", "validate", "document.json", "--schema", f"pin:{NAME}", *pins, expect=1)
    place.run("schemas", "diff", f"pin:{NAME}", f"registry:{NAME}", "--pins", "core", expect=(0, 1))


@pytest.mark.parametrize("words", [
    ["explain", "telemetry.FeedbackEvnt"], ["history", "--schema", "telemetry.FeedbackEvnt"],
    ["accept", "telemetry.FeedbackEvnt", "--reason", "x", "--until", "1d"], ["diff", "pin:telemetry.FeedbackEvnt", "model.json"],
    ["contract", "core", "--extends", "model.json", "--of", "telemetry.FeedbackEvnt"], ["fetch", "core", "--schemas", "telemetry.FeedbackEvnt"],
])
def test_a_name_that_is_misspelt_is_told_with_the_nearest(place, registry, words):
    write_pins(place.folder / "schemas/v1", SCHEMAS)
    place.configure(registry.url)
    (place.folder / "model.json").write_text("{}")
    said = " ".join(place.run("schemas", *words, expect=2).stderr.split())
    assert f'did you mean "{NAME}"?' in said, said


def test_a_revision_that_is_none_is_a_mistake_and_no_failure_of_a_disk(place):
    subprocess.run(["git", "init", "-q", "."], cwd=place.folder, check=True)
    (place.folder / "one.json").write_text("{}")
    said = place.run("schemas", "diff", "git:nope:one.json", "one.json", expect=2)
    assert "nope" in said.stderr


def test_a_pin_without_a_folder_of_pins_is_told_what_names_one(place):
    (place.folder / "one.json").write_text("{}")
    said = place.run("schemas", "diff", "one.json", "pin:one", "--registry", "http://127.0.0.1:9", expect=2).stderr
    assert "tests/fixtures/schemas" in said
    write_pins(place.folder / "pins", {"one": {}})
    place.run("schemas", "diff", "one.json", "pin:one", "--registry", "http://127.0.0.1:9", "--schema-dir", "pins")


def test_a_pin_needs_no_registry(place):
    (place.folder / "one.json").write_text("{}")
    write_pins(place.folder / "pins", {"one": {}})
    place.run("schemas", "validate", "one.json", "--schema", "pin:one", "--schema-dir", "pins")
    place.run("schemas", "diff", "pin:one", "pins/one.json", "--schema-dir", "pins")
    said = place.run("schemas", "diff", "pin:one", "registry:one", "--schema-dir", "pins", expect=2).stderr
    assert "which registry?" in said


def test_watch_tells_of_a_drift_that_became_another(place, registry):
    place.run("schemas", "fetch", "--track", "v1", "--registry-url", registry.url, "--output", "schemas/v1", "--all")
    place.configure(registry.url)
    registry.publish(NAME, stamped(breaking(), NAME, "1.3.0"), "1.3.0")
    watching = place.start("schemas", "watch", "core", "--interval", "1s")
    try:
        assert "1 drifted" in watching.stdout.readline()
        assert watching.stdout.readline().split() == [NAME, "drift,", "breaking,", "registry", "1.3.0"]
        registry.publish(NAME, stamped({**breaking(), "minProperties": 1}, NAME, "1.4.0"), "1.4.0")
        assert "1 drifted" in watching.stdout.readline()
        assert watching.stdout.readline().split() == [NAME, "drift,", "breaking,", "registry", "1.4.0"]
    finally:
        watching.terminate()
        watching.communicate()


def test_the_doctor_of_a_workspace_with_schemas_alone(place, registry):
    write_pins(place.folder / "schemas/v1", SCHEMAS)
    place.configure(registry.url)
    said = place.run("doctor", expect=None).stdout
    assert "no check is configured" not in said and f"{len(SCHEMAS)} pins in" in said


def test_lists_fit_80_columns_and_a_pipe_gets_them_whole(place, registry):
    place.run("schemas", "fetch", "--track", "v1", "--registry-url", registry.url, "--output", "schemas/v1", "--all")
    place.configure(registry.url)
    registry.publish(NAME, stamped(breaking(), NAME, "1.3.0"), "1.3.0")
    place.run("check", expect=1)
    reason = "known to all of the owners of the registry, adapting in the sprint that comes"
    place.run("schemas", "accept", NAME, "--reason", reason, "--until", "14d")
    for words in (["schemas", "history"], ["waive", "list"]):
        narrow = place.run(*words, env={"COLUMNS": "80"}).stdout.splitlines()
        assert max(map(len, narrow)) <= 80 and any(NAME in line for line in narrow), narrow
    assert reason in place.run("waive", "list", env={"COLUMNS": ""}).stdout
    assert "waived" in place.run("incidents", "list").stdout
    assert "accepted" in place.run("schemas", "explain", NAME).stdout


def _bytes(text):
    """A word with bytes that are no UTF-8, as subprocess and pathlib take it."""
    return text.decode("utf-8", "surrogateescape")


def test_one_pin_whose_name_is_no_utf8_hides_no_other(place, registry):
    place.run("schemas", "fetch", "--track", "v1", "--registry-url", registry.url, "--output", "schemas/v1", "--all")
    place.configure(registry.url)
    (place.folder / "schemas/v1" / _bytes(b"a\xff.json")).write_text("{}")
    (place.folder / "schemas/v1/a%FF.json").write_text("{}")
    registry.publish(NAME, stamped(breaking(), NAME, "1.3.0"), "1.3.0")
    said = place.json("check", expect=1)
    rules = {subject["subject"]: [finding["rule"] for finding in subject["findings"]] for subject in said["checks"][0]["subjects"]}
    assert any("pin_unreadable" in rule for rule in rules["schema:core/a%FF%"]), rules
    assert rules[f"schema:core/{NAME}"], rules


def test_a_schema_of_a_folder_whose_name_is_no_utf8_is_told_in_a_form_that_can_be(place):
    write_pins(place.folder / "schemas/v1", SCHEMAS)
    write_pins(place.folder / "published/v1", SCHEMAS)
    (place.folder / "published/v1" / _bytes(b"b\xff.json")).write_text("{}")
    (place.folder / "schemas/v1/b%FF.json").write_text("{}")
    place.configure("published", extra='kind = "directory"')
    said = place.json("check", "--all")
    assert {subject["subject"]: subject["verdict"] for subject in said["checks"][0]["subjects"]} == {
        f"schema:core/{name}": "in_step" for name in [*SCHEMAS, "b%FF"]}
    (place.folder / "published/v1" / _bytes(b"b\xff.json")).write_text('{"type": "object"}')
    said = place.json("schemas", "check", "core", "--all", expect=1)
    assert {each["schema"]: each["status"] for each in said["schemas"]} == {**dict.fromkeys(SCHEMAS, "synced"), "b%FF": "drift"}


@pytest.mark.parametrize("words, named", [
    (["waive", f"schema:core/{NAME}", "--reason", b"\xff", "--expires", "1d"], "--reason"),
    (["waive", f"schema:core/{NAME}", "--reason", "known", "--expires", "1d", "--owner", b"\xff"], "--owner"),
    (["events", "list", "--name", b"a\xff"], "--name"),
    (["events", "list", "--subject", b"a\xff"], "--subject"),
    (["incidents", "show", b"a\xff"], "INCIDENT"),
    (["schemas", "check", "--track", b"v\xff"], "--track"),
])
def test_a_word_that_is_no_utf8_is_told_by_its_option(place, registry, words, named):
    write_pins(place.folder / "schemas/v1", SCHEMAS)
    place.configure(registry.url)
    done = place.run(*[_bytes(word) if isinstance(word, bytes) else word for word in words], expect=2)
    assert f"{named}: " in done.stderr and "is not UTF-8" in done.stderr and "statement" not in done.stderr


def test_an_actor_that_is_no_utf8_is_told_by_its_variable(place, registry):
    write_pins(place.folder / "schemas/v1", SCHEMAS)
    place.configure(registry.url)
    done = place.run("check", expect=2, env={"HOLDFAST_WORKSPACE_ACTOR": _bytes(b"\xff")})
    assert "HOLDFAST_WORKSPACE_ACTOR" in done.stderr and '"%FF" is not UTF-8' in done.stderr


def test_a_schema_in_a_file_whose_name_is_no_utf8_is_read(place):
    (place.folder / _bytes(b"s\xff.json")).write_text('{"type": "object"}')
    (place.folder / "one.json").write_text("{}")
    place.run("schemas", "validate", "one.json", "--schema", _bytes(b"s\xff.json"))
    said = place.json("schemas", "validate", "one.json", "--schema", _bytes(b"s\xff.json"))
    assert said["results"][0]["valid"] and said["results"][0]["schema"] == "s%FF.json"


def test_a_registry_whose_name_is_no_utf8_is_recorded_in_a_form_that_can_be(place):
    write_pins(place.folder / "schemas/v1", SCHEMAS)
    place.configure("published", extra='kind = "directory"')
    folder = {"HOLDFAST_SCHEMAS_CORE_REGISTRY": _bytes(b"reg\xff")}
    place.run("check", "schemas", expect=3, env=folder)  # it is not there, which is an event
    assert "reg%FF" in [event["fields"]["registry"] for event in place.events("schema.registry_down")]
    write_pins(place.folder / _bytes(b"reg\xff") / "v1", SCHEMAS)
    place.run("check", "schemas", env=folder)
    write_pins(place.folder / "published/v1", SCHEMAS)
    place.run("schemas", "check", "core", "--registry-url", _bytes(b"reg\xff"), env=folder)


def test_a_track_that_is_no_utf8_is_told_by_its_variable(place, registry):
    write_pins(place.folder / "schemas/v1", SCHEMAS)
    place.configure(registry.url)
    done = place.run("check", expect=2, env={"HOLDFAST_SCHEMAS_CORE_TRACK": _bytes(b"x\xff")})
    assert "HOLDFAST_SCHEMAS_CORE_TRACK" in done.stderr and '"x%FF" is not UTF-8' in done.stderr
    (place.folder / "holdfast.toml").unlink()
    done = place.run("schemas", "check", "--registry-url", registry.url, expect=2, env={"REGISTRY_TRACK": _bytes(b"x\xff")})
    assert "REGISTRY_TRACK" in done.stderr and "is not UTF-8" in done.stderr


def test_a_folder_whose_name_is_no_utf8_is_a_place_to_check_in(tmp_path, binary, registry):
    place = Place(tmp_path / _bytes(b"w\xff"), binary)
    write_pins(place.folder / "schemas/v1", SCHEMAS)
    place.run("schemas", "check", "--registry-url", registry.url, "--track", "v1", "--schema-dir", "schemas/v1", expect=(0, 1))
    assert place.report()["total_schemas"] == len(SCHEMAS)
    place.configure(registry.url)
    registry.publish(NAME, stamped(breaking(), NAME, "1.3.0"), "1.3.0")
    files = {finding["file"] for check in place.json("check", expect=1)["checks"] for subject in check["subjects"] for finding in subject["findings"]}
    assert f"schemas/v1/{NAME}.json" in files and all(file.startswith("schemas/v1/") for file in files if file)
    sarif = json.loads(place.run("check", "--format", "sarif", expect=1).stdout)
    places = [each["physicalLocation"]["artifactLocation"] for result in sarif["runs"][0]["results"] for each in result["locations"]]
    assert f"schemas/v1/{NAME}.json" in [each["uri"] for each in places] and all("%25" not in each["uri"] for each in places)


@pytest.mark.parametrize("mode", ["", 'mode = "BACKWARD"', 'mode = "FORWARD"', 'mode = "FULL"', 'profile = "confluent-strict"'])
def test_what_is_accepted_of_a_list_that_was_cut_is_these_two_texts(place, mode):
    def schema(others):
        return {"type": "object", "properties": {f"p{i:05}": {"type": others.get(i, "string")} for i in range(1500)}}

    write_pins(place.folder / "schemas/v1", {"a": schema({})})
    with PlainRegistry() as registry:
        changed = dict.fromkeys(range(1200), "integer")
        registry.publish("a", schema(changed), "2.0.0")
        place.configure(registry.url, extra=mode)
        place.run("check", expect=1)
        place.run("schemas", "accept", "a", "--reason", "known", "--until", "14d")
        place.run("check")
        registry.publish("a", schema({**changed, 1499: "boolean"}), "2.0.0")
        place.run("check", expect=1)


@pytest.mark.parametrize("where, again", [('"tracks": ', '"tracks": {}, '), ('"count": ', '"count": 0, '), ('"name": ', '"name": "x", ')])
def test_an_index_with_a_key_twice_is_none_however_deep_it_stands(place, registry, where, again):
    write_pins(place.folder / "schemas/v1", SCHEMAS)
    place.configure(registry.url)
    place.run("schemas", "check", "core")
    body = json.dumps(registry.index()).replace(where, again + where, 1)
    assert json.loads(body) == registry.index()
    registry.answers["/index"] = (200, {}, body.encode())
    said = " ".join(place.run("schemas", "check", "core", "--format", "github", expect=3).stdout.split())
    assert f"answered an object with the key {where.strip(': ')} twice" in said


@pytest.mark.parametrize("status, again, kind", [(200, b'"content": {}, ', "duplicate_key"), (206, b"", "http_status")])
def test_an_answer_that_can_be_read_in_two_ways_or_is_a_piece_is_none(place, registry, status, again, kind):
    write_pins(place.folder / "schemas/v1", SCHEMAS)
    place.configure(registry.url)
    body = b"{" + again + b'"content": ' + json.dumps(SCHEMAS[NAME]).encode() + b"}"
    registry.answers[f"/schemas/v1/{NAME}.schema"] = (status, {"Content-Type": "application/json"}, body)
    assert f"({kind})" in " ".join(place.run("schemas", "check", "core", "--format", "github", expect=3).stdout.split())


@pytest.mark.parametrize(("variable", "value", "says"), [
    ("SCHEMAS_CORE_CRITICAL", b"x\xff", '"x%FF" is not UTF-8'), ("SCHEMAS_CORE_CRITICAL", b"", "an empty name"),
    ("SCHEMAS_CORE_CRITICAL", b"../x", "no name of a schema"), ("SCHEMAS_CORE_GROUP", b"x\xff", '"x%FF" is not UTF-8'),
    ("SCHEMAS_CORE_GROUP", b"", "no group"), ("SCHEMAS_CORE_SUBJECTS", b"{name}\xff", "is not UTF-8"),
    ("SCHEMAS_CORE_USER", b"a:b", "no colon"), ("SCHEMAS_CORE_USER", b"a\nb", "control character"),
    ("SCHEMAS_CORE_TOKEN", b"s3cret\n", "control character"), ("ARTIFACTS_ATLAS_TYPES", b"x\xff", '"x%FF" is not UTF-8'),
    ("ARTIFACTS_ATLAS_TABLE", b"x\xff", '"x%FF" is not UTF-8'), ("ARTIFACTS_ATLAS_JOURNAL", b"x\xff", '"x%FF" is not UTF-8'),
    ("EXTRACT_ROWS_KEY", b"x\xff", '"x%FF" is not UTF-8'),
])
def test_a_value_of_a_variable_that_can_be_none_is_told_by_its_variable(place, registry, variable, value, says):
    write_pins(place.folder / "schemas/v1", SCHEMAS)
    place.configure(registry.url)
    with (place.folder / "holdfast.toml").open("a") as config:
        config.write('\n[artifacts.atlas]\nroot = "."\n[extract.rows]\nitems = "*.mp4"\nout = "rows.parquet"\n')
    done = place.run("check", expect=2, env={f"HOLDFAST_{variable}": _bytes(value)})
    assert f"HOLDFAST_{variable}: " in done.stderr and says in done.stderr and "s3cret" not in done.stderr
