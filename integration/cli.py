"""The command line: which commands there are and where each lives. A command's module is imported when that command runs, so that help, ``check``
and ``mappings`` start without a tracker library, a database or a queue.

Exit codes: 0 fine, 1 findings, 2 usage, configuration, or something that the command needs is not there.
"""

import importlib
import sys
from typing import Any

import click

from integration.errors import ConfigError, FollowthroughError

# Name → (module, what help says). A test compares the sentences with those of the commands themselves.
COMMANDS = {
    "demo": ("demo", "Play the story of the recalled products on sandbox trackers, with the whole service at work."),
    "up": (
        "running",
        "Run the whole service: receiver, workers, scheduler, and an embedded Valkey where none is named.",
    ),
    "serve": ("receiving", "Run the receiver alone."),
    "work": ("running", "Run one worker alone."),
    "schedule": ("running", "Run the scheduler alone."),
    "migrate": ("running", "Bring the ledger's database to the schema that this version expects."),
    "setup": (
        "setting_up_jira",
        "Make what the service needs in a repository or project: labels, forms, webhook, fields, and the first answers.",
    ),
    "doctor": (
        "examination",
        "Look at every connection, right, webhook, label, field and process, and say what to mend.",
    ),
    "healthcheck": ("health", "Tell whether a process of this machine goes on: receiver, worker or scheduler."),
    "lookback": (
        "lookback",
        "Look back at the last incidents of a project: what was written, tracked and shown to work, and what may have come back.",
    ),
    "check": (
        "checking",
        "Read Markdown post-mortems from files, or from standard input (-), and say what they still need; no tracker is asked.",
    ),
    "plan": ("cases", "Say what a look at an issue would find and do now, and do nothing."),
    "reconcile": ("cases", "Look at an issue now, and say what came of it."),
    "sweep": ("cases", "Ask the trackers what changed, and wake what did."),
    "pause": ("cases", "Stop writing, in one project or everywhere."),
    "resume": ("cases", "Write again, in one project or everywhere; closes a circuit breaker."),
    "templates": (
        "asking",
        "Make the templates that ask for what is judged: GitHub issue forms, a Jira description, or Markdown to paste.",
    ),
    "mappings": ("policy", "Check and explain the mappings."),
    "admin": (
        "administering",
        "Serve the admin page: edit the mappings, see mistakes at their line, preview, publish, roll back.",
    ),
    "trends": (
        "learning",
        "Say what the incidents of a window of time come to: causes, actions, post-mortems, projects, waivers.",
    ),
    "review": (
        "reviewing",
        "Say what is open, late, unverified, unanswered and about to expire: the weekly review, as of now.",
    ),
    "alike": ("learning", "List the earlier incidents that an incident resembles, and what became of their actions."),
    "backfill": (
        "backfill",
        "Read existing incidents into the ledger, and what our own comments tell of a ledger that was lost.",
    ),
    "deliveries": ("memory", "Show work that kept failing, and let it run again."),
    "audit": ("memory", "Check the audit chain."),
    "export": (
        "auditing",
        "Hand out everything that the ledger holds of an incident, for an audit, and say whether the audit chain vouches for it.",
    ),
    "hold": ("erasing", "Put an incident on legal hold: retention and erasing leave it alone until it is released."),
    "release": ("erasing", "Release an incident from legal hold; retention and erasing reach it again."),
    "holds": ("erasing", "List the legal holds in force, with their reasons."),
    "erase": ("erasing", "Erase an incident's words, or a person, from the ledger; the audit chain stays whole."),
    "backup": ("keeping", "Copy the SQLite ledger into a new FILE, while the service runs."),
    "restore": ("keeping", "Put a copy of the ledger back, with the service stopped."),
}


class Commands(click.Group):
    """Imports a command when it is asked for, and turns errors that a person can mend into one sentence and exit code 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"integration.commands.{COMMANDS[cmd_name][0]}")
        found = getattr(module, cmd_name)
        return found if isinstance(found, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentence) for name, (_, sentence) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except FollowthroughError as error:
            click.echo(str(error), err=True)
            ctx.exit(2)
        except foreseen() as error:
            click.echo(told(error), err=True)
            ctx.exit(2)


def foreseen() -> tuple[type[Exception], ...]:
    """Return what libraries raise when something outside is not as it should be; only of libraries that are imported by now."""
    names = (("mappings.errors", "MappingErrors"), ("redis", "RedisError"), ("sqlalchemy.exc", "DBAPIError"))
    found = (getattr(sys.modules[module], name) for module, name in names if module in sys.modules)
    return (OSError, *found)


def told(error: Exception) -> str:
    """Return one sentence about such an error, with what to do."""
    match type(error).__name__:
        case "MappingErrors":
            return str(error)
        case _ if isinstance(error, OSError) and error.filename:
            return str(ConfigError(f"{error.filename} cannot be used: {error.strerror}."))
        case name if "redis" in type(error).__module__:
            return f"Redis does not answer ({name}). Check that `followthrough up`, or the Redis that you named, still runs."
        case name if "sqlalchemy" in type(error).__module__:
            return f"The ledger's database does not answer ({name}). Check FOLLOWTHROUGH_DATABASE_URL and that the server runs."
        case name:
            return f"{name}: {error}"


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="followthrough", message="%(prog)s %(version)s")
def main() -> None:
    """Post-mortem governance for AI incidents, on GitHub Issues and Jira.

    Settings come from the environment and from `.env`. A REF is `github:owner/repo#12` or `jira:KEY-12`.
    """


if __name__ == "__main__":
    main(prog_name="followthrough")
