# SPDX-License-Identifier: Apache-2.0
"""What a careful Python user writes: every key of ledger and table compared as sets, by pyarrow, without pandas.

Usage: set_check.py OUT [CLIPS]. Exit 0: the same keys, and each of the items. Exit 1: it counts the lost and the pending ones.
"""
import os
import pathlib
import sys

import pyarrow.parquet


def main():
    out = pathlib.Path(sys.argv[1])
    done = set(out.with_suffix(".done").read_text(encoding="utf-8").splitlines())
    # Not read_table(), which imports pandas where that is installed.
    keys = pyarrow.parquet.ParquetFile(out).read(columns=["clip_name"])["clip_name"].to_pylist()
    published = set(keys)
    lost, unclaimed, repeated = len(done - published), len(published - done), len(keys) - len(published)
    pending = 0
    if len(sys.argv) > 2:
        items = {name for name in os.listdir(sys.argv[2]) if name.endswith(".mp4")}
        pending = len(items - done - published)
    print(f"{lost} lost, {unclaimed} unclaimed, {repeated} repeated, {pending} pending")
    return 1 if lost or unclaimed or repeated or pending else 0


if __name__ == "__main__":
    sys.exit(main())
