"""The parts of GitHub's answers that are used. What else they hold is passed over; what does not fit is an outage, not
a crash.

https://docs.github.com/en/rest/issues/issues?apiVersion=2022-11-28#get-an-issue
"""

from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from integration.errors import TrackerUnavailable


class Payload(BaseModel):
    """A frozen piece of an answer."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Account(Payload):
    """An account; ``type`` is User, Bot, Organization or Mannequin."""

    login: str
    id: int
    type: str = "User"
    name: str | None = None
    suspended_at: str | None = None


class Label(Payload):
    """A label on an issue."""

    name: str = ""


class Milestone(Payload):
    """A milestone; ``due_on`` is an instant, of which only the day means anything."""

    number: int
    title: str = ""
    due_on: datetime | None = None


class IssueType(Payload):
    """An issue type of an organisation."""

    name: str = ""


class FieldValue(Payload):
    """The value of an issue field; its name is ``name`` in listings of values and ``issue_field_name`` elsewhere."""

    issue_field_id: int | None = None
    issue_field_name: str | None = None
    name: str | None = None
    value: Any = None


class Summary(Payload):
    """How many sub-issues an issue has."""

    total: int = 0


class Ticket(Payload):
    """An issue, or (with ``pull_request``) a pull request."""

    id: int
    node_id: str = ""
    number: int
    repository_url: str
    html_url: str = ""
    title: str = ""
    body: str | None = None
    user: Account | None = None
    labels: tuple[Label | str, ...] = ()
    state: str = "open"
    state_reason: str | None = None
    locked: bool = False
    assignees: tuple[Account, ...] | None = None
    milestone: Milestone | None = None
    comments: int = 0
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None
    closed_by: Account | None = None
    type: IssueType | None = None
    issue_field_values: tuple[FieldValue, ...] | None = None
    sub_issues_summary: Summary | None = None
    pull_request: dict[str, Any] | None = None
    performed_via_github_app: dict[str, Any] | None = None

    @property
    def label_names(self) -> frozenset[str]:
        """Return the names of the labels; older answers have them as bare texts."""
        return frozenset(label if isinstance(label, str) else label.name for label in self.labels)


class Remark(Payload):
    """A comment. It names its author and never whoever edited it."""

    id: int
    node_id: str = ""
    html_url: str = ""
    body: str | None = None
    user: Account | None = None
    created_at: datetime
    updated_at: datetime
    performed_via_github_app: dict[str, Any] | None = None

    @property
    def is_edited(self) -> bool:
        """Whether it was changed after it was written. GitHub tells whole seconds; servers that tell more may note a
        new comment's two times one after the other.
        """
        return abs(self.updated_at - self.created_at) >= timedelta(seconds=1)


class Happening(Payload):
    """One entry of an issue's history. Entries of some kinds have no actor."""

    event: str = ""
    actor: Account | None = None
    label: Label | None = None
    performed_via_github_app: dict[str, Any] | None = None


class Home(Payload):
    """A repository; ``internal`` ones count as private here, as ``private`` says."""

    full_name: str
    id: int = 0
    private: bool = True
    archived: bool = False
    default_branch: str = "main"
    permissions: dict[str, bool] | None = None


class Side(Payload):
    """One side of a pull request."""

    ref: str


class Pull(Payload):
    """A pull request, as far as evidence reads it.

    https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request
    """

    state: str
    user: Account | None = None
    merged_at: datetime | None = None
    merge_commit_sha: str | None = None
    base: Side


class Signed(Payload):
    """Who wrote or committed something, as git says it; only the time is used."""

    date: datetime


class GitCommit(Payload):
    """What git itself says of a commit."""

    committer: Signed


class Change(Payload):
    """A commit; ``author`` is ``None`` where git's address belongs to no account."""

    sha: str
    commit: GitCommit
    author: Account | None = None


class Compared(Payload):
    """How a commit lies to a branch; ``merge_base_commit`` is the commit itself where the branch contains it.

    https://docs.github.com/en/rest/commits/commits#compare-two-commits
    """

    status: str
    merge_base_commit: Change


class HeadRepository(Payload):
    """Where a run's code came from."""

    id: int


class Run(Payload):
    """A workflow run, as far as evidence reads it.

    https://docs.github.com/en/rest/actions/workflow-runs#get-a-workflow-run
    """

    status: str | None = None
    conclusion: str | None = None
    head_branch: str | None = None
    head_sha: str
    head_repository: HeadRepository | None = None
    run_started_at: datetime | None = None


class Permission(Payload):
    """What one account may do in a repository. ``permission`` folds triage into read and maintain into write."""

    permission: str = "none"
    role_name: str = ""
    user: "Permitted | None" = None


class Permitted(Payload):
    """The account that a permission is about, with the five permissions that a role adds up to."""

    id: int
    permissions: dict[str, bool] | None = None


class Field(Payload):
    """The definition of an issue field."""

    id: int
    name: str = ""
    data_type: str = ""


class Hook(Payload):
    """A webhook of a repository."""

    id: int
    active: bool = True
    config: dict[str, Any] = {}
    events: tuple[str, ...] = ()
    last_response: "LastResponse | None" = None


class LastResponse(Payload):
    """What our receiver answered to the last delivery; no code where none was made or answered."""

    code: int | None = None


class Meta(Payload):
    """What a server says of itself; only Enterprise Server has a version."""

    installed_version: str = ""


class HookConfig(Payload):
    """Where the webhook of an App goes; without one there is no address."""

    url: str | None = None
    secret: str | None = None
    content_type: str | None = None
    insecure_ssl: str | int | None = None


class Attempt(Payload):
    """One attempt to deliver a webhook; repeats keep the ``guid``."""

    id: int
    guid: str
    delivered_at: datetime
    status_code: int = 0
    event: str = ""
    repository_id: int | None = None


class AppPayload(Payload):
    """A GitHub App. Its owner is a user, an organisation or an enterprise."""

    id: int
    slug: str
    owner: "Owner | None" = None
    events: tuple[str, ...] = ()


class Owner(Payload):
    """Whoever owns an App, or has it installed; an enterprise has no login."""

    id: int
    login: str = ""


class Installation(Payload):
    """An App's installation on one account, with the permissions that it was given there."""

    id: int
    account: Owner | None = None
    permissions: dict[str, str] = {}
    suspended_at: datetime | None = None


class Minted(Payload):
    """A token that an installation was given."""

    token: str
    expires_at: datetime


class Contents(Payload):
    """A file; ``content`` is Base64 in lines."""

    content: str = ""
    sha: str


class Pointed(Payload):
    """What a branch points at."""

    sha: str


class Commit(Payload):
    """A branch."""

    object: Pointed


class Opened(Payload):
    """A pull request, as far as people are shown the way to it and told what became of it."""

    html_url: str
    state: str = "open"
    merged_at: datetime | None = None


Model = TypeVar("Model", bound=Payload)


def read(model: type[Model], body: object) -> Model:
    """Read one object. Raises :class:`TrackerUnavailable` for what has not the documented shape."""
    try:
        return model.model_validate(body)
    except ValidationError:
        # The details would repeat what people wrote.
        raise TrackerUnavailable(f"GitHub answered with no readable {model.__name__.lower()}.") from None


def read_all(model: type[Model], items: tuple[object, ...] | list[object]) -> tuple[Model, ...]:
    """Read a listing. Raises :class:`TrackerUnavailable` as :func:`read` does."""
    return tuple(read(model, item) for item in items)
