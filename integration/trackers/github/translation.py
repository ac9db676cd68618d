"""GitHub's JSON → the nouns of the core. Pure: nothing is asked for here, and nothing is believed that a person with
access could fake.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from integration.postmortem.incident import Comment, CommentOrigin, Issue, IssueKey, IssueRef
from integration.postmortem.people import Person, PersonKind, Standing
from integration.postmortem.reading.markdown import read_markdown
from integration.trackers.github.identifiers import SITE, Place, repository_at
from integration.trackers.github.marks import due_in, origin_in, purpose_in
from integration.trackers.github.payloads import Account, FieldValue, Permission, Remark, Ticket
from integration.trackers.markers import Signer
from mappings.models import GithubDue, GithubTicket

ROLES = ("read", "triage", "write", "maintain", "admin")
# A deleted account shows as nobody at all; GitHub draws it as "ghost".
GHOST = Person(SITE, "0", "ghost", active=False)
_KINDS = {"Bot": PersonKind.BOT, "User": PersonKind.HUMAN, "Mannequin": PersonKind.HUMAN}
_PERMISSIONS = (("admin", "admin"), ("maintain", "maintain"), ("push", "write"), ("triage", "triage"), ("pull", "read"))


@dataclass(frozen=True)
class Reader:
    """What reading needs to know beside the answers: who we are, how we sign, and in which form tickets carry due
    dates.
    """

    service: Person
    signer: Signer
    form: GithubTicket

    def comment(self, remark: Remark, on: IssueKey, *, kept_by_author: bool | None = None) -> Comment:
        """Read one comment. ``kept_by_author`` says whether nobody but the author edited it, ``None`` where that is
        not known and its times have to do (S8).
        """
        author = person_of(remark.user)
        text = remark.body or ""
        is_ours = author.id == self.service.id
        return Comment(
            id=str(remark.id),
            author=author,
            created_at=_utc(remark.created_at),
            updated_at=_utc(remark.updated_at),
            raw=text,
            origin=self._origin(remark, author, kept_by_author=kept_by_author),
            purpose=purpose_in(self.signer, on, text) if is_ours else None,
            url=remark.html_url,
        )

    def _origin(self, remark: Remark, author: Person, *, kept_by_author: bool | None) -> CommentOrigin:
        if author.id == self.service.id:
            return CommentOrigin.OURS
        if remark.performed_via_github_app is not None or author.kind is not PersonKind.HUMAN:
            return CommentOrigin.APP
        # People with write access can change anybody's comment, and REST still names its author (TRACKERS section 0).
        is_kept = not remark.is_edited if kept_by_author is None else kept_by_author
        return CommentOrigin.PERSON if is_kept else CommentOrigin.REWRITTEN

    def issue(
        self,
        ticket: Ticket,
        *,
        case: IssueKey,
        comments: tuple[Comment, ...] = (),
        comments_capped: bool = False,
        public: bool = False,
        linked: bool = False,
        values: tuple[FieldValue, ...] = (),
    ) -> Issue:
        """Read one issue of the case that ``case`` names; markers of tickets are signed over the case."""
        author, body = person_of(ticket.user), ticket.body or ""
        is_ours = author.id == self.service.id
        return Issue(
            ref=ref_of(ticket),
            title=ticket.title,
            body=body,
            document=read_markdown(body),
            author=author,
            created_at=_utc(ticket.created_at),
            updated_at=_utc(ticket.updated_at),
            closed=ticket.state == "closed",
            closed_at=_utc(ticket.closed_at) if ticket.closed_at else None,
            closed_by=person_of(ticket.closed_by) if ticket.closed_by else None,
            state_reason=ticket.state_reason or "",
            status_name=ticket.state,
            labels=ticket.label_names,
            issue_type=ticket.type.name if ticket.type else "",
            assignees=tuple(person_of(account) for account in ticket.assignees or ()),
            due=self._due(ticket, values, is_ours=is_ours),
            comments=comments,
            comments_capped=comments_capped,
            public=public,
            locked=ticket.locked,
            purpose=purpose_in(self.signer, case, body) if is_ours else None,
            origin=origin_in(self.signer, SITE, body) if is_ours else None,
            linked=linked,
            reopen_with="open",
        )

    def _due(self, ticket: Ticket, values: tuple[FieldValue, ...], *, is_ours: bool) -> date | None:
        match self.form.due:
            case GithubDue.LINE:
                return due_in(ticket.body or "") if is_ours else None
            case GithubDue.MILESTONE:
                # Only the day means anything: https://docs.github.com/en/rest/issues/milestones#create-a-milestone
                return ticket.milestone.due_on.date() if ticket.milestone and ticket.milestone.due_on else None
            case GithubDue.ISSUE_FIELD:
                return _field_date(ticket.issue_field_values or values, self.form.due_field)


def _field_date(values: tuple[FieldValue, ...], name: str) -> date | None:
    for value in values:
        if (value.issue_field_name or value.name or "").casefold() == name.casefold():
            try:
                return date.fromisoformat(str(value.value)[:10])
            except ValueError:
                return None
    return None


def person_of(account: Account | None) -> Person:
    """Return the account as a person; a deleted one as the ghost, who may do nothing."""
    if account is None:
        return GHOST
    kind = _KINDS.get(account.type, PersonKind.APP)
    # A mannequin stands for somebody who was imported from elsewhere; nobody can log in as it.
    active = account.suspended_at is None and account.type in {"User", "Bot"}
    return Person(SITE, str(account.id), account.login, account.name or "", kind, active)


def ref_of(ticket: Ticket) -> IssueRef:
    """Return the present reference of an issue, as GitHub itself gives it."""
    return IssueRef(IssueKey(SITE, str(ticket.id)), str(place_of_ticket(ticket)), ticket.html_url)


def place_of_ticket(ticket: Ticket) -> Place:
    """Return where the issue is at present."""
    return Place(repository_at(ticket.repository_url), ticket.number)


def standing_of(person: Person, permission: Permission) -> Standing:
    """Return the person's standing; a custom role counts as the highest of the five that it includes.

    GitHub was asked by login, and logins change hands: an answer about another account grants nothing (S6).
    """
    if permission.user is None or str(permission.user.id) != person.id:
        return Standing(person)
    return Standing(person, role=_role(permission))


def _role(permission: Permission) -> str | None:
    if permission.role_name in ROLES:
        return permission.role_name
    if permission.role_name in {"", "none"} and permission.permission in {"", "none"}:
        return None
    allowed: Mapping[str, bool] = (permission.user.permissions if permission.user else None) or {}
    base = next((role for name, role in _PERMISSIONS if allowed.get(name)), None)
    return base or (permission.permission if permission.permission in ROLES else None)


def _utc(at: datetime) -> datetime:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
