# SPDX-License-Identifier: Apache-2.0
"""The [events] sinks that are servers, a real redis-server and a webhook's receiver: whatever happens to them, no check is stopped by
it, every event arrives, in order, and more than once only where a kill came between."""
import datetime
import hashlib
import hmac
import itertools
import json
import shutil
import signal
import tempfile
import time

import jsonschema
import pytest
from loopback_server import HeldPort
from pins import FEEDBACK, SCHEMAS, breaking, write_pins
from plain_registry import PlainRegistry
from redis_server import RedisServer
from schemas import hold
from webhook import WebhookReceiver

EVENTS = "mdp:holdfast.events"
DRIFT = "mdp:telemetry.schema_drift"
SECRET = "s3cret"
# Core's SchemaDriftEvent as its package 1.4.61 has it: what is required, of which type.
CORE_DRIFT = {
    "type": "object",
    "required": ["service", "schema_name", "track", "local_sha", "registry_sha", "drift_type", "detected_at"],
    "properties": {
        "service": {"type": "string"}, "schema_name": {"type": "string"}, "track": {"enum": ["v1", "v2"]},
        "local_sha": {"type": "string"}, "registry_sha": {"type": "string"},
        "drift_type": {"enum": ["version_mismatch", "content_mismatch", "missing_in_registry"]},
        "detected_at": {"type": "number"}, "enforcement_mode": {"enum": ["warn", "strict"]},
    },
}
STORE_KEYS = {"repo", "schema", "track", "local_sha256", "local_version", "registry_sha256", "registry_version", "detected_at"}


@pytest.fixture
def redis():
    """Down until a test starts it. In a short path: a Unix socket's has a limit."""
    folder = tempfile.mkdtemp(prefix="holdfast-redis-")
    server = RedisServer(folder)
    yield server
    server.stop()
    shutil.rmtree(folder)


def configure(workspace, **values):
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
    workspace.configure(extra=f"[events]\n{lines}")


def logged(workspace):
    return [json.loads(line) for line in workspace.run("events", "list", "--json").stdout.splitlines()]


def pending(workspace):
    done = workspace.json("events", "pending")
    hold("events-pending", done)
    return {each["sink"]: each["pending"] for each in done["sinks"]}


def once(seqs):
    """In order of first arrival."""
    return list(dict.fromkeys(seqs))


def test_a_stream_holds_what_the_log_holds_in_the_envelope_of_the_source(workspace, redis):
    redis.start()
    configure(workspace, redis=redis.url)
    for _ in range(3):
        workspace.run("check", expect=3)
    envelopes = redis.envelopes(EVENTS)
    assert [each["payload"] for each in envelopes] == logged(workspace)
    for each in envelopes:
        assert list(each) == ["id", "key", "ts", "meta", "payload"]
        assert each["meta"]["schema_id"] == "holdfast.events" and each["meta"]["track"] == "v1"
        assert each["meta"]["headers"]["event_type"] == each["payload"]["name"] == "check.ended"
        assert each["meta"]["headers"]["seq"] == str(each["payload"]["seq"])
        assert abs(each["ts"] - time.time()) < 600
    raw = redis.messages(EVENTS)[0][1]["data"]
    text = raw[raw.index('"payload":') + len('"payload":'):-1]
    assert envelopes[0]["meta"]["hash"] == hashlib.sha256(text.encode()).hexdigest()
    assert len({each["id"] for each in envelopes}) == len(envelopes)


def test_a_bus_that_is_down_stops_nothing_and_misses_nothing(workspace, redis):
    configure(workspace, redis=redis.url)
    for _ in range(3):
        done = workspace.run("check", expect=3)
        assert "the next command delivers them" in done.stderr
    assert pending(workspace) == {"redis": 3}
    assert "3 events not delivered" in workspace.run("doctor", expect=None).stdout
    redis.start()
    workspace.run("check", expect=3)
    assert [each["payload"]["seq"] for each in redis.envelopes(EVENTS)] == [1, 2, 3, 4]
    assert pending(workspace) == {"redis": 0}
    redis.stop()
    workspace.run("check", expect=3)
    assert workspace.run("events", "deliver", expect=3).returncode == 3
    redis.start()
    workspace.run("events", "deliver")
    assert [each["payload"]["seq"] for each in redis.envelopes(EVENTS)] == [1, 2, 3, 4, 5]


