"""Brings generated issues about from the command line: a look at their series now, under the usual lock, safe beside a running service."""

from collections.abc import Collection
from contextlib import closing

import click

from integration import logs
from integration.bootstrap import build
from integration.commands.cases import GOOD, OUTCOMES
from integration.commands.telling import answer
from integration.errors import ConfigError
from integration.postmortem.generated import Series
from integration.settings import Settings
from integration.wakeups import WakeUp
from integration.work import jobs
from integration.work.engine import Engine
from integration.work.kinds import wanted_series


def publish(settings: Settings, kinds: Collection[str], named: tuple[str, str] | None, as_json: bool) -> None:
    """Look at each series of these kinds that covers ``named``, or at all; say what came of it, and exit: 0 where all is well, else 1.

    Raises :class:`ConfigError` where the mapping publishes none.
    """
    logs.configure(settings)
    with closing(build(settings)) as parts:
        engine = parts.engine
        policy = engine.policies.in_force().policy
        wanted = [each for each in wanted_series(policy, engine.ledger) if each.kind in kinds]
        wanted = [each for each in wanted if named is None or named in each.covers]
        if not wanted:
            raise ConfigError(
                "The mapping publishes no such issue of this.",
                where=f"destinations.yaml, {', '.join(f'issues.{kind}.to' for kind in kinds)}",
                remedy="Name a place there; docs/mappings.md shows how. Without one, it can be printed.",
            )
        told = [_looked(engine, each) for each in wanted]
    if as_json:
        answer({place: said for place, said, _ in told})
    else:
        for place, said, _ in told:
            click.echo(f"{place}: {said}.")
    raise SystemExit(0 if all(is_well for *_, is_well in told) else 1)


def _looked(engine: Engine, series: Series) -> tuple[str, str, bool]:
    """Look at a series now; return its place and kind, what came of that in words, and whether all is well."""
    now, ref = engine.clock().timestamp(), series.ref
    engine.outstanding.wake([WakeUp(ref.key.site, ref.key.id, ref.locator, series.kind, now)], now)
    outcome = jobs.run(engine, str(ref.key))
    why = tuple(refusal.detail for refusal in engine.ledger.recall(ref).refusals)
    said = "; ".join((OUTCOMES.get(outcome, outcome), *why))
    what = "" if series.kind == "review" else f", {series.kind}"
    return f"{series.site}:{series.project}{what}", said, outcome in GOOD and not why
