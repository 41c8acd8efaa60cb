#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The truth about patterns by V8 (the wheel mini-racer) and by Python's Unicode database.

  pattern_truth.py match PATH           PATH has lines of JSON [pattern, [text…]]; a line of JSON for each: verdicts as "01…", or an error
  pattern_truth.py generate SEED COUNT  COUNT made patterns with texts: lines of JSON [pattern, [text…], verdicts or null]
  pattern_truth.py scribble SEED COUNT  pattern characters in any order: [pattern, [text…], verdicts in unicode mode, verdicts without] or null
  pattern_truth.py categories           a line for each General_Category: [name, [code point…]], by Python
  pattern_truth.py properties NAME…     the same for each \\p{NAME}, by V8
"""
import json
import random
import sys
import unicodedata

from py_mini_racer import MiniRacer

# V8 also looks for matches that begin inside of a surrogate pair (\\B is found in "a🐲a"), which ECMA-262 does not: each beginning is tried.
MATCH = """
function found(expression, text) {
  for (let at = 0; at <= text.length; at += at < text.length && text.codePointAt(at) > 0xFFFF ? 2 : 1) {
    expression.lastIndex = at;
    if (expression.test(text)) return true;
  }
  return false;
}
function verdicts(line, flags) {
  const [pattern, texts] = JSON.parse(line);
  let expression;
  try { expression = new RegExp(pattern, flags + "y"); } catch (error) { return null; }
  return texts.map(text => found(expression, text) ? "1" : "0").join("");
}
function all_verdicts(lines, flags) { return JSON.stringify(JSON.parse(lines).map(line => verdicts(line, flags))); }
let everything = "";
for (let c = 0; c < 0x110000; ++c) if (c < 0xD800 || c > 0xDFFF) everything += String.fromCodePoint(c);
function members(source) {
  return JSON.stringify((everything.match(new RegExp(source, "gu")) || []).map(text => text.codePointAt(0)));
}
"""
ATOMS = ["a", "b", "c", "ab", "0", "_", "-", "é", "🐲", "\\n", ".", ".", "\\d", "\\w", "\\W", "\\s", "\\S", "\\D", "[ab]", "[^ab]", "[a-c]",
         "[^a]", "[\\w-]", "[\\d_]", "[^\\s]", "[]", "[^]", "\\u{1F432}", "\\ud83d\\udc32", "\\x61", "\\cJ", "\\p{L}", "\\P{L}", "\\p{Lu}", "[🐲é]",
         "[^🐲]", "\\-"]
ZERO_WIDTH = ["^", "$", "\\b", "\\B"]
QUANTIFIERS = ["*", "+", "?", "{2}", "{0,2}", "{1,3}", "{2,}", "{0}", "*?", "+?", "??", "{1,2}?"]
LETTERS = ["a", "b", "c", "0", "_", "-", " ", "é", "🐲", "\n", "A"]
# Without \\u{61}, which both modes take and each as something else.
SCRIBBLES = list("ab01-^$.|()[]{}*+?\\,=!<>:dwsbBkupPcx") + ["(?:", "(?=", "(?!", "(?<=", "(?<!", "(?<n>", "{2}", "{1,}", "\\k<n>", "é",
                                                         "🐲", "[^", "\\1", "\\p{L}"]


class Maker:
    def __init__(self, rng):
        self.rng = rng
        self.groups = 0

    def atom(self, depth):
        kind = self.rng.random()
        if depth > 0 and kind < 0.30:
            self.groups += 1
            return f"({self.choice(depth - 1)})"
        if depth > 0 and kind < 0.40:
            return f"(?:{self.choice(depth - 1)})"
        if self.groups and kind < 0.44:
            return f"\\{self.rng.randint(1, self.groups)}"
        return self.rng.choice(ATOMS)

    def term(self, depth):
        kind = self.rng.random()
        if kind < 0.10:
            return self.rng.choice(ZERO_WIDTH)
        if depth > 0 and kind < 0.18:
            return self.rng.choice(["(?=", "(?!", "(?<=", "(?<!"]) + self.choice(depth - 1) + ")"
        made = self.atom(depth)
        if self.rng.random() < 0.35:
            # Octals have no place in unicode mode, and "ab*" would repeat the b.
            made = (f"(?:{made})" if made == "ab" else made) + self.rng.choice(QUANTIFIERS)
        return made

    def sequence(self, depth):
        made = ""
        for _ in range(self.rng.randint(0, 4)):
            term = self.term(depth)
            made += term if not (term[0] in "0" and made[-1:].isdigit()) else f"(?:{term})"
        return made

    def choice(self, depth):
        return "|".join(self.sequence(depth) for _ in range(self.rng.choice([1, 1, 1, 2, 3])))

    def pattern(self):
        made = self.choice(self.rng.randint(0, 3))
        if self.rng.random() < 0.25:
            made = f"^(?:{made})$"
        return made


def words(rng, count):
    return ["".join(rng.choice(LETTERS) for _ in range(rng.randint(0, 7))) for _ in range(count)]


class Engine:
    def __init__(self):
        self._context = MiniRacer()
        self._context.eval(MATCH)

    def verdicts(self, lines, flags="u"):
        """For each line what it matches, or None where it is no pattern. All in one call: each is a change of threads."""
        return json.loads(self._context.call("all_verdicts", json.dumps(lines), flags))

    def members(self, source):
        return json.loads(self._context.call("members", source))


def line_of(*values):
    return json.dumps(values)


def match(path):
    with open(path, encoding="utf-8") as lines:
        for verdicts in Engine().verdicts(list(lines)):
            print(json.dumps(verdicts))


def generate(seed, count):
    rng = random.Random(seed)
    made = [(Maker(rng).pattern(), words(rng, 12)) for _ in range(count)]
    for pair, verdicts in zip(made, Engine().verdicts([json.dumps(pair) for pair in made]), strict=True):
        print(line_of(*pair, verdicts))


def scribble(seed, count):
    engine = Engine()
    rng = random.Random(seed)
    made = [("".join(rng.choice(SCRIBBLES) for _ in range(rng.randint(1, 9))), words(rng, 6)) for _ in range(count)]
    lines = [json.dumps(pair) for pair in made]
    for pair, unicode_mode, annex_b in zip(made, engine.verdicts(lines), engine.verdicts(lines, ""), strict=True):
        print(line_of(*pair, unicode_mode, annex_b))


def categories():
    by_name = {}
    for point in range(0x110000):
        by_name.setdefault(unicodedata.category(chr(point)), []).append(point)
    for name, points in sorted(by_name.items()):
        print(line_of(name, points))


def properties(names):
    engine = Engine()
    for name in names:
        print(line_of(name, engine.members(f"\\p{{{name}}}")))


def main():
    verb, *rest = sys.argv[1:]
    if verb == "match":
        match(*rest)
    elif verb in ("generate", "scribble"):
        {"generate": generate, "scribble": scribble}[verb](int(rest[0]), int(rest[1]))
    elif verb == "categories":
        categories()
    else:
        properties(rest)


if __name__ == "__main__":
    main()
