"""The way out to a warehouse: typed files by month, whole or not at all, and only what changed is written again."""

from __future__ import annotations

import csv
import gzip
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import duckdb
import pyarrow as pa
import pytest
from pyarrow import parquet

from tests.conftest import Api, Result
from wacr_cli.archive.months import FIELDS
from wacr_cli.archive.sqlite import SqliteStore
from wacr_cli.archive.store import Store
from wacr_cli.core.errors import BusyError, UsageError
from wacr_cli.core.models import Row
from wacr_cli.core.query import Query
from wacr_cli.export.export import KINDS, MANIFEST, Export, Report

FIRST, LATER = "2026-11-25T12:00:00.000Z", "2026-11-25T13:00:00.000Z"
START = datetime(2026, 8, 30, 22, 0, tzinfo=UTC)
Wacr = Callable[..., Result]
TEXTS = (None, "", "plain", 'quote " comma , line \n tab \t return \r', "=1+1", "nul \0 half \ud83d 👩‍👩‍👧", "x" * 5000)


def message(number: int, chance: random.Random) -> Row:
    """A message of any kind, in one of four months or of no time."""
    moment = START + timedelta(hours=chance.randrange(24 * 90), microseconds=chance.randrange(10**6))
    return {
        "id": number,
        "interaction_id": chance.choice([None, 7, 2**40]),
        "sender_id": chance.choice([None, "+91 98765", "bot"]),
        "type": chance.choice(["text", "template", "image", None]),
        "message": chance.choice(TEXTS),
        "status": chance.choice(["sent", "read", "failed", None]),
        "message_id": f"wamid.{number}",
        "sent_at": chance.choice([moment.isoformat()] * 20 + [None, "soon"]),
        "is_read": chance.choice([True, False, None]),
    }


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An archive of two thousand messages, some of them deleted."""
    one = SqliteStore(tmp_path / "archive.sqlite")
    one.prepare()
    chance = random.Random(5)  # noqa: S311 - a plan, not a secret
    with one.transaction():
        one.set_state("origin", "here")
        for at, direction in enumerate(("inbound", "outbound", "inbound", None)):
            rows = [message(at * 500 + number, chance) for number in range(1, 501)]
            one.upsert(rows, direction, FIRST)
            one.upsert(rows[20:], direction, LATER)
            one.mark_deleted(direction, LATER, LATER)
    yield one
    one.close()


def export(store: Store, folder: Path, kind: str = "parquet") -> Report:
    """Export as the command does."""
    from wacr_cli.commands.archive import _make_file_writer

    return Export(store, folder, kind, _make_file_writer(kind)).run()


def archived(store: Store) -> list[Row]:
    """All messages of an archive, deleted ones too."""
    asked = (Query(local=True, limit=None, deleted=deleted) for deleted in (False, True))
    return [row for one in asked for rows in store.ask(one).windows for row in rows]


def month_of(row: Row) -> str | None:
    """The month of a message, UTC."""
    try:
        return f"{datetime.fromisoformat(row['sent_at']).astimezone(UTC):%Y-%m}"
    except (TypeError, ValueError):
        return None


def counted(rows: Sequence[Sequence[Any]]) -> Counter[tuple[Any, ...]]:
    """How many there are of each kind."""
    return Counter({tuple(key): number for *key, number in rows})


def expected(store: Store) -> Counter[tuple[Any, ...]]:
    """How many there are in the archive, by month, type and direction."""
    return Counter((month_of(row), row["type"], row["direction"]) for row in archived(store))


def answer(sql: str) -> list[tuple[Any, ...]]:
    """What DuckDB answers."""
    return duckdb.connect().execute(sql).fetchall()


COUNTS = "SELECT sent_month, type, direction, count(*) FROM {} GROUP BY ALL"


def test_duckdb_counts_what_the_archive_has(store: Store, tmp_path: Path) -> None:
    """By month, type and direction; the folder's name is the month, null for what has none."""
    report = export(store, tmp_path / "out")
    assert (report.messages, report.written, report.unchanged) == (2000, report.months, 0)
    rows = answer(COUNTS.format(f"read_parquet('{tmp_path}/out/*/*.parquet')"))
    assert counted(rows) == expected(store)
    assert {row[0] for row in rows} == {"2026-08", "2026-09", "2026-10", "2026-11", None}


