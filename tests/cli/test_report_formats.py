# SPDX-License-Identifier: Apache-2.0
"""Reports for machines, read by programs that are not ours; with file names that would break a careless writer.

SARIF: the OASIS schema is in no Python package, so its rules that matter to us are asserted here one by one; docs/decisions/0050 says
how the whole was validated.
"""
import json
import os
import re
import urllib.parse
import xml.etree.ElementTree

import junitparser
import pytest
from workspace import row

HOSTILE = ["plain.bin", "a|b.bin", "<script>&amp;\"'.bin", "100%25,x:y.bin", "new\nline.bin", "esc\x1b[31m.bin", "tab\t.bin",
           "::error title=x::y.bin", "`code`.bin", "日本語.bin", "\u202egnp.bin", "]]>.bin"]


@pytest.fixture
def hostile(sqlite_workspace):
    workspace = sqlite_workspace
    for name in HOSTILE:
        workspace.write(name, name)
    workspace.database.insert("artifacts", [row(f"id-{index}-{name}", name) for index, name in enumerate(HOSTILE)])
    workspace.run("artifacts", "backfill")
    for name in HOSTILE:
        workspace.write(name, "changed")
    with open(os.fsencode(workspace.data) + b"/no-utf8-\xe9\xff.bin", "wb") as out:
        out.write(b"x")
    return workspace


def report(workspace, name, *more, expect=1):
    return workspace.run("check", "--format", name, *more, expect=expect).stdout


def test_json_keeps_plain_names_and_no_two_names_become_one(hostile):
    found = json.loads(report(hostile, "json"))
    subjects = [each["subject"] for check in found["checks"] for each in check["subjects"]]
    assert len(set(subjects)) == len(subjects) == len(HOSTILE) + 1
    for index, name in enumerate(HOSTILE):
        if not re.search(r"[\x00-\x1f%\u202e]", name):  # those the domain percent-encodes
            assert f"artifact:atlas/id-{index}-{name}" in subjects


