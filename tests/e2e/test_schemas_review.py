# SPDX-License-Identifier: Apache-2.0
"""What a hostile reading of `holdfast schemas` found: each test fails where the hole is open again."""
import json
import sqlite3

import pytest
from pausing import let_go, pause
from pins import SCHEMAS, breaking, safe, stamped, write, write_pins
from plain_registry import PlainRegistry
from schema_workspace import Place, tree
from schemas import hold

NAME = "telemetry.FeedbackEvent"


@pytest.fixture
def place(tmp_path, binary):
    return Place(tmp_path / "store", binary)


@pytest.fixture
def workspace(tmp_path, binary, registry):
    made = Place(tmp_path / "workspace", binary)
    write_pins(made.folder / "schemas/v1", SCHEMAS)
    made.configure(registry.url)
    return made


def fetch(place, registry, *more, **options):
    return place.run("schemas", "fetch", "--track", "v1", "--registry-url", registry.url, *more, **options)


def check(place, registry, *more, **options):
    return place.run("schemas", "check", "--track", "v1", "--registry-url", registry.url, "--attempts", "1", *more, **options)


def state_of(report, name=NAME):
    return next(each for each in report["schemas"] if each["schema"] == name)


# --- green that is none

@pytest.mark.parametrize("level", ["note", "warning", "error", "breaking"])
def test_an_emptied_registry_is_never_in_step(workspace, registry, level):
    registry.tracks["v1"].clear()
    report = workspace.json("schemas", "check", "core", "--fail-on", level, expect=1)
    assert report["complete"] is False and report["synced"] == 0 and report["missing_in_registry"] == 3
    workspace.json("check", "schemas", expect=1)


def test_an_emptied_registry_that_is_waived_is_incomplete(workspace, registry):
    registry.tracks["v1"].clear()
    workspace.run("schemas", "check", "core", expect=1)
    for name in SCHEMAS:
        workspace.run("schemas", "accept", name, "--reason", "moving", "--until", "14d")
    report = workspace.json("schemas", "check", "core", expect=3)
    assert report["complete"] is False


# --- fetch loses nothing

def test_a_folder_of_pins_that_is_a_link_is_refused_and_its_target_stays(place, registry):
    write_pins(place.folder / "shared/pins", SCHEMAS)
    (place.folder / "schemas").symlink_to("shared/pins")
    registry.publish(NAME, stamped(safe(), NAME, "1.2.0"), "1.2.0")
    before = tree(place.folder / "shared")
    for more in ((), ("--force",), ("--output", "schemas/")):
        done = fetch(place, registry, *more, expect=2)
        assert "symbolic link" in done.stderr and "shared/pins" in done.stderr
    assert tree(place.folder / "shared") == before and (place.folder / "schemas").is_symlink()


def test_a_link_that_an_earlier_fetch_left_beside_the_pins_is_kept_and_never_followed(place, registry):
    write_pins(place.folder / "shared", SCHEMAS)
    (place.folder / ".schemas.fetch-OLD").symlink_to("shared")
    before = tree(place.folder / "shared")
    fetch(place, registry)
    assert tree(place.folder / "shared") == before
    kept, = place.folder.glob("schemas.backup-*")
    assert kept.is_symlink()
    fetch(place, registry)


# --- secrets

