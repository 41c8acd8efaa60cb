# SPDX-License-Identifier: Apache-2.0
"""Which direction is promised (`--mode`), how often one thing is asked for (`--retries`), and drifts that are known (`--baseline`),
and whether defaults and formats count."""
import copy
import json

import jsonschema
import pytest
from pins import FEEDBACK, HEALTH, SCHEMAS, annotated, breaking, safe, stamped, write, write_pins
from schema_workspace import Place
from schemas import hold

NAME = "telemetry.FeedbackEvent"
OTHER = "telemetry.HealthStatus"


@pytest.fixture
def workspace(tmp_path, binary, registry):
    made = Place(tmp_path / "workspace", binary)
    write_pins(made.folder / "schemas/v1", SCHEMAS)
    made.configure(registry.url)
    return made


def state_of(report, name=NAME):
    return next(each for each in report["schemas"] if each["schema"] == name)


def publish(registry, schema, version="1.2.0", name=NAME):
    registry.publish(name, stamped(schema, name, version), version)


def more_states():
    """What only old readers notice."""
    schema = copy.deepcopy(HEALTH)
    schema["properties"]["state"]["enum"].append("paused")
    return schema


# --- modes

# one more required name: old documents break (backward), new ones were valid before (forward)
MODES = {None: "breaking", "NONE": "safe", "backward": "breaking", "Forward": "safe", "FULL": "breaking"}


@pytest.mark.parametrize("mode", MODES)
def test_the_promise_decides_class_level_and_exit(workspace, registry, mode):
    publish(registry, breaking())
    flags, wanted = (["--mode", mode] if mode else []), MODES[mode]
    report = workspace.json("schemas", "check", "core", *flags, "--fail-on", "breaking", expect=1 if wanted == "breaking" else 0)
    hold("schemas-check", report)
    assert report["mode"] == (mode.upper() if mode else None)
    state = state_of(report)
    assert (state["status"], state["class"]) == ("drift", wanted)
    assert {each["class"] for each in state["changes"]} == {wanted}
    assert state["verdict"] == {"backward": "no", "forward": "yes", "full": "no"}, "what is true of both directions is said in every mode"
    workspace.run("schemas", "check", "core", *flags, expect=1)  # a drift is a drift
    said = workspace.run("schemas", "check", "core", *flags, "--format", "github", expect=1).stdout
    assert said.startswith("::error" if wanted == "breaking" else "::warning"), said
    assert ("--accept breaking" in said) == (wanted == "breaking"), said
    assert (f"in mode {mode.upper()}" in said) == (mode is not None) if mode else "in mode" not in said, said


def test_the_mode_of_the_section_holds_for_check_fetch_and_episodes(workspace, registry):
    publish(registry, more_states(), name=OTHER)
    workspace.configure(registry.url, extra='mode = "backward"')
    assert state_of(workspace.json("schemas", "check", "core", expect=1), OTHER)["class"] == "safe"
    workspace.run("check", "--fail-on", "error")
    episode, = workspace.json("schemas", "history", "--open")["episodes"]
    assert (episode["schema"], episode["class"], episode["worst_class"]) == (OTHER, "safe", "safe")
    assert state_of(workspace.json("schemas", "check", "core", "--mode", "FORWARD", expect=1), OTHER)["class"] == "breaking"
    workspace.run("schemas", "fetch", "core", "--force")  # as its hint says: no --accept
    workspace.run("schemas", "check", "core")
    publish(registry, HEALTH, "1.3.0", OTHER)
    workspace.run("schemas", "fetch", "core", expect=4)


def test_annotations_and_what_is_in_step_are_the_same_in_every_mode(workspace, registry):
    publish(registry, annotated())
    for mode in ("NONE", "BACKWARD", "FORWARD", "FULL"):
        report = workspace.json("schemas", "check", "core", "--mode", mode)
        assert state_of(report)["class"] == "annotation" and report["synced"] == 2


