# SPDX-License-Identifier: Apache-2.0
"""A receiver of webhooks on loopback, which can be told to refuse, and goes down and comes up on the same port."""
import http.server
import json
import threading


class WebhookReceiver:
    """`requests` are (path, headers, body bytes) of what it took with 2xx; `statuses` are answered first, one a request; then
    `verdict`, given the event, may say a status."""

    def __init__(self, port=0):
        self.requests = []
        self.refused = []
        self.statuses = []
        self.verdict = lambda event: 204
        self.says = b""  # the body of what is no 2xx
        self.lock = threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with outer.lock:
                    status = outer.statuses.pop(0) if outer.statuses else outer.verdict(json.loads(body))
                    kept = outer.requests if status < 300 else outer.refused
                    kept.append((self.path, dict(self.headers), body))
                self.send_response(status)
                said = b"" if status < 300 else outer.says
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def events(self):
        return [json.loads(body) for _, _, body in self.requests]

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
