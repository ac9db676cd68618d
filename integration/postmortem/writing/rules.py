"""Where each check is explained: a page for each, in the folder ``docs/rules`` or under the address that the mapping names."""

from integration.postmortem.findings import Finding
from integration.postmortem.writing.tree import Code, Line, Link, Plain
from mappings.models import Policy

PAGES = "docs/rules"
"""Where each check has a page, in this project."""


def page_of(check: str) -> str:
    """Return the name of the page that explains a check: parts of a section share the section's."""
    family, _, rest = check.partition(".")
    return f"section.{rest.partition('.')[0]}" if family == "part" else check


def address_of(check: str, policy: Policy) -> str:
    """Return where the page of a check is: an address where the mapping names one, else its path in this project."""
    base = policy.service.wording.rules_at
    return f"{base.rstrip('/') if base else PAGES}/{page_of(check)}.md"


def named(finding: Finding, policy: Policy) -> Line:
    """Return the check by its name in brackets, with a link to its page where that has an address; nothing for what passed."""
    if finding.passed or finding.waived:
        return ()
    is_read_there = policy.service.wording.rules_at is not None
    name = Link(finding.check, address_of(finding.check, policy)) if is_read_there else Code(finding.check)
    return (Plain(" ("), name, Plain(")"))
