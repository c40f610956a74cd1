"""SQL, Python and tables of columns in docs/: they work on the archive and the export of the sample workspace."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.conftest import Result
from tests.house.markdown import ROOT, Block, find_blocks
from tests.house.shell import PATIENCE, bash

Run = Callable[..., Result]


@pytest.mark.parametrize("block", find_blocks("sqlite", "sql"), ids=lambda block: str(block.lines[0][:40]))
def test_sql_of_the_archive(block: Block, archive: Path) -> None:
    """Each query finds rows in an archive of the sample workspace."""
    with sqlite3.connect(f"file:{archive}?mode=ro", uri=True) as db:
        assert db.execute(block.text).fetchall()


@pytest.mark.skipif(not shutil.which("sqlite3"), reason="the program sqlite3 is not installed")
def test_the_command_for_sqlite(home: Path, environ: dict[str, str], tmp_path: Path) -> None:
    """It opens the archive where wacr says that it is, and counts messages."""
    (block,) = find_blocks("archive")
    done = bash(block.text, environ, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "read|" in done.stdout
    assert home.exists()


@pytest.mark.parametrize("block", find_blocks("python", "python"), ids=lambda block: str(block.page.stem))
def test_python(block: Block, home: Path, environ: dict[str, str], tmp_path: Path, wacr: Run) -> None:
    """Each program runs beside an export, and leaves no error; where its library is missing it is skipped."""
    for library in re.findall(r"^(?:import|from) (pandas|pyspark)", block.text, re.MULTILINE):
        pytest.importorskip(library)
    assert wacr("archive", "export", "--to", "warehouse").status == 0
    command = [sys.executable, "-W", "error", "-c", block.text]
    done = subprocess.run(
        command, env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr
    assert home.exists()


def section(page: str, heading: str) -> str:
    """Return what stands under a heading of a page of docs/."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.split(r"^#", text.partition(f"# {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def documented_columns(page: str, heading: str) -> list[str]:
    """Return the names in the first column of the table under a heading."""
    cells = re.findall(r"^\| (`[^|]+) \|", section(page, heading), re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]


@pytest.mark.parametrize("table", ["messages", "contacts"])
def test_the_columns_of_a_table(table: str, archive: Path) -> None:
    """archive.md lists each column of the table, and no other."""
    with sqlite3.connect(f"file:{archive}?mode=ro", uri=True) as db:
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    assert sorted(documented_columns("archive.md", table)) == sorted(columns)


def test_the_columns_of_an_export(home: Path, tmp_path: Path, wacr: Run) -> None:
    """warehouse.md lists each column of the Parquet files, and so does its statement for Athena."""
    assert wacr("archive", "export", "--to", "warehouse").status == 0
    columns = [row[0] for row in duckdb.execute(f"DESCRIBE FROM '{tmp_path}/warehouse/*/*.parquet'").fetchall()]
    assert sorted(documented_columns("warehouse.md", "Columns")) == sorted(columns)
    (athena,) = find_blocks("cloud", "sql")
    declared = re.findall(r"(\w+) (?:BIGINT|STRING|TIMESTAMP|BOOLEAN)", athena.text)
    assert sorted(declared) == sorted(columns)
    assert home.exists()
