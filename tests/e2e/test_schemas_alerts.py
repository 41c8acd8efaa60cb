# SPDX-License-Identifier: Apache-2.0
"""From a registry that moves on to somebody's webhook, over Debian's Prometheus and Alertmanager: the shipped rules, with seconds for
minutes. And from outside: every metric that a rule names is there, and the rules' own tests hold."""
import json
import re
import shutil
import subprocess

import pytest
from pins import FEEDBACK, HEALTH, SCHEMAS, breaking, safe, write_pins
from plain_registry import PlainRegistry
from prom_stack import RULES, SOURCE, PromStack, TextfileServer, until
from webhook import WebhookReceiver

NAME = "telemetry.FeedbackEvent"
OTHER = "telemetry.HealthStatus"
CLASSES = {"identical", "equivalent", "annotation", "safe", "breaking", "unknown"}
METRIC = re.compile(r"\b((?:holdfast|schema)_[a-z_]+)\b")
EXPRESSION = re.compile(r"expr: (?:\|\n((?: {10,}.*\n)+)|(.*))")
SAMPLE = re.compile(r"^([a-z_]+)\{(.*)\} (\S+)$")


class Pinned:
    """A workspace with pins, its registry, and its metrics file."""

    def __init__(self, workspace):
        self.workspace = workspace
        self.registry = PlainRegistry()
        for name, schema in SCHEMAS.items():
            self.registry.publish(name, schema, "1.2.7")
        write_pins(workspace.folder / "pins", SCHEMAS)
        workspace.configure(extra=f'[schemas.core]\ntrack = "v1"\nfixtures = "pins"\nregistry = "{self.registry.url}"\n'
                                  f'critical = ["{NAME}"]\nattempts = 1\ninterval = "10m"\n[metrics]\ntextfile = "holdfast.prom"\n')
        self.textfile = workspace.folder / "holdfast.prom"

    def check(self, expect=0, *arguments):
        return self.workspace.run("check", "schemas", *arguments, expect=expect)

    def samples(self, name=None):
        """[(labels, value)] of one metric, or of all."""
        found = []
        for line in self.textfile.read_text().splitlines():
            match = SAMPLE.match(line)
            if match and name in (None, match[1]):
                found.append((dict(re.findall(r'([a-z_]+)="((?:[^"\\]|\\.)*)"', match[2])), float(match[3])))
        return found

    def active(self, schema):
        return {labels["class"]: value for labels, value in self.samples("holdfast_schema_drift_active") if labels["schema"] == schema}


@pytest.fixture
def pinned(sqlite_workspace):
    made = Pinned(sqlite_workspace)
    yield made
    made.registry.close()


@pytest.fixture
def both_pinned(workspace):
    made = Pinned(workspace)
    yield made
    made.registry.close()


