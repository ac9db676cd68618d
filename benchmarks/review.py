"""Times a weekly review: ``python -m benchmarks.review [OPEN_ACTIONS]`` (5,000 unless told), from the ledger to the text of each tracker.

Four actions an incident, with agreed dates and told steps; on SQLite, and on PostgreSQL as well with ``--postgresql``.
"""

import random
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from benchmarks.ledger import a_postgresql
from integration.ledger import engine as databases
from integration.ledger.ledger import open_ledger
from integration.ledger.schema import migrate
from integration.ledger.tables import actions, cases, marks, people, projects
from integration.postmortem.decisions import Memory, ProjectMemory
from integration.postmortem.generated import Seen, Series
from integration.postmortem.reviewing import judge_review
from integration.trackers.github.render import Renderer
from integration.trackers.jira.render import WikiWriter
from mappings.loading import load_texts

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
PROJECTS, EACH = 40, 4
WORDS = [
    "filter",
    "replay (1,000 questions)",
    "index_status",
    "owner #12",
    "`export`",
    "schema",
    "*alert*",
    "drift",
    "review",
    "rollout",
]


def fill(url: str, number: int) -> None:
    """Write so many open actions in incidents of forty projects."""
    chance, engine = random.Random(7), databases.connect(databases.database_of(url))
    known = {"governed_since": NOW - timedelta(days=400), "paused": False, "breaker": ""}
    with databases.writing(engine) as connection:
        places = [{"id": n + 1, "site": "github", "name": f"acme/p{n}", **known} for n in range(PROJECTS)]
        connection.execute(insert(projects), places)
        connection.execute(insert(people), [_person(n) for n in range(1, 61)])
        connection.execute(insert(cases), [_case(n) for n in range(1, number // EACH + 1)])
        found = [_action(n, chance) for n in range(1, number + 1)]
        connection.execute(insert(actions), found)
        connection.execute(insert(marks), [mark for each in found for mark in _marks(each, chance)])
    engine.dispose()


def _person(n: int) -> dict[str, object]:
    shown = {"handle": f"person-{n}", "name": "", "kind": "human", "active": n % 20 != 0}
    return {"id": n, "site": "github", "account_id": str(9000 + n), "salt": None, "digest": f"d{n}", **shown}


def _case(n: int) -> dict[str, object]:
    blank = dict.fromkeys(("kind", "mode", "policy", "status_digest"), "")
    where = {
        "site": "github",
        "issue_id": str(n),
        "locator": f"acme/p{n % PROJECTS}#{n}",
        "url": f"https://github.example/acme/p/{n}",
    }
    at = NOW - timedelta(days=n % 300)
    told = {
        "title": f"Incident {n}",
        "severity": f"SEV{1 + n % 3}",
        "phase": "remediating",
        "governed": True,
        "opened_at": at,
    }
    return {"id": n, "project_id": n % PROJECTS + 1, **where, **blank, **told}


def _action(n: int, chance: random.Random) -> dict[str, object]:
    case = (n - 1) // EACH + 1
    due = NOW.date() + timedelta(days=chance.randrange(-60, 200))
    words = " ".join(chance.choices(WORDS, k=12))
    ticket = {
        "ticket_site": "github",
        "ticket_id": str(100_000 + n),
        "ticket_locator": f"acme/p{case % PROJECTS}#{100_000 + n}",
    }
    state = chance.choice(("evidence wanted", "evidence wanted", "waiting for verification", "verification lapsed"))
    return {
        "id": n,
        "case_id": case,
        "action_id": f"A{n % EACH + 1}",
        "text": words,
        "description": f"Action {n}: {words}",
        "owner_id": chance.randrange(1, 61),
        "due": due,
        "outcome": state,
        "news_at": NOW - timedelta(days=chance.randrange(40)),
        "needs": chance.choice(("", "", "", "money")),
        "answer": "",
        "ticket_url": f"https://github.example/acme/p/issues/{100_000 + n}",
        **ticket,
    }


def _marks(action: dict[str, object], chance: random.Random) -> list[dict[str, object]]:
    due = action["due"]
    assert isinstance(due, date)
    days = [due - timedelta(days=30 * back) for back in range(chance.randrange(3), -1, -1)]
    base = {"case_id": action["case_id"]}
    at = NOW - timedelta(days=50)
    agreed = [{**base, "kind": "due", "subject": f"{action['action_id']}:{day}", "at": at} for day in days]
    told = {**base, "kind": "said", "subject": f"due:{action['ticket_id']}:{due}:owner", "at": at}
    return [*agreed, told] if due < NOW.date() else agreed


def measure(name: str, url: str, number: int) -> None:
    """Fill a ledger, and say how long each step takes and how long the texts are."""
    migrate(url)
    fill(url, number)
    policy = load_texts({}).policy
    covers = frozenset(("github", f"acme/p{n}") for n in range(PROJECTS))
    memory = Memory(ProjectMemory("github", "acme/governance", NOW))
    ledger = open_ledger(url, b"0" * 32)
    for place in (
        Series("review", "all", "github", "acme/governance", covers),
        Series("review", "all", "jira", "GOV", covers),
    ):
        began, worked = time.perf_counter(), time.process_time()
        figures = ledger.review(covers, NOW)
        read = time.process_time()
        (wanted,) = judge_review(figures, Seen(place, memory), policy, NOW).issues
        judged = time.process_time()
        write = Renderer(place.project).markdown if place.site == "github" else WikiWriter(is_cloud=True).markup
        texts = [write(page) for page in wanted.pages]
        written, ended = time.process_time(), time.perf_counter()
        lines = sum(text.count("\n|") for text in texts)
        print(
            f"{name}, published on {place.site}: {len(figures.actions):,} open actions in {written - worked:.2f} s of work ({ended - began:.2f} s "
            f"by the clock): read {read - worked:.2f}, judged {judged - read:.2f}, rendered {written - judged:.2f}; "
            f"{len(texts)} pages of at most {max(map(len, texts)):,} characters, {lines:,} lines of tables"
        )
    ledger.close()


def main() -> None:
    """Measure on SQLite, and with ``--postgresql`` on PostgreSQL."""
    numbers = [int(each) for each in sys.argv[1:] if each.isdecimal()]
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o700)
        measure("SQLite", f"sqlite:///{folder}/ledger.db", (numbers or [5_000])[0])
        if "--postgresql" in sys.argv:
            measure("PostgreSQL", running.enter_context(a_postgresql()), (numbers or [5_000])[0])


if __name__ == "__main__":
    main()
