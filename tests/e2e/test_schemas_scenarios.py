# SPDX-License-Identifier: Apache-2.0
"""The runbook's scenarios walked through from the alert to the review, as whoever is called does it: the commands are the page's own, line by
line, with the exit codes that it promises; the registry is `holdfast schemas serve`, the pins and the core live in git, and the alerts come
from Debian's Prometheus and Alertmanager with seconds for minutes."""
import copy
import json
import os
import re
import subprocess
import time

import jsonschema
import pytest
from pins import COMPONENT, FEEDBACK, HEALTH, breaking, safe
from prom_stack import SOURCE, PromStack, TextfileServer, until
from runbook import Runbook
from served import Served
from webhook import WebhookReceiver
from workspace import SqliteDatabase, Workspace

RUNBOOK = Runbook(SOURCE / "docs/runbooks/schema-drift.md")
LOOK, AFTERWARDS = "Look", "Afterwards"
A, B = "A. The registry was updated", "B. Our copy is damaged"
C, D = "C. The registry is wrong", "D. The registry published a breaking change"
NOBODY = "Nobody is looking"
FEEDBACK_EVENT, HEALTH_STATUS = "telemetry.FeedbackEvent", "telemetry.HealthStatus"
CRITICAL, ACTIVE = "CriticalSchemaDriftSustained", "SchemaDriftActive"
PINS = "tests/fixtures/schemas"
SAMPLE = {"coordinator_id": "a", "queue_size": 1, "level": "ok"}
GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_AUTHOR_NAME": "ana", "GIT_AUTHOR_EMAIL": "ana@example.com",
       "GIT_COMMITTER_NAME": "ana", "GIT_COMMITTER_EMAIL": "ana@example.com"}


def extended(core):
    """The store's model of an event: the core's, and an optional field more."""
    model = copy.deepcopy(core)
    model["properties"]["reason"] = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
    return model


class Alerting:
    """The stack, and what its webhook was told; `path` is the textfile of the store that is scraped."""

    def __init__(self, folder):
        self.textfile = TextfileServer()
        self.hook = WebhookReceiver()
        self.stack = PromStack(folder, self.textfile.address, self.hook.url)

    def close(self):
        self.stack.stop()
        self.textfile.close()
        self.hook.close()

    def told(self, repo, status, name, schema, since=0):
        """The alerts of that kind, oldest first, that came after the first `since` messages."""
        return [alert for event in self.hook.events()[since:] for alert in event["alerts"]
                if alert["status"] == status and alert["labels"]["alertname"] == name and alert["labels"].get("repo") == repo
                and alert["labels"].get("schema") == schema]


@pytest.fixture(scope="module")
def alerting(tmp_path_factory):
    made = Alerting(tmp_path_factory.mktemp("stack"))
    yield made
    made.close()


