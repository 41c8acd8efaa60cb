#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Schemas and values with what Python's jsonschema says of them; schema_truth_test.cpp holds our validator against it.

  schema_truth.py SEED COUNT     a line [dialect, schema, value, valid] for each of COUNT made pairs

What the two do differently on purpose is not made: fractions that binary has not, and 1.0 in draft-04, which is no integer there for Python.
"""
import json
import random
import sys

from jsonschema import Draft4Validator, Draft6Validator, Draft7Validator, Draft201909Validator, Draft202012Validator

DIALECTS = [("draft-04", Draft4Validator), ("draft-06", Draft6Validator), ("draft-07", Draft7Validator), ("2019-09", Draft201909Validator),
            ("2020-12", Draft202012Validator)]
TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"]
NAMES = ["a", "b", "c", "ab", "x-y", "é"]
STRINGS = ["", "a", "b", "ab", "abc", "é", "🐲", "aa", "x-y", "c"]
PATTERNS = ["^a", "b$", "^[a-c]+$", "a|b", "^x-", "^$", "é", "^.{2}$", "(a|b)c?"]
NUMBERS = [0, 1, 2, 3, -1, 10, 1.5, 0.5, -2.5, 4, 6, 12345678901234567890, 1e3]


class Maker:
    def __init__(self, rng, level):
        self.rng = rng
        self.level = level  # of the dialect: 4, 6, 7, 19, 20

    def number(self):
        return self.rng.choice([*NUMBERS, 1.0, 2.0]) if self.level > 4 else self.rng.choice(NUMBERS[:-1])

    def value(self, depth):
        kind = self.rng.choice(["null", "boolean", "number", "number", "string", "string", "array", "object", "object"])
        if kind == "null":
            return None
        if kind == "boolean":
            return self.rng.random() < 0.5
        if kind == "number":
            return self.number()
        if kind == "string" or depth == 0:
            return self.rng.choice(STRINGS)
        if kind == "array":
            return [self.value(depth - 1) for _ in range(self.rng.randint(0, 4))]
        return {name: self.value(depth - 1) for name in self.rng.sample(NAMES, self.rng.randint(0, 4))}

    def schema(self, depth, root=False):
        if not root and self.level > 4 and self.rng.random() < 0.07:
            return self.rng.random() < 0.6
        made = {}
        kinds = [self.types, self.numbers, self.strings, self.constants]
        if depth > 0:
            kinds += [self.arrays, self.objects, self.objects, self.logic, self.logic, self.reference]
            if self.level >= 19:
                kinds += [self.unevaluated]
        for kind in self.rng.sample(kinds, self.rng.randint(1, 3)):
            kind(made, depth - 1)
        return made

    def maybe(self, made, keyword, make, chance=0.4):
        if self.rng.random() < chance:
            made[keyword] = make()

    def types(self, made, _depth):
        made["type"] = self.rng.choice(TYPES) if self.rng.random() < 0.6 else self.rng.sample(TYPES, self.rng.randint(1, 4))

    def numbers(self, made, _depth):
        self.maybe(made, "minimum", self.number)
        self.maybe(made, "maximum", self.number)
        self.maybe(made, "multipleOf", lambda: self.rng.choice([1, 2, 3, 0.5, 1.5]))
        for bound in ("Minimum", "Maximum"):
            if self.level > 4:
                self.maybe(made, "exclusive" + bound, self.number)
            elif bound.lower() in made:
                self.maybe(made, "exclusive" + bound, lambda: self.rng.random() < 0.5)

    def strings(self, made, _depth):
        self.maybe(made, "minLength", lambda: self.rng.randint(0, 3))
        self.maybe(made, "maxLength", lambda: self.rng.randint(0, 3))
        self.maybe(made, "pattern", lambda: self.rng.choice(PATTERNS))

    def constants(self, made, _depth):
        if self.level > 4 and self.rng.random() < 0.4:
            made["const"] = self.value(1)
        else:
            made["enum"] = [self.value(1) for _ in range(self.rng.randint(1, 5))]

    def schemas(self, depth, most=3):
        return [self.schema(depth) for _ in range(self.rng.randint(1, most))]

    def named(self, depth):
        return {name: self.schema(depth) for name in self.rng.sample(NAMES, self.rng.randint(1, 3))}

    def rest(self, depth):
        return self.rng.random() < 0.5 if self.level == 4 and self.rng.random() < 0.5 else self.schema(depth)

    def arrays(self, made, depth):
        tuple_keyword = "prefixItems" if self.level == 20 else "items"
        self.maybe(made, "items", lambda: self.schema(depth))
        if self.level < 20 and isinstance(made.get("items"), bool):
            made["items"] = {}  # Python stumbles over a boolean beside additionalItems and unevaluatedItems
        if self.rng.random() < 0.4:
            made[tuple_keyword] = self.schemas(depth)
        if self.level < 20:
            self.maybe(made, "additionalItems", lambda: self.rest(depth))
        self.maybe(made, "minItems", lambda: self.rng.randint(0, 3), 0.2)
        self.maybe(made, "maxItems", lambda: self.rng.randint(0, 3), 0.2)
        self.maybe(made, "uniqueItems", lambda: self.rng.random() < 0.8)
        if self.level > 4:
            self.maybe(made, "contains", lambda: self.schema(depth))
        if self.level >= 19:
            self.maybe(made, "minContains", lambda: self.rng.randint(0, 2))
            self.maybe(made, "maxContains", lambda: self.rng.randint(0, 2))

    def objects(self, made, depth):
        self.maybe(made, "properties", lambda: self.named(depth), 0.7)
        self.maybe(made, "patternProperties", lambda: {p: self.schema(depth) for p in self.rng.sample(PATTERNS, 2)}, 0.3)
        self.maybe(made, "additionalProperties", lambda: self.rest(depth))
        self.maybe(made, "required", lambda: self.rng.sample(NAMES, self.rng.randint(1, 2)), 0.3)
        self.maybe(made, "minProperties", lambda: self.rng.randint(0, 3), 0.2)
        self.maybe(made, "maxProperties", lambda: self.rng.randint(0, 3), 0.2)
        if self.level > 4:
            self.maybe(made, "propertyNames", lambda: self.schema(0), 0.2)
        if self.level < 19:
            self.maybe(made, "dependencies", lambda: self.dependencies(depth), 0.3)
        else:
            self.maybe(made, "dependentRequired", lambda: {"a": ["b"], "c": ["a", "ab"]}, 0.2)
            self.maybe(made, "dependentSchemas", lambda: self.named(depth), 0.2)

    def dependencies(self, depth):
        return {name: self.schema(depth) if self.rng.random() < 0.5 else self.rng.sample(NAMES, 1) for name in self.rng.sample(NAMES, 2)}

    def logic(self, made, depth):
        self.maybe(made, "allOf", lambda: self.schemas(depth), 0.3)
        self.maybe(made, "anyOf", lambda: self.schemas(depth), 0.3)
        self.maybe(made, "oneOf", lambda: self.schemas(depth), 0.3)
        self.maybe(made, "not", lambda: self.schema(depth), 0.2)
        if self.level >= 7:
            self.maybe(made, "if", lambda: self.schema(depth), 0.3)
            self.maybe(made, "then", lambda: self.schema(depth), 0.3)
            self.maybe(made, "else", lambda: self.schema(depth), 0.3)

    def reference(self, made, _depth):
        made["$ref"] = self.rng.choice(["#/definitions/one", "#/definitions/two", "#/definitions/tree"])

    def unevaluated(self, made, depth):
        self.maybe(made, "unevaluatedProperties", lambda: self.schema(depth), 0.5)
        self.maybe(made, "unevaluatedItems", lambda: self.schema(depth), 0.5)

    def document(self):
        depth = self.rng.randint(1, 3)
        made = self.schema(depth, root=True)
        rest = {"type": ["object", "integer"], "additionalProperties": {"$ref": "#/definitions/tree"}}
        made["definitions"] = {"one": self.schema(0), "two": self.schema(0), "tree": rest}
        return made


def main():
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    rng = random.Random(seed)
    for i in range(count):
        name, validator = DIALECTS[i % len(DIALECTS)]
        maker = Maker(rng, int(name.removeprefix("draft-")) if name.startswith("draft") else int(name[2:4]))
        schema = maker.document()
        for _ in range(4):
            value = maker.value(3)
            print(json.dumps([name, schema, value, validator(schema).is_valid(value)], ensure_ascii=False))


if __name__ == "__main__":
    main()