def test_an_exact_no_is_breaking_where_the_profile_alone_would_let_it_pass(workspace, registry):
    publish(registry, safe())
    classes = {}
    for flags in ((), ("--mode", "BACKWARD"), ("--mode", "FORWARD"), ("--mode", "BACKWARD", "--profile", "confluent-lenient"),
                  ("--mode", "BACKWARD", "--profile", "confluent-strict")):
        classes[" ".join(flags)] = state_of(workspace.json("schemas", "check", "core", *flags, expect=1))
    assert {key: each["class"] for key, each in classes.items()} == {
        "": "safe", "--mode BACKWARD": "breaking", "--mode FORWARD": "safe", "--mode BACKWARD --profile confluent-lenient": "safe",
        "--mode BACKWARD --profile confluent-strict": "breaking"}
    witness = classes["--mode BACKWARD"]["witness"]["backward"]
    old, new = (jsonschema.Draft202012Validator(each).is_valid(witness) for each in (FEEDBACK, safe()))
    assert old and not new


def test_a_mode_that_asks_every_version_is_refused_where_there_is_one(workspace, registry):
    done = workspace.run("schemas", "check", "core", "--mode", "full_transitive", expect=2)
    assert "FULL_TRANSITIVE" in done.stderr and "schemas diff registry:NAME NEW" in done.stderr
    assert "sideways" in workspace.run("schemas", "check", "core", "--mode", "sideways", expect=2).stderr
    (workspace.folder / "old.json").write_text(json.dumps(FEEDBACK))
    for old in ("old.json", f"registry:{NAME}@1.1.2", f"pin:{NAME}"):
        done = workspace.run("schemas", "diff", old, "old.json", "--mode", "BACKWARD_TRANSITIVE", expect=2)
        assert "registry:NAME" in done.stderr, done.stderr
    config = workspace.folder / "holdfast.toml"
    configured = config.read_text()
    for word in ("BACKWARD_TRANSITIVE", "sideways"):
        config.write_text(configured + f'mode = "{word}"\n')
        done = workspace.run("schemas", "check", "core", expect=2)
        assert word in done.stderr and "mode" in done.stderr and "holdfast.toml:" in done.stderr, done.stderr
        assert ("schemas diff registry:NAME NEW" in done.stderr) == (word != "sideways"), done.stderr


def test_diff_follows_the_mode(workspace):
    for name, schema in (("old.json", HEALTH), ("new.json", more_states())):
        (workspace.folder / name).write_text(json.dumps(schema))
    said = workspace.json("schemas", "diff", "old.json", "new.json", "--mode", "backward", "--fail-on", "breaking")
    hold("schemas-diff", said)
    assert (said["mode"], said["class"], said["asked_versions"]) == ("BACKWARD", "safe", [])
    assert [each["class"] for each in said["changes"]] == ["safe"]
    said = workspace.json("schemas", "diff", "old.json", "new.json", "--mode", "forward", "--fail-on", "breaking", expect=1)
    assert said["class"] == "breaking"
    assert "mode: FORWARD" in workspace.run("schemas", "diff", "old.json", "new.json", "--mode", "forward", expect=1).stdout
    assert workspace.json("schemas", "diff", "old.json", "new.json", expect=1)["mode"] is None


def numbered(kind):
    return {"type": "object", "properties": {"n": {"type": kind}}, "required": ["n"]}


def test_a_transitive_mode_asks_every_version_and_names_the_one_that_breaks(workspace, registry):
    registry.tracks["v1"]["n"] = [("1.9.0", numbered("string")), ("1.10.0", numbered("integer")), ("1.11.0", numbered("number"))]
    (workspace.folder / "new.json").write_text(json.dumps(numbered("number")))
    latest = workspace.json("schemas", "diff", "registry:n", "new.json", "--mode", "BACKWARD")
    assert latest["class"] == "identical"
    said = workspace.json("schemas", "diff", "registry:n", "new.json", "--mode", "BACKWARD_TRANSITIVE", expect=1)
    hold("schemas-diff", said)
    assert (said["class"], said["old"], said["old_version"]) == ("breaking", "registry:n@1.9.0", "1.9.0")
    assert [(each["version"], each["class"]) for each in said["asked_versions"]] == [
        ("1.9.0", "breaking"), ("1.10.0", "safe"), ("1.11.0", "identical")]
    old, new = (jsonschema.Draft202012Validator(numbered(kind)).is_valid(said["backward_witness"]) for kind in ("string", "number"))
    assert old and not new
    text = workspace.run("schemas", "diff", "registry:n", "new.json", "--mode", "BACKWARD_TRANSITIVE", expect=1).stdout
    assert "asked: 3 versions; the gravest answer is that against registry:n@1.9.0" in text, text
    for form in ("sarif", "junit", "github", "markdown"):
        told = workspace.run("schemas", "diff", "registry:n", "new.json", "--mode", "BACKWARD_TRANSITIVE", "--format", form, expect=1).stdout
        assert "1.9.0" in told, form


