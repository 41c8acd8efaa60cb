# SPDX-License-Identifier: Apache-2.0
"""The registry as its clients see it: the plain API of the source, and Confluent's."""
import concurrent.futures
import hashlib
import json
import select
import socket

import pytest
from served import FEEDBACK, TOKEN, Served

NAME = "telemetry.FeedbackEvent"


@pytest.fixture
def served(workspace):
    with Served(workspace) as made:
        yield made


@pytest.fixture
def quick(sqlite_workspace):
    """For what does not depend on the database."""
    with Served(sqlite_workspace) as made:
        yield made


def seed_sha256(schema):
    """The source's own hash, by Python."""
    return hashlib.sha256(json.dumps(schema, sort_keys=True).encode()).hexdigest()


def closed(**properties):
    return {"type": "object", "properties": properties, "additionalProperties": False}


# --- the plain API


def test_a_published_schema_is_answered_as_the_source_answers_it(served):
    assert served.publish().status == 201
    answer = served.get(f"/schemas/v1/{NAME}").json
    assert answer["content"] == FEEDBACK
    assert answer["sha256"] == seed_sha256(FEEDBACK)
    assert (answer["name"], answer["track"], answer["core_version"], answer["$schema_id"]) == (NAME, "v1", "1.1.2", NAME)
    assert (answer["deprecated"], answer["deprecation_note"], answer["x_compat"]) == (False, None, None)
    assert answer["version"] == "1.1.2" and answer["updated_at"].endswith("Z"), "what the runbook asks jq for"


def test_the_bytes_are_those_that_were_uploaded(served):
    content = '{ "b": 1.0,\t"a" : [9007199254740993, 1e400, "\\u00e9\u00e9"],\n "type":"object" }'
    body = f'{{"name": "x", "track": "v1", "core_version": "1", "content": {content}}}'
    assert served.post("/admin/schemas", body).status == 201
    text = served.get("/schemas/v1/x").body.decode()
    assert content in text
    assert hashlib.sha256(content.encode()).hexdigest() == json.loads(text)["raw_sha256"]


def test_a_content_given_as_text_is_the_schema_in_it(quick):
    assert quick.publish("x", FEEDBACK["$core_version"], json.dumps(FEEDBACK, indent=3)).status == 201
    assert json.dumps(FEEDBACK, indent=3).encode() in quick.get("/schemas/v1/x").body


def test_the_same_again_is_nothing_and_another_content_is_refused(workspace):
    with Served(workspace) as served:
        assert served.publish().json["effect"] == "added"
        again = served.publish()
        assert (again.status, again.json["effect"]) == (200, "unchanged")
        other = served.publish(content={**FEEDBACK, "title": "Other"})
        assert other.status == 409 and "1.1.2" in other.json["detail"] and other.json["hint"]
        assert served.get(f"/schemas/v1/{NAME}").json["content"] == FEEDBACK
    assert [each["name"] for each in workspace.events()] == ["schema.published"]
    event = workspace.events()[0]
    assert event["subject"] == f"schema:v1/{NAME}"
    assert event["fields"]["sha256"] == seed_sha256(FEEDBACK) and event["fields"]["supersedes"] is None


def test_the_highest_version_is_the_latest_whatever_came_last(quick):
    for version in ("1.9.0", "1.10.0", "1.2.0"):
        assert quick.publish("x", version, {"title": version}).status == 201
    assert quick.get("/schemas/v1/x").json["core_version"] == "1.10.0"
    assert quick.get("/schemas/v1/x?version=latest").json["core_version"] == "1.10.0"
    assert quick.get("/schemas/v1/x?version=1.9.0").json["content"] == {"title": "1.9.0"}
    assert [each["core_version"] for each in quick.get("/schemas/v1/x/versions").json] == ["1.2.0", "1.9.0", "1.10.0"]
    assert quick.get("/index").json["tracks"]["v1"]["schemas"][0]["latest_core_version"] == "1.10.0"
    missing = quick.get("/schemas/v1/x?version=3")
    assert missing.status == 404 and "1.10.0" in missing.json["detail"]


