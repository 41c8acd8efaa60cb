# SPDX-License-Identifier: Apache-2.0
"""`holdfast schemas fetch` from outside: the source's command lines, all or nothing, nothing lost that somebody edited, nothing breaking taken
over in silence."""
import json
import threading

import pytest
from pins import FEEDBACK, SCHEMAS, breaking, safe, stamped, write_pins
from plain_registry import PlainRegistry, seed_hash
from schema_workspace import Place, tree
from schemas import hold

NAME = "telemetry.FeedbackEvent"


@pytest.fixture
def place(tmp_path, binary):
    return Place(tmp_path / "store", binary)


def fetch(place, registry, *more, **options):
    return place.run("schemas", "fetch", "--track", "v1", "--registry-url", registry.url, *more, **options)


def test_the_sources_command_pins_its_three_schemas_with_a_lock(place, registry):
    registry.publish("telemetry.Other", {}, "1.0.0")
    fetch(place, registry)
    assert sorted(tree(place.folder / "schemas")) == ["_metadata.json", "schemas.lock.json",
                                                      *sorted(f"{name}.json" for name in SCHEMAS)]
    metadata = json.loads((place.folder / "schemas/_metadata.json").read_text())
    assert metadata["registry_url"] == registry.url and metadata["track"] == "v1"
    assert (metadata["schemas_fetched"], metadata["schemas_failed"], metadata["failed_schemas"]) == (3, 0, [])
    lock = json.loads((place.folder / "schemas/schemas.lock.json").read_text())
    assert lock["format"] == "holdfast.schemas-lock/1" and sorted(lock["schemas"]) == sorted(SCHEMAS)
    for name, schema in SCHEMAS.items():
        pinned = json.loads((place.folder / f"schemas/{name}.json").read_text())
        assert pinned == stamped(schema, name, "1.1.2")
        assert lock["schemas"][name]["seed_sha256"] == seed_hash(pinned)
        assert lock["schemas"][name]["raw_sha256"] == tree(place.folder / "schemas")[f"{name}.json"]
        assert lock["schemas"][name]["version"] == "1.1.2"
    contracts = {each["contract_sha256"] for each in lock["schemas"].values()}
    assert len(contracts) == 3 and all(len(each) == 64 for each in contracts)


def test_fetched_pins_are_synced_and_fetching_again_writes_nothing(place, registry):
    fetch(place, registry, env={})
    before = tree(place.folder / "schemas")
    assert "up to date" in fetch(place, registry).stdout
    assert tree(place.folder / "schemas") == before
    assert [path.name for path in place.folder.iterdir()] == ["schemas"], "nothing of its own stays in somebody's checkout"
    place.run("schemas", "check", "--track", "v1", "--registry-url", registry.url, "--schema-dir", "schemas")


def test_pull_is_fetch_and_takes_names_a_folder_and_the_environment(place, registry):
    place.run("schemas", "pull", "--track", "v1", "--output", "a/b", "--schemas", NAME, "telemetry.HealthStatus.schema",
              env={"REGISTRY_URL": registry.url})
    assert sorted(tree(place.folder / "a/b")) == ["_metadata.json", "schemas.lock.json", f"{NAME}.json", "telemetry.HealthStatus.json"]


def test_all_takes_everything_the_track_has(place, registry):
    registry.publish("telemetry.Other", {"minimum": 10000000000000000000001}, "1.0.0")
    fetch(place, registry, "--all")
    assert "10000000000000000000001" in (place.folder / "schemas/telemetry.Other.json").read_text()
    assert len(tree(place.folder / "schemas")) == 6


def test_the_track_is_required_where_nothing_configures_one(place, registry):
    done = place.run("schemas", "fetch", "--registry-url", registry.url, expect=2)
    assert "--track" in done.stderr and tree(place.folder) == {}


def test_a_dry_run_writes_nothing_and_says_what_it_would(place, registry):
    done = fetch(place, registry, "--dry-run", expect=1)
    assert "3 schemas would be pinned" in done.stdout and tree(place.folder) == {}
    assert done.stdout.count("would add") == 3 and "added" not in done.stdout
    said = json.loads(fetch(place, registry, "--dry-run", "--json", expect=1).stdout)
    hold("schemas-fetch", said)
    assert said["changes"] and not said["written"]
    assert {each["action"] for each in said["schemas"]} == {"added"}


