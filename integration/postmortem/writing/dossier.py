"""The dossier of an incident as a text, for an auditor who was not there: what happened, who decided what, what vouches for it. Pure."""

from datetime import datetime, timedelta

from integration.postmortem.dossier import EVIDENCE, RISKS, WAIVERS, Dossier, KeptAction, Taken
from integration.postmortem.reading.durations import in_words
from integration.postmortem.reading.spans import Spans
from integration.postmortem.writing.tree import (
    Block,
    Bullets,
    Code,
    Grid,
    Heading,
    IssueLink,
    Line,
    Mention,
    Paragraph,
    Plain,
    Small,
    Strong,
    Tree,
    line,
)
from integration.postmortem.writing.wording import count, day, moment

CONFIDENTIAL = "This incident is confidential. This page names its people and its client: for those with access only."
PERSONAL = (
    "This page names people. It is for those who audit the incident; not for performance evaluation or discipline."
)
ZONE = "UTC"


def dossier_title(dossier: Dossier) -> str:
    """Return the title: the incident as people call it, and its severity."""
    severity = f", {dossier.severity}" if dossier.severity else ""
    return f"{dossier.ref.locator}{severity}: {dossier.title or 'words erased or not known'}"


def dossier_tree(dossier: Dossier, now: datetime) -> Tree:
    """Return the whole dossier as one text, however long. All times are UTC."""
    blocks = [
        Paragraph(line(Strong(_verdict(dossier)))),
        *_warnings(dossier),
        *_facts(dossier),
        *_causes(dossier),
        *_actions(dossier),
        *_decided("Evidence and verifications", dossier.taken(EVIDENCE), "No evidence was given."),
        *_decided("Waivers", dossier.taken(WAIVERS), "Nothing was waived."),
        *_decided("Accepted risks", dossier.taken(RISKS), "No risk was accepted."),
        *_decided("All other decisions", dossier.others, "Nothing else was decided."),
        *_made(dossier),
        *_holds(dossier),
        *_chain(dossier),
        Small(line(f"From the ledger alone, as of {moment(now, ZONE)}. {PERSONAL}"), volatile=True),
    ]
    return Tree(tuple(blocks))


def _verdict(dossier: Dossier) -> str:
    chain = dossier.chain
    if chain.is_whole:
        return f"The audit chain is whole: {count(chain.entries, 'entry', 'entries')}, {len(chain.links)} of them about this incident."
    return f"The audit chain is not whole: {count(len(chain.problems), 'finding', 'findings')}, listed at the end. What stands here may have been changed."


def _warnings(dossier: Dossier) -> list[Block]:
    told = [CONFIDENTIAL] if dossier.is_confidential else []
    if dossier.lost_since:
        told.append(
            f"It cannot be found in its tracker since {moment(dossier.lost_since, ZONE)}; this ledger is the last place that knows of it."
        )
    if dossier.erased_at:
        told.append(f"What people wrote about it was erased here at {moment(dossier.erased_at, ZONE)}.")
    if any(hold.is_in_force for hold in dossier.holds):
        told.append("It is on legal hold: nothing of it is erased.")
    if alone := dossier.not_independent:
        told.append(
            f"{count(len(alone), 'decision was', 'decisions were')} not independent: taken by somebody about their own work."
        )
    if unconfirmed := sum(1 for each in dossier.decisions if not each.decision.confirmed):
        told.append(
            f"{count(unconfirmed, 'decision was', 'decisions were')} rebuilt from comments after a loss of the ledger, without effect."
        )
    return [Bullets(tuple(map(line, told)))] if told else []


def _facts(dossier: Dossier) -> list[Block]:
    rows = [
        ("Incident", line(IssueLink(dossier.ref))),
        ("Kind and severity", line(", ".join(filter(None, (dossier.kind, dossier.severity))) or "–")),
        ("Stands at", line(f"{dossier.phase or '–'}, mode {dossier.mode or '–'}")),
        ("Governed", line("yes" if dossier.is_governed else "no")),
        *([("Client", line(dossier.client))] if dossier.client else []),
        *((name, line(_at(at))) for name, at in _moments(dossier) if at is not None),
        *((name, line(in_words(length))) for name, length in _lengths(dossier.spans) if length is not None),
        ("Policy at the latest look", line(Code(dossier.policy or "–"))),
        *([("Text that was taken on", line(Code(dossier.adopted_digest)))] if dossier.adopted_digest else []),
    ]
    return [_heading("Facts"), Grid(("", "As of the latest look"), tuple((line(name), value) for name, value in rows))]


def _moments(dossier: Dossier) -> tuple[tuple[str, datetime | None], ...]:
    spans = dossier.spans
    return (
        ("Began", spans.began),
        ("Detected", spans.detected),
        ("Acknowledged", spans.acknowledged),
        ("Mitigated", spans.mitigated),
        ("Resolved", spans.resolved),
        ("Reported", dossier.opened_at),
        ("Post-mortem due", dossier.due_at),
        ("Authors were done", dossier.finished_at),
        ("Approved", dossier.approved_at),
        ("Closed", dossier.closed_at),
        ("Latest look", dossier.looked_at),
    )


def _lengths(spans: Spans) -> tuple[tuple[str, timedelta | None], ...]:
    return (("Time to detect", spans.to_detect), ("Time to resolve, from detection", spans.to_resolve))


