# SPDX-License-Identifier: Apache-2.0
"""The command line itself: usage errors, global options, configuration's precedence, help, man page, completion, pipes, signals."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]


def holdfast(binary, *arguments, cwd=None, env=None, **options):
    return subprocess.run([binary, *arguments], cwd=cwd, text=True, capture_output=True, check=False,
                          env={**os.environ, **(env or {})}, **options)


@pytest.mark.parametrize("arguments,names", [
    (["chek"], ["chek", '"check"']),
    (["check", "--formt", "json"], ["--formt", '"--format"']),
    (["check", "--format", "xml"], ["xml", "sarif"]),
    (["events"], ["list, tail, pending, deliver, refused, resend, set-aside, dismiss, verify"]),
    (["events", "lst"], ["lst", '"list"']),
    (["verify"], ["events verify"]),
    (["events", "list", "more"], ["more"]),
    (["check", "--max-age"], ["--max-age"]),
    (["check", "--jobs", "zero"], ["--jobs"]),
    (["check", "--quick", "--full"], ["--quick", "--full"]),
    (["--set", "nothing", "config", "show"], ["--set", "KEY=VALUE"]),
    (["completion", "tcsh"], ["tcsh", "bash, zsh, fish"]),
    (["migrate", "downgrade"], ["--to"]),
    (["events", "list", "--limit", "99999999999999999999"], ["--limit", "99999999999999999999"]),
    (["events", "list", "--after", "99999999999999999999"], ["--after", "99999999999999999999"]),
    (["artifacts", "verify", "--limit", "99999999999999999999"], ["--limit", "99999999999999999999"]),
    (["artifacts", "journal", "--limit", "-1"], ["--limit", "-1"]),
    (["check", "--json", "--format", "sarif"], ["--json", "sarif", "two formats"]),
    (["check", "--json", "--format", "table"], ["--json", "table", "two formats"]),
    (["artifacts", "report", "--json", "--format", "markdown"], ["--json", "markdown", "two formats"]),
    (["schemas", "check", "--json", "--format", "sarif"], ["--json", "sarif", "two formats"]),
    (["schemas", "diff", "old.json", "new.json", "--json", "--format", "github"], ["--json", "github", "two formats"]),
    (["artifacts", "export", "--json"], ["sha256sum", "artifacts report --json"]),
])
def test_bad_usage_is_exit_2_and_names_what_was_meant(binary, arguments, names, tmp_path):
    done = holdfast(binary, *arguments, cwd=tmp_path)
    assert done.returncode == 2 and done.stdout == ""
    for name in names:
        assert name in done.stderr
    assert "hint: holdfast" in done.stderr or "hint:" in done.stderr


def test_no_command_is_bad_usage_and_shows_the_commands(binary):
    done = holdfast(binary)
    assert done.returncode == 2 and "Commands:" in done.stderr and done.stdout == ""


@pytest.mark.parametrize(("words", "says"), [
    ("check --jobs banana", 'check: --jobs: "banana" is no whole number from 1 to 256'),
    ("check --jobs 0", 'check: --jobs: "0" is no whole number from 1 to 256'),
    ("check --jobs=-1", 'check: --jobs: "-1" is no whole number from 1 to 256'),
    ("schemas check --attempts 21", 'schemas check: --attempts: "21" is no whole number from 1 to 20'),
    ("check --jobs=", "check: --jobs needs a value: N\n"),
    ("check --output", "check: --output needs a value: FILE\n"),
    ("check --fail-on", "check: --fail-on needs a value: LEVEL\n"), ("extract run --window", "extract run: --window needs a value: HH:MM-HH:MM\n"),
    ("check --jobs 1 --jobs 2", "check: --jobs may be given once, and stands 2 times"),
    ("check --fail-on banana", 'check: --fail-on: "banana" is none of note, warning, error'),
    ("check --quiet=banana", "check: --quiet is a flag, and takes no value"),
    ("check --max-age banana", '--max-age: "banana" is not a duration ("250ms", "90s", "5m", "12h", "30d", "2w", at most 100 years)'),
    ("artifacts verify --max-age banana", '--max-age: "banana" is not a duration ("250ms"'),
    ("artifacts verify --jobs 0", '--jobs: "0" is no whole number from 1 to 256')])
def test_a_bad_value_is_told_with_its_option_and_a_good_one(sqlite_workspace, words, says):
    said = sqlite_workspace.run(*words.split(), expect=2).stderr
    assert says in said and "Value" not in said and "required" not in said


def test_a_positional_may_have_the_name_of_a_command(sqlite_workspace):
    sqlite_workspace.run("check", "artifacts", expect=3)


def test_global_options_may_stand_before_and_behind_the_command(sqlite_workspace):
    before = sqlite_workspace.run("--json", "config", "show").stdout
    assert before == sqlite_workspace.run("config", "--json", "show").stdout == sqlite_workspace.run("config", "show", "--json").stdout
    done = sqlite_workspace.run("--set", "workspace.name=a", "config", "show", "--set", "workspace.actor=b", "--json")
    values = {each["key"]: each["value"] for each in json.loads(done.stdout)["values"]}
    assert (values["workspace.name"], values["workspace.actor"]) == ('"a"', '"b"')


def test_flag_beats_environment_beats_file_beats_default(sqlite_workspace):
    def origin(key, *arguments, env=None):
        values = sqlite_workspace.json("config", "show", *arguments, env=env)["values"]
        return next((each["value"], each["origin"]) for each in values if each["key"] == key)
    variable = {"HOLDFAST_WORKSPACE_NAME": "from-variable", "HOLDFAST_ARTIFACTS_ATLAS_ROOT": "elsewhere"}
    assert origin("workspace.name") == ('"test"', "file holdfast.toml:2")
    assert origin("workspace.name", env=variable) == ('"from-variable"', "environment HOLDFAST_WORKSPACE_NAME")
    assert origin("workspace.name", "--set", "workspace.name=from-flag", env=variable) == ('"from-flag"', "flag --set")
    assert origin("artifacts.atlas.root", env=variable) == ('"elsewhere"', "environment HOLDFAST_ARTIFACTS_ATLAS_ROOT")
    assert origin("artifacts.atlas.table") == ('"artifacts"', "default")


def documented_keys(section):
    text = (SOURCE / "docs/configuration.md").read_text().split(f"## `[{section}.NAME]`")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ((?:`[a-z_]+`(?:, )?)+) \|", text, re.MULTILINE)
    return {key for row in rows for key in re.findall(r"`([a-z_]+)`", row)}


# Of each domain: a section that is whole, and of each key a good value. What goes with other keys only has a section of its own.
VIDEO = 'out = "f.parquet"\nextractor = "video-quality"\n'
PINS = 'fixtures = "pins"\nregistry = "http://127.0.0.1:1"\n'
SECTIONS = {
    "artifacts": ('root = "data"\n', {
        "root": "data", "source": "catalog", "table": "t", "journal": "j", "types": '["figure"]', "check": "quick", "max_age": "30d",
        "max_drift": "5%", "list_unrecorded": "false", "ignore": '["x"]'}),
    "extract": ('out = "f.parquet"\nextractor = "worker"\ncommand = ["x"]\ncolumns = ["a:int64"]\n', {
        "out": "g.parquet", "items": "*.mp4", "items_file": "list", "key": "clip", "extractor": "exec", "command": "y",
        "columns": '["b:string"]', "timeout": "5s", "memory": "1GB", "tries": "2", "reference": "{stem}.mkv", "features": '["psnr"]',
        "model": "version=mine", "ffmpeg": "ffmpeg-7", "threads": "2", "harmless": '["x"]'}),
    "schemas": (PINS, {
        "fixtures": "others", "registry": "http://127.0.0.1:2", "kind": "confluent", "track": "v1", "critical": '["a"]', "interval": "1h",
        "all": "true", "profile": "inclusion", "mode": "BACKWARD", "formats": "assertion", "defaults": "fill", "declared_hash": "raw",
        "user": "me", "password": "secret", "token": "secret", "group": "g", "subjects": "{name}-value", "attempts": "2",
        "request_timeout": "1s", "timeout": "1m"}),
}
GOES_WITH = {**dict.fromkeys(("reference", "features", "model", "ffmpeg", "threads", "harmless"), VIDEO), "password": PINS + 'user = "me"\n'}


@pytest.mark.parametrize("domain", SECTIONS)
def test_every_documented_key_can_come_from_the_environment(sqlite_workspace, domain):
    section, values = SECTIONS[domain]
    assert documented_keys(domain) - {"columns"} == values.keys() - {"columns"}  # those of artifacts are a table
    config = sqlite_workspace.folder / "holdfast.toml"
    for key, value in values.items():
        config.write_text(f"[{domain}.a]\n" + GOES_WITH.get(key, section))
        variable = f"HOLDFAST_{domain.upper()}_A_{key.upper()}"
        done = sqlite_workspace.run("config", "show", "--origin", env={variable: value})
        assert f"environment {variable}" in done.stdout


@pytest.mark.parametrize("domain", SECTIONS)
def test_every_default_of_a_section_is_documented(sqlite_workspace, domain):
    (sqlite_workspace.folder / "holdfast.toml").write_text(f"[{domain}.a]\n" + SECTIONS[domain][0])
    keys = [each["key"].split(".") for each in sqlite_workspace.json("config", "show")["values"]]
    assert {key[2] for key in keys if key[0] == domain} <= documented_keys(domain)


def test_a_column_can_come_from_the_environment(sqlite_workspace):
    done = sqlite_workspace.run("config", "show", "--origin", env={"HOLDFAST_ARTIFACTS_ATLAS_COLUMNS_ID": "uid"})
    assert "environment HOLDFAST_ARTIFACTS_ATLAS_COLUMNS_ID" in done.stdout


def test_a_misspelt_variable_is_an_error(sqlite_workspace):
    done = sqlite_workspace.run("check", env={"HOLDFAST_WORKSPACE_CATALOGUE": "sqlite:x.db"}, expect=2)
    assert "HOLDFAST_WORKSPACE_CATALOGUE" in done.stderr and "HOLDFAST_WORKSPACE_CATALOG" in done.stderr


def test_secrets_are_never_shown(sqlite_workspace):
    config = sqlite_workspace.folder / "holdfast.toml"
    config.write_text('[workspace]\ncatalog = "postgresql://u:geheim@127.0.0.1:1/d"\nactor = "${WHO}"\n')
    for arguments in (["config", "show", "--origin"], ["config", "show", "--json"]):
        done = sqlite_workspace.run(*arguments, env={"WHO": "streng-geheim"})
        assert "geheim" not in done.stdout + done.stderr and "***" in done.stdout and "${WHO}" in done.stdout
    for arguments in (["check"], ["doctor"], ["migrate", "status"]):
        done = sqlite_workspace.run(*arguments, env={"WHO": "streng-geheim"}, expect=(2, 3))
        assert "geheim" not in done.stdout + done.stderr


@pytest.mark.parametrize("url", [
    "postgresql://u:${PW}@127.0.0.1:5432/db", "postgresql:/u:${PW}@127.0.0.1/db", "postgres:u:${PW}@127.0.0.1/db", "u:${PW}@127.0.0.1/db"])
@pytest.mark.parametrize("password", ["s3cr3t/x+y=", "s3cr3t@x:y", "12345/s3cr3t", "p?w@s3cr3t", "p?@/s3cr3t"])
def test_the_password_of_a_misspelt_database_is_never_shown(binary, tmp_path, url, password):
    (tmp_path / "holdfast.toml").write_text(f"[workspace]\nname = 'x'\ncatalog = '{url}'\n[artifacts.a]\nroot = '.'\nsource = '{url}'\n")
    for words in (["check"], ["check", "--json"], ["doctor"], ["config", "show", "--origin"], ["artifacts", "verify"]):
        done = holdfast(binary, *words, cwd=tmp_path, env={"PW": password})
        assert "s3cr3t" not in done.stdout + done.stderr and "12345" not in done.stdout + done.stderr, words
    (tmp_path / "holdfast.toml").write_text(f"[workspace]\nname = 'x'\n[artifacts.a]\nroot = '.'\nsource = '{url}'\n")
    holdfast(binary, "migrate", "upgrade", cwd=tmp_path, env={"PW": password})
    done = holdfast(binary, "check", "--json", cwd=tmp_path, env={"PW": password})
    assert done.returncode == 3 or done.returncode == 2
    assert "s3cr3t" not in done.stdout + done.stderr and "12345" not in done.stdout + done.stderr


@pytest.mark.parametrize("url", ["postgresql://u:s3cr3t", "postgresql://u:s3cr3t/db", "postgresql://127.0.0.1:1/db?pass%77ord=s3cr3t",
                                 "postgresql:/u:s3cr3t", "postgres:u:s3cr3t/db", "postgresql://[u:s3cr3t"])
def test_the_password_of_a_database_without_its_host_is_never_shown(binary, tmp_path, url):
    """libpq takes it for a port, and quotes it."""
    (tmp_path / "holdfast.toml").write_text(f"[workspace]\ncatalog = '{url}'\n[artifacts.a]\nroot = '.'\n")
    for words in (["check"], ["check", "--json"], ["doctor"], ["config", "show"]):
        done = holdfast(binary, *words, cwd=tmp_path)
        assert "s3cr3t" not in done.stdout + done.stderr, words
    if url.startswith("postgresql://u:s3"):
        done = holdfast(binary, "check", cwd=tmp_path)
        assert done.returncode == 2 and "port" in done.stderr and "hint:" in done.stderr


def test_config_show_hides_what_the_query_of_an_address_holds(binary, tmp_path):
    (tmp_path / "holdfast.toml").write_text('[events]\nwebhook = "http://h/x?key=s3cr3t&a=b"\n[artifacts.a]\nroot = "."\n'
                                            '[schemas.s]\ntrack = "v1"\nfixtures = "p"\nregistry = "http://u:s3cr3t@h/?token=s3cr3t"\n'
                                            '[extract.e]\nitems = "c/*"\nout = "e.parquet"\nextractor = "exec"\ncolumns = ["a:string"]\n'
                                            'command = ["tool", "--url=postgresql://u:s3cr3t@h/d", "\\"", "http://u:s3cr3t@h/{key}"]\n')
    done = holdfast(binary, "config", "show", "--origin", cwd=tmp_path)
    assert done.returncode == 0 and "s3cr3t" not in done.stdout
    assert '"http://h/…"' in done.stdout and "http://u:***@h/?token=***" in done.stdout
    shown = json.loads(holdfast(binary, "config", "show", "--json", cwd=tmp_path).stdout)["values"]
    command = next(each["value"] for each in shown if each["key"] == "extract.e.command")
    assert json.loads(command) == ["tool", "--url=postgresql://u:***@h/d", '"', "http://***@h/{key}"]


@pytest.mark.parametrize("url", ["https://127.0.0.1:1/services/T0/s3cr3t", "https://127.0.0.1:1/serv ices/s3cr3t", "https://127.0.0.1:1?s3cr3t=%",
                                 "https://u:s3/cr3t@127.0.0.1:1/s3cr3t", "https://s3cr3t@127.0.0.1:1/x", "https:/127.0.0.1:1/s3cr3t"])
def test_the_path_of_a_webhook_is_never_shown(binary, tmp_path, url):
    """It is often its secret."""
    (tmp_path / "holdfast.toml").write_text(f'[events]\nwebhook = "{url}"\n[artifacts.a]\nroot = "."\n')
    for words in (["check"], ["config", "show", "--origin"], ["config", "show", "--json"], ["doctor"]):
        done = holdfast(binary, *words, cwd=tmp_path)
        assert "cr3t" not in done.stdout + done.stderr, words


def test_a_user_without_a_password_may_be_a_token(binary, tmp_path):
    (tmp_path / "holdfast.toml").write_text('[schemas.s]\ntrack = "v1"\nfixtures = "p"\nregistry = "https://s3cr3t@127.0.0.1:1/api"\n')
    done = holdfast(binary, "config", "show", cwd=tmp_path)
    assert "https://***@127.0.0.1:1/api" in done.stdout and "s3cr3t" not in done.stdout


def test_a_registry_with_a_password_and_no_scheme_is_refused_without_it(binary, tmp_path):
    section = '[schemas.s]\ntrack = "v1"\nfixtures = "p"\nregistry = "u:s3cr3t@127.0.0.1:1"\n'
    (tmp_path / "holdfast.toml").write_text(section)
    for words in (["check"], ["config", "show"], ["doctor"], ["schemas", "check", "s"]):
        done = holdfast(binary, *words, cwd=tmp_path)
        assert done.returncode != 0 and "s3cr3t" not in done.stdout + done.stderr, words
    assert "schemas.s.registry" in done.stderr and "http://" in done.stderr
    (tmp_path / "holdfast.toml").write_text("[workspace]\nname = 'x'\n")
    assert holdfast(binary, "migrate", "upgrade", cwd=tmp_path).returncode == 0
    done = holdfast(binary, "schemas", "fetch", "--track", "v1", "--registry-url", "u:s3cr3t@127.0.0.1:1", "--output", "p", "--all", cwd=tmp_path)
    assert done.returncode == 2 and "s3cr3t" not in done.stdout + done.stderr and "http://" in done.stderr


@pytest.mark.parametrize("address, shown", [
    ("http//bob:s3cr3t@h", "http//***@h"), ("https:/u:s3cr3t", "https:***"), ("HTTPS:/s3cr3t@h/x", "HTTPS:/***@h/x"),
    ("git:HEAD:bob:s3cr3t@x", "git:HEAD:***@x"), ("a/bob:s3cr3t@h", "no folder"), ("git:v1@{1}:a@b", "git:v1@{1}:a@b"),
    ("team@home/v1", "team@home/v1")])
def test_a_registry_that_is_taken_for_a_folder_shows_no_password(binary, tmp_path, address, shown):
    (tmp_path / "holdfast.toml").write_text(f"[schemas.s]\ntrack = 'v1'\nfixtures = 'p'\nregistry = '{address}'\nkind = 'directory'\n")
    said = ""
    for words in (["config", "show"], ["config", "show", "--json"], ["check"], ["doctor"], ["schemas", "fetch", "s", "--all"]):
        done = holdfast(binary, *words, cwd=tmp_path)
        said += done.stdout + done.stderr
        assert "s3cr3t" not in said, words
    assert shown in said


@pytest.mark.parametrize("address", ["ftp://u:s3cr3t", "ftp://u:pa/s3cr3t@127.0.0.1/", "s3://u:s3cr3t?x"])
def test_a_registry_of_another_scheme_is_refused_without_its_password(binary, tmp_path, address):
    (tmp_path / "holdfast.toml").write_text(f"[schemas.s]\ntrack = 'v1'\nfixtures = 'p'\nregistry = '{address}'\n")
    for words in (["check"], ["config", "show"], ["doctor"], ["schemas", "check", "s"]):
        done = holdfast(binary, *words, cwd=tmp_path)
        assert done.returncode != 0 and "s3cr3t" not in done.stdout + done.stderr, words
    assert "no address of a registry" in done.stderr and address.split(":")[0] in done.stderr


@pytest.mark.parametrize("domain", ["features", "tables"])
def test_a_section_of_a_later_domain_is_unsupported(sqlite_workspace, domain):
    with open(sqlite_workspace.folder / "holdfast.toml", "a") as config:
        config.write(f'\n[{domain}.core]\npath = "x"\n')
    done = sqlite_workspace.run("check", expect=2)
    assert f'no domain "{domain}"' in done.stderr and "it has: artifacts" in done.stderr and "holdfast.toml:" in done.stderr


def test_init_never_overwrites(binary, tmp_path):
    assert holdfast(binary, "init", cwd=tmp_path).returncode == 0
    config = tmp_path / "holdfast.toml"
    config.write_text(config.read_text() + "# mine\n")
    before = config.read_bytes()
    done = holdfast(binary, "init", cwd=tmp_path)
    assert done.returncode == 4 and "holdfast.toml" in done.stderr
    assert config.read_bytes() == before
    assert holdfast(binary, "check", cwd=tmp_path).returncode == 3, "no rows yet"


def test_config_show_tells_what_holds_without_a_section_and_what_is_unset(binary, tmp_path):
    (tmp_path / "holdfast.toml").write_text('[artifacts.a]\nroot = "."\n[schemas.s]\nfixtures = "p"\n'
                                            'registry = "http://h"\ntoken = "hidden"\n')
    shown = holdfast(binary, "config", "show", cwd=tmp_path).stdout.splitlines()
    assert f'workspace.name = "{tmp_path.name}"' in shown and 'workspace.catalog = "sqlite:.holdfast/catalog.db"' in shown
    assert any(line.startswith("workspace.actor = ") for line in shown)
    assert 'schemas.s.token = "***"' in shown and 'schemas.s.password = ""' in shown


def test_init_says_which_root_it_took_and_where_to_go_on(binary, tmp_path):
    (tmp_path / "one/two of/data").mkdir(parents=True)
    said = holdfast(binary, "init", "one/two of", cwd=tmp_path).stderr
    assert "root: data (only what is below it is guarded)" in said
    assert said.index("cd 'one/two of'") < said.index("holdfast artifacts import --from-folder data")
    (tmp_path / "flat").mkdir()
    said = holdfast(binary, "init", cwd=tmp_path / "flat").stderr
    assert "root:" not in said and "  cd " not in said


@pytest.mark.parametrize("name", ['with "quotes"', "back\\slash", "日本語", "UPPER", "#hash", "x${VARIABLE}", "$${A}${", "n" * 70])
def test_init_takes_any_name(binary, tmp_path, name):
    """As --name and as the name of the folder; whatever it is, the next command reads it back."""
    (tmp_path / name).mkdir()
    for folder, options in ((tmp_path, ["--name", name]), (tmp_path / name, [])):
        done = holdfast(binary, "init", *options, cwd=folder)
        assert done.returncode == 0, done.stderr
        done = holdfast(binary, "check", "--json", cwd=folder)
        assert done.returncode == 3, "no rows yet"
        assert json.loads(done.stdout)["workspace"] == name


def test_init_in_a_folder_whose_name_is_no_utf8_names_the_workspace_in_a_form_that_is(binary, tmp_path):
    folder = tmp_path / b"v\xff".decode("utf-8", "surrogateescape")
    folder.mkdir()
    done = holdfast(binary, "init", cwd=folder)
    assert done.returncode == 0, done.stderr
    done = holdfast(binary, "check", "--json", cwd=folder)
    assert done.returncode == 3, "no rows yet"
    assert json.loads(done.stdout)["workspace"] == "v%FF"


@pytest.mark.parametrize("option, value", [("--name", b"v\xff"), ("--catalog", b"sqlite:v\xff.db")])
def test_init_names_the_option_that_is_no_utf8(binary, tmp_path, option, value):
    done = holdfast(binary, "init", option, value.decode("utf-8", "surrogateescape"), cwd=tmp_path)
    assert done.returncode == 2 and f"{option}: " in done.stderr and "v%FF" in done.stderr and "is not UTF-8" in done.stderr
    assert not list(tmp_path.iterdir())


def test_the_workspace_is_found_from_a_folder_below(sqlite_workspace):
    below = sqlite_workspace.folder / "a" / "b"
    below.mkdir(parents=True)
    done = holdfast(sqlite_workspace.binary, "config", "show", cwd=below)
    assert done.returncode == 0 and '"test"' in done.stdout
    done = holdfast(sqlite_workspace.binary, "-C", str(sqlite_workspace.folder), "config", "show", cwd="/")
    assert done.returncode == 0
    done = holdfast(sqlite_workspace.binary, "--config", str(sqlite_workspace.folder / "holdfast.toml"), "check", cwd="/")
    assert done.returncode == 3


def test_a_closed_pipe_ends_in_silence(sqlite_workspace):
    command = f"set -o pipefail; {sqlite_workspace.binary} commands --markdown | true"
    done = subprocess.run(["bash", "-c", command], cwd=sqlite_workspace.folder, text=True, capture_output=True, check=False)
    assert done.stderr == "" and done.returncode in (0, 128 + signal.SIGPIPE)


@pytest.mark.parametrize("words", [["config", "show"], ["events", "pending", "--json"]])
def test_a_full_standard_output_is_a_failure(sqlite_workspace, words):
    with open("/dev/full", "w") as full:
        done = subprocess.run([sqlite_workspace.binary, *words], cwd=sqlite_workspace.folder, stdout=full,
                              stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 5 and "No space left" in done.stderr


def test_follow_ends_cleanly_on_sigint_and_shows_what_happens_meanwhile(sqlite_workspace):
    process = sqlite_workspace.start("events", "tail", "--follow", "--json")
    sqlite_workspace.run("check", expect=3)
    line = process.stdout.readline()
    assert json.loads(line)["name"] == "check.ended"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0 and err == ""


def test_tail_finds_the_newest_that_match_however_old_they_are(workspace):
    fields = "at, name, subject, level, fields, actor, run_id, dedup_key, leaf_hash, chain_hash"
    workspace.database.execute(
        f"insert into event(seq, {fields}) "
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 10050) "
        "select i, '2026-01-01T00:00:00.000000Z', 'check.ended', case when i < 4 then 's:old' else 's:new' end, 'note', '{}', 'a', 'r', "
        f"'k' || i, '{'0' * 64}', '{'0' * 64}' from n; update event_head set seq = 10050")

    def seqs(*arguments):
        return [json.loads(line)["seq"] for line in workspace.run("events", "tail", "--json", *arguments).stdout.splitlines()]
    assert seqs("--subject", "s:old") == [1, 2, 3]
    assert seqs("--subject", "s:old", "--lines", "2") == [2, 3]
    assert seqs("--name", "nothing.*") == []
    assert seqs("--lines", "2") == [10049, 10050]
    assert seqs("--lines", "0") == []


@pytest.mark.parametrize("command", [["verify"], ["scrub", "--every-byte-within", "30d"]])
def test_a_command_that_cannot_begin_prints_no_half_document(sqlite_workspace, command):
    sqlite_workspace.data.rename(sqlite_workspace.folder / "away")
    done = sqlite_workspace.run("artifacts", *command, "--json", expect=(2, 3))
    assert done.stdout == "" or json.loads(done.stdout)


def test_commands_md_is_what_the_binary_says(binary):
    said = holdfast(binary, "commands", "--markdown").stdout
    assert (SOURCE / "docs/commands.md").read_text() == said, "run: holdfast commands --markdown > docs/commands.md"


def commands_of(binary):
    return re.findall(r"^## holdfast (.+)$", holdfast(binary, "commands", "--markdown").stdout, re.MULTILINE)


def test_every_command_has_help_with_examples(binary):
    for command in commands_of(binary):
        done = holdfast(binary, *command.split(), "--help", env={"COLUMNS": "80"})
        assert done.returncode == 0 and "Usage: holdfast " + command in done.stdout
        assert "Examples:" in done.stdout or "Commands:" in done.stdout, command
        assert holdfast(binary, "help", *command.split(), env={"COLUMNS": "80"}).stdout == done.stdout, "of all commands, and of its domain's alone"


def test_the_examples_of_the_help_are_good_usage(binary, tmp_path):
    """Every example parses: it fails, if at all, for want of a workspace, never for its options."""
    for command in commands_of(binary):
        text = holdfast(binary, *command.split(), "--help").stdout
        for example in re.findall(r"^  holdfast (.+)$", text.split("Examples:")[-1], re.MULTILINE) if "Examples:" in text else []:
            line = re.split(r"\s[|>]\s|\s+# ", example)[0]
            done = subprocess.run(["bash", "-c", f'"{binary}" {line}'], cwd=tmp_path, text=True, capture_output=True, check=False)
            for bad in ("no option", "no command", "one argument too many", "is none of", "is required"):
                assert bad not in done.stderr, (example, done.stderr)
            shutil.rmtree(tmp_path / ".holdfast", ignore_errors=True)
            (tmp_path / "holdfast.toml").unlink(missing_ok=True)


def test_the_man_page_is_roff_without_warnings(binary):
    page = holdfast(binary, "man").stdout
    assert page.startswith(".TH HOLDFAST 1")
    if shutil.which("groff"):
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-Kutf8"], input=page, text=True, capture_output=True, check=False)
        assert done.returncode == 0 and done.stderr == "", done.stderr[:2000]
    for line in page.splitlines():
        assert not re.match(r"^[.'](?!TH |SH |SS |TP|B |PP|nf|fi|RS|RE|I )", line), line


def complete(binary, line, cwd=None, path=None):
    script = holdfast(binary, "completion", "bash").stdout
    words = line.split(" ")
    quoted = " ".join(f"'{word}'" for word in words)
    program = script + f"\nCOMP_WORDS=({quoted})\nCOMP_CWORD={len(words) - 1}\n_holdfast\nprintf '%s\\n' \"${{COMPREPLY[@]}}\""
    env = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}"} if path else None
    return subprocess.run(["bash", "-c", program], text=True, capture_output=True, check=True, cwd=cwd, env=env).stdout.split()


def test_bash_completes_commands_options_and_their_words(binary):
    assert "check" in complete(binary, "holdfast c") and "config" in complete(binary, "holdfast c")
    assert complete(binary, "holdfast events l") == ["list"]
    assert "--format" in complete(binary, "holdfast check --f")
    assert complete(binary, "holdfast check --format sa") == ["sarif"]
    assert "backfill" in complete(binary, "holdfast artifacts b")


def test_bash_completes_rules_words_of_arguments_and_sources(sqlite_workspace):
    binary = sqlite_workspace.binary
    assert complete(binary, "holdfast explain artifact.mod") == ["artifact.modified"]
    assert complete(binary, "holdfast completion z") == ["zsh"]
    at = {"cwd": sqlite_workspace.folder, "path": pathlib.Path(binary).parent}
    assert complete(binary, "holdfast artifacts verify at", **at) == ["atlas"]
    assert complete(binary, "holdfast check artifacts.", **at) == ["artifacts.atlas"]
    assert "artifacts" in complete(binary, "holdfast check ", **at)


def test_completion_scripts_are_good_shell(binary):
    for shell, check in (("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "-n"])):
        script = holdfast(binary, "completion", shell).stdout
        assert "holdfast" in script
        if shutil.which(check[0]):
            done = subprocess.run([*check, "/dev/stdin"], input=script, text=True, capture_output=True, check=False)
            assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("domain", SECTIONS)
@pytest.mark.parametrize("name", ["a\\u001b[31m", "a/b", "", "a b", "x" * 65, "ä"])
def test_a_section_has_a_plain_name(sqlite_workspace, domain, name):
    """Else [schemas."a/b"] would have subjects of [schemas.a]: schema:a/b/x."""
    (sqlite_workspace.folder / "holdfast.toml").write_text(f'[{domain}."{name}"]\n' + SECTIONS[domain][0])
    done = sqlite_workspace.run("config", "show", expect=2)
    assert "letters, digits" in done.stderr and "holdfast.toml:1" in done.stderr and "\x1b" not in done.stderr


def test_a_variable_that_begins_like_a_list_must_be_one(sqlite_workspace):
    for text in ('["a"', '"a'):
        done = sqlite_workspace.run("check", expect=2, env={"HOLDFAST_ARTIFACTS_ATLAS_IGNORE": text})
        assert "HOLDFAST_ARTIFACTS_ATLAS_IGNORE" in done.stderr
    sqlite_workspace.run("config", "show", env={"HOLDFAST_ARTIFACTS_ATLAS_IGNORE": "'[ab]*.tmp'"})
    sqlite_workspace.run("config", "show", env={"HOLDFAST_ARTIFACTS_ATLAS_IGNORE": "*.tmp"})


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_a_list_that_is_no_file_is_bad_usage(sqlite_workspace, kind):
    (sqlite_workspace.folder / "folder").mkdir()
    os.mkfifo(sqlite_workspace.folder / "pipe")
    for form in ("csv", "jsonl", "sha256sum", "dvc"):
        done = sqlite_workspace.run("artifacts", "import", f"--from-{form}", kind, expect=2, timeout=30)
        assert "not a regular file" in done.stderr