def test_types(store: Store, tmp_path: Path) -> None:
    """Integers, booleans, moments in UTC, and dictionaries for what has few values; not one row group per window."""
    export(store, tmp_path / "out")
    files = sorted((tmp_path / "out").glob("*/*.parquet"))
    for file in files:
        schema = parquet.read_schema(file)
        assert schema.names == list(FIELDS)
        for name in ("id", "interaction_id"):
            assert schema.field(name).type == pa.int64()
        for name in ("type", "status", "direction"):
            assert pa.types.is_dictionary(schema.field(name).type)
        for name in ("sent_at", "first_seen_at", "changed_at", "deleted_at"):
            assert schema.field(name).type == pa.timestamp("us", tz="UTC")
        assert schema.field("is_read").type == pa.bool_()
        assert parquet.ParquetFile(file).metadata.num_row_groups == 1


def test_every_value_arrives(store: Store, tmp_path: Path) -> None:
    """Each message once, with what was received, as far as a column can hold it."""
    export(store, tmp_path / "out")
    by_id = {row["id"]: row for row in parquet.read_table(tmp_path / "out").to_pylist()}
    assert len(by_id) == 2000
    for row in archived(store):
        found = by_id[row["id"]]
        for name in ("interaction_id", "sender_id", "type", "status", "message_id", "is_read", "direction"):
            assert found[name] == row[name]
        text = row["message"]
        if text is not None:
            text = text.replace("\0", "\u2400").replace("\ud83d", "\\ud83d")
        assert found["message"] == text
        moment = datetime.fromisoformat(row["sent_at"]) if month_of(row) else None
        assert found["sent_at"] == moment
        deleted = row.get("deleted_at")
        assert found["deleted_at"] == (datetime.fromisoformat(deleted) if deleted else None)


def test_row_groups_bound_what_is_in_memory(tmp_path: Path) -> None:
    """A group ends by the number of rows, and before that by the size of their texts."""
    from wacr_cli.export import parquet as ours

    row: Row = dict.fromkeys(FIELDS) | {"id": 1, "sent_us": 0, "message": "x" * 2**20, "changed_at": FIRST}
    with (tmp_path / "big").open("wb") as file:
        writer = ours.Parquet(file)
        for number in range(40):
            writer.write([row | {"id": number}])
        writer.finish()
    groups = parquet.ParquetFile(tmp_path / "big").metadata
    assert [groups.row_group(at).num_rows for at in range(groups.num_row_groups)] == [16, 16, 8]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "parquet"])
def test_without_any_library(store: Store, tmp_path: Path, kind: str) -> None:
    """CSV and JSON lines, packed or not: the same messages, by the same months."""
    export(store, tmp_path / "out", kind)
    found: Counter[tuple[Any, ...]] = Counter()
    for file in (tmp_path / "out").glob(f"*/messages.{kind}"):
        data = gzip.decompress(file.read_bytes()) if kind.endswith(".gz") else file.read_bytes()
        month = file.parent.name.removeprefix("sent_month=")
        if kind.startswith("csv"):
            rows: list[Any] = list(csv.DictReader(data.decode().splitlines(keepends=True), strict=True))
        else:
            rows = [json.loads(line) for line in data.decode().split("\n")[:-1]]
        assert all(list(row) == list(FIELDS) for row in rows)
        found.update(
            (month if month[0] == "2" else None, row["type"] or None, row["direction"] or None) for row in rows
        )
    assert found == expected(store)


@pytest.mark.parametrize("kind", ["parquet", "csv.gz"])
def test_only_months_that_changed_are_written_again(store: Store, tmp_path: Path, kind: str) -> None:
    """After a change, a new message and a deletion: their months; the other files are not touched."""
    out = tmp_path / "out"
    first = export(store, out, kind)
    before = {path: path.stat().st_mtime_ns for path in out.glob("*/*")}
    again = export(store, out, kind)
    assert (again.written, again.unchanged, again.bytes) == (0, first.months, 0)
    assert {path: path.stat().st_mtime_ns for path in out.glob("*/*")} == before
    row = next(row for row in archived(store) if month_of(row) == "2026-09" and row["direction"] == "inbound")
    changed = {name: row[name] for name in row if name not in ("direction", "deleted_at")} | {"status": "new"}
    with store.transaction():
        store.upsert([changed, changed | {"id": 9001, "sent_at": "2026-12-01T00:00:00+05:30"}], "inbound", LATER)
    report = export(store, out, kind)
    assert (report.written, report.unchanged) == (2, first.months - 2)
    after = {path: path.stat().st_mtime_ns for path in out.glob("*/*")}
    assert {path.parent.name for path in after if after[path] != before.get(path)} == {
        "sent_month=2026-09",
        "sent_month=2026-11",
    }
    reader = "read_parquet" if kind == "parquet" else "read_csv"
    rows = answer(f"SELECT count(*) FROM {reader}('{out}/*/*.{kind}') WHERE status = 'new'")  # noqa: S608
    assert rows == [(2,)]


