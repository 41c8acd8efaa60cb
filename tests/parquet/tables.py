#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The truth about Parquet files by pyarrow: what one holds, and files for our reader.

  tables.py read PATH [COLUMN…]     one line a row: its cells as text that tells null, NaN and every bit of a number apart
  tables.py verify PATH             as read, with the checksums of pages verified; exit 1 where pyarrow refuses
  tables.py describe PATH           JSON: rows, row groups, columns, codecs, metadata
  tables.py write PATH [--option=value…]
"""
import argparse
import json
import math
import struct
import sys

import pyarrow
import pyarrow.parquet


def cell(value):
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, int):
        return f"i{value}"
    if isinstance(value, float):
        return "dnan" if math.isnan(value) else "d" + struct.pack(">d", value).hex()
    return "s" + (value.encode() if isinstance(value, str) else value).hex()


def read(path, columns, verified):
    table = pyarrow.parquet.read_table(path, columns=columns or None, page_checksum_verification=verified, use_threads=False)
    columns = [column.to_pylist() for column in table.columns]
    for row in range(table.num_rows):
        print(" ".join(cell(column[row]) for column in columns))


def describe(path):
    file = pyarrow.parquet.ParquetFile(path)
    metadata = file.metadata
    columns = [metadata.schema.column(i) for i in range(metadata.num_columns)]
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    print(json.dumps({
        "rows": metadata.num_rows,
        "groups": [g.num_rows for g in groups],
        "columns": [f"{c.path} {c.physical_type} {c.logical_type.type} {c.max_definition_level}" for c in columns],
        "codecs": sorted({g.column(i).compression for g in groups for i in range(metadata.num_columns)}),
        "metadata": {k.decode(): v.decode() for k, v in (metadata.metadata or {}).items() if k != b"ARROW:schema"},
        "created_by": metadata.created_by,
    }))


def made_table(rows, texts):
    types = {"string": pyarrow.string(), "large_string": pyarrow.large_string(), "binary": pyarrow.binary(),
             "dictionary": pyarrow.dictionary(pyarrow.int32(), pyarrow.string())}
    names = [None if i % 97 == 5 else f"orig_{i * 48271 % 1000003:010d}_5s.mp4" for i in range(rows)]
    numbers = [None if i % 11 == 3 else math.nan if i % 7 == 2 else i / 3 for i in range(rows)]
    if texts == "binary":
        names = [name and name.encode() + b"\xff\0" for name in names]
    return pyarrow.table({
        "clip_name": pyarrow.array(names, types[texts]),
        "mos": pyarrow.array(numbers, pyarrow.float64()),
        "frames": pyarrow.array([i * 1_000_000_007 for i in range(rows)], pyarrow.int64()),
        "is_hdr": pyarrow.array([None if i % 13 == 1 else i % 3 == 0 for i in range(rows)], pyarrow.bool_()),
        "width": pyarrow.array([-i for i in range(rows)], pyarrow.int32()),
        "large": pyarrow.array([4294967295 - i for i in range(rows)], pyarrow.uint32()),
        "fps": pyarrow.array([None if i % 5 == 0 else i / 7 for i in range(rows)], pyarrow.float32()),
        "same": pyarrow.array(["one of two" if i % 2 else "" for i in range(rows)], pyarrow.string()),
    }, metadata={"maker": "tables.py"})


def write(path, options):
    if options.kind == "nested":
        table = pyarrow.table({"key": ["a", "b"], "tags": [["x"], []], "at": [{"x": 1}, {"x": 2}]})
    elif options.kind == "types":
        import datetime
        import decimal
        table = pyarrow.table({"key": ["a"], "day": [datetime.date(2026, 1, 2)], "price": [decimal.Decimal("1.50")],
                               "when": [datetime.datetime(2026, 1, 2)], "big": pyarrow.array([1], pyarrow.uint64()),
                               "nothing": pyarrow.nulls(1), "half": pyarrow.array([1.5], pyarrow.float16())})
    elif options.kind == "empty":
        table = made_table(0, "string")
    else:
        table = made_table(options.rows, options.texts)
    pyarrow.parquet.write_table(table, path, compression=options.codec, use_dictionary=options.dictionary, row_group_size=options.group,
                                write_page_checksum=options.checksum, data_page_version=options.page, data_page_size=options.page_size,
                                version=options.version)


def main():
    command, path, *rest = sys.argv[1:]
    if command in ("read", "verify"):
        try:
            read(path, rest, command == "verify")
        except OSError as refused:
            sys.exit(f"refused: {refused}")
    elif command == "describe":
        describe(path)
    else:
        options = argparse.ArgumentParser()
        options.add_argument("--kind", default="plain")
        options.add_argument("--rows", type=int, default=1000)
        options.add_argument("--texts", default="string")
        options.add_argument("--codec", default="snappy")
        options.add_argument("--group", type=int, default=400)
        options.add_argument("--page", default="1.0")
        options.add_argument("--page-size", type=int, default=2000)
        options.add_argument("--version", default="2.6")
        options.add_argument("--dictionary", action=argparse.BooleanOptionalAction, default=True)
        options.add_argument("--checksum", action=argparse.BooleanOptionalAction, default=True)
        write(path, options.parse_args(rest))


if __name__ == "__main__":
    main()