class Walk:
    """A store with its pins in git, the core's repository, a registry, and somebody on call."""

    def __init__(self, folder, binary, alerting, repo):
        self.folder, self.binary, self.alerting, self.repo = folder / "store", binary, alerting, repo
        self.core = folder / "market-data-core"
        self.registry_workspace = Workspace.make(folder / "registry", binary, SqliteDatabase(folder / "registry.db"))
        self.registry = Served(self.registry_workspace)
        self.env = {}
        (folder / "bin").mkdir()
        (folder / "bin/holdfast").symlink_to(binary)
        self.path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        self.current = {FEEDBACK_EVENT: FEEDBACK, HEALTH_STATUS: HEALTH, "telemetry.HealthComponent": COMPONENT}
        for name, schema in self.current.items():
            self.publish(name, "1.2.0", schema)
        self.make_core()
        self.make_store()
        alerting.textfile.path = self.folder / "holdfast.prom"

    def close(self):
        self.registry.end()
        for silence in self.alerting.stack.amtool("silence", "query", "--quiet").split():  # a walk that failed left it
            self.alerting.stack.amtool("silence", "expire", silence)

    # --- what others do

    def publish(self, name, version, schema):
        assert self.registry.publish(name, version, schema).status == 201

    def make_core(self):
        for name, schema in self.current.items():
            self.write(self.core / f"schemas/v1/{name}.schema", schema)
        self.sh("git init -q -b master && git add . && git commit -qm 'schemas 1.2.0'", folder=self.core)

    def make_store(self):
        self.write(self.folder / f"tests/samples/{FEEDBACK_EVENT}.json", SAMPLE)
        self.write(self.folder / "our/FeedbackEvent.json", extended(FEEDBACK))
        (self.folder / "src").mkdir()
        (self.folder / "src/feedback.py").write_text("class FeedbackEvent(CoreFeedback):\n    reason: str | None = None\n")
        (self.folder / ".gitignore").write_text("catalog.db*\nholdfast.prom\ndrift_report.json\n")
        (self.folder / "holdfast.toml").write_text(
            f'[workspace]\nname = "{self.repo}"\nactor = "ana"\ncatalog = "sqlite:catalog.db"\n\n[schemas.core]\ntrack = "v1"\n'
            f'fixtures = "{PINS}"\nregistry = "{self.registry.origin}"\ncritical = ["{FEEDBACK_EVENT}"]\nattempts = 1\ninterval = "10m"\n\n'
            '[metrics]\ntextfile = "holdfast.prom"\n')
        self.sh("holdfast migrate upgrade && holdfast schemas fetch --all && holdfast check && git init -q && git add . && git commit -qm store")

    @staticmethod
    def write(path, document):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, indent=2) + "\n")

    # --- what whoever is called does

    def sh(self, line, expect=0, folder=None):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("REGISTRY_", "HOLDFAST_"))}
        done = subprocess.run(["bash", "-o", "pipefail", "-c", line], cwd=folder or self.folder, text=True, capture_output=True, check=False,
                              timeout=120, env={**kept, **GIT, "USER": "ana", "PATH": self.path, **self.env})
        assert done.returncode == expect, f"$ {line}\nexit {done.returncode}, expected {expect}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done.stdout

    def follow(self, heading, number=0):
        """Runs a block of the page; what each of its lines printed. An `export` is the reader's own to fill in."""
        printed = []
        for line in RUNBOOK.block(heading, number):
            if named := re.match(r"export (\w+)=", line.text):
                assert named[1] in self.env, f"the page asks for {named[1]}, and nobody knows it"
                continue
            printed.append(self.sh(line.text, expect=line.exit_code))
        return printed

    def look(self, expect=1):
        """A look of the timer's, between those of whoever is called."""
        self.sh("holdfast check", expect=expect)

    def called(self, name, schema):
        """Waits for the alert, and takes what the page asks for out of its labels."""
        alert = until(lambda: (self.alerting.stack.alerts(), self.alerting.stack.logs()),
                      lambda: self.alerting.told(self.repo, "firing", name, schema))[0]
        labels = alert["labels"]
        assert labels["track"] == "v1" and schema in alert["annotations"]["summary"]
        assert alert["annotations"]["runbook"] == "docs/runbooks/schema-drift.md"
        self.env = {"REGISTRY_URL": labels["registry"], "SCHEMA": labels["schema"], "CORE": str(self.core),
                    "ALERTMANAGER_URL": f"http://127.0.0.1:{self.alerting.stack.alertmanager_port}",
                    "PROMETHEUS_URL": f"http://127.0.0.1:{self.alerting.stack.prometheus_port}"}
        assert self.follow(LOOK, 0) == []
        checked, listed = self.follow(LOOK, 1)
        assert schema in checked
        self.env["ID"] = re.search(rf"^ *(\d+) +schema:core/{re.escape(schema)} ", listed, re.MULTILINE)[1]
        explained, history, published, _ = self.follow(LOOK, 2)
        assert schema in history and json.loads(published.splitlines()[0])
        return alert, explained

    def ended(self, name, schema, since=0):
        return until(lambda: (self.alerting.stack.alerts(), self.alerting.stack.logs()),
                     lambda: self.alerting.told(self.repo, "resolved", name, schema, since))[0]

    def messages(self):
        return len(self.alerting.hook.events())

    # --- afterwards

    def review(self):
        """The page that is in the repository then, and the alerts that Prometheus says fired."""
        _, _, fired, _, _ = self.follow(AFTERWARDS)
        name, = self.sh("git show --name-only --format= HEAD").split()
        assert re.fullmatch(r"docs/incidents/drift_20\d{6}\.md", name), "it was committed"
        return (self.folder / name).read_text(), set(re.findall(r'alertname="(\w+)"', fired))


