# SPDX-License-Identifier: Apache-2.0
"""Where --output and its kin write: files whole, devices and pipes directly, anything else refused before any work.

Device nodes are made in the test's own folder: as root, a program that replaces what it is given would take /dev/null from everybody."""
import os
import stat
import subprocess

import pytest


@pytest.fixture
def workspace(sqlite_workspace):
    sqlite_workspace.write("a.txt", "alpha")
    sqlite_workspace.add_row("a", "a.txt")
    sqlite_workspace.run("artifacts", "backfill")
    return sqlite_workspace


WRITERS = [
    ("check", "--format", "json", "--output"),
    ("artifacts", "report", "--output"),
    ("artifacts", "export", "--output"),
    ("artifacts", "backfill", "--recheck", "--summary"),
    ("artifacts", "backfill", "--recheck", "--residual"),
    ("artifacts", "backfill", "--recheck", "--report-only", "--sql-patch"),
]


@pytest.mark.parametrize("command", WRITERS, ids=" ".join)
def test_a_device_is_written_to_and_stays_a_device(workspace, command):
    node = workspace.folder / "mynull"
    try:
        os.mknod(node, stat.S_IFCHR | 0o666, os.makedev(1, 3))
        open(node, "wb").close()
    except PermissionError:
        pytest.skip("needs the right to make device nodes")
    workspace.run(*command, "mynull")
    assert stat.S_ISCHR(node.lstat().st_mode)


@pytest.mark.parametrize("command", WRITERS, ids=" ".join)
def test_a_pipe_is_written_to_and_stays_a_pipe(workspace, command):
    fifo = workspace.folder / "pipe"
    os.mkfifo(fifo)
    # The reader is there before the command is, and the pipe holds all that comes.
    with open(os.open(fifo, os.O_RDONLY | os.O_NONBLOCK), "rb") as reader:
        workspace.run(*command, "pipe", timeout=60)
        assert stat.S_ISFIFO(fifo.lstat().st_mode)
        assert reader.read() or "--residual" in command


@pytest.mark.parametrize("command", WRITERS, ids=" ".join)
def test_a_link_stays_and_its_target_is_replaced(workspace, command):
    (workspace.folder / "real").mkdir()
    target = workspace.folder / "real" / "target"
    target.write_text("old")
    link = workspace.folder / "link"
    link.symlink_to("real/target")
    workspace.run(*command, "link")
    assert link.is_symlink() and target.read_text() != "old"
    assert [each.name for each in (workspace.folder / "real").iterdir()] == ["target"]


def test_a_link_to_nothing_makes_its_target(workspace):
    (workspace.folder / "link").symlink_to("target")
    workspace.run("artifacts", "export", "--output", "link")
    assert (workspace.folder / "link").is_symlink() and "a.txt" in (workspace.folder / "target").read_text()


@pytest.mark.parametrize("command", WRITERS, ids=" ".join)
@pytest.mark.parametrize("place", ["folder", "missing/file", "socket", "loop"])
def test_what_is_no_place_for_a_file_is_refused_before_any_work(workspace, command, place):
    import socket
    (workspace.folder / "folder").mkdir()
    (workspace.folder / "loop").symlink_to("loop")
    with socket.socket(socket.AF_UNIX) as made:
        here = os.getcwd()
        os.chdir(workspace.folder)  # the name of a socket is short
        try:
            made.bind("socket")
        finally:
            os.chdir(here)
        before = workspace.database.query("select * from event order by seq")
        runs = workspace.database.query("select * from check_run")
        done = workspace.run(*command, place, expect=2)
    assert place.split("/")[0] in done.stderr and "hint:" in done.stderr
    assert workspace.database.query("select * from event order by seq") == before
    assert workspace.database.query("select * from check_run") == runs
    assert (workspace.folder / "folder").is_dir()


def test_dev_stdout_is_what_stdout_is(workspace):
    """As a user's shell gives it: a pipe, and a file that is appended to. /dev itself is only read here: no node is ever named."""
    done = workspace.run("artifacts", "export", "--output", "/proc/self/fd/1")
    assert "a.txt" in done.stdout
    log = workspace.folder / "log"
    log.write_text("before\n")
    with log.open("a") as out:
        inode = os.fstat(out.fileno()).st_ino
        subprocess.run(workspace.command("artifacts", "export", "--output", "/proc/self/fd/1"), cwd=workspace.folder, stdout=out, check=True)
    assert log.stat().st_ino == inode
    assert log.read_text().startswith("before\n") and "a.txt" in log.read_text()