def test_a_version_that_is_listed_and_can_not_be_had_leaves_no_answer(workspace, registry):
    registry.answers[f"/schemas/v1/{NAME}.schema/versions"] = (200, {}, json.dumps(
        [{"core_version": "1.1.2"}, {"core_version": "9.9.9"}]).encode())
    (workspace.folder / "new.json").write_text(json.dumps(FEEDBACK))
    done = workspace.run("schemas", "diff", f"registry:{NAME}", "new.json", "--mode", "FULL_TRANSITIVE", expect=3)
    assert "@9.9.9" in done.stderr
    registry.answers[f"/schemas/v1/{NAME}.schema/versions"] = (200, {}, b"[]")
    workspace.run("schemas", "diff", f"registry:{NAME}", "new.json", "--mode", "FULL_TRANSITIVE", expect=3)


def test_a_folder_of_versions_is_asked_too(workspace):
    for version, schema in (("1.9.0", numbered("string")), ("1.10.0", numbered("integer"))):
        folder = workspace.folder / "published/v1/n"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{version}.json").write_text(json.dumps(schema))
    (workspace.folder / "new.json").write_text(json.dumps(numbered("number")))
    said = workspace.json("schemas", "diff", "registry:n", "new.json", "--track", "v1", "--registry-url", "published", "--mode",
                          "backward_transitive", expect=1)
    assert [each["version"] for each in said["asked_versions"]] == ["1.9.0", "1.10.0"]


# --- retries

def test_retries_are_requests_after_the_first(workspace, registry):
    registry.answers["/index"] = (500, {}, b"oops")
    for retries in (0, 2):
        del registry.requests[:]
        report = workspace.json("schemas", "check", "core", "--retries", retries, expect=3)
        assert registry.requests.count("/index") == retries + 1 == report["error"]["attempts"]
    done = workspace.run("schemas", "check", "core", "--retries", "1", "--attempts", "2", expect=2)
    assert "--attempts" in done.stderr and "--retries" in done.stderr
    workspace.run("schemas", "check", "core", "--retries", "20", expect=2)
    workspace.run("schemas", "check", "core", "--retries", "-1", expect=2)


# --- a baseline

@pytest.fixture
def known(workspace, registry):
    """Two drifts, and the report that was written when they were seen."""
    publish(registry, breaking(), "1.2.7")
    publish(registry, more_states(), "1.2.7", OTHER)
    workspace.run("schemas", "check", "core", "--output", "known.json", expect=1)
    return workspace


def check_known(place, *more, expect=0):
    done = place.run("schemas", "check", "core", "--baseline", "known.json", "--json", *more, expect=expect)
    report = json.loads(done.stdout)
    hold("schemas-check", report)
    return report, done.stderr


def test_what_is_in_the_baseline_is_waived_and_told(known):
    report, said = check_known(known)
    assert report["drifted"] == 2 and report["synced"] == 1 and report["complete"]
    assert state_of(report)["waived"] == ["schema.required_added"] and state_of(report, OTHER)["waived"] == ["schema.enum_value_added"]
    assert "resolved" not in said
    table = known.run("schemas", "check", "core", "--baseline", "known.json").stdout
    assert "(waived)" in table and "All schemas synced" not in table and "Drifted:             2" in table
    known.run("schemas", "check", "core", expect=1)  # it is of the run that names it