def test_killed_before_the_position_moves_it_repeats_and_loses_nothing(workspace, redis):
    redis.start()
    configure(workspace, redis=redis.url)
    workspace.run("check", expect=3)
    workspace.run("check", env={"HOLDFAST_FAILPOINTS": "app.before_sink_position=kill"}, expect=-signal.SIGKILL)
    workspace.run("check", expect=3)
    envelopes = redis.envelopes(EVENTS)
    assert [each["payload"]["seq"] for each in envelopes] == [1, 2, 2, 3]
    assert envelopes[1]["id"] == envelopes[2]["id"], "a repetition can be told"


def test_killed_at_any_moment_every_event_arrives_in_order(sqlite_workspace, redis):
    """The bus goes down and comes up while commands are killed before and after they delivered."""
    configure(sqlite_workspace, redis=redis.url)
    for turn in itertools.islice(itertools.cycle(["kill", "up", "", "kill", "down", "kill", ""]), 14):
        if turn == "up" and redis.process is None:
            redis.start()
        if turn == "down":
            redis.stop()
        kill = {"HOLDFAST_FAILPOINTS": "app.before_sink_position=kill"} if turn == "kill" else {}
        sqlite_workspace.run("check", env=kill, expect=(3, -signal.SIGKILL))
    if redis.process is None:
        redis.start()
    sqlite_workspace.run("events", "deliver")
    seqs = [each["payload"]["seq"] for each in redis.envelopes(EVENTS)]
    assert once(seqs) == [each["seq"] for each in logged(sqlite_workspace)]
    assert pending(sqlite_workspace) == {"redis": 0}


def test_a_consumer_group_reads_and_acknowledges(sqlite_workspace, redis):
    redis.start()
    redis.cli("XGROUP", "CREATE", EVENTS, "orchestrator", "0", "MKSTREAM")
    configure(sqlite_workspace, redis=redis.url)
    sqlite_workspace.run("check", expect=3)
    sqlite_workspace.run("check", expect=3)
    read = redis.cli("XREADGROUP", "GROUP", "orchestrator", "one", "COUNT", "10", "STREAMS", EVENTS, ">").splitlines()
    ids = [line for line in read if line.partition("-")[0].isdigit() and line.partition("-")[2].isdigit()]
    assert len(ids) == 2
    assert redis.cli("XPENDING", EVENTS, "orchestrator").splitlines()[0] == "2"
    assert redis.cli("XACK", EVENTS, "orchestrator", *ids) == "2"
    assert redis.cli("XPENDING", EVENTS, "orchestrator").splitlines()[0] == "0"


def test_a_password_is_used_and_never_printed(sqlite_workspace):
    folder = tempfile.mkdtemp(prefix="holdfast-redis-")
    server = RedisServer(folder, tcp=True, password="p4ss word")
    try:
        server.start()
        configure(sqlite_workspace, redis=f"redis://:${{REDIS_PASSWORD}}@127.0.0.1:{server.port}/2")
        wrong = sqlite_workspace.run("check", expect=3, env={"REDIS_PASSWORD": "wr0ng"})
        assert "refuses the password (WRONGPASS)" in wrong.stderr and "wr0ng" not in wrong.stderr
        right = sqlite_workspace.run("check", expect=3, env={"REDIS_PASSWORD": "p4ss%20word"})
        shown = sqlite_workspace.run("config", "show", env={"REDIS_PASSWORD": "p4ss%20word"})
        where = sqlite_workspace.run("events", "pending", env={"REDIS_PASSWORD": "p4ss%20word"})
        for done in (right, shown, where):
            assert "p4ss" not in done.stdout + done.stderr
        assert server.cli("-n", "2", "XLEN", EVENTS) == "2"
        position = sqlite_workspace.database.query("select name from event_sink")
        assert "p4ss" not in str(position) and "wr0ng" not in str(position)
        literal = f"redis://:p4ss%20word@127.0.0.1:{server.port}/2"
        configure(sqlite_workspace, redis=literal)
        assert "p4ss" not in sqlite_workspace.run("config", "show").stdout
    finally:
        server.stop()
        shutil.rmtree(folder)


