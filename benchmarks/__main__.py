"""The figures of docs/benchmarks.md: each command is measured in turn with a minimal program for the same job.

    python -m benchmarks [GROUP…] [--wacr .venv/bin/wacr] [--runs 15] [--rows 100000] [--archive-rows 100000]

The groups are start, list, archive, walk, memory and limit; without a name, all of them run. Each has a home folder and
a token of its own. Measure an installed wheel (``pip install .``), not an editable clone. ``list``, ``walk`` and
``memory`` need nginx, which serves pages as files from loopback, and curl and jq. ``limit`` takes a minute.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx

from benchmarks import pages, timing
from benchmarks.timing import Command, Spread
from wacr_cli.archive.sqlite import SqliteStore
from wacr_cli.sandbox import world
from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.serve import serve

PROGRAMS = Path(__file__).parent / "programs"
CALLS, LIMIT = 90, 60
PAGE = 30
"""Messages in a list by default."""


@dataclass(frozen=True)
class Row:
    """A row of the table: the figures of wacr and of the reference, in one unit."""

    name: str
    unit: str
    ours: Spread
    reference: str
    theirs: Spread

    def __str__(self) -> str:
        ratio = self.ours.median / self.theirs.median
        own = " | ".join(_figure(value) for value in (self.ours.least, self.ours.median, self.ours.middle_half))
        return f"| {self.name} | {self.unit} | {own} | {self.reference} | {_figure(self.theirs.median)} | {ratio:.2f} |"


HEADING = """\
| wacr | unit | least | median | spread | against | its median | ratio |
|---|---|---|---|---|---|---|---|"""


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.0f}" if value >= 100 else f"{value:.1f}"


@dataclass(frozen=True)
class Bench:
    """What is measured and how often; ``folder`` exists while the benchmarks run."""

    wacr: Path
    runs: int
    rows: int
    archive_rows: int
    folder: Path
    environ: dict[str, str]

    @property
    def python(self) -> str:
        """The interpreter of wacr, which runs the references too."""
        return str(self.wacr.parent / "python")

    def program(self, name: str, *words: str) -> Command:
        """Return the command of a minimal program."""
        return [self.python, str(PROGRAMS / f"{name}.py"), *words]

    def against(self, line: str, reference: str, theirs: Command, *, name: str = "") -> Row:
        """Compare a command line of wacr with a reference, in milliseconds."""
        ours, other = timing.in_turn([self._ours(line), theirs], self.runs, self.environ)
        spreads = [Spread(tuple(1000 * run.seconds for run in some)) for some in (ours, other)]
        return Row(name or f"`{line}`", "ms", spreads[0], reference, spreads[1])

    def _ours(self, line: str) -> Command:
        return [str(self.wacr), *line.split()]

    def isolate(self, group: str) -> Bench:
        """Return the bench with a home folder and a token that no other group uses, so that no call limit is shared."""
        home = self.folder / f"home-{group}"
        home.mkdir()
        return replace(self, environ={**self.environ, "HOME": str(home), "WACR_TOKEN": f"benchmark-{group}"})

    # The groups.

    def start(self) -> Iterator[Row]:
        """Commands that make no call."""
        trivial, trivial_help = self.program("trivial"), self.program("trivial", "--help")
        yield self.against("--version", "trivial typer program", trivial)
        yield self.against("completion bash", "trivial typer program", trivial)
        yield self.against("--help", "its --help", trivial_help)
        yield self.against("messages list --help", "its --help", trivial_help)

    def list(self) -> Iterator[Row]:
        """Thirty messages from loopback, and from the sample workspace."""
        with self._pages() as url:
            pipe = f"curl -s '{url}/messages?page=1&per_page=30' | jq -r '.data[] | [.[]] | @csv'"
            csv, table = self.program("list_csv"), self.program("list_table")
            yield self.against("messages list --format csv", "typer, httpx and csv", csv)
            yield self.against("messages list --format table", "typer, httpx and rich", table)
            yield self.against("messages list --format csv", "curl and jq", timing.shell(pipe))
            yield self.against("--demo messages list --format csv", "typer, httpx and csv", csv)
            yield self.against("--demo messages list --format table", "typer, httpx and rich", table)

    def archive(self) -> Iterator[Row]:
        """Thirty messages from an archive."""
        place = self.folder / "archive.sqlite"
        _write_archive(place, self.archive_rows)
        yield self.against(
            f"messages list --archive-at {place} --status failed --format csv",
            "typer and sqlite3",
            self.program("archive", str(place)),
            name=f"`messages list --archive --status failed`, {self.archive_rows:,} messages",
        )

    def walk(self) -> Iterator[Row]:
        """All messages, against a plain program and against curl and jq."""
        with self._pages() as url:
            last = -(-self.rows // 100)
            pipe = f"curl -s '{url}/messages?page=[1-{last}]&per_page=100' | jq -r '.data[] | [.[]] | @csv'"
            commands = [self._ours("messages list --all --format csv"), self.program("list_all"), timing.shell(pipe)]
            ours, plain, curl = timing.in_turn(commands, self.runs, self.environ)
        lines = [{one.lines for one in runs} for runs in (ours, plain, curl)]
        if lines != [{self.rows + 1}, {self.rows + 1}, {self.rows}]:
            raise RuntimeError("not all rows were written")
        name = f"`--all --format csv`, {self.rows:,} messages"
        per_page = [Spread(tuple(1000 * run.seconds / last for run in runs)) for runs in (ours, plain)]
        yield Row(name, "ms a page", per_page[0], "httpx, json and csv", per_page[1])
        speeds = [Spread(tuple(self.rows / run.seconds for run in runs)) for runs in (ours, curl)]
        yield Row(name, "rows/s", speeds[0], "curl and jq", speeds[1])

    def memory(self) -> Iterator[Row]:
        """Peak memory by the number of rows."""
        runs = range(min(self.runs, 3))
        trivial = Spread(tuple(timing.peak(self.program("trivial"), self.environ) for _ in runs))
        with self._pages():
            for rows in self._limits:
                command = self._ours(f"messages list --limit {rows} --format csv")
                ours = Spread(tuple(timing.peak(command, self.environ) for _ in runs))
                yield Row(f"peak memory, {rows:,} messages", "MiB", ours, "trivial typer program", trivial)

    def limit(self) -> Iterator[Row]:
        """Calls under a rate limit: the time, against the least that the limit allows; refused calls are counted."""
        app = Sandbox(_world(100 * CALLS), rate_limit=LIMIT)
        statuses: list[int] = []

        def record(request: httpx.Request) -> httpx.Response:
            response = app(request)
            statuses.append(response.status_code)
            return response

        with serve(record) as server:
            environ = {**self.environ, "WACR_API_URL": server.url}
            del environ["WACR_RATE_LIMIT"]
            ours = timing.run(self._ours("messages list --all --format csv"), environ)
        minutes = (len(statuses) - 1) // LIMIT
        name = f"{len(statuses)} calls at {LIMIT} a minute, {statuses.count(429)} refused"
        yield Row(name, "s", Spread((ours.seconds,)), "the limit's arithmetic", Spread((60.0 * minutes,)))

    @property
    def _limits(self) -> tuple[int, ...]:
        return tuple(rows for rows in (1_000, 10_000, 100_000, 1_000_000) if rows <= self.rows)

    @contextmanager
    def _pages(self) -> Iterator[str]:
        """Serve the messages with nginx; yield the base URL, which the environment has too."""
        folder = self.folder / "pages"
        if not folder.exists():
            folder.mkdir()
            pages.write(folder, self.rows, (PAGE, *self._limits))
        with pages.served(folder) as url:
            self.environ["WACR_API_URL"] = url
            yield url


def _world(count: int) -> world.World:
    """Return an account of *count* messages, one a minute until now."""
    now = datetime.now(UTC)
    times = range(int(now.timestamp()) - 60 * count, int(now.timestamp()), 60)
    text = "Hi, is the goda masala ready? I'm near the shop."
    rows = (
        world.Row(number, interaction_id=number % 120, message=text, created=at, updated=at, sent=at)
        for number, at in enumerate(times, start=1)
    )
    return world.World(now, rows)


def _write_archive(place: Path, rows: int) -> None:
    """Write an archive of *rows* messages as a sync leaves it."""
    store = SqliteStore(place)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    store.prepare()
    for start in range(0, rows, 10_000):
        numbers = range(start + 1, min(rows, start + 10_000) + 1)
        with store.transaction():
            store.upsert([pages.row(number) for number in numbers], "inbound", now)
    with store.transaction():
        store.set_state("synced", {"at": now, "complete": True, "since": now})
    store.close()


GROUPS = {
    "start": Bench.start,
    "list": Bench.list,
    "archive": Bench.archive,
    "walk": Bench.walk,
    "memory": Bench.memory,
    "limit": Bench.limit,
}
TOOLS = ("nginx", "curl", "jq", "bash")


def main() -> None:
    """Measure, and print each row of the table when it is known."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.partition("\n")[0])
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"{', '.join(GROUPS)} [default: all]")
    parser.add_argument(
        "--wacr", type=Path, default=Path(sys.executable).parent / "wacr", help="the program to measure"
    )
    parser.add_argument("--runs", type=int, default=15, help="how often each command is run")
    parser.add_argument("--rows", type=int, default=100_000, help="messages that are served")
    parser.add_argument("--archive-rows", type=int, default=100_000, help="messages in the archive")
    args = parser.parse_args()
    if unknown := set(args.groups) - GROUPS.keys():
        parser.error(f"unknown group: {', '.join(sorted(unknown))}")
    if missing := [tool for tool in TOOLS if not shutil.which(tool)]:
        parser.error(f"not installed: {', '.join(missing)}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx may read as another user
        environ = {
            "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8",
            "WACR_RATE_LIMIT": "1000000",
        }
        bench = Bench(args.wacr.absolute(), args.runs, args.rows, args.archive_rows, folder, environ)
        print(HEADING, flush=True)
        for group in args.groups or GROUPS:
            for row in GROUPS[group](bench.isolate(group)):
                print(row, flush=True)


if __name__ == "__main__":
    main()