def test_names_are_found_with_and_without_their_suffix(quick):
    quick.publish(NAME + ".schema")
    for path in (f"/schemas/v1/{NAME}", f"/schemas/v1/{NAME}.schema", f"/schemas/v1/{NAME}.schema/versions", f"/schemas/by-id/{NAME}"):
        assert quick.get(path).status == 200, path
    assert quick.get("/index").json["tracks"]["v1"]["schemas"][0]["name"] == NAME + ".schema"
    assert quick.publish(NAME).json["effect"] == "unchanged"


def test_ids_may_have_slashes_or_be_urls(quick):
    quick.publish("a", "1", {}, schema_id_str="v1/core/a")
    quick.publish("b", "1", {}, schema_id_str="https://example.org/b.json")
    assert quick.get("/schemas/by-id/v1/core/a").json["name"] == "a"
    assert quick.get("/schemas/by-id?schema_id=https://example.org/b.json").json["name"] == "b"
    assert quick.get("/schemas/by-id/nobody").status == 404


def test_the_index_lists_every_track(quick):
    quick.publish("a", "1", {"title": "a"})
    quick.publish("b", "2", {"title": "b"}, track="v2", deprecated=True, deprecation_note="use a")
    index = quick.get("/index").json
    assert {track: of["count"] for track, of in index["tracks"].items()} == {"v1": 1, "v2": 1}
    entry = index["tracks"]["v2"]["schemas"][0]
    assert (entry["name"], entry["deprecated"], entry["sha256"]) == ("b", True, seed_sha256({"title": "b"}))
    assert index["generated_at"].endswith("Z")


def test_a_deprecation_is_an_event_and_can_be_withdrawn(workspace):
    with Served(workspace) as served:
        served.publish("x", "1", {})
        before = served.get("/schemas/v1/x").headers["ETag"]
        assert served.publish("x", "1", {}, deprecated=True, deprecation_note="use y").json["effect"] == "deprecation_changed"
        assert served.publish("x", "1", {}).json["effect"] == "unchanged", "nothing said, nothing changed"
        after = served.get("/schemas/v1/x", If_None_Match=before)
        assert after.status == 200 and after.json["deprecated"] and after.json["deprecation_note"] == "use y"
        assert served.publish("x", "1", {}, deprecated=False).json["deprecated"] is False
    names = [each["name"] for each in workspace.events()]
    assert names == ["schema.published", "schema.version_deprecated", "schema.deprecation_withdrawn"]
    workspace.run("events", "verify")


def test_an_unchanged_schema_is_304(quick):
    content = {"type": "object"}
    quick.publish(content=content)
    for path in (f"/schemas/v1/{NAME}", "/index", f"/schemas/v1/{NAME}/versions", "/docs"):
        first = quick.get(path)
        again = quick.get(path, If_None_Match=first.headers["ETag"])
        assert (again.status, again.body) == (304, b""), path
    tag = quick.get(f"/schemas/v1/{NAME}").headers["ETag"].strip('"')
    assert tag.startswith(quick.get(f"/schemas/v1/{NAME}").json["canonical_sha256"] + "-")
    quick.publish(version="1.2.0", content=content)
    assert quick.get(f"/schemas/v1/{NAME}", If_None_Match=f'"{tag}"').json["core_version"] == "1.2.0"


def test_compat_check_names_what_breaks(quick):
    quick.publish("x", "1", closed(a={"type": "integer"}))
    quick.publish("x", "2", {**closed(a={"type": "integer"}), "required": ["a"]})
    quick.publish("x", "1", closed(a={"type": "integer"}), track="v2", x_compat={"note": [1.0]})
    broken = quick.get("/compat/check?name=x&from_track=v1&from_version=1&to_track=v1&to_version=2").json
    assert broken["compatible"] is False and broken["breaking_reasons"]
    same = quick.get("/compat/check?name=x&from_track=v1&from_version=1&to_track=v2").json
    assert same["compatible"] is True and same["breaking_reasons"] == [] and same["x_compat"] == {"note": [1.0]}
    assert quick.get("/compat/check?name=x&from_track=v1").status == 422
    assert quick.get("/compat/check?name=x&from_track=v1&to_track=v9").status == 404


