"""Legal holds (``hold``, ``release``, ``holds``), and ``erase``: on the ledger alone, so what is gone from its tracker is reached as well."""

from contextlib import closing

import click

from integration import clock
from integration.bootstrap import open_for_commands
from integration.commands.auditing import case_called
from integration.commands.printing import clean
from integration.commands.telling import answer, json_option
from integration.errors import ConfigError
from integration.ledger.ledger import Ledger
from integration.postmortem.dossier import Hold
from integration.postmortem.incident import IssueRef
from integration.postmortem.people import Person
from integration.settings import Settings

SITES = ("github", "jira")
LONGEST_REASON = 300

reason_option = click.option(
    "--reason", required=True, help="Why: a case number, say. It stays in the audit chain for good, so name nobody."
)


@click.command()
@click.argument("ref")
@reason_option
@json_option
def hold(ref: str, reason: str, as_json: bool) -> None:
    """Put an incident on legal hold: retention and erasing leave it alone until it is released.

    The reason is an entry of the audit chain. Exit code 0 as well where it was held already; the first reason stands.
    """
    with closing(open_for_commands(Settings.load())) as ledger:
        case, why = case_called(ledger, ref), _reason(ledger, reason)
        changed = ledger.hold(case, why, clock.now())
    _tell(case, "held", as_json, changed=changed, unchanged="it was on hold already; the first reason stands")


@click.command()
@click.argument("ref")
@reason_option
@json_option
def release(ref: str, reason: str, as_json: bool) -> None:
    """Release an incident from legal hold; retention and erasing reach it again.

    The reason is an entry of the audit chain.
    """
    with closing(open_for_commands(Settings.load())) as ledger:
        case, why = case_called(ledger, ref), _reason(ledger, reason)
        changed = ledger.release(case, why, clock.now())
    _tell(case, "released", as_json, changed=changed, unchanged="it was not on hold")


def _tell(case: IssueRef, state: str, as_json: bool, *, changed: bool, unchanged: str) -> None:
    if as_json:
        answer({"case": case.locator, "state": state, "changed": changed})
    else:
        click.echo(f"{case.locator}: {state if changed else unchanged}.")


def _reason(ledger: Ledger, reason: str) -> str:
    """Return the reason on one line. Raises ``UsageError`` where it is empty, long, or names somebody: the chain forgets nothing."""
    told = " ".join(clean(reason).split())
    if not 0 < len(told) <= LONGEST_REASON:
        raise click.UsageError(f"Please give the reason in 1 to {LONGEST_REASON} characters.")
    words = {word.strip(".,;:()@").casefold() for word in told.split()}
    if any(name.casefold() in words for name in ledger.names()):
        raise click.UsageError(
            "The audit chain keeps the reason for good, so please name nobody in it; a case number will do."
        )
    return told


@click.command()
@json_option
def holds(as_json: bool) -> None:
    """List the legal holds in force, with their reasons."""
    with closing(open_for_commands(Settings.load())) as ledger:
        found = ledger.holds()
    if as_json:
        answer(
            {
                "holds": [
                    {"case": f"{ref.key.site}:{ref.locator}", "since": each.since, "reason": each.reason}
                    for ref, each in found
                ]
            }
        )
        return
    for line in map(_held, found):
        click.echo(line)
    if not found:
        click.echo("Nothing is on legal hold.")


def _held(found: tuple[IssueRef, Hold]) -> str:
    ref, each = found
    return f"{ref.key.site}:{ref.locator}  since {each.since:%Y-%m-%d %H:%M %Z}: {each.reason}"


@click.group()
def erase() -> None:
    """Erase an incident's words, or a person, from the ledger; the audit chain stays whole."""


yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


@erase.command("incident")
@click.argument("ref")
@yes_option
@json_option
def erase_incident(ref: str, yes: bool, as_json: bool) -> None:
    """Erase what people wrote about an incident: titles, descriptions, lessons, the client, the words of commands.

    What keeps things from being done twice stays: who decided what and when, dates, categories, ids. The incident is left alone from then
    on. What its tracker shows, copies of the ledger, and pages that were exported are out of reach. An open incident, and one on legal hold, is
    not erased.
    """
    now = clock.now()
    with closing(open_for_commands(Settings.load())) as ledger:
        case = case_called(ledger, ref)
        found = ledger.dossier(case.key)
        is_lost = found is not None and found.lost_since is not None
        if is_lost:
            click.echo(
                f"{case.locator} cannot be reached in its tracker any more: this ledger is the last place that knows its words.",
                err=True,
            )
        _ask(f"Erase the words of {case.locator}? They cannot be brought back.", yes=yes)
        erased = ledger.erase_case(case, now)
    if as_json:
        answer({"case": case.locator, "erased": erased, "lost": is_lost})
        return
    click.echo(f"{case.locator}: {'its words are erased' if erased else 'its words were erased before'}.")
    if erased and not is_lost:
        click.echo("Its issue and tickets still say what they said; erase that in the tracker.")


@erase.command("person")
@click.argument("person", metavar="SITE:NAME")
@yes_option
@json_option
def erase_person(person: str, yes: bool, as_json: bool) -> None:
    """Forget a person: names and account id go, what was decided stays decided.

    SITE:NAME is `github:` or `jira:` with an account id, a handle, or a whole name. Texts that were read from a tracker follow at the next look
    after they were changed there; which incidents speak of the person is said, and of which no look follows any more. A person who took part
    in what is on legal hold is not erased.
    """
    site, name = _site(person)
    now = clock.now()
    with closing(open_for_commands(Settings.load())) as ledger:
        account = _account(ledger, site, name)
        speak = ledger.mentions(account)
        _ask(f"Forget {clean(account.called)} ({site}:{clean(account.id)})? It cannot be undone.", yes=yes)
        ledger.erase_person(account.site, account.id, now)
    within = [each.case.locator for each in speak if not each.is_lost]
    beyond = [each.case.locator for each in speak if each.is_lost]
    if as_json:
        answer({"erased": True, "change_in_tracker": within, "out_of_reach": beyond})
        return
    click.echo("The person is forgotten.")
    if within:
        click.echo(
            f"Titles, actions or lessons still speak of them; change that in the tracker, and the next look follows: {', '.join(within)}"
        )
    if beyond:
        click.echo(
            f"These cannot be reached any more, so no look follows; `followthrough erase incident` empties them: {', '.join(beyond)}"
        )


def _site(person: str) -> tuple[str, str]:
    site, colon, name = person.partition(":")
    if site not in SITES or not colon or not name.strip("@ "):
        raise click.BadParameter(f"{person!r} does not read like github:dana or jira:5b10ac8d82e05b22cc7d4ef5.")
    return site, name


def _account(ledger: Ledger, site: str, name: str) -> Person:
    found = ledger.persons_called(site, name)
    if not found:
        raise ConfigError(
            f"The ledger knows nobody called {clean(name)} on {site}.",
            remedy="Whoever was forgotten has no name any more.",
        )
    if len(found) > 1:
        ids = ", ".join(f"{site}:{clean(each.id)}" for each in found)
        raise ConfigError(f"Several accounts go by that name: {ids}.", remedy="Please name one by its id.")
    return found[0]


def _ask(question: str, *, yes: bool) -> None:
    if not yes:
        click.confirm(question, abort=True, err=True)
