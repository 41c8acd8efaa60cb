# SPDX-License-Identifier: Apache-2.0
"""The check of seed 004 (ADR-0862) as a whole process: keys of the ledger into a set, one column by pandas, two counts compared.

Usage: pandas_check.py OUT [CLIPS]. With CLIPS the folder is listed first, as the original does to see what is pending.
Exit 0: as many rows as keys. Exit 1: it names how many seem to be lost.
"""
import pathlib
import sys

import pandas


def main():
    out = pathlib.Path(sys.argv[1])
    done = set()
    with open(out.with_suffix(".done"), encoding="utf-8") as ledger:
        for line in ledger:
            if line.strip():
                done.add(line.strip())
    if len(sys.argv) > 2:
        pending = [clip for clip in sorted(pathlib.Path(sys.argv[2]).glob("*.mp4")) if clip.name not in done]
        if pending:
            print(f"{len(pending)} pending")
            return 1
    row_count = len(pandas.read_parquet(out, columns=["clip_name"]))
    if row_count < len(done):
        print(f"CONSISTENCY ERROR: .done lists {len(done)} completed clip(s) but parquet has only {row_count} row(s). "
              f"{len(done) - row_count} clip(s) appear to have been lost")
        return 1
    print(f"nothing to do: {row_count} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