def test_a_folder_is_published_whole_or_not_at_all(workspace):
    folder = workspace.folder / "core"
    (folder / "v1").mkdir(parents=True)
    (folder / "v2").mkdir()
    (folder / "v1" / f"{NAME}.json").write_text(json.dumps(FEEDBACK))
    (folder / "v2" / "plain.schema.json").write_text("{}")
    with Served(workspace, "--sync-folder", "core") as served:
        refused = served.post("/admin/sync", {"source": "local", "path": ""})
        assert refused.status == 422 and "plain.schema.json" in refused.json["detail"], "it has no version"
        assert served.get("/index").json["tracks"] == {}
        done = served.post("/admin/sync", {"source": "local", "path": "", "ref": "1.0.0"}).json
        assert (done["schemas"], done["published"], done["unchanged"]) == (2, 2, 0)
        again = served.post("/admin/sync", {"source": "local", "path": "v1"}).json
        assert (again["schemas"], again["published"], again["unchanged"]) == (1, 0, 1)
        (folder / "v1" / f"{NAME}.json").write_text(json.dumps({**FEEDBACK, "title": "changed without a new version"}))
        (folder / "v1" / "another.json").write_text('{"$core_version": "1.0.0"}')
        assert served.post("/admin/sync", {"source": "local", "path": "v1"}).status == 409
        assert served.get("/schemas/v1/another").status == 404, "nothing of a refused folder"
        for path in ("../core", "/etc", "v1/../..", "v1//..", "v1\\..", "..", "v1/\0"):
            assert served.post("/admin/sync", {"source": "local", "path": path}).status == 422, path
        assert served.post("/admin/sync", {"source": "local", "path": "v9"}).status == 404
        (folder / "v3").symlink_to("/etc")
        assert served.post("/admin/sync", {"source": "local", "path": "v3"}).status == 404, "links are not followed"
        assert served.post("/admin/sync", {"source": "github_release", "ref": "v1"}).status == 501
        assert served.post("/admin/sync", {"source": "elsewhere"}).status == 422


def test_a_drift_report_becomes_an_event(workspace):
    report = {"track": "v1", "registry_url": "http://r", "total_schemas": 3, "synced": 2, "drifted": 1, "schemas": [], "generated_at": "now"}
    with Served(workspace) as served:
        first = served.post("/admin/telemetry", report)
        assert (first.status, first.json["effect"]) == (201, "added")
        assert served.post("/admin/telemetry", report).json["effect"] == "unchanged"
        assert served.post("/admin/telemetry", "[]").status == 422
        assert served.post("/admin/telemetry", {"drifted": 1}).status == 422
        envelope = {"event_type": "telemetry.schema_drift", "payload": {"name": "x", "track": "v1", "local_sha256": "a", "registry_sha256": "b",
                                                                        "service": "store"}}
        assert served.post("/admin/telemetry", envelope).status == 201, "what the source's client sends"
        # Every sink must be able to take the event: a line of JSONL has a limit.
        refused = served.post("/admin/telemetry", {"track": "v1", "name": "x" * 300_000})
        assert refused.status == 422 and "262144 bytes" in refused.body.decode()
    event, one = workspace.events("schema.drift_reported")
    assert (one["subject"], one["level"], one["fields"]["service"]) == ("schema:v1/x", "warning", "store")
    assert (event["fields"]["drifted"], event["fields"]["synced"], event["level"]) == (1, 2, "warning")
    assert json.loads(event["fields"]["report"]) == report


def test_the_documents_name_every_route(quick):
    document = quick.get("/openapi.json").json
    assert document["openapi"].startswith("3.1")
    page = quick.get("/docs")
    assert page.headers["Content-Type"].startswith("text/html")
    for path in ("/health", "/index", "/schemas/{track}/{name}", "/admin/schemas", "/subjects/{subject}/versions", "/openapi.json"):
        assert path in document["paths"] and path in page.body.decode()
    assert "@media(max-width" in page.body.decode() and "overflow-wrap:anywhere" in page.body.decode(), "a telephone shows it without scrolling aside"
    assert document["paths"]["/admin/schemas"]["post"]["security"] and "security" not in document["paths"]["/index"]["get"]


def test_health_tells_what_it_looked_at(quick):
    assert quick.get("/").json["docs"] == "/docs"
    health = quick.get("/health")
    assert health.status == 200 and health.json["status"] == "ok" and health.json["checks"]["catalog"] == "ok"
    assert set(health.json) == {"status", "timestamp", "checks", "version"}


# --- who may write


WRITES = [("POST", "/admin/schemas"), ("POST", "/admin/sync"), ("POST", "/admin/telemetry"), ("POST", "/subjects/s/versions"),
          ("PUT", "/config"), ("PUT", "/config/s")]


