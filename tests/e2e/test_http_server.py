# SPDX-License-Identifier: Apache-2.0
import contextlib
import json
import os
import select
import signal
import ssl
import subprocess
import sys

import pytest
from http_peer import PATIENCE_S, Peer, ProbeServer, make_certificate
from prom_stack import until

HEALTH = "GET /health HTTP/1.1\r\nHost: h\r\n\r\n"
CLOSE = "Connection: close\r\n"


def status_of(answer):
    return int(answer.split(b" ", 2)[1]) if answer else None


@pytest.fixture(scope="module")
def server():
    with ProbeServer(log="info") as made:
        yield made


def test_requests_follow_each_other_on_one_connection(server):
    with server.connect() as peer:
        for _ in range(50):
            peer.send(HEALTH)
            assert peer.read_answer()[0] == 200


def test_pipelined_requests_are_answered_in_order(server):
    with server.connect() as peer:
        names = [f"n{i}" for i in range(100)]
        peer.send("".join(f"GET /schemas/t/{name} HTTP/1.1\r\nHost: h\r\n\r\n" for name in names))
        assert [json.loads(peer.read_answer()[2])["name"] for _ in names] == names


def test_a_request_may_come_byte_by_byte(server):
    with server.connect() as peer:
        for byte in b"\r\nPOST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc":
            peer.send(bytes([byte]))
        assert json.loads(peer.read_answer()[2])["body"] == "abc"


def test_a_half_closed_peer_gets_its_answer(server):
    with server.connect() as peer:
        peer.send(HEALTH)
        peer.socket.shutdown(1)
        answer = peer.read_all()
        assert status_of(answer) == 200
        assert answer.endswith(b'{"status":"ok"}')


def test_head_is_get_without_the_body(server):
    with server.connect() as peer:
        peer.send("HEAD /health HTTP/1.1\r\nHost: h\r\n\r\n")
        status, head_fields, _ = peer.read_answer(head_only=True)
        peer.send(HEALTH)
        assert peer.read_answer()[0] == 200
        assert (status, head_fields["content-length"]) == (200, "15")
        peer.send("HEAD /rows?count=5 HTTP/1.1\r\nHost: h\r\n\r\n")
        peer.read_answer(head_only=True)
        peer.send(HEALTH)
        assert peer.read_answer()[2] == b'{"status":"ok"}'


def test_methods_of_a_path_are_named(server):
    with server.connect() as peer:
        for method, status in (("POST", 405), ("OPTIONS", 204)):
            peer.send(f"{method} /schemas/a/b HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")
            got, fields, body = peer.read_answer()
            assert (got, fields["allow"]) == (status, "GET, HEAD, DELETE, OPTIONS")
            assert got == 204 or json.loads(body)["hint"] == "send one of GET, HEAD, DELETE, OPTIONS"
        peer.send("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n")
        assert peer.read_answer()[1]["allow"] == "GET, HEAD, DELETE, POST, OPTIONS"
        peer.send("DELETE /schemas/a/b HTTP/1.1\r\nHost: h\r\n\r\n")
        assert peer.read_answer()[0] == 204
        for method in ("BREW", "TRACE", "get"):
            peer.send(f"{method} /health HTTP/1.1\r\nHost: h\r\n\r\n")
            assert peer.read_answer()[0] == 501


def test_every_answer_of_refusal_is_a_problem(server):
    with server.connect() as peer:
        peer.send("GET /nope?token=hunter2 HTTP/1.1\r\nHost: h\r\n\r\n")
        status, fields, body = peer.read_answer()
        assert (status, fields["content-type"]) == (404, "application/problem+json")
        assert json.loads(body) == {"type": "about:blank", "title": "Not Found", "status": 404, "code": "not_found",
                                    "detail": "there is nothing at /nope"}


@pytest.mark.parametrize(("code", "status"), [("invalid", 422), ("not_found", 404), ("conflict", 409), ("corrupt", 409), ("io", 500),
                                              ("unavailable", 503), ("unsupported", 501), ("cancelled", 503), ("internal", 500)])
def test_error_codes_have_one_status_each(server, code, status):
    with server.connect() as peer:
        peer.send(f"GET /fail/{code} HTTP/1.1\r\nHost: h\r\n\r\n")
        got, _, body = peer.read_answer()
        problem = json.loads(body)
        assert (got, problem["code"]) == (status, code)
        assert ("detail" in problem) == (status != 500)


