#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the rules of CONTRIBUTING.md that neither the compiler nor clang-tidy can hold.

Each rule is one function that yields "file:line: what is wrong: what to write instead". Exits 1 if there is any.
"""

import pathlib
import re
import sys
from collections.abc import Callable, Iterator

import tree

MOST_LINES = 800
CODE = (".h", ".cpp")
SCRIPTS = (".py", ".sh", ".cmake", "CMakeLists.txt", "Makefile")
Rule = Callable[[], Iterator[str]]
RULES: list[Rule] = []


def rule(function: Rule) -> Rule:
    """Registers a rule."""
    RULES.append(function)
    return function


def is_shell(file: pathlib.Path) -> bool:
    return file.suffix == ".sh" or tree.read(file).startswith(("#!/usr/bin/env bash", "#!/bin/bash", "#!/bin/sh"))


def sources() -> list[pathlib.Path]:
    """C++, Python, shell and build files: what somebody wrote and somebody must maintain."""
    return [f for f in tree.files() if f.name.endswith(CODE + SCRIPTS) or (f.suffix == "" and is_shell(f))]


@rule
def first_lines() -> Iterator[str]:
    for file in sources():
        lines = tree.read(file).splitlines()
        if lines and lines[0].startswith("#!"):
            lines = lines[1:]
        mark = "//" if file.suffix in CODE else "#"
        if not lines or lines[0] != f"{mark} SPDX-License-Identifier: Apache-2.0":
            yield f"{file}:1: begin with '{mark} SPDX-License-Identifier: Apache-2.0' (a #! line may come before it)"
        elif file.suffix == ".cpp" and (tree.ROOT / file).with_suffix(".h").exists():
            continue  # its header says it
        elif file.stem.endswith("_test") or file.name.startswith("test_"):
            continue  # its name says what is tested, and its tests are sentences
        elif not any(re.search(r"\w+ \w+ \w+", line) and line.startswith((mark, '"""', 'r"""')) for line in lines[1:4]):
            yield f"{file}:2: say in one sentence what this file is, right under the SPDX line"


@rule
def lengths() -> Iterator[str]:
    for file in sources():
        count = len(tree.read(file).splitlines())
        if count > MOST_LINES:
            yield f"{file}:{MOST_LINES}: {count} lines: find the second idea in it and give it a file"


@rule
def names() -> Iterator[str]:
    vague = re.compile(r"(^|_)(utils?|helpers?|common|misc|managers?|processors?|data|info)(_|\.|$)")
    for file in tree.files():
        if file.parts[0] in {"src", "tests", "tools"} and file.suffix in {*CODE, ".py", ".sh"} and vague.search(file.name):
            yield f"{file}:1: the name does not say what the file keeps or does: name the noun of the domain"


@rule
def code_in_src() -> Iterator[str]:
    patterns = [
        (re.compile(r"\bthrow\b"), "no throw in src/: return Result or Status, and wrap a library that throws"),
        (re.compile(r"\(\s*void\s*\)\s*[A-Za-z_:(*]"), 'no (void) cast: drop(status, "why"), or use the value'),
        (re.compile(r"\bsleep_for\s*\((?!k[A-Z])|\busleep\s*\("), "no bare sleep: wait with a Cancel or a Clock, for a named time"),
    ]
    for file in tree.files(*CODE):
        if file.parts[0] != "src":
            continue
        code = tree.only_code(tree.read(file))
        for pattern, instead in patterns[:2] if file.parts[1] == "base" else patterns:  # base/clock is where sleeping lives
            for match in pattern.finditer(code):
                yield f"{file}:{tree.line_of(code, match.start())}: {instead}"


def enclosing_switch(code: str, offset: int) -> str:
    """The text between the opening brace of the innermost switch around the offset and the offset."""
    depth = 0
    for at in range(offset - 1, -1, -1):
        if code[at] == "}":
            depth += 1
        elif code[at] == "{":
            if depth == 0 and re.search(r"\bswitch\s*\([^;{}]*\)\s*$", code[max(0, at - 300):at]):
                return code[at:offset]
            depth = max(0, depth - 1)
    return ""


@rule
def defaults() -> Iterator[str]:
    for file in tree.files(*CODE):
        if file.parts[0] != "src":
            continue
        code = tree.only_code(tree.read(file))
        for match in re.finditer(r"\bdefault\s*:", code):
            if re.search(r"\bcase\s+[A-Za-z_][\w:]*::\w+\s*:", enclosing_switch(code, match.start())):
                at = tree.line_of(code, match.start())
                yield f"{file}:{at}: no default in a switch over an enum: name every case, so that a new one breaks the build"


@rule
def todos() -> Iterator[str]:
    words = "|".join(("TO" "DO", "FIX" "ME", "XX" "X", "HA" "CK"))
    for file in sources():
        for number, line in enumerate(tree.read(file).splitlines(), 1):
            if re.search(rf"\b({words})\b", line) and not re.search("TO" r"DO\(#\d+\):", line):
                yield f"{file}:{number}: finish it, or write TO" "DO(#12): with the number of an open issue"


@rule
def places() -> Iterator[str]:
    machine = re.compile(r"(?<![\w.~$}/-])/(?:root|work|home)/\w")
    host = re.compile(r"https?://[^/\s\"']*(?:pypi|pythonhosted|npmjs|deb\.debian|crates|maven|golang|rubygems)", re.IGNORECASE)
    for file in tree.files():
        if file.name == "LICENSE":
            continue
        for number, line in enumerate(tree.read(file).splitlines(), 1):
            if machine.search(line):
                yield f"{file}:{number}: a path of one machine: make it relative, or take it from an argument"
            if host.search(line):
                yield f"{file}:{number}: a package host: leave it to the configuration of apt and pip"


@rule
def sleeping_tests() -> Iterator[str]:
    for file in tree.files(*CODE, ".py"):
        if file.parts[0] != "tests" or file.parts[1] == "support" or file.name == "clock_test.cpp":  # it tests the clock's sleeping
            continue
        text = tree.only_code(tree.read(file)) if file.suffix in CODE else tree.read(file)
        for match in re.finditer(r"\bsleep_for\b|\bsleep_until\b|\busleep\s*\(|\btime\.sleep\(", text):
            before = text[:match.start()].rstrip().rsplit("\n", 1)[-1]
            if not re.search(r"\b(while|for|until)\b", before):  # a pause between two looks at a condition is fine
                yield f"{file}:{tree.line_of(text, match.start())}: a sleeping test: force the interleaving with a failpoint"


@rule
def failpoints() -> Iterator[str]:
    crash_tests = "\n".join(tree.read(f) for f in tree.files() if f.parts[:2] == ("tests", "crash"))
    for file in tree.files(*CODE):
        if file.parts[0] != "src":
            continue
        code = tree.without_comments(tree.read(file))
        for match in re.finditer(r'(?<!define )HOLDFAST_FAILPOINT\w*\(\s*"([^"]+)"', code):
            if match.group(1) not in crash_tests:
                at = tree.line_of(code, match.start())
                yield f"{file}:{at}: failpoint {match.group(1)} has no test: visit it in tests/crash (kill, run again, compare)"


CATALOG_PREFIXES = {"batch", "catalog", "check", "event", "incident", "waiver"}  # of events that no domain tells
EVENT_NAME = re.compile(r'\bevent\.name = "([a-z_.]+)"')  # whatever its prefix
LISTED = re.compile(r"^(?:#{2,4} |\| )`([a-z]+\.[a-z_]+)`", re.MULTILINE)


def rule_or_event() -> re.Pattern[str]:
    """A quoted name with the prefix of a domain, which is that of its rules, or of the catalog."""
    of_domains = {prefix for f in tree.files(".h") if f.name == "rules.h" for prefix in re.findall(r'"([a-z]+)\.[a-z_]+"', tree.read(f))}
    return re.compile(rf'"((?:{"|".join(sorted(of_domains | CATALOG_PREFIXES))})\.[a-z_]+)"')


def said_in_code() -> tuple[dict[str, str], dict[str, str]]:
    """Every event and every rule that src/ names, each with one place where it does. Names of SQL statements are neither."""
    statements = {name for f in tree.files(".sql") for name in re.findall(r"^-- name: (\S+)", tree.read(f), re.MULTILINE)}
    events, rules, quoted = {}, {}, rule_or_event()
    for file in tree.files(*CODE):
        if file.parts[0] != "src":
            continue
        code = tree.without_comments(tree.read(file))
        for match in quoted.finditer(code):
            if match.group(1) not in statements:
                where = rules if file.name in ("rules.h", "compare_rules.cpp") else events
                where.setdefault(match.group(1), f"{file}:{tree.line_of(code, match.start())}")
        for match in EVENT_NAME.finditer(code):
            events.setdefault(match.group(1), f"{file}:{tree.line_of(code, match.start())}")
    return {name: at for name, at in events.items() if name not in rules}, rules


@rule
def documents() -> Iterator[str]:
    for page, said in zip(("docs/events.md", "docs/rules.md"), said_in_code(), strict=True):
        if not (tree.ROOT / page).exists():
            yield f"{page}:1: is missing: it lists every one that the code names"
            continue
        text = tree.read(pathlib.Path(page))
        listed = {m.group(1): tree.line_of(text, m.start()) for m in LISTED.finditer(text)}
        for name in sorted(said.keys() - listed.keys()):
            yield f"{said[name]}: {name} is not in {page}: give it a heading or a line of a table there"
        for name in sorted(listed.keys() - said.keys()):
            yield f"{page}:{listed[name]}: {name} is nowhere in src/: take it out"


def anchor(heading: str) -> str:
    """The anchor that a Markdown viewer makes of a heading."""
    plain = re.sub(r"[`*]|\[|\]\([^)]*\)", "", heading.strip().lower())
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", plain))


def headings(text: str) -> set[str]:
    return {anchor(m.group(1)) for m in re.finditer(r"^#{1,6} (.+)$", text, re.MULTILINE)}


@rule
def links() -> Iterator[str]:
    for file in tree.files(".md"):
        text = tree.read(file)
        prose = re.sub(r"```.*?```", lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.DOTALL)
        for match in re.finditer(r"\[[^\]]*\]\(([^)\s]+)\)", prose):
            target, _, fragment = match.group(1).partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            at = f"{file}:{tree.line_of(prose, match.start())}"
            other = (tree.ROOT / file.parent / target).resolve() if target else tree.ROOT / file
            if not other.exists():
                yield f"{at}: link to {target}, which is not there"
            elif fragment and other.suffix == ".md" and fragment not in headings(other.read_text(encoding="utf-8")):
                yield f"{at}: link to {match.group(1)}, where no heading has that anchor"


def main() -> int:
    found = [line for each in RULES for line in each()]
    print("\n".join(found) if found else f"style: {len(RULES)} rules over {len(tree.files())} files, no breach")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