def test_nobody_writes_without_the_token(workspace):
    with Served(workspace, "--log-level", "debug") as served:
        for method, path in WRITES:
            for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": f"Basic {TOKEN}"},
                            {"Authorization": TOKEN}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN[:-1]}"}):
                answer = served.ask(method, path, "{}", headers)
                assert answer.status == 401 and answer.headers["WWW-Authenticate"] == "Bearer", (path, headers)
        assert served.ask("POST", "/admin/telemetry", '{"track": "v1"}', {"authorization": f"bearer {TOKEN}"}).status == 201
    assert TOKEN[:-1] not in served.log and served.log


def test_without_a_configured_token_nobody_writes_at_all(sqlite_workspace):
    with Served(sqlite_workspace, token=None) as served:
        for method, path in WRITES:
            answer = served.ask(method, path, "{}", token=TOKEN)
            assert answer.status == 403 and b"HOLDFAST_REGISTRY_TOKEN" in answer.body, path
        assert served.get("/mode").json == {"mode": "READONLY"}
        assert served.get("/health").json["checks"]["writing"] is False


def test_it_listens_to_others_only_with_a_token(sqlite_workspace):
    env = {"HOLDFAST_REGISTRY_TOKEN": ""}
    done = sqlite_workspace.run("schemas", "serve", "--listen", "0.0.0.0:0", env=env, expect=2)
    assert "token" in done.stderr
    for listen in ("nowhere", "127.0.0.1", "127.0.0.1:", ":1", "127.0.0.1:99999", "::1:0", "127.0.0.1:1x"):
        assert "--listen" in sqlite_workspace.run("schemas", "serve", "--listen", listen, expect=2).stderr, listen
    short = sqlite_workspace.run("schemas", "serve", "--listen", "127.0.0.1:0", env={"HOLDFAST_REGISTRY_TOKEN": "short"}, expect=2)
    assert "16" in short.stderr and "short" not in short.stderr.replace("16 to", "")
    unset = sqlite_workspace.run("schemas", "serve", "--token-env", "NOT_SET_ANYWHERE", expect=2)
    assert "NOT_SET_ANYWHERE" in unset.stderr


def test_a_taken_port_is_told(sqlite_workspace):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = sqlite_workspace.run("schemas", "serve", "--listen", f"127.0.0.1:{taken.getsockname()[1]}", expect=4)
    assert "taken" in done.stderr


# --- what must not harm it


def upload(**changes):
    return {"name": "x", "track": "v1", "core_version": "1", "content": {}, **changes}


@pytest.mark.parametrize("body", [
    b"", b"nonsense", b"[]", b"null", b"{", b'{"name": 1}', b"\xef\xbb\xbf{}", b"\xff\xfe{}", b'{"name": "\xff"}',
    json.dumps(upload(nmae="x")).encode(),
    json.dumps(upload(deprecated="yes")).encode(),
    json.dumps(upload(content=[1])).encode(), json.dumps(upload(content=None)).encode(), json.dumps(upload(content="[]")).encode(),
    json.dumps(upload(content="{")).encode(), json.dumps(upload(content="\ufeff{}")).encode(),
    json.dumps(upload(core_version="")).encode(), json.dumps(upload(core_version="latest")).encode(),
    json.dumps(upload(core_version="1/2")).encode(),
    b'{"name": "x", "track": "v1", "core_version": "1", "content": {"a": 1, "a": 2}}',
    b'{"name": "x", "name": "x", "track": "v1", "core_version": "1", "content": {}}',
    b'{"name": "x", "track": "v1", "core_version": "1", "content": {"a": NaN}}',
    b'{"name": "x", "track": "v1", "core_version": "1", "content": {"a": "\\ud800"}}',
    b'{"name": "x", "track": "v1", "core_version": "1", "content": {}} {}',
    b'{"name": "x", "track": "v1", "core_version": "1", "content": ' + b'{"a":' * 1000 + b"1" + b"}" * 1001,
    b'{"name": "x", "track": "v1", "core_version": "1", "content": ' + b"[" * 100_000,
])
def test_bad_uploads_are_422_and_change_nothing(quick, body):
    answer = quick.post("/admin/schemas", body)
    assert answer.status == 422, answer.body[:300]
    assert answer.headers["Content-Type"] == "application/problem+json" and answer.json["code"] == "invalid" and answer.json["detail"]
    assert quick.get("/index").json["tracks"] == {}


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\\b", "a\0b", "../x", "a..b", ".hidden", "a b", "a%2fb", "ü", "x" * 201,
                                  ":.v2:x", "-x", "a\nb"])
