# ruff: noqa: S608 - statements of our own
"""The topics of ``wacr stats``, next to one SQL statement each, run by a program that imports only sqlite3.

    python -m benchmarks.topics [--rows 1000000] [--conversations 100000] [--runs 3] [--keep FILE]

Prints medians, their ratio and the peak memory of wacr, over the whole archive. The first run of each does not count.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import archive

_KNOWN = "deleted_at IS NULL AND sent_us IS NOT NULL AND direction IS NOT NULL"
_TURNS = f"""
WITH m AS (SELECT interaction_id AS c, sent_us, id, direction = 'inbound' AS i FROM messages
        WHERE {_KNOWN} AND interaction_id IS NOT NULL AND (direction = 'inbound' OR status IS NOT 'failed')),
    g AS (SELECT *, sum(1 - i) OVER (PARTITION BY c ORDER BY sent_us, id) AS turn FROM m),
    t AS (SELECT c, turn, min(sent_us) FILTER (WHERE i) AS began, min(sent_us) FILTER (WHERE NOT i) AS replied
        FROM g GROUP BY c, turn),
    w AS (SELECT began, lead(replied) OVER (PARTITION BY c ORDER BY turn) - began AS waited FROM t),
    o AS (SELECT waited, row_number() OVER (ORDER BY waited) AS at, count(*) OVER () AS n
        FROM w WHERE began IS NOT NULL AND waited IS NOT NULL)
SELECT (SELECT count(*) FROM w WHERE began IS NOT NULL), count(*), avg(waited) FILTER (WHERE at IN (n / 2, n / 2 + 1)),
    min(waited) FILTER (WHERE at >= 0.9 * n), sum(waited <= 300000000), sum(waited <= 3600000000),
    sum(waited <= 86400000000) FROM o
"""
_VOLUME = f"SELECT date(sent_us / 1000000, 'unixepoch'), direction, count(*) FROM messages WHERE {_KNOWN} GROUP BY 1, 2"
_DELIVERY = f"SELECT status, count(*) FROM messages WHERE {_KNOWN} AND direction = 'outbound' GROUP BY 1"

STATEMENTS = {
    "volume": _VOLUME,
    "delivery": _DELIVERY,
    "response": _TURNS,
    "hours": "SELECT strftime('%w %H', sent_us / 1000000, 'unixepoch'), direction, count(*) "
    f"FROM messages WHERE {_KNOWN} GROUP BY 1, 2",
    "contacts": "SELECT interaction_id, count(*), max(sent_us) FROM messages "
    f"WHERE {_KNOWN} AND interaction_id IS NOT NULL GROUP BY 1 ORDER BY 2 DESC LIMIT 30",
    "overview": f"SELECT (SELECT count(*) FROM ({_VOLUME})), (SELECT count(*) FROM ({_DELIVERY})), "
    f"(SELECT count(*) FROM (SELECT min(sent_us) FROM messages WHERE {_KNOWN} GROUP BY interaction_id)), t.* "
    f"FROM ({_TURNS}) AS t",
}
"""For each topic, the statement that computes its figures. That of the overview has no period before."""

PROGRAM = """
import sqlite3, sys
db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
for row in db.execute(sys.argv[2]):
    print(*row)
"""


def measure(command: list[str]) -> tuple[float, float]:
    """Return the seconds and the peak memory, in MiB, of a command."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def make_row(make: Any, conversations: int, number: int) -> dict[str, Any]:
    """Return a message of one of some conversations, three in a row of the same one."""
    conversation = random.Random(number // 3).randrange(conversations)  # noqa: S311 - the same message each time
    return {**make(number), "interaction_id": 1000 + conversation, "sender_id": f"91{9_800_000_000 + conversation}"}


def main() -> None:
    """Measure, and print a line for each topic."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="keep the archive in this file, or use the one that is there")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = asked.keep or Path(folder) / "archive.sqlite"
        if not path.exists():
            archive.make_row = partial(make_row, archive.make_row, asked.conversations)
            archive.sync(path, asked.rows)
        for topic, sql in STATEMENTS.items():
            words = ["-m", "wacr_cli", "stats", topic, "--since", "2000-01-01", "--archive-at", str(path)]
            commands = [[sys.executable, *words, "--format", "json"], [sys.executable, "-c", PROGRAM, str(path), sql]]
            runs = [[measure(command) for command in commands] for _ in range(asked.runs + 1)][1:]
            (ours, memory), (theirs, _) = (
                map(statistics.median, zip(*some, strict=True)) for some in zip(*runs, strict=True)
            )
            print(f"{topic}: wacr {ours:.2f} s, {memory:.0f} MiB; SQL {theirs:.2f} s; ratio {ours / theirs:.2f}")


if __name__ == "__main__":
    main()
