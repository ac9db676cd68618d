"""Issues that a text names, as people write them: ``#12``, ``acme/shop#12``, an address of GitHub's, ``SHOP-12``. Which of them exist is not known here."""

import re

from integration.postmortem.incident import IssueRef

_HASH = re.compile(r"(?<![\w/&])(?:([A-Za-z0-9][\w-]*/[\w.-]+))?#([1-9]\d{0,9})\b", re.ASCII)
_ADDRESS = re.compile(r"https?://[^/\s]+/([A-Za-z0-9][\w-]*/[\w.-]+)/issues/([1-9]\d{0,9})\b", re.ASCII)
_KEY = re.compile(r"(?<![\w-])([A-Z][A-Z0-9_]+-[1-9]\d{0,9})\b(?!-)", re.ASCII)


def named_in(text: str, home: IssueRef) -> tuple[tuple[str, str], ...]:
    """Return (site, locator) of the issues that a text names, in order; a bare ``#12`` is of the repository of ``home``."""
    found = [(match.start(), "github", f"{match[1]}#{match[2]}") for match in _ADDRESS.finditer(text)]
    at_home = home.project if "#" in home.locator else ""
    for match in _HASH.finditer(text):
        if match[1] or at_home:
            found.append((match.start(), "github", f"{match[1] or at_home}#{match[2]}"))
    found += [(match.start(), "jira", match[1]) for match in _KEY.finditer(text)]
    return tuple(dict.fromkeys((site, locator) for _, site, locator in sorted(found)))


def near_home(text: str, home: IssueRef) -> tuple[str, ...]:
    """Return the locators of issues on the tracker of ``home`` that a text names."""
    return tuple(locator for site, locator in named_in(text, home) if site == home.key.site)
