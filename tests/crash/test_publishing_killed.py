# SPDX-License-Identifier: Apache-2.0
"""A registry that is killed in the middle of publishing: nothing half, nothing lost that was answered, and the same again finishes it."""
import http.client
import signal
import threading

import pytest
from served import Served


def check_whole(workspace, served):
    """Every row has its event, every event its row, and each content can be had."""
    rows = workspace.database.query("select track, name, version, revision from published_schema order by revision")
    events = [each for each in workspace.events() if each["name"] == "schema.published"]
    assert [(row["revision"], row["version"]) for row in rows] == [(each["seq"], each["fields"]["core_version"]) for each in events]
    for row in rows:
        assert served.get(f"/schemas/{row['track']}/{row['name']}?version={row['version']}").status == 200
    workspace.run("events", "verify")
    return {row["version"] for row in rows}


@pytest.mark.parametrize(("failpoint", "is_there"), [("schemas.before_publish_commit", False), ("schemas.after_publish_commit", True)])
def test_a_kill_at_the_commit_leaves_all_or_nothing(workspace, failpoint, is_there):
    served = Served(workspace, env={"HOLDFAST_FAILPOINTS": f"{failpoint}=2*kill"})
    assert served.publish("x", "1", {"title": "1"}).status == 201
    with pytest.raises((OSError, http.client.HTTPException)):
        served.publish("x", "2", {"title": "2"})
    served.process.communicate()
    assert served.process.returncode == -signal.SIGKILL
    with Served(workspace) as served:
        assert check_whole(workspace, served) == ({"1", "2"} if is_there else {"1"})
        assert served.publish("x", "2", {"title": "2"}).json["effect"] == ("unchanged" if is_there else "added")
        assert check_whole(workspace, served) == {"1", "2"}


def test_random_kills_lose_nothing_that_was_answered(workspace):
    """Three threads publish while the process is killed, six times; who got no answer publishes again."""
    answered = set()
    for turn in range(6):
        served = Served(workspace)
        enough = threading.Event()

        def publish(thread, served=served, turn=turn, enough=enough):
            for number in range(10_000):
                version = f"{turn}.{thread}.{number}"
                try:
                    answer = served.publish("x", version, {"title": version})
                except (OSError, http.client.HTTPException):
                    return
                assert answer.status == 201, answer.body
                answered.add(version)
                if number >= turn:
                    enough.set()

        threads = [threading.Thread(target=publish, args=(thread,)) for thread in range(3)]
        for thread in threads:
            thread.start()
        assert enough.wait(60)
        served.kill()
        for thread in threads:
            thread.join()
    with Served(workspace) as served:
        assert answered <= check_whole(workspace, served)
