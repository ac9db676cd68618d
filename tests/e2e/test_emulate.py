"""The story on a GitHub that nobody here wrote (npm ``emulate``), with every delivery coming twice.

It has no sub-issues, no GraphQL and no ETags, so that what the service falls back on is tried here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.stage import SECRET, Door
from tests.e2e.third_party import REPOSITORY, EmulateTeam, Working, emulate, tell, working


@dataclass
class World:
    """The team at work, and the service."""

    team: EmulateTeam
    worker: Working


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Run both; two hooks on the same address double every delivery."""
    with emulate(tmp_path) as url:
        door = Door()
        trackers = {
            "GITHUB_API_URL": url,
            "GITHUB_TOKEN": "followthrough-token",
            "GITHUB_WEBHOOK_SECRET": SECRET,
            # It lists only what a user owns, so the scope is named.
            "FOLLOWTHROUGH_SCOPE": f"github:{REPOSITORY}",
        }
        with working(tmp_path / "data", door, trackers) as worker:
            team = EmulateTeam(url)
            for _ in range(2):
                team.hear(f"{door.url}/webhooks/github")
            yield World(team, worker)


def test_the_story_ends_as_it_should_though_every_delivery_comes_twice(world: World) -> None:
    tell(world.team, lambda: world.worker.settled(world.team.count))
    assert (
        world.team.count() == 5
    )  # The incident, one ticket for each of its two actions, the incident of the other system that is affected, and the launch of the second client.
    assert "parked" not in world.worker.outcomes