def test_what_was_not_written_is_not_told_as_if_it_were(place, registry):
    fetch(place, registry)
    registry.publish(NAME, stamped(safe(), NAME, "1.2.0"), "1.2.0")
    done = fetch(place, registry, "--dry-run", expect=1)
    assert "would replace" in done.stdout and "replaced" not in done.stdout
    assert "1 schema would be pinned, 2 kept" in done.stdout
    registry.publish("telemetry.HealthStatus", stamped({"type": "string"}, "telemetry.HealthStatus", "2.0.0"), "2.0.0")
    done = fetch(place, registry, expect=4)
    lines = {line.split()[0]: line for line in done.stdout.splitlines() if line.startswith("telemetry.")}
    assert "held back" in lines[NAME] and "refused" in lines["telemetry.HealthStatus"] and "kept" in lines["telemetry.HealthComponent"]
    assert all(" replaced" not in line for line in lines.values())
    done = fetch(place, registry, "--accept", "breaking")
    assert done.stdout.count("replaced") == 2 and "2 schemas pinned, 1 kept" in done.stdout


@pytest.mark.parametrize("body", [(404, {}, b"{}"), (200, {}, b"<html>"), (200, {}, b'{"content":{"a":1,"a":2}}'),
                                  (200, {}, b'{"content":{"$ref":"#/$defs/None"}}')])
def test_one_schema_that_can_not_be_had_keeps_all_from_being_written(place, registry, body):
    fetch(place, registry)
    before = tree(place.folder / "schemas")
    registry.publish(NAME, stamped(safe(), NAME, "1.2.0"), "1.2.0")
    registry.answers["/schemas/v1/telemetry.HealthStatus.schema"] = body
    done = fetch(place, registry, expect=(2, 3))
    assert "telemetry.HealthStatus" in done.stderr
    assert tree(place.folder / "schemas") == before


def test_a_safe_change_is_taken_over_and_a_breaking_one_only_where_it_is_accepted(place, registry):
    fetch(place, registry)
    registry.publish(NAME, stamped(safe(), NAME, "1.2.0"), "1.2.0")
    fetch(place, registry)
    registry.publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")
    before = tree(place.folder / "schemas")
    done = fetch(place, registry, expect=4)
    assert "schema.required_added" in done.stdout and "--accept breaking" in done.stdout
    said = json.loads(fetch(place, registry, "--json", expect=4).stdout)
    hold("schemas-fetch", said)
    assert said["refused"] and not said["written"]
    assert tree(place.folder / "schemas") == before
    fetch(place, registry, "--accept", "breaking")
    assert json.loads((place.folder / f"schemas/{NAME}.json").read_text()) == stamped(breaking(), NAME, "1.2.7")


def test_force_alone_does_not_take_a_breaking_change_over_where_a_lock_tells_it_from_an_edit(place, registry):
    fetch(place, registry)
    registry.publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")
    fetch(place, registry, "--force", expect=4)


def test_an_edited_pin_is_overwritten_with_force_only_and_kept_as_a_backup(place, registry):
    """The runbook's scenario B, with a lock file."""
    fetch(place, registry)
    pin = place.folder / f"schemas/{NAME}.json"
    pin.write_text(json.dumps({**FEEDBACK, "title": "mine"}))
    before = tree(place.folder / "schemas")
    done = fetch(place, registry, expect=4)
    assert "edited" in done.stdout and tree(place.folder / "schemas") == before
    done = fetch(place, registry, "--force")
    assert json.loads(pin.read_text()) == stamped(FEEDBACK, NAME, "1.1.2")
    backup, = place.folder.glob("schemas.backup-*")
    assert tree(backup) == before and str(backup.name) in done.stdout


def test_the_runbooks_forced_fetch_repairs_a_folder_of_the_sources_own_script(place, registry):
    """Scenario B as it is written: no lock file, a pin that was cut off, one that was edited."""
    folder = place.folder / "tests/fixtures/schemas"
    write_pins(folder, SCHEMAS)
    (folder / f"{NAME}.json").write_text("{\"type\"")
    (folder / "telemetry.HealthStatus.json").write_text("{}")
    before = tree(folder)
    fetch(place, registry, "--output", "tests/fixtures/schemas", expect=4)
    assert tree(folder) == before
    fetch(place, registry, "--output", "tests/fixtures/schemas", "--force")
    place.run("schemas", "check", "--track", "v1", "--registry-url", registry.url)
    backup, = folder.parent.glob("schemas.backup-*")
    assert tree(backup) == before


def test_scenario_a_takes_an_expected_change_over(place, registry):
    folder = place.folder / "tests/fixtures/schemas"
    write_pins(folder, SCHEMAS)
    registry.publish(NAME, stamped(safe(), NAME, "1.2.0"), "1.2.0")
    check = ("schemas", "check", "--track", "v1", "--registry-url", registry.url)
    place.run(*check, expect=1)
    fetch(place, registry, "--output", "tests/fixtures/schemas")
    assert "✅ All schemas synced" in place.run(*check).stdout


