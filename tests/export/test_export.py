"""The export: typed files by month, written completely or not at all, and again only where a month changed."""

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
    """Return a random message, in one of four months or without a time."""
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


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an archive of two thousand messages, some of them deleted, for tests to copy."""
    path = tmp_path_factory.mktemp("archive") / "archive.sqlite"
    one = SqliteStore(path)
    one.prepare()
    chance = random.Random(5)  # noqa: S311 - a plan, not a secret
    with one.transaction():
        one.set_state("origin", "here")
        for at, direction in enumerate(("inbound", "outbound", "inbound", None)):
            rows = [message(at * 500 + number, chance) for number in range(1, 501)]
            one.upsert(rows, direction, FIRST)
            one.upsert(rows[20:], direction, LATER)
            one.mark_deleted(one.list_unseen(direction, LATER), LATER)
    one.close()
    return path


@pytest.fixture
def store(archive: Path, tmp_path: Path) -> Iterator[Store]:
    """The archive, for a test to change."""
    one = SqliteStore(Path(shutil.copy(archive, tmp_path)))
    one.prepare()
    yield one
    one.close()


def export(store: Store, folder: Path, kind: str = "parquet") -> Report:
    """Run the export as the command does."""
    from wacr_cli.commands.archive import _make_file_writer

    return Export(store, folder, kind, _make_file_writer(kind)).run()


def read_archive(store: Store) -> list[Row]:
    """Return all messages of an archive, deleted ones too."""
    queries = (Query(local=True, limit=None, deleted=deleted) for deleted in (False, True))
    return [row for one in queries for rows in store.list_messages(one).windows for row in rows]


def get_month(row: Row) -> str | None:
    """Return the month of a message in UTC."""
    try:
        return f"{datetime.fromisoformat(row['sent_at']).astimezone(UTC):%Y-%m}"
    except (TypeError, ValueError):
        return None


def count_kinds(rows: Sequence[Sequence[Any]]) -> Counter[tuple[Any, ...]]:
    """Return the number of messages of each kind."""
    return Counter({tuple(key): number for *key, number in rows})


def count_archive(store: Store) -> Counter[tuple[Any, ...]]:
    """Return the number of messages in the archive, by month, type and direction."""
    return Counter((get_month(row), row["type"], row["direction"]) for row in read_archive(store))


def run_duckdb(sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query in DuckDB."""
    return duckdb.connect().execute(sql).fetchall()


COUNTS = "SELECT sent_month, type, direction, count(*) FROM {} GROUP BY ALL"


def test_duckdb_counts_the_same_as_the_archive(store: Store, tmp_path: Path) -> None:
    """The counts by month, type and direction are equal; the folder's name is the month, null for none."""
    report = export(store, tmp_path / "out")
    assert (report.messages, report.written, report.unchanged) == (2000, report.months, 0)
    rows = run_duckdb(COUNTS.format(f"read_parquet('{tmp_path}/out/*/*.parquet')"))
    assert count_kinds(rows) == count_archive(store)
    assert {row[0] for row in rows} == {"2026-08", "2026-09", "2026-10", "2026-11", None}


def test_types(store: Store, tmp_path: Path) -> None:
    """Columns are integers, booleans, times in UTC and dictionaries, and a small month is one row group."""
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


def test_every_value_is_exported(store: Store, tmp_path: Path) -> None:
    """Each message is exported once, with the values received, as far as a column can hold them."""
    export(store, tmp_path / "out")
    by_id = {row["id"]: row for row in parquet.read_table(tmp_path / "out").to_pylist()}
    assert len(by_id) == 2000
    for row in read_archive(store):
        found = by_id[row["id"]]
        for name in ("interaction_id", "sender_id", "type", "status", "message_id", "is_read", "direction"):
            assert found[name] == row[name]
        text = row["message"]
        if text is not None:
            text = text.replace("\0", "\u2400").replace("\ud83d", "\\ud83d")
        assert found["message"] == text
        moment = datetime.fromisoformat(row["sent_at"]) if get_month(row) else None
        assert found["sent_at"] == moment
        deleted = row.get("deleted_at")
        assert found["deleted_at"] == (datetime.fromisoformat(deleted) if deleted else None)


def test_row_groups_limit_the_memory_used(tmp_path: Path) -> None:
    """A group ends at a number of rows or a size of their texts."""
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
def test_csv_and_json_lines(store: Store, tmp_path: Path, kind: str) -> None:
    """Compressed or not, they have the same messages in the same months."""
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
    assert found == count_archive(store)


