"""The story on a Jira that nobody here wrote (PyPI ``jira820``, a Data Center 8.20), with every delivery coming twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.e2e.stage import SECRET, Door
from tests.e2e.third_party import Jira820Team, Working, jira820, tell, working


@dataclass
class World:
    """The team at work, and the service."""

    team: Jira820Team
    worker: Working


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Run both; two hooks on the same address double every delivery."""
    with jira820(tmp_path) as url:
        door = Door()
        trackers = {
            "JIRA_URL": url,
            "JIRA_USER": "followthrough",
            "JIRA_TOKEN": "followthrough-token",
            "JIRA_WEBHOOK_SECRET": SECRET,
        }
        with working(tmp_path / "data", door, trackers, governs="gina") as worker:
            team = Jira820Team(url)
            for _ in range(2):
                team.hear(f"{door.url}/webhooks/jira")
            yield World(team, worker)
            team.close_all()


def test_the_story_ends_as_it_should_though_every_delivery_comes_twice(world: World) -> None:
    # It says of every issue that it was opened at nine; what the story detects five hours before has to lie before that.
    now = datetime.now(UTC)
    tell(world.team, lambda: world.worker.settled(world.team.count), min(now, now.replace(hour=13, minute=30)))
    assert (
        world.team.count() == 5
    )  # The incident, one ticket for each of its two actions, the incident of the other system that is affected, and the launch of the second client.
    assert "parked" not in world.worker.outcomes
