"""Sync many accounts side by side: the time of all, against that of one alone.

    python -m benchmarks.accounts [--accounts 16] [--rows 3000] [--jobs 16] [--limit 60] [--pause 1]

Each account has a server of the sandbox, on loopback, that allows ``--limit`` calls a minute and answers each after
``--pause`` seconds: with the defaults, a call a second. All syncs are first ones, into new archives.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx

from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.serve import serve
from wacr_cli.sandbox.world import Row, World

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@dataclass
class Account:
    """The server of an account, which counts its calls."""

    app: Callable[[httpx.Request], httpx.Response]
    pause: float
    statuses: list[int] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request after the pause."""
        time.sleep(self.pause)
        response = self.app(request)
        self.statuses.append(response.status_code)
        return response


def make_world(rows: int, seed: int) -> World:
    """Return an account with so many messages, a minute apart."""
    chance = random.Random(seed)  # noqa: S311 - a plan, not a secret
    start = int(NOW.timestamp()) - 60 * rows

    def make_row(number: int) -> Row:
        when = start + 60 * number
        direction = chance.choice(("inbound", "outbound"))
        return Row(number, message=f"text {number}", direction=direction, created=when, updated=when, sent=when)

    return World(NOW, [make_row(number) for number in range(1, rows + 1)])


def measure(accounts: int, arguments: argparse.Namespace) -> float:
    """Sync so many new accounts; print their calls, and return the seconds."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        served = [
            Account(Sandbox(make_world(arguments.rows, seed), rate_limit=arguments.limit), arguments.pause)
            for seed in range(accounts)
        ]
        urls = [stack.enter_context(serve(account)).url for account in served]
        profiles = [f'[profiles.account{number}]\napi_url = "{url}"\n' for number, url in enumerate(urls)]
        (home / "config.toml").write_text("".join(profiles))
        environ = {"HOME": str(home), "WACR_CONFIG_DIR": str(home), "WACR_TOKEN": "x", "PATH": os.environ["PATH"]}
        words = ["sync", "--all-profiles", "--jobs", str(arguments.jobs), "--quiet"]
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "wacr_cli", *words], env=environ, check=True)
        seconds = time.perf_counter() - start
    statuses = [status for account in served for status in account.statuses]
    print(f"{accounts} accounts: {seconds:.1f} s, {len(statuses)} calls, {statuses.count(429)} refused")
    return seconds


def main() -> None:
    """Print the time of one account, that of all, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("accounts", 16), ("rows", 3000), ("jobs", 16), ("limit", 60)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--pause", type=float, default=1.0)
    arguments = parser.parse_args()
    alone = measure(1, arguments)
    print(f"ratio {measure(arguments.accounts, arguments) / alone:.2f}")


if __name__ == "__main__":
    main()