def _identity(path: Path) -> tuple[int, int]:
    """Return what is another for a file that takes the place of one, whatever the clock's resolution."""
    return path.stat().st_ino, path.stat().st_mtime_ns


@pytest.mark.parametrize("kind", ["parquet", "csv.gz"])
def test_only_months_that_changed_are_written_again(store: Store, tmp_path: Path, kind: str) -> None:
    """After a change and a new message, the files of the other months are not touched."""
    out = tmp_path / "out"
    first = export(store, out, kind)
    before = {path: _identity(path) for path in out.glob("*/*")}
    again = export(store, out, kind)
    assert (again.written, again.unchanged, again.bytes) == (0, first.months, 0)
    assert {path: _identity(path) for path in out.glob("*/*")} == before
    row = next(row for row in read_archive(store) if get_month(row) == "2026-09" and row["direction"] == "inbound")
    changed = {name: row[name] for name in row if name not in ("direction", "deleted_at")} | {"status": "new"}
    with store.transaction():
        store.upsert([changed, changed | {"id": 9001, "sent_at": "2026-12-01T00:00:00+05:30"}], "inbound", LATER)
    report = export(store, out, kind)
    assert (report.written, report.unchanged) == (2, first.months - 2)
    after = {path: _identity(path) for path in out.glob("*/*")}
    assert {path.parent.name for path in after if after[path] != before.get(path)} == {
        "sent_month=2026-09",
        "sent_month=2026-11",
    }
    reader = "read_parquet" if kind == "parquet" else "read_csv"
    rows = run_duckdb(f"SELECT count(*) FROM {reader}('{out}/*/*.{kind}') WHERE status = 'new'")  # noqa: S608
    assert rows == [(2,)]


def test_a_month_without_messages_is_removed(store: Store, tmp_path: Path) -> None:
    """Its file and its folder are removed."""
    out = tmp_path / "out"
    with store.transaction():
        store.upsert([{"id": 9001, "sent_at": "2020-02-02T00:00:00Z"}], "inbound", LATER)
    export(store, out)
    assert (out / "sent_month=2020-02").is_dir()
    with store.transaction():
        store.upsert([{"id": 9001, "sent_at": None}], "inbound", LATER)
    assert export(store, out).removed == 1
    assert not (out / "sent_month=2020-02").exists()


@pytest.mark.parametrize("harm", ["removed", "cut", "manifest"])
def test_missing_and_damaged_files_are_written_again(store: Store, tmp_path: Path, harm: str) -> None:
    """A file that is missing or has another size is replaced; a folder without its manifest is refused."""
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
    assert count_kinds(run_duckdb(COUNTS.format(f"read_parquet('{out}/*/*.parquet')"))) == count_archive(store)


class Failing:
    """A writer that fails with the third file, as on a full disk."""

    def __init__(self) -> None:
        self.files = 0

    def __call__(self, file: BinaryIO) -> Failing:
        """Start a file."""
        self.files += 1
        self._file = file
        return self

    def write(self, rows: Sequence[Row]) -> None:
        """Write, or raise an error."""
        self._file.write(b"half")
        if self.files == 3:
            raise OSError(28, os.strerror(28))

    def finish(self) -> None:
        """Write nothing."""


def test_a_failure_leaves_the_folder_unchanged(store: Store, tmp_path: Path) -> None:
    """A new folder is removed, and every byte of an earlier export stays."""
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


def test_an_export_after_a_killed_one(store: Store, tmp_path: Path) -> None:
    """The files that a killed run left are removed."""
    out = tmp_path / "out"
    out.mkdir()
    (out / ".wacr-part").mkdir()
    (out / ".wacr-part" / "0").write_bytes(b"half")
    assert export(store, out).written == 5
    assert sorted(path.name for path in out.iterdir())[:1] == [MANIFEST]


@pytest.mark.parametrize("moves", range(8))
def test_an_export_interrupted_while_files_are_moved_into_place(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moves: int
) -> None:
    """After any number of moves, the next export completes the folder."""
    replace, done = Path.replace, 0

    def fail(self: Path, target: Path) -> Path:
        nonlocal done
        done += 1
        if done > moves:
            raise KeyboardInterrupt
        return replace(self, target)

    out = tmp_path / "out"
    with monkeypatch.context() as ending:
        ending.setattr(Path, "replace", fail)
        try:
            export(store, out)
        except KeyboardInterrupt:
            assert moves < 7
    report = export(store, out)
    assert report.written == (5 if moves < 7 else 0)
    assert count_kinds(run_duckdb(COUNTS.format(f"read_parquet('{out}/*/*.parquet')"))) == count_archive(store)