def test_names_that_could_lead_elsewhere_are_refused(quick, name):
    assert quick.post("/admin/schemas", upload(name=name)).status == 422
    assert quick.post("/admin/schemas", upload(track=name or "by-id")).status == 422


@pytest.mark.parametrize("path", ["/schemas/v1/..%2f..%2fetc", "/schemas/v1/%00", "/schemas/v1/a%5cb", "/schemas/v1/%", "/schemas/v1/%ff",
                                  "/schemas/../index", "/schemas//x", "/schemas/v1/%2e%2e", "/subjects/a%2fb/versions"])
def test_paths_that_two_programs_read_differently_are_400(quick, path):
    assert quick.get(path).status in (400, 404)
    assert quick.get("/health").status == 200


def test_large_bodies_are_cut_off(quick):
    endless = quick.curl("-X", "POST", "-T", "/dev/zero", "-H", f"Authorization: Bearer {TOKEN}", "-o", "/dev/null", "-w", "%{http_code}",
                         f"{quick.origin}/admin/schemas")
    assert endless.stdout == "413", endless
    try:
        status = quick.post("/admin/schemas", json.dumps(upload(content={"title": "x" * 20_000_000}))).status
    except OSError:  # it was cut off while it still sent
        status = 413
    assert status == 413
    assert quick.get("/index").json["tracks"] == {}


def test_a_query_key_that_is_misspelt_is_told(quick):
    quick.publish("x", "1", {})
    for path in ("/schemas/v1/x?verison=1", "/schemas/v1/x?version=1&version=1", "/index?track=v1"):
        assert quick.get(path).status == 422, path
    assert quick.get("/schemas/v1/x?verison=1").json["hint"] == "it takes version"
    assert quick.get("/index?track=v1").json["hint"] == "this path takes none"


def test_errors_say_nothing_of_this_machine(sqlite_workspace):
    with Served(sqlite_workspace) as served:
        served.publish("x", "1", {})
        sqlite_workspace.database.execute("update schema_content set content = '{\"other\": 1}'")
        answer = served.get("/schemas/v1/x")
        assert answer.status == 409 and str(sqlite_workspace.folder) not in answer.body.decode()
        assert served.get("/subjects/x/versions/1").json == {"error_code": 50001, "message": "the store of the registry failed"}


# --- curl


def test_the_lines_of_the_runbook_work(quick):
    quick.publish()
    shown = quick.curl(f"{quick.origin}/schemas/v1/{NAME}")
    assert shown.returncode == 0 and json.loads(shown.stdout)["version"] == "1.1.2"
    assert json.loads(quick.curl(f"{quick.origin}/health").stdout)["status"] == "ok"
    done = quick.curl("-X", "POST", "-H", f"Authorization: Bearer {TOKEN}", "-H", "Content-Type: application/json", "--data",
                      json.dumps(upload()), f"{quick.origin}/admin/schemas")
    assert done.returncode == 0 and json.loads(done.stdout)["effect"] == "added"
    assert quick.curl(f"{quick.origin}/schemas/v1/nothing").returncode == 22


# --- Confluent's API

CONFLUENT = "application/vnd.schemaregistry.v1+json"


def test_subjects_are_registered_and_found_as_at_confluents(served):
    schema = json.dumps(closed(a={"type": "integer"}), indent=1)
    first = served.register("orders", schema)
    assert first.status == 200 and first.headers["Content-Type"] == CONFLUENT
    number = first.json["id"]
    assert served.register("orders", schema).json == {"id": number}, "the same again"
    assert served.register("orders", json.dumps(json.loads(schema))).json == {"id": number}, "and in another form"
    assert served.register("other", schema).json == {"id": number}, "equal bytes have one id"
    assert served.get("/subjects").json == ["orders", "other"]
    assert served.get("/subjects?subjectPrefix=oth").json == ["other"]
    assert served.get("/subjects/orders/versions").json == [1]
    expected = {"subject": "orders", "version": 1, "id": number, "schemaType": "JSON", "references": [], "schema": schema}
    for version in ("1", "latest", "-1"):
        assert served.get(f"/subjects/orders/versions/{version}").json == expected
    assert served.post("/subjects/orders", {"schemaType": "JSON", "schema": schema}, token=None).json == expected
    assert served.get("/subjects/orders/versions/1/schema").body.decode() == schema
    assert served.get(f"/schemas/ids/{number}").json == {"schemaType": "JSON", "schema": schema}
    assert served.get(f"/schemas/ids/{number}/versions").json == [{"subject": "orders", "version": 1}, {"subject": "other", "version": 1}]
    assert served.get("/schemas/types").json == ["JSON"]
    assert served.get("/mode").json == {"mode": "READWRITE"}