def test_another_text_in_the_registry_and_a_new_drift_fail(known, registry):
    registry.publish("telemetry.HealthComponent", {"type": "string"}, "2.0.0")
    report, _ = check_known(known, expect=1)
    assert state_of(report, "telemetry.HealthComponent")["waived"] == [] and state_of(report)["waived"]
    del registry.tracks["v1"]["telemetry.HealthComponent"][1:]
    check_known(known)
    schema = breaking()
    schema["description"] = "another text, and the same class"
    publish(registry, schema, "1.2.8")
    report, _ = check_known(known, expect=1)
    assert state_of(report)["waived"] == [] and state_of(report, OTHER)["waived"]
    del registry.tracks["v1"][OTHER]
    check_known(known, expect=1)


def test_a_graver_class_fails(known, registry):
    known.run("schemas", "check", "core", "--mode", "NONE", "--output", "known.json", expect=1)
    check_known(known, "--mode", "NONE")
    report, _ = check_known(known, expect=1)
    assert state_of(report)["class"] == "breaking" and state_of(report)["waived"] == []
    known.run("schemas", "check", "core", "--output", "known.json", expect=1)
    check_known(known, "--mode", "NONE")


def test_a_pin_that_was_changed_meanwhile_hides_no_new_change(known):
    pin = known.folder / f"schemas/v1/{NAME}.json"
    schema = json.loads(pin.read_text())
    schema["properties"]["queue_size"]["minimum"] = -5  # the registry's 0 is tighter than that: one change more
    pin.write_text(json.dumps(schema))
    report, _ = check_known(known, expect=1)
    assert state_of(report)["waived"] == ["schema.required_added"]
    assert {each["rule"] for each in state_of(report)["changes"]} == {"schema.required_added", "schema.bound_tightened"}


def test_what_is_resolved_is_told_and_the_file_is_left_alone(known, registry):
    before = (known.folder / "known.json").read_bytes()
    del registry.tracks["v1"][NAME][1:]
    report, said = check_known(known)
    assert report["drifted"] == 1 and "1 of the baseline known.json is resolved: write it anew" in said
    (known.folder / f"schemas/v1/{OTHER}.json").unlink()
    _, said = check_known(known)
    assert "2 of the baseline known.json are resolved" in said
    assert (known.folder / "known.json").read_bytes() == before
    registry.answers["/index"] = (500, {}, b"")
    _, said = check_known(known, expect=3)
    assert "1 of the baseline" in said, "what was not looked at is not resolved"


def test_the_report_is_not_written_over_the_baseline(known):
    before = (known.folder / "known.json").read_bytes()
    for output in ("known.json", "schemas/../known.json"):
        done = known.run("schemas", "check", "core", "--baseline", "known.json", "--output", output, expect=2)
        assert "--output" in done.stderr and (known.folder / "known.json").read_bytes() == before
    (known.folder / "known.json").rename(known.folder / "drift_report.json")  # where the source's command line writes
    done = known.run("schemas", "check", "--track", "v1", "--baseline", "drift_report.json", expect=2)
    assert (known.folder / "drift_report.json").read_bytes() == before and "--output" in done.stderr