def test_sarif(hostile):
    log = json.loads(report(hostile, "sarif"))
    assert log["version"] == "2.1.0" and log["$schema"].endswith("sarif-schema-2.1.0.json")
    run, = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    base = run["originalUriBaseIds"]["%SRCROOT%"]["uri"]
    assert base == "file://" + urllib.parse.quote(str(hostile.folder)) + "/"
    modified = [each for each in run["results"] if each["ruleId"] == "artifact.modified"]
    assert len(modified) == len(HOSTILE)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("note", "warning", "error") and result["message"]["text"]
        location = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert location["uriBaseId"] == "%SRCROOT%"
        assert re.fullmatch(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+", location["uri"])
        assert not re.search(r"[\x00-\x1f\x7f]", result["message"]["text"])
    # The URI leads to the file: resolved against the base it is the path on disk.
    paths = {urllib.parse.unquote(each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) for each in modified}
    assert len(paths) == len(HOSTILE)
    assert {f"data/{name}" for name in HOSTILE if not re.search(r"[\x00-\x1f%\u202e]", name)} <= paths
    prints = [each["partialFingerprints"]["holdfastDifference/v1"] for each in run["results"]]
    assert len(set(prints)) == len(prints)
    again = json.loads(report(hostile, "sarif"))["runs"][0]["results"]
    assert sorted(prints) == sorted(each["partialFingerprints"]["holdfastDifference/v1"] for each in again), "stable from run to run"
    invocation, = run["invocations"]
    assert invocation["exitCode"] == 1 and invocation["executionSuccessful"] is True


def test_sarif_suppresses_what_is_waived_and_notes_what_is_incomplete(hostile):
    report(hostile, "sarif")
    hostile.run("waive", "artifact:atlas/id-0-plain.bin", "--reason", "agreed", "--expires", "1d")
    run = json.loads(report(hostile, "sarif"))["runs"][0]
    suppressed = [each for each in run["results"] if each.get("suppressions")]
    assert [each["properties"]["subject"] for each in suppressed] == ["artifact:atlas/id-0-plain.bin"]
    (hostile.folder / "holdfast.toml").write_text(f'[workspace]\ncatalog = "{hostile.database.url}"\n')
    invocation = json.loads(report(hostile, "sarif", expect=3))["runs"][0]["invocations"][0]
    assert invocation["executionSuccessful"] is False and invocation["exitCode"] == 3
    assert "nothing to check" in invocation["toolExecutionNotifications"][0]["message"]["text"]


@pytest.mark.parametrize("name", ["table", "json", "sarif", "junit", "github", "markdown"])
def test_a_named_domain_without_a_section_is_told_in_every_format(sqlite_workspace, name):
    sqlite_workspace.write("a.bin", "a")
    sqlite_workspace.add_row("a", "a.bin")
    sqlite_workspace.run("artifacts", "backfill")
    report(sqlite_workspace, name, "artifacts", "artifacts.atlas", expect=0)
    for words in (["artifacts.atlas", "extract"], ["extract"], ["artifacts", "extract", "--fail-open"]):
        said = " ".join(report(sqlite_workspace, name, *words, expect=3).replace("\\", "").split())
        assert "extract: holdfast.toml has no [extract." in said, words


def test_junit(hostile, tmp_path):
    text = report(hostile, "junit", "--all")
    target = tmp_path / "report.xml"
    target.write_text(text)
    suites = junitparser.JUnitXml.fromfile(str(target))
    suite, = list(suites)
    cases = list(suite)
    assert suite.tests == len(cases) == len(HOSTILE) + 1
    assert suite.failures == sum(any(isinstance(r, junitparser.Failure) for r in case.result) for case in cases) == len(HOSTILE)
    assert suite.errors == 0
    root = xml.etree.ElementTree.fromstring(text)
    assert [each.tag for each in root] == ["testsuite"]
    assert "\x1b" not in text
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", root[0].get("timestamp"))


def test_junit_of_an_incomplete_run_is_an_error_and_with_fail_open_skipped(sqlite_workspace):
    sqlite_workspace.write("a.bin", "a")
    sqlite_workspace.database.insert("artifacts", [row("a", "a.bin", metadata=json.dumps({"file_sha256": "0" * 64}))])
    for options, expect, outcome in [((), 3, "error"), (("--fail-open",), 0, "skipped")]:
        root = xml.etree.ElementTree.fromstring(report(sqlite_workspace, "junit", "--quick", *options, expect=expect))
        told = [case.get("name") for case in root.iter("testcase") if case.find(outcome) is not None]
        assert told == ["artifact:atlas/a", "completeness"]
        counts = [sum(int(suite.get(name)) for suite in root) for name in ["failures", "errors", "skipped"]]
        assert counts == [0, 2 * (outcome == "error"), 2 * (outcome == "skipped")]


# As the runner reads it (actions/runner, ActionCommand): ::command property=value,…::message, each escaped.
ANNOTATION = re.compile(r"::(error|warning|notice)((?: [a-z]+=[^,:\r\n]*)?(?:,[a-z]+=[^,:\r\n]*)*)::([^\r\n]*)")


def unescaped(text):
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, char)
    return text


def test_github_annotations(hostile):
    lines = report(hostile, "github").splitlines()
    annotations = [line for line in lines if line.startswith("::")]
    assert len(annotations) == len(HOSTILE) + 1, "a name can't make an annotation of its own"
    files = set()
    for line in annotations:
        match = ANNOTATION.fullmatch(line)
        assert match, line
        properties = dict(part.split("=", 1) for part in match[2].strip().split(","))
        assert set(properties) <= {"file", "title"}
        assert re.search(r"%(?!25|0A|0D|3A|2C)", line) is None, "every percent sign is an escape"
        files.add(unescaped(properties.get("file", "")))
    assert {"data/plain.bin", "data/100%25,x:y.bin", "data/a|b.bin"} <= files
    assert lines[-1].startswith("holdfast: 12 findings")


def test_markdown_rows_have_one_cell_a_column(hostile):
    text = report(hostile, "markdown")
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len(table) == 2 + len(HOSTILE) + 1
    for line in table:
        assert len(re.findall(r"(?<!\\)\|", line)) == 8, line
        assert "<script>" not in line


def test_the_table_reaches_no_terminal_with_control_characters(hostile):
    for width in ("40", "80", "160"):
        text = hostile.run("check", env={"COLUMNS": width}, expect=1).stdout
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text)
        for line in text.splitlines():
            assert len(line) <= int(width) + 16 or " " not in line.strip(), (width, line)


def test_a_report_goes_to_a_file_whole_or_not_at_all(hostile, tmp_path):
    target = tmp_path / "report.json"
    done = hostile.run("check", "--format", "json", "--output", target, expect=1)
    assert done.stdout == ""
    assert json.loads(target.read_text())["exit_code"] == 1
    hostile.run("check", "--output", tmp_path / "no" / "such" / "folder", expect=2)
    assert os.listdir(tmp_path) and not [name for name in os.listdir(tmp_path) if name.endswith(".tmp")]
