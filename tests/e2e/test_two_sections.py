# SPDX-License-Identifier: Apache-2.0
"""Two [artifacts.*] sections over one table: each row has one file, so their roots are the same or their types tell the rows apart."""
import json

import pytest


def configure(workspace, models="", figures="", catalog=None):
    (workspace.folder / "holdfast.toml").write_text(
        f'[workspace]\ncatalog = "{catalog or workspace.database.url}"\n[artifacts.models]\nroot = "models"\n{models}\n'
        f'[artifacts.figures]\nroot = "figures"\n{figures}\n')
    for name in ("models", "figures"):
        (workspace.folder / name).mkdir(exist_ok=True)


def write(workspace, path, content):
    (workspace.folder / path).write_text(content)


def unrecorded(check):
    return [finding["observed"] for each in check["checks"] for subject in each["subjects"] for finding in subject["findings"]
            if finding["rule"] == "artifact.unrecorded_file"]


@pytest.mark.parametrize(("models", "figures"), [("", ""), ('types = ["model"]', ""), ('types = ["a", "b"]', 'types = ["b"]'),
                                                 ('table = "artifacts"', 'table = "main.artifacts"')])
def test_one_table_below_two_roots_is_refused_with_the_way_out(sqlite_workspace, models, figures):
    configure(sqlite_workspace, models, figures)
    for command in (["check"], ["artifacts", "import", "figures", "--from-folder", "figures"], ["config", "show"]):
        said = sqlite_workspace.run(*command, expect=2).stderr
        assert "holdfast.toml:7: [artifacts.figures]: its rows would be in the table" in said
        assert "of [artifacts.models], which has another root" in said and "types" in said
    (sqlite_workspace.folder / "holdfast.toml").write_text(
        f'[workspace]\ncatalog = "{sqlite_workspace.database.url}"\n[artifacts.all]\nroot = ["models", "figures"]\n')
    write(sqlite_workspace, "models/readme.txt", "of models")
    write(sqlite_workspace, "figures/readme.txt", "of figures")
    for name in ("models", "figures"):
        assert sqlite_workspace.json("artifacts", "import", "--from-folder", name)["imported"] == 1
    sqlite_workspace.run("artifacts", "backfill")
    sqlite_workspace.run("check")
    write(sqlite_workspace, "figures/readme.txt", "tampered with")
    sqlite_workspace.run("check", expect=1)


def test_sections_that_share_no_row_work_on(sqlite_workspace):
    own = sqlite_workspace.folder / "own.db"
    configure(sqlite_workspace, "", f'source = "sqlite:{own}"', catalog=f"sqlite:{own}")
    sqlite_workspace.run("config", "show", expect=2)  # the same database by another way
    configure(sqlite_workspace, "", f'source = "sqlite:{own}"')
    sqlite_workspace.run("config", "show")
    configure(sqlite_workspace, f'source = "sqlite:{own}"\ntable = "a"', f'source = "sqlite:{own}"\ntable = "b"')
    sqlite_workspace.run("config", "show")
    configure(sqlite_workspace, "", 'columns = { path = "thumbnail" }')
    sqlite_workspace.run("config", "show")
    (sqlite_workspace.folder / "holdfast.toml").write_text(
        '[artifacts.all]\nroot = "models"\n[artifacts.slow]\nroot = "./models/"\ntypes = ["model"]\n')
    sqlite_workspace.run("config", "show")


def test_a_path_of_another_sections_type_covers_no_file_of_this_one(sqlite_workspace):
    configure(sqlite_workspace, 'types = ["file"]', 'types = ["figure"]')
    write(sqlite_workspace, "models/readme.txt", "of models")
    write(sqlite_workspace, "figures/readme.txt", "of figures")
    assert sqlite_workspace.json("artifacts", "import", "models", "--from-folder", "models")["imported"] == 1
    sqlite_workspace.run("artifacts", "backfill", "models")
    assert unrecorded(json.loads(sqlite_workspace.run("check", "--json", expect=None).stdout)) == ["readme.txt"]

    report = sqlite_workspace.json("artifacts", "import", "figures", "--from-folder", "figures", expect=1)
    assert (report["imported"], report["existing"], report["conflict_count"]) == (0, 0, 1)
    assert 'type would be "file", which is of [artifacts.models]' in report["conflicts"][0]["what"]
    write(sqlite_workspace, "list.csv", "id,path,type\nreadme.txt,readme.txt,figure\n")
    report = sqlite_workspace.json("artifacts", "import", "figures", "--from-csv", "list.csv", expect=1)
    assert (report["imported"], report["existing"]) == (0, 0) and 'the type "file"' in report["conflicts"][0]["what"]

    for imported, existing in ((1, 0), (0, 1)):
        report = sqlite_workspace.json("artifacts", "import", "figures", "--from-folder", "figures", "--type", "figure")
        assert (report["imported"], report["existing"], report["conflict_count"]) == (imported, existing, 0)
    assert {key: each["artifact_type"] for key, each in sqlite_workspace.rows().items()} == {"readme.txt": "file", "readme.txt~2": "figure"}
    sqlite_workspace.run("artifacts", "backfill", "figures")
    sqlite_workspace.run("check")
    write(sqlite_workspace, "figures/readme.txt", "tampered with")
    found = json.loads(sqlite_workspace.run("check", "--json", expect=1).stdout)
    assert [subject["subject"] for each in found["checks"] for subject in each["subjects"] if subject["findings"]] == [
        "artifact:figures/readme.txt~2"]
