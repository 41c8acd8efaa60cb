# SPDX-License-Identifier: Apache-2.0
"""`holdfast schemas fetch` killed with -9 at every failpoint: the folder of pins is the old one or the new one, never a mixture; the same command
finishes, leaves nothing behind and loses nothing that somebody edited."""
import os
import pathlib
import re
import signal
import subprocess

import pytest
from pins import SCHEMAS, safe, stamped
from schema_workspace import Place, tree

SOURCE = pathlib.Path(__file__).resolve().parents[2]
FAILPOINTS = [
    "schemas.fetch_began",
    "schemas.fetch_wrote_one",
    "schemas.fetch_written",
    "schemas.fetch_before_exchange",
    "schemas.fetch_exchanged",
    "schemas.fetch_before_put_away",
]
NAME = "telemetry.FeedbackEvent"
PINS = [f"{name}.json" for name in SCHEMAS]


def pins(folder):
    found = tree(folder)
    return None if found is None else {name: found.get(name) for name in PINS}


def test_the_list_of_failpoints_is_that_of_the_code():
    names = set()
    for file in (SOURCE / "src/schemas").glob("*.cpp"):
        if file.name.startswith("published"):  # test_publishing_killed.py
            continue
        names |= set(re.findall(r'HOLDFAST_FAILPOINT\("([^"]+)"\)', file.read_text()))
    assert names == set(FAILPOINTS)


@pytest.mark.parametrize("visit", [1, 3])
@pytest.mark.parametrize("failpoint", FAILPOINTS)
@pytest.mark.parametrize("state", ["none", "fetched", "edited"])
def test_killed_at_a_failpoint_the_folder_is_old_or_new(tmp_path, binary, registry, state, failpoint, visit):
    place = Place(tmp_path / "store", binary)
    command = ["schemas", "fetch", "--track", "v1", "--registry-url", registry.url]
    if state != "none":
        place.run(*command)
        for name, schema in SCHEMAS.items():  # all three change, so that a mixture would show
            registry.publish(name, stamped({**schema, "description": "new"}, name, "1.2.0"), "1.2.0")
    if state == "edited":
        (place.folder / f"schemas/{NAME}.json").write_text('{"title":"mine, nowhere else"}')
        command += ["--force", "--accept", "breaking"]
    old = pins(place.folder / "schemas")
    edited = None if old is None else old[f"{NAME}.json"]
    reference = Place(tmp_path / "reference", binary)
    reference.run("schemas", "fetch", "--track", "v1", "--registry-url", registry.url)
    new = pins(reference.folder / "schemas")

    killed = place.run(*command, expect=None, env={"HOLDFAST_FAILPOINTS": f"{failpoint}={visit}*kill"})
    reached = killed.returncode == -signal.SIGKILL
    assert reached or visit > 1 or (state == "none" and failpoint == "schemas.fetch_before_put_away")
    assert pins(place.folder / "schemas") in (old, new)

    place.run(*command)
    assert pins(place.folder / "schemas") == new
    assert not [path.name for path in place.folder.iterdir() if ".fetch-" in path.name]
    if state == "edited":
        backups = [tree(path) for path in place.folder.glob("schemas.backup-*")]
        assert [each for each in backups if each[f"{NAME}.json"] == edited], "the edited pin is lost"


def test_a_failure_in_the_middle_leaves_what_was_there(tmp_path, binary, registry):
    place = Place(tmp_path / "store", binary)
    command = ["schemas", "fetch", "--track", "v1", "--registry-url", registry.url]
    place.run(*command)
    before = tree(place.folder / "schemas")
    registry.publish(NAME, stamped(safe(), NAME, "1.2.0"), "1.2.0")
    for failpoint in FAILPOINTS[:4]:
        place.run(*command, expect=5, env={"HOLDFAST_FAILPOINTS": f"{failpoint}=error"})
        assert tree(place.folder / "schemas") == before
        assert not [path.name for path in place.folder.iterdir() if ".fetch-" in path.name]


def test_a_pin_changed_while_the_new_ones_are_written_is_not_overwritten(tmp_path, binary, registry):
    place = Place(tmp_path / "store", binary)
    command = ["schemas", "fetch", "--track", "v1", "--registry-url", registry.url]
    place.run(*command)
    registry.publish(NAME, stamped(safe(), NAME, "1.2.0"), "1.2.0")
    pause = tmp_path / "pause"
    running = subprocess.Popen([binary, *command], cwd=place.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env={**os.environ, "HOLDFAST_FAILPOINTS": f"schemas.fetch_written=pause:{pause}"})
    while not pause.exists():
        assert running.poll() is None
    (place.folder / f"schemas/{NAME}.json").write_text("{}")
    pause.unlink()
    _, said = running.communicate(timeout=60)
    assert running.returncode == 4, said
    assert (place.folder / f"schemas/{NAME}.json").read_text() == "{}"
