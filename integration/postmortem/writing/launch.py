"""The one comment on a launch issue: what earlier incidents teach about it, how proven that is, and how each lesson was answered. Pure."""

from integration.postmortem.asking import FOR_LEARNING
from integration.postmortem.assessment import Assessment, LaunchView
from integration.postmortem.findings import Level
from integration.postmortem.incident import Case
from integration.postmortem.precedents import Precedent
from integration.postmortem.rules.crossing import Border
from integration.postmortem.rules.lessons import Offer, answered, border_of
from integration.postmortem.writing.tree import (
    Block,
    Grid,
    IssueLink,
    Line,
    Link,
    Paragraph,
    Plain,
    Small,
    Strong,
    Tree,
    line,
)
from integration.postmortem.writing.wording import count, sentence
from mappings.models import Policy

OPEN, DONE = "☐", "☑"


def launch_tree(assessment: Assessment, launch: LaunchView, case: Case, policy: Policy) -> Tree:
    """Return the comment. The boxes only display: what counts are the answers in comments."""
    small = _small_print(launch)
    shown = tuple(offer for offer in launch.offers if offer.source is not None)
    if not shown:
        said = f"None of the earlier incidents that I know resembles {launch.title} as it is described here. I look again every day until this closes."
        return Tree((Paragraph((Strong("Before this launch"), Plain(f" · {said}"))), *small))
    here = border_of(case.incident.ref, policy)
    rows = tuple(_row(offer, here, policy) for offer in shown)
    return Tree(
        (
            _headline(assessment, launch, shown),
            *_asking(launch),
            Grid(("No.", "Lesson", "From", "State"), rows),
            *small,
        )
    )


def _headline(assessment: Assessment, launch: LaunchView, shown: tuple[Offer, ...]) -> Paragraph:
    of = count(len({offer.source.key for offer in shown if offer.source}), "earlier incident", "earlier incidents")
    lead = Strong(f"Before this launch: {count(len(shown), 'lesson', 'lessons')} of {of}")
    waiting = sum(finding.blocks for finding in assessment.findings)
    open_ones = sum(offer.answer is None for offer in launch.offers if offer.source is not None)
    if waiting:
        state = f" · closing waits for {count(waiting, 'answer', 'answers')}"
    elif open_ones:
        state = f" · {count(open_ones, 'answer', 'answers')} would help, none holds it up"
    else:
        state = " · all answered, thank you"
    return Paragraph((lead, Plain(state)))


def _asking(launch: LaunchView) -> tuple[Block, ...]:
    first = next((offer.number for offer in launch.offers if offer.answer is None and offer.source is not None), None)
    if first is None:
        return ()
    said = f"They come from incidents that resemble {launch.title} as it is described here. "
    how = f"One line each: `/applied {first} <how>`, or `/not-applicable {first} <reason>`."
    return (Paragraph(sentence(said + how)),)


def _row(offer: Offer, here: Border, policy: Policy) -> tuple[Line, ...]:
    source = offer.source
    if source is None:
        raise AssertionError("a lesson without its incident is not shown")
    box = DONE if offer.answer is not None else OPEN
    proof: Line = () if offer.is_proven else (Strong("Not proven yet"), Plain(": "))
    text = offer.text or (
        policy.learning.lessons.withheld if source.lessons else "Its causes are known; no lesson is written yet."
    )
    what = f"Action: {text}" if offer.is_action else text
    return (line(f"{box} {offer.number}"), (*proof, Plain(what)), _origin(source, here), line(_state(offer)))


def _origin(source: Precedent, here: Border) -> Line:
    about = ", ".join(dict.fromkeys(category for category in source.categories if category))
    weight = f"{source.severity or 'unclassified'}{f' · {about}' if about else ''} · "
    if source.key.site == here.site and here.holds(source):
        return (Plain(weight), IssueLink(source.ref))
    # Across a border only a link, for those who have access there: it says no name of a place or client.
    return (Plain(weight), Link("incident", source.ref.url)) if source.ref.url else (Plain(weight + "an incident"),)


def _state(offer: Offer) -> str:
    if offer.answer is not None:
        return answered(offer.answer)
    waits = "closing waits for an answer" if offer.level is Level.BLOCK else "advice"
    source = offer.source
    if offer.is_action or source is None or not source.actions:
        return waits
    verified = sum(action.is_verified for action in source.actions)
    return f"{waits}; {verified} of {count(len(source.actions), 'action', 'actions')} verified there"


def _small_print(launch: LaunchView) -> tuple[Small, ...]:
    hidden = launch.confidential
    counted = (
        f"{count(hidden, 'more incident that resembles it is', 'more incidents that resemble it are')} confidential and only counted here. "
        if hidden
        else ""
    )
    return (
        Small(
            line(
                f"{counted}Resemblance is a matter of words; whether a lesson applies is for people to say. {FOR_LEARNING}"
            )
        ),
    )
