# SPDX-License-Identifier: Apache-2.0
import base64
import email.utils
import gzip
import time
import zlib

import pytest
from http_peer import ProbeClient, ProbeServer, ScriptedServer, answer, make_certificate
from loopback_server import HeldPort

OK = answer(200, '{"a":1}', Content_Type="application/json")


def field(request, name):
    for line in request.split(b"\r\n\r\n")[0].split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.lower() == name.encode():
            return value.strip().decode()
    return None


def client_of(server, **options):
    return ProbeClient(base_url=server.origin, manual_clock=True, **options)


def cut(text):
    """Sends it and closes."""
    def send(connection, _):
        connection.sendall(text)
        return "close"
    return send


def test_one_connection_serves_many_requests():
    with ScriptedServer(OK) as server, client_of(server) as client:
        for _ in range(20):
            report = client.get("/a")
            assert (report["ok"], report["status"], report["body"]) == (True, 200, '{"a":1}')
        assert server.connection_count == 1
        assert len(server.requests) == 20
        assert field(server.requests[0], "user-agent").startswith("holdfast/")


@pytest.mark.parametrize(("method", "body"), [("GET", ""), ("HEAD", ""), ("POST", "x=1"), ("POST", ""), ("PUT", "{}"), ("PATCH", "{}"),
                                              ("DELETE", ""), ("DELETE", "{}"), ("OPTIONS", "")])
