# SPDX-License-Identifier: Apache-2.0
"""Trees of files to hash: the same bytes on every machine, made once and kept under build/bench."""
import dataclasses
import pathlib
import random

MIB = 1 << 20


@dataclasses.dataclass(frozen=True)
class Corpus:
    """`sizes` is one file size an entry."""
    name: str
    title: str
    sizes: tuple[int, ...]

    @property
    def size_bytes(self):
        return sum(self.sizes)


def log_normal(seed, count, total, largest=0):
    """`count` sizes with a long tail that add up to about `total`, the last of them `largest` where that is given."""
    rng = random.Random(seed)
    weights = [rng.lognormvariate(0, 2.0) for _ in range(count - (1 if largest else 0))]
    scale = (total - largest) / sum(weights)
    return tuple(int(weight * scale) for weight in weights) + ((largest,) if largest else ())


def uniform(seed, count, least, most):
    rng = random.Random(seed)
    return tuple(rng.randrange(least, most) for _ in range(count))


def corpora(quick):
    if quick:
        return [
            Corpus("one-large", "one file of 16 MiB", (16 * MIB,)),
            Corpus("mixed-1000", "60 mixed files", log_normal(1, 60, 12_000_000)),
            Corpus("mixed-7700", "200 mixed files, the largest 6 MB", log_normal(2, 200, 16_000_000, 6_000_000)),
            Corpus("small-100000", "1,000 small files", uniform(3, 1000, 512, 8192)),
        ]
    return [
        Corpus("one-large", "one file of 1 GiB", (1024 * MIB,)),
        Corpus("mixed-1000", "1,000 mixed files, 668 MB, the largest 139 MB", log_normal(1, 1000, 668_000_000)),
        Corpus("mixed-7700", "7,700 mixed files, 676 MB, the largest 200 MB", log_normal(2, 7700, 676_000_000, 200_000_000)),
        Corpus("small-100000", "100,000 files of 0.5 to 8 KB, 435 MB", uniform(3, 100_000, 512, 8192)),
    ]


def write(path, size, rng):
    with open(path, "wb") as out:
        for begin in range(0, size, MIB):
            out.write(rng.randbytes(min(MIB, size - begin)))


def make(corpus, parent):
    """The folder that holds the corpus, and `<name>.list` beside it with one relative path a line."""
    folder = pathlib.Path(parent) / corpus.name
    names = [f"d{index % 100:02d}/f{index:06d}.bin" for index in range(len(corpus.sizes))]
    made = folder.with_suffix(".made")
    stamp = f"{len(corpus.sizes)} {corpus.size_bytes}\n"
    if not made.exists() or made.read_text() != stamp:
        rng = random.Random(f"holdfast {corpus.name}")
        for name, size in zip(names, corpus.sizes, strict=True):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path, size, rng)
        made.write_text(stamp)
    folder.with_suffix(".list").write_text("".join(f"{name}\n" for name in sorted(names)))
    return folder


def warm(folder):
    """Reads every file once, so that all of them are in the page cache."""
    for path in sorted(folder.rglob("*.bin")):
        with open(path, "rb", buffering=0) as file:
            while file.read(MIB):
                pass