def test_what_is_refused_for_good_goes_to_the_dead_letters_and_holds_up_nothing(sqlite_workspace, redis):
    redis.start()
    redis.cli("SET", EVENTS, "no stream")
    configure(sqlite_workspace, redis=redis.url)
    done = sqlite_workspace.run("check", expect=3)
    assert "dead letters" in done.stderr
    redis.cli("DEL", EVENTS)
    sqlite_workspace.run("check", expect=3)
    ((_, letter),) = redis.messages(EVENTS + ".dlq")
    assert list(letter) == ["original_id", "reason", "data"] and letter["reason"].startswith("WRONGTYPE")
    assert json.loads(letter["data"])["id"] == letter["original_id"]
    assert [each["payload"]["seq"] for each in redis.envelopes(EVENTS)] == [2]


def test_what_the_server_refuses_for_now_waits(sqlite_workspace, redis):
    redis.start()
    configure(sqlite_workspace, redis=redis.url)
    redis.cli("CONFIG", "SET", "maxmemory", "1")
    done = sqlite_workspace.run("check", expect=3)
    assert "OOM" in done.stderr and pending(sqlite_workspace) == {"redis": 1}
    redis.cli("CONFIG", "SET", "maxmemory", "0")
    sqlite_workspace.run("check", expect=3)
    assert [each["payload"]["seq"] for each in redis.envelopes(EVENTS)] == [1, 2]
    assert redis.cli("EXISTS", EVENTS + ".dlq") == "0"


def test_a_server_that_hangs_is_given_up_after_its_time(sqlite_workspace, redis):
    redis.start()
    configure(sqlite_workspace, redis=redis.url)
    redis.process.send_signal(signal.SIGSTOP)
    try:
        done = sqlite_workspace.run("check", expect=3, timeout=60)
        assert "no answer within 2000 ms" in done.stderr
    finally:
        redis.process.send_signal(signal.SIGCONT)
    sqlite_workspace.run("check", expect=3)
    seqs = [each["payload"]["seq"] for each in redis.envelopes(EVENTS)]
    assert once(seqs) == [1, 2], "what was sent to a server that hung may come twice, and is not lost"


def test_the_variables_of_the_source_are_defaults(sqlite_workspace, redis):
    redis.start()
    bus = {"EVENT_BUS_BACKEND": "redis", "REDIS_URL": redis.url, "MD_NAMESPACE": "other"}
    sqlite_workspace.run("check", expect=3, env=bus)
    assert redis.cli("XLEN", "other:holdfast.events") == "1"
    shown = sqlite_workspace.run("config", "show", "--origin", env=bus).stdout
    assert "environment REDIS_URL" in shown and "environment MD_NAMESPACE" in shown
    sqlite_workspace.run("check", expect=3, env={**bus, "PULSE_ENABLED": "false"})
    sqlite_workspace.run("check", expect=3, env={**bus, "EVENT_BUS_BACKEND": "inmem"})
    assert redis.cli("XLEN", "other:holdfast.events") == "1"
    configure(sqlite_workspace, redis=redis.url, namespace="mine")
    sqlite_workspace.run("check", expect=3, env=bus)
    assert redis.cli("XLEN", "mine:holdfast.events") == "4", "the file wins, and a new place gets the whole log"


def test_drift_is_an_event_as_core_and_store_know_it(sqlite_workspace, redis):
    redis.start()
    registry = PlainRegistry()
    try:
        for name, schema in SCHEMAS.items():
            registry.publish(name, schema, "1.2.7")
        write_pins(sqlite_workspace.folder / "pins", SCHEMAS)
        sqlite_workspace.configure(extra=f'[schemas.core]\ntrack = "v1"\nfixtures = "pins"\nregistry = "{registry.url}"\n'
                                         f'[events]\nredis = "{redis.url}"\n')
        sqlite_workspace.run("check", "schemas")
        assert redis.cli("EXISTS", DRIFT) == "0"
        registry.publish("telemetry.FeedbackEvent", breaking(), "1.3.0")
        sqlite_workspace.run("check", "schemas", expect=1)
        sqlite_workspace.run("check", "schemas", expect=1)
        (envelope,) = redis.envelopes(DRIFT)
        payload = envelope["payload"]
        jsonschema.Draft202012Validator(CORE_DRIFT).validate(payload)
        assert set(payload) >= STORE_KEYS
        assert envelope["key"] == payload["schema"] == payload["schema_name"] == "telemetry.FeedbackEvent"
        assert envelope["meta"]["schema_id"] == "telemetry.schema_drift"
        assert envelope["meta"]["headers"]["event_type"] == "schema.drift_detected" and envelope["meta"]["headers"]["source"] == "test"
        assert payload["local_sha"] == payload["local_sha256"] != payload["registry_sha"] == payload["registry_sha256"]
        assert payload["registry_version"] == "1.3.0" and payload["class"] == "breaking"
        registry.publish("telemetry.FeedbackEvent", FEEDBACK, "1.3.1")
        sqlite_workspace.run("check", "schemas")
        assert len(redis.envelopes(DRIFT)) == 1
        told = [each["meta"]["headers"]["event_type"] for each in redis.envelopes(EVENTS)]
        assert "schema.drift_resolved" in told, "the end of a drift is none"
    finally:
        registry.close()


