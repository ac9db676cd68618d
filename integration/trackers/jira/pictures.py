"""Charts of an issue that the service wrote, as attachments: sent once, shown in its text, and taken away when other numbers stand there."""

from collections.abc import Iterable
from typing import Any

from integration.errors import TrackerRefused
from integration.postmortem.incident import IssueRef
from integration.postmortem.writing.tree import Tree
from integration.trackers.jira.identifiers import issue_id, numeric
from integration.trackers.jira.observing import Observer
from integration.trackers.jira.story import person_of
from integration.trackers.jira.writing import Writer
from integration.trackers.pictures import charts_in, picture_name, png


def bring(ref: IssueRef, tree: Tree, observer: Observer, writer: Writer) -> frozenset[str]:
    """Attach the charts that are not there yet; return the names of those that are. What Jira refuses is told as a shortfall: the table says the same."""
    wanted = {picture_name(bars): bars for bars in charts_in(tree.blocks)}
    if not wanted:
        return frozenset()
    there = {str(each.get("filename")) for each in _ours(ref, observer)}
    for name, bars in wanted.items():
        if name in there:
            continue
        try:
            writer.attach(ref, name, png(bars))
        except TrackerRefused as refused:
            writer.shortfall += (f"chart: {refused}",)
        else:
            there.add(name)
    return frozenset(wanted) & there


def tidy(ref: IssueRef, shown: Iterable[str], observer: Observer, writer: Writer) -> None:
    """Take away charts of ours that the text shows no more. Where that is not allowed they stay; nobody sees them but in the list."""
    kept = frozenset(shown)
    for each in _ours(ref, observer):
        if str(each.get("filename")) not in kept:
            try:
                writer.write(ref, "DELETE", "attachment", numeric(str(each.get("id")), "attachment"), body={})
            except TrackerRefused:
                return


def _ours(ref: IssueRef, observer: Observer) -> list[dict[str, Any]]:
    """Return our own charts that hang on the issue: a file that somebody else gave such a name is none."""
    raw = observer.client.get_issue(issue_id(ref), {"fields": "attachment"})
    us = observer.reading.service.id
    found = [each for each in raw["fields"].get("attachment") or () if isinstance(each, dict)]
    return [each for each in found if _is_chart(str(each.get("filename"))) and person_of(each.get("author")).id == us]


def _is_chart(name: str) -> bool:
    return name.startswith("followthrough-") and name.endswith(".png")
