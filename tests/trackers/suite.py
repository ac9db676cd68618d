"""The one Tracker suite: what every adapter has to do, told in terms of people. Each adapter brings a :class:`Harness`.

A module ``test_<tracker>_suite.py`` subclasses :class:`TrackerSuite` and offers a fixture ``world`` that yields its
harness. Every test
opens its own issues, so a world may be shared within a module.
"""

from datetime import date, datetime, timedelta
from typing import Protocol

import pytest

from integration.clock import now
from integration.errors import IssueNotFound, LockLost, RateLimited, TrackerUnavailable
from integration.postmortem.commands import (
    Command,
    EnsureActionTicket,
    EnsureAgreed,
    EnsureLabels,
    EnsureLinked,
    EnsureLinkedIncident,
    EnsureOpen,
    EnsureReply,
    EnsureStatusComment,
    Outcome,
    Result,
)
from integration.postmortem.document import plain_text
from integration.postmortem.facts import FactsNeeded
from integration.postmortem.incident import Case, CommentOrigin, Issue, IssueKey, IssueRef
from integration.postmortem.people import Person
from integration.postmortem.writing.tree import Bullets, Grid, Paragraph, Plain, Strong, Tree, line
from integration.trackers.base import Cursor, Tracker
from mappings.models import Policy

LABEL = "followthrough-action"


class Harness(Protocol):
    """A tracker with people in it: dana and omar work on the project, ``stranger`` does not.

    Everything that people do goes over the tracker's own interface. ``by`` and ``who`` are these names.
    """

    tracker: Tracker
    policy: Policy
    project: str
    # Whether the server can tie a ticket to its incident; where it cannot, what we remember is all that leads to it.
    has_links: bool

    def open_issue(self, by: str, title: str, body: str = "", labels: tuple[str, ...] = ()) -> IssueRef:
        """Open an issue in the project; ``body`` is plain paragraphs."""
        ...

    def comment(self, by: str, issue: IssueRef, text: str) -> str:
        """Comment, and return the comment's id."""
        ...

    def edit_comment(self, by: str, issue: IssueRef, comment_id: str, text: str) -> None:
        """Rewrite one's own comment or somebody else's; by a later instant than the comment's own."""
        ...

    def delete_comment(self, by: str, issue: IssueRef, comment_id: str) -> None:
        """Delete a comment."""
        ...

    def label(self, by: str, issue: IssueRef, label: str) -> None:
        """Add a label."""
        ...

    def assign(self, by: str, issue: IssueRef, who: str | None) -> None:
        """Make somebody, or nobody, the only assignee."""
        ...

    def set_due(self, by: str, issue: IssueRef, due: date) -> None:
        """Change the due date of a ticket where the mapping keeps it, as people would."""
        ...

    def close(self, by: str, issue: IssueRef) -> None:
        """Close (status category done)."""
        ...

    def delete_issue(self, issue: IssueRef) -> None:
        """Delete an issue for good."""
        ...

    def unlink(self, by: str, case: IssueRef, ticket: IssueRef) -> None:
        """Take the link between incident and ticket away."""
        ...

    def person(self, who: str) -> Person:
        """Return somebody as the adapter shows them; ``bot`` is our own account."""
        ...

    def written(self, who: str) -> str:
        """Return how people write somebody in an owner's column: ``@dana``, ``[~dana]``, a display name."""
        ...

    def texts(self, issue: IssueRef) -> tuple[str, ...]:
        """Return the raw comments, oldest first."""
        ...

    def issues(self) -> int:
        """Return how many issues the project has."""
        ...

    def writes(self) -> int:
        """Return how many writing requests our account has made so far."""
        ...

    def lose_next_answer(self, to: str) -> None:
        """Let the deed be done and the connection be cut: ``to`` is ``comment`` or ``ticket`` (its creation)."""
        ...

    def fail_next(self, status: int, retry_after: int | None = None) -> None:
        """Answer the next request of anybody with this status, undone."""
        ...

    def later(self) -> None:
        """Let a second pass on the tracker's clock."""
        ...


class Purse:
    """A budget that never ends, and remembers what was taken from it."""

    def __init__(self) -> None:
        self.spent: list[IssueRef] = []

    def __call__(self, issue: IssueRef) -> None:
        self.spent.append(issue)