def _causes(dossier: Dossier) -> list[Block]:
    blocks: list[Block] = []
    if dossier.causes:
        rows = tuple(
            tuple(line(word or "–") for word in (c.category, c.sub_category, c.phase, c.system)) for c in dossier.causes
        )
        blocks += [
            _heading("Root causes"),
            Grid(("Category", "Sub-category", "Phase of the lifecycle", "System"), rows),
        ]
    if dossier.recommendations:
        blocks += [_heading("Recommendations to governance"), Bullets(tuple(map(line, dossier.recommendations)))]
    if dossier.lessons:
        blocks += [_heading("Lessons"), Bullets(tuple(map(line, dossier.lessons)))]
    return blocks


def _actions(dossier: Dossier) -> list[Block]:
    if not dossier.actions:
        return [_heading("Actions"), Paragraph(line("No action has a ticket."))]
    header = ("Action", "Ticket", "Owner, and who owned it", "Due, and earlier dates", "State", "Needs")
    return [_heading("Actions"), Grid(header, tuple(map(_action, dossier.actions)))]


def _action(action: KeptAction) -> tuple[Line, ...]:
    state = action.outcome or "never judged"
    settled = f" since {_at(action.settled_at)}" if action.settled_at else ""
    until = f", until {action.until}" if action.until else ""
    answer = {"fund": "granted", "decline": "declined"}.get(action.answer, "not answered") if action.needs else ""
    return (
        line(f"{action.action_id} {action.description}"),
        line(IssueLink(action.ticket)) if action.ticket else line("–"),
        _owners(action),
        line("; ".join((day(action.due), *(each.isoformat() for each in action.dates if each != action.due)))),
        line(f"{state}{settled}{until}"),
        line(f"{action.needs}: {answer}" if action.needs else "–"),
    )


def _owners(action: KeptAction) -> Line:
    if action.owner is None and not action.owners:
        return line("nobody")
    first = [Mention(action.owner)] if action.owner else [Plain("nobody now")]
    past = [person for person in action.owners if action.owner is None or person.id != action.owner.id]
    parts: list[Plain | Mention] = [*first]
    for person in past:
        parts += [Plain("; "), Mention(person)]
    return tuple(parts)


def _decided(title: str, taken: tuple[Taken, ...], none: str) -> list[Block]:
    heading = _heading(f"{title} ({len(taken)})" if taken else title)
    if not taken:
        return [heading, Paragraph(line(none))]
    header = ("When", "On", "What", "Who", "By what right", "Outcome", "Comment, text, policy", "Entry")
    return [heading, Grid(header, tuple(map(_row, taken)))]


def _row(taken: Taken) -> tuple[Line, ...]:
    decision = taken.decision
    # How it was bound: the digest of the comment, of the text or evidence it was about, and the policy by which it was judged.
    bound = " · ".join(each for each in (decision.comment_digest, decision.subject, decision.policy) if each)
    return (
        line(_at(decision.at)),
        line(taken.where),
        line(Code(f"/{decision.word} {decision.args}".strip())),
        line(decision.by),
        line(decision.authority or "none"),
        line(_outcome(taken)),
        line(Code(bound) if bound else "–"),
        line(str(taken.entry)),
    )


def _outcome(taken: Taken) -> str:
    decision = taken.decision
    said = f"granted: {decision.reason}" if decision.accepted else f"refused: {decision.reason}"
    return said if decision.confirmed else f"{said} (unconfirmed, without effect)"


def _made(dossier: Dossier) -> list[Block]:
    made = tuple(
        (line(_at(each.opened_at)), line(each.purpose), line(each.created or "–"), line(each.state.value))
        for each in dossier.made
    )
    known = {each.purpose for each in dossier.made}
    told = tuple(
        (line(_at(at)), line(purpose), line("–"), line("said")) for purpose, at in dossier.told if purpose not in known
    )
    if not (made or told):
        return []
    return [
        _heading("What the service made and said"),
        Grid(("When", "Purpose", "What it is", "State"), (*made, *told)),
    ]


def _holds(dossier: Dossier) -> list[Block]:
    if not dossier.holds:
        return []
    rows = tuple(
        (
            line(_at(h.since)),
            line(h.reason),
            line(_at(h.released_at) if h.released_at else "in force"),
            line(h.release_reason or "–"),
        )
        for h in dossier.holds
    )
    return [_heading("Legal holds"), Grid(("Since", "Why", "Released", "Why released"), rows)]


def _chain(dossier: Dossier) -> list[Block]:
    chain = dossier.chain
    blocks: list[Block] = [
        _heading("The audit chain"),
        Paragraph(
            line(
                "The chain ends at ", Code(chain.head), ". It speaks of people and of free text by salted digests only."
            )
        ),
    ]
    if chain.problems:
        blocks.append(Bullets(tuple(map(line, chain.problems))))
    rows = tuple(
        (line(str(each.seq)), line(each.at), line(each.kind), line(Code(each.body)), line(Code(each.hash)))
        for each in chain.links
    )
    return [*blocks, Grid(("Entry", "At", "Kind", "What it says", "Hash"), rows)] if rows else blocks


def _heading(text: str) -> Heading:
    return Heading(line(text), 2)


def _at(at: datetime) -> str:
    return moment(at, ZONE)