def test_a_pipe_that_nobody_reads_is_an_error_and_no_hang(workspace):
    os.mkfifo(workspace.folder / "pipe")
    done = workspace.run("artifacts", "export", "--output", "pipe", expect=5, timeout=60)
    assert "pipe" in done.stderr


WITH_INCIDENT = [*WRITERS, ("incidents", "report", "artifact:atlas/b", "--output"), ("schemas", "check", "core", "--output")]
GUARDED = ["holdfast.toml", "./holdfast.toml", "by-link", "catalog.db", "catalog.db-wal", "events.jsonl", "holdfast.prom", "data/a.txt",
           "data/../data/a.txt", "data/link-to-a", "pins/schemas.lock.json", "pins/telemetry.HealthStatus.json", "x/rows.done", "x/items.txt"]


@pytest.fixture
def guarded(workspace):
    """Holdfast's own files in one folder, and one of each kind of file that it is told to keep an eye on."""
    folder = workspace.folder
    for name in ("pins", "x"):
        (folder / name).mkdir()
    for name in ("pins/schemas.lock.json", "pins/telemetry.HealthStatus.json", "x/rows.done", "x/items.txt"):
        (folder / name).write_text("{}")
    (folder / "by-link").symlink_to("holdfast.toml")
    workspace.write("b.txt", "beta")
    workspace.add_row("b", "b.txt")
    workspace.run("artifacts", "backfill")
    (folder / "data" / "link-to-a").symlink_to("a.txt")
    (folder / "catalog.db").symlink_to(workspace.database.path)
    workspace.configure(extra='[extract.rows]\nitems_file = "x/items.txt"\nout = "x/rows.parquet"\n'
                              '[schemas.core]\ntrack = "v1"\nfixtures = "pins"\nregistry = "http://127.0.0.1:9"\nattempts = 1\n'
                              '[metrics]\ntextfile = "holdfast.prom"\n[events]\njsonl = "events.jsonl"\n')
    workspace.write("b.txt", "other")
    workspace.run("check", expect=None)
    return workspace


def _state(workspace):
    files = {path: path.read_bytes() for path in sorted(workspace.folder.rglob("*")) if path.is_file() and "catalog.db" not in path.name}
    return files, workspace.database.query("select * from event order by seq"), workspace.database.query("select * from check_run")


@pytest.mark.parametrize("command", WITH_INCIDENT, ids=" ".join)
def test_no_output_takes_the_place_of_what_is_guarded(guarded, command):
    before = _state(guarded)
    beside = guarded.folder / "catalog.db-wal"
    places = [place for place in GUARDED if place != beside.name] + [f"{guarded.database.path}-wal", str(guarded.database.path)]
    for place in places:
        done = guarded.run(*command, place, expect=2)
        assert command[-1] in done.stderr and "would be replaced" in done.stderr and "hint:" in done.stderr, place
    assert _state(guarded) == before


@pytest.mark.parametrize("command", WITH_INCIDENT[:-1], ids=" ".join)
def test_yesterdays_report_is_replaced(guarded, command):
    for place in ("report", "data/report"):  # below a root, too: it has no row
        (guarded.folder / place).write_text("yesterday's")
        guarded.run(*command, place, expect=None)
        assert (guarded.folder / place).read_text() != "yesterday's"


@pytest.mark.parametrize("command", WITH_INCIDENT[:-1], ids=" ".join)
def test_the_place_of_a_missing_file_is_left_free(guarded, command):
    """A report in its place would be the file of the row: what was missing would be told as modified."""
    (guarded.data / "b.txt").unlink()
    (guarded.folder / "link").symlink_to("data/b.txt")
    (guarded.folder / "folder").symlink_to("data")
    for place in ("data/b.txt", "data/../data/b.txt", "folder/b.txt", "link"):
        done = guarded.run(*command, place, expect=2)
        assert "would be replaced" in done.stderr and "artifact:atlas/b" in done.stderr, place
        assert not (guarded.data / "b.txt").exists()


