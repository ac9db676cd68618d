"""The audit chain finds what was done to it, and to the decisions that it vouches for (S25)."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError

from integration.errors import LedgerMismatch
from integration.ledger import engine as databases
from integration.ledger.ledger import Ledger
from integration.postmortem.decisions import IntentState
from integration.postmortem.incident import IssueKey
from tests.ledger.builders import CASE, DANA, LATER, NOW, VIC, a_decision, a_look, a_ticket, an_action


@pytest.fixture
def raw(database: str) -> Iterator[Engine]:
    """Give the database to somebody who can write to it by hand, but has no key."""
    engine = databases.connect(databases.database_of(database))
    yield engine
    engine.dispose()


@pytest.fixture
def audited(ledger: Ledger) -> Ledger:
    """Give a ledger with a little history: some ten entries, two of them decisions."""
    ledger.project("github", "acme/shop", NOW)
    ledger.open_intent(CASE, "ticket:A1", CASE.key, NOW)
    ledger.settle_intent(CASE, "ticket:A1", IntentState.DONE, "acme/shop#13", NOW, ticket=a_ticket())
    ledger.record_look(CASE, a_look(satisfied=frozenset({a_ticket().key}), reopened=(CASE.key,)), NOW)
    ledger.remember_decisions(CASE, [a_decision(), a_decision(line=1, accepted=False, args="")], NOW)
    ledger.record_look(CASE, a_look(severity="SEV2", closed_at=LATER), LATER)
    assert ledger.verify_audit().ok
    return ledger


def tamper(engine: Engine, *statements: str) -> None:
    """Run statements with the triggers out of the way, as an owner of the database could."""
    sqlite = engine.dialect.name == "sqlite"
    drop = ["DROP TRIGGER audit_UPDATE_refused", "DROP TRIGGER audit_DELETE_refused"]
    with databases.writing(engine) as connection:
        for statement in (*(drop if sqlite else ["ALTER TABLE audit DISABLE TRIGGER ALL"]), *statements):
            connection.execute(text(statement))


def test_an_untouched_chain_is_whole_and_its_head_can_be_posted(audited: Ledger) -> None:
    report = audited.verify_audit()
    assert report.ok
    assert report.head.startswith(f"{report.entries}:")
    audited.record_look(CASE, a_look(severity="SEV3"), LATER)
    assert audited.verify_audit(report.head).ok


def test_entries_name_nobody(audited: Ledger, raw: Engine) -> None:
    with databases.reading(raw) as connection:
        said = "\n".join(str(row) for row in connection.execute(text("SELECT * FROM audit")))
    for word in (VIC.handle, VIC.name, f'"{VIC.id}"', DANA.handle, DANA.name, f'"{DANA.id}"', "looked at"):
        assert word not in said


def test_the_entries_of_a_case_can_be_listed(audited: Ledger) -> None:
    kinds = [entry.kind for entry in audited.audit_entries(CASE.key)]
    assert kinds == [
        "intent.opened",
        "intent.settled",
        "case.governed",
        "case.changed",
        "action.agreed",
        "gate.satisfied",
        "gate.reopened",
        "decision",
        "decision",
        "case.changed",
    ]
    assert audited.audit_entries(IssueKey("jira", "1")) == ()


@pytest.mark.parametrize("deed", ["UPDATE audit SET kind = 'x'", "DELETE FROM audit"])
def test_the_database_itself_refuses_to_change_entries(audited: Ledger, raw: Engine, deed: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), databases.writing(raw) as connection:
        connection.execute(text(deed))
    assert audited.verify_audit().ok


ATTACKS = {
    "an entry is edited": (["UPDATE audit SET body = '{}' WHERE seq = 3"], "Entry 3 was changed"),
    "an entry is dated back": (["UPDATE audit SET at = '2020' WHERE seq = 3"], "Entry 3 was changed"),
    "an entry is given to another case": (["UPDATE audit SET case_key = 'x' WHERE seq = 3"], "Entry 3 was changed"),
    "an entry is deleted": (["DELETE FROM audit WHERE seq = 3"], "Entry 3 is missing"),
    "several entries are deleted": (["DELETE FROM audit WHERE seq IN (3, 4)"], "Entries 3 to 4 are missing"),
    "the first entries are deleted": (["DELETE FROM audit WHERE seq < 3"], "Entries 1 to 2 are missing"),
    "a gap is closed by renumbering": (
        ["DELETE FROM audit WHERE seq = 3", "UPDATE audit SET seq = 3 WHERE seq = 4"],
        "Entry 3 was changed",
    ),
    "two entries change places": (
        [
            "UPDATE audit SET seq = 0 WHERE seq = 3",
            "UPDATE audit SET seq = 3 WHERE seq = 4",
            "UPDATE audit SET seq = 4 WHERE seq = 0",
        ],
        "Entry 3 does not follow",
    ),
    "the end is cut off": (["DELETE FROM audit WHERE seq > 5"], "its end was cut off"),
    "the end is cut off and the head moved back": (
        [
            "DELETE FROM audit WHERE seq > 5",
            "UPDATE audit_head SET seq = 5, hash = (SELECT hash FROM audit WHERE seq = 5)",
        ],
        "The head of the chain was changed",
    ),
    "everything is deleted": (["DELETE FROM audit"], "its end was cut off"),
    "an entry is added": (
        ["INSERT INTO audit SELECT seq + 1, at, kind, case_key, body, hash, hash FROM audit WHERE seq IN "
         "(SELECT max(seq) FROM audit)"],
        "entries were added",
    ),
    "an entry is added and the head moved on": (
        [
            "INSERT INTO audit SELECT seq + 1, at, kind, case_key, body, hash, 'ab' FROM audit WHERE seq IN "
            "(SELECT max(seq) FROM audit)",
            "UPDATE audit_head SET seq = seq + 1, hash = 'ab'",
        ],
        "not written by this service",
    ),
    "an entry is put before the beginning": (
        ["INSERT INTO audit SELECT 0, at, kind, case_key, body, previous, hash FROM audit WHERE seq = 1"],
        "before the beginning",
    ),
    "the head is deleted": (["DELETE FROM audit_head"], "head of the chain is gone"),
    "a refusal becomes a grant": (["UPDATE decisions SET accepted = true WHERE line = 1"], "was changed after it was"),
    "a decision is bound to another text": (["UPDATE decisions SET subject = 'x' WHERE line = 0"], "was changed after"),
    "a decision is given to another person": (
        ["UPDATE decisions SET actor_id = (SELECT min(id) FROM people)", "UPDATE decisions SET line = line"],
        "was changed after",
    ),
    "a person's account is swapped": (["UPDATE people SET account_id = '666' WHERE handle = 'vic'"], "was changed"),
    "a decision is deleted": (["DELETE FROM decisions WHERE line = 1"], "is gone"),
    "a decision is forged": (
        ["INSERT INTO decisions SELECT 99, case_id, issue_site, issue_id, comment_id, comment_digest, 9, word, args, "
         "args_salt, actor_id, true, authority, reason, subject, policy, at, confirmed, 999 FROM decisions "
         "WHERE line = 1"],
        "Decision 99 was never taken",
    ),
    "a gate is forged as satisfied": (
        ["INSERT INTO marks SELECT case_id, 'satisfied', 'github:999', at FROM marks WHERE kind = 'satisfied'"],
        "gate of github:999 in case github:500 was never satisfied",
    ),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_it_is_found_when(audited: Ledger, raw: Engine, attack: str) -> None:
    statements, told = ATTACKS[attack]
    tamper(raw, *statements)
    report = audited.verify_audit()
    assert not report.ok
    assert any(told in problem for problem in report.problems), report.problems


def test_a_chain_put_back_to_an_older_state_as_a_whole_differs_from_the_head_known_outside(
    audited: Ledger, raw: Engine
) -> None:
    with databases.reading(raw) as connection:
        old = connection.execute(text("SELECT seq, hash, seal FROM audit_head")).one()
    audited.record_look(CASE, a_look(severity="SEV4"), LATER)
    posted = audited.verify_audit().head

    tamper(
        raw,
        f"DELETE FROM audit WHERE seq > {old.seq}",
        f"UPDATE audit_head SET seq = {old.seq}, hash = '{old.hash}', seal = '{old.seal}'",
    )

    assert audited.verify_audit().ok
    assert audited.verify_audit(posted).problems == (
        f"Entry {old.seq + 1} was known outside, but the chain ends at {old.seq}.",
    )


def test_a_chain_that_was_written_anew_differs_from_the_head_known_outside(audited: Ledger) -> None:
    report = audited.verify_audit()
    assert audited.verify_audit(f"{report.entries}:{'0' * 64}").problems == (
        f"Entry {report.entries} is not the one that was known outside.",
    )


@pytest.mark.parametrize("head", ["12", "x:ab", ":ab", "12:"])
def test_a_head_that_is_none_is_a_mistake_of_the_caller(ledger: Ledger, head: str) -> None:
    with pytest.raises(ValueError, match="not a head"):
        ledger.verify_audit(head)


def test_many_problems_are_counted_rather_than_listed(audited: Ledger, raw: Engine) -> None:
    for n in range(60):
        audited.record_look(CASE, a_look(severity=f"SEV{n % 3}"), LATER)
    tamper(raw, "UPDATE audit SET body = '[]'")
    problems = audited.verify_audit().problems
    assert len(problems) == 51
    assert problems[-1].endswith("more.")


def test_a_person_can_be_forgotten_and_the_chain_stays_whole(audited: Ledger, raw: Engine) -> None:
    lead = a_decision(comment_id="78", word="lead", args="@Vic (Vic Verhoeven)", subject=VIC.id, actor=DANA)
    audited.remember_decisions(CASE, [lead], NOW)
    audited.record_look(CASE, a_look(actions=(an_action(owner_id=VIC.id),), people=(VIC,)), LATER)

    assert audited.erase_person("github", VIC.id, LATER)
    assert not audited.erase_person("github", VIC.id, LATER)

    report = audited.verify_audit()
    assert report.ok, report.problems
    verified, _, named = audited.recall(CASE).decisions
    assert verified.accepted
    assert verified.actor.handle == verified.actor.id == named.subject
    assert verified.actor.id.startswith("erased/")
    assert named.args == f"@{named.subject} ({named.subject})"
    assert audited.recall(CASE).actions[0].owner_id == verified.actor.id
    with databases.reading(raw) as connection:
        tables = (
            connection.execute(text("SELECT * FROM people")).all()
            + connection.execute(text("SELECT args, subject, reason, authority FROM decisions")).all()
        )
    assert "vic" not in str(tables).lower()
    assert VIC.id not in str(tables)


def test_after_a_person_was_forgotten_changing_the_shortened_text_is_still_found(audited: Ledger, raw: Engine) -> None:
    named = a_decision(comment_id="78", word="lead", args="@vic", subject=VIC.id, actor=DANA)
    audited.remember_decisions(CASE, [named], NOW)
    audited.erase_person("github", VIC.id, LATER)
    tamper(raw, "UPDATE decisions SET subject = '1001' WHERE word = 'lead'")
    assert any("was changed after" in problem for problem in audited.verify_audit().problems)


def test_a_number_in_a_sentence_is_not_taken_for_the_account_that_is_forgotten(audited: Ledger) -> None:
    said = a_decision(comment_id="79", args="merged in pull request 1002", actor=DANA)
    audited.remember_decisions(CASE, [said], NOW)
    audited.erase_person("github", VIC.id, LATER)
    assert audited.recall(CASE).decisions[-1].args == "merged in pull request 1002"


def test_what_cannot_be_read_any_more_is_a_problem_and_not_a_crash(audited: Ledger, raw: Engine) -> None:
    if raw.dialect.name == "postgresql":
        pytest.skip("PostgreSQL keeps to the types of its columns")
    tamper(raw, "UPDATE decisions SET at = 'yesterday', line = 'x' WHERE line = 0")
    assert any("never writes" in problem for problem in audited.verify_audit().problems)


def test_without_its_head_the_chain_is_not_written_on(audited: Ledger, raw: Engine) -> None:
    tamper(raw, "DELETE FROM audit_head")
    with pytest.raises(LedgerMismatch, match="no head"):
        audited.record_look(CASE, a_look(), LATER)
    assert audited.recall(CASE).looked_at == LATER
