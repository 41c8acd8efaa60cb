# SPDX-License-Identifier: Apache-2.0
"""The programs that are compared: how each is asked for the SHA-256 of the files of a list, with one thread or with several."""
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
OURS = "holdfast"


def batched(program, arguments):
    """`program` over the list through xargs, with as many processes as threads are asked for."""
    def command(listing, _folder, threads, file_count):
        if threads == 1:
            return ["xargs", "-a", listing, program, *arguments]
        each = max(1, -(-file_count // (threads * 8)))
        return ["xargs", "-a", listing, "-P", str(threads), "-n", str(each), program, *arguments]
    return command


def commands(release):
    """Name → function(listing, folder, threads, file_count) → command; run in the folder."""
    hash_bench = str(release / "bench" / "hash_bench")
    return {
        OURS: lambda listing, _folder, threads, _count: [hash_bench, "--list", listing, "--threads", str(threads)],
        "openssl dgst": batched("openssl", ["dgst", "-sha256"]),
        "sha256sum": batched("sha256sum", []),
        "hashdeep": lambda listing, _folder, threads, _count: [
            "hashdeep", "-c", "sha256", "-j", str(0 if threads == 1 else threads), "-f", listing],
        "rclone hashsum": lambda _listing, folder, threads, _count: [
            "rclone", "--config", os.devnull, "hashsum", "sha256", "--checkers", str(threads), str(folder)],
        "Python hashlib": lambda listing, _folder, threads, _count: [sys.executable, str(HERE / "hashlib_sum.py"), listing, str(threads)],
    }


def environment(threads):
    """Go programs take as many processors as they may."""
    return {"GOMAXPROCS": str(threads), "RCLONE_LOG_LEVEL": "ERROR"}


def versions():
    asked = {
        "openssl dgst": ["openssl", "version"],
        "sha256sum": ["sha256sum", "--version"],
        "hashdeep": ["hashdeep", "-V"],
        "rclone hashsum": ["rclone", "version"],
        "Python hashlib": [sys.executable, "--version"],
    }
    found = {}
    for name, command in asked.items():
        if shutil.which(command[0]) is None:
            continue
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        found[name] = (done.stdout + done.stderr).strip().splitlines()[0]
    return found
