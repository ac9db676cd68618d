"""What a look at one issue would come to, for the commands that ask; nothing is written to a tracker or the ledger."""

from contextlib import closing
from pathlib import Path

from integration import clock
from integration.bootstrap import Scope, connect_trackers, open_for_commands
from integration.commands.telling import read_ref, require_configured
from integration.settings import Settings
from integration.trackers.across import across
from integration.work.previewing import Preview, issue_named, preview
from mappings.loading import LoadedPolicy, load_policy
from mappings.models import Mode


def looked_ahead(ref: str, folder: Path | None = None) -> tuple[LoadedPolicy, Preview]:
    """Return the mappings of a folder (``None``: the usual one), as they lie there, and what a look at an issue would come to by them."""
    site, locator = read_ref(ref)
    settings = Settings.load()
    loaded = load_policy(folder or settings.mappings_dir)
    trackers = connect_trackers(settings, settings.signing_key())
    require_configured(trackers, site)
    allows = Scope(settings, trackers).allows
    tracker = across(trackers, site, allows)
    with closing(open_for_commands(settings)) as ledger:
        found = preview(
            issue_named(tracker, locator),
            tracker,
            ledger,
            loaded.policy,
            stamp=loaded.content_hash,
            mode=Mode(settings.mode),
            in_scope=allows,
            now=clock.now(),
        )
    return loaded, found
