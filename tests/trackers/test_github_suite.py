"""The Tracker suite over the GitHub adapter."""

from collections.abc import Iterator

import pytest

from tests.trackers.github_harness import GitHubWorld, a_world
from tests.trackers.suite import TrackerSuite, story

__all__ = ["story"]


class TestGitHubApp(TrackerSuite):
    """Everything again, signed in as a GitHub App with the tokens of its installation."""

    @pytest.fixture
    def world(self) -> Iterator[GitHubWorld]:
        """Run a stand-in GitHub with an App of ours."""
        with a_world(as_app=True) as world:
            yield world


class TestEnterpriseServer(TrackerSuite):
    """Everything again below ``/api/v3``, as an App, without sub-issues, dependencies, issue types and issue fields."""

    @pytest.fixture
    def world(self) -> Iterator[GitHubWorld]:
        """Run a stand-in GitHub Enterprise Server with an App of ours."""
        with a_world(as_app=True, enterprise=True, features=()) as world:
            yield world


class TestGitHub(TrackerSuite):
    """Every test has a GitHub of its own."""

    @pytest.fixture
    def world(self) -> Iterator[GitHubWorld]:
        """Run a stand-in GitHub."""
        with a_world() as world:
            yield world
