"""The Tracker suite over the GitHub adapter."""

from collections.abc import Iterator

import pytest

from tests.trackers.github_harness import GitHubWorld, a_world
from tests.trackers.suite import TrackerSuite, story

__all__ = ["story"]


class TestGitHub(TrackerSuite):
    """Every test has a GitHub of its own."""

    @pytest.fixture
    def world(self) -> Iterator[GitHubWorld]:
        """Run a stand-in GitHub."""
        with a_world() as world:
            yield world