def test_an_exception_is_a_500_that_says_nothing(server):
    with server.connect() as peer:
        peer.send("GET /throw HTTP/1.1\r\nHost: h\r\n\r\n" + HEALTH)
        status, _, body = peer.read_answer()
        assert status == 500
        assert b"hunter2" not in body
        assert peer.read_answer()[0] == 200


def test_a_field_with_a_line_end_is_not_sent(server):
    with server.connect() as peer:
        peer.send("GET /tagged HTTP/1.1\r\nHost: h\r\n\r\n")
        fields = peer.read_answer()[1]
        assert "x-split" not in fields
        assert "set-cookie" not in fields


def test_an_answer_that_is_known_is_304(server):
    with server.connect() as peer:
        peer.send("GET /tagged HTTP/1.1\r\nHost: h\r\n\r\n")
        tag = peer.read_answer()[1]["etag"]
        for known, status in ((tag, 304), (f'"x", W/{tag}', 304), ("*", 304), ('"x"', 200)):
            peer.send(f"GET /tagged HTTP/1.1\r\nHost: h\r\nIf-None-Match: {known}\r\n\r\n")
            got, fields, body = peer.read_answer()
            assert (got, fields["etag"], body == b"") == (status, tag, status == 304)


BAD_HEADS = {
    "no request": "BLAH\r\n\r\n",
    "no version": "GET /health\r\n\r\n",
    "two blanks": "GET  /health HTTP/1.1\r\nHost: h\r\n\r\n",
    "bare line feeds": "GET /health HTTP/1.1\nHost: h\n\n",
    "no host": "GET /health HTTP/1.1\r\n\r\n",
    "two hosts": "GET /health HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n",
    "blank before the colon": "GET /health HTTP/1.1\r\nHost : h\r\n\r\n",
    "NUL in a field": "GET /health HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n",
    "no name": "GET /health HTTP/1.1\r\nHost: h\r\n: x\r\n\r\n",
    "binary": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "length and coding": "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "coding and length": "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "two lengths": "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    "the same length twice": "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    "a list of lengths": "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3, 3\r\n\r\nabc",
    "a negative length": "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: -3\r\n\r\nabc",
    "a length with a sign": "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: +3\r\n\r\nabc",
    "a hexadecimal length": "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 0x3\r\n\r\nabc",
    "a length above 64 bits": "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999999\r\n\r\nabc",
    "no chunk size": "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
    "a chunk size above 64 bits": "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + "f" * 17 + "\r\nabc\r\n0\r\n\r\n",
    "a negative chunk size": "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n",
    "a chunk that is too long": "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
    "chunked in HTTP/1.0": "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("what", BAD_HEADS)
def test_a_malformed_or_doubtful_request_is_refused_and_ends_the_connection(server, what):
    answer = server.ask(BAD_HEADS[what].encode("latin-1") + HEALTH.encode())
    # Whatever stands behind it must not be read as a request.
    assert answer.count(b"\r\nDate: ") == 1, answer
    assert status_of(answer) in ((400, 505) if what == "bare line feeds" else (400,))
    assert b"\r\nConnection: close\r\n" in answer


@pytest.mark.parametrize("coding", ["gzip", "gzip, chunked", "chunked, chunked", "xchunked", "identity", "chunked;q=1"])
def test_only_plain_chunks_are_understood(server, coding):
    answer = server.ask(f"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: {coding}\r\n\r\n0\r\n\r\n" + HEALTH)
    assert answer.count(b"HTTP/1.1 ") == 1
    assert status_of(answer) in (400, 501)


def test_other_versions_and_expectations_are_refused(server):
    assert status_of(server.ask("GET /health HTTP/2.0\r\nHost: h\r\n\r\n")) == 505
    assert status_of(server.ask("POST /echo HTTP/1.1\r\nHost: h\r\nExpect: magic\r\nContent-Length: 1\r\n\r\na")) == 417


@pytest.mark.parametrize("target", ["/../etc/passwd", "/schemas/../health", "/%2e%2e/a", "/schemas/a%2fb/c", "/schemas/a%00/c", "/a//b", "//h/health",
                                    "http://h/health", "/schemas/%ff/c", "/%", "*", "/schemas/a%5cb/c"])
def test_targets_with_two_readings_are_refused(server, target):
    answer = server.ask(f"GET {target} HTTP/1.1\r\nHost: h\r\n{CLOSE}\r\n")
    assert status_of(answer) == 400, answer


def test_parameters_are_decoded_once(server):
    with server.connect() as peer:
        peer.send("GET /schemas/a%20%252F/%C3%A9?version=%2B1+2 HTTP/1.1\r\nHost: h\r\n\r\n")
        assert json.loads(peer.read_answer()[2]) == {"track": "a %2F", "name": "é", "version": "+1 2"}


def test_chunked_bodies_come_whole_and_their_trailers_are_dropped(server):
    with server.connect() as peer:
        peer.send("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "3;ext=1\r\nabc\r\nA\r\n0123456789\r\n0\r\nAuthorization: none\r\nX-A: 7\r\n\r\n" + HEALTH)
        echoed = json.loads(peer.read_answer()[2])
        assert echoed["body"] == "abc0123456789"
        assert [name for name, _ in echoed["headers"]] == ["Host", "Transfer-Encoding"]
        assert peer.read_answer()[0] == 200


def test_whoever_waits_for_100_gets_it_and_nobody_else(server):
    with server.connect() as peer:
        peer.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        assert peer.read_until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        peer.send("abc")
        assert peer.read_answer()[0] == 200
        peer.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc")
        assert peer.read_answer()[0] == 200


def test_large_headers_and_bodies_are_refused_before_they_are_read():
    with ProbeServer(body_bytes=100_000, header_bytes=4096) as server:
        assert status_of(server.ask("GET /health HTTP/1.1\r\nHost: h\r\nX: " + "a" * 10_000 + "\r\n\r\n")) == 431
        assert status_of(server.ask("GET /health HTTP/1.1\r\nHost: h\r\n" + "X: a\r\n" * 5_000 + "\r\n")) == 431
        with server.connect() as peer:  # never sends the body
            peer.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100001\r\nExpect: 100-continue\r\n\r\n")
            assert peer.read_answer()[0] == 413
        with server.connect() as peer:
            peer.send("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + ("2710\r\n" + "a" * 10_000 + "\r\n") * 11)
            assert peer.read_answer()[0] == 413
        with server.connect() as peer:
            peer.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n" + "a" * 100_000)
            assert peer.read_answer()[0] == 200
        assert server.memory_kib() < 60_000


ENDLESS = {"extension": ("3;", "a"), "field behind the body": ("3\r\nabc\r\n0\r\nX: ", "a"),
           "fields behind the body": ("3\r\nabc\r\n0\r\n", "X: aaaaa\r\n")}


@pytest.mark.parametrize("what", ENDLESS)
def test_what_stands_beside_a_chunked_body_has_a_limit_too(what):
    begin, more = ENDLESS[what]
    with ProbeServer(header_bytes=4096) as server:
        with server.connect() as peer:
            peer.send("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + begin)
            for _ in range(10):
                peer.send(more * (100_000 // len(more)))
            assert status_of(peer.read_all()) == 431
        with server.connect() as peer:
            peer.send("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + begin)
            with contextlib.suppress(OSError):  # the server closes while we still send
                for _ in range(300):
                    peer.send(more * (100_000 // len(more)))
            peer.read_all()
        assert server.memory_kib() < 60_000
        assert status_of(server.ask(HEALTH.replace("\r\n\r\n", "\r\n" + CLOSE + "\r\n"))) == 200


def test_all_bodies_together_have_a_limit_that_slow_senders_can_not_pass():
    with ProbeServer(body_bytes=4_000_000, all_body_bytes=8_000_000) as server:
        part = b"x" * 3_000_000
        slow = [server.connect() for _ in range(20)]
        for peer in slow:
            peer.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4000000\r\n\r\n")
            with contextlib.suppress(OSError):  # it is refused while it still sends
                peer.send(part)
        by_socket, told = {peer.socket: peer for peer in slow}, []

        def readable():
            told[:] = select.select(list(by_socket), [], [], 0)[0]
            return len(told) >= len(slow) - 2

        until(lambda: f"{len(told)} of {len(slow)} are refused", readable)
        refused = [by_socket[each] for each in told]
        status, fields, _ = refused[0].read_answer()
        assert (status, fields["retry-after"], fields["connection"]) == (503, "1", "close")
        assert server.memory_kib() < 60_000, "20 of them would be 80 MB"
        assert status_of(server.ask(HEALTH.replace("\r\n\r\n", "\r\n" + CLOSE + "\r\n"))) == 200
        for peer in slow:
            peer.socket.close()
        for _ in range(20):  # what those held is free again, however often
            answer = b""
            while status_of(answer) != 200:
                answer = server.ask(b"POST /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 3000000\r\n\r\n" + part)


def test_costly_calls_keep_no_others_waiting():
    with ProbeServer(pool_threads=1, costly_threads=1, waiting_costly=1) as server:
        costly = [server.connect() for _ in range(2)]
        for peer in costly:
            peer.send("GET /costly/a HTTP/1.1\r\nHost: h\r\n\r\n")
        server.wait_held("a")
        with server.connect() as peer:
            for _ in range(20):
                peer.send("GET /body/pooled HTTP/1.1\r\nHost: h\r\n\r\n")
                assert peer.read_answer()[0] == 200
            peer.send("GET /costly/a HTTP/1.1\r\nHost: h\r\n\r\n")  # one runs and one waits: of these two the later is told so
            costly.append(peer)
            told = select.select([each.socket for each in costly], [], [], PATIENCE_S)[0]
            full = [each for each in costly if each.socket in told]
            status, fields, _ = full[0].read_answer()
            assert (len(full), status, fields["retry-after"]) == (1, 503, "1")
            server.release("a")
            assert [each.read_answer()[0] for each in costly if each is not full[0]] == [200, 200]


def test_a_slow_sender_is_cut_whatever_it_trickles():
    with ProbeServer(read_ms=300, idle_ms=60_000) as server:
        with server.connect() as peer:
            peer.send("GET /health HTTP/1.1\r\nHost: h\r\nX: ")
            try:  # a byte is sent again and again until the server has had enough
                while True:
                    peer.send("a")
                    peer.socket.settimeout(0.02)
                    try:
                        if not peer.more():
                            break
                    except TimeoutError:
                        continue
            except (ConnectionResetError, BrokenPipeError):
                pass
        with server.connect() as peer:
            peer.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc")
            assert peer.read_all() == b""
        assert status_of(server.ask(f"GET /health HTTP/1.1\r\nHost: h\r\n{CLOSE}\r\n")) == 200


def test_an_idle_connection_is_closed():
    with ProbeServer(idle_ms=2000) as server:  # much longer than anybody needs to send something
        with server.connect() as silent, server.connect() as once:
            once.send(HEALTH)
            assert once.read_answer()[0] == 200
            assert once.read_all() == b""
            assert silent.read_all() == b""


def test_a_reader_that_stops_reading_is_cut_and_costs_no_memory():
    with ProbeServer(write_ms=300, log="info") as server:
        with server.connect() as peer:
            peer.send("GET /rows?count=100000000 HTTP/1.1\r\nHost: h\r\n\r\n")
            line = ""
            while "path=/rows" not in line:  # the server says that it gave up
                line = server.process.stderr.readline()
            assert "whole=no" in line
        assert server.memory_kib() < 60_000


def test_a_connection_ends_after_its_number_of_requests():
    with ProbeServer(requests=3) as server:
        with server.connect() as peer:
            peer.send(HEALTH * 5)
            answers = peer.read_all()
            assert answers.count(b" 200 OK") == 3
            assert answers.count(b"Connection: close") == 1


def test_one_connection_too_many_is_told_so():
    with ProbeServer(connections=3) as server:
        peers = [server.connect() for _ in range(3)]
        for peer in peers:
            peer.send(HEALTH)
            assert peer.read_answer()[0] == 200
        answer = server.ask("")
        assert status_of(answer) == 503
        assert b"Retry-After: 1" in answer
        peers[0].reset()
        while status_of(server.ask(f"GET /health HTTP/1.1\r\nHost: h\r\n{CLOSE}\r\n")) != 200:
            pass
        for peer in peers[1:]:
            peer.send(HEALTH)
            assert peer.read_answer()[0] == 200
            peer.socket.close()


def test_a_full_pool_is_told_so_and_direct_routes_go_on():
    with ProbeServer(pool_threads=1, waiting=1) as server:
        with server.connect() as first, server.connect() as second, server.connect() as third:
            first.send("GET /hold/a HTTP/1.1\r\nHost: h\r\n\r\n")
            server.wait_held("a")
            second.send("GET /hold/a HTTP/1.1\r\nHost: h\r\n\r\n")
            third.send("GET /hold/a HTTP/1.1\r\nHost: h\r\n\r\n")
            # One of the two takes the only place in the queue, whichever the server reads first.
            told = select.select([second.socket, third.socket], [], [], PATIENCE_S)[0][0]
            refused, waits = (second, third) if told is second.socket else (third, second)
            status, fields, _ = refused.read_answer()
            assert (status, fields["retry-after"]) == (503, "1")
            assert status_of(server.ask(f"GET /health HTTP/1.1\r\nHost: h\r\n{CLOSE}\r\n")) == 200
            server.release("a")
            assert first.read_answer()[2] == b"let go"
            assert waits.read_answer()[2] == b"let go"


READER = r"""
import socket, sys, threading
peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
peer.sendall(b"GET /rows?count=100000000 HTTP/1.1\r\nHost: h\r\n\r\n")
peer.recv(1)
print("reads", flush=True)
threading.Event().wait()
"""


def sockets_of(pid):
    count = 0
    for fd in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            count += "socket:" in os.readlink(f"/proc/{pid}/fd/{fd}")
    return count


def test_peers_that_vanish_leave_nothing_behind(server):
    for request in ("", "GET /hea", HEALTH, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nabc",
                    "GET /rows?count=100000000 HTTP/1.1\r\nHost: h\r\n\r\n",
                    "GET /events HTTP/1.1\r\nHost: h\r\n\r\n"):
        for _ in range(5):
            peer = server.connect()
            peer.send(request)
            peer.reset()
    child = subprocess.Popen([sys.executable, "-c", READER, str(server.port)], stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"reads\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    until("sockets of peers that are gone stay open", lambda: sockets_of(server.process.pid) == 1)  # the listener stays
    assert status_of(server.ask(f"GET /health HTTP/1.1\r\nHost: h\r\n{CLOSE}\r\n")) == 200


def test_a_stream_that_fails_does_not_look_whole(server):
    answer = server.ask("GET /cut HTTP/1.1\r\nHost: h\r\n\r\n")
    assert b"first piece" in answer
    assert not answer.endswith(b"0\r\n\r\n")


def test_a_stream_is_whole_for_both_versions(server):
    lines = [b"%d\tartifacts\tdrift\n" % i for i in range(20_000)]
    old = server.ask("GET /rows?count=20000 HTTP/1.0\r\n\r\n")
    assert old.split(b"\r\n\r\n", 1)[1] == b"".join(lines)
    new = server.ask(f"GET /rows?count=20000 HTTP/1.1\r\nHost: h\r\n{CLOSE}\r\n").split(b"\r\n\r\n", 1)[1]
    body = b""
    while new:
        size, new = new.split(b"\r\n", 1)
        body, new = body + new[:int(size, 16)], new[int(size, 16) + 2:]
    assert body == b"".join(lines)


def publish(server, text):
    return server.ask(f"POST /publish HTTP/1.1\r\nHost: h\r\nContent-Length: {len(text)}\r\n{CLOSE}\r\n{text}")


def test_events_reach_all_who_listen_and_silence_has_a_heartbeat():
    with ProbeServer(heartbeat_ms=100) as server:
        with server.connect() as a, server.connect() as b:
            for peer in (a, b):
                peer.send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n")
                peer.read_until(b"data: there\n\n")
            assert b'{"listeners":2}' in publish(server, "x")
            for peer in (a, b):
                peer.read_until(b"id: 1\nevent: job\ndata: x\n\n")
                peer.read_until(b": still here\n\n")


def test_a_listener_that_leaves_is_noticed_at_once():
    with ProbeServer() as server:
        with server.connect() as peer:
            peer.send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n")
            peer.read_until(b"data: there\n\n")
        while b'{"listeners":0}' not in publish(server, "x"):
            pass


def test_a_listener_that_does_not_read_loses_events_and_is_told():
    with ProbeServer(body_bytes=2_000_000) as server:
        with server.connect() as peer:
            peer.send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n")
            peer.read_until(b"data: there\n\n")
            for _ in range(60):
                publish(server, "x" * 500_000)
            peer.read_until(b"event: lost\n")
        assert server.memory_kib() < 100_000


def test_stop_finishes_what_is_in_flight_and_closes_what_is_idle():
    server = ProbeServer()
    idle, busy, events, rows = (server.connect() for _ in range(4))
    idle.send(HEALTH)
    assert idle.read_answer()[0] == 200
    events.send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n")
    events.read_until(b"data: there\n\n")
    busy.send("GET /hold/a HTTP/1.1\r\nHost: h\r\n\r\n" + HEALTH)
    rows.send("GET /rows?count=200000 HTTP/1.1\r\nHost: h\r\n\r\n")
    rows.read_until(b"\r\n\r\n")
    release = server.connect()  # in the middle of its request when the server is asked to stop
    release.send("POST /release/a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n")
    server.wait_held("a")
    server.begin_stop()
    assert idle.read_all() == b""  # closed: the stop has begun
    assert events.read_all().endswith(b"0\r\n\r\n")
    with pytest.raises(ConnectionRefusedError):
        server.connect()
    release.send("x")
    assert release.read_answer()[0] == 200
    status, fields, body = busy.read_answer()
    assert (status, fields["connection"], body) == (200, "close", b"let go")
    assert busy.read_all() == b""  # what was pipelined behind it is not answered
    assert rows.read_all().endswith(b"199999\tartifacts\tdrift\n\r\n0\r\n\r\n")
    assert server.end() == "stopped"


def test_stop_does_not_wait_for_ever():
    server = ProbeServer(drain_ms=200)
    peer = server.connect()
    peer.send("GET /rows?count=1000000000 HTTP/1.1\r\nHost: h\r\n\r\n")
    peer.read_until(b"\r\n\r\n")
    assert server.stop() == "1 connections were cut when the time to finish was over"
    peer.socket.close()


def test_the_log_has_no_secrets():
    with ProbeServer(log="debug") as server:
        server.ask(f"GET /health?token=hunter2 HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer hunter2\r\nCookie: hunter2\r\n{CLOSE}\r\n")
        server.ask(f"GET /nope\x1b HTTP/1.1\r\nHost: h\r\n{CLOSE}\r\n")
        server.stop()
    assert "path=/health status=200" in server.log
    assert "hunter2" not in server.log
    assert "\x1b" not in server.log


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    authority = make_certificate(folder, "authority")
    return authority, make_certificate(folder, "server", authority)


def test_tls_is_spoken_with_a_client_of_another_library(certificates):
    authority, (certificate, key) = certificates
    context = ssl.create_default_context(cafile=authority[0])
    with ProbeServer(certificate=certificate, key=key, read_ms=2_000) as server:
        assert server.origin.startswith("https://")
        plain = server.connect()
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context.minimum_version = context.maximum_version = version
            with Peer(context.wrap_socket(server.connect().socket, server_hostname="localhost")) as peer:
                peer.send(HEALTH * 10)
                assert [peer.read_answer()[0] for _ in range(10)] == [200] * 10
                peer.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 500000\r\n\r\n" + "a" * 500_000)
                assert json.loads(peer.read_answer()[2])["body"] == "500000"
                peer.send("GET /big?bytes=3000000 HTTP/1.1\r\nHost: h\r\n\r\n")
                assert len(peer.read_answer()[2]) == 3_000_000
                peer.send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n")
                peer.read_until(b"data: there\n\n")
        plain.send(HEALTH)  # not TLS: closed, and the server lives on
        assert b"200" not in plain.read_all()
        context.maximum_version = ssl.TLSVersion.TLSv1_3
        with Peer(context.wrap_socket(server.connect().socket, server_hostname="localhost")) as peer:
            peer.send(f"GET /health HTTP/1.1\r\nHost: h\r\n{CLOSE}\r\n")
            assert status_of(peer.read_all()) == 200
        assert server.stop() == "stopped"


def test_a_certificate_needs_its_own_key(certificates):
    (_, other_key), (certificate, _) = certificates
    for settings in ({"certificate": certificate}, {"certificate": certificate, "key": other_key}, {"certificate": "/nope.pem", "key": other_key}):
        with pytest.raises(AssertionError, match="invalid: "):
            ProbeServer(**settings)


def test_addresses_and_ports_that_can_not_be_are_named(server):
    with pytest.raises(AssertionError, match="no IP address"):
        ProbeServer(address="localhost")
    with pytest.raises(AssertionError, match="listen on 192.0.2.1:0"):
        ProbeServer(address="192.0.2.1")
