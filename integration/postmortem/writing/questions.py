"""The one question that is put where nobody has asked for us: whether an issue is an incident (VOICE)."""

from integration.postmortem.writing.tree import Bullets, Code, Paragraph, Tree, line
from integration.postmortem.writing.wording import sentence


def question_tree(label: str) -> Tree:
    """Ask whether an issue that carries this label, or is of this type, is an incident."""
    why = line("One question, because this is marked ", Code(label), ": did something go wrong for people, or nearly?")
    yes = "If so: `/incident sev2` (sev1 is critical, sev3 minor, sev4 a near-miss). I then ask for the few things that help now."
    no = "If not: `/not-incident <why>`, and I will not ask again."
    return Tree(
        (Paragraph(why), Bullets((sentence(yes), sentence(no))), Paragraph(line("Nothing waits for the answer.")))
    )