def test_both_apis_show_the_same_schemas(quick):
    quick.publish("x", "1.0.0", {"title": "by the plain one"})
    quick.publish("y", "1.0.0", {"title": "of another track"}, track="v2")
    assert json.loads(quick.get("/subjects/x/versions/latest").json["schema"]) == {"title": "by the plain one"}
    assert quick.get("/subjects").json == ["x", ":.v2:y"]
    assert quick.get("/subjects/:.v2:y/versions").json == [1]
    assert quick.register(":.v2:z", {}).status == 200
    assert quick.get("/schemas/v2/z").json["core_version"] == "1"
    assert quick.register("x", {"title": "by Confluent's"}).status == 200
    assert quick.get("/schemas/v1/x?version=2").json["content"] == {"title": "by Confluent's"}


def test_an_incompatible_schema_is_refused_with_its_reasons(served):
    before, now = closed(a={"type": "integer"}), {**closed(a={"type": "integer"}), "required": ["a"]}
    served.register("s", before)
    refused = served.register("s", now)
    assert refused.status == 409 and refused.json["error_code"] == 409 and "required" in refused.json["message"]
    ask = {"schemaType": "JSON", "schema": json.dumps(now)}
    for path in ("/compatibility/subjects/s/versions", "/compatibility/subjects/s/versions/1", "/compatibility/subjects/s/versions/latest"):
        assert served.post(path, ask, token=None).json == {"is_compatible": False}
        told = served.post(path + "?verbose=true", ask, token=None).json
        assert told["is_compatible"] is False and any("required" in message for message in told["messages"])
    assert served.get("/subjects/s/versions").json == [1]
    assert served.put("/config/s", {"compatibility": "NONE"}).json == {"compatibility": "NONE"}
    assert served.register("s", now).status == 200
    assert served.get("/subjects/s/versions").json == [1, 2]


def test_levels_are_kept_for_one_subject_and_for_all(workspace):
    with Served(workspace) as served:
        assert served.get("/config").json == {"compatibilityLevel": "BACKWARD"}
        assert served.get("/config/s").json["error_code"] == 40408
        assert served.get("/config/s?defaultToGlobal=true").json == {"compatibilityLevel": "BACKWARD"}
        assert served.put("/config", {"compatibility": "FULL_TRANSITIVE"}).status == 200
        assert served.put("/config/s", {"compatibility": "FORWARD"}).status == 200
        assert served.put("/config/s", {"compatibility": "SIDEWARD"}).json["error_code"] == 42203
    with Served(workspace) as served:
        assert served.get("/config").json == {"compatibilityLevel": "FULL_TRANSITIVE"}
        assert served.get("/config/s").json == {"compatibilityLevel": "FORWARD"}
    assert [each["fields"]["compatibility"] for each in workspace.events("schema.compatibility_set")] == ["FULL_TRANSITIVE", "FORWARD"]


def test_a_forward_level_asks_the_other_way(quick):
    quick.put("/config", {"compatibility": "FORWARD"})
    quick.register("s", {"type": "number"})
    assert quick.register("s", {"type": ["number", "string"]}).status == 409, "old readers meet texts"
    assert quick.register("s", {"type": "integer"}).status == 200


