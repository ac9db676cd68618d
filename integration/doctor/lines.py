"""What ``doctor`` says: one line per thing that it looked at, passed or not, with the remedy. Values only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# Every line that there is, with what it asks. docs/doctor.md describes each; a test holds the two together.
LOOKED_AT = {
    "settings": "Are the settings sound, and is a tracker configured?",
    "mappings": "Do the mappings in the folder make a sound policy, and is it the one in force?",
    "secrets": "Is there a webhook secret for each tracker?",
    "redis": "Does Redis answer, keep what it is told, and never throw anything out?",
    "database": "Does the ledger's database answer, with the schema of this version?",
    "audit": "Is the audit chain whole?",
    "processes": "Do receiver, workers and scheduler go on?",
    "queue": "Is nothing waiting for longer than it should?",
    "parked": "Was no case set aside after failing too often?",
    "writing": "May the service write: no pause, no open breaker, nothing refused?",
    "connection": "Does the tracker answer, and does it know us?",
    "account": "Is our account an App or an account of its own, with no more rights than it needs?",
    "rights": "May our account do all that the work needs?",
    "webhook": "Is there one webhook to the receiver, active, signed, with the right events, and answered?",
    "labels": "Are the labels there that make an issue an incident and name its severity?",
    "fallbacks": "What does the server lack, and what is done instead?",
    "reopening": "Is there a way to open again what was closed too early?",
    "gate": "Does Jira's own workflow refuse to close what the gate field holds?",
    "visibility": "Who can read what is written there?",
    "route": "Can tickets be opened at the places to which routes lead?",
    "destination": "Can issues be published there, and who can read them?",
    "clock": "Do the tracker's clock and ours agree?",
    "token": "When does our token expire?",
    "people": "Who may decide, review and sponsor?",
}
EXPIRES_SOON = timedelta(days=14)


class State(StrEnum):
    """How a line came out; only ``FAILED`` makes the exit code 1."""

    PASSED = "passed"
    FAILED = "failed"
    ADVICE = "advice"
    UNKNOWN = "not known"


@dataclass(frozen=True)
class Line:
    """One thing that was looked at. ``name`` is one of :data:`LOOKED_AT`; ``place`` the repository or project, empty for the installation itself."""

    name: str
    state: State
    says: str
    remedy: str = ""
    place: str = ""

    def __post_init__(self) -> None:
        """Hold every line to the list that the documentation follows."""
        if self.name not in LOOKED_AT:
            raise ValueError(f"{self.name} is no line of doctor")


def passed(name: str, says: str, place: str = "") -> Line:
    """Return a line that is as it should be."""
    return Line(name, State.PASSED, says, "", place)


def failed(name: str, says: str, remedy: str, place: str = "") -> Line:
    """Return a line that has to be mended."""
    return Line(name, State.FAILED, says, remedy, place)


def advice(name: str, says: str, remedy: str = "", place: str = "") -> Line:
    """Return a line that works, and could be better."""
    return Line(name, State.ADVICE, says, remedy, place)


def unknown(name: str, says: str, remedy: str = "", place: str = "") -> Line:
    """Return a line that could not be found out."""
    return Line(name, State.UNKNOWN, says, remedy, place)


def token_line(whose: str, expires: datetime, now: datetime, place: str = "") -> Line:
    """Return the line about a token's end: to be mended from two weeks before."""
    says = f"{whose} expires on {expires:%Y-%m-%d}, in {(expires - now).days} days."
    if expires - now <= EXPIRES_SOON:
        return failed("token", says, "Make a new one, and put it in its setting: docs/runbook.md.", place)
    return passed("token", says, place)
