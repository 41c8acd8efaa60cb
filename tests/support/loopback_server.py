# SPDX-License-Identifier: Apache-2.0
"""An HTTP server of a test: on loopback, a thread for each connection, gone with the test."""
import http.server
import socket
import threading


class HeldPort:
    """A port on loopback that nobody else is given while this lives: bound, and not listened on. Who connects is refused, until a server that
    sets SO_REUSEADDR, as all here do, comes up on it; it may go down and come up again."""

    def __init__(self):
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", 0))
        self.number = self.socket.getsockname()[1]


class Handler(http.server.BaseHTTPRequestHandler):
    """Keeps connections open and says nothing on stderr."""

    protocol_version = "HTTP/1.1"

    def answer(self, status, content_type, body):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class LoopbackServer:
    """Serves from its beginning on; `port`: a HeldPort, or one of its own, which nobody else has once it is closed."""

    def __init__(self, handler, port=None):
        self.held = port or HeldPort()
        self.port = self.held.number
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        self.server.daemon_threads = True
        self.address = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.address}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