@pytest.mark.parametrize(("method", "path", "body", "status", "code"), [
    ("GET", "/subjects/none/versions", None, 404, 40401),
    ("GET", "/subjects/none/versions/1", None, 404, 40401),
    ("GET", "/subjects/s/versions/7", None, 404, 40402),
    ("GET", "/subjects/s/versions/0", None, 422, 42202),
    ("GET", "/subjects/s/versions/x", None, 422, 42202),
    ("GET", "/subjects/s/versions/99999999999", None, 422, 42202),
    ("GET", "/schemas/ids/99", None, 404, 40403),
    ("GET", "/schemas/ids/x", None, 404, 40403),
    ("POST", "/subjects/none", {"schemaType": "JSON", "schema": "{}"}, 404, 40401),
    ("POST", "/subjects/s", {"schemaType": "JSON", "schema": '{"title":"other"}'}, 404, 40403),
    ("POST", "/subjects/s/versions", {"schemaType": "JSON", "schema": "{"}, 422, 42201),
    ("POST", "/subjects/s/versions", {"schema": "{}"}, 422, 42201),
    ("POST", "/subjects/s/versions", {"schemaType": "AVRO", "schema": "{}"}, 422, 42201),
    ("POST", "/subjects/s/versions", {"schemaType": "JSON"}, 422, 42201),
    ("POST", "/subjects/s/versions", {"schemaType": "JSON", "schema": "{}", "references": [{"name": "a", "subject": "b", "version": 1}]}, 422, 42201),
    ("POST", "/subjects/s%20s/versions", {"schemaType": "JSON", "schema": "{}"}, 422, 42208),
    ("POST", "/compatibility/subjects/none/versions/1", {"schemaType": "JSON", "schema": "{}"}, 404, 40401),
    ("POST", "/compatibility/subjects/s/versions/7", {"schemaType": "JSON", "schema": "{}"}, 404, 40402),
])
def test_errors_have_confluents_codes(quick, method, path, body, status, code):
    quick.register("s", "{}")
    answer = quick.ask(method, path, body, token=TOKEN)
    assert (answer.status, answer.json["error_code"]) == (status, code), answer.body
    assert answer.headers["Content-Type"] == CONFLUENT and answer.json["message"]


# --- several at once, and again


def test_what_was_published_is_there_after_a_restart(workspace):
    with Served(workspace) as served:
        assert served.publish().status == 201
        first = served.get(f"/schemas/v1/{NAME}").body
    with Served(workspace) as served:
        assert served.get(f"/schemas/v1/{NAME}").body == first


def test_two_processes_of_one_catalog_see_each_others_schemas_at_once(workspace):
    with Served(workspace) as left, Served(workspace) as right:
        for number in range(20):
            writer, reader = (left, right) if number % 2 else (right, left)
            assert writer.publish("x", f"1.{number}", {"title": str(number)}).status == 201
            assert reader.get("/schemas/v1/x").json["core_version"] == f"1.{number}"
            assert reader.get(f"/subjects/x/versions/{number + 1}").status == 200


