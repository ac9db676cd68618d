"""What an admin answers when setting up, put into the mappings: comments and all that was written before stay as they are. Pure."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from mappings.clocks import Weekday
from mappings.loading import shipped_text
from mappings.service import Profile

FILES = ("service.yaml", "people.yaml", "clocks.yaml")


@dataclass(frozen=True)
class Account:
    """A person on one tracker: ``id`` decides (GitHub's number, Jira's account id), ``login`` and ``name`` are for reading."""

    site: str
    id: str
    login: str
    name: str = ""


@dataclass(frozen=True)
class Answers:
    """What was answered; ``None`` leaves what the mappings say."""

    profile: Profile | None = None
    governance_reviewer: Account | None = None
    sponsor: Account | None = None
    review_day: Weekday | None = None


def changed(texts: Mapping[str, str], answers: Answers) -> Mapping[str, str]:
    """Return the mapping files that the answers change, with their new texts; a file that is not in the folder starts as a new one."""
    wanted = {
        "service.yaml": _service(texts, answers),
        "people.yaml": _people(texts, answers),
        "clocks.yaml": _clocks(texts, answers),
    }
    return {name: text for name, text in wanted.items() if text is not None and text != texts.get(name)}


def _service(texts: Mapping[str, str], answers: Answers) -> str | None:
    if answers.profile is None:
        return None
    file = _File.of(texts, "service.yaml")
    return (
        file.text if file.data.get("profile") == answers.profile.value else file.put("profile", answers.profile.value)
    )


def _clocks(texts: Mapping[str, str], answers: Answers) -> str | None:
    if answers.review_day is None:
        return None
    file = _File.of(texts, "clocks.yaml")
    day = answers.review_day.value
    return file.text if file.data.get("review_day") == day else file.put("review_day", day)


def _people(texts: Mapping[str, str], answers: Answers) -> str | None:
    file = _File.of(texts, "people.yaml")
    for role, account in (
        ("governance_reviewers", answers.governance_reviewer),
        ("executive_sponsors", answers.sponsor),
    ):
        if account is not None:
            file = _with_role(file, role, account)
    return file.text


def _with_role(file: "_File", role: str, account: Account) -> "_File":
    people = file.data.get("people") or {}
    named = _known(people, account)
    holders = (file.data.get("roles") or {}).get(role) or []
    if named is not None and named in holders:
        return file
    name = named or _short_name(account, people)
    if named is None:
        entry = CommentedMap(name=account.name or account.login)
        if account.site == "github":
            entry |= {"github": account.login, "github_id": int(account.id)}
        else:
            entry["jira"] = account.id
        file = file.within("people", name, entry)
    return file.within("roles", role, _flow([*holders, name]))


def _known(people: Mapping[str, Any], account: Account) -> str | None:
    key = "github_id" if account.site == "github" else "jira"
    return next((name for name, entry in people.items() if str(entry.get(key, "")) == account.id), None)


def _short_name(account: Account, taken: Mapping[str, Any]) -> str:
    """Return a name for an entry that nobody has yet, made of what the tracker calls the person."""
    called = account.login if account.site == "github" else account.name
    base = re.sub(r"[^a-z0-9]+", "-", called.casefold()).strip("-")[:30].strip("-")
    base = base if base[:1].isalpha() else f"person-{base}".strip("-")
    return next(name for number in range(1, 1000) if (name := base if number == 1 else f"{base}-{number}") not in taken)


def _flow(values: list[str]) -> CommentedSeq:
    listed = CommentedSeq(values)
    listed.fa.set_flow_style()
    return listed


class _File:
    """One YAML file, read so that it can be written again with its comments."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.data: CommentedMap = _yaml().load(text) or CommentedMap()

    @classmethod
    def of(cls, texts: Mapping[str, str], name: str) -> "_File":
        # A file of the admin's own says only what differs; one that is missing begins with the line for editors.
        return cls(texts[name] if name in texts else shipped_text(name.removesuffix(".yaml")).splitlines()[0] + "\n")

    def put(self, key: str, value: Any) -> str:
        self.data[key] = value
        return self._written()

    def within(self, key: str, name: str, value: Any) -> "_File":
        inner = self.data.get(key)
        if not inner:
            inner = CommentedMap()
            self.data[key] = inner
        inner[name] = value
        return _File(self._written())

    def _written(self) -> str:
        out = io.StringIO()
        _yaml().dump(self.data, out)
        return out.getvalue()


NULL = "tag:yaml.org,2002:null"


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    # A key without a value stays `null`, as the files that ship say it.
    yaml.representer.add_representer(type(None), lambda writer, _: writer.represent_scalar(NULL, "null"))
    yaml.width = 10_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml
