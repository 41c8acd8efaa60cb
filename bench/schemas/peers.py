# SPDX-License-Identifier: Apache-2.0
"""The programs that are measured, each a worker (worker.py). scripts/setup.sh bench has brought them."""
import importlib.metadata
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
OURS = "holdfast"
APICURIO = "Apicurio's engine"
DIFF = "json-schema-diff"
SUBSCHEMA = "jsonsubschema"
# Of all that the server has in its lib folder, what its engine for JSON Schema needs.
JARS = ("io.apicurio.apicurio-registry-schema-util-json", "io.apicurio.apicurio-registry-schema-util-common", "io.apicurio.apicurio-registry-common",
        "com.github.erosb.", "com.fasterxml.jackson.", "com.google.re2j.", "com.damnhandy.", "commons-validator.", "joda-time.", "org.json.json-",
        "org.jetbrains.kotlin.kotlin-stdlib-", "org.slf4j.slf4j-api-")


def jars(source):
    return [path for path in sorted((source / ".deps/apicurio/lib").glob("*.jar")) if path.name.startswith(JARS)]


def modules(source):
    return source / ".deps/bench/npm/node_modules"


def commands(source, out):
    """Name → command without its file. Compiles what Java needs."""
    classes = out / "apicurio"
    path = ":".join(map(str, [*jars(source), classes]))
    subprocess.run(["javac", "-nowarn", "-d", str(classes), "-cp", path, str(HERE / "ApicurioWorker.java")], check=True)
    return {OURS: [str(source / "build/release/bench/schemas_bench"), "worker"],
            APICURIO: ["java", "-XX:+UseSerialGC", "-cp", path, "ApicurioWorker"],
            DIFF: ["node", str(HERE / "json_schema_diff_worker.js"), str(modules(source))],
            SUBSCHEMA: [sys.executable, str(HERE / "jsonsubschema_worker.py")]}


def versions(source):
    def said(*command):
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]

    engine = next(path.stem.removeprefix(JARS[0] + "-") for path in jars(source) if path.name.startswith(JARS[0]))
    diff = json.loads((modules(source) / "json-schema-diff/package.json").read_text(encoding="utf-8"))["version"]
    return {APICURIO: f"apicurio-registry-schema-util-json {engine} on {said('java', '--version')}",
            DIFF: f"{diff} on Node.js {said('node', '--version').removeprefix('v')}",
            SUBSCHEMA: f"{importlib.metadata.version('jsonsubschema')} on Python {sys.version.split()[0]}"}
