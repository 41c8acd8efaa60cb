# SPDX-License-Identifier: Apache-2.0
"""Extractions to check: the accident of seed 004 and its control at full size, made once and kept under build/bench."""
import dataclasses
import json
import pathlib
import random
import shutil
import subprocess

FEATURES = ["adm2", *(f"adm_scale{n}" for n in range(4)), *(f"vif_scale{n}" for n in range(4)), "motion", "motion2", "motion3", "psnr_y",
            "psnr_cb", "psnr_cr", "float_ssim", "float_ms_ssim", "cambi", "ciede2000", "psnr_hvs", "vmaf"]


@dataclasses.dataclass(frozen=True)
class Sizes:
    keys: int = 152_265       # in the ledger, seed 004
    published: int = 59_812   # of them in the table of the accident
    many: int = 1_000_000     # for the memory of a key
    items: int = 5_000        # tiny files for a whole run


QUICK = Sizes(keys=3_000, published=1_000, many=20_000, items=100)


def name_of(index):
    return f"orig_{index:08d}_5s.mp4"


def write_table(path, count, columns):
    """As the original: pandas' DataFrame.to_parquet, so snappy and one row group."""
    import pandas

    rng = random.Random(f"holdfast {count}")
    frame = pandas.DataFrame({"clip_name": [name_of(index) for index in range(count)]})
    for column in columns:
        frame[column] = [rng.random() for _ in range(count)]
    frame.to_parquet(path)


def write_ledger(path, count):
    path.write_text("".join(f"{name_of(index)}\n" for index in range(count)))


def make_files(folder, count, content):
    folder.mkdir(parents=True)
    for index in range(count):
        (folder / name_of(index)).write_bytes(content(index))


def make_workspace(folder, binary, count):
    folder.mkdir()
    (folder / "items.txt").write_text("".join(f"{name_of(index)}\n" for index in range(count)))
    (folder / "holdfast.toml").write_text(
        '[workspace]\nname = "bench"\ncatalog = "sqlite:catalog.db"\n\n[extract.k150k]\nitems_file = "items.txt"\nout = "k150k.parquet"\n'
        'extractor = "exec"\ncommand = ["false"]\ncolumns = ["vmaf_mean:float64"]\n')
    subprocess.run([binary, "migrate", "upgrade"], cwd=folder, check=True, capture_output=True)


def make_ours(folder, binary, count):
    """A finished run of Holdfast: staged and claimed by hand, published by the program."""
    make_workspace(folder, binary, count)
    with open(folder / "k150k.rows.jsonl", "w", encoding="utf-8") as staging:
        for index in range(count):
            staging.write(f'{{"key":"{name_of(index)}","vmaf_mean":{index / 7}}}\n')
    with open(folder / "k150k.done", "w", encoding="utf-8") as ledger:
        for index in range(count):
            ledger.write(f'{{"key":"{name_of(index)}"}}\n')
    subprocess.run([binary, "extract", "run", "k150k"], cwd=folder, check=True, capture_output=True)


def make_sealed(folder, binary, original, count):
    """What the original script left behind, with a run of Holdfast over it that found nothing to do and sealed what it compared."""
    make_workspace(folder, binary, count)
    for name in ("k150k.parquet", "k150k.done"):
        shutil.copy(original / name, folder / name)
    done = subprocess.run([binary, "extract", "run", "k150k", "--json"], cwd=folder, check=True, capture_output=True)
    if json.loads(done.stdout)["status"] != "complete-noop":
        raise RuntimeError(f"extract run: {done.stdout}")


def make(parent, binary, sizes):
    """The folder that holds `noop`, `accident` and `many` (a table and a ledger each), `clips`, `items`, `ours` and `sealed`."""
    folder = pathlib.Path(parent) / f"extractions-{sizes.keys}"
    if (folder / "made").exists() and (folder / "sealed").exists():
        return folder
    subprocess.run(["rm", "-rf", str(folder)], check=True)
    features = [f"{feature}_{each}" for feature in FEATURES for each in ("mean", "std")]
    for name, claimed, published, columns in (("noop", sizes.keys, sizes.keys, features),
                                              ("accident", sizes.keys, sizes.published, features),
                                              ("many", sizes.many, sizes.many, [])):
        (folder / name).mkdir(parents=True)
        write_table(folder / name / "k150k.parquet", published, columns)
        write_ledger(folder / name / "k150k.done", claimed)
    make_files(folder / "clips", sizes.keys, lambda _: b"")
    make_files(folder / "items", sizes.items, lambda index: b"%d" % index * 100)
    make_ours(folder / "ours", binary, sizes.keys)
    make_sealed(folder / "sealed", binary, folder / "noop", sizes.keys)
    (folder / "made").touch()
    return folder