def test_a_webhook_gets_signed_cloudevents(workspace):
    with WebhookReceiver() as receiver:
        configure(workspace, webhook=receiver.url + "/hooks/abc?token=t0ken", webhook_secret=SECRET)
        for _ in range(2):
            workspace.run("check", expect=3)
        assert [each["data"] for each in receiver.events()] == logged(workspace)
        for path, headers, body in receiver.requests:
            assert path == "/hooks/abc?token=t0ken"
            assert headers["Content-Type"] == "application/cloudevents+json; charset=UTF-8"
            parts = dict(part.split("=") for part in headers["Holdfast-Signature"].split(","))
            wanted = hmac.new(SECRET.encode(), f"{parts['t']}.".encode() + body, hashlib.sha256).hexdigest()
            assert hmac.compare_digest(parts["v1"], wanted) and abs(int(parts["t"]) - time.time()) < 600
            event = json.loads(body)
            assert event["specversion"] == "1.0" and event["type"] == "holdfast.check.ended" and event["source"] == "/holdfast/test"
            assert event["time"] == event["data"]["at"] and int(event["sequence"]) == event["data"]["seq"]
        assert len({each["id"] for each in receiver.events()}) == 2
        shown = workspace.run("config", "show").stdout + workspace.run("events", "pending").stdout
        assert SECRET not in shown
        assert "t0ken" not in str(workspace.database.query("select name from event_sink"))


def test_a_receiver_that_was_down_gets_everything_in_order(workspace):
    port = HeldPort()
    configure(workspace, webhook=f"http://127.0.0.1:{port.number}/h1dden", jsonl="events.jsonl")
    for _ in range(3):
        done = workspace.run("check", expect=3)
        assert "webhook" in done.stderr and "h1dden" not in done.stderr
    assert pending(workspace) == {"jsonl": 0, "webhook": 3}, "one sink that is down holds up no other"
    with WebhookReceiver(port) as receiver:
        receiver.statuses = [503, 204, 500]
        workspace.run("check", expect=3)
        assert [each["data"]["seq"] for each in receiver.events()] == [1, 2, 3, 4]
        assert len(receiver.refused) == 2, "what was refused was sent again"
    assert pending(workspace) == {"jsonl": 0, "webhook": 0}


def test_a_receiver_that_says_no_keeps_its_events(sqlite_workspace):
    with WebhookReceiver() as receiver:
        receiver.statuses = [410]
        configure(sqlite_workspace, webhook=receiver.url)
        done = sqlite_workspace.run("check", expect=3)
        assert "410" in done.stderr and pending(sqlite_workspace)["webhook"] == 1
        sqlite_workspace.run("events", "deliver")
        assert [each["data"]["seq"] for each in receiver.events()] == [1]


def refused(workspace):
    lines = [json.loads(line) for line in workspace.run("events", "refused", "--json").stdout.splitlines()]
    for line in lines:
        hold("events-refused", line)
    return [line["seq"] for line in lines]


def seqs_of(receiver):
    return [each["data"]["seq"] for each in receiver.events()]


