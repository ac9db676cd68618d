"""The admin page as its command serves it, in a process of its own, beside a service on sandbox trackers."""

import contextlib
import re
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.stage import Stage, stage
from tests.e2e.started import CLI, environment, short_folder, started, wait_until

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-sync"
)
SEVERITY = "# Deadlines and kinds of ours.\nseverities:\n  SEV1: {}\n  SEV2: {}\n  SEV3: {}\n  SEV4: {}\n"


@dataclass(frozen=True)
class AdminPage:
    """A running page: where it is, the link that it printed, its folder, and the service beside it."""

    url: str
    link: str
    mappings: Path
    data: Path
    service: Stage


@contextlib.contextmanager
def admin_page() -> Iterator[AdminPage]:
    """Run a service that has met one incident, and the admin page over its mappings."""
    with short_folder() as folder:
        data, mappings, log = folder / "data", folder / "mappings", folder / "admin.log"
        mappings.mkdir()
        (mappings / "severity.yaml").write_text(SEVERITY)
        with stage(data, environment={"FOLLOWTHROUGH_MAPPINGS_DIR": str(mappings)}) as service:
            service.github.as_person("dana").open_issue(
                "acme/shop", "Wrong prices", "It began at noon.", labels=["incident", "sev3"]
            )
            service.settle()
            bind = f"127.0.0.1:{free_port()}"
            env = environment(folder, **{**service.environment, "FOLLOWTHROUGH_ADMIN_BIND": bind})
            with started((*CLI, "admin"), folder, env, log):
                wait_until(lambda: "sign-in?key=" in log.read_text() and answers(bind), "the page")
                link = re.search(r"http\S+/sign-in\?key=\S+", log.read_text())
                assert link is not None
                yield AdminPage(f"http://{bind}", link[0], mappings, data, service)


def free_port() -> int:
    """Return a port that nobody listens on at present."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(bind: str) -> bool:
    """Tell whether somebody listens there."""
    host, _, port = bind.partition(":")
    with contextlib.suppress(OSError), socket.create_connection((host, int(port)), 1):
        return True
    return False
