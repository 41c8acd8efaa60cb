# SPDX-License-Identifier: Apache-2.0
"""Schemas like those of source 001, a folder of pins as its scripts write it, and a workspace over both."""
import copy
import json

HEALTH = {
    "title": "HealthStatus", "type": "object", "required": ["service", "state"],
    "properties": {"service": {"type": "string"}, "state": {"enum": ["ok", "degraded", "down"]},
                   "version": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}},
}
COMPONENT = {
    "title": "HealthComponent", "type": "object", "required": ["name"],
    "properties": {"name": {"type": "string"}, "latency_ms": {"type": "number", "exclusiveMinimum": 0}},
}
FEEDBACK = {
    "$defs": {"Level": {"enum": ["ok", "soft", "hard"], "type": "string"}},
    "title": "FeedbackEvent", "type": "object", "required": ["coordinator_id", "queue_size", "level"],
    "properties": {"coordinator_id": {"type": "string"}, "queue_size": {"type": "integer", "minimum": 0},
                   "level": {"$ref": "#/$defs/Level"}, "source": {"type": "string", "default": "core"}},
}
SCHEMAS = {"telemetry.FeedbackEvent": FEEDBACK, "telemetry.HealthStatus": HEALTH, "telemetry.HealthComponent": COMPONENT}


def breaking():
    """The runbook's scenario D: a required field more."""
    schema = copy.deepcopy(FEEDBACK)
    schema["properties"]["new_field"] = {"type": "string"}
    schema["required"].append("new_field")
    return schema


def safe():
    """An optional field more."""
    schema = copy.deepcopy(FEEDBACK)
    schema["properties"]["note"] = {"type": "string"}
    return schema


def annotated():
    """Documentation only."""
    schema = copy.deepcopy(FEEDBACK)
    schema["description"] = "what the store tells back"
    return schema


def stamped(schema, name, version, track="v1"):
    return {**copy.deepcopy(schema), "$core_version": version, "$schema_id": f"https://schemas.example/{track}/{name}",
            "$track": track}


def write(folder, name, document):
    """One file of JSON in a folder, which is made where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(document))


def write_pins(folder, schemas, version="1.1.2"):
    """As the source's fetch script: stamps, indented, no lock file."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas.items():
        (folder / f"{name}.json").write_text(json.dumps(stamped(schema, name, version), indent=2))
    (folder / "_metadata.json").write_text(json.dumps({"registry_url": "http://127.0.0.1:1", "track": "v1",
                                                       "fetched_at": "2025-10-18T14:30:00Z", "schemas_fetched": len(schemas),
                                                       "schemas_failed": 0, "failed_schemas": []}))
