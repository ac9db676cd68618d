"""The REST routes of accounts, repositories, collaborators and pull requests."""

from integration.sandbox.github.asking import Answer, Ask, Route
from integration.sandbox.github.model import Json, Person, Repository
from integration.sandbox.github.pull_shapes import pull_request
from integration.sandbox.github.refusals import Refused, not_found

# What the permission route folds the five roles into; ``role_name`` keeps them apart.
_FOLDED = {"read": "read", "triage": "read", "write": "write", "maintain": "write", "admin": "admin"}
_ROOT = {
    "current_user_url": "/user",
    "current_user_authorizations_html_url": "/settings/connections/applications{/client_id}",
    "authorizations_url": "/authorizations",
    "code_search_url": "/search/code?q={query}{&page,per_page,sort,order}",
    "commit_search_url": "/search/commits?q={query}{&page,per_page,sort,order}",
    "emails_url": "/user/emails",
    "emojis_url": "/emojis",
    "events_url": "/events",
    "feeds_url": "/feeds",
    "followers_url": "/user/followers",
    "following_url": "/user/following{/target}",
    "gists_url": "/gists{/gist_id}",
    "issue_search_url": "/search/issues?q={query}{&page,per_page,sort,order}",
    "issues_url": "/issues",
    "keys_url": "/user/keys",
    "label_search_url": "/search/labels?q={query}&repository_id={repository_id}{&page,per_page}",
    "notifications_url": "/notifications",
    "organization_url": "/orgs/{org}",
    "organization_repositories_url": "/orgs/{org}/repos{?type,page,per_page,sort}",
    "organization_teams_url": "/orgs/{org}/teams",
    "public_gists_url": "/gists/public",
    "rate_limit_url": "/rate_limit",
    "repository_url": "/repos/{owner}/{repo}",
    "repository_search_url": "/search/repositories?q={query}{&page,per_page,sort,order}",
    "current_user_repositories_url": "/user/repos{?type,page,per_page,sort}",
    "starred_url": "/user/starred{/owner}{/repo}",
    "starred_gists_url": "/gists/starred",
    "user_url": "/users/{user}",
    "user_organizations_url": "/user/orgs",
    "user_repositories_url": "/users/{user}/repos{?type,page,per_page,sort}",
    "user_search_url": "/search/users?q={query}{&page,per_page,sort,order}",
}


def root(ask: Ask) -> Answer:
    """Answer where everything is."""
    return Answer({key: ask.api + suffix for key, suffix in _ROOT.items()})


def meta(ask: Ask) -> Answer:
    """Answer what the server says of itself; Enterprise Server tells its version."""
    shape: Json = {"verifiable_password_authentication": True}
    return Answer({**shape, "installed_version": "3.17.0"} if ask.api.endswith("/api/v3") else shape)


def me(ask: Ask) -> Answer:
    """Answer who asks; an App's installation token has no user."""
    if ask.person.app is not None:
        raise Refused(403, "Resource not accessible by integration")
    return Answer(ask.shapes.own_profile(ask.person))


def user_by_login(ask: Ask, login: str) -> Answer:
    """Answer an account by its login."""
    return _profile(ask, ask.site.people.get(login.lower()))


def user_by_id(ask: Ask, account_id: int) -> Answer:
    """Answer an account by its id."""
    return _profile(ask, ask.site.people_by_id.get(account_id))


def _profile(ask: Ask, person: Person | None) -> Answer:
    if person is None:
        raise not_found()
    return Answer(ask.shapes.profile(person))


def my_repositories(ask: Ask) -> Answer:
    """Answer the repositories in which the asker has a role."""
    if ask.grant is not None:
        raise Refused(403, "Resource not accessible by integration")
    login = ask.person.login.lower()
    own = [each for each in ask.site.repositories.values() if login in each.roles or each.owner is ask.person]
    own.sort(key=lambda each: each.full_name)
    return ask.page(own, lambda each: repository_shape(ask, each))


def repository_shape(ask: Ask, repository: Repository) -> Json:
    """Return a repository with what the asker may do there."""
    return {**ask.shapes.repository(repository), "permissions": repository.permissions_of(ask.viewer)}


def get_repository(ask: Ask, owner: str, name: str) -> Answer:
    """Answer one repository."""
    return Answer(ask.shapes.full_repository(ask.repository(owner, name), ask.viewer))


def list_issue_types(ask: Ask, owner: str, name: str) -> Answer:
    """Answer the issue types; 404 where the repository plays a server without them."""
    repository = ask.repository(owner, name)
    if "issue_types" not in repository.features or not repository.belongs_to_organisation:
        raise not_found()
    return Answer([])


def list_collaborators(ask: Ask, owner: str, name: str) -> Answer:
    """Answer who has a role here; writers may ask."""
    repository = ask.repository(owner, name, "write")
    people = [ask.site.people[login] for login in repository.roles]
    if repository.owner.kind != "Organization":
        people.insert(0, repository.owner)
    return ask.page(people, lambda each: _collaborator(ask, repository, each), repository)


def _collaborator(ask: Ask, repository: Repository, person: Person) -> Json:
    role = repository.role_of(person)
    return {
        **ask.shapes.user(person),
        "permissions": repository.permissions_of(person),
        "role_name": role or "none",
    }


def check_collaborator(ask: Ask, owner: str, name: str, login: str) -> Answer:
    """Answer 204 for a collaborator, 404 for anybody else."""
    repository = ask.repository(owner, name, "write")
    if login.lower() not in repository.roles and repository.owner.login.lower() != login.lower():
        raise not_found()
    return Answer(status=204)


def permission(ask: Ask, owner: str, name: str, login: str) -> Answer:
    """Answer what an account may do here; ``permission`` folds triage into read and maintain into write."""
    repository = ask.repository(owner, name)
    if not repository.allows(ask.person, "write"):
        raise Refused(403, "Must have push access to view collaborator permission.")
    person = ask.site.people.get(login.lower())
    if person is None:
        raise Refused(404, f"{login} is not a user")
    role = repository.role_of(person)
    return Answer(
        {
            "permission": _FOLDED[role] if role else "none",
            "user": _collaborator(ask, repository, person),
            "role_name": role or "none",
        }
    )


def get_pull_request(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Answer one pull request; 404 for an issue that is none."""
    issue = ask.issue(owner, name, number)
    if issue.pull is None:
        raise not_found()
    return Answer(pull_request(ask.shapes, issue, issue.pull))


_REPOSITORY = "/repos/<owner>/<name>"
ROUTES: tuple[Route, ...] = (
    ("GET", "/", root),
    ("GET", "/meta", meta),
    ("GET", "/user", me),
    ("GET", "/user/repos", my_repositories),
    ("GET", "/user/<int:account_id>", user_by_id),
    ("GET", "/users/<login>", user_by_login),
    ("GET", _REPOSITORY, get_repository),
    ("GET", f"{_REPOSITORY}/issue-types", list_issue_types),
    ("GET", f"{_REPOSITORY}/collaborators", list_collaborators),
    ("GET", f"{_REPOSITORY}/collaborators/<login>", check_collaborator),
    ("GET", f"{_REPOSITORY}/collaborators/<login>/permission", permission),
    ("GET", f"{_REPOSITORY}/pulls/<int:number>", get_pull_request),
)
