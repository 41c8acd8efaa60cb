# SPDX-License-Identifier: Apache-2.0
"""What a Python user writes: SHA-256 of the files named in a list, by hashlib. Usage: hashlib_sum.py LIST PROCESSES"""
import hashlib
import multiprocessing
import sys


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() + "  " + path


def main():
    with open(sys.argv[1], encoding="utf-8") as listing:
        paths = listing.read().splitlines()
    processes = int(sys.argv[2])
    if processes == 1:
        print("\n".join(map(digest, paths)))
        return
    with multiprocessing.Pool(processes) as pool:
        print("\n".join(pool.imap(digest, paths, chunksize=max(1, len(paths) // (processes * 8)))))


if __name__ == "__main__":
    main()
