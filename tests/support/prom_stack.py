# SPDX-License-Identifier: Apache-2.0
"""Debian's Prometheus and Alertmanager on loopback, in a folder of their own, with intervals of a second; and a server of a textfile."""
import json
import pathlib
import re
import subprocess
import time
import urllib.parse
import urllib.request

from loopback_server import Handler, HeldPort, LoopbackServer

SOURCE = pathlib.Path(__file__).resolve().parents[2]
RULES = SOURCE / "deploy/prometheus/holdfast-schemas.rules.yml"
PATIENCE_S = 120


def scaled_rules():
    """The rules as shipped, with seconds for half hours."""
    text = RULES.read_text()
    scaled = re.sub(r"> 1800\)", "> 2)", text)
    scaled = re.sub(r"> 3600\)", "> 4)", scaled)
    scaled = re.sub(r"for: \d+m", "for: 1s", scaled)
    assert scaled.count("> 2)") == 1 and scaled.count("> 4)") == 1 and scaled.count("for: 1s") == text.count("for: ")
    return scaled


def until(what, look, patience_s=PATIENCE_S):
    """What look() gives once it is true."""
    end = time.monotonic() + patience_s
    while not (found := look()):
        assert time.monotonic() < end, f"in vain: {what()}" if callable(what) else f"in vain: {what}"
        time.sleep(0.1)
    return found


class TextfileServer(LoopbackServer):
    """Serves the file at `path` as node_exporter's textfile collector would: whatever is in it now; nothing where there is no path."""

    def __init__(self, path=None):
        self.path = path
        outer = self

        class Exposing(Handler):
            def do_GET(self):
                body = pathlib.Path(outer.path).read_bytes() if outer.path else b""
                self.answer(200, "text/plain; version=0.0.4", body)

        super().__init__(Exposing)


class PromStack:
    def __init__(self, folder, target, hook):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.held = [HeldPort(), HeldPort()]
        self.prometheus_port, self.alertmanager_port = (each.number for each in self.held)
        self.processes = []
        (self.folder / "rules.yml").write_text(scaled_rules())
        # JSON is YAML.
        (self.folder / "prometheus.yml").write_text(json.dumps({
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": ["rules.yml"],
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{self.alertmanager_port}"]}]}]},
            "scrape_configs": [{"job_name": "holdfast", "static_configs": [{"targets": [target]}]}]}))
        (self.folder / "alertmanager.yml").write_text(json.dumps({
            "route": {"receiver": "hook", "group_wait": "100ms", "group_interval": "1s", "repeat_interval": "1h",
                      "group_by": ["alertname", "schema"]},
            "receivers": [{"name": "hook", "webhook_configs": [{"url": hook, "send_resolved": True}]}]}))
        self.start("alertmanager", "prometheus-alertmanager", f"--config.file={self.folder}/alertmanager.yml",
                   f"--storage.path={self.folder}/alertmanager", f"--web.listen-address=127.0.0.1:{self.alertmanager_port}",
                   "--cluster.listen-address=")
        self.start("prometheus", "prometheus", f"--config.file={self.folder}/prometheus.yml",
                   f"--storage.tsdb.path={self.folder}/tsdb", f"--web.listen-address=127.0.0.1:{self.prometheus_port}")
        for port in (self.alertmanager_port, self.prometheus_port):
            until(lambda: self.logs(), lambda port=port: self.is_ready(port))

    def start(self, name, *words):
        with open(self.folder / f"{name}.log", "wb") as log:
            self.processes.append(subprocess.Popen(words, stdout=log, stderr=log))

    def logs(self):
        return "".join(path.read_text()[-1500:] for path in sorted(self.folder.glob("*.log")))

    @staticmethod
    def is_ready(port):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=5).status == 200
        except OSError:
            return False

    def query(self, expression):
        """[(labels, value)] of an instant query."""
        text = urllib.parse.urlencode({"query": expression})
        with urllib.request.urlopen(f"http://127.0.0.1:{self.prometheus_port}/api/v1/query?{text}", timeout=30) as answer:
            found = json.load(answer)["data"]["result"]
        return [(each["metric"], float(each["value"][1])) for each in found]

    def alerts(self):
        """As the Alertmanager has them."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.alertmanager_port}/api/v2/alerts", timeout=30) as answer:
            return json.load(answer)

    def amtool(self, *words):
        done = subprocess.run(["amtool", f"--alertmanager.url=http://127.0.0.1:{self.alertmanager_port}", *words], capture_output=True,
                              text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(timeout=60)