def says(*words: str) -> Tree:
    """Return a tree of one paragraph for each text."""
    return Tree(tuple(Paragraph(line(text)) for text in words))


class Story:
    """What the tests say often, over one harness."""

    def __init__(self, world: Harness) -> None:
        self.world, self.purse = world, Purse()
        self.remembered: list[IssueRef] = []

    def incident(self, body: str = "Search shows recalled products.") -> IssueRef:
        return self.world.open_issue("dana", "Chatbot recommends recalled products", body, ("incident",))

    def look(self, case: IssueRef, *tickets: IssueRef) -> Case:
        remembered = () if self.world.has_links else tuple(ref for ref in self.remembered if ref not in tickets)
        return self.world.tracker.observe(case, (*remembered, *tickets), self.world.policy)

    def issue(self, ref: IssueRef) -> Issue:
        return self.look(ref).incident

    def ticket_command(self, case: IssueRef, action: str = "A1", owner: str = "dana") -> EnsureActionTicket:
        return EnsureActionTicket(
            case=case,
            action_id=action,
            project=self.world.project,
            title=f"{action}: Filter on product status",
            tree=says("Filter on product status before retrieval.", "Done when a recalled product is never shown."),
            owner=self.world.person(owner),
            due=date(2026, 12, 1),
            labels=frozenset({LABEL}),
            text="filter on product status before retrieval",
            description="Filter on product status before retrieval.",
        )

    def incident_command(self, case: IssueRef) -> EnsureLinkedIncident:
        return EnsureLinkedIncident(
            case=case,
            system="The e-mail assistant",
            purpose=f"incident:0123456789abcdef:{case.key.id}",
            project=self.world.project,
            title="The e-mail assistant: also affected",
            tree=says("It was found elsewhere."),
            labels=frozenset({"incident"}),
            issue_type=self.issue(case).issue_type,
        )

    def ticket(self, case: IssueRef, action: str = "A1", owner: str = "dana") -> IssueRef:
        outcome = self.apply(self.ticket_command(case, action, owner))
        assert outcome.result is Result.CHANGED
        assert outcome.ticket is not None
        return outcome.ticket

    def apply(self, command: Command, seek_since: datetime | None = None) -> Outcome:
        outcome = self.world.tracker.apply(command, self.world.policy, self.purse, seek_since=seek_since)
        if outcome.ticket is not None:
            self.remembered.append(outcome.ticket)
        return outcome


@pytest.fixture
def story(world: Harness) -> Story:
    """Tell what happens in the world."""
    return Story(world)


def a_while_ago() -> datetime:
    return now() - timedelta(minutes=1)


