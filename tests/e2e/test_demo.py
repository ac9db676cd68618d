"""The demo as people start it: a process of its own, beside settings and credentials that it must not touch."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.e2e.started import CLI, environment, marked, short_folder, started, wait_until

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are found through /proc")

# What a machine may be set to. None of it may be used, and none of it may break the demo (S23).
ELSEWHERE = {
    "GITHUB_API_URL": "https://github.example/api/v3",
    "GITHUB_TOKEN": "a-real-token-of-somebody",
    "JIRA_URL": "https://jira.example",
    "JIRA_TOKEN": "another-real-token",
    "FOLLOWTHROUGH_REDIS_URL": "redis://nowhere.example:6379",
    "FOLLOWTHROUGH_MODE": "not a mode at all",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
}


def test_the_story_comes_out_as_told_and_nothing_is_left_behind() -> None:
    with short_folder() as folder:
        (folder / ".env").write_text("FOLLOWTHROUGH_DATA_DIR=/nowhere\nGITHUB_TOKEN=a-token-in-a-file\n")
        (folder / ".netrc").write_text("default login somebody password secret\n")
        told = subprocess.run(
            (*CLI, "demo", "--once"),
            cwd=folder,
            env=environment(folder, **ELSEWHERE),
            capture_output=True,
            text=True,
            timeout=170,
            check=False,
        )
        assert told.returncode == 0, told.stdout + told.stderr
        counted = re.search(r"(\d+) of (\d+) steps came out as told", told.stdout)
        assert counted is not None
        assert counted[1] == counted[2]
        assert "✘" not in told.stdout
        assert told.stderr == ""
        assert marked(folder) == {}
        assert sorted(each.name for each in folder.iterdir()) == [".env", ".netrc"]


def test_a_step_that_does_not_come_out_is_shown_and_fails_the_demo() -> None:
    broken = (
        "from integration.sandbox.demo import story, teller\n"
        "story.ASKED_FIRST = (*story.ASKED_FIRST, 'What is your favourite colour?')\n"
        "teller.PATIENCE = 2.0\n"
        "from integration.cli import main\n"
        "main(['demo', '--once'])\n"
    )
    with short_folder() as folder:
        told = subprocess.run(
            (sys.executable, "-P", "-c", broken),
            cwd=folder,
            env=environment(folder),
            capture_output=True,
            text=True,
            timeout=170,
            check=False,
        )
        assert told.returncode == 1, told.stdout + told.stderr
        assert told.stdout.count("✘") == 2
        assert "Expected: the three questions." in told.stdout
        assert marked(folder) == {}


def test_it_stays_up_to_play_until_it_is_ended_and_leaves_no_process() -> None:
    with short_folder() as folder:
        log = folder / "told.txt"
        with started((*CLI, "demo"), folder, environment(folder, PYTHONUNBUFFERED="1"), log) as demo:
            wait_until(lambda: "Now play yourself" in log.read_text(), "the invitation to play")
            page = re.search(r"Look on: (http://127\.0\.0\.1:\d+)", log.read_text())
            assert page is not None
            assert "The shop assistant recommends recalled products" in requests.get(page[1], timeout=10).text
            demo.terminate()
            assert demo.wait(60) == 0
            assert marked(folder) == {}
            assert [each.name for each in folder.iterdir()] == ["told.txt"]