@pytest.mark.parametrize("status", [400, 413, 422])
def test_an_event_that_a_receiver_refuses_for_good_is_set_aside_and_holds_up_nothing(workspace, status):
    with WebhookReceiver() as receiver:
        receiver.verdict = lambda event: status if event["data"]["seq"] == 2 else 204
        configure(workspace, webhook=receiver.url)
        warned = ["refused and set aside" in workspace.run("check", expect=3).stderr for _ in range(4)]
        assert warned == [False, True, False, False]
        assert seqs_of(receiver) == [1, 3, 4], "those behind it went on, in order"
        assert len(receiver.refused) == 1, "and it was not sent over and over"
        assert pending(workspace) == {"webhook": 0}


def test_a_refused_event_is_told_loudly_until_it_is_sent_after_all(workspace):
    with WebhookReceiver() as receiver:
        receiver.verdict = lambda event: 422 if event["data"]["seq"] == 1 else 204
        receiver.says = b"no field 'planned' \x1b[31m\x00"
        workspace.configure(extra=f'[events]\nwebhook = "{receiver.url}/h1dden"\n[metrics]\ntextfile = "holdfast.prom"\n')
        workspace.run("check", expect=3)
        workspace.run("check", expect=3)
        assert refused(workspace) == [1]
        for command in (["events", "refused"], ["doctor"], ["events", "pending"]):
            said = workspace.run(*command, expect=None).stdout
            assert "set aside" in said or "refused: 422" in said
            assert "h1dden" not in said and "\x1b" not in said
        assert "422 Unprocessable Content: no field 'planned'" in workspace.run("events", "refused").stdout
        assert 'holdfast_events_refused{sink="webhook"} 1\n' in (workspace.folder / "holdfast.prom").read_text()
        workspace.run("events", "resend", "webhook", expect=3)
        assert refused(workspace) == [1], "it stays until the receiver takes it"
        receiver.verdict = lambda event: 503
        workspace.run("events", "resend", "webhook", expect=3)
        assert refused(workspace) == [1]
        receiver.verdict = lambda event: 204
        assert "event 3" in workspace.run("events", "resend", "webhook", "3", expect=2).stderr
        workspace.run("events", "resend", "webhook", "1")
        assert seqs_of(receiver) == [2, 1] and refused(workspace) == []
        assert "set aside" not in workspace.run("doctor", expect=None).stdout
        workspace.run("check", expect=3)
        assert 'holdfast_events_refused{sink="webhook"} 0\n' in (workspace.folder / "holdfast.prom").read_text()
        (row,) = workspace.database.query("select seq, settlement from event_refusal")
        assert (row["seq"], row["settlement"]) == (1, "sent")


def test_a_refused_event_can_be_given_up_with_a_reason(sqlite_workspace):
    with WebhookReceiver() as receiver:
        receiver.statuses = [400, 400]
        configure(sqlite_workspace, webhook=receiver.url)
        sqlite_workspace.run("check", expect=3)
        sqlite_workspace.run("check", expect=3)
        assert refused(sqlite_workspace) == [1, 2]
        sqlite_workspace.run("events", "dismiss", "webhook", "1", expect=2)
        sqlite_workspace.run("events", "dismiss", "webhook", "1", "7", "--reason", "known", expect=2)
        assert refused(sqlite_workspace) == [1, 2], "all that are named or none"
        said = sqlite_workspace.run("events", "dismiss", "webhook", "1", "1", "--reason", "known elsewhere").stderr
        assert "given up: 1 event\n" in said, "one that is named twice is given up once"
        assert refused(sqlite_workspace) == [2]
        kept = sqlite_workspace.database.query("select settlement, settled_reason, settled_by from event_refusal where seq = 1")
        assert kept[0]["settlement"] == "dismissed" and kept[0]["settled_reason"] == "known elsewhere" and kept[0]["settled_by"]
        assert [each["seq"] for each in logged(sqlite_workspace)] == [1, 2], "the log keeps it"


