# SPDX-License-Identifier: Apache-2.0
"""Pairs of schemas: the project's own small ones, real ones of webhooks as they changed over the years, and types that refer to each other."""
import dataclasses
import json
import re

DRAFT7 = "http://json-schema.org/draft-07/schema#"
# Peers know draft-07 at most: these keywords came later, or mean something else there. ("$ref": "b" leads to a $defs with that $id.)
LATER = re.compile(r'"(prefixItems|dependentRequired|dependentSchemas|unevaluated\w+|(min|max)Contains|\$anchor|\$dynamic\w+|\$recursive\w+)"'
                   r'|"\$ref": "b"')
# One of each year or so, as webhooks.txt pins them.
WEBHOOK_VERSIONS = ("3.77.1", "4.13.0", "5.8.0", "6.11.0", "7.3.1", "7.6.1")


@dataclasses.dataclass(frozen=True)
class Corpus:
    name: str
    title: str
    pairs: tuple  # of (old, new), texts

    @property
    def pair_bytes(self):
        return sum(len(old.encode()) + len(new.encode()) for old, new in self.pairs) / len(self.pairs)

    def write(self, folder):
        """The file that workers read."""
        path = folder / f"{self.name}.pairs"
        path.write_text("".join(f"{old}\n{new}\n" for old, new in self.pairs), encoding="utf-8")
        return path


def golden_texts(source):
    """The pairs of the tests as they are written there: no number is read and written again."""
    decoder = json.JSONDecoder()
    for line in (source / "tests/json_schema/golden/pairs.json").read_text(encoding="utf-8").splitlines():
        if '"old": ' not in line:
            continue
        old_at = line.index('"old": ') + len('"old": ')
        _, old_end = decoder.raw_decode(line, old_at)
        new_at = line.index('"new": ', old_end) + len('"new": ')
        _, new_end = decoder.raw_decode(line, new_at)
        yield line[old_at:old_end], line[new_at:new_end]


def keywords(source):
    return Corpus("keywords", "keyword-sized pairs, all dialects", tuple(golden_texts(source)))


def shared_keywords(source):
    """Those that peers can be asked: draft-07 and saying so."""
    def declared(text):
        return text if not text.startswith("{") or '"$schema"' in text else f'{{"$schema": "{DRAFT7}"{", " if text != "{}" else ""}{text[1:]}'

    pairs = [(declared(old), declared(new)) for old, new in golden_texts(source) if not LATER.search(old + new)]
    return Corpus("keywords-draft-07", "keyword-sized pairs of draft-07",
                  tuple(pair for pair in pairs if all(not text.startswith("{") or DRAFT7 in text for text in pair)))


def references(value):
    if isinstance(value, dict):
        target = value.get("$ref")
        if isinstance(target, str):
            yield target.removeprefix("#/definitions/")
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def closure(document, name):
    """One definition with everything that it leads to, as a schema. It stands at the root itself: not every peer follows a $ref there."""
    found, waiting = set(), list(references(document["definitions"][name]))
    while waiting:
        at = waiting.pop()
        if at not in found:
            found.add(at)
            waiting.extend(references(document["definitions"][at]))
    definitions = {each: schema for each, schema in document["definitions"].items() if each in found}
    return json.dumps({"$schema": DRAFT7} | document["definitions"][name] | {"definitions": definitions})


def webhook_document(source, version):
    return json.loads((source / ".deps/bench/webhooks" / f"{version}.json").read_text(encoding="utf-8"))


def webhooks(source):
    """Every event of GitHub's webhooks in one version and in the next one that was taken."""
    documents = [webhook_document(source, version) for version in WEBHOOK_VERSIONS]
    pairs = []
    for old, new in zip(documents, documents[1:], strict=False):
        names = [name for name in old["definitions"] if "$" in name and name in new["definitions"]]
        pairs += [(closure(old, name), closure(new, name)) for name in names]
    return Corpus("webhooks", "webhook schemas, from version to version", tuple(pairs))


def sampled(corpus, count):
    step = max(1, len(corpus.pairs) // count)
    return Corpus(f"{corpus.name}-sample", corpus.title, corpus.pairs[::step][:count])


def recursive(counts):
    """Types that all refer to each other in oneOf, told apart by a constant; in the new schema the last one is narrowed. A pair a count."""
    def family(count, last_id):
        one_of = [{"$ref": f"#/definitions/T{i}"} for i in range(count)]
        types = {f"T{i}": {"type": "object", "required": ["id", "kind"],
                           "properties": {"id": last_id if i == count - 1 else {"type": "integer"}, "kind": {"const": f"t{i}"},
                                          "a": {"oneOf": one_of}, "b": {"oneOf": one_of}}} for i in range(count)}
        return json.dumps({"$schema": DRAFT7, "oneOf": one_of, "definitions": types})

    return Corpus("recursive", "types that refer to each other", tuple((family(count, {"type": "integer"}),
                                                                     family(count, {"type": "integer", "minimum": 0})) for count in counts))