def test_a_month_that_is_gone_goes(store: Store, tmp_path: Path) -> None:
    """A month without messages has no file, nor the folder that it was in."""
    out = tmp_path / "out"
    with store.transaction():
        store.upsert([{"id": 9001, "sent_at": "2020-02-02T00:00:00Z"}], "inbound", LATER)
    export(store, out)
    assert (out / "sent_month=2020-02").is_dir()
    with store.transaction():
        store.upsert([{"id": 9001, "sent_at": None}], "inbound", LATER)
    assert export(store, out).removed == 1
    assert not (out / "sent_month=2020-02").exists()


@pytest.mark.parametrize("harm", ["removed", "cut", "note"])
def test_what_somebody_did_to_the_folder_is_mended(store: Store, tmp_path: Path, harm: str) -> None:
    """A file that is not there as it was written is written again; without the note the folder is not ours."""
    out = tmp_path / "out"
    months = export(store, out).months
    file = out / "sent_month=2026-10" / "messages.parquet"
    if harm == "removed":
        shutil.rmtree(file.parent)
    elif harm == "cut":
        file.write_bytes(file.read_bytes()[:100])
    else:
        (out / MANIFEST).unlink()
        with pytest.raises(UsageError, match="has other files"):
            export(store, out)
        return
    report = export(store, out)
    assert (report.written, report.unchanged) == (1, months - 1)
    assert counted(answer(COUNTS.format(f"read_parquet('{out}/*/*.parquet')"))) == expected(store)


class Failing:
    """A writer that fails with the third file, as on a full disk."""

    def __init__(self) -> None:
        self.files = 0

    def __call__(self, file: BinaryIO) -> Failing:
        """Begin a file."""
        self.files += 1
        self._file = file
        return self

    def write(self, rows: Sequence[Row]) -> None:
        """Write, or fail."""
        self._file.write(b"half")
        if self.files == 3:
            raise OSError(28, os.strerror(28))

    def finish(self) -> None:
        """Nothing follows."""


