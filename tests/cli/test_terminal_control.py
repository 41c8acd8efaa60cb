# SPDX-License-Identifier: Apache-2.0
"""Nothing that others wrote speaks to the terminal: arguments, variables, paths, what a database raises."""
import pytest
from terminal import on_terminal

ESCAPE = "\x1b]0;owned\x07\x1b[31m\x7f\u009b31m\u202etxt"
UNSAFE = ["\x1b", "\x07", "\x7f", "\u009b", "\u202e"]


def assert_safe(text):
    assert not [each for each in UNSAFE if each in text], text


@pytest.mark.parametrize("arguments", [
    ["-C", ESCAPE, "check"], ["check", ESCAPE], ["check", "--format", ESCAPE], [ESCAPE],
    ["artifacts", "verify", ESCAPE], ["events", "list", "--since", ESCAPE], ["incidents", "show", ESCAPE], ["explain", ESCAPE],
    ["artifacts", "import", "--from-csv", ESCAPE], ["artifacts", "export", "--output", f"missing{ESCAPE}/x"], [f"--{ESCAPE}"],
    ["artifacts", "verify", "--sample", ESCAPE], ["artifacts", "backfill", "--max-drift", ESCAPE],
], ids=lambda arguments: " ".join(each for each in arguments if ESCAPE not in each) or "alone")
def test_arguments_that_an_error_repeats(sqlite_workspace, arguments):
    done = sqlite_workspace.run(*arguments, expect=2)
    assert_safe(done.stderr)
    assert "%1B" in done.stderr


def test_variables_that_an_error_repeats(sqlite_workspace):
    for name in ("HOLDFAST_WORKSPACE_CATALOG", "HOLDFAST_ARTIFACTS_ATLAS_CHECK", "HOLDFAST_LOG"):
        done = sqlite_workspace.run("check", expect=None, env={name: ESCAPE})
        assert_safe(done.stderr)


def test_what_a_database_raises(workspace):
    workspace.write("a.txt", "alpha")
    workspace.add_row("a", "a.txt")
    if workspace.database.backend == "sqlite":
        workspace.database.execute("create trigger no before update on artifacts begin select raise(abort, 'no\x1b[31m'); end")
    else:
        workspace.database.execute("create function no() returns trigger language plpgsql as $f$ begin raise exception E'no\\x1b[31m'; end $f$;"
                                   "create trigger no before update on artifacts for each row execute function no()")
    done = workspace.run("artifacts", "backfill", expect=None)
    assert done.returncode != 0 and "no" in done.stderr
    assert_safe(done.stderr)


def test_export_is_raw_for_programs_and_safe_for_a_terminal(sqlite_workspace):
    name = "a\x1b[31m\u202e.txt"
    sqlite_workspace.write(name, "alpha")
    sqlite_workspace.add_row("a", name)
    sqlite_workspace.run("artifacts", "backfill")
    assert name in sqlite_workspace.run("artifacts", "export").stdout
    _, shown = on_terminal(sqlite_workspace, "artifacts", "export")
    assert "a%1B[31m%E2%80%AE.txt" in shown and "\x1b[31m" not in shown


def test_log_lines(sqlite_workspace):
    """A drift is logged with the path of its row."""
    name = "a\x1b[31m\u202e.txt"
    sqlite_workspace.write(name, "alpha")
    sqlite_workspace.add_row("a", name)
    sqlite_workspace.run("artifacts", "backfill")
    sqlite_workspace.write(name, "other")
    done = sqlite_workspace.run("artifacts", "backfill", "--recheck", "--max-drift", "100%", expect=1)
    assert "%1B[31m" in done.stderr
    assert_safe(done.stderr)
