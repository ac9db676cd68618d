"""References to issues as people write them → the tracker's own way of calling them, inside one project only. What lies elsewhere is not read (S18)."""

import re

from integration.postmortem.incident import IssueRef

_ISSUE_PAGE = r"https?://[^\s/]+(?:/[^\s/]+)*?/{project}/issues/([1-9][0-9]{{0,9}})"
_BROWSE_PAGE = r"https?://[^\s/]+(?:/[^\s/]+)*?/browse/{project}-([1-9][0-9]{{0,9}})"


def read_reference(args: str, near: IssueRef) -> str:
    """Return the locator of the issue with which the arguments begin, of the same project as ``near``; empty where none is named.

    Read are ``#12``, ``owner/repo#12`` and ``KEY-12``, and the address of the issue's page.
    """
    word = next(iter(args.split()), "").rstrip(".,;:")
    project = re.escape(near.project)
    is_numbered = "#" in near.locator
    shapes = (
        (rf"(?:{project})?#([1-9][0-9]{{0,9}})", _ISSUE_PAGE.format(project=project))
        if is_numbered
        else (rf"{project}-([1-9][0-9]{{0,9}})", _BROWSE_PAGE.format(project=project))
    )
    for shape in shapes:
        if match := re.fullmatch(shape, word, re.IGNORECASE | re.ASCII):
            return f"{near.project}#{match[1]}" if is_numbered else f"{near.project}-{match[1]}"
    return ""
