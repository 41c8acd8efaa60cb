# SPDX-License-Identifier: Apache-2.0
"""What the tests of the room http talk through: http_probe as a server or client, raw sockets, certificates, and a server that obeys."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import threading

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
PROBE = os.environ.get("HOLDFAST_HTTP_PROBE", str(SOURCE / "build/dev/tests/http_probe"))
PATIENCE_S = 60  # only a hanging program takes so long


class ProbeServer:
    """http_probe serve: `settings` are its name=value arguments."""

    def __init__(self, **settings):
        words = [f"{name}={value}" for name, value in settings.items()]
        self.process = subprocess.Popen([PROBE, "serve", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.origin = self.process.stdout.readline().strip()
        assert self.origin.startswith("http"), self.origin
        self.port = int(self.origin.rsplit(":", 1)[1])
        self.log = ""

    def connect(self):
        return Peer(socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S))

    def ask(self, text):
        """One request on a connection of its own, and all that comes back."""
        with self.connect() as peer:
            peer.send(text)
            return peer.read_all()

    def held(self):
        return json.loads(self.ask("GET /held HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").split(b"\r\n\r\n", 1)[1])

    def wait_held(self, name):
        while name not in self.held():
            pass

    def release(self, name):
        self.ask(f"POST /release/{name} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def memory_kib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0])

    def begin_stop(self):
        self.process.send_signal(signal.SIGTERM)

    def end(self):
        """How it says that it ended."""
        out, self.log = self.process.communicate(timeout=PATIENCE_S)
        assert self.process.returncode == 0, self.log
        return out.strip()

    def stop(self):
        self.begin_stop()
        return self.end()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.communicate(timeout=PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.communicate()
                raise


class Peer:
    """A raw connection that reads answers by their lengths."""

    def __init__(self, connection):
        self.socket = connection
        self.rest = b""

    def send(self, text):
        self.socket.sendall(text if isinstance(text, bytes) else text.encode())

    def more(self):
        got = self.socket.recv(65536)
        self.rest += got
        return bool(got)

    def read_all(self):
        """Until the server closes; a reset counts as its end."""
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            while self.more():
                pass
        out, self.rest = self.rest, b""
        return out

    def read_until(self, text):
        while text not in self.rest:
            assert self.more(), f"closed before {text!r}: {self.rest!r}"
        at = self.rest.index(text) + len(text)
        out, self.rest = self.rest[:at], self.rest[at:]
        return out

    def read_head(self):
        lines = self.read_until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        fields = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:] if line)}
        return int(lines[0].split()[1]), fields

    def read_answer(self, head_only=False):
        status, fields = self.read_head()
        length = 0 if head_only or status in (204, 304) else int(fields["content-length"])
        while len(self.rest) < length:
            assert self.more(), "closed in the middle of an answer"
        body, self.rest = self.rest[:length], self.rest[length:]
        return status, fields, body

    def reset(self):
        """As a killed process or a lost machine leaves it: no goodbye."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


class ProbeClient:
    """http_probe client: one order a line, one report a line."""

    def __init__(self, environment=None, **options):
        self.process = subprocess.Popen([PROBE, "client"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, **(environment or {})})
        self.opened = self.tell(options)

    def begin(self, order):
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def report(self):
        return json.loads(self.process.stdout.readline())

    def tell(self, order):
        self.begin(order)
        return self.report()

    def get(self, url, **order):
        return self.tell({"url": url, **order})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=PATIENCE_S)


class ScriptedServer:
    """Answers each request with the next of `answers` (the last for ever): bytes, or a function of (connection, request bytes).

    Keeps what it was asked.
    """

    def __init__(self, *answers, certificate=None, client_ca=None):
        self.answers = list(answers)
        self.requests = []
        self.connection_count = 0
        self.asked = threading.Semaphore(0)
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*certificate)
            if client_ca:
                self.context.load_verify_locations(client_ca)
                self.context.verify_mode = ssl.CERT_REQUIRED
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.origin = f"{'https' if certificate else 'http'}://localhost:{self.port}"
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connection_count += 1
            threading.Thread(target=self._greet, args=(connection,), daemon=True).start()

    def _greet(self, connection):
        with contextlib.suppress(OSError):
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            self._talk(connection)
        connection.close()

    def _talk(self, connection):
        connection.settimeout(PATIENCE_S)
        rest = b""
        while True:
            while b"\r\n\r\n" not in rest:
                got = connection.recv(65536)
                if not got:
                    return
                rest += got
            head, rest = rest.split(b"\r\n\r\n", 1)
            length = 0
            for line in head.lower().split(b"\r\n"):
                if line.startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            while len(rest) < length:
                rest += connection.recv(65536)
            body, rest = rest[:length], rest[length:]
            self.requests.append(head + b"\r\n\r\n" + body)
            self.asked.release()
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if callable(answer):
                if answer(connection, self.requests[-1]) == "close":
                    return
            else:
                connection.sendall(answer)
                if b"connection: close" in answer.lower():
                    return

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()


def answer(status=200, body=b"", **fields):
    """The bytes of an answer with a right Content-Length."""
    body = body if isinstance(body, bytes) else body.encode()
    named = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} Text\r\n{named}Content-Length: {len(body)}\r\n\r\n".encode() + body


def make_certificate(folder, name, signer=None):
    """(certificate, key) for localhost and 127.0.0.1, signed by itself or by another such pair. Made by the openssl program."""
    certificate, key, request, extensions = (str(folder / f"{name}.{kind}") for kind in ("pem", "key", "csr", "ext"))
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    openssl = shutil.which("openssl")
    pathlib.Path(extensions).write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n" if signer else "basicConstraints=critical,CA:TRUE\n")
    subprocess.run([openssl, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-subj", f"/CN={name}",
                    "-out", request], **quiet)
    sign = ["-CA", signer[0], "-CAkey", signer[1], "-CAcreateserial"] if signer else ["-signkey", key]
    subprocess.run([openssl, "x509", "-req", "-in", request, "-days", "30", "-extfile", extensions, "-out", certificate, *sign], **quiet)
    return certificate, key