def promtool(*words, folder=None):
    done = subprocess.run(["promtool", *map(str, words)], capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_metrics_tell_each_class_and_keep_the_start(both_pinned):
    pinned = both_pinned
    pinned.check()
    assert pinned.active(NAME) == dict.fromkeys(CLASSES, 0)
    assert pinned.samples("holdfast_schema_drift_since_timestamp_seconds") == []
    assert {labels["schema"]: value for labels, value in pinned.samples("holdfast_schema_critical")} == {
        NAME: 1, OTHER: 0, "telemetry.HealthComponent": 0}
    assert pinned.samples("holdfast_schema_check_interval_seconds") == [({"check": "schemas.core"}, 600)]
    assert pinned.samples("holdfast_schema_compared") == [({"check": "schemas.core"}, 3)]
    ((_, first_success),) = pinned.samples("holdfast_schema_check_last_success_timestamp_seconds")
    ((_, index_at),) = pinned.samples("holdfast_registry_index_timestamp_seconds")
    assert index_at == 1760797800  # 2025-10-18T14:30:00Z

    pinned.registry.publish(NAME, breaking(), "1.3.0")
    pinned.check(1)
    assert pinned.active(NAME) == {**dict.fromkeys(CLASSES, 0), "breaking": 1}
    ((labels, since),) = pinned.samples("holdfast_schema_drift_since_timestamp_seconds")
    assert labels == {"repo": "test", "registry": pinned.registry.url, "track": "v1", "schema": NAME}
    ((_, success),) = pinned.samples("holdfast_schema_check_last_success_timestamp_seconds")
    assert success > first_success, "a check that found drift is a complete check"
    assert pinned.samples("schema_drift_total") == [({"repo": "test", "track": "v1", "schema": NAME}, 1)]

    pinned.check(1)
    assert pinned.samples("holdfast_schema_drift_since_timestamp_seconds") == [(labels, since)], "the start stands"
    assert pinned.samples("schema_drift_total")[0][1] == 2
    assert {each["to"]: value for each, value in pinned.samples("holdfast_schema_drift_episodes_total")} == {"drifted": 1, "in_step": 0}

    pinned.registry.publish(NAME, safe(), "1.3.1")
    pinned.check(1)
    assert pinned.active(NAME) == {**dict.fromkeys(CLASSES, 0), "safe": 1}, "a change of class leaves no 1 behind"
    assert pinned.samples("holdfast_schema_drift_since_timestamp_seconds") == [(labels, since)]

    pinned.registry.publish(NAME, FEEDBACK, "1.3.2")
    pinned.check()
    assert pinned.active(NAME) == dict.fromkeys(CLASSES, 0)
    assert pinned.samples("holdfast_schema_drift_since_timestamp_seconds") == []
    assert {each["to"]: value for each, value in pinned.samples("holdfast_schema_drift_episodes_total")} == {"drifted": 1, "in_step": 1}


def test_a_check_keeps_the_series_of_those_that_it_did_not_run(both_pinned):
    pinned, workspace = both_pinned, both_pinned.workspace

    def told(check):
        return [line for line in pinned.textfile.read_text().splitlines() if f'check="{check}"' in line and line.startswith("holdfast_check_")]

    workspace.write("a.bin", "a")
    workspace.add_row("a", "a.bin")
    workspace.run("artifacts", "backfill")
    pinned.check()
    assert told("schemas.core") and told("artifacts.atlas") == [], "a check that never ran has nothing to say"
    assert 'holdfast_incidents_open{domain="artifacts",level="error"} 0' in pinned.textfile.read_text()
    workspace.run("check")
    in_step = told("artifacts.atlas")
    assert 'holdfast_check_complete{check="artifacts.atlas"} 1' in in_step
    assert {re.match("[a-z_]+", line)[0].removeprefix("holdfast_check_") for line in in_step} == {
        "subjects_planned", "subjects_evaluated", "subjects_unreadable", "complete", "findings", "last_run_timestamp_seconds",
        "last_success_timestamp_seconds", "oldest_proof_timestamp_seconds", "duration_seconds"}
    for others in (["schemas", "check", "core"], ["schemas", "watch", "core", "--looks", "1"], ["check", "schemas"]):
        workspace.run(*others)
        assert told("artifacts.atlas") == in_step, others

    # What is out of step stays so as well, and a scrub, whose row has the same name, is no check.
    workspace.write("a.bin", "changed")
    workspace.run("check", expect=1)
    drifted = told("artifacts.atlas")
    assert 'holdfast_check_findings{check="artifacts.atlas",level="error"} 1' in drifted
    assert 'holdfast_check_complete{check="artifacts.atlas"} 1' in drifted, "what was found was all looked at"
    workspace.run("artifacts", "scrub", "--every-byte-within", "30d", expect=None)
    workspace.run("schemas", "watch", "core", "--looks", "1")
    assert told("artifacts.atlas") == drifted
    (workspace.data / "a.bin").unlink()
    workspace.run("check", "artifacts", expect=1)
    assert 'holdfast_check_complete{check="schemas.core"} 1' in told("schemas.core")

    # What can't be looked at is incomplete whoever tells it; a section that is taken out takes its series along.
    pinned.registry.close()
    workspace.run("check", "schemas", expect=3)
    workspace.run("check", "artifacts", expect=1)
    assert 'holdfast_check_complete{check="schemas.core"} 0' in told("schemas.core")
    workspace.configure(extra='[metrics]\ntextfile = "holdfast.prom"\n')
    workspace.run("check", expect=1)
    assert told("schemas.core") == [] and told("artifacts.atlas")


def test_a_drift_that_was_accepted_says_so_until_another_comes_or_the_waiver_ends(both_pinned):
    pinned = both_pinned

    def accepted():
        found = {labels["schema"]: value for labels, value in pinned.samples("holdfast_schema_drift_accepted")}
        assert set(found) == set(SCHEMAS), "a series for each, always"
        return [name for name, value in found.items() if value]

    pinned.check()
    assert accepted() == []
    pinned.registry.publish(NAME, breaking(), "1.3.0")
    pinned.check(1)
    assert accepted() == []
    said = pinned.workspace.json("schemas", "accept", NAME, "--reason", "known", "--until", "4h")
    pinned.check()
    assert accepted() == [NAME] and pinned.active(NAME)["breaking"] == 1
    another = breaking()
    del another["properties"]["source"]
    pinned.registry.publish(NAME, another, "1.3.1")
    pinned.check(1)
    assert accepted() == []
    pinned.registry.publish(NAME, breaking(), "1.3.2")
    pinned.check()
    assert accepted() == [NAME]
    pinned.workspace.run("waive", "revoke", said["waivers"][0]["id"])
    pinned.check(1)
    assert accepted() == []
    pinned.registry.publish(NAME, FEEDBACK, "1.3.3")
    pinned.check()
    assert accepted() == []


def test_while_a_registry_is_down_everything_stays_as_it_was_seen(pinned):
    pinned.registry.publish(NAME, breaking(), "1.3.0")
    pinned.check(1)
    kept = ["holdfast_schema_drift_active", "holdfast_schema_drift_since_timestamp_seconds", "holdfast_schema_critical",
            "holdfast_schema_check_last_success_timestamp_seconds", "holdfast_registry_index_timestamp_seconds"]
    before = [pinned.samples(name) for name in kept]
    assert [value for _, value in pinned.samples("holdfast_registry_up")] == [1]
    pinned.registry.close()
    pinned.check((1, 3))
    assert [pinned.samples(name) for name in kept] == before
    assert [value for _, value in pinned.samples("holdfast_registry_up")] == [0]
    assert [value for _, value in pinned.samples("holdfast_schema_compared")] == [0]
    pinned.registry = PlainRegistry()


def test_a_check_of_another_domain_takes_no_series_away(pinned):
    pinned.registry.publish(NAME, breaking(), "1.3.0")
    pinned.check(1)
    before = pinned.samples("holdfast_schema_drift_active")
    pinned.workspace.run("check", "artifacts", expect=3)
    assert pinned.samples("holdfast_schema_drift_active") == before


def test_every_look_writes_the_file_whichever_command_takes_it(both_pinned):
    pinned = both_pinned
    pinned.workspace.run("schemas", "check", "core")
    assert pinned.active(NAME) == dict.fromkeys(CLASSES, 0)
    pinned.registry.publish(NAME, breaking(), "1.3.0")
    pinned.workspace.run("schemas", "check", "core", expect=1)
    assert pinned.active(NAME)["breaking"] == 1
    pinned.registry.publish(NAME, FEEDBACK, "1.3.1")
    done = pinned.workspace.run("schemas", "watch", "core", "--interval", "1s", "--looks", "2")
    assert "warning" not in done.stderr, done.stderr
    assert pinned.active(NAME)["breaking"] == 0
    watch = pinned.workspace.start("schemas", "watch", "core", "--interval", "1s", "--looks", "30")
    try:
        watch.stdout.readline()
        pinned.registry.publish(NAME, safe(), "1.3.2")  # seen by a later look of the same process
        until(pinned.textfile.read_text, lambda: pinned.active(NAME)["safe"] == 1)
    finally:
        watch.terminate()
        watch.communicate(timeout=60)


def test_a_look_at_something_else_leaves_the_file_alone(pinned):
    pinned.registry.publish(NAME, breaking(), "1.3.0")
    pinned.check(1)
    before = pinned.textfile.read_bytes()
    pinned.workspace.run("schemas", "check", "core", "--registry-url", "http://127.0.0.1:1", "--attempts", "1", expect=3)
    pinned.workspace.run("schemas", "watch", "core", "--registry-url", "http://127.0.0.1:1", "--looks", "1", expect=3)
    assert pinned.textfile.read_bytes() == before


def test_the_file_is_good_prometheus_text(pinned):
    pinned.registry.publish(NAME, breaking(), "1.3.0")
    pinned.check(1)
    done = subprocess.run(["promtool", "check", "metrics"], input=pinned.textfile.read_text(), text=True, capture_output=True, check=False)
    problems = [line for line in done.stdout.splitlines() + done.stderr.splitlines() if "schema_drift" not in line or "holdfast_" in line]
    assert done.returncode in (0, 3) and not problems, problems  # 3: it dislikes names of the source


def test_every_metric_that_a_rule_names_is_exported_and_documented(pinned):
    pinned.registry.publish(NAME, breaking(), "1.3.0")
    pinned.check(1)
    found = EXPRESSION.findall(RULES.read_text())
    assert len(found) == RULES.read_text().count("expr:")
    named = set(METRIC.findall("\n".join(block + line for block, line in found)))
    assert len(named) >= 6, named
    exported = {line.split("{")[0] for line in pinned.textfile.read_text().splitlines() if not line.startswith("#")}
    assert named <= exported
    documented = (SOURCE / "docs/metrics.md").read_text()
    assert [name for name in named if f"`{name}`" not in documented] == []
    for name in exported:
        if "schema" in name or "registry" in name or "events" in name:
            assert f"`{name}`" in documented, name
    runbook = (SOURCE / "docs/runbooks/schema-drift.md").read_text()
    for alert in re.findall(r"alert: (\w+)", RULES.read_text()):
        assert f"| {alert} |" in runbook, alert


def test_the_rules_hold_their_own_tests():
    promtool("check", "rules", RULES)
    promtool("test", "rules", RULES.with_name("holdfast-schemas.rules.test.yml"), folder=RULES.parent)


def test_many_drifts_at_once_are_a_high_rate(tmp_path):
    """0.1 a second over 15 minutes are more than 90 drifts: as many series."""
    shutil.copy(RULES, tmp_path / "rules.yml")

    def case(count, alerts):
        series = [{"series": f'holdfast_schema_drift_since_timestamp_seconds{{repo="store",registry="r",track="v1",schema="s{n}"}}',
                   "values": "60x30"} for n in range(count)]
        return {"interval": "1m", "input_series": series,
                "alert_rule_test": [{"eval_time": "10m", "alertname": "HighDriftRate", "exp_alerts": alerts},
                                    {"eval_time": "20m", "alertname": "HighDriftRate", "exp_alerts": []}]}

    firing = [{"exp_labels": {"severity": "warning", "repo": "store", "track": "v1"},
               "exp_annotations": {"summary": "Schemas of store (v1) drift rapidly: a bulk update of the registry?",
                                   "description": "0.101 drifts a second over the last 15 minutes (more than 0.1).",
                                   "runbook": "docs/runbooks/schema-drift.md"}}]
    (tmp_path / "test.json").write_text(json.dumps({"rule_files": ["rules.yml"], "evaluation_interval": "1m",
                                                    "tests": [case(90, []), case(91, firing)]}))
    promtool("test", "rules", "test.json", folder=tmp_path)


def test_an_alert_reaches_somebody_can_be_silenced_and_ends_only_when_the_drift_does(pinned, tmp_path):
    told = []  # (status, alertname, schema)

    def hear(hook):
        for event in hook.events()[len(told_batches):]:
            told_batches.append(event)
            told.extend((each["status"], each["labels"]["alertname"], each["labels"].get("schema"), each["labels"]) for each in event["alerts"])
        return [each[:3] for each in told]

    told_batches = []
    pinned.check()
    server = TextfileServer(pinned.textfile)
    with WebhookReceiver() as hook:
        stack = PromStack(tmp_path / "stack", server.address, hook.url)
        try:
            until(stack.logs, lambda: stack.query('holdfast_schema_drift_active{class="breaking"} == 0'))
            assert hear(hook) == []

            # 1. The registry moves on: the alert of the source's name, with its labels.
            pinned.registry.publish(NAME, breaking(), "1.3.0")
            pinned.check(1)
            critical = ("firing", "CriticalSchemaDriftSustained", NAME)
            until(lambda: (told, stack.logs()), lambda: critical in hear(hook))
            labels = next(each[3] for each in told if each[:3] == critical)
            assert {"repo": "test", "registry": pinned.registry.url, "track": "v1", "severity": "warning"}.items() <= labels.items()
            until(lambda: told, lambda: ("firing", "SchemaDriftActive", NAME) in hear(hook))

            # 2. It comes back: the alert ends.
            pinned.registry.publish(NAME, FEEDBACK, "1.3.1")
            pinned.check()
            for alert in ("CriticalSchemaDriftSustained", "SchemaDriftActive"):
                until(lambda: told, lambda alert=alert: ("resolved", alert, NAME) in hear(hook))

            # 3. A silence for this alert and schema keeps it from being told, and no other.
            stack.amtool("silence", "add", "alertname=CriticalSchemaDriftSustained", f"schema={NAME}", "--author=t", "--comment=t",
                         "--duration=1h")
            del told[:]
            pinned.registry.publish(NAME, breaking(), "1.3.2")
            pinned.registry.publish(OTHER, {**HEALTH, "required": ["service", "state", "version"]}, "1.3.2")
            pinned.check(1)
            until(lambda: told, lambda: ("firing", "CriticalSchemaDriftSustained", OTHER) in hear(hook))
            until(lambda: stack.alerts(), lambda: any(
                each["status"]["state"] == "suppressed" and each["labels"]["alertname"] == "CriticalSchemaDriftSustained"
                and each["labels"]["schema"] == NAME for each in stack.alerts()))
            assert critical not in hear(hook)

            # 4. The registry is killed: that is an alert, its schemas are unknown, and no drift ends by it.
            pinned.registry.close()
            report = json.loads(pinned.check((1, 3), "--json").stdout)
            verdicts = {subject["verdict"] for check in report["checks"] for subject in check["subjects"]}
            assert verdicts == {"unknown"} and report["complete"] is False
            until(lambda: told, lambda: any(each[:2] == ("firing", "RegistryUnreachable") for each in hear(hook)))
            until(lambda: "two more looks", lambda: len(stack.query("count_over_time(holdfast_registry_up[4s]) >= 3")) == 1)
            assert not [each for each in hear(hook) if each[0] == "resolved" and each[2] in (NAME, OTHER)]
            assert {labels["schema"] for labels, _ in stack.query('ALERTS{alertname="CriticalSchemaDriftSustained",alertstate="firing"}')} == {
                NAME, OTHER}
        finally:
            stack.stop()
            server.close()
            pinned.registry = PlainRegistry()
