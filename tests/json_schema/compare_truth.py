#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The truth about pairs of schemas, by documents that Python's jsonschema judges.

  compare_truth.py judge SEED PATH      PATH has lines of JSON {old, new, documents: [text…]}; a line for each: what judge() tells
  compare_truth.py generate SEED COUNT  COUNT made pairs: lines of JSON [old, new]

A document that is valid in old and invalid in new refutes "backward: yes"; the other way round it refutes "forward: yes".
"""
import decimal
import json
import random
import re
import sys
import warnings

import jsonschema
from jsonschema import validators

DOCUMENTS = 240
DEPTH = 4
decimal.getcontext().prec = 60
warnings.filterwarnings("ignore", category=DeprecationWarning)


# Reading: numbers are exact, and an integer is whatever has no fraction.
def is_integer(_, value):
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, decimal.Decimal) and value == value.to_integral_value())


def read(text):
    return json.loads(text, parse_float=decimal.Decimal)


def python_pattern(pattern):
    """The pattern as Python reads it: ASCII classes, $ at the very end only."""
    made = ""
    in_class = False
    at = 0
    while at < len(pattern):
        two = pattern[at:at + 2]
        if pattern.startswith("[^]", at):
            made, at = made + "[\\s\\S]", at + 3
            continue
        if two[0] == "\\":
            made, at = made + two, at + 2
            continue
        in_class = (in_class or two[0] == "[") and two[0] != "]"
        made += "\\Z" if two[0] == "$" and not in_class else two[0]
        at += 1
    return "(?a)" + made


def for_python(schema):
    if isinstance(schema, list):
        return [for_python(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {}
    for key, value in schema.items():
        if key == "pattern" and isinstance(value, str):
            made[key] = python_pattern(value)
        elif key == "patternProperties" and isinstance(value, dict):
            made[key] = {python_pattern(name): for_python(part) for name, part in value.items()}
        elif key in ("enum", "const", "examples", "default"):
            made[key] = value
        else:
            made[key] = for_python(value)
    return made


def validator_of(schema):
    kind = validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    checker = kind.TYPE_CHECKER.redefine("integer", is_integer)
    return validators.extend(kind, type_checker=checker)(for_python(schema))


# Documents: made along a schema, out of the constants of both, and by small changes of those.
def resolve(root, schema):
    for _ in range(8):
        if not isinstance(schema, dict) or not str(schema.get("$ref", "")).startswith("#"):
            return schema
        place = root
        for word in schema["$ref"][1:].split("/")[1:]:
            place = place.get(word) if isinstance(place, dict) else None
        if place is None or place is schema:
            return True
        schema = place
    return True


class Maker:
    def __init__(self, rng, *schemas):
        self.rng = rng
        self.roots = schemas
        self.names = {"zz"}
        self.values = [None, True, False, 0, 1, -1, 2, decimal.Decimal("0.5"), "", "a", "ab", "0", "x1", [], {}, [1], ["a"], {"a": 1}]
        for schema in schemas:
            self.collect(schema)
        self.names = sorted(self.names)

    def collect(self, schema):
        if isinstance(schema, list):
            for part in schema:
                self.collect(part)
        if not isinstance(schema, dict):
            return
        self.values += schema.get("enum", []) if isinstance(schema.get("enum"), list) else []
        self.values += [schema["const"]] if "const" in schema else []
        for key in ("properties", "dependentRequired", "dependentSchemas", "dependencies"):
            self.names.update(schema[key] if isinstance(schema.get(key), dict) else [])
        for name in schema["required"] if isinstance(schema.get("required"), list) else []:
            self.names.add(name)
        for value in [*schema.get("patternProperties", {}), schema.get("pattern")] if isinstance(schema.get("patternProperties", {}), dict) else []:
            if isinstance(value, str):
                self.names.add(re.sub(r"[^A-Za-z0-9]", "", value))
                self.values.append(re.sub(r"[^A-Za-z0-9]", "", value))
        for key in ("maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum", "multipleOf"):
            number = schema.get(key)
            if isinstance(number, (int, decimal.Decimal)) and not isinstance(number, bool):
                self.values += [number, number + 1, number - 1, number + decimal.Decimal("0.5"), number * 2, number * 3]
        for key in ("minLength", "maxLength"):
            if isinstance(schema.get(key), int) and schema[key] < 40:
                self.values += ["a" * (schema[key] + more) for more in (-1, 0, 1)]
        for value in schema.values():
            self.collect(value)

    def any_value(self, depth):
        kind = self.rng.random()
        if depth > 0 and kind < 0.12:
            return [self.any_value(depth - 1) for _ in range(self.rng.randint(0, 3))]
        if depth > 0 and kind < 0.27:
            return {self.rng.choice(self.names): self.any_value(depth - 1) for _ in range(self.rng.randint(0, 3))}
        return self.rng.choice(self.values)

    def along(self, root, schema, depth):
        schema = resolve(root, schema)
        if not isinstance(schema, dict) or depth <= 0 or self.rng.random() < 0.06:
            return self.any_value(min(depth, 1))
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return self.rng.choice(schema["enum"])
        merged = dict(schema)
        for key in ("anyOf", "oneOf"):
            if schema.get(key):
                part = resolve(root, self.rng.choice(schema[key]))
                merged.update(part if isinstance(part, dict) else {})
        for part in schema.get("allOf", []):
            part = resolve(root, part)
            for key, value in part.items() if isinstance(part, dict) else []:
                both = isinstance(value, dict) and isinstance(merged.get(key), dict)
                merged[key] = {**merged[key], **value} if both else value
        for key in ("if", "then", "else"):
            part = resolve(root, schema.get(key))
            if isinstance(part, dict) and self.rng.random() < 0.5:
                merged.update(part)
        if "const" in merged and "const" not in schema or "enum" in merged and "enum" not in schema:
            return self.along(root, {key: value for key, value in merged.items() if key in ("const", "enum")}, depth)
        return self.of_type(root, merged, depth)

    def of_type(self, root, schema, depth):
        types = schema.get("type")
        if types is None:
            types = [name for name, words in TYPES.items() if any(word in schema for word in words)] or ["any"]
        kind = self.rng.choice(types if isinstance(types, list) else [types])
        if kind == "object":
            return self.an_object(root, schema, depth)
        if kind == "array":
            return self.an_array(root, schema, depth)
        fits = [value for value in self.values if is_of(kind, value)]
        return self.rng.choice(fits) if fits else self.any_value(0)

    def an_object(self, root, schema, depth):
        declared = schema.get("properties", {})
        names = {name for name in declared if self.rng.random() < 0.5} | {name for name in schema.get("required", []) if self.rng.random() < 0.95}
        while self.rng.random() < 0.3 or len(names) < min(schema.get("minProperties", 0), 6) and self.rng.random() < 0.95:
            names.add(self.rng.choice(self.names))
        made = {}
        for name in sorted(names):
            part = declared.get(name)
            if part is None:
                part = next((value for pattern, value in schema.get("patternProperties", {}).items() if re.search(python_pattern(pattern), name)),
                            schema.get("additionalProperties", True))
            made[name] = self.along(root, part, depth - 1)
        return made

    def an_array(self, root, schema, depth):
        items = schema.get("items", True)
        prefix = schema.get("prefixItems", items if isinstance(items, list) else [])
        rest = schema.get("additionalItems", True) if isinstance(items, list) else items
        count = self.rng.choice([0, 1, 2, 3, len(prefix), min(schema.get("minItems", 0), 9), min(schema.get("maxItems", 2), 9) + 1])
        made = []
        for at in range(count):
            part = prefix[at] if at < len(prefix) else rest
            if "contains" in schema and self.rng.random() < 0.5:
                part = schema["contains"]
            made.append(self.along(root, part, depth - 1))
        return made

    def changed(self, document):
        if isinstance(document, dict) and document and self.rng.random() < 0.85:
            made = dict(document)
            name = self.rng.choice(sorted(made))
            kind = self.rng.random()
            if kind < 0.3:
                del made[name]
            elif kind < 0.8:
                made[name] = self.changed(made[name])
            else:
                made[self.rng.choice(self.names)] = self.any_value(1)
            return made
        if isinstance(document, list) and document and self.rng.random() < 0.85:
            made = list(document)
            at = self.rng.randrange(len(made))
            kind = self.rng.random()
            if kind < 0.3:
                del made[at]
            elif kind < 0.7:
                made[at] = self.changed(made[at])
            else:
                made.append(self.rng.choice(made))
            return made
        return self.any_value(1)

    def documents(self):
        made = list(self.values)
        while len(made) < DOCUMENTS:
            root = self.rng.choice(self.roots)
            document = self.along(root, root, DEPTH)
            made.append(document)
            if self.rng.random() < 0.5:
                made.append(self.changed(document))
        return made


TYPES = {
    "object": ["properties", "required", "additionalProperties", "patternProperties", "propertyNames", "minProperties", "maxProperties",
               "dependentRequired", "dependentSchemas", "unevaluatedProperties"],
    "array": ["items", "prefixItems", "contains", "minItems", "maxItems", "uniqueItems"],
    "string": ["pattern", "minLength", "maxLength"],
    "number": ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
}


def is_of(kind, value):
    if kind in ("number", "integer"):
        is_number = isinstance(value, (int, decimal.Decimal)) and not isinstance(value, bool)
        return is_number and (kind == "number" or is_integer(None, value))
    return {"null": value is None, "boolean": isinstance(value, bool), "string": isinstance(value, str), "array": isinstance(value, list),
            "object": isinstance(value, dict), "any": True}.get(kind, False)


def text_of(document):
    """JSON; a Decimal becomes its digits."""
    if isinstance(document, decimal.Decimal):
        return format(document, "f")
    if isinstance(document, dict):
        return "{" + ",".join(json.dumps(name) + ":" + text_of(value) for name, value in document.items()) + "}"
    if isinstance(document, list):
        return "[" + ",".join(text_of(value) for value in document) + "]"
    return json.dumps(document)


def judge(rng, request):
    """{only_old, only_new: a document that only the one takes, or null; documents: [[valid in old, valid in new]…]}, or {error}."""
    try:
        old, new = (validator_of(request[side]) for side in ("old", "new"))
        given = [[old.is_valid(value), new.is_valid(value)] for value in map(read, request.get("documents", []))]
        found = {"only_old": None, "only_new": None, "documents": given}
        for document in Maker(rng, request["old"], request["new"]).documents():
            in_old, in_new = old.is_valid(document), new.is_valid(document)
            if in_old != in_new:
                found["only_old" if in_old else "only_new"] = text_of(document)
        return found
    except (re.error, RecursionError, jsonschema.exceptions.SchemaError) as error:
        return {"error": f"{type(error).__name__}: {error}"}
    except Exception as error:  # noqa: BLE001, whatever jsonschema raises on a reference that it can't follow
        return {"error": f"{type(error).__name__}: {error}"}


# Pairs: a made schema, and the same after one or two changes of its text.
PATTERNS = ["^a", "b$", "^[ab]+$", "^[a-z]*$", "^x", "a|b", "^.{2,3}$", "^(ab)*$", "1"]
NAMES = ["a", "b", "c", "x1"]


class SchemaMaker:
    def __init__(self, rng):
        self.rng = rng
        self.refs = []

    def schema(self, depth):
        if self.rng.random() < 0.06:
            return self.rng.choice([True, False, {}])
        if self.refs and self.rng.random() < 0.15:
            return {"$ref": "#/$defs/" + self.rng.choice(self.refs)}
        made = {}
        if self.rng.random() < 0.75:
            kinds = ["null", "boolean", "integer", "number", "string", "string", "array", "object", "object", "object"]
            kind = self.rng.choice(kinds)
            made["type"] = kind if self.rng.random() < 0.8 else sorted({kind, self.rng.choice(kinds)})
        kinds = made.get("type", self.rng.choice(["number", "string", "array", "object"]))
        for kind in kinds if isinstance(kinds, list) else [kinds]:
            self.keywords(made, kind, depth)
        if depth > 0 and self.rng.random() < 0.2:
            self.combine(made, depth - 1)
        return made

    def keywords(self, made, kind, depth):
        chance = self.rng.random
        if kind in ("integer", "number"):
            for key in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
                if chance() < 0.25:
                    made[key] = self.rng.choice([-2, 0, 1, 2, 3, 5, 2.5])
            if chance() < 0.2:
                made["multipleOf"] = self.rng.choice([1, 2, 3, 0.5, 1.5])
            if chance() < 0.15:
                made["enum"] = self.rng.sample([0, 1, 2, 3, 2.5, "a", None], self.rng.randint(1, 4))
        if kind == "string":
            if chance() < 0.3:
                made["minLength"] = self.rng.randint(0, 3)
            if chance() < 0.3:
                made["maxLength"] = self.rng.randint(0, 4)
            if chance() < 0.3:
                made["pattern"] = self.rng.choice(PATTERNS)
            if chance() < 0.3:
                made["enum"] = self.rng.sample(["a", "b", "ab", "x", "", 1, True], self.rng.randint(1, 4))
        if kind == "array" and depth > 0:
            self.array(made, depth - 1)
        if kind == "object" and depth > 0:
            self.object(made, depth - 1)

    def array(self, made, depth):
        chance = self.rng.random
        if chance() < 0.5:
            made["items"] = self.schema(depth)
        if chance() < 0.25:
            made["prefixItems"] = [self.schema(depth) for _ in range(self.rng.randint(1, 2))]
        if chance() < 0.2:
            made["contains"] = self.schema(depth)
            if chance() < 0.4:
                made["minContains"] = self.rng.randint(0, 2)
            if chance() < 0.4:
                made["maxContains"] = self.rng.randint(1, 2)
        if chance() < 0.2:
            made["minItems"] = self.rng.randint(0, 3)
        if chance() < 0.2:
            made["maxItems"] = self.rng.randint(0, 3)
        if chance() < 0.15:
            made["uniqueItems"] = True

    def object(self, made, depth):
        chance = self.rng.random
        if chance() < 0.75:
            made["properties"] = {name: self.schema(depth) for name in self.rng.sample(NAMES, self.rng.randint(1, 3))}
        if chance() < 0.35:
            made["required"] = self.rng.sample(NAMES, self.rng.randint(1, 2))
        if chance() < 0.3:
            made["additionalProperties"] = self.schema(depth) if chance() < 0.5 else False
        if chance() < 0.15:
            made["patternProperties"] = {self.rng.choice(PATTERNS): self.schema(depth)}
        if chance() < 0.1:
            made["propertyNames"] = {"pattern": self.rng.choice(PATTERNS)} if chance() < 0.5 else {"maxLength": self.rng.randint(1, 2)}
        if chance() < 0.1:
            made["minProperties"] = self.rng.randint(0, 3)
        if chance() < 0.1:
            made["maxProperties"] = self.rng.randint(0, 3)
        if chance() < 0.1:
            made["dependentRequired"] = {self.rng.choice(NAMES): [self.rng.choice(NAMES)]}
        if chance() < 0.06:
            made["dependentSchemas"] = {self.rng.choice(NAMES): self.schema(depth)}
        if chance() < 0.06:
            made["unevaluatedProperties"] = False

    def combine(self, made, depth):
        kind = self.rng.choice(["allOf", "anyOf", "anyOf", "oneOf", "oneOf", "not", "if"])
        if kind == "not":
            made["not"] = self.schema(depth)
        elif kind == "if":
            made["if"] = self.schema(depth)
            for key in ("then", "else"):
                if self.rng.random() < 0.6:
                    made[key] = self.schema(depth)
        else:
            made[kind] = [self.schema(depth) for _ in range(self.rng.randint(1, 3))]

    def document(self):
        if self.rng.random() < 0.25:
            self.refs = ["N", "M"][:self.rng.randint(1, 2)]
        made = self.schema(3)
        if self.refs and isinstance(made, dict):
            made["$defs"] = {name: self.schema(2) for name in self.refs}
        return made

    def places(self, schema, found):
        if isinstance(schema, dict):
            found.append(schema)
            for value in schema.values():
                self.places(value, found)
        if isinstance(schema, list):
            for value in schema:
                self.places(value, found)

    def changed(self, schema):
        made = json.loads(json.dumps(schema))
        found = []
        self.places(made, found)
        if not found:
            return self.schema(2)
        for _ in range(self.rng.randint(1, 2)):
            # What is near the root is seen by more documents.
            place = found[min(self.rng.randrange(len(found)), self.rng.randrange(len(found)))]
            kind = self.rng.random()
            if kind < 0.35 and place:
                key = self.rng.choice([key for key in place if key != "$defs"] or [None])
                if key not in self.refs:
                    place.pop(key, None)
            elif kind < 0.85 and place.keys() & KEYWORDS:
                types = place.get("type", ["number", "string", "array", "object"])
                self.keywords(place, self.rng.choice(types if isinstance(types, list) else [types]), 1)
            elif kind < 0.9 and place.keys() & KEYWORDS:
                place["type"] = self.rng.choice(["null", "boolean", "integer", "number", "string", "array", "object"])
            elif place.keys() & KEYWORDS:
                self.combine(place, 1)
        if self.refs and isinstance(made, dict):
            made.setdefault("$defs", {name: {"type": "object", "properties": {"a": {"$ref": "#/$defs/" + name}}} for name in self.refs})
        return made


KEYWORDS = {"type", *(word for words in TYPES.values() for word in words)}


def sane(schema):
    """A reference that leads to itself only is no schema."""
    definitions = schema.get("$defs", {}) if isinstance(schema, dict) else {}
    return all(not isinstance(value, dict) or "$ref" not in value for value in definitions.values()) and "$ref" not in str(
        [{key: value.get(key) for key in ("allOf", "anyOf", "oneOf", "not", "if", "then", "else")} for value in definitions.values()
         if isinstance(value, dict)])


def generate(seed, count):
    rng = random.Random(seed)
    made = 0
    while made < count:
        maker = SchemaMaker(rng)
        old = maker.document()
        maker.refs = maker.refs if isinstance(old, dict) else []
        new = maker.changed(old)
        if maker.rng.random() < 0.1:
            new = SchemaMaker(rng).document()
        try:
            sound = sane(old) and sane(new)
            for schema in (old, new):
                jsonschema.Draft202012Validator.check_schema(schema)
        except jsonschema.exceptions.SchemaError:
            continue
        if sound and "$ref" not in json.dumps(old if isinstance(old, bool) else {k: v for k, v in old.items() if k == "$ref"}):
            print(json.dumps([old, new]))
            made += 1


def main():
    verb, seed, what = sys.argv[1:]
    if verb == "generate":
        generate(int(seed), int(what))
        return
    with open(what, encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            print(json.dumps(judge(random.Random(int(seed) * 1000003 + number), read_request(line))))


def read_request(line):
    return read(line)


if __name__ == "__main__":
    main()
