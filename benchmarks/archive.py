"""The archive: its size, the time of a sync, and the time of queries next to SQLite itself.

    python benchmarks/archive.py [--rows 1000000] [--runs 7] [--keep FILE]

A sync that reads messages from memory makes the archive. Then each query is run by ``wacr``, by a program that only
imports typer and sqlite3 and runs the same SQL, and by the ``sqlite3`` shell where there is one. The first run of each
does not count. Prints medians and their ratios.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wacr_cli.api.envelope import Page
from wacr_cli.archive.select import build_select, restrict_to_time_range
from wacr_cli.archive.sqlite import SqliteDialect, SqliteStore
from wacr_cli.core.models import PER_PAGE_MAX
from wacr_cli.core.progress import Progress
from wacr_cli.core.query import Filter, Query
from wacr_cli.core.times import SystemClock
from wacr_cli.sync import Sync

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wacr_cli.api.params import Params

FIRST_SECOND = 1_700_000_000
_TEXT = (
    "order invoice delivery saffron cardamom late today Monday parcel thanks please address refund coupon pepper "
    "turmeric basmati pickup shop hello good morning payment confirmed driver counter gift wrapped नमस्ते गरम मसाला "
    "merci beaucoup Rechnung Lieferung über café naïve 发票 订单 ありがとう شكرا добрый день 😀 🛵 chai cinnamon"
)
WORDS = _TEXT.split()

PROGRAM = """
import sqlite3, sys
import typer

app = typer.Typer(add_completion=False)

@app.command()
def main(path: str, sql: str) -> None:
    fold = lambda text, needle: isinstance(text, str) and needle in text.casefold()
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    db.create_function("wacr_contains", 2, fold, deterministic=True)
    for row in db.execute(sql):
        sys.stdout.write("\\t".join(map(str, row)) + "\\n")

app()
"""

QUESTIONS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "filtered": (("--status", "failed", "--type", "text"), {"filters": (("status", "failed"), ("type", "text"))}),
    "one word": (("--search", "saffron", "--search-mode", "words"), {"search": "saffron", "words": True}),
    "part of a text": (("--search", "affron"), {"search": "affron"}),
}


class Service:
    """A client with *rows* messages, newest first, made on request; ``spent`` is the time that takes, in seconds."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self.spent = 0.0

    def messages(self, params: Params, *, with_ids: bool = True) -> Page:
        """Return one page; every second message is inbound."""
        start = time.perf_counter()
        asked = dict(params)
        page, size = int(asked["page"]), int(asked["per_page"])
        direction = asked.get("filter[direction]")
        step = 2 if direction else 1
        first = self._rows - (direction == "outbound")
        total = len(range(first, 0, -step))
        rows = [make_row(number) for number in range(first, 0, -step)[(page - 1) * size : page * size]]
        self.spent += time.perf_counter() - start
        return Page(rows, page * size < total, total, page, size)

    def message(self, number: int) -> dict[str, Any]:
        """Return one message."""
        return make_row(number)

    def contacts(self, params: Params, *, with_ids: bool = True) -> Page:
        """Return no contacts."""
        return Page([], has_more=False, total=0, page=1, per_page=PER_PAGE_MAX)


def make_row(number: int) -> dict[str, Any]:
    """Return a message, always the same for a number."""
    chance = random.Random(number)  # noqa: S311 - the same message each time
    text = " ".join(chance.choices(WORDS, k=chance.choice((3, 8, 15, 25))))
    return {
        "id": number,
        "interaction_id": 1000 + number % 5000,
        "sender_id": f"91{9_800_000_000 + number % 5000}",
        "type": chance.choices(("text", "template", "image", "audio"), (70, 20, 8, 2))[0],
        "message": f"{text} no. {number}",
        "status": chance.choices(("read", "delivered", "sent", "failed"), (80, 12, 7.5, 0.5))[0],
        "message_id": f"wamid.HBgM{number:030x}",
        "sent_at": datetime.fromtimestamp(FIRST_SECOND + 30 * number, UTC).isoformat(),
        "is_read": True,
    }


