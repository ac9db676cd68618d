"""Measures what judging costs: ``python -m benchmarks.judging``. A body of 60,000 characters, 300 comments, no tracker, no network.

A look parses the body once and judges several times: before decisions are taken, after, and after each command. Printed are milliseconds, the
best and the middle of nine runs: parsing alone, what a first look does with the text, a part of that, and judging the same case again.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.reading import long_postmortem
from integration.postmortem.decisions import Memory, ProjectMemory
from integration.postmortem.facts import Facts
from integration.postmortem.incident import Case, Comment, Issue, IssueKey, IssueRef
from integration.postmortem.judgement import facts_needed, judge
from integration.postmortem.people import Person, PersonKind, Standing
from integration.postmortem.plan import plan
from integration.postmortem.reading.markdown import parse_markdown
from mappings.loading import load_policy

LENGTH, COMMENTS, RUNS = 60_000, 300, 9
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
DANA, SERVICE = Person("github", "1001", "dana"), Person("github", "1", "followthrough", kind=PersonKind.BOT)
TALK = "I looked at the replay of release {n} again, and the numbers in the table are those of *yesterday*; see `run/{n}`.\n\n> quoted\n\nMore."


def a_case(length: int = LENGTH, comments: int = COMMENTS) -> Case:
    """Return an incident of that length with that many comments, every tenth of them a command."""
    body = long_postmortem(length)
    said = tuple(
        Comment(
            str(number),
            DANA,
            NOW - timedelta(minutes=COMMENTS - number),
            NOW - timedelta(minutes=COMMENTS - number),
            TALK.format(n=number) + (f"\n/note 09:{number % 60:02} looked again" if number % 10 == 0 else ""),
        )
        for number in range(comments)
    )
    incident = Issue(
        ref=IssueRef(IssueKey("github", "512"), "acme/shop#12", "https://github.com/acme/shop/issues/12"),
        title="The assistant recommends recalled products",
        body=body,
        document=parse_markdown(body),
        author=DANA,
        created_at=NOW - timedelta(days=1),
        updated_at=NOW,
        labels=frozenset({"incident", "sev1"}),
        comments=said,
    )
    return Case(incident, SERVICE)


def measure(what: str, work: Callable[[], object], before: Callable[[], None] = lambda: None) -> None:
    """Run the work and print the best and the median in milliseconds; ``before`` is not counted."""
    times = []
    for _ in range(RUNS):
        before()
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    print(f"{what:60}{min(times):8.1f} ms best {statistics.median(times):8.1f} ms median")


def main() -> None:
    """Print the figures."""
    case = a_case()
    policy = load_policy(Path(__file__).parents[1] / "mappings").policy
    memory = Memory(ProjectMemory("github", "acme/shop", NOW - timedelta(days=90)), governed=True, severity="SEV1")
    facts = Facts({("acme/shop", DANA.id): Standing(DANA, "write")}, {"@dana": (DANA,)})
    fresh = [case]

    def anew() -> None:
        """Read the body anew into a document of its own, as a look at a changed text does."""
        incident = case.incident
        fresh[0] = replace(case, incident=replace(incident, document=parse_markdown(incident.body)))

    def judged() -> None:
        assessment = judge(fresh[0], facts, memory, policy, NOW)
        plan(assessment, fresh[0], memory, policy)

    def first_look() -> None:
        facts_needed(fresh[0], memory, policy)
        judged()

    words = sum(len(comment.raw) for comment in case.incident.comments)
    print(f"a body of {len(case.incident.body):,} characters, {COMMENTS} comments of {words:,} characters together")
    measure("parsing the body, Markdown to the tree", lambda: parse_markdown(case.incident.body))
    measure("a text not read before: looked up, judged, planned", first_look, anew)
    measure("of that, what has to be looked up", lambda: facts_needed(fresh[0], memory, policy), anew)
    measure("judging and planning the same case again", judged)


if __name__ == "__main__":
    main()