@pytest.mark.parametrize("moves", range(3))
def test_an_export_interrupted_while_a_month_is_removed(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moves: int
) -> None:
    """After any number of moves, the next export leaves no file of the removed month."""
    replace, done, out = Path.replace, 0, tmp_path / "out"
    export(store, out)
    with store.transaction():
        store.upsert([{"id": 9001, "sent_at": "2020-02-02T00:00:00Z"}], "inbound", LATER)

    def fail(self: Path, target: Path) -> Path:
        nonlocal done
        done += 1
        if done > moves:
            raise KeyboardInterrupt
        return replace(self, target)

    with monkeypatch.context() as ending:
        ending.setattr(Path, "replace", fail)
        with pytest.raises(KeyboardInterrupt):
            export(store, out)
    with store.transaction():
        store.upsert([{"id": 9001, "sent_at": "2026-11-02T00:00:00Z", "type": "text"}], "inbound", LATER)
    export(store, out)
    assert not (out / "sent_month=2020-02").exists()
    assert count_kinds(run_duckdb(COUNTS.format(f"read_parquet('{out}/*/*.parquet')"))) == count_archive(store)


@pytest.mark.parametrize("content", ["file", "folder", "other account", "other kind", "newer", "broken"])
def test_a_folder_with_other_files_is_refused(store: Store, tmp_path: Path, content: str) -> None:
    """Nothing in it is changed."""
    out = tmp_path / "out"
    if content == "file":
        out.write_text("mine")
    else:
        out.mkdir()
        manifest = {"version": 1, "origin": "here", "kind": "parquet", "months": {}}
        change: dict[str, dict[str, Any]] = {
            "other account": {"origin": "there"},
            "other kind": {"kind": "csv"},
            "newer": {"version": 2},
            "broken": {"months": 5},
        }
        if content == "folder":
            (out / "mine.txt").write_text("mine")
        else:
            (out / MANIFEST).write_text(json.dumps(manifest | change[content]))
    before = {path: path.read_bytes() for path in [out, *out.rglob("*")] if path.is_file()}
    with pytest.raises(UsageError, match=r"--to: "):
        export(store, out)
    assert {path: path.read_bytes() for path in [out, *out.rglob("*")] if path.is_file()} == before


def test_two_exports_at_once(store: Store, tmp_path: Path) -> None:
    """The second fails and names the process of the first."""
    from wacr_cli.core.locks import lock_file

    out = tmp_path / "out"
    export(store, out)
    with lock_file(out / ".wacr-lock", "x"), pytest.raises(BusyError, match=str(os.getpid())):
        export(store, out)


# The command line.


def test_the_command(wacr: Wacr, api: Api, tmp_path: Path) -> None:
    """It prints a line to standard error, and an object with --format json."""
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
    ("words", "message"),
    [
        (("--as", "parquett"), "did you mean parquet?"),
        (("--as", "csv.zip"), "--as: unknown value"),
        (("--to", ""), "--to: the folder name is empty"),
    ],
)
def test_invalid_flags(wacr: Wacr, api: Api, tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    """The status is 2, and no folder is created."""
    result = wacr("archive", "export", "--to", str(tmp_path / "out"), *words)
    assert (result.status, message in result.stderr) == (2, True)
    assert not (tmp_path / "out").exists()


def test_without_an_archive(wacr: Wacr, api: Api, tmp_path: Path) -> None:
    """The status is 2, the hint is to run wacr sync, and no folder is created."""
    result = wacr("archive", "export", "--to", str(tmp_path / "out"))
    assert (result.status, "wacr sync to create it" in result.stderr) == (2, True)
    assert not (tmp_path / "out").exists()


def test_without_the_extra(wacr: Wacr, api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parquet names the extra that it needs; CSV needs none."""
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
def test_spark_counts_the_same_as_the_archive(store: Store, tmp_path: Path) -> None:
    """The counts by month, type and direction are equal."""
    pytest.importorskip("pyspark")
    export(store, tmp_path / "out")
    words = [sys.executable, "-c", SPARK, str(tmp_path / "out")]
    environ = os.environ | {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    done = subprocess.run(words, env=environ, capture_output=True, text=True, timeout=240, check=False)
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("RESULT")] or [done.stderr]
    assert count_kinds(json.loads(line.removeprefix("RESULT"))) == count_archive(store)