def test_what_else_lies_in_the_folder_stays_and_a_folder_in_it_is_refused(place, registry):
    (place.folder / "schemas").mkdir()
    (place.folder / "schemas/README.md").write_text("what these are")
    (place.folder / "schemas/telemetry.Mine.json").write_text("{}")
    fetch(place, registry, "--schemas", NAME)
    assert (place.folder / "schemas/README.md").read_text() == "what these are"
    assert (place.folder / "schemas/telemetry.Mine.json").read_text() == "{}"
    (place.folder / "schemas/more").mkdir()
    registry.publish(NAME, stamped(safe(), NAME, "1.2.0"), "1.2.0")
    before = tree(place.folder / "schemas")
    done = fetch(place, registry, "--schemas", NAME, expect=2)
    assert "more" in done.stderr and tree(place.folder / "schemas") == before


def test_a_folder_never_holds_pins_of_two_tracks_or_registries(place, registry):
    """The lock file names one track and one registry, so some of the pins alone never go over, whatever is forced."""
    for name, schema in SCHEMAS.items():
        registry.publish(name, {**schema, "$core_version": "2.0.0", "$track": "v2"}, "2.0.0", track="v2")
    fetch(place, registry)
    before = tree(place.folder)
    to_v2 = ("schemas", "fetch", "--track", "v2", "--registry-url", registry.url, "--output", "schemas", "--force")
    done = place.run(*to_v2, "--schemas", NAME, expect=4)
    assert "v1" in done.stderr and "telemetry.Health" in done.stderr and "hint" in done.stderr
    assert tree(place.folder) == before
    other = PlainRegistry()
    try:
        other.publish(NAME, stamped(SCHEMAS[NAME], NAME, "1.1.2"), "1.1.2")
        for more in (("--schemas", NAME), ("--all",), ("--schemas", NAME, "--force")):
            assert registry.url in fetch(place, other, *more, expect=4).stderr
            assert tree(place.folder) == before
        assert place.run("schemas", "fetch", "--track", "v1", "--registry-url", registry.url + "/", "--schemas", NAME).returncode == 0
        for name, schema in SCHEMAS.items():
            other.publish(name, stamped(schema, name, "1.1.2"), "1.1.2")
        fetch(place, other)
        assert json.loads((place.folder / "schemas/schemas.lock.json").read_text())["registry_url"] == other.url
        fetch(place, other, "--schemas", NAME)
    finally:
        other.close()
    place.run(*to_v2, "--schemas", *SCHEMAS)
    assert json.loads((place.folder / "schemas/schemas.lock.json").read_text())["track"] == "v2"


def test_a_name_never_leaves_the_folder(place, registry):
    registry.tracks["v1"]["../escape"] = [("1.0.0", {})]
    fetch(place, registry, "--all", expect=2)
    assert tree(place.folder) == {}


def test_two_at_once_end_with_the_pins_whole(place, registry):
    fetch(place, registry)
    registry.publish(NAME, stamped(safe(), NAME, "1.2.0"), "1.2.0")
    codes = []
    crew = [threading.Thread(target=lambda: codes.append(fetch(place, registry, expect=None).returncode)) for _ in range(4)]
    for each in crew:
        each.start()
    for each in crew:
        each.join()
    assert set(codes) <= {0, 4} and 0 in codes
    assert json.loads((place.folder / f"schemas/{NAME}.json").read_text()) == stamped(safe(), NAME, "1.2.0")
    assert not [path for path in place.folder.iterdir() if ".fetch-" in path.name]


def test_a_fetch_in_a_workspace_is_told_by_events(place, registry):
    place.configure(registry.url)
    place.run("schemas", "fetch", "core", "--all")
    registry.publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")
    place.run("schemas", "fetch", "--accept", "breaking")
    last = place.events("schema.fetched")[-1]
    assert last["subject"] == f"schema:core/{NAME}"
    assert last["fields"]["version_before"] == "1.1.2" and last["fields"]["class"] == "breaking"


def test_a_copy_elsewhere_is_not_told_of_the_sections_pins(place, registry):
    place.configure(registry.url)
    place.run("schemas", "fetch", "core", "--all")
    before = place.events()
    registry.publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")
    place.run("schemas", "fetch", "core", "--all", "--output", "coming")
    assert (place.folder / f"coming/{NAME}.json").exists() and place.events() == before
    other = PlainRegistry()
    try:
        for name, schema in SCHEMAS.items():
            other.publish(name, stamped(safe() if name == NAME else schema, name, "1.2.0"), "1.2.0")
        place.run("schemas", "fetch", "core", "--registry-url", other.url)  # the section's pins, whoever gave them
    finally:
        other.close()
    assert place.events("schema.fetched")[-1]["fields"]["registry"] == other.url
