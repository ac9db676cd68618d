"""The story of the recalled products, step by step, the same on either tracker. Every step is checked against what people see there.

It tells what the service is for: nobody opens a new tool, the tracker itself asks, and nothing closes before the evidence is there.
"""

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from integration.sandbox.demo.teams import SERVICE, Seen, Team
from integration.sandbox.demo.teller import NotAsTold, Teller, Told
from integration.sandbox.demo.texts import LAUNCH, LAUNCH_TITLE, REPORT, TITLE, Dates, postmortem, written

ASKED_FIRST = ("Who leads the post-mortem?", "When did it begin", "Which client?", "/lead", "/note", "/client")
MISSING_IN_DRAFT = ("Where else?", "Action A1", "Action A2")
MISSING_AT_THE_END = ("Technical review", "Governance review")
RESULTS = "https://ci.example/replays"
LESSON = "has to be tested where the answer leaves the house"
WAITS = re.compile(r"closing waits for (\d+) answers?")


@dataclass
class Story:
    """One telling on one tracker. ``settled`` waits until the service has nothing more to do, and tells whether that came about."""

    team: Team
    tell: Teller
    settled: Callable[[], bool]
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    incident: str = ""
    tickets: tuple[str, ...] = ()
    launch: str = ""

    def play(self) -> bool:
        """Play every step; return whether all came out as told. What follows a step that did not is not played."""
        self.tell.chapter(f"On {self.team.name}")
        try:
            for step in STEPS:
                step(self)
        except NotAsTold:
            return False
        return True

    def report(self) -> None:
        """An incident is reported, and the tracker answers."""
        with self.tell.step(
            "Tom opens an issue and labels it as an incident, severity 1. The issue asks three things, and says that the rest can wait."
        ) as told:
            self.incident = self.team.open("tom", TITLE, REPORT)
            told.link = self.team.path(self.incident)
            self._until("the three questions", lambda seen: all(text in seen.status for text in ASKED_FIRST))

    def respond(self) -> None:
        """The questions are answered while the incident goes on."""
        with self._step(
            "The team answers in comments: who leads the post-mortem, which client, when it began. Nothing more is asked for now."
        ):
            self.team.say("gina", self.incident, f"/lead {self.team.mention('rita')}\n/client Nordlicht")
            self.team.say("tom", self.incident, "/note 09:00 release 41 went out")
            self._until(
                "no more questions", lambda seen: "Nothing more is needed from you until it is over" in seen.status
            )
        with self._step(
            "Dana stops it: /resolved. Now the comment lists what the post-mortem needs, the next steps first, with a deadline."
        ):
            self.team.say("dana", self.incident, "/resolved")
            self._until(
                "the list of parts",
                lambda seen: "full post-mortem" in seen.status and "closing is on hold" in seen.status,
            )

    def draft(self) -> None:
        """A first draft, with gaps."""
        with self._step(
            "Rita writes a first draft. The comment names what is missing: where else this is live, an owner, a date."
        ):
            self._write(complete=False)
            self._until("the gaps by name", lambda seen: all(text in seen.status for text in MISSING_IN_DRAFT))
            self.tell.check("no ticket yet", not self.team.tickets(self.incident), self.team.tickets(self.incident))

    def complete(self) -> None:
        """The post-mortem is complete, and its actions become tickets."""
        with self._step(
            "Rita fills the gaps. Both actions become linked tickets, each with owner and due date; the e-mail assistant, affected too, gets an incident."
        ):
            self._write(complete=True)
            self.tell.wait_for(
                "two linked tickets and an incident",
                lambda: len(self.team.tickets(self.incident)) == 3,
                lambda: self.team.tickets(self.incident),
            )
            self.tickets = self.team.tickets(self.incident)[:2]
            wanted = [("dana", self._day(5)), ("omar", self._day(15))]
            self.tell.wait_for("their owners and dates", lambda: self._agreed() == wanted, self._agreed)
            self._until(
                "both tickets in the table", lambda seen: all(_short(each) in seen.status for each in self.tickets)
            )

    def move_a_date(self) -> None:
        """A date is changed on the ticket, not in the post-mortem."""
        with self._step("Omar moves the date on his ticket. The comment shows the new date; nobody's text is touched."):
            before = self.team.see(self.incident).body
            self.team.move_due("omar", self.tickets[1], self._day(22))
            self._until("the new date in the table", lambda seen: self._day(22).isoformat() in seen.status)
            self.tell.check("the post-mortem as Rita wrote it", self.team.see(self.incident).body == before)

    def close_too_early(self) -> None:
        """A ticket is closed without evidence."""
        with self._step(
            "Dana closes her ticket. It opens again, with one comment: nothing shows yet that it works.",
            self.tickets[0],
        ):
            self.team.close("dana", self.tickets[0])
            self._until("the reason, once", lambda seen: not seen.is_closed and len(seen.ours) == 1, self.tickets[0])
            reason = self.team.see(self.tickets[0]).ours[0]
            self.tell.check("what would satisfy it", "/evidence tested" in reason and "/verify" in reason, reason)

    def verify_own_work(self) -> None:
        """The owner may not verify."""
        with self._step(
            "Dana adds a test as evidence and tries to verify it herself. Kindly refused: somebody else has to look.",
            self.tickets[0],
        ):
            self.team.say("dana", self.tickets[0], f"/evidence tested {RESULTS}/41")
            self.team.say("dana", self.tickets[0], "/verify it works, I looked")
            self._until("the refusal", lambda seen: "does not verify it" in seen.ours[-1], self.tickets[0])

    def verify(self) -> None:
        """Somebody independent verifies, and closing holds."""
        with self._step(
            "Vic, who did not work on it, verifies. Dana closes the ticket, and it stays closed.", self.tickets[0]
        ):
            self.team.say("vic", self.tickets[0], "/verify ran the replay: 1,000 questions, no recalled product")
            self._until("verified in the table", lambda seen: "verified" in seen.status)
            self.team.close("dana", self.tickets[0])
            self._stays_closed(self.tickets[0], comments=2)

    def verify_monitoring(self) -> None:
        """The second action needs evidence of another kind."""
        with self._step(
            "Omar shows in a replay that the new alert would have caught it; Vic verifies that, too. Closed for good.",
            self.tickets[1],
        ):
            self.team.say("omar", self.tickets[1], f"/evidence detected {RESULTS}/first-day")
            self.team.say("vic", self.tickets[1], "/verify watched the replay: the alert came after four minutes")
            self._quiet()
            self.team.close("omar", self.tickets[1])
            self._stays_closed(self.tickets[1], comments=0)

    def close_incident_too_early(self) -> None:
        """The incident is closed without its reviews."""
        with self._step("Tom closes the incident. It opens again and says what is missing: the two reviews."):
            before = len(self.team.see(self.incident).ours)
            self.team.close("tom", self.incident)
            self._until("the reason", lambda seen: not seen.is_closed and len(seen.ours) == before + 1)
            reason = self.team.see(self.incident).ours[-1]
            self.tell.check("both reviews by name", all(text in reason for text in MISSING_AT_THE_END), reason)

    def approve(self) -> None:
        """The reviewers approve, and the incident closes."""
        with self._step(
            "Vic approves the technical part, Gina approves for governance. The comment says that it is complete."
        ):
            self.team.say("vic", self.incident, "/approve technical")
            self.team.say("gina", self.incident, "/approve governance")
            self._until("that it may be closed", lambda seen: "complete, may be closed" in seen.status)
        with self._step("Rita closes the incident, for good."):
            before = len(self.team.see(self.incident).ours)
            self.team.close("rita", self.incident)
            self._stays_closed(self.incident, comments=before)

    def launch_elsewhere(self) -> None:
        """The launch of the second client is told what the first one learned, before it ships."""
        with self.tell.step(
            "Dana prepares the launch for the second client. Its issue is told the lesson of the first one's incident before anything ships."
        ) as told:
            self.launch = self.team.open_launch("dana", LAUNCH_TITLE, LAUNCH)
            told.link = self.team.path(self.launch)
            self._until(
                "the lesson, and that closing waits",
                lambda seen: LESSON in seen.status and WAITS.search(seen.status) is not None,
                self.launch,
            )
        with self._step("She closes it all the same. It opens again: the lesson has no answer yet.", self.launch):
            self.team.close("dana", self.launch)
            self._until("the reason, once", lambda seen: not seen.is_closed and len(seen.ours) == 2, self.launch)
            reason = self.team.see(self.launch).ours[-1]
            self.tell.check("which lesson", "Lesson 1" in reason and "/applied 1" in reason, reason)
        with self._step("She says how each was applied. Now the launch closes, and stays closed.", self.launch):
            waits = WAITS.search(self.team.see(self.launch).status)
            numbers = range(1, int(waits[1]) + 1) if waits else ()
            done = [f"/applied {number} a replay with recalled products runs before each release" for number in numbers]
            self.team.say("dana", self.launch, "\n".join(done))
            self._until("that all are answered", lambda seen: "all answered" in seen.status, self.launch)
            self.team.close("dana", self.launch)
            self._stays_closed(self.launch, comments=2)

    def _step(self, sentence: str, ref: str = "") -> "contextlib.AbstractContextManager[Told]":
        return self.tell.step(sentence, self.team.path(ref or self.incident))

    def _write(self, *, complete: bool) -> None:
        parts = postmortem(Dates(self.now), self.team.mention, complete=complete)
        self.team.rewrite("rita", self.incident, REPORT + "\n\n" + written(parts, self.team.markup))

    def _day(self, days: int) -> date:
        return (self.now + timedelta(days=days)).date()

    def _agreed(self) -> list[tuple[str, date | None]]:
        seen = [self.team.see(each) for each in self.tickets]
        return [(each.owner, each.due) for each in seen]

    def _until(self, what: str, is_so: Callable[[Seen], bool], ref: str = "") -> None:
        where = ref or self.incident
        self.tell.wait_for(what, lambda: is_so(self.team.see(where)), lambda: self.team.see(where))

    def _quiet(self) -> None:
        self.tell.check("the service at rest", self.settled(), f"{SERVICE} still has something to do")

    def _stays_closed(self, ref: str, *, comments: int) -> None:
        self._quiet()
        seen = self.team.see(ref)
        self.tell.check("closed", seen.is_closed, "it is open")
        self.tell.check("nothing more said about it", len(seen.ours) == comments, seen.ours)


STEPS: tuple[Callable[[Story], None], ...] = (
    Story.report,
    Story.respond,
    Story.draft,
    Story.complete,
    Story.move_a_date,
    Story.close_too_early,
    Story.verify_own_work,
    Story.verify,
    Story.verify_monitoring,
    Story.close_incident_too_early,
    Story.approve,
    Story.launch_elsewhere,
)


def _short(ref: str) -> str:
    return "#" + ref.rpartition("#")[2] if "#" in ref else ref