WRONG = {
    "not JSON": (b"{", "JSON object"),
    "a list": (b"[]", "JSON object"),
    "no UTF-8": (b'{"format":"\xff"}', "JSON object"),
    "deep": (b'{"format":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too deep"),
    "the source's report": (b'{"track":"v1","schemas":[]}', "/format is not there"),
    "another format": (b'{"format":"holdfast.check/1"}', '/format is "holdfast.check/1"'),
    "no schemas": (b'{"format":"holdfast.schema-drift/1","track":"v1"}', "/schemas is not there"),
}
PLACES = {"class": "grave", "registry_sha256": None, "local_sha256": 7, "edited": "no", "version_regressed": [], "changes": {}, "schema": [1]}


def refused(place, content, words):
    (place.folder / "known.json").write_bytes(content)
    done = place.run("schemas", "check", "core", "--baseline", "known.json", expect=2)
    assert "known.json" in done.stderr and words in done.stderr and "hint:" in done.stderr, done.stderr
    assert len(done.stderr) < 1000


@pytest.mark.parametrize("case", WRONG)
def test_a_file_that_is_no_report_is_refused(known, case):
    refused(known, *WRONG[case])


@pytest.mark.parametrize("key", PLACES)
def test_a_report_that_was_tampered_with_names_the_place(known, key):
    report = json.loads((known.folder / "known.json").read_text())
    at = next(i for i, each in enumerate(report["schemas"]) if each["schema"] == NAME)
    report["schemas"][at][key] = PLACES[key]
    refused(known, json.dumps(report).encode(), f"/schemas/{at}/{key} is {json.dumps(PLACES[key])}")


def test_a_report_of_another_track_or_no_file_is_refused(known):
    report = json.loads((known.folder / "known.json").read_text()) | {"track": "v2"}
    refused(known, json.dumps(report).encode(), '/track is "v2"')
    twice = json.loads((known.folder / "known.json").read_text()) | {"track": "v1"}
    twice["schemas"] += twice["schemas"]
    refused(known, json.dumps(twice).encode(), "told once")
    assert "nowhere.json" in known.run("schemas", "check", "core", "--baseline", "nowhere.json", expect=2).stderr


# --- how `default` and `format` are taken


def demanding(schema: dict) -> dict:
    """One more property, which everybody has to have, and which a reader can fill in."""
    more = schema["properties"] | {"grade": {"type": "string", "default": "none"}}
    return schema | {"properties": more, "required": [*schema["required"], "grade"]}


def test_a_new_required_property_is_safe_where_readers_fill_its_default_in(workspace, registry):
    publish(registry, demanding(FEEDBACK))
    ignoring = workspace.json("schemas", "check", "core", expect=1)
    assert (state_of(ignoring)["class"], ignoring["defaults"]) == ("breaking", "ignore")
    workspace.configure(registry.url, extra='defaults = "fill"')
    filling = workspace.json("schemas", "check", "core", expect=1)
    assert (state_of(filling)["class"], filling["defaults"]) == ("safe", "fill")
    config = workspace.folder / "holdfast.toml"
    config.write_text(config.read_text().replace('"fill"', '"fil"'))
    assert '"fil" is neither ignore nor fill' in workspace.run("schemas", "check", "core", expect=2).stderr


def test_diff_takes_defaults_and_formats_as_it_is_told(workspace):
    write(workspace.folder, "old.json", FEEDBACK)
    write(workspace.folder, "new.json", demanding(FEEDBACK))
    diff = ["schemas", "diff", "old.json", "new.json"]
    assert workspace.json(*diff, expect=1)["class"] == "breaking"
    assert workspace.json(*diff, "--defaults", "fill", expect=1)["class"] == "safe"
    write(workspace.folder, "old.json", {"type": "string"})
    write(workspace.folder, "new.json", {"type": "string", "format": "date"})
    assert workspace.json(*diff)["class"] == "annotation"
    asserted = workspace.json(*diff, "--formats", expect=1)
    assert (asserted["class"], asserted["formats"]) == ("breaking", "assertion")
    witness = asserted["backward_witness"]
    truth = jsonschema.Draft202012Validator({"format": "date"}, format_checker=jsonschema.FormatChecker())
    assert isinstance(witness, str) and not truth.is_valid(witness)


def test_diff_of_a_set_of_pins_judges_as_its_check_does(workspace, registry):
    publish(registry, demanding(FEEDBACK))
    diff = ["schemas", "diff", f"pin:{NAME}", f"registry:{NAME}"]
    for extra in ('defaults = "fill"', 'mode = "FORWARD"', 'profile = "inclusion"'):
        workspace.configure(registry.url, extra=extra)
        checked = workspace.json("schemas", "check", "core", expect=1)
        compared = workspace.json(*diff, expect=1)
        assert compared["class"] == state_of(checked)["class"], extra
        assert [compared[key] for key in ("profile", "mode", "defaults")] == [checked[key] for key in ("profile", "mode", "defaults")]
    workspace.configure(registry.url, extra='mode = "FORWARD"')
    assert workspace.json(*diff, "--mode", "BACKWARD", expect=1)["class"] == "breaking", "what is written goes before"
