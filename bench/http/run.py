#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Requests a second for one body of 1.6 KB over loopback: our server (direct and pooled), nginx and Python's, in interleaved rounds of wrk.

Peers that are not installed are left out and named. wrk and the server share the machine's cores, so compare the ratios, not the numbers.
"""
import argparse
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
BODY = b"x" * 1600
MARK_PER_S = 10_000
NGINX = """daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{ access_log off; keepalive_requests 1000000000; default_type application/json; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b;
fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
server {{ listen 127.0.0.1:{port}; root {folder}; open_file_cache max=10; }} }}
"""
PYTHON = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "1600")
        self.end_headers()
        self.wfile.write(b"x" * 1600)
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_open(port):
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            continue


def start(program, folder):
    """[(name, process, URL)]; two names may share a process."""
    ours = subprocess.Popen([program], stdout=subprocess.PIPE, text=True)
    port = int(ours.stdout.readline())
    peers = [("holdfast, direct", ours, f"http://127.0.0.1:{port}/direct"), ("holdfast, pooled", ours, f"http://127.0.0.1:{port}/pooled")]
    if nginx := shutil.which("nginx") or shutil.which("/usr/sbin/nginx"):
        port = free_port()
        os.chmod(folder, 0o755)
        (folder / "body").write_bytes(BODY)
        (folder / "conf").write_text(NGINX.format(folder=folder, port=port))
        peers.append(("nginx, a file", subprocess.Popen([nginx, "-c", folder / "conf", "-e", folder / "error.log"]), f"http://127.0.0.1:{port}/body"))
        wait_open(port)
    else:
        print("nginx is not installed (apt install nginx-light): left out")
    port = free_port()
    peers.append(("Python http.server", subprocess.Popen([sys.executable, "-c", PYTHON, str(port)], stderr=subprocess.DEVNULL), f"http://127.0.0.1:{port}/"))
    wait_open(port)
    return peers


def cpu_s(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(process, url, seconds):
    before = cpu_s(process)
    out = subprocess.run(["wrk", "-t1", "-c32", f"-d{seconds}s", "--latency", url], capture_output=True, text=True, check=True).stdout
    count = int(re.search(r"(\d+) requests in", out)[1])
    if "Non-2xx" in out:
        raise SystemExit(f"{url}: not every answer was a 200\n{out}")
    if count == 0:
        raise SystemExit(f"{url}: no answer in {seconds} s\n{out}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]), re.search(r"99%\s+(\S+)", out)[1], (cpu_s(process) - before) / count * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2, help="of each measurement")
    parser.add_argument("--program", default=SOURCE / "build/release/bench/http_bench", help="our server (default: the release one)")
    options = parser.parse_args()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is not installed: apt install wrk")
    with tempfile.TemporaryDirectory() as folder:
        peers = start(options.program, pathlib.Path(folder))
        try:
            found = {name: [] for name, _, _ in peers}
            for _ in range(options.rounds):
                for name, process, url in peers:
                    found[name].append(measure(process, url, options.seconds))
        finally:
            for _, process, _ in peers:
                process.send_signal(signal.SIGTERM)
                process.wait()
    best = {name: max(rounds) for name, rounds in found.items()}
    ours = best["holdfast, direct"][0]
    print(f"{'server':20} {'requests/s':>12} {'p99':>9} {'CPU us each':>12} {'to ours':>8}")
    for name, (per_s, p99, cpu_us) in best.items():
        print(f"{name:20} {per_s:12.0f} {p99:>9} {cpu_us:12.1f} {per_s / ours:8.2f}")
    print(f"mark: {MARK_PER_S} requests/s: {'met' if ours >= MARK_PER_S else 'NOT met'}")


if __name__ == "__main__":
    main()