def test_what_is_sent_is_what_was_asked(method, body):
    with ScriptedServer(answer(200) if method != "HEAD" else b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n") as server:
        with ProbeClient(base_url=server.origin + "/api/") as client:
            report = client.tell({"method": method, "url": "/s/a%2Fb?x=%20", "body": body, "headers": {"X-A": "b", "X-Empty": ""}})
            assert report["ok"], report
        head, sent = server.requests[0].split(b"\r\n\r\n", 1)
        assert head.startswith(f"{method} /api/s/a%2Fb?x=%20 HTTP/1.1\r\n".encode())
        assert sent == body.encode()
        assert field(server.requests[0], "x-a") == "b"
        assert b"\r\nX-Empty:" in head
        assert field(server.requests[0], "expect") is None
        assert field(server.requests[0], "content-type") is None


@pytest.mark.parametrize(("status", "kind", "code"), [(400, "http_status", "unavailable"), (401, "auth", "unavailable"),
                                                      (403, "auth", "unavailable"), (404, "http_status", "not_found"),
                                                      (409, "http_status", "conflict"), (501, "http_status", "unavailable")])
def test_a_final_status_is_a_failure_with_its_body_and_one_attempt(status, kind, code):
    with ScriptedServer(answer(status, '{"error_code":40401}')) as server, client_of(server) as client:
        report = client.get("/a")
        assert (report["ok"], report["kind"], report["code"], report["status"]) == (False, kind, code, status)
        assert report["body"] == '{"error_code":40401}'
        assert len(report["attempts"]) == 1
        assert f"GET {server.origin}/a: {status}" in report["message"]


@pytest.mark.parametrize("body", ["<html>sign in here</html>", '{"error_code":50001}'])
def test_a_200_is_handed_on_whatever_is_in_it(body):
    with ScriptedServer(answer(200, body, Content_Type="text/html")) as server, client_of(server) as client:
        report = client.get("/a")
        assert (report["ok"], report["body"], report["headers"]["Content-Type"]) == (True, body, "text/html")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again_ever_later(status):
    with ScriptedServer(answer(status), answer(status), answer(status), OK) as server, client_of(server, backoff_ms=200) as client:
        report = client.get("/a")
        assert report["ok"]
        assert [attempt["status"] for attempt in report["attempts"]] == [status] * 3 + [200]
        waits = [attempt["waited_ms"] for attempt in report["attempts"]]
        assert waits[0] == 0
        for wait, least in zip(waits[1:], (200, 400, 800), strict=True):
            assert least <= wait <= 2 * least


def test_attempts_have_an_end_and_are_told():
    with ScriptedServer(answer(503, "busy")) as server, client_of(server, attempts=3) as client:
        report = client.get("/a")
        assert (report["kind"], report["status"], report["body"], len(report["attempts"])) == ("http_status", 503, "busy", 3)
        assert "503 Service Unavailable (3 attempts)" in report["message"]
        assert len(server.requests) == 3


def test_the_total_time_has_an_end():
    with ScriptedServer(answer(503)) as server, client_of(server, attempts=50, backoff_ms=1000, backoff_most_ms=1000, total_ms=5000) as client:
        report = client.get("/a")
        assert not report["ok"]
        assert 3 <= len(report["attempts"]) <= 5
        assert sum(attempt["waited_ms"] for attempt in report["attempts"]) < 5000


@pytest.mark.parametrize(("order", "count"), [({"method": "POST"}, 1), ({"method": "PATCH"}, 1), ({"method": "POST", "harmless": True}, 4),
                                              ({"method": "PUT"}, 4), ({"method": "DELETE"}, 4), ({"method": "GET", "never": True}, 1)])
def test_only_what_is_harmless_is_sent_twice(order, count):
    with ScriptedServer(answer(503)) as server, client_of(server) as client:
        client.tell({"url": "/a", **order})
        assert len(server.requests) == count


def test_a_post_is_not_sent_again_when_a_kept_connection_turns_out_dead():
    closes = cut(OK)  # without saying so: the client keeps the connection
    with ScriptedServer(closes) as server, client_of(server) as client:
        for _ in range(5):
            assert client.tell({"url": "/a", "method": "POST", "body": "x"})["ok"]
        assert len(server.requests) == 5


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_obeyed(form):
    value = "7" if form == "seconds" else email.utils.formatdate(time.time() + 7, usegmt=True)
    with ScriptedServer(answer(429, Retry_After=value), OK) as server, client_of(server) as client:
        waited = client.get("/a")["attempts"][1]["waited_ms"]
        assert (waited == 7000) if form == "seconds" else (2000 <= waited <= 7000)


def test_a_retry_after_that_is_too_long_ends_the_attempts_and_is_told():
    with ScriptedServer(answer(429, Retry_After="3600")) as server, client_of(server) as client:
        report = client.get("/a")
        assert (report["ok"], report["retry_after_ms"], len(report["attempts"])) == (False, 3_600_000, 1)
        assert "3600 s" in report["hint"]


def test_a_server_that_is_not_there_is_unreachable():
    port = HeldPort()
    with ProbeClient(base_url=f"http://127.0.0.1:{port.number}", manual_clock=True) as client:
        report = client.get("/a")
        assert (report["kind"], report["code"], report["status"], len(report["attempts"])) == ("unreachable", "unavailable", 0, 4)
    with ProbeClient(base_url="http://no-such-host.invalid", manual_clock=True, attempts=1) as client:
        assert client.get("/a")["kind"] == "unreachable"


@pytest.mark.parametrize("broken", [b"", b"HTTP/1.1 200 OK\r\nContent-Le", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc",
                                    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
                                    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab",
                                    b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Encoding: gzip\r\n\r\nabc"])
def test_half_an_answer_is_none(broken):
    with ScriptedServer(cut(broken), cut(broken), OK) as server, client_of(server) as client:
        report = client.get("/a")
        assert report["ok"]
        assert [attempt["status"] == 200 and attempt["what"] == "200 OK" for attempt in report["attempts"]] == [False, False, True]
    with ScriptedServer(cut(broken)) as server, client_of(server) as client:
        report = client.get("/a")
        assert (report["ok"], report["kind"]) == (False, "unreachable")


def test_a_server_that_does_not_answer_is_a_timeout():
    def silent(connection, _):
        connection.recv(1)  # until the client goes
        return "close"
    with ScriptedServer(silent) as server, client_of(server, attempt_ms=100, attempts=2) as client:
        report = client.get("/a")
        assert (report["kind"], len(report["attempts"])) == ("timeout", 2)


def test_a_server_that_trickles_is_a_timeout():
    def trickle(connection, _):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        connection.settimeout(0.02)
        while True:
            connection.sendall(b"x")
            try:
                if not connection.recv(1):
                    return "close"
            except TimeoutError:
                continue
    with ScriptedServer(trickle) as server, client_of(server, attempt_ms=300, attempts=1) as client:
        assert client.get("/a")["kind"] == "timeout"


def endless(connection, _):
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")


@pytest.mark.parametrize("what", ["length", "endless", "one more"])
def test_a_body_above_the_limit_is_told_while_it_is_read(what):
    answers = {"length": b"HTTP/1.1 200 OK\r\nContent-Length: 20000000\r\n\r\n", "endless": endless, "one more": answer(200, "x" * 1001)}
    limits = {} if what != "one more" else {"body_bytes": 1000}
    with ScriptedServer(answers[what]) as server, client_of(server, **limits) as client:
        report = client.get("/a")
        assert (report["kind"], report["code"], len(report["attempts"])) == ("too_large", "unavailable", 1)
        assert f"larger than {limits.get('body_bytes', 16 << 20)} bytes" in report["message"]


def test_a_body_of_the_limit_is_taken():
    with ScriptedServer(answer(200, "x" * 1000)) as server, client_of(server, body_bytes=1000) as client:
        assert client.get("/a")["body_size"] == 1000


def test_bodies_are_decoded_and_the_limit_is_that_of_the_decoded():
    text = b"holdfast " * 1000
    bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(bomb.compress(b"\0" * (1 << 20)) for _ in range(200)) + bomb.flush()
    answers = [answer(200, body, Content_Encoding="gzip") for body in (gzip.compress(text), packed)]
    with ScriptedServer(*answers) as server, client_of(server) as client:
        report = client.get("/a")
        assert (report["ok"], report["body_size"]) == (True, len(text))
        assert field(server.requests[0], "accept-encoding") == "gzip, deflate"
        assert client.get("/a")["kind"] == "too_large"


def test_headers_have_a_limit_too():
    def many(connection, _):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X-A: " + b"b" * 1000 + b"\r\n")
    with ScriptedServer(many) as server, client_of(server, attempts=1) as client:
        assert client.get("/a")["kind"] in ("too_large", "unreachable")


def test_a_known_answer_comes_as_304():
    with ProbeServer() as server, client_of(server) as client:
        first = client.get("/tagged")
        again = client.get("/tagged", if_none_match=first["headers"]["ETag"])
        assert (first["status"], again["ok"], again["status"], again["body"]) == (200, True, 304, "")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_within_the_origin_are_followed(status):
    answers = [answer(status, Location="/b?c"), answer(status, Location="d"), OK]
    with ScriptedServer(*answers) as server, client_of(server, user="u", password="hunter2") as client:
        report = client.get("/a")
        assert (report["ok"], report["url"], len(report["attempts"])) == (True, f"{server.origin}/d", 1)
        assert [request.split(b" ")[1] for request in server.requests] == [b"/a", b"/b?c", b"/d"]


@pytest.mark.parametrize("location", ["http://127.0.0.1:{other}/b", "//127.0.0.1:{other}/b", "https://localhost:{own}/b",
                                      "http://localhost:{own}@127.0.0.1:{other}/b",
                                      "http://localhost.evil.invalid/b", "file:///etc/passwd",
                                      "gopher://localhost:{own}/b", "http:\\\\127.0.0.1:{other}/"])
def test_redirects_to_another_origin_are_not(location):
    with ScriptedServer(OK) as other, ScriptedServer(None) as server:
        server.answers = [answer(302, Location=location.format(other=other.port, own=server.port))]
        with client_of(server, bearer="hunter2") as client:
            report = client.get("/a")
            assert (report["ok"], report["kind"], len(report["attempts"])) == (False, "redirect", 1)
            assert "hunter2" not in str(report)
        assert other.requests == []
        assert len(server.requests) == 1
        if location.startswith("http://127"):
            assert f"from {server.origin} to another origin, http://127.0.0.1:{other.port}" in report["message"]


def test_redirects_have_an_end():
    with ScriptedServer(answer(302, Location="/a")) as server, client_of(server, redirects=3) as client:
        report = client.get("/a")
        assert report["kind"] == "redirect"
        assert len(server.requests) == 4


def test_a_post_is_redirected_only_where_it_stays_one():
    for status, methods in ((307, ["POST", "POST"]), (308, ["POST", "POST"]), (303, ["POST", "GET"]), (302, ["POST"]), (301, ["POST"])):
        with ScriptedServer(answer(status, Location="/b"), OK) as server, client_of(server) as client:
            report = client.tell({"url": "/a", "method": "POST", "body": "x"})
            assert report["ok"] == (len(methods) == 2)
            assert [request.split(b" ")[0].decode() for request in server.requests] == methods
            assert [request.endswith(b"\r\n\r\nx") for request in server.requests] == [method == "POST" for method in methods]


def test_credentials_are_sent_and_never_shown():
    basic = "Basic " + base64.b64encode(b"us:er:hunter2 \xc3\xa9").decode()
    with ScriptedServer(answer(401)) as server:
        host = server.origin.removeprefix("http://")
        for options, expected in (({"user": "us", "password": "er:hunter2 é"}, basic), ({"bearer": "hunter2"}, "Bearer hunter2"),
                                  ({"base_url": f"http://us:er%3Ahunter2%20%C3%A9@{host}"}, basic)):
            with ProbeClient(**{"base_url": server.origin, **options}) as client:
                report = client.get("/a?token=hunter2")
                assert field(server.requests[-1], "authorization") == expected
                assert "hunter2" not in str(report)
                assert report["kind"] == "auth"


def test_credentials_go_to_one_origin_only():
    with ScriptedServer(OK) as server, ScriptedServer(OK) as other, client_of(server, bearer="hunter2") as client:
        report = client.get(other.origin + "/a")
        assert (report["kind"], report["code"]) == ("invalid", "invalid")
        assert other.requests == []
        assert client.get(server.origin + "/a")["ok"]


@pytest.mark.parametrize("options", [{"base_url": "ftp://h/"}, {"base_url": "http://u:hunter2@h", "user": "v"},
                                     {"base_url": "http://h", "user": "u", "bearer": "hunter2"},
                                     {"bearer": "hunter2"}, {"base_url": "http://h", "bearer": "hunter2\n"}, {"base_url": "http://h?a=hunter2"},
                                     {"base_url": "http://h", "certificate_file": "a.pem"}])
def test_options_that_can_not_be_are_refused(options):
    with ProbeClient(**options) as client:
        assert client.opened["code"] == "invalid"
        assert options == {"base_url": "http://h?a=hunter2"} or "hunter2" not in client.opened["message"]


@pytest.mark.parametrize("order", [{"url": "/../a"}, {"url": "/a b"}, {"url": "file:///etc/passwd"}, {"url": "/a", "headers": {"X": "a\r\nY: b"}},
                                   {"url": "/a", "headers": {"Authorization": "x"}}, {"url": "/a", "headers": {"Content-Length": "0"}},
                                   {"url": "/a", "if_none_match": "a\r\nb"}])
def test_requests_that_can_not_be_are_refused(order):
    with ScriptedServer(OK) as server, client_of(server) as client:
        assert client.tell(order)["kind"] == "invalid"
        assert server.requests == []


def test_a_cancel_ends_a_request_in_the_middle():
    def silent(connection, _):
        connection.recv(1)
        return "close"
    with ScriptedServer(silent, OK) as server, ProbeClient(base_url=server.origin) as client:
        client.begin({"url": "/a", "cancellable": True})
        server.asked.acquire()
        client.begin({})
        report = client.report()
        assert (report["kind"], report["code"]) == ("cancelled", "cancelled")
        assert client.get("/a")["ok"]


def test_a_cancel_ends_the_wait_between_attempts():
    with ScriptedServer(answer(503, Retry_After="50")) as server, ProbeClient(base_url=server.origin) as client:
        client.begin({"url": "/a", "cancellable": True})
        server.asked.acquire()
        client.begin({})
        report = client.report()
        assert (report["kind"], len(server.requests)) == ("cancelled", 1)


def test_no_proxy_stands_before_this_machine():
    with ScriptedServer(OK) as server, ScriptedServer(answer(403)) as proxy:
        environment = {name: proxy.origin for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY")}
        with ProbeClient(environment=environment, base_url=server.origin) as client:
            assert client.get("/a")["ok"]
        with ProbeClient(environment=environment, base_url="http://registry.invalid") as client:
            assert client.get("/a")["kind"] == "auth"  # of the proxy
        assert len(proxy.requests) == 1


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    authority = make_certificate(folder, "authority")
    server, client = (make_certificate(folder, name, authority) for name in ("server", "client"))
    return authority, server, client, make_certificate(folder, "stranger")


def test_tls_is_verified_and_a_client_can_show_its_own_certificate(certificates):
    authority, server_pair, client_pair, stranger = certificates
    with ScriptedServer(OK, certificate=server_pair) as server:
        with client_of(server, ca_file=authority[0]) as client:
            assert client.get("/a")["ok"]
            assert client.get("/a")["ok"]
        for ca in (stranger[0], "/nope.pem"):
            with client_of(server, ca_file=ca) as client:
                report = client.get("/a")
                assert (report["kind"], report["code"], len(report["attempts"])) == ("tls", "unavailable", 1)
        with client_of(server) as client:
            assert client.get("/a")["kind"] == "tls"
    with ScriptedServer(OK, certificate=stranger) as server, client_of(server, ca_file=stranger[0]) as client:
        assert client.get("/a")["kind"] == "tls"  # its name is another
    with ScriptedServer(OK, certificate=server_pair, client_ca=authority[0]) as server:
        with client_of(server, ca_file=authority[0], certificate_file=client_pair[0], key_file=client_pair[1]) as client:
            assert client.get("/a")["ok"]
        with client_of(server, ca_file=authority[0]) as client:
            assert not client.get("/a")["ok"]


def test_client_and_server_of_this_room_speak_tls_with_each_other(certificates):
    authority, (certificate, key), _, _ = certificates
    with ProbeServer(certificate=certificate, key=key) as server, ProbeClient(base_url=server.origin, ca_file=authority[0]) as client:
        assert client.get("/big?bytes=5000000")["body_size"] == 5_000_000
        assert client.get("/rows?count=100000")["ok"]
