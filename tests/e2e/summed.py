"""A stage with a place where summaries of months and quarters appear, on either tracker."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from integration.postmortem.periods import MONTH, days_of, summed_up
from mappings.models import ClocksFile
from tests.e2e.reviewed import GOVERNANCE, Reviewed

DESTINATIONS = """
places:
  governance: {{project: "{site}:{name}", audiences: [governance]}}
issues:
  monthly_trends: {{to: [governance]}}
  quarterly_trends: {{to: [governance]}}
  recommendation: {{to: [governance]}}
"""


@dataclass
class Summed(Reviewed):
    """A stage on which one tracker has a place for summaries."""

    def next_month(self) -> None:
        """Go to noon of the fifth day of the next month: its first working day has begun in any calendar."""
        now = self.stage.clock()
        later = datetime(now.year + now.month // 12, now.month % 12 + 1, 5, 12, tzinfo=UTC)
        self.stage.clock.forward(seconds=(later - now).total_seconds())

    def issues(self, kind: str = "Trends") -> list[dict[str, Any]]:
        """Return title, text, comments, whether it is closed, and its attachments, of every summary in the order in which they were opened."""
        return summaries(self.stage, self.site, kind)


def summaries(service: Any, site: str, kind: str = "Trends") -> list[dict[str, Any]]:
    """Return title, text, comments, whether it is closed, and its attachments, of every summary of a service in the order in which they were opened."""
    place = GOVERNANCE[site]
    if site == "github":
        gina = service.github.as_person("gina")
        told = [
            {
                "title": i["title"],
                "text": i["body"] or "",
                "closed": i["state"] == "closed",
                "files": [],
                "comments": [str(each["body"]) for each in gina.comments(place, i["number"])],
            }
            for i in sorted(gina.issues(place), key=lambda issue: int(issue["number"]))
        ]
    else:
        gina = service.jira.as_person("gina")
        asked = {"jql": f"project = {place} ORDER BY created ASC, key ASC", "fields": "*all"}
        told = [
            {
                "title": found["fields"]["summary"],
                "text": found["fields"]["description"] or "",
                "closed": found["fields"]["status"]["statusCategory"]["key"] == "done",
                "files": found["fields"]["attachment"],
                "comments": [str(each["body"]) for each in gina.comments(found["key"])],
            }
            for found in gina.call("GET", "/search/jql", params=asked)["issues"]
        ]
    return [each for each in told if each["title"].startswith(kind)]


def months(issues: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the summaries of months among them."""
    return [each for each in issues if "Q" not in each["title"]]


def shown(issue: dict[str, Any]) -> list[str]:
    """Return the names of the pictures in a text, in order."""
    return re.findall(r"!(followthrough-\w+\.png)\|width=\d+!", issue["text"])


def month_due(at: datetime, clocks: ClocksFile) -> datetime:
    """Return the first instant of the month whose summary is due at an instant."""
    first, _ = days_of(summed_up(at, MONTH, clocks).name)
    return datetime.combine(first, datetime.min.time(), UTC)


def govern_since_long(mappings: Path) -> None:
    """Write a mapping by which incidents count that happened before the service met their project."""
    mappings.mkdir(exist_ok=True)
    (mappings / "service.yaml").write_text("governed_since: 2020-01-01\n")


def publishes_summaries(mappings: Path, site: str) -> None:
    """Write a mapping that names a place for summaries."""
    mappings.mkdir(exist_ok=True)
    (mappings / "destinations.yaml").write_text(DESTINATIONS.format(site=site, name=GOVERNANCE[site]))
