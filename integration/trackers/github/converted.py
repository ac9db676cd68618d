"""Tells an issue that was converted into a discussion, which stays behind closed and locked, and shows it nowhere but in its history."""

from contextlib import suppress

from integration.errors import IssueNotFound
from integration.trackers.github.client import GitHubClient
from integration.trackers.github.payloads import Happening, Ticket, read_all
from integration.trackers.github.translation import place_of_ticket

# https://docs.github.com/en/rest/using-the-rest-api/issue-event-types#converted_to_discussion
CONVERTED = "converted_to_discussion"
PAGES = 2
"""Hundreds of events of its history that are looked through; the history of a ticket is shorter."""


def is_converted(client: GitHubClient, ticket: Ticket) -> bool:
    """Tell whether the issue was converted. Only one that is closed and locked is asked about: one call, which is free while nothing changed."""
    if ticket.state != "closed" or not ticket.locked:
        return False
    with suppress(IssueNotFound):
        history = client.pages(place_of_ticket(ticket).path("events"), most=PAGES)
        return any(event.event == CONVERTED for event in read_all(Happening, history.items))
    return False