def test_what_fails_leaves_the_folder_as_it_was(store: Store, tmp_path: Path) -> None:
    """A new folder is not left behind, and of an old one every byte stays."""
    out = tmp_path / "out"
    with pytest.raises(OSError, match="No space"):
        Export(store, out, "parquet", Failing()).run()
    assert not out.exists()
    export(store, out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    for month in out.glob("sent_month=*"):
        shutil.rmtree(month)
    for path, data in before.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    with store.transaction():
        store.upsert(
            [{"id": n, "sent_at": f"2026-{m:02}-15T00:00:00Z"} for n, m in enumerate((8, 9, 10), 9001)], None, LATER
        )
    with pytest.raises(OSError, match="No space"):
        Export(store, out, "parquet", Failing()).run()
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_a_killed_export_is_taken_up(store: Store, tmp_path: Path) -> None:
    """What a killed run left is in nobody's way, and read by nobody."""
    out = tmp_path / "out"
    out.mkdir()
    (out / ".wacr-part").mkdir()
    (out / ".wacr-part" / "0").write_bytes(b"half")
    assert export(store, out).written == 5
    assert sorted(path.name for path in out.iterdir())[:1] == [MANIFEST]


@pytest.mark.parametrize("moves", range(8))
def test_an_export_that_ends_while_files_take_their_places(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moves: int
) -> None:
    """Wherever that is, the next one ends with the folder that it should have been."""
    replace, done = Path.replace, 0

    def fails(self: Path, target: Path) -> Path:
        nonlocal done
        done += 1
        if done > moves:
            raise KeyboardInterrupt
        return replace(self, target)

    out = tmp_path / "out"
    with monkeypatch.context() as ending:
        ending.setattr(Path, "replace", fails)
        try:
            export(store, out)
        except KeyboardInterrupt:
            assert moves < 7
    report = export(store, out)
    assert report.written == (5 if moves < 7 else 0)
    assert counted(answer(COUNTS.format(f"read_parquet('{out}/*/*.parquet')"))) == expected(store)


@pytest.mark.parametrize("moves", range(3))
def test_a_month_that_goes_while_an_export_ends(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moves: int
) -> None:
    """No file of messages that are no more is left behind."""
    replace, done, out = Path.replace, 0, tmp_path / "out"
    export(store, out)
    with store.transaction():
        store.upsert([{"id": 9001, "sent_at": "2020-02-02T00:00:00Z"}], "inbound", LATER)

    def fails(self: Path, target: Path) -> Path:
        nonlocal done
        done += 1
        if done > moves:
            raise KeyboardInterrupt
        return replace(self, target)

    with monkeypatch.context() as ending:
        ending.setattr(Path, "replace", fails)
        with pytest.raises(KeyboardInterrupt):
            export(store, out)
    with store.transaction():
        store.upsert([{"id": 9001, "sent_at": "2026-11-02T00:00:00Z", "type": "text"}], "inbound", LATER)
    export(store, out)
    assert not (out / "sent_month=2020-02").exists()
    assert counted(answer(COUNTS.format(f"read_parquet('{out}/*/*.parquet')"))) == expected(store)


@pytest.mark.parametrize("content", ["file", "folder", "other account", "other kind", "newer", "broken"])
def test_a_folder_of_something_else_is_left_alone(store: Store, tmp_path: Path, content: str) -> None:
    """It is refused, and nothing in it is touched."""
    out = tmp_path / "out"
    if content == "file":
        out.write_text("mine")
    else:
        out.mkdir()
        note = {"version": 1, "origin": "here", "kind": "parquet", "months": {}}
        change: dict[str, dict[str, Any]] = {
            "other account": {"origin": "there"},
            "other kind": {"kind": "csv"},
            "newer": {"version": 2},
            "broken": {"months": 5},
        }
        if content == "folder":
            (out / "mine.txt").write_text("mine")
        else:
            (out / MANIFEST).write_text(json.dumps(note | change[content]))
    before = {path: path.read_bytes() for path in [out, *out.rglob("*")] if path.is_file()}
    with pytest.raises(UsageError, match=r"--to: "):
        export(store, out)
    assert {path: path.read_bytes() for path in [out, *out.rglob("*")] if path.is_file()} == before


def test_two_exports_at_once(store: Store, tmp_path: Path) -> None:
    """The second is told who writes the folder."""
    from wacr_cli.core.locks import held

    out = tmp_path / "out"
    export(store, out)
    with held(out / ".wacr-lock", "x"), pytest.raises(BusyError, match=str(os.getpid())):
        export(store, out)


# The command line.


def test_the_command(wacr: Wacr, api: Api, tmp_path: Path) -> None:
    """A line for a person, an object for a script, and the files."""
    out = str(tmp_path / "out")
    assert wacr("sync").status == 0
    first = wacr("archive", "export", "--to", out)
    assert (first.status, first.stdout) == (0, b"")
    assert re.search(r"^7 messages: 1 month written \([\d.]+ MiB\), 0 unchanged; ", first.stderr, re.MULTILINE)
    again = json.loads(wacr("archive", "export", "--to", out, "--format", "json").stdout)
    seconds = again.pop("seconds")
    assert again == {"messages": 7, "months": 1, "written": 0, "unchanged": 1, "removed": 0, "bytes": 0}
    assert isinstance(seconds, float)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--as", "parquett"), "did you mean parquet?"),
        (("--as", "csv.zip"), "--as: no such value"),
        (("--to", ""), "--to: an empty name"),
    ],
)
def test_bad_words(wacr: Wacr, api: Api, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    """Exit 2, and nothing is made."""
    result = wacr("archive", "export", "--to", str(tmp_path / "out"), *words)
    assert (result.status, said in result.stderr) == (2, True)
    assert not (tmp_path / "out").exists()


def test_without_an_archive(wacr: Wacr, api: Api, tmp_path: Path) -> None:
    """Exit 2, says to sync, and makes no folder."""
    result = wacr("archive", "export", "--to", str(tmp_path / "out"))
    assert (result.status, "wacr sync to create it" in result.stderr) == (2, True)
    assert not (tmp_path / "out").exists()


def test_without_the_extra(wacr: Wacr, api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parquet says what it needs; CSV needs nothing."""
    assert wacr("sync").status == 0
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, "wacr_cli.export.parquet", raising=False)
    result = wacr("archive", "export", "--to", str(tmp_path / "out"))
    assert (result.status, "wacr-cli[parquet]" in result.stderr) == (2, True)
    assert wacr("archive", "export", "--to", str(tmp_path / "out"), "--as", "csv").status == 0


SPARK = """
import sys
from pyspark.sql import SparkSession
spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
rows = spark.read.parquet(sys.argv[1]).groupBy("sent_month", "type", "direction").count().collect()
import json
print("RESULT" + json.dumps([list(row) for row in rows]))
"""


@pytest.mark.skipif(not shutil.which("java"), reason="Spark needs Java")
def test_spark_counts_what_the_archive_has(store: Store, tmp_path: Path) -> None:
    """By month, type and direction, as DuckDB does."""
    pytest.importorskip("pyspark")
    export(store, tmp_path / "out")
    words = [sys.executable, "-c", SPARK, str(tmp_path / "out")]
    environ = os.environ | {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    done = subprocess.run(words, env=environ, capture_output=True, text=True, timeout=240, check=False)
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("RESULT")] or [done.stderr]
    assert counted(json.loads(line.removeprefix("RESULT"))) == expected(store)