@pytest.mark.parametrize("command", WRITERS, ids=" ".join)
def test_no_output_takes_the_place_of_an_item(workspace, command):
    folder = workspace.folder
    for name in ("clips/a.mp4", "clips/deep/b.mp4", "c.mp4", "store.bin", "real/d.mp4", "behind.bin"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("video")
    (folder / "clips/linked.mp4").symlink_to("../store.bin")
    (folder / "listed.mp4").symlink_to("behind.bin")
    (folder / "by-link").symlink_to("clips")
    (folder / "way").symlink_to("real")
    (folder / "list").write_text("./c.mp4\r\nother\nway/d.mp4\nlisted.mp4\n")
    workspace.configure(extra='[extract.pattern]\nitems = "clips/**.mp4"\nout = "p.parquet"\n'
                              '[extract.list]\nitems_file = "list"\nout = "l.parquet"\n')
    for place in ("clips/a.mp4", "clips/deep/b.mp4", "by-link/a.mp4", "clips/linked.mp4", "store.bin", "clips/new.mp4", "c.mp4",
                  "real/d.mp4", "way/d.mp4", "listed.mp4", "behind.bin"):
        done = workspace.run(*command, place, expect=2)
        assert "would be replaced" in done.stderr and "an item of [extract." in done.stderr, place
    assert {path.read_text() for path in folder.rglob("*.mp4")} == {"video"} and not (folder / "clips/new.mp4").exists()
    workspace.run(*command, "clips/report.txt", expect=None)
    assert (folder / "clips/report.txt").exists()


@pytest.mark.parametrize("foreign", [False, True], ids=["configured", "--out"])
def test_lists_of_keys_take_the_place_of_nothing_that_is_guarded(guarded, foreign):
    folder = guarded.folder
    guarded.write("missing.txt", "an artifact")
    guarded.add_row("m", "missing.txt")
    guarded.add_row("lost", "gone/pending.txt")
    (folder / "old").mkdir()
    (folder / "old/missing.txt").write_text("the.key\n")
    (folder / "other.done").write_text("the.key\n")
    words = ["--out", "other.parquet", "--items-file", "old/missing.txt"] if foreign else ["rows"]
    before = _state(guarded)
    own = ["old"] if foreign else []
    for place in ("data", "pins", f"{guarded.database.path}-journal", f"{guarded.database.path}-journal/below", "data/gone", *own):
        done = guarded.run("extract", "check", *words, "--lists", place, expect=2)
        assert "--lists" in done.stderr and "would be replaced" in done.stderr, place
    assert _state(guarded) == before and not (guarded.data / "gone").exists()
    assert not (guarded.database.path.parent / (guarded.database.path.name + "-journal")).exists()
    for _ in range(2):  # yesterday's lists are replaced
        guarded.run("extract", "check", *words, "--lists", "lists/today", expect=None)
    assert (folder / "lists/today/pending.txt").exists()


def test_lists_of_keys_need_no_workspace(binary, tmp_path):
    (tmp_path / "rows.done").write_text("a\n")
    done = subprocess.run([binary, "extract", "check", "--out", "rows.parquet", "--lists", "lists"], cwd=tmp_path, text=True,
                          capture_output=True, check=False)
    assert (tmp_path / "lists/missing.txt").read_text() == "a\n", done.stderr


def test_two_outputs_are_two_files(workspace):
    (workspace.folder / "link").symlink_to("both")
    for first, second in (("both", "both"), ("both", "./both"), ("link", "both")):
        done = workspace.run("artifacts", "backfill", "--recheck", "--summary", first, "--residual", second, expect=2)
        assert "--residual" in done.stderr and "--summary" in done.stderr
    assert not (workspace.folder / "both").exists()


def test_an_output_below_a_root_is_refused_where_nobody_can_tell_whether_it_has_a_row(workspace):
    workspace.configure('source = "postgresql://u@127.0.0.1:9/none"')
    done = workspace.run("check", "--output", "data/a.txt", expect=3)
    assert "can't be told" in done.stderr and (workspace.data / "a.txt").read_text() == "alpha"


@pytest.mark.parametrize("extra", ['[events]\njsonl = "{catalog}"', '[events]\njsonl = "{catalog}-wal"', '[events]\njsonl = "./holdfast.toml"',
                                   '[metrics]\ntextfile = "holdfast.toml"', '[metrics]\ntextfile = "{catalog}"',
                                   '[events]\njsonl = "one"\n[metrics]\ntextfile = "./one"',
                                   '[extract.x]\nitems = "*"\nout = "holdfast.toml"'])
def test_a_configuration_that_writes_over_itself_is_refused(workspace, extra):
    workspace.configure(extra=extra.format(catalog=workspace.database.path))
    before = (workspace.folder / "holdfast.toml").read_bytes()
    assert "would be replaced" in workspace.run("check", expect=2).stderr
    assert (workspace.folder / "holdfast.toml").read_bytes() == before
    assert workspace.database.query("select count(*) as n from artifacts") == [{"n": 1}]


def test_an_extraction_named_by_its_output_spares_the_records(workspace):
    before = workspace.database.path.read_bytes()
    done = workspace.run("extract", "repair", "--out", workspace.database.path, expect=2)
    assert "--out" in done.stderr and "would be replaced" in done.stderr
    (workspace.folder / "rows.done").write_text("a\n")  # keys without a row: a repair would take them out
    toml = workspace.folder / "holdfast.toml"
    toml.write_text(toml.read_text() + "[events\n")
    done = workspace.run("extract", "repair", "--out", "rows.parquet", expect=2)
    assert "holdfast.toml" in done.stderr, "which records there are is not known"
    assert (workspace.folder / "rows.done").read_text() == "a\n" and workspace.database.path.read_bytes() == before


def test_what_is_only_looked_at_is_not_replaced(workspace):
    for _ in range(2):
        done = workspace.run("extract", "check", "--out", workspace.database.path, expect=1)
        assert "extract.output_unreadable" in done.stdout and "would be replaced" not in done.stderr
        workspace.run("extract", "status", "--out", workspace.database.path)
        (workspace.folder / "holdfast.toml").write_text("[events\n")  # it takes no part


@pytest.mark.parametrize("variable, option", [("HOLDFAST_METRICS_TEXTFILE", "metrics.textfile"), ("HOLDFAST_EVENTS_JSONL", "events.jsonl")])
def test_a_sink_spares_a_file_that_has_a_row_and_the_check_is_told(workspace, variable, option):
    for place in ("data/a.txt", "link"):
        (workspace.folder / "link").unlink(missing_ok=True)
        (workspace.folder / "link").symlink_to("data/a.txt")
        done = workspace.run("check", expect=2, env={variable: place})
        assert option in done.stderr and "would be replaced" in done.stderr and "artifact:atlas/a" in done.stderr
        assert "artifacts.atlas" in done.stdout
        assert (workspace.data / "a.txt").read_text() == "alpha" and [each.name for each in workspace.data.iterdir()] == ["a.txt"]
    assert workspace.run("check").returncode == 0
    if option == "events.jsonl":
        assert "would be replaced" in workspace.run("events", "deliver", expect=2, env={variable: "data/a.txt"}).stderr


@pytest.mark.parametrize("command", WRITERS, ids=" ".join)
def test_no_output_takes_the_place_of_what_is_kept_beside_an_extraction(workspace, command):
    """Rows of shards are nowhere else until they are merged."""
    kept = ["rows.shard-1-of-2.parquet", "rows.shard-1-of-2.done", "rows.shard-1-of-2.rows.jsonl", "rows.repairs.jsonl",
            "rows.done.before-repair-2026-11-30T22-47-21Z", "rows.rows.jsonl.torn-12"]
    for name in kept:
        (workspace.folder / name).write_text("kept")
    workspace.configure(extra='[extract.rows]\nitems = "clips/*"\nout = "rows.parquet"\n')
    for name in kept:
        done = workspace.run(*command, name, expect=2)
        assert "would be replaced" in done.stderr and "[extract.rows]" in done.stderr, name
    assert {(workspace.folder / name).read_text() for name in kept} == {"kept"}


SINKS = [("metrics", "textfile"), ("events", "jsonl")]


@pytest.mark.parametrize("section, key", SINKS)
@pytest.mark.parametrize("text", ["clips/a.mp4\n", ""])
def test_a_sink_spares_a_list_of_items_and_what_is_kept_beside_an_extraction(workspace, section, key, text):
    """Of an empty one nothing but its name tells what it is."""
    for name in ("list.txt", "rows.shard-2-of-2.done", "rows.repairs.jsonl"):
        kept = workspace.folder / name
        kept.write_text(text)
        workspace.configure(extra=f'[extract.rows]\nitems_file = "list.txt"\nout = "rows.parquet"\n[{section}]\n{key} = "./{name}"\n')
        said = workspace.run("check", expect=2).stderr
        assert f"{section}.{key}" in said and name in said and "[extract.rows]" in said and "would be replaced" in said
        assert kept.read_text() == text


def test_metrics_take_the_place_of_metrics_only(workspace):
    notes = workspace.folder / "notes.prom"
    workspace.configure(extra='[metrics]\ntextfile = "notes.prom"\n')
    for text in ("my notes\n", "# HELP node_cpu_seconds_total Of somebody else.\n", "# HELP holdfast"):
        notes.write_text(text)
        done = workspace.run("check", expect=2)
        assert "metrics.textfile" in done.stderr and "notes.prom" in done.stderr and "does not begin with metrics" in done.stderr
        assert "hint:" in done.stderr and "artifacts.atlas" in done.stdout, "the check was done"
        assert notes.read_text() == text
    notes.write_text("")
    for _ in range(2):
        workspace.run("check")
        assert notes.read_text().startswith("# HELP holdfast_check_")


@pytest.mark.parametrize("variable, option", [("HOLDFAST_METRICS_TEXTFILE", "metrics.textfile"), ("HOLDFAST_EVENTS_JSONL", "events.jsonl")])
def test_a_sink_spares_the_items_of_an_extraction(workspace, variable, option):
    clips = workspace.folder / "clips"
    clips.mkdir()
    (clips / "a.mp4").write_text("")
    workspace.configure(extra='[extract.pattern]\nitems = "clips/*"\nout = "p.parquet"\n')
    for place in ("clips/a.mp4", "clips/new"):
        done = workspace.run("check", expect=None, env={variable: place})
        assert option in done.stderr and "an item of [extract.pattern]" in done.stderr, place
        assert [(each.name, each.read_text()) for each in clips.iterdir()] == [("a.mp4", "")]


def test_a_file_of_a_sink_below_a_root_goes_on_where_the_database_is_away(workspace):
    sinks = {"HOLDFAST_METRICS_TEXTFILE": "data/holdfast.prom", "HOLDFAST_EVENTS_JSONL": "data/events.jsonl"}
    workspace.run("check", env=sinks)
    metrics, events = workspace.data / "holdfast.prom", workspace.data / "events.jsonl"
    before, lines = metrics.read_text(), len(events.read_text().splitlines())
    workspace.run("check", expect=3, env={**sinks, "HOLDFAST_ARTIFACTS_ATLAS_SOURCE": "postgresql://u@127.0.0.1:9/none"})
    assert metrics.read_text() != before and len(events.read_text().splitlines()) > lines


SCHEMAS_OF_A_FOLDER = ('[schemas.core]\ntrack = "v1"\nfixtures = "pins"\nregistry = "published"\nkind = "directory"\n')


@pytest.fixture
def pinned(workspace):
    """A set of pins beside the artifacts, in step with its registry, a folder."""
    for folder in ("pins", "published/v1"):
        (workspace.folder / folder).mkdir(parents=True)
        (workspace.folder / folder / "a.b.json").write_text('{"type": "object"}')
    workspace.configure(extra=SCHEMAS_OF_A_FOLDER)
    workspace.run("check")
    return workspace


@pytest.mark.parametrize("place", ["pins/a.b.json", "pins/report.json", "pins/report.sarif", "published/v1/a.b.json", "published/v1/report.json",
                                   "published/report.json", "link/report.json"])
def test_nothing_is_written_among_pins_or_into_a_registry_that_is_a_folder(pinned, place):
    (pinned.folder / "link").symlink_to("pins")
    (pinned.folder / "elsewhere").mkdir()
    for command in (["check", "schemas"], ["schemas", "check", "core"]):
        said = pinned.run(*command, "--output", place, expect=2).stderr
        assert "--output" in said and "would be replaced" in said
    for variable, option in (("HOLDFAST_METRICS_TEXTFILE", "metrics.textfile"), ("HOLDFAST_EVENTS_JSONL", "events.jsonl")):
        said = pinned.run("check", expect=2, env={variable: place}).stderr
        assert option in said and "would be replaced" in said
    # From another folder the same files are meant.
    done = subprocess.run(pinned.command("check", "-C", "..", "--output", f"../{place}"), cwd=pinned.folder / "elsewhere", text=True,
                          capture_output=True, check=False)
    assert done.returncode == 2 and "would be replaced" in done.stderr
    for folder in ("pins", "published/v1"):
        assert [each.name for each in (pinned.folder / folder).iterdir()] == ["a.b.json"]
    pinned.run("check")


def test_no_folder_with_a_file_that_is_guarded_is_exchanged_for_pins(pinned):
    folder = pinned.folder
    pinned.configure(extra=SCHEMAS_OF_A_FOLDER + '[events]\njsonl = "kept/events.jsonl"\n[extract.rows]\nitems = "*.mp4"\nout = "x/rows.parquet"\n')
    for name in ("kept", "x"):
        (folder / name).mkdir()
    (folder / "x/rows.done").write_text("")
    (folder / "link").symlink_to("kept")
    pinned.run("check", expect=None)
    catalog = pinned.database.path.parent
    places = {"kept": "events.jsonl", "./x/../kept": "events.jsonl", "link": "events.jsonl", "x": "[extract.rows]", str(catalog): "the catalog",
              ".": "the configuration", "holdfast.toml": "the configuration", "data": "artifact:atlas/", "published": "the registry",
              "published/v2": "the registry"}
    kept = {path: (path.stat().st_ino, path.read_bytes())
            for path in (pinned.database.path, folder / "kept/events.jsonl", folder / "x/rows.done", *folder.glob("data/*.txt"))}
    for place, what in places.items():
        said = " ".join(pinned.run("schemas", "fetch", "core", "--all", "--force", "--output", place, expect=2).stderr.split())
        assert f"--output {place}" in said and what in said, said
        assert {path: (path.stat().st_ino, path.read_bytes()) for path in kept} == kept
    assert not list(folder.glob("*/schemas.lock.json")) and not (folder / "published/v2").exists()
    for place in ("coming", "coming", "pins"):
        pinned.run("schemas", "fetch", "core", "--all", "--force", "--output", place)


def test_a_workspace_in_its_own_folder_of_pins_has_other_files_there(pinned):
    pinned.configure(extra=SCHEMAS_OF_A_FOLDER.replace('"pins"', '"."') + '[metrics]\ntextfile = "holdfast.prom"\n')
    (pinned.folder / "a.b.json").write_text('{"type": "object"}')
    pinned.run("check", "schemas", "--format", "sarif", "--output", "report.sarif", expect=(0, 1))
    assert (pinned.folder / "holdfast.prom").exists()
    pinned.run("check", "schemas", "--format", "json", "--output", "report.json", expect=2)


def test_the_usual_report_among_the_pins_is_hinted_to_go_elsewhere(pinned):
    check = pinned.command("schemas", "check", "core", "--schema-dir", ".")
    done = subprocess.run(check, cwd=pinned.folder / "pins", text=True, capture_output=True, check=False)
    assert done.returncode == 2 and "among the pins" in done.stderr
    assert "--output ../drift_report.json" in done.stderr
    done = subprocess.run([*check, "--output", "../drift_report.json"], cwd=pinned.folder / "pins", text=True, capture_output=True, check=False)
    assert done.returncode == 0 and (pinned.folder / "drift_report.json").exists(), done


@pytest.mark.parametrize("command", [["check", "schemas", "--format", "json"], ["schemas", "check", "core"]], ids=" ".join)
def test_a_database_that_is_away_ends_no_check_of_something_else(pinned, command):
    away = {"HOLDFAST_ARTIFACTS_ATLAS_SOURCE": "postgresql://u@127.0.0.1:9/none", "HOLDFAST_ARTIFACTS_ATLAS_ROOT": "."}
    report = pinned.folder / "r.json"
    pinned.run(*command, "--output", "r.json", env=away)  # new: no row is of it
    report.write_text("yesterday's")
    done = pinned.run(*command, "--output", "r.json", env=away, expect=3)
    assert "r.json" in done.stderr and "[artifacts.atlas]" in done.stderr and "can't be told" in done.stderr
    assert '"a.b"' in done.stdout or "core/a.b" in done.stdout
    assert report.read_text() == "yesterday's"
    # A finding beats what is incomplete.
    (pinned.folder / "published/v1/a.b.json").write_text('{"type": "array"}')
    done = pinned.run(*command, "--output", "r.json", env=away, expect=1)
    assert "can't be told" in done.stderr and report.read_text() == "yesterday's"
    pinned.run(*command, "--output", str(pinned.folder.parent / "outside.json"), env=away, expect=1)
    assert (pinned.folder.parent / "outside.json").exists()


def test_an_extraction_writes_over_no_file_of_another_one(workspace):
    def sections(first, second):
        workspace.configure(extra=f'[extract.a]\nitems = "*.mp4"\nout = "{first}"\n[extract.b]\nitems = "*.mp4"\nout = "{second}"\n')

    for second in ("x/f.other", "./x/f.other", "x/g/../f.other"):  # its ledger is that of x/f.parquet
        sections("x/f.parquet", second)
        said = workspace.run("config", "show", expect=2).stderr
        assert "[extract.a]" in said and "[extract.b]" in said and "would be replaced" in said
    for second in ("x/f.parquet", "./x/f.parquet", "x/g.parquet"):
        sections("x/f.parquet", second)
        workspace.run("config", "show")
