"""Keeps docs/rules/ in step with the mappings: writes what each page says of its check, a frame for a check that has no page yet, and the index.

For developers: ``python -m scripts.rule_pages``. What stands outside the two marks of a page is written by hand and left as it is.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from integration.postmortem.linting import NOT_IN_A_FILE
from mappings.loading import load_policy
from mappings.models import Kind, Policy, Severity
from mappings.values import KindLevels, SeverityLevels

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs" / "rules"
BEGIN, END = "<!-- from the mappings: python -m scripts.rule_pages -->", "<!-- to here -->"
FRAME = "\n## Source\n\nOf our own making.\n\n## An example that fails\n\n## One that passes\n"
INDEX = """# Rules

Each check by the name that findings, `followthrough check` and `/waive` use: what it asks, why, and an example that fails and one that passes. The examples are
parts of [a good post-mortem](a-good-postmortem.md): put in place of its own, they are what `followthrough check` is tested with. Levels, wording and
parameters stand in `mappings/`, for each project if need be; see [mappings.md](../mappings.md).
"""


def known_checks(policy: Policy) -> Iterator[tuple[str, str]]:
    """Yield every check that has a page, with the group that the index shows it in. Parts of a section share the section's page."""
    yield from ((f"section.{section.id}", "Sections") for section in policy.postmortem.sections)
    yield from ((f"action.{field.id}", "Fields of an action") for field in policy.remediation.required)
    for check in policy.checks.checks:
        yield check.id, "On an issue" if check.id in NOT_IN_A_FILE else "In the text"


def generated(check: str, policy: Policy) -> str:
    """Return what the mappings say of a check, as Markdown."""
    family, _, name = check.partition(".")
    if family == "section":
        lines = _of_section(name, policy)
    elif family == "action":
        field = next(each for each in policy.remediation.required if each.id == name)
        asks = f"**Asks:** {field.ask}"
        lines = [asks, "", *_by_severity(field.levels), "", f"Set in `remediation.yaml` under `required.{name}`."]
    else:
        entry = policy.check(check)
        where = "needs an issue" if check in NOT_IN_A_FILE else "is made on files as well"
        lines = [f"**Asks:** {entry.asks}", "", f"**Why:** {entry.why}.", "", *_by_severity(entry.levels), ""]
        lines.append(f"Set in `checks.yaml` under `{check}`; the check {where}.")
    return "\n".join((BEGIN, *lines, END))


def _of_section(name: str, policy: Policy) -> list[str]:
    section = policy.section(name)
    lines = [f"**Asks:** {section.ask}", "", *_by_kind("the section", section.levels), ""]
    if section.when is not None:
        lines += [f"Asked for when the answer is yes or unknown: {policy.postmortem.question(section.when).text}", ""]
    if section.parts:
        lines += ["Its parts:", ""]
        lines += [f"- **{part.title}** (`part.{name}.{part.id}`): {part.ask}" for part in section.parts]
        lines += ["", *_by_kind("each part", section.parts_levels), ""]
    return [*lines, f"Set in `postmortem.yaml` under `sections.{name}`."]


def _by_severity(levels: SeverityLevels) -> list[str]:
    severities = tuple(Severity)
    return _table((*severities,), [levels.at(each) for each in severities])


def _by_kind(what: str, levels: KindLevels) -> list[str]:
    kinds = tuple(Kind)
    return _table(("weight of", *kinds), [what, *(levels.at(kind) for kind in kinds)])


def _table(header: Iterable[str], cells: Iterable[str]) -> list[str]:
    heads, row = [str(each) for each in header], [str(each) for each in cells]
    return [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads), f"| {' | '.join(row)} |"]


def page(check: str, policy: Policy, before: str | None) -> str:
    """Return a page with what the mappings say made anew; ``before`` is its text, ``None`` for a page that is not there."""
    text = before if before is not None else f"# `{check}`\n\n{BEGIN}\n{END}\n{FRAME}"
    return re.sub(
        rf"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: generated(check, policy), text, count=1, flags=re.DOTALL
    )


def index(policy: Policy) -> str:
    """Return the index of all pages."""
    groups: dict[str, list[str]] = {}
    for check, group in known_checks(policy):
        groups.setdefault(group, []).append(f"- [`{check}`]({check}.md): {_asked(check, policy)}")
    return "\n".join((INDEX, *(f"## {group}\n\n" + "\n".join(lines) + "\n" for group, lines in groups.items())))


def _asked(check: str, policy: Policy) -> str:
    family, _, name = check.partition(".")
    if family == "section":
        return policy.section(name).ask
    if family == "action":
        return next(each.ask for each in policy.remediation.required if each.id == name)
    return policy.check(check).asks


def main() -> int:
    """Write index and pages; return the process's exit code, 1 where a new page waits for its examples."""
    policy = load_policy(ROOT / "mappings").policy
    PAGES.mkdir(exist_ok=True)
    (PAGES / "README.md").write_text(index(policy), encoding="utf-8")
    new = []
    for check, _ in known_checks(policy):
        path = PAGES / f"{check}.md"
        before = path.read_text(encoding="utf-8") if path.exists() else None
        path.write_text(page(check, policy, before), encoding="utf-8")
        if before is None:
            new.append(check)
    if new:
        print(f"Source and examples are still to be written: {', '.join(new)}", file=sys.stderr)  # noqa: T201
    return 1 if new else 0


if __name__ == "__main__":
    raise SystemExit(main())