@pytest.mark.parametrize("status", [401, 403, 404, 408, 429, 503])
def test_an_answer_that_is_not_about_the_event_keeps_it_waiting_and_an_operator_can_pass_it_by(sqlite_workspace, status):
    with WebhookReceiver() as receiver:
        receiver.verdict = lambda event: status if event["data"]["seq"] == 1 else 204
        configure(sqlite_workspace, webhook=receiver.url)
        assert str(status) in sqlite_workspace.run("check", expect=3).stderr
        sqlite_workspace.run("check", expect=3)
        assert seqs_of(receiver) == [] and refused(sqlite_workspace) == []
        assert pending(sqlite_workspace)["webhook"] == 2
        sqlite_workspace.run("events", "set-aside", "webhook", "2", "--reason", "x", expect=4)
        sqlite_workspace.run("events", "set-aside", "webhook", "1", "--reason", "the firewall")
        assert refused(sqlite_workspace) == [1]
        sqlite_workspace.run("events", "deliver")
        assert seqs_of(receiver) == [2]


def test_killed_while_an_event_is_set_aside_neither_loses_nor_doubles_it(workspace):
    with WebhookReceiver() as receiver:
        receiver.verdict = lambda event: 400 if event["data"]["seq"] == 1 else 204
        configure(workspace, webhook=receiver.url)
        workspace.run("check", env={"HOLDFAST_FAILPOINTS": "app.before_sink_position=kill"}, expect=-signal.SIGKILL)
        assert refused(workspace) == []
        workspace.run("check", expect=3)
        assert refused(workspace) == [1] and seqs_of(receiver) == [2]
        assert pending(workspace) == {"webhook": 0}


def test_the_claim_of_a_sender_that_was_killed_elsewhere_lasts_half_a_minute(sqlite_workspace):
    """Here its process is gone and the claim is taken at once; of another container's nobody can tell, so the lease is what is waited for."""
    with WebhookReceiver() as receiver:
        configure(sqlite_workspace, webhook=receiver.url)
        sqlite_workspace.run("check", env={"HOLDFAST_FAILPOINTS": "app.before_sink_position=kill"}, expect=-signal.SIGKILL)
        (claim,) = sqlite_workspace.database.query("select taken_at, lease_until from claim where resource = 'event_sink'")
        taken, until = (datetime.datetime.fromisoformat(claim[each]) for each in ("taken_at", "lease_until"))
        assert (until - taken).total_seconds() < 31
        sqlite_workspace.run("check", expect=3)
        assert once(seqs_of(receiver)) == [1, 2]


def test_many_at_once_deliver_in_order(workspace, redis):
    redis.start()
    configure(workspace, redis=redis.url)
    running = [workspace.start("check") for _ in range(6)]
    for each in running:
        each.communicate(timeout=120)
        assert each.returncode in (3, 4), each.args
    workspace.run("events", "deliver")
    seqs = [each["payload"]["seq"] for each in redis.envelopes(EVENTS)]
    assert seqs == [each["seq"] for each in logged(workspace)]


def test_what_is_pending_is_a_metric(sqlite_workspace, redis):
    sqlite_workspace.configure(extra=f'[events]\nredis = "{redis.url}"\njsonl = "events.jsonl"\n[metrics]\ntextfile = "holdfast.prom"\n')
    sqlite_workspace.run("check", expect=3)
    text = (sqlite_workspace.folder / "holdfast.prom").read_text()
    assert 'holdfast_events_pending{sink="redis"} 1\n' in text and 'holdfast_events_pending{sink="jsonl"} 0\n' in text
    redis.start()
    sqlite_workspace.run("check", expect=3)
    assert 'holdfast_events_pending{sink="redis"} 0\n' in (sqlite_workspace.folder / "holdfast.prom").read_text()


@pytest.mark.parametrize(("values", "says"), [
    ({"redis": "redis://:s3cret@"}, "no host"),
    ({"redis": "rediss://:s3cret@127.0.0.1"}, "no TLS"),
    ({"redis": "http://u:s3cret@127.0.0.1"}, "neither redis:// nor unix://"),
    ({"redis": "redis://127.0.0.1", "namespace": "a b"}, "without blanks"),
    ({"webhook": "ftp://u:s3cret@127.0.0.1"}, "events.webhook"),
    ({"webhook_secret": "s3cret"}, "no webhook to sign for"),
    ({"redis_url": "redis://127.0.0.1"}, "redis_url"),
])
def test_a_mistake_is_named_and_no_secret_is(sqlite_workspace, values, says):
    configure(sqlite_workspace, **values)
    done = sqlite_workspace.run("check", expect=2)
    assert says in done.stderr and "holdfast.toml:" in done.stderr and "s3cret" not in done.stderr
