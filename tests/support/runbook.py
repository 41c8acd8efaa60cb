# SPDX-License-Identifier: Apache-2.0
"""A runbook's commands as they stand in its page: fenced blocks of sh by the heading that they are under, with the exit code that is
promised behind each ("# exit 1: something differs"; 0 where none is)."""
import dataclasses
import pathlib
import re

PROMISE = re.compile(r"\s{2,}# exit (\d)\b")


@dataclasses.dataclass
class Line:
    text: str  # as it stands in the page
    exit_code: int

    @classmethod
    def of(cls, text):
        promise = PROMISE.search(text)
        return cls(text, int(promise[1]) if promise else 0)


class Runbook:
    def __init__(self, path):
        self.blocks = {}  # heading without its number: [[Line]]
        heading, block = None, None
        for line in pathlib.Path(path).read_text().splitlines():
            if block is not None:
                if line.strip() == "```":
                    block = None
                elif line.strip():
                    block.append(Line.of(line.strip()))
            elif line.strip() == "```sh":
                block = []
                self.blocks.setdefault(heading, []).append(block)
            elif line.strip().startswith("```"):
                raise ValueError(f"{path}: a block that nobody runs: {line}")
            elif line.startswith("#"):
                heading = re.sub(r"^#+ (?:\d+\. )?", "", line)

    def block(self, heading, number):
        """The lines of one block; `number` counts from 0."""
        return self.blocks[heading][number]