class TrackerSuite:
    """What every adapter does."""

    # Observing

    def test_an_incident_is_read_with_its_text_labels_and_author(self, story: Story, world: Harness) -> None:
        seen = story.issue(story.incident("Search shows recalled products."))
        assert seen.title == "Chatbot recommends recalled products"
        assert "incident" in seen.labels
        assert seen.author.id == world.person("dana").id
        assert "Search shows recalled products." in plain_text(seen.document.blocks)
        assert not seen.closed
        assert seen.created_at.tzinfo is not None

    def test_comments_come_in_order_with_their_author_and_raw_text(self, story: Story, world: Harness) -> None:
        case = story.incident()
        world.comment("dana", case, "/severity sev1 people were harmed")
        world.comment("omar", case, "I look into it.")
        comments = story.issue(case).comments
        assert [comment.raw for comment in comments] == ["/severity sev1 people were harmed", "I look into it."]
        assert [comment.author.id for comment in comments] == [world.person("dana").id, world.person("omar").id]
        assert {comment.origin for comment in comments} == {CommentOrigin.PERSON}

    def test_a_comment_that_somebody_else_rewrote_is_not_its_authors(self, story: Story, world: Harness) -> None:
        case = story.incident()
        mine = world.comment("dana", case, "Looks fine.")
        world.later()
        world.edit_comment("omar", case, mine, "/verify I ran the test")
        assert story.issue(case).comments[0].origin is CommentOrigin.REWRITTEN

    def test_a_command_that_its_own_author_corrected_is_still_theirs(self, story: Story, world: Harness) -> None:
        case = story.incident()
        mine = world.comment("dana", case, "/verify I run the test")
        world.later()
        world.edit_comment("dana", case, mine, "/verify I ran the test")
        assert story.issue(case).comments[0].origin is CommentOrigin.PERSON

    def test_a_closed_issue_says_who_closed_it_and_when(self, story: Story, world: Harness) -> None:
        case = story.incident()
        world.close("omar", case)
        seen = story.issue(case)
        assert seen.closed
        assert seen.closed_by is not None
        assert seen.closed_by.id == world.person("omar").id
        assert seen.closed_at is not None
        assert seen.reopen_with

    def test_linked_and_remembered_tickets_are_seen_and_those_that_are_gone_are_missing(
        self, story: Story, world: Harness
    ) -> None:
        case = story.incident()
        linked = story.ticket(case, "A1")
        alone = world.open_issue("omar", "An older ticket")
        gone = world.open_issue("omar", "A ticket that is deleted")
        world.delete_issue(gone)
        seen = story.look(case, alone, gone)
        assert {(ticket.ref.key, ticket.linked) for ticket in seen.tickets} == {
            (linked.key, world.has_links),
            (alone.key, False),
        }
        assert seen.missing == {gone.key}

    def test_a_deleted_incident_is_not_found(self, story: Story, world: Harness) -> None:
        case = story.incident()
        world.delete_issue(case)
        with pytest.raises(IssueNotFound):
            story.look(case)

    def test_an_issue_is_located_by_its_locator_and_checked_by_its_id(self, story: Story, world: Harness) -> None:
        case = story.incident()
        assert world.tracker.locate(case.key.id, case.locator).key == case.key

    def test_looking_twice_gives_the_same_and_writes_nothing(self, story: Story, world: Harness) -> None:
        case = story.incident()
        story.ticket(case)
        world.comment("dana", case, "On it.")
        before = world.writes()
        assert story.look(case) == story.look(case)
        assert world.writes() == before

    # Labels

    def test_labels_are_added_and_removed_and_peoples_labels_stay(self, story: Story, world: Harness) -> None:
        case = story.incident()
        world.label("omar", case, "checkout")
        world.label("omar", case, "sev2")
        outcome = story.apply(EnsureLabels(case, add=frozenset({"sev1"}), remove=frozenset({"sev2"})))
        assert outcome.result is Result.CHANGED
        assert story.issue(case).labels == {"incident", "checkout", "sev1"}

    def test_labels_that_are_so_already_cost_no_write(self, story: Story, world: Harness) -> None:
        case = story.incident()
        outcome = story.apply(EnsureLabels(case, add=frozenset({"incident"}), remove=frozenset({"sev4"})))
        # A tracker on which doing it twice is one harmless request may do it twice.
        assert outcome.result in {Result.UNCHANGED, Result.CHANGED}
        assert outcome.writes == len(story.purse.spent)
        assert story.issue(case).labels == {"incident"}

    # Comments

    def test_the_status_comment_is_written_found_again_and_edited_in_place(self, story: Story, world: Harness) -> None:
        case = story.incident()
        made = story.apply(EnsureStatusComment(case, None, says("Three things help now.")))
        assert made.result is Result.CHANGED
        ours = story.issue(case).comments[0]
        assert (ours.id, ours.purpose, ours.origin) == (made.created, "status", CommentOrigin.OURS)
        edited = story.apply(EnsureStatusComment(case, made.created, says("Two things help now.")))
        assert edited.created == made.created
        (text,) = world.texts(case)
        assert "Two things" in text
        assert "Three things" not in text

    def test_a_status_comment_that_was_deleted_is_a_refusal_and_no_outage(self, story: Story, world: Harness) -> None:
        case = story.incident()
        made = story.apply(EnsureStatusComment(case, None, says("Three things help now.")))
        world.delete_comment("omar", case, made.created)
        assert story.apply(EnsureStatusComment(case, made.created, says("Two."))).result is Result.REFUSED

    def test_a_reply_carries_its_purpose(self, story: Story) -> None:
        case = story.incident()
        made = story.apply(EnsureReply(case, "reply:reopen:1", says("I have opened this again.")))
        assert [(each.id, each.purpose) for each in story.issue(case).comments] == [(made.created, "reply:reopen:1")]

    def test_a_copied_marker_means_nothing_under_another_name(self, story: Story, world: Harness) -> None:
        case = story.incident()
        story.apply(EnsureStatusComment(case, None, says("Three things help now.")))
        world.comment("omar", case, world.texts(case)[0])
        assert [comment.purpose for comment in story.issue(case).comments] == ["status", None]

    def test_text_from_people_comes_out_as_text(self, story: Story, world: Harness) -> None:
        case = story.incident()
        hostile = "@omar [~omar] **x** {color:red}x{color} <b>x</b> https://evil.example #1 | a | PM-1 :tada:"
        tree = Tree(
            (
                Paragraph(line(Strong(hostile), Plain(hostile))),
                Bullets((line(hostile),)),
                Grid(("What", hostile), ((line(hostile), line("end")),)),
            )
        )
        story.apply(EnsureReply(case, "reply:text", tree))
        assert len(story.issue(case).comments) == 1

    # Tickets

    def test_an_action_becomes_a_linked_ticket_with_owner_due_date_and_labels(
        self, story: Story, world: Harness
    ) -> None:
        case = story.incident()
        ticket = story.ticket(case)
        (seen,) = story.look(case).tickets
        assert seen.ref.key == ticket.key
        assert seen.linked is world.has_links
        assert seen.purpose == "ticket:A1"
        assert seen.title == "A1: Filter on product status"
        assert [person.id for person in seen.assignees] == [world.person("dana").id]
        assert seen.due == date(2026, 12, 1)
        assert LABEL in seen.labels
        assert "Filter on product status before retrieval." in plain_text(seen.document.blocks)

    def test_an_affected_system_gets_a_linked_incident_of_its_own(self, story: Story, world: Harness) -> None:
        case = story.incident()
        outcome = story.apply(story.incident_command(case))
        assert outcome.result is Result.CHANGED
        assert outcome.ticket is not None
        (seen,) = story.look(case).tickets
        assert (seen.ref.key, seen.linked, seen.purpose) == (
            outcome.ticket.key,
            world.has_links,
            f"incident:0123456789abcdef:{case.key.id}",
        )
        assert (seen.title, seen.assignees, seen.due) == ("The e-mail assistant: also affected", (), None)
        opened = story.issue(outcome.ticket)
        assert "incident" in opened.labels
        assert opened.author.id == world.person("bot").id
        # It tells by itself where it comes from; the incident that it comes from, and an action's ticket, do not.
        assert opened.origin == case.key
        assert story.issue(case).origin is None
        assert story.issue(story.ticket(case)).origin is None
        assert opened.issue_type == story.issue(case).issue_type

    def test_a_linked_incident_whose_answer_was_lost_is_found_and_not_made_twice(
        self, story: Story, world: Harness
    ) -> None:
        case = story.incident()
        began, before = a_while_ago(), world.issues()
        world.lose_next_answer("ticket")
        with pytest.raises(TrackerUnavailable):
            story.apply(story.incident_command(case))
        story.apply(story.incident_command(case), seek_since=began)
        assert world.issues() == before + 1
        assert story.look(case).tickets[0].linked is world.has_links

    def test_an_owner_who_cannot_be_assigned_leaves_a_ticket_and_is_told(self, story: Story) -> None:
        case = story.incident()
        outcome = story.apply(story.ticket_command(case, owner="stranger"))
        assert outcome.result is Result.CHANGED
        assert outcome.shortfall
        (seen,) = story.look(case).tickets
        assert seen.assignees == ()
        assert seen.due == date(2026, 12, 1)

    def test_a_title_of_many_lines_becomes_one_of_at_most_200_characters(self, story: Story) -> None:
        case = story.incident()
        command = story.ticket_command(case)
        long = EnsureActionTicket(**{**vars(command), "title": "A1: line\nline\u202e" + "x" * 300})
        story.apply(long)
        (seen,) = story.look(case).tickets
        assert seen.title.startswith("A1: line line")
        assert len(seen.title) <= 200

    def test_owner_and_due_date_follow_what_was_agreed(self, story: Story, world: Harness) -> None:
        case = story.incident()
        ticket = story.ticket(case)
        outcome = story.apply(EnsureAgreed(ticket, world.person("omar"), date(2027, 1, 15)))
        assert outcome.result is Result.CHANGED
        (seen,) = story.look(case).tickets
        assert [person.id for person in seen.assignees] == [world.person("omar").id]
        assert seen.due == date(2027, 1, 15)

    def test_what_people_change_on_a_ticket_is_seen(self, story: Story, world: Harness) -> None:
        case = story.incident()
        ticket = story.ticket(case)
        world.assign("omar", ticket, "omar")
        world.set_due("omar", ticket, date(2027, 2, 1))
        (seen,) = story.look(case).tickets
        assert [person.id for person in seen.assignees] == [world.person("omar").id]
        assert seen.due == date(2027, 2, 1)

    def test_a_link_that_was_taken_away_is_made_again(self, story: Story, world: Harness) -> None:
        case = story.incident()
        ticket = story.ticket(case)
        if not world.has_links:
            assert story.apply(EnsureLinked(case, ticket)).result is Result.REFUSED
            return
        world.unlink("omar", case, ticket)
        assert [seen.linked for seen in story.look(case, ticket).tickets] == [False]
        assert story.apply(EnsureLinked(case, ticket)).result is Result.CHANGED
        assert [seen.linked for seen in story.look(case, ticket).tickets] == [True]

    # Opening again

    def test_a_closed_ticket_is_opened_again(self, story: Story, world: Harness) -> None:
        case = story.incident()
        ticket = story.ticket(case)
        world.close("dana", ticket)
        (seen,) = story.look(case).tickets
        assert seen.closed
        assert seen.closed_by is not None
        assert seen.reopen_with is not None
        outcome = story.apply(EnsureOpen(ticket, seen.reopen_with))
        assert (outcome.result, outcome.writes) == (Result.CHANGED, 1)
        assert not story.look(case).tickets[0].closed

    # When things go wrong

    def test_a_ticket_whose_answer_was_lost_is_found_and_not_made_twice(self, story: Story, world: Harness) -> None:
        case = story.incident()
        began, before = a_while_ago(), world.issues()
        world.lose_next_answer("ticket")
        with pytest.raises(TrackerUnavailable) as lost:
            story.apply(story.ticket_command(case))
        assert lost.value.may_have_happened
        found = story.apply(story.ticket_command(case), seek_since=began)
        assert world.issues() == before + 1
        (seen,) = story.look(case).tickets
        assert found.ticket is not None
        assert (seen.ref.key, seen.linked) == (found.ticket.key, world.has_links)

    def test_a_ticket_that_was_never_made_is_made_after_seeking(self, story: Story, world: Harness) -> None:
        case = story.incident()
        story.ticket(case, "A1")
        before = world.issues()
        story.apply(story.ticket_command(case, "A2"), seek_since=a_while_ago())
        assert world.issues() == before + 1

    def test_a_comment_whose_answer_was_lost_is_found_and_not_made_twice(self, story: Story, world: Harness) -> None:
        case = story.incident()
        began = a_while_ago()
        reply = EnsureReply(case, "reply:reopen:1", says("I have opened this again."))
        world.lose_next_answer("comment")
        with pytest.raises(TrackerUnavailable) as lost:
            story.apply(reply)
        assert lost.value.may_have_happened
        found = story.apply(reply, seek_since=began)
        assert found.created == story.issue(case).comments[0].id
        assert len(world.texts(case)) == 1

    def test_a_status_comment_whose_answer_was_lost_is_found_and_says_the_latest(
        self, story: Story, world: Harness
    ) -> None:
        case = story.incident()
        began = a_while_ago()
        world.lose_next_answer("comment")
        with pytest.raises(TrackerUnavailable):
            story.apply(EnsureStatusComment(case, None, says("Three things help now.")))
        story.apply(EnsureStatusComment(case, None, says("Two things help now.")), seek_since=began)
        (text,) = world.texts(case)
        assert "Two things" in text

    def test_a_tracker_that_is_down_is_unavailable(self, story: Story, world: Harness) -> None:
        case = story.incident()
        world.fail_next(503)
        with pytest.raises(TrackerUnavailable):
            story.look(case)

    def test_a_tracker_that_asks_to_wait_says_until_when(self, story: Story, world: Harness) -> None:
        case = story.incident()
        world.fail_next(429, retry_after=90)
        with pytest.raises(RateLimited) as limited:
            story.look(case)
        assert timedelta(seconds=60) < limited.value.until - now() < timedelta(seconds=120)

    def test_nothing_is_written_where_the_budget_or_the_lock_says_no(self, story: Story, world: Harness) -> None:
        case = story.incident()
        ticket = story.ticket(case)
        before = world.writes()

        def refuse(issue: IssueRef) -> None:
            raise LockLost("another worker has the case")

        for command in (
            EnsureLabels(case, add=frozenset({"sev1"})),
            EnsureStatusComment(case, None, says("x")),
            EnsureReply(case, "reply:x", says("x")),
            EnsureAgreed(ticket, world.person("omar"), date(2027, 1, 1)),
            story.ticket_command(case, "A2"),
        ):
            with pytest.raises(LockLost):
                world.tracker.apply(command, world.policy, refuse)
        assert world.writes() == before

    def test_every_write_is_asked_for_and_counted(self, story: Story, world: Harness) -> None:
        case = story.incident()
        before = world.writes()
        outcomes = [
            story.apply(EnsureLabels(case, add=frozenset({"sev1"}))),
            story.apply(EnsureStatusComment(case, None, says("x"))),
            story.apply(story.ticket_command(case)),
        ]
        made = world.writes() - before
        assert made == len(story.purse.spent) == sum(outcome.writes for outcome in outcomes)

    # Facts

    def test_a_written_name_means_the_account_or_nobody(self, story: Story, world: Harness) -> None:
        case = story.incident()
        dana, nobody = world.written("dana"), world.written("nobody-of-that-name")
        facts = world.tracker.look_up(case, FactsNeeded(names=frozenset({dana, nobody})), world.policy)
        assert [person.id for person in facts.people[dana] if person.active] == [world.person("dana").id]
        assert [person for person in facts.people[nobody] if person.active] == []

    def test_who_labelled_is_read_from_the_history(self, story: Story, world: Harness) -> None:
        case = story.incident()
        world.label("omar", case, "governed")
        needed = FactsNeeded(labellers=frozenset({"governed", "never-set"}))
        facts = world.tracker.look_up(case, needed, world.policy)
        assert {name: standing.person.id for name, standing in facts.labellers.items()} == {
            "governed": world.person("omar").id
        }

    def test_a_text_that_nobody_edited_is_its_authors(self, story: Story, world: Harness) -> None:
        facts = world.tracker.look_up(story.incident(), FactsNeeded(body_editor=True), world.policy)
        assert facts.body_editor is not None
        assert facts.body_editor.person.id == world.person("dana").id

    # Sweeping

    def test_a_sweep_lists_what_changed_and_goes_on_from_there(self, story: Story, world: Harness) -> None:
        case = story.incident()
        first = world.tracker.changed_since(world.project, Cursor())
        assert case.key in {issue.key for issue in first.issues}
        assert first.cursor.seen is not None
        world.later()
        world.comment("dana", case, "On it.")
        second = world.tracker.changed_since(world.project, first.cursor)
        assert case.key in {issue.key for issue in second.issues}
        assert second.cursor.seen is not None
        assert second.cursor.seen >= first.cursor.seen

    def test_our_account_and_its_scope_are_known(self, world: Harness) -> None:
        assert world.tracker.service().id == world.person("bot").id
        assert world.project in world.tracker.in_scope()

    @pytest.mark.parametrize("locator", ["", "x", "../../user#1", "acme/..#1", "PM-1/../../user", "acme/shop#1?x=1"])
    def test_a_locator_that_is_none_names_no_issue(self, world: Harness, locator: str) -> None:
        before = world.writes()
        ref = IssueRef(IssueKey(world.tracker.site, "999999999"), locator)
        with pytest.raises(IssueNotFound):
            world.tracker.locate("999999999", locator)
        with pytest.raises(IssueNotFound):
            world.tracker.observe(ref, (), world.policy)
        assert world.writes() == before