def row(review, key):
    """The value behind a key of the review's first table."""
    return re.search(rf"^\| {re.escape(key)} \| (.*) \|$", review.replace("\\", ""), re.MULTILINE)[1]


def seconds(review, key):
    """A time such as "12 s" or "1 min 3 s"."""
    return sum(int(amount) * {"s": 1, "min": 60}[unit] for amount, unit in re.findall(r"(\d+) (s|min)", row(review, key)))


def held(review, schema, how_long, **facts):
    """What every review says, whichever way it ended."""
    assert review.startswith("# Incident ") and f"schema:core/{schema}" in review
    assert row(review, "state") == "resolved"
    assert 0 < seconds(review, "active for") <= how_long + 1
    assert abs(seconds(review, "time to resolution") - seconds(review, "active for")) <= 1
    assert "Next:" not in review, "nothing is to be done any more"
    for key, value in facts.items():
        assert row(review, key.replace("_", " ").strip()) == value, key


@pytest.fixture
def walk(tmp_path, binary, alerting, request):
    made = Walk(tmp_path, binary, alerting, request.function.__name__.removeprefix("test_")[:10].replace("_", "-"))
    yield made
    made.close()


def test_every_command_of_the_page_is_run_here():
    """Blocks that were added to the page and to no walk."""
    assert {heading: len(blocks) for heading, blocks in RUNBOOK.blocks.items()} == {
        LOOK: 3, A: 3, B: 3, C: 5, D: 4, NOBODY: 1, AFTERWARDS: 1}


def test_scenario_a_the_registry_was_updated(walk):
    began = time.monotonic()
    said = walk.folder.parent / "watch.txt"
    with said.open("w") as out:
        watch = subprocess.Popen([walk.binary, "schemas", "watch", "core", "--interval", "1s"], cwd=walk.folder, stdout=out)
    try:
        walk.publish(FEEDBACK_EVENT, "1.3.0", safe())
        alert, explained = walk.called(CRITICAL, FEEDBACK_EVENT)  # the schema is critical, whatever the class
        assert alert["labels"]["severity"] == "warning" and "schema.property_added" in explained and "safe" in explained
        would, fetched = walk.follow(A, 0)
        assert "safe" in would and "1.2.0" in would and "1.3.0" in would and "would be pinned" in would
        assert "replaced" in fetched and "1 schema pinned, 2 kept" in fetched
        walk.write(walk.folder / "our/FeedbackEvent.json", extended(safe()))
        contract, *_ = walk.follow(A, 1)
        assert "2 of 2 contract tests passed" in contract
        assert walk.sh(f"git show --format=%s --name-only HEAD -- {PINS}").split("\n\n")[0] == "fix: sync schemas with Registry v1.X.X"
        checked, = walk.follow(A, 2)
        assert checked.rstrip().endswith("✅ All schemas synced")
        walk.ended(CRITICAL, FEEDBACK_EVENT)
        until(said.read_text, lambda: "in_step: 3 synced" in said.read_text())  # the alert may end before its next look
    finally:
        watch.terminate()
        watch.wait(timeout=60)
    assert "findings: 2 synced, 1 drifted" in said.read_text() and "in_step: 3 synced" in said.read_text().splitlines()[-1]
    review, fired = walk.review()
    episode, = json.loads(walk.sh("holdfast schemas history --json"))["episodes"]
    held(review, FEEDBACK_EVENT, time.monotonic() - began, class_="safe", pinned_version="1.2.0", published_version="1.3.0",
         seen_by_checks=str(episode["looks"]), fetched="1.3.0 over 1.2.0 (safe) by ana")
    assert CRITICAL in fired and episode["looks"] >= 2
    assert walk.sh("git status --porcelain") == ""


