"""Whatever a look may record, recalling gives the same values back, on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integration.ledger.ledger import Ledger
from integration.ledger.records import LookRecord
from integration.postmortem.decisions import Decision, IntentState, Memory, ProjectMemory, Refusal, RememberedAction
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.people import Person, PersonKind
from tests.ledger.builders import NOW

_NUMBERS = count(1)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
ACCOUNTS = st.sampled_from(["1", "557058:4f7a-11", "JIRAUSER10100", "ünïcode"])
PEOPLE = st.builds(
    lambda account, kind: Person("jira", account + kind, account, "N", kind, kind is not PersonKind.BOT),
    ACCOUNTS,
    st.sampled_from(PersonKind),
)
KEYS = st.builds(IssueKey, st.sampled_from(["github", "jira"]), st.sampled_from(["7", "10001", "PM-1", "a:b"]))
INSTANTS = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
DATES = st.dates(date(1971, 1, 1), date(2200, 1, 1))
ACTIONS = st.builds(
    RememberedAction,
    action_id=st.integers(1, 99).map("A{}".format),
    text=TEXT,
    description=TEXT,
    owner_id=st.none() | ACCOUNTS,
    due=st.none() | DATES,
    ticket=st.none() | st.builds(IssueRef, KEYS, TEXT, TEXT),
    row_owner_id=st.none() | ACCOUNTS,
    row_due=st.none() | DATES,
    owners=st.frozensets(ACCOUNTS),
).map(lambda a: replace(a, owners=a.owners | ({a.owner_id} if a.owner_id else set())))
DECISIONS = st.builds(
    Decision,
    issue=KEYS,
    comment_id=TEXT,
    comment_digest=TEXT,
    line=st.integers(0, 2**31 - 1),
    word=TEXT,
    args=TEXT,
    actor=PEOPLE,
    accepted=st.booleans(),
    authority=TEXT,
    reason=TEXT,
    subject=TEXT,
    policy=TEXT,
    at=INSTANTS,
    confirmed=st.booleans(),
)
MEMORIES = st.builds(
    Memory,
    project=st.builds(ProjectMemory, st.just("jira"), st.just("PM"), st.just(NOW)),
    governed=st.booleans(),
    adopted_digest=st.none() | TEXT.filter(bool),
    severity=TEXT,
    looked_at=INSTANTS,
    decisions=st.lists(DECISIONS, max_size=4, unique_by=lambda decision: decision.key).map(tuple),
    actions=st.lists(ACTIONS, max_size=4, unique_by=lambda action: action.action_id).map(tuple),
    said=st.frozensets(TEXT, max_size=4),
    reopened=st.dictionaries(KEYS, st.just(1), max_size=3),
    satisfied=st.frozensets(KEYS),
    status_comment=st.none() | TEXT.filter(bool),
    status_digest=TEXT,
    refusals=st.lists(st.builds(Refusal, TEXT, TEXT, INSTANTS), max_size=3, unique_by=lambda refusal: refusal.purpose).map(
        lambda refusals: tuple(sorted(refusals, key=lambda refusal: refusal.purpose.encode()))
    ),
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(memory=MEMORIES, purposes=st.lists(TEXT, unique=True, max_size=3))
def test_a_memory_comes_back_as_it_was_recorded(ledger: Ledger, memory: Memory, purposes: list[str]) -> None:
    number = next(_NUMBERS)
    case = IssueRef(IssueKey("jira", f"case {number}"), f"PM-{number}")
    # Decisions and marks on other issues would be told apart by their issues; here every example has issues of its own.
    mine = tuple(replace(d, issue=IssueKey("jira", f"{number}/{d.issue}")) for d in memory.decisions)
    ledger.project("jira", "PM", NOW)
    ledger.remember_decisions(case, mine, NOW)
    intents = []
    for purpose in purposes:
        ledger.open_intent(case, purpose, case.key, NOW)
        intents.append(ledger.settle_intent(case, purpose, IntentState.DONE, purpose, NOW))
    record = LookRecord(
        severity=memory.severity,
        governed=memory.governed,
        adopted_digest=memory.adopted_digest,
        status_comment=memory.status_comment,
        status_digest=memory.status_digest,
        actions=memory.actions,
        said=memory.said,
        reopened=tuple(memory.reopened),
        satisfied=memory.satisfied,
        refusals=memory.refusals,
    )
    assert memory.looked_at is not None
    ledger.record_look(case, record, memory.looked_at)

    taken_at = memory.looked_at if memory.governed else None
    expected = replace(memory, decisions=mine, intents=tuple(intents), taken_at=taken_at)
    recalled = ledger.recall(case)
    assert replace(recalled, refusals=(), dates=()) == replace(expected, refusals=(), dates=())
    assert set(recalled.refusals) == set(expected.refusals)
    assert set(recalled.dates) == {(action.action_id, action.due) for action in memory.actions if action.due}
    assert ledger.verify_audit().ok
