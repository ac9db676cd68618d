"""Measures how long the reading of a long post-mortem takes: ``python -m benchmarks.reading``. No tracker, no network.

The body is as long as GitHub takes (65,536 characters), once as ordinary prose with tables and once as text that was
written to hurt. Printed are milliseconds, the best and the middle of seven runs.
"""

import statistics
import time
from collections.abc import Callable
from datetime import date

from integration.postmortem.reading.actions import read_actions
from integration.postmortem.reading.commands import read_commands
from integration.postmortem.reading.impact import read_impact
from integration.postmortem.reading.jira_html import read_html
from integration.postmortem.reading.markdown import PARSER, read_markdown
from integration.postmortem.reading.sections import find_sections
from integration.postmortem.reading.timeline import read_timeline

GITHUB_LIMIT = 65_536
HEADINGS = {
    "summary": ("overview", "what happened"),
    "timeline": ("chronology",),
    "impact": ("user impact",),
    "root_causes": ("root cause", "why did it happen"),
    "remediation": ("actions", "action items", "follow-ups"),
    "lessons": ("lessons learned",),
}
CHAPTER = """
## {name} {number}

On the morning of the {number}th an assistant recommended *recalled* products to **{number} customers** of `shop`.
See [the replay](https://example.org/replay/{number}) and ask @dana or @omar-{number}; nobody had expected this.

- 2026-11-{day:02} 09:{number:02}: release {number} went out
- 2026-11-{day:02} 10:{number:02}: first alert fired, @dana looked at it
  - [x] the index was rebuilt
  - [ ] the page was updated

| # | Action | Owner | Due | Kind | Done when |
|---|---|---|---|---|---|
| A{number} | Filter recalled products in retrieval | @dana | 2026-12-01 | technical | replay {number} returns none |

> {number} people wrote to us. <!-- invisible -->
"""


def long_postmortem(length: int = GITHUB_LIMIT) -> str:
    """Return a well-formed post-mortem of about that many characters."""
    names = ("Summary", "Timeline", "Impact", "Root causes", "Remediation", "Notes")
    parts: list[str] = []
    for number in range(1, 1_000):
        parts.append(CHAPTER.format(name=names[number % len(names)], number=number, day=number % 28 + 1))
        if sum(map(len, parts)) >= length:
            break
    return "".join(parts)[:length]


def measure(what: str, work: Callable[[], object]) -> None:
    """Run the work seven times and print the best and the median in milliseconds."""
    times = []
    for _ in range(7):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    print(f"{what:44}{min(times):8.1f} ms best {statistics.median(times):8.1f} ms median")


def main() -> None:
    """Print the figures."""
    body = long_postmortem()
    document = read_markdown(body)
    rendered = str(PARSER.render(body))
    sections = find_sections(document, HEADINGS)
    print(f"a post-mortem of {len(body):,} characters, {len(document.blocks)} blocks, {len(sections.found)} sections")
    measure("Markdown, to the tree", lambda: read_markdown(body))
    measure("the same as rendered HTML, to the tree", lambda: read_html(rendered))
    measure("sections, from the tree", lambda: find_sections(document, HEADINGS))
    measure("timeline, from all blocks", lambda: read_timeline(document.blocks, day=date(2026, 11, 1)))
    measure("actions, from all blocks", lambda: read_actions(document.blocks))
    measure("impact, from all blocks", lambda: read_impact(document.blocks))
    measure("commands, in a comment of that length", lambda: read_commands(body + "\n/verify yes", {"verify"}))
    print("written to hurt, 65,536 characters each, Markdown to the tree:")
    for what, text in (
        ("brackets", "["),
        ("nested quotes", ">"),
        ("unclosed emphasis", "*a **a "),
        ("table rows", "|a|\n|-|\n" + "|x\n" * 30_000),
        ("nested <div>", "<div>"),
    ):
        hurting = (text * GITHUB_LIMIT)[:GITHUB_LIMIT]
        measure(f"  {what}", lambda hurting=hurting: read_markdown(hurting))


if __name__ == "__main__":
    main()
