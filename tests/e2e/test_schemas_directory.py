# SPDX-License-Identifier: Apache-2.0
"""A directory as the registry: a folder, versions in folders, a revision of a git repository; and `schemas diff` between all of them."""
import json
import subprocess

import jsonschema
import pytest
from pins import FEEDBACK, HEALTH, SCHEMAS, breaking, safe, stamped, write, write_pins
from schema_workspace import Place
from schemas import hold

NAME = "telemetry.FeedbackEvent"


@pytest.fixture
def place(tmp_path, binary):
    made = Place(tmp_path / "workspace", binary)
    write_pins(made.folder / "schemas/v1", SCHEMAS)
    return made


def git(folder, *arguments):
    done = subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *arguments], cwd=folder, text=True,
                          capture_output=True, check=True)
    return done.stdout.strip()


def test_a_folder_with_and_without_tracks(place):
    for name, schema in SCHEMAS.items():
        write(place.folder / "registry/v1", f"{name}.schema.json", stamped(schema, name, "1.2.0"))
        write(place.folder / "registry/v2", f"{name}.schema.json", {})
        write(place.folder / "flat/v1", f"{name}.json", schema)
    place.configure("registry")
    place.run("check")
    place.configure("flat/v1")
    place.run("check")
    place.configure("nowhere")
    report = place.json("schemas", "check", "core", expect=3)
    assert report["error"]["kind"] == "no_folder" and report["synced"] == 0


def test_versions_in_folders_the_highest_is_the_latest(place):
    for version, schema in (("1.9.0", FEEDBACK), ("1.10.0", breaking()), ("1.10.0-rc1", safe())):
        write(place.folder / f"registry/v1/{NAME}", f"{version}.json", schema)
    place.configure("registry")
    report = place.json("schemas", "check", "core", expect=1)
    state = next(each for each in report["schemas"] if each["schema"] == NAME)
    assert state["registry_version"] == "1.10.0" and state["class"] == "breaking"
    said = place.json("schemas", "diff", f"registry:{NAME}@1.9.0", f"registry:{NAME}@1.10.0-rc1", "--track", "v1", expect=1)
    hold("schemas-diff", said)
    assert said["class"] == "safe"


def test_a_revision_of_a_git_repository_is_what_git_says(place):
    for name, schema in SCHEMAS.items():
        write(place.folder / "published/v1", f"{name}.json", schema)
    git(place.folder, "init", "-q")
    git(place.folder, "add", "published")
    git(place.folder, "commit", "-qm", "one")
    first = git(place.folder, "rev-parse", "HEAD")
    write(place.folder / "published/v1", f"{NAME}.json", breaking())
    place.configure("git:HEAD:published")
    place.run("check")  # what is committed, not what lies there
    git(place.folder, "commit", "-qam", "two")
    report = place.json("schemas", "check", "core", expect=1)
    assert next(each for each in report["schemas"] if each["schema"] == NAME)["class"] == "breaking"
    place.configure(f"git:{first}:published")
    place.run("check")
    said = place.json("schemas", "diff", f"git:{first}:published/v1/{NAME}.json", f"git:HEAD:published/v1/{NAME}.json", expect=1)
    assert said["class"] == "breaking" and said["verdict"]["backward"] == "no"
    place.configure("git:no-such-revision:published")
    report = place.json("schemas", "check", "core", expect=3)
    assert report["error"]["kind"] == "not_found" and "no-such-revision" in report["error"]["detail"]
    place.run("check", "schemas", expect=3)


@pytest.mark.parametrize("revision", ["--output=stolen", "-n"])
def test_a_revision_is_never_an_option(place, revision):
    place.configure(f"git:{revision}:published")
    place.run("check", "schemas", expect=3)
    assert not (place.folder / "stolen").exists()


