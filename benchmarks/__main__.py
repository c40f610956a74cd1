"""Measure the figures of docs/benchmarks.md, each against a reference that runs in turn with it.

    python -m benchmarks [GROUP…] [--wacr .venv/bin/wacr] [--runs 15] [--rows 100000] [--archive-rows 100000]

The groups are start, list, archive, walk, memory and limit; all, where none is named. For figures that mean something,
install the wheel (``pip install .``), not an editable clone, and run each command once before. ``list``, ``walk`` and
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
from dataclasses import dataclass
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
"""Messages that a list has where nobody says how many."""


@dataclass(frozen=True)
class Row:
    """A line of the table: what was measured, in which unit, of wacr and of the reference that is named."""

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
    """What is measured, and how often; ``folder`` is there for as long as that takes."""

    wacr: Path
    runs: int
    rows: int
    archive_rows: int
    folder: Path
    environ: dict[str, str]

    @property
    def python(self) -> str:
        """The interpreter that runs wacr, and so the references."""
        return str(self.wacr.parent / "python")

    def program(self, name: str, *words: str) -> Command:
        """One of the minimal programs."""
        return [self.python, str(PROGRAMS / f"{name}.py"), *words]

    def against(self, line: str, reference: str, theirs: Command, *, name: str = "") -> Row:
        """Milliseconds of a command line of wacr, against those of a reference."""
        ours, other = timing.in_turn([self._ours(line), theirs], self.runs, self.environ)
        spreads = [Spread(tuple(1000 * run.seconds for run in some)) for some in (ours, other)]
        return Row(name or f"`{line}`", "ms", spreads[0], reference, spreads[1])

    def _ours(self, line: str) -> Command:
        return [str(self.wacr), *line.split()]

    # The groups.

    def start(self) -> Iterator[Row]:
        """What asks nobody anything."""
        trivial, help_of_it = self.program("trivial"), self.program("trivial", "--help")
        yield self.against("--version", "trivial typer program", trivial)
        yield self.against("completion bash", "trivial typer program", trivial)
        yield self.against("--help", "its --help", help_of_it)
        yield self.against("messages list --help", "its --help", help_of_it)

    def list(self) -> Iterator[Row]:
        """Thirty messages, from loopback and from the sample workspace."""
        with self._pages() as url:
            pipe = f"curl -s '{url}/messages?page=1&per_page=30' | jq -r '.data[] | [.[]] | @csv'"
            csv, table = self.program("list_csv"), self.program("list_table")
            yield self.against("messages list --format csv", "typer, httpx and csv", csv)
            yield self.against("messages list --format table", "typer, httpx and rich", table)
            yield self.against("messages list --format csv", "curl and jq", timing.shell(pipe))
            yield self.against("--demo messages list --format csv", "typer, httpx and csv", csv)
            yield self.against("--demo messages list --format table", "typer, httpx and rich", table)

    def archive(self) -> Iterator[Row]:
        """Thirty messages of an archive."""
        place = self.folder / "archive.sqlite"
        _write_archive(place, self.archive_rows)
        yield self.against(
            f"messages list --archive-at {place} --status failed --format csv",
            "typer and sqlite3",
            self.program("archive", str(place)),
            name=f"`messages list --archive --status failed`, {self.archive_rows:,} messages",
        )

    def walk(self) -> Iterator[Row]:
        """All messages, in rows a second."""
        with self._pages() as url:
            last = -(-self.rows // 100)
            pipe = f"curl -s '{url}/messages?page=[1-{last}]&per_page=100' | jq -r '.data[] | [.[]] | @csv'"
            commands = [self._ours("messages list --all --format csv"), timing.shell(pipe)]
            ours, theirs = timing.in_turn(commands, self.runs, self.environ)
        if {one.lines for one in ours} != {self.rows + 1} or {one.lines for one in theirs} != {self.rows}:
            raise RuntimeError("not all rows were written")
        spreads = [Spread(tuple(self.rows / run.seconds for run in some)) for some in (ours, theirs)]
        yield Row(f"`--all --format csv`, {self.rows:,} messages", "rows/s", spreads[0], "curl and jq", spreads[1])

    def memory(self) -> Iterator[Row]:
        """The most that it takes at a time, by the number of rows."""
        runs = range(min(self.runs, 3))
        trivial = Spread(tuple(timing.peak(self.program("trivial"), self.environ) for _ in runs))
        with self._pages():
            for rows in self._limits:
                command = self._ours(f"messages list --limit {rows} --format csv")
                ours = Spread(tuple(timing.peak(command, self.environ) for _ in runs))
                yield Row(f"peak memory, {rows:,} messages", "MiB", ours, "trivial typer program", trivial)

    def limit(self) -> Iterator[Row]:
        """Calls under a limit: the time, against what the limit itself asks for; a refused one would be told."""
        app = Sandbox(world.build(datetime.now(UTC), messages=100 * CALLS), rate_limit=LIMIT)
        statuses: list[int] = []

        def noted(request: httpx.Request) -> httpx.Response:
            response = app(request)
            statuses.append(response.status_code)
            return response

        with serve(noted) as server:
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
        """The base URL of the messages that nginx serves, where wacr and the programs find them too."""
        folder = self.folder / "pages"
        if not folder.exists():
            folder.mkdir()
            pages.write(folder, self.rows, (PAGE, *self._limits))
        with pages.served(folder) as url:
            self.environ["WACR_API_URL"] = url
            yield url


def _write_archive(place: Path, rows: int) -> None:
    """An archive of so many messages, as a sync leaves it."""
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
    """Measure, and print a line of the table as soon as it is known."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.partition("\n")[0])
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"{', '.join(GROUPS)} [default: all]")
    parser.add_argument(
        "--wacr", type=Path, default=Path(sys.executable).parent / "wacr", help="the program to measure"
    )
    parser.add_argument("--runs", type=int, default=15, help="how often each command is run")
    parser.add_argument("--rows", type=int, default=100_000, help="messages that are served")
    parser.add_argument("--archive-rows", type=int, default=100_000, help="messages in the archive")
    asked = parser.parse_args()
    if unknown := set(asked.groups) - GROUPS.keys():
        parser.error(f"no such group: {', '.join(sorted(unknown))}")
    if missing := [tool for tool in TOOLS if not shutil.which(tool)]:
        parser.error(f"not installed: {', '.join(missing)}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx may read as another user
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": name,
            "LC_ALL": "C.UTF-8",
            "WACR_TOKEN": "benchmark",
            "WACR_RATE_LIMIT": "1000000",
        }
        bench = Bench(asked.wacr.absolute(), asked.runs, asked.rows, asked.archive_rows, folder, environ)
        print(HEADING, flush=True)
        for group in asked.groups or GROUPS:
            for row in GROUPS[group](bench):
                print(row, flush=True)


if __name__ == "__main__":
    main()
