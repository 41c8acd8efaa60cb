# SPDX-License-Identifier: Apache-2.0
"""What is printed as JSON, held against the schemas that docs/schemas publishes, by Python's jsonschema."""
import json
import pathlib

import jsonschema

SOURCE = pathlib.Path(__file__).resolve().parents[2]


def validator(name):
    schema = json.loads((SOURCE / "docs/schemas" / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def hold(name, value):
    errors = [f"{error.json_path}: {error.message}" for error in validator(name).iter_errors(value)]
    assert not errors, errors
