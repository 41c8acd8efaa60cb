# SPDX-License-Identifier: Apache-2.0
"""jsonsubschema as a worker (worker.py): is every document of the old schema one of the new schema?"""
import contextlib
import json
import os
import pathlib
import sys
import time

from jsonsubschema import isSubschema

LINES = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()


def is_compatible(index):
    return isSubschema(json.loads(LINES[2 * index]), json.loads(LINES[2 * index + 1]))


def ask(index):
    try:
        return "yes" if is_compatible(index) else "no"
    except (Exception, SystemExit) as error:  # whatever it raises is its answer; it ends the program where it is at a loss
        return " ".join(f"error {type(error).__name__} {error}".split())


def timed(seconds, chosen):
    begin, passes, took = time.monotonic(), 0, 0.0
    while passes == 0 or took < seconds:
        for index in chosen:
            is_compatible(index)
        passes += 1
        took = time.monotonic() - begin
    return f"{passes} {took}"


def main():
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):  # it prints what it thinks
        for line in sys.stdin:
            what, first, *rest = line.split()
            print(ask(int(first)) if what == "ask" else timed(float(first), list(map(int, rest))), file=answers, flush=True)


if __name__ == "__main__":
    main()