def test_scenario_b_our_copy_is_damaged(walk):
    began = time.monotonic()
    pin = walk.folder / f"{PINS}/{HEALTH_STATUS}.json"
    locked = pin.read_bytes()
    edited = json.loads(locked)
    del edited["properties"]["version"]
    walk.write(pin, edited)
    walk.sh("git commit -qam 'tidy up'")
    walk.look()
    alert, explained = walk.called(ACTIVE, HEALTH_STATUS)
    assert alert["labels"]["severity"] == "info" and "schema.pin_edited" in explained
    report = json.loads((walk.folder / "drift_report.json").read_text())
    assert [each["schema"] for each in report["schemas"] if each["edited"]] == [HEALTH_STATUS]
    health, log, diff = walk.follow(B, 0)
    assert json.loads(health)["status"] == "ok" and "tidy up" in log and "property_added" in diff
    walk.sh(f"holdfast schemas fetch --track v1 --output {PINS}", expect=4)
    walk.follow(B, 1)
    assert pin.read_bytes() == locked
    kept = sorted((walk.folder / "tests/fixtures").glob("schemas.backup*"))
    assert len(kept) == 2 and all(json.loads((each / pin.name).read_text()) == edited for each in kept)
    contract, _, _, checked, _ = walk.follow(B, 2)
    assert "2 of 2 contract tests passed" in contract and checked.rstrip().endswith("✅ All schemas synced")
    assert not list((walk.folder / "tests/fixtures").glob("schemas.backup*"))
    walk.ended(ACTIVE, HEALTH_STATUS)
    review, fired = walk.review()
    held(review, HEALTH_STATUS, time.monotonic() - began, class_="safe", pinned_version="1.2.0", published_version="1.2.0",
         seen_by_checks="2",  # the timer's, and that of whoever was called; the last found it in step
         fetched="1.2.0 restored by ana")
    assert ACTIVE in fired and CRITICAL not in fired
    assert "schema.pin_edited" in review.replace("\\", "")
    assert walk.sh("git status --porcelain") == ""


def test_scenario_c_the_registry_is_wrong(walk):
    began = time.monotonic()
    walk.publish(FEEDBACK_EVENT, "1.3.0", breaking())
    walk.look()
    walk.called(CRITICAL, FEEDBACK_EVENT)
    log, diff = walk.follow(C, 0)
    assert "schemas 1.2.0" in log and "class: identical" in diff
    walk.follow(C, 1)
    told = (walk.folder / "registry-is-wrong.md").read_text().replace("\\", "")
    assert row(told, "state") == "open" and "required_added" in told
    assert (row(told, "pinned version"), row(told, "published version")) == ("1.2.0", "1.3.0")
    witness = json.loads(re.search(r"^\| no_longer_valid \| `(.*)` \|$", told, re.MULTILINE)[1])
    assert jsonschema.Draft202012Validator(FEEDBACK).is_valid(witness)
    assert not jsonschema.Draft202012Validator(breaking()).is_valid(witness)

    # Accepted: it is told as waived, and the alert ends though nothing is mended.
    before = walk.messages()
    accepted, checked = walk.follow(C, 2)
    assert "accepted schema.required_added" in accepted and "waived" in checked and "All schemas synced" not in checked
    walk.ended(CRITICAL, FEEDBACK_EVENT, before)

    # The same difference under another version stays accepted; another one fires again.
    walk.publish(FEEDBACK_EVENT, "1.3.1", breaking())
    walk.look(expect=0)
    another = breaking()
    del another["properties"]["source"]
    before = walk.messages()
    walk.publish(FEEDBACK_EVENT, "1.3.2", another)
    walk.look()
    until(lambda: walk.alerting.stack.alerts(), lambda: walk.alerting.told(walk.repo, "firing", CRITICAL, FEEDBACK_EVENT, before))

    # Silenced: it is suppressed, and told no more.
    walk.follow(C, 3)
    until(lambda: walk.alerting.stack.alerts(), lambda: [
        each for each in walk.alerting.stack.alerts() if each["status"]["state"] == "suppressed" and each["labels"]["repo"] == walk.repo])

    # Mended: our copy was never touched.
    walk.publish(FEEDBACK_EVENT, "1.3.3", FEEDBACK)
    checked, listed, revoked, _ = walk.follow(C, 4)
    assert checked.rstrip().endswith("✅ All schemas synced") and "schema.required_added" in listed
    assert "revoked waiver 1: schema.required_added" in revoked and walk.sh("holdfast waive list") == "no live waivers\n"
    assert walk.alerting.stack.amtool("silence", "query", "--quiet") == ""
    until(lambda: walk.alerting.stack.alerts(), lambda: not [
        each for each in walk.alerting.stack.alerts() if each["labels"].get("repo") == walk.repo])
    (walk.folder / "registry-is-wrong.md").unlink()
    assert walk.sh("git status --porcelain") == ""
    review, fired = walk.review()
    held(review, FEEDBACK_EVENT, time.monotonic() - began, class_="breaking", pinned_version="1.2.0", published_version="1.3.2",
         seen_by_checks="5")
    assert CRITICAL in fired and "| fetched |" not in review
    accepted = [line for line in review.replace("\\", "").splitlines() if "registry is wrong, told its owners | 2" in line]
    assert "| schema.required_added | ana |" in accepted[0] and all("| revoked 2" in line for line in accepted)