def test_diff_says_what_a_change_means_and_proves_it(place):
    write(place.folder, "old.json", HEALTH)
    new = json.loads(json.dumps(HEALTH))
    new["properties"]["state"]["enum"].append("paused")
    write(place.folder, "new.json", new)
    said = place.json("schemas", "diff", "old.json", "new.json", expect=1)
    hold("schemas-diff", said)
    assert said["class"] == "breaking" and said["verdict"] == {"backward": "yes", "forward": "no", "full": "no"}
    old_valid, new_valid = (jsonschema.Draft202012Validator(each).is_valid(said["forward_witness"]) for each in (HEALTH, new))
    assert new_valid and not old_valid
    assert [each["rule"] for each in said["changes"]] == ["schema.enum_value_added"]
    assert place.json("schemas", "diff", "old.json", "old.json")["class"] == "identical"
    for form in ("sarif", "junit", "github", "markdown", "text"):
        done = place.run("schemas", "diff", "old.json", "new.json", "--format", form, expect=1)
        said = done.stdout.replace("\\", "")
        assert "enum_value_added" in said, said
        assert "; pinned " not in said and ", the registry has " not in said, "of two files neither is a pin or in a registry"
        title = {"markdown": "# Holdfast check of new.json against old.json\n", "junit": '<testsuites name="holdfast new.json against old.json">',
                 "sarif": '"id": "holdfast/new.json%20against%20old.json/"'}.get(form, "")
        assert title in said, said[:500]
    place.run("schemas", "diff", "old.json", "missing.json", expect=2)


def test_the_contract_hash_is_of_what_documents_can_see(place):
    write(place.folder, "a.json", FEEDBACK)
    told = json.loads(json.dumps(FEEDBACK)) | {"description": "more words", "$track": "v2"}
    told["$defs"] = {"Other": told["$defs"]["Level"]}  # called otherwise, and the set of values in another order
    told["$defs"]["Other"]["enum"].reverse()
    told["properties"]["level"]["$ref"] = "#/$defs/Other"
    write(place.folder, "b.json", told)
    write(place.folder, "c.json", breaking())
    same = place.json("schemas", "diff", "a.json", "b.json", "--fail-on", "breaking")
    hold("schemas-diff", same)
    assert same["old_contract_sha256"] == same["new_contract_sha256"] and same["old_sha256"] != same["new_sha256"]
    other = place.json("schemas", "diff", "a.json", "c.json", expect=1)
    assert other["old_contract_sha256"] == same["old_contract_sha256"] != other["new_contract_sha256"]
    alike = place.json("schemas", "diff", "a.json", "a.json")
    assert alike["old_contract_sha256"] == alike["new_contract_sha256"] == same["old_contract_sha256"]


def test_validate_agrees_with_pythons_validator(place):
    write(place.folder, "good.json", {"service": "a", "state": "ok"})
    write(place.folder, "bad.json", {"service": "a", "state": "gone"})
    schema = "schemas/v1/telemetry.HealthStatus.json"
    said = place.json("schemas", "validate", "good.json", "bad.json", "--schema", schema, expect=1)
    hold("schemas-validate", said)
    truth = jsonschema.Draft202012Validator(HEALTH)
    for each in said["results"]:
        assert each["valid"] == truth.is_valid(json.loads((place.folder / each["file"]).read_text()))
    place.run("schemas", "validate", "bad.json", "--schema", schema, "--mode", "warn")
    place.run("schemas", "validate", "good.json", "--schema", schema)


def test_contract_holds_samples_and_extended_models_against_the_pins(place):
    place.configure("schemas/v1")
    write(place.folder / "samples", f"{NAME}-1.json", {"coordinator_id": "a", "queue_size": 1, "level": "ok"})
    extended = json.loads(json.dumps(FEEDBACK))
    extended["properties"]["reason"] = {"type": "string", "default": None}
    write(place.folder, "extended.json", extended)
    said = place.json("schemas", "contract", "core", "--samples", "samples", "--extends", "extended.json", "--of", NAME)
    hold("schemas-contract", said)
    assert (said["total"], said["failed"]) == (2, 0)
    extended["required"].append("reason")
    write(place.folder, "extended.json", extended)
    write(place.folder / "samples", f"{NAME}-2.json", {"coordinator_id": "a"})
    write(place.folder / "samples", "stranger.json", {})
    said = place.json("schemas", "contract", "core", "--samples", "samples", "--extends", "extended.json", "--of", NAME, expect=1)
    hold("schemas-contract", said)
    assert (said["total"], said["failed"]) == (4, 3)


