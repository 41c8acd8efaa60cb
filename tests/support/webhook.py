# SPDX-License-Identifier: Apache-2.0
"""A receiver of webhooks on loopback, which can be told to refuse, and goes down and comes up on the same port."""
import json
import threading

from loopback_server import Handler, LoopbackServer


class WebhookReceiver(LoopbackServer):
    """`requests` are (path, headers, body bytes) of what it took with 2xx; `statuses` are answered first, one a request; then
    `verdict`, given the event, may say a status."""

    def __init__(self, port=None):
        self.requests = []
        self.refused = []
        self.statuses = []
        self.verdict = lambda event: 204
        self.says = b""  # the body of what is no 2xx
        self.lock = threading.Lock()
        outer = self

        class Taking(Handler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with outer.lock:
                    status = outer.statuses.pop(0) if outer.statuses else outer.verdict(json.loads(body))
                    kept = outer.requests if status < 300 else outer.refused
                    kept.append((self.path, dict(self.headers), body))
                self.answer(status, "text/plain", b"" if status < 300 else outer.says)

        super().__init__(Taking, port)

    def events(self):
        return [json.loads(body) for _, _, body in self.requests]
