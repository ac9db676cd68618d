"""The command ``/evidence``: what is shown, and where. What it points at has to be there, and some claims say by whom (issue 5, "Evidence by kind")."""

from integration.postmortem.incident import Attachment
from integration.postmortem.reading.arguments import read_links
from integration.postmortem.reading.commands import Command
from integration.postmortem.rules.bench import Bench, Verdict, elsewhere_than, needs
from integration.postmortem.rules.exhibits import evidence_subject, file_subject
from mappings.models import Claim


def judge_evidence(said: Command, bench: Bench) -> Verdict:
    """Judge ``/evidence <claim> <link or file> [note]`` on an action's ticket."""
    if elsewhere := elsewhere_than(bench, ticket=True):
        return elsewhere
    claims = {claim.id: claim for claim in bench.policy.remediation.claims}
    word, _, proof = said.args.partition(" ")
    claim = claims.get(word.casefold())
    if claim is None:
        words = ", ".join(f"`{name}`" for name in claims)
        example = f"One of {words}, then a link: `/evidence tested <link>`"
        return Verdict.refuse("claim_unknown", "it needs to say what is shown", example)
    link = next(iter(read_links(proof)), "")
    file = next((each for each in bench.issue.attachments if each.name and each.name in proof), None)
    return _seen(claim, link, file, bench) or _said(claim, proof, link, file, bench)


def _seen(claim: Claim, link: str, file: Attachment | None, bench: Bench) -> Verdict | None:
    """Return the refusal of evidence that points at nothing."""
    if not link and file is None:
        return Verdict.refuse(
            "nothing_attached", "it needs a link or the name of a file attached here", f"For example: `{claim.line}`"
        )
    seen = bench.facts.exhibits.get(link) if link else None
    if seen is not None and not seen.found:
        return Verdict.refuse("not_there", f"I see no {seen.kind} at that address", "Please check the link.")
    return None


def _said(claim: Claim, proof: str, link: str, file: Attachment | None, bench: Bench) -> Verdict:
    name = file.name if file is not None else ""
    if claim.by_whom and not _beside(proof, link or name):
        return Verdict.refuse("by_whom", f"it needs a word on who {claim.id} it", f"For example: `{claim.line}`")
    subject = evidence_subject(claim.id, link) if link or file is None else file_subject(claim.id, file.id)
    return Verdict(True, claim.id, subject=subject, needs=needs(bench, "evidence"))


def _beside(proof: str, shown: str) -> str:
    """Return what is said beside the link or the file that is shown."""
    return proof.replace(shown, "", 1).strip(" \t<>()[]|.,:;")