def test_contract_holds_against_what_is_published_before_it_is_fetched(place):
    for name, schema in SCHEMAS.items():
        write(place.folder / "registry/v1", f"{name}.json", schema)
    place.configure("registry")
    sample = {"coordinator_id": "a", "queue_size": 1, "level": "ok"}
    write(place.folder / "samples", f"{NAME}.json", sample)
    write(place.folder, "ours.json", FEEDBACK)
    words = ("schemas", "contract", "core", "--samples", "samples", "--extends", "ours.json", "--of", NAME)
    place.run(*words)
    assert "2 of 2 contract tests passed against what" in place.run(*words, "--published").stdout
    write(place.folder / "registry/v1", f"{NAME}.json", breaking())
    place.run(*words)  # the pins are as they were
    said = place.json(*words, "--published", expect=1)
    hold("schemas-contract", said)
    assert said["against"] == "published" and (said["total"], said["failed"]) == (2, 2)
    model, = said["extensions"]
    assert model["within"] == "no"
    assert jsonschema.Draft202012Validator(FEEDBACK).is_valid(model["witness"])
    assert not jsonschema.Draft202012Validator(breaking()).is_valid(model["witness"])
    write(place.folder / "samples", f"{NAME}.json", {**sample, "new_field": "b"})
    write(place.folder, "ours.json", breaking())
    place.run(*words, "--published")


@pytest.mark.parametrize("damage", ["gone", "no schema", "no registry", "damaged pin"])
def test_what_is_not_published_as_it_should_be_is_no_pass(place, damage):
    for name, schema in SCHEMAS.items():
        write(place.folder / "registry/v1", f"{name}.json", schema)
    place.configure("registry")
    write(place.folder / "samples", f"{NAME}.json", {"coordinator_id": "a", "queue_size": 1, "level": "ok"})
    published = place.folder / f"registry/v1/{NAME}.json"
    if damage == "gone":
        published.unlink()
    elif damage == "no schema":
        published.write_text("[]")
    elif damage == "damaged pin":
        (place.folder / f"schemas/v1/{NAME}.json").write_text("{")
    else:
        place.configure("nowhere")
    done = place.run("schemas", "contract", "core", "--samples", "samples", "--published", expect=3)
    assert "passed" not in done.stdout or "0 of 1" in done.stdout


def test_explain_names_the_samples_that_break(place):
    for name, schema in SCHEMAS.items():
        write(place.folder / "registry/v1", f"{name}.json", schema)
    place.configure("registry")
    good = {"coordinator_id": "a", "queue_size": 1, "level": "ok"}
    write(place.folder / "samples", f"{NAME}-old.json", good)
    write(place.folder / "samples", f"{NAME}-new.json", {**good, "new_field": "b"})
    write(place.folder / "samples", f"{NAME}-never.json", {"coordinator_id": 1})
    write(place.folder / "samples", "telemetry.HealthStatus.json", {"service": "a", "state": "ok"})
    write(place.folder / "registry/v1", f"{NAME}.json", breaking())
    place.run("check", expect=1)
    said = place.json("schemas", "explain", NAME)
    hold("schemas-explain", said)
    assert said["samples"] is None
    said = place.json("schemas", "explain", NAME, "--samples", "samples")
    hold("schemas-explain", said)
    assert said["samples"] == {"folder": "samples", "held": 3, "broken": [f"samples/{NAME}-old.json"], "not_held": []}
    told = place.run("schemas", "explain", NAME, "--samples", "samples").stdout
    assert "1 of 3 samples" in told and f"samples/{NAME}-old.json" in told and "-never" not in told
    place.run("schemas", "explain", NAME, "--samples", "nowhere", expect=2)
    place.configure("nowhere")
    done = place.run("schemas", "explain", NAME, "--samples", "samples", expect=3)
    assert "schema.required_added" in done.stdout, "what is known is told"


def test_config_names_the_key_and_the_nearest(place):
    place.configure("flat")
    text = (place.folder / "holdfast.toml").read_text()
    for wrong, said in (("fixtures", "fixture"), ("registry = \"flat\"", "registry = \"flat\"\nkind = \"plane\""),
                        ("registry = \"flat\"", "registry = \"flat\"\ntoken = \"x\"")):
        (place.folder / "holdfast.toml").write_text(text.replace(wrong, said, 1))
        done = place.run("check", expect=2)
        assert "schemas.core" in done.stderr
