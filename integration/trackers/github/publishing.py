"""Opens an issue that belongs to no case, such as a look-back, and finds it again by its marker. Never a second one for one purpose."""

from integration.errors import TrackerUnavailable
from integration.postmortem.people import Person
from integration.postmortem.writing.tree import Tree
from integration.trackers.github import escape
from integration.trackers.github.client import GitHubClient
from integration.trackers.github.identifiers import SITE, Repository
from integration.trackers.github.marks import mark_line, purpose_in
from integration.trackers.github.payloads import Home, Ticket, read, read_all
from integration.trackers.github.render import Renderer
from integration.trackers.github.translation import ref_of
from integration.trackers.listing import Published, place_key
from integration.trackers.markers import Signer

SOUGHT_PAGES = 10


def is_public(client: GitHubClient, repository: Repository) -> bool:
    """Tell whether everybody can read the repository."""
    return not read(Home, client.get_fresh(repository.path()).body).private


def publish(
    client: GitHubClient, signer: Signer, service: Person, repository: Repository, purpose: str, title: str, tree: Tree
) -> Published:
    """Open the issue, unless ours of that purpose is there. Raises :class:`TrackerUnavailable` where that cannot be told."""
    place = place_key(SITE, str(repository).casefold())
    pages = client.pages(
        repository.path("issues"), {"creator": service.handle, "state": "all", "sort": "created"}, most=SOUGHT_PAGES
    )
    for ticket in read_all(Ticket, pages.items):
        is_ours = ticket.user is not None and str(ticket.user.id) == service.id
        if is_ours and purpose_in(signer, place, ticket.body or "") == purpose:
            return Published(ref_of(ticket), is_new=False)
    if pages.capped:
        raise TrackerUnavailable("Our account opened too many issues there to tell whether this one is among them.")
    body = Renderer(str(repository)).markdown(tree, last=mark_line(signer, place, purpose))
    answer = client.write("POST", repository.path("issues"), {"title": escape.title(title, title), "body": body})
    return Published(ref_of(read(Ticket, answer.body)), is_new=True)
