# SPDX-License-Identifier: Apache-2.0
"""The project's files as the lint tools see them: which there are, and C++ without its comments or strings."""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent

_TOKEN = re.compile(
    r"""
    (?P<comment> //[^\n]* | /\*.*?\*/ )
  | (?P<raw> R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)" )
  | (?P<text> "(?:\\.|[^"\\\n])*" )
  | (?P<char> (?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+' )
    """,
    re.VERBOSE | re.DOTALL,
)


def files(*suffixes: str) -> list[pathlib.Path]:
    """Every file that git tracks or would track, relative to the root; with suffixes, those that end so."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout
    names = sorted(name for name in listing.split("\0") if name and (not suffixes or name.endswith(suffixes)))
    return [pathlib.Path(name) for name in names if (ROOT / name).is_file() and not (ROOT / name).is_symlink()]


def read(file: pathlib.Path) -> str:
    """The file's text; bytes that are not UTF-8 become replacement characters."""
    return (ROOT / file).read_text(encoding="utf-8", errors="replace")


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def without_comments(code: str) -> str:
    """C++ with comments blanked out, line for line and column for column."""
    return _TOKEN.sub(lambda m: _blank(m.group()) if m.group("comment") else m.group(), code)


def only_code(code: str) -> str:
    """C++ with comments, strings and characters blanked out, line for line and column for column."""
    def blank(match: re.Match[str]) -> str:
        return _blank(match.group()) if match.group("comment") else '"' + _blank(match.group())[2:] + '"'
    return _TOKEN.sub(blank, code)


def line_of(text: str, offset: int) -> int:
    """The 1-based line of an offset."""
    return text.count("\n", 0, offset) + 1