def everything(place):
    """All bytes that a run left: catalog, reports, pins."""
    return b"".join(path.read_bytes() for path in place.folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("userinfo", ["ana:s3cret-in-url", "s3cret-in-url"])
@pytest.mark.parametrize("form", ["table", "json", "sarif", "github", "markdown", "junit"])
def test_credentials_of_a_url_are_shown_and_kept_nowhere(place, registry, userinfo, form):
    place.run("init", expect=None)
    write_pins(place.folder / "tests/fixtures/schemas", SCHEMAS)
    registry.publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")
    registry.answers["/schemas/v1/telemetry.HealthStatus.schema"] = (500, {}, b"{}")
    url = registry.url.replace("//", f"//{userinfo}@")
    done = place.run("schemas", "check", "--track", "v1", "--registry-url", url, "--attempts", "1", "--format", form, expect=1)
    assert "s3cret" not in done.stdout + done.stderr and b"s3cret" not in everything(place)
    assert NAME in done.stdout


def test_a_registry_that_is_out_of_time_is_told_without_the_user_of_its_url(place, registry):
    write_pins(place.folder / "tests/fixtures/schemas", SCHEMAS)
    registry.answers[f"/schemas/v1/{NAME}.schema"] = (200, {}, None)
    url = registry.url.replace("//", "//s3cret-token@")
    done = place.run("schemas", "check", "--track", "v1", "--registry-url", url, "--attempts", "1", "--timeout", "700ms", expect=3)
    assert "s3cret" not in done.stdout + done.stderr and b"s3cret" not in everything(place)


def test_configured_credentials_go_to_the_configured_origin_alone(workspace, registry):
    other = PlainRegistry()
    try:
        for name, schema in SCHEMAS.items():
            other.publish(name, stamped(schema, name, "1.1.2"), "1.1.2")
        seen = []
        answer = other.answer
        other.answer = lambda handler: (seen.append(handler.headers.get("Authorization")), answer(handler))
        registry.token = "of-the-first"
        workspace.configure(registry.url, extra='token = "of-the-first"')
        workspace.run("schemas", "check", "core")
        workspace.run("schemas", "check", "core", "--registry-url", other.url)
        assert seen and set(seen) == {None}
        workspace.run("schemas", "check", "core", "--registry-url", registry.url + "/")
    finally:
        other.close()


# --- a catalog that fails

def without_episodes(workspace):
    """The catalog as it is, but for the table that episodes are kept in."""
    with sqlite3.connect(workspace.folder / "catalog.db") as catalog:
        catalog.execute("ALTER TABLE schema_drift_episode RENAME TO gone")


def test_drift_is_told_though_the_catalog_can_not_keep_it(workspace, registry):
    without_episodes(workspace)
    registry.publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")
    done = workspace.run("schemas", "check", "core", "--output", "out.json", expect=1)
    assert "required_added" in done.stdout
    report = workspace.report("out.json")
    assert report["complete"] is False and state_of(report)["class"] == "breaking"


def test_a_catalog_that_fails_is_no_pass_even_where_failing_open_is_asked_for(workspace, registry):
    without_episodes(workspace)
    for more in ((), ("--fail-open",)):
        done = workspace.run("schemas", "check", "core", "--output", "out.json", *more, expect=5)
        assert "(exit 5)" in done.stdout, "what is said and the code are one"
        assert workspace.report("out.json")["complete"] is False
        workspace.run("check", "schemas", *more, expect=5)


# --- another track, and the pins themselves

@pytest.mark.parametrize("registry_folder", ["published", "published/"])
def test_a_folder_that_has_no_such_track_is_not_taken_for_it(place, registry_folder):
    write_pins(place.folder / "schemas/v1", SCHEMAS)
    for name, schema in SCHEMAS.items():
        write(place.folder / "published", f"{name}.json", schema)
        write(place.folder / "published/v2", f"{name}.json", schema)
    place.configure(registry_folder)
    report = place.json("schemas", "check", "core", expect=3)
    assert report["error"]["kind"] == "not_found" and report["synced"] == 0


def test_a_name_that_two_files_have_is_no_answer(place):
    write_pins(place.folder / "schemas/v1", SCHEMAS)
    for name, schema in SCHEMAS.items():
        write(place.folder / "published/v1", f"{name}.json", schema)
    write(place.folder / "published/v1", f"{NAME}.schema.json", breaking())
    place.configure("published")
    report = place.json("schemas", "check", "core", expect=3)
    assert report["error"]["kind"] == "index_inconsistent" and NAME in report["error"]["detail"]
    (place.folder / f"published/v1/{NAME}.schema.json").unlink()
    write(place.folder / f"published/v1/{NAME}", "1.0.0.json", breaking())
    assert place.json("schemas", "check", "core", expect=3)["error"]["kind"] == "index_inconsistent"


@pytest.mark.parametrize("registry_folder", ["schemas/v1", "./schemas/v1/", "schemas", "link"])
def test_pins_are_not_held_against_themselves(place, registry_folder):
    write_pins(place.folder / "schemas/v1", SCHEMAS)
    (place.folder / "link").symlink_to("schemas/v1")
    place.configure(registry_folder)
    for verb in ("check", "fetch"):
        assert "itself" in place.run("schemas", verb, "core", expect=2).stderr


def test_a_folder_of_another_track_is_said_and_not_mixed(place, registry):
    for name, schema in SCHEMAS.items():
        registry.publish(name, stamped(schema, name, "2.0.0", track="v2"), "2.0.0", track="v2")
    fetch(place, registry)
    before = tree(place.folder / "schemas")
    done = place.run("schemas", "fetch", "--track", "v2", "--registry-url", registry.url, "--schemas", NAME, expect=4)
    assert "v1" in done.stderr and "v2" in done.stderr and tree(place.folder / "schemas") == before
    done = place.run("schemas", "check", "--track", "v2", "--registry-url", registry.url, "--schema-dir", "schemas", expect=1)
    assert "other_track" in done.stdout
    place.run("schemas", "check", "--track", "v1", "--registry-url", registry.url, "--schema-dir", "schemas")


# --- fetch believes no more than check does, and takes nothing breaking over in silence

@pytest.mark.parametrize("kind", ["seed", "auto"])
def test_fetch_refuses_content_that_is_not_what_its_own_hash_says(workspace, registry, kind):
    workspace.configure(registry.url, extra=f'declared_hash = "{kind}"')
    registry.publish(NAME, stamped(safe(), NAME, "1.2.0"), "1.2.0")
    registry.declared[NAME] = "0" * 64
    before = tree(workspace.folder / "schemas")
    done = workspace.run("schemas", "fetch", "core", expect=3)
    assert "hash_mismatch" in done.stderr and tree(workspace.folder / "schemas") == before


def test_fetch_refuses_a_schema_of_another_id(place, registry):
    registry.ids[NAME] = "https://schemas.example/v1/another"
    done = fetch(place, registry, expect=3)
    assert "id_mismatch" in done.stderr and tree(place.folder / "schemas") is None


@pytest.mark.parametrize("damage", ["cut off", "deleted", "all deleted"])
def test_a_damaged_or_deleted_pin_lets_nothing_breaking_in(place, registry, damage):
    fetch(place, registry)
    folder = place.folder / "schemas"
    pin, whole = folder / f"{NAME}.json", tree(folder)
    registry.publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")

    def damaged():
        if damage == "cut off":
            pin.write_text('{"type"')
        else:
            pin.unlink(missing_ok=True)
        if damage == "all deleted":
            for name in SCHEMAS:
                (folder / f"{name}.json").unlink(missing_ok=True)

    damaged()
    before = tree(folder)
    for more in ((), ("--force",)):
        fetch(place, registry, *more, expect=4)
        assert tree(folder) == before
    del registry.tracks["v1"][NAME][1:]  # what was pinned comes back without a word
    fetch(place, registry, "--force")
    assert {name: hashed for name, hashed in tree(folder).items() if name in whole and name.startswith("telemetry")} == {
        name: hashed for name, hashed in whole.items() if name.startswith("telemetry")}
    registry.publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")
    damaged()
    fetch(place, registry, "--force", "--accept", "breaking")
    assert json.loads(pin.read_text()) == stamped(breaking(), NAME, "1.2.7")


@pytest.mark.parametrize("answer", [(200, {"Content-Type": "text/html"}, b"<html>"), (200, {}, b""), (200, {}, b"\xff\xfe"),
                                    (404, {}, b"{}"), (200, {}, b'{"tracks":{}}')])
def test_a_registry_that_misbehaves_is_no_bad_usage(place, registry, answer):
    registry.answers["/index"] = answer
    fetch(place, registry, expect=3)
    del registry.answers["/index"]
    registry.answers[f"/schemas/v1/{NAME}.schema"] = answer
    fetch(place, registry, expect=3)
    write(place.folder, "old.json", {})
    place.run("schemas", "diff", "old.json", f"registry:{NAME}", "--track", "v1", "--registry-url", registry.url, expect=3)


@pytest.mark.parametrize("name", ["_metadata", "schemas.lock", "a.schema", "a\u0007b", "a\nb", "a\u007fb"])
def test_a_name_that_would_not_be_read_back_is_refused(place, registry, name):
    registry.tracks["v1"][name] = [("1.0.0", {})]
    fetch(place, registry, "--all", expect=(2, 3))
    assert tree(place.folder) == {}


def test_a_fetch_that_dies_has_said_what_it_takes_over(workspace, registry):
    workspace.run("schemas", "fetch", "core")
    registry.publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")
    workspace.run("schemas", "fetch", "core", "--accept", "breaking", expect=None,
                  env={"HOLDFAST_FAILPOINTS": "schemas.fetch_exchanged=kill"})
    began = workspace.events("schema.fetch_began")[-1]["fields"]
    assert (began["schema"], began["class"], began["version"]) == (NAME, "breaking", "1.2.7")


def fetched(workspace):
    shown = workspace.json("incidents", "show", f"schema:core/{NAME}")
    return shown["resolved_at"], [each["value"] for each in shown["review"] if each["key"] == "fetched"]


def test_the_fetch_that_mended_it_is_in_the_review_though_a_check_came_before_its_last_event(workspace, registry):
    workspace.run("schemas", "fetch", "core")
    registry.publish(NAME, stamped(safe(), NAME, "1.2.0"), "1.2.0")
    workspace.run("schemas", "check", "core", expect=1)
    assert fetched(workspace) == (None, [])
    paused = pause(workspace, "schemas.fetch_exchanged", "schemas", "fetch", "core")
    workspace.run("schemas", "check", "core")
    resolved_at, (before,) = fetched(workspace)
    assert resolved_at and before.startswith("1.2.0 over 1.1.2 (safe) by ") and before.endswith(", not ended")
    let_go(*paused)
    assert paused[0].returncode == 0
    assert fetched(workspace) == (resolved_at, [before.removesuffix(", not ended")])


def test_nothing_is_written_where_it_can_not_be_said_first(workspace, registry):
    registry.publish(NAME, stamped(safe(), NAME, "1.2.0"), "1.2.0")
    before = tree(workspace.folder / "schemas")
    with sqlite3.connect(workspace.folder / "catalog.db") as catalog:
        catalog.execute("ALTER TABLE event RENAME TO event_gone")
    workspace.run("schemas", "fetch", "core", expect=(2, 5))
    assert tree(workspace.folder / "schemas") == before


# --- what is let go, and what is looked at once

def test_a_schema_that_is_pinned_no_more_ends_its_episode_and_its_incident(workspace, registry):
    registry.publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")
    workspace.run("schemas", "check", "core", expect=1)
    (workspace.folder / f"schemas/v1/{NAME}.json").unlink()
    workspace.run("schemas", "check", "core")
    assert workspace.json("schemas", "history", "--open")["episodes"] == []
    assert workspace.json("incidents", "list")["incidents"] == []
    event, = workspace.events("schema.drift_resolved")
    assert event["fields"]["reason"] == "unpinned"
    workspace.run("schemas", "check", "core")
    assert len(workspace.events("schema.drift_resolved")) == 1


def test_a_look_at_something_else_moves_nothing_of_the_section(workspace, registry):
    registry.publish(NAME, stamped(breaking(), NAME, "1.2.7"), "1.2.7")
    workspace.run("schemas", "check", "core", expect=1)

    def kept():
        episodes = [(each["id"], each["closed_at"], each["looks"]) for each in workspace.json("schemas", "history")["episodes"]]
        return workspace.json("incidents", "list"), episodes, [each for each in workspace.events() if each["name"].startswith("schema.")]

    before = kept()
    staging = PlainRegistry()
    try:
        for name, schema in SCHEMAS.items():
            staging.publish(name, stamped(schema, name, "1.1.2"), "1.1.2")
        done = workspace.run("schemas", "check", "core", "--registry-url", staging.url)
        assert "schemas.core" in done.stderr
    finally:
        staging.close()
    workspace.run("schemas", "check", "core", "--registry-url", staging.url, expect=3)
    workspace.run("schemas", "check", "core", "--schema-dir", "nowhere", expect=3)
    assert kept() == before


def test_a_check_that_ends_early_leaves_no_report_of_yesterday(place, registry):
    write_pins(place.folder / "tests/fixtures/schemas", SCHEMAS)
    check(place, registry)
    assert place.report()["complete"]
    place.run("schemas", "check", "--track", "v1", "--registry-url", "http://127.0.0.1:99999", expect=2)
    assert not (place.folder / "drift_report.json").exists()


# --- contract tests that test nothing

def test_a_contract_without_a_test_is_incomplete(workspace, registry):
    workspace.configure(registry.url, extra=f'critical = ["{NAME}"]')
    said = workspace.json("schemas", "contract", "core", expect=3)
    assert said["total"] == 0


def test_samples_that_can_not_be_read_are_told_and_not_passed(workspace, tmp_path):
    good = {"coordinator_id": "a", "queue_size": 1, "level": "ok"}
    samples = workspace.folder / "samples"
    write(samples, f"{NAME}-1.json", good)
    workspace.run("schemas", "contract", "core", "--samples", "samples")
    write(tmp_path / "elsewhere", f"{NAME}-2.json", {"coordinator_id": 1})
    (samples / NAME).symlink_to(tmp_path / "elsewhere")
    said = workspace.json("schemas", "contract", "core", "--samples", "samples", expect=3)
    hold("schemas-contract", said)
    assert (said["total"], said["failed"], said["undecided"]) == (2, 0, 1)
    (samples / NAME).unlink()
    (samples / f"{NAME}-3.json").write_text("{")
    workspace.run("schemas", "contract", "core", "--samples", "samples", expect=3)
    write(samples, f"{NAME}-4.json", {"coordinator_id": 1})
    workspace.run("schemas", "contract", "core", "--samples", "samples", expect=1)


def test_warning_passes_what_is_invalid_and_not_what_can_not_be_read(workspace):
    schema = f"schemas/v1/{NAME}.json"
    write(workspace.folder, "bad.json", {})
    workspace.run("schemas", "validate", "bad.json", "--schema", schema, "--mode", "warn")
    (workspace.folder / "cut.json").write_text("{")
    workspace.run("schemas", "validate", "bad.json", "cut.json", "--schema", schema, "--mode", "warn", expect=3)
