"""Scores the finding of sections against labelled documents: ``python -m benchmarks.sections FILE.jsonl [--wrong]``.

A line holds ``text``, ``format`` and ``gold``: section id → present, placeholder, inline or absent. Scored is
*present* against *placeholder* and *absent*; *inline* is left out. No prompts of the documents' templates are given.
"""

import json
import sys
from pathlib import Path

from integration.postmortem.document import Document
from integration.postmortem.reading.markdown import read_markdown, without_front_matter
from integration.postmortem.reading.sections import Sections, find_sections

HEADINGS: dict[str, tuple[str, ...]] = {
    "summary": (
        "summary",
        "executive summary",
        "tl;dr",
        "overview",
        "what happened",
        "abstract",
        "background",
        "synopsis",
    ),
    "timeline": ("timeline", "key events", "chronology", "sequence of events", "incident timeline", "event log"),
    "impact": (
        "impact",
        "blast radius",
        "who was affected",
        "consequences",
        "damage",
        "scope of impact",
        "affected users",
    ),
    "root_cause": (
        "root cause",
        "root causes",
        "cause",
        "why did it happen",
        "why did this happen",
        "root cause analysis",
    ),
    "contributing_factors": ("contributing factors", "contributory factors", "contributing causes"),
    "detection": ("detection", "identified", "how was it detected", "how we found out", "discovery", "detected by"),
    "resolution": ("resolution", "mitigation", "recovery", "fix", "remediation", "how was it resolved", "workaround"),
    "action_items": (
        *("action items", "actions", "follow-ups", "next steps", "corrective actions", "preventive measures"),
        *("prevention", "review actions", "actions following review", "remediation actions", "improvements"),
        *("prevention/followups", "how are we going to do better", "how are we going to do better in the future"),
    ),
    "lessons_learned": ("lessons learned", "lessons", "what went well", "what went wrong", "takeaways", "learnings"),
}


def sections_of(text: str) -> Sections:
    """Read a document as the tracker would show it, and find its sections."""
    document: Document = read_markdown(without_front_matter(text))
    return find_sections(document, HEADINGS)


def main(path: str, show_wrong: bool) -> None:
    """Print micro F1 of *present*, precision, recall, and the share of placeholders that were not taken for answers."""
    right = taken = missed = placeholders = rejected = 0
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        sections = sections_of(case["text"])
        for name, gold in case["gold"].items():
            found = sections.get(name)
            present = found is not None and found.has_substance
            placeholders += gold == "placeholder"
            rejected += gold == "placeholder" and not present
            right += present and gold == "present"
            missed += not present and gold == "present"
            taken += present and gold in {"placeholder", "absent"}
            if show_wrong and gold != "inline" and present != (gold == "present"):
                reason = found.why_empty if found else "not found"
                print(f"{case['id']}: {name} is {gold}; read: {found.heading if found else '-'!r} {reason}")
    precision, recall = right / (right + taken), right / (right + missed)
    print(f"F1 {2 * precision * recall / (precision + recall):.3f}  precision {precision:.3f}  recall {recall:.3f}")
    print(f"placeholders rejected: {rejected} of {placeholders}")


if __name__ == "__main__":
    main(sys.argv[1], "--wrong" in sys.argv)