def test_scenario_d_the_registry_published_a_breaking_change(walk):
    began = time.monotonic()
    walk.publish(FEEDBACK_EVENT, "2.0.0", breaking())
    walk.look()
    _, explained = walk.called(CRITICAL, FEEDBACK_EVENT)
    witness = json.loads(re.search(r"no_longer_valid +(\{.*\})", explained)[1])
    assert jsonschema.Draft202012Validator(FEEDBACK).is_valid(witness)
    assert not jsonschema.Draft202012Validator(breaking()).is_valid(witness)
    explained, used, refused = walk.follow(D, 0)
    assert "required_added" in explained and "1 of 1 sample in tests/samples valid for the pin and not" in explained
    assert f"tests/samples/{FEEDBACK_EVENT}.json\n" in explained and "src/feedback.py" in used and "--accept breaking" in refused
    failing, = walk.follow(D, 1)
    assert "0 of 2 contract tests passed" in failing and "new_field" in failing

    # The code is adapted: a default in the model, which then always writes it.
    model = extended(breaking())
    model["properties"]["new_field"]["default"] = "default_value"
    walk.write(walk.folder / "our/FeedbackEvent.json", model)
    walk.write(walk.folder / f"tests/samples/{FEEDBACK_EVENT}.json", {**SAMPLE, "new_field": "b"})
    with open(walk.folder / "src/feedback.py", "a") as code:
        code.write('    new_field: str = "default_value"\n')
    passing, = walk.follow(D, 2)
    assert "2 of 2 contract tests passed" in passing
    fetched, _, _, checked = walk.follow(D, 3)
    assert "replaced" in fetched and checked.rstrip().endswith("✅ All schemas synced")
    assert set(walk.sh("git show --format= --name-only HEAD").split()) >= {
        "src/feedback.py", "our/FeedbackEvent.json", f"{PINS}/{FEEDBACK_EVENT}.json", f"{PINS}/schemas.lock.json"}
    walk.ended(CRITICAL, FEEDBACK_EVENT)
    review, fired = walk.review()
    held(review, FEEDBACK_EVENT, time.monotonic() - began, class_="breaking", pinned_version="1.2.0", published_version="2.0.0",
         seen_by_checks="2", fetched="2.0.0 over 1.2.0 (breaking) by ana")
    assert CRITICAL in fired
    assert json.dumps(witness, separators=(",", ":")) in review
    assert walk.sh("git status --porcelain") == ""


def test_nobody_is_looking(walk):
    walk.registry.end()
    walk.look(expect=3)
    until(lambda: walk.alerting.stack.alerts(), lambda: [
        alert for event in walk.alerting.hook.events() for alert in event["alerts"]
        if alert["labels"]["alertname"] == "RegistryUnreachable" and alert["labels"]["registry"] == walk.registry.origin])
    _, checked = walk.follow(NOBODY)
    assert "unreachable" in checked and "All schemas synced" not in checked
