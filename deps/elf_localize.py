#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes chosen exported symbols of an ELF64 (little-endian) shared object local, in place.

Why: the pyarrow wheel's libparquet exports its private, statically linked OpenSSL, simdjson and Thrift. Without version scripts such
names interpose on the system's libcrypto, libssl and libsimdjson in the same process, and the other way round; a program that calls
simdjson then lands in another version of it and crashes. `objcopy` cannot edit .dynsym, and a hidden visibility alone does not help
(ld.bfd resolves against it all the same). This reorders .dynsym (locals first, as ELF demands), renumbers the relocations, permutes
.gnu.version and rebuilds .gnu.hash. Code bytes are untouched; the output is deterministic.
"""
import pathlib
import re
import struct
import sys

DYNSYM, RELA, GNU_HASH, VERSYM, HASH = 11, 4, 0x6FFFFFF6, 0x6FFFFFFF, 5
C_KEEP = re.compile(rb"^(arrow|Arrow|parquet|__|_init$|_fini$)")
CXX_DROP = re.compile(rb"8simdjson|18simdjson_fast_float|6apache6thrift")


def is_bundled(name: bytes) -> bool:
    """Whether a symbol of libparquet belongs to a library that was linked into it."""
    return bool(CXX_DROP.search(name)) if name.startswith(b"_Z") else not C_KEEP.match(name)


def gnu_hash(name: bytes) -> int:
    value = 5381
    for byte in name:
        value = (value * 33 + byte) & 0xFFFFFFFF
    return value


def sections_of(image: bytearray) -> tuple[int, list[tuple]]:
    """Where the section headers are, and each of them."""
    at, = struct.unpack_from("<Q", image, 0x28)
    size, count = struct.unpack_from("<HH", image, 0x3A)
    return at, [struct.unpack_from("<IIQQQQIIQQ", image, at + i * size) for i in range(count)]


def new_hash_table(old: tuple[int, int, int], first: int, values: list[int]) -> bytes:
    """A .gnu.hash with as many buckets and as large a filter as the old one, for symbols from `first` on, sorted by bucket."""
    bucket_count, bloom_count, shift = old
    bloom, buckets, chain = [0] * bloom_count, [0] * bucket_count, []
    for k, value in enumerate(values):
        bloom[value // 64 % bloom_count] |= 1 << value % 64 | 1 << (value >> shift) % 64
        if not buckets[value % bucket_count]:
            buckets[value % bucket_count] = first + k
        last = k + 1 == len(values) or values[k + 1] % bucket_count != value % bucket_count
        chain.append(value & ~1 | last)
    form = f"<IIII{bloom_count}Q{bucket_count}I{len(chain)}I"
    return struct.pack(form, bucket_count, first, bloom_count, shift, *bloom, *buckets, *chain)


def localize(path: pathlib.Path, drop=is_bundled) -> tuple[int, int]:
    """Makes local what `drop` says; how many those were, and how many are exported still."""
    image = bytearray(path.read_bytes())
    if image[:6] != b"\x7fELF\x02\x01":
        raise SystemExit(f"{path}: not a little-endian ELF64 file")
    headers_at, sections = sections_of(image)
    index = next(i for i, s in enumerate(sections) if s[1] == DYNSYM)
    if any(s[1] == HASH for s in sections):
        raise SystemExit(f"{path}: has a SysV .hash section; not handled")
    dynsym = sections[index]
    names_at = sections[dynsym[6]][4]
    symbols = [bytes(image[at: at + 24]) for at in range(dynsym[4], dynsym[4] + dynsym[5], 24)]

    def name(i):
        at = names_at + struct.unpack_from("<I", symbols[i])[0]
        return bytes(image[at: image.index(0, at)])

    table = next(s for s in sections if s[1] == GNU_HASH)
    bucket_count, first_hashed, bloom_count, shift = struct.unpack_from("<IIII", image, table[4])
    first_global = dynsym[7]
    local, unhashed, hashed = [], [], []
    for i in range(first_global, len(symbols)):
        defined = struct.unpack_from("<H", symbols[i], 6)[0]
        if i < first_hashed:
            unhashed.append(i)
        elif defined and drop(name(i)):
            local.append(i)
        else:
            hashed.append(i)
    value_of = {i: gnu_hash(name(i)) for i in hashed}
    hashed.sort(key=lambda i: (value_of[i] % bucket_count, i))
    order = [*range(first_global), *local, *unhashed, *hashed]
    new = {old: k for k, old in enumerate(order)}

    dropped = set(local)
    for k, old in enumerate(order):
        entry = bytearray(symbols[old])
        if old in dropped:
            entry[4] &= 0x0F  # STB_LOCAL
            entry[5] = (entry[5] & ~3) | 2  # STV_HIDDEN: the lazy fix-up of calls looks at this
        image[dynsym[4] + 24 * k: dynsym[4] + 24 * (k + 1)] = entry
    struct.pack_into("<I", image, headers_at + index * 64 + 44, first_global + len(local))  # sh_info: the first symbol that is not local
    for s in sections:
        if s[1] == VERSYM:
            versions = struct.unpack_from(f"<{len(symbols)}H", image, s[4])
            struct.pack_into(f"<{len(symbols)}H", image, s[4], *[versions[old] for old in order])
        elif s[1] == RELA and s[6] == index:
            for at in range(s[4], s[4] + s[5], 24):
                what, = struct.unpack_from("<Q", image, at + 8)
                struct.pack_into("<Q", image, at + 8, new[what >> 32] << 32 | what & 0xFFFFFFFF)
    first = first_global + len(local) + len(unhashed)
    blob = new_hash_table((bucket_count, bloom_count, shift), first, [value_of[i] for i in hashed])
    if len(blob) > table[5]:
        raise SystemExit(f"{path}: the new hash table does not fit into the old one's place")
    image[table[4]: table[4] + table[5]] = blob + bytes(table[5] - len(blob))
    path.write_bytes(image)
    return len(local), len(hashed)


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        print(argument, "made local: %d, still exported: %d" % localize(pathlib.Path(argument)))