def test_many_who_register_at_once_get_numbers_without_a_gap(workspace):
    with Served(workspace) as left, Served(workspace) as right:
        left.put("/config", {"compatibility": "NONE"})
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda n: (left, right)[n % 2].register("s", {"title": str(n // 2)}), range(24)))
        assert [each.status for each in answers] == [200] * 24, [each.body for each in answers if each.status != 200]
        assert left.get("/subjects/s/versions").json == list(range(1, 13))
        assert len({each.json["id"] for each in answers}) == 12
    workspace.run("events", "verify")


def test_sigterm_ends_it_well(sqlite_workspace):
    served = Served(sqlite_workspace)
    assert served.get("/health").status == 200
    assert served.end() == 0, served.log


def test_more_levels_than_a_page_are_all_known_at_start(workspace):
    """A registry with a level of its own for many subjects is started again: none falls back to the default."""
    workspace.database.execute(
        "insert into schema_compatibility (track, name, level, updated_at, revision) "
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 5101) "
        "select 'v1', 's' || i, 'FULL', '2026-05-18T02:03:04.000000Z', i from n")
    with Served(workspace) as served:
        for name in ("s1", "s5000", "s5001", "s5101"):
            answer = served.get(f"/config/{name}")
            assert (answer.status, answer.json) == (200, {"compatibilityLevel": "FULL"}), name


NUL = "a\u0000b"  # in JSON: no database keeps it as text


@pytest.mark.parametrize(("path", "body"), [
    ("/admin/schemas", {"name": "x", "track": "v1", "core_version": "1", "content": {"title": NUL}}),
    ("/admin/schemas", {"name": "x", "track": "v1", "core_version": "1", "content": {"title": "x"}, "deprecated": True, "deprecation_note": NUL}),
    ("/admin/schemas", {"name": "x", "track": "v1", "core_version": "1", "content": {"title": "x"}, "schema_id_str": NUL}),
    ("/admin/schemas", {"name": "x", "track": "v1", "core_version": "1", "content": {"title": "x"}, "x_compat": {"note": NUL}}),
    ("/admin/schemas", {"name": "x", "track": "v1", "core_version": "1", "content": {"$schema_id": NUL}}),
    ("/admin/schemas", {"name": "x", "track": "v1", "core_version": "1", "content": {"$core_version": NUL}}),
    ("/admin/schemas", {"name": "x", "track": "v1", "core_version": NUL, "content": {"title": "x"}}),
    ("/admin/telemetry", {"service": NUL, "schemas": []}),
    ("/admin/telemetry", {"repo": NUL, "track": "v1", "generated_at": "2026-05-18T02:03:04Z", "schemas": [{"schema": NUL, "status": "drift"}]}),
    ("/admin/telemetry", {"event_type": "schema_drift", "schema": NUL, "track": "v1", "local_sha256": NUL}),
    ("/subjects/x/versions", {"schemaType": "JSON", "schema": '{"title": "%s"}' % NUL.replace("\\", "\\\\")}),
    ("/compatibility/subjects/x/versions", {"schemaType": "JSON", "schema": '{"title": "%s"}' % NUL.replace("\\", "\\\\")}),
])
def test_a_nul_in_a_text_is_kept_or_refused_and_fails_nothing(served, path, body):
    text = json.dumps(body).replace("\\\\u0000", "\\u0000")
    answer = served.post(path, text)
    assert answer.status < 500, answer.body


def undecided(spelling, version):
    """Whether one spelling of these patterns includes the other can't be told within the steps there are, and takes them all."""
    return {"title": str(version), "properties": {f"p{i}": {"type": "string", "pattern": f"^{spelling}*a{spelling}{{{14 + i}}}$"} for i in range(6)}}


def test_expensive_questions_keep_no_reader_waiting(workspace):
    with Served(workspace, "--jobs", "2") as served:
        assert served.put("/config/s", {"compatibility": "NONE"}).status == 200
        for version in range(40):
            assert served.register("s", undecided("[ab]", version)).status == 200
        assert served.put("/config/s", {"compatibility": "FULL_TRANSITIVE"}).status == 200
        body = json.dumps({"schemaType": "JSON", "schema": json.dumps(undecided("(a|b)", 0))})
        asking = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(8)]
        for each in asking:
            each.sendall(f"POST /compatibility/subjects/s/versions HTTP/1.1\r\nHost: h\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        for _ in range(20):
            assert served.get("/index").status == 200
            assert served.get("/subjects/s/versions").status == 200
        answered = select.select(asking, [], [], 0)[0]
        assert len(answered) < len(asking) / 2, "whoever reads came after those who compare"
        served.kill()
        for each in asking:
            each.close()


def test_a_schema_that_nobody_can_validate_with_is_not_published(quick):
    """Versions never change and are never taken back: a keyword with an impossible value would be there for good."""
    wrong = {"type": "objekt"}
    answer = quick.publish("x", "1", wrong)
    assert answer.status == 422 and "objekt" in answer.json["detail"], answer.body
    body = {"schemaType": "JSON", "schema": json.dumps(wrong)}
    for path in ("/subjects/x/versions", "/compatibility/subjects/x/versions"):
        answer = quick.post(path, body)
        assert (answer.status, answer.json["error_code"]) == (422, 42201), answer.body
    assert quick.get("/schemas/v1/x").status == 404


def test_a_stamp_that_contradicts_the_version_is_not_published(quick):
    answer = quick.publish("x", "9.9.9", {**FEEDBACK, "$core_version": "1.1.0"})
    assert answer.status == 422 and "1.1.0" in answer.json["detail"] and "9.9.9" in answer.json["detail"]


def test_a_folder_to_sync_from_that_is_not_there_is_told_at_the_start(sqlite_workspace):
    done = sqlite_workspace.run("schemas", "serve", "--listen", "127.0.0.1:0", "--sync-folder", "nowhere", expect=2)
    assert "nowhere" in done.stderr