def sync(path: Path, rows: int) -> None:
    """Make the archive, and print the time for each row, without the time to make the messages."""
    service = Service(rows)
    store = SqliteStore(path)
    start = time.perf_counter()
    report = Sync(service, store, SystemClock(), Progress(), origin="benchmark").run()
    seconds = time.perf_counter() - start - service.spent
    store.close()
    assert (report.new, report.complete) == (rows, True)
    print(f"sync: {seconds / rows * 1e6:.0f} µs a row, {path.stat().st_size / rows:,.0f} bytes a row, {rows:,} rows")


def inserts(path: Path, rows: int) -> None:
    """Print the time of the inserts alone: the same rows into the same tables, a thousand in each transaction."""
    some = min(rows, 100_000)
    with tempfile.TemporaryDirectory() as folder, closing(sqlite3.connect(path)) as db:
        copy = sqlite3.connect(Path(folder) / "copy.sqlite", isolation_level=None)
        copy.execute("PRAGMA journal_mode = WAL")
        copy.execute("PRAGMA synchronous = NORMAL")
        # Without the tables that the full-text indexes make for themselves.
        for kind in ("table", "index", "trigger"):
            for name, sql in db.execute("SELECT name, sql FROM sqlite_master WHERE type = ?", (kind,)):
                if sql and not (kind == "table" and name.startswith(("messages_words_", "messages_trigrams_"))):
                    copy.execute(sql)
        lines = db.execute("SELECT * FROM messages ORDER BY id LIMIT ?", (some,)).fetchall()
        start = time.perf_counter()
        for at in range(0, some, 1000):
            copy.execute("BEGIN")
            marks = ", ".join("?" * len(lines[0]))
            sql = f"INSERT INTO messages VALUES ({marks})"  # noqa: S608 - question marks alone
            copy.executemany(sql, lines[at : at + 1000])
            copy.execute("COMMIT")
        print(f"inserts alone: {(time.perf_counter() - start) / some * 1e6:.0f} µs a row, {some:,} rows")
        copy.close()


def same_sql(query: dict[str, Any]) -> str:
    """Return the SQL of a query, with its values."""
    filters = tuple(Filter(field, "eq", (value,)) for field, value in query.get("filters", ()))
    asked = Query(local=True, **(query | {"filters": filters}))
    chosen = restrict_to_time_range(build_select(asked, SqliteDialect()), asked)
    sql = f"SELECT m.raw, m.direction, m.deleted_at {chosen.sql} ORDER BY {chosen.order} LIMIT 31"
    for value in chosen.values:
        quoted = str(value).replace("'", "''")
        sql = sql.replace("?", f"'{quoted}'", 1)
    return sql


@contextmanager
def program() -> Iterator[Path]:
    """Write the minimal program to a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "minimal.py"
        path.write_text(PROGRAM)
        yield path


def timed(command: list[str]) -> float:
    """Return the seconds that a command takes; it must write 30 lines or more."""
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    seconds = time.perf_counter() - start
    assert done.stdout.count(b"\n") >= 30, command
    return seconds


def ask(path: Path, runs: int) -> None:
    """Print the time of each query, by each program in turn."""
    shell = shutil.which("sqlite3")
    with program() as minimal:
        for name, (words, query) in QUESTIONS.items():
            sql = same_sql(query)
            commands = {
                "wacr": [
                    sys.executable,
                    *("-m", "wacr_cli", "messages", "list", "--archive-at", str(path), "--format", "csv", *words),
                ],
                "typer + sqlite3": [sys.executable, str(minimal), str(path), sql],
            }
            if shell and "wacr_contains" not in sql:
                commands["sqlite3 shell"] = [shell, "-readonly", str(path), sql]
            times: dict[str, list[float]] = {program: [] for program in commands}
            for _ in range(runs + 1):
                for program_name, command in commands.items():
                    times[program_name].append(timed(command))
            medians = {program: statistics.median(some[1:]) for program, some in times.items()}
            said = ", ".join(f"{program} {seconds * 1000:.0f} ms" for program, seconds in medians.items())
            print(f"{name}: {said}; ratio {medians['wacr'] / medians['typer + sqlite3']:.2f}")


def main() -> None:
    """Measure, and print a line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--keep", type=Path, help="keep the archive in this file, or use the one that is there")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = asked.keep or Path(folder) / "archive.sqlite"
        if not path.exists():
            sync(path, asked.rows)
        inserts(path, asked.rows)
        ask(path, asked.runs)


if __name__ == "__main__":
    main()
