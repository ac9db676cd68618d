"""Rights in words that can be read aloud: who has an authority, as one of them or as all."""

from mappings.models import Authority

_ALL = {
    Authority.PARTICIPANT: "those who take part in this incident",
    Authority.TRIAGE: "people with triage rights here",
    Authority.WRITE: "people with write rights here",
    Authority.ADMIN: "administrators of this project",
}
_ONE = {
    Authority.PARTICIPANT: "somebody who takes part",
    Authority.TRIAGE: "somebody with triage rights",
    Authority.WRITE: "somebody with write rights",
    Authority.ADMIN: "an administrator",
}


def by_right(needed: Authority) -> str:
    """Return who has an authority."""
    return _ALL.get(needed, "active people")


def one_by_right(needed: Authority) -> str:
    """Return one who has an authority."""
    return _ONE.get(needed, "somebody")
