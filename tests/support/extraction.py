# SPDX-License-Identifier: Apache-2.0
"""Files of an extraction as the original script of seed 004 writes them, by pandas' engine and Python's json."""
import json
import pathlib

import pyarrow
import pyarrow.parquet


class Extraction:
    """`<out>.parquet`, `<out>.done` and `<out>.rows.jsonl` in a folder."""

    def __init__(self, folder, name="k150k", key="clip_name"):
        self.folder, self.key = pathlib.Path(folder), key
        self.out = self.folder / f"{name}.parquet"
        self.ledger = self.folder / f"{name}.done"
        self.staging = self.folder / f"{name}.rows.jsonl"

    def row(self, key, **values):
        return {self.key: key, "mos": 3.5, "vmaf_mean": float("nan"), "width": 960, **values}

    def publish(self, keys, **options):
        """As DataFrame.to_parquet: one row group, snappy, NaN as null."""
        rows = [self.row(key) for key in keys]
        table = pyarrow.table({name: [None if row[name] != row[name] else row[name] for row in rows] for name in self.row("")},
                              schema=pyarrow.schema([(self.key, pyarrow.large_string()), ("mos", pyarrow.float64()),
                                                     ("vmaf_mean", pyarrow.float64()), ("width", pyarrow.int64())]))
        pyarrow.parquet.write_table(table, self.out, **options)

    def claim(self, keys):
        self.ledger.write_text("".join(f"{key}\n" for key in keys))

    def stage(self, keys):
        self.staging.write_text("".join(json.dumps(self.row(key)) + "\n" for key in keys))
