"""Excel workbooks, read back by openpyxl: numbers and times are real, every text is just a text."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest

from tests.conftest import NOW, Api, Result
from wacr_cli.core.models import LIST_FIELDS, Row
from wacr_cli.output import xlsx
from wacr_cli.output.destinations import Stream
from wacr_cli.output.xlsx import MAX_TEXT, Xlsx
from wacr_cli.sandbox import world
from wacr_cli.sandbox.app import Sandbox

Wacr = Callable[..., Result]


def write(folder: Path, columns: list[str], *rows: Row) -> tuple[Any, list[str]]:
    """Return the workbook of some rows, as read back, and the warnings."""
    out, warnings = io.BytesIO(), list[str]()
    writer = Xlsx(Stream(out), columns, str(folder), warnings.append)
    for row in rows:
        writer.write([row])
    writer.finish()
    out.seek(0)
    return openpyxl.load_workbook(out), warnings


def cells(sheet: Any) -> list[list[Any]]:
    """Return the values of a sheet's cells, the header's first."""
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_the_sheet_has_a_header_that_stays_and_filters(tmp_path: Path) -> None:
    """Bold, frozen, with buttons over all rows, also where there are none."""
    for rows in ([], [{"id": 1, "sent_at": None}]):
        book, _ = write(tmp_path, ["id", "sent_at"], *rows)
        (sheet,) = book.worksheets
        assert cells(sheet)[0] == ["id", "sent_at (UTC)"]
        assert sheet["A1"].font.bold
        assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", f"A1:B{1 + len(rows)}")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (53343, 53343),
        (999_999_999_999_999, 999_999_999_999_999),
        (1_000_000_000_000_000, "1000000000000000"),
        (-(10**18), str(-(10**18))),
        (0.25, 0.25),
        (True, True),
        (None, None),
        ("", ""),
        ("00123", "00123"),
        ("919876543210", "919876543210"),
        ("+49 30 123", "+49 30 123"),
        ("1e5", "1e5"),
        ("=1+1", "=1+1"),
        ("{=1+1}", "{=1+1}"),
        ("-5", "-5"),
        ("@SUM(A1)", "@SUM(A1)"),
        ("https://example.com/x", "https://example.com/x"),
        ("mailto:a@b.c", "mailto:a@b.c"),
        ("internal:Sheet1!A1", "internal:Sheet1!A1"),
        ("  spaces  ", "  spaces  "),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("two\r\nlines", "two\nlines"),
        ("\x00\x1b[31m\x0b\r", "␀␛[31m␋␍"),
        ("\ud800 \ufffe \uffff", "\\ud800 \\ufffe \\uffff"),
        ("नमस्ते 🛵 مريم", "नमस्ते 🛵 مريم"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
        ("<r><t>rich</t></r>", "<r><t>rich</t></r>"),
        ("<r>& no XML</r>", "<r>& no XML</r>"),
        ({"a": [1]}, '{"a": [1]}'),
    ],
)
def test_a_value_is_what_it_is(tmp_path: Path, value: object, expected: object) -> None:
    """No text is a formula, a link, a number or a time."""
    book, _ = write(tmp_path, ["message"], {"message": value})
    cell = book.active["A2"]
    assert cell.value == expected
    assert type(cell.value) is type(expected)
    assert cell.hyperlink is None
    assert cell.data_type != "f"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-20T12:00:01+00:00", datetime(2026, 11, 20, 12, 0, 1)),
        ("2026-11-20T12:00:01+05:30", datetime(2026, 11, 20, 6, 30, 1)),
        ("2026-11-20T12:00:01", datetime(2026, 11, 20, 12, 0, 1)),
        ("yesterday", "yesterday"),
        ("1900-02-28T23:00:00Z", "1900-02-28T23:00:00Z"),
        ("9999-12-31T23:00:00-12:00", "9999-12-31T23:00:00-12:00"),
        ("=NOW()", "=NOW()"),
    ],
)
def test_times_are_times_in_utc(tmp_path: Path, value: str, expected: object) -> None:
    """What is no time, or none of Excel's, stays as it was received."""
    book, _ = write(tmp_path, ["sent_at"], {"sent_at": value})
    cell = book.active["A2"]
    assert cell.value == expected
    assert cell.data_type != "f"
    assert not isinstance(expected, datetime) or cell.number_format == "yyyy-mm-dd hh:mm:ss"


def test_rows_beyond_a_sheet_go_on_on_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each sheet has the header and its own filters."""
    monkeypatch.setattr(xlsx, "MAX_ROWS", 3)
    book, _ = write(tmp_path, ["id"], *({"id": number} for number in range(7)))
    assert [cells(sheet) for sheet in book.worksheets] == [
        [["id"], [0], [1], [2]],
        [["id"], [3], [4], [5]],
        [["id"], [6]],
    ]
    assert [sheet.auto_filter.ref for sheet in book.worksheets] == ["A1:A4", "A1:A4", "A1:A2"]


def test_a_text_that_is_too_long_is_cut_with_a_warning(tmp_path: Path) -> None:
    """The warning names the message; the longest text is not cut, also where it takes two units a character."""
    longest = "🛵" * (MAX_TEXT // 2) + "x"
    book, warnings = write(tmp_path, ["message"], {"id": 1, "message": longest}, {"id": 2, "message": longest + "x"})
    whole, cut = (row[0] for row in cells(book.active)[1:])
    assert whole == longest
    assert cut.endswith("🛵 … [cut]")
    assert len(cut.encode("utf-16-le")) // 2 <= MAX_TEXT
    assert warnings == ["wacr: message of 2 has more than 32,767 characters, and was cut"]


def test_a_list_as_a_workbook_equals_its_rows(api: Api, wacr: Wacr, tmp_path: Path) -> None:
    """The sample workspace, next to its JSON."""
    path = tmp_path / "all.xlsx"
    api.app = Sandbox(world.load(NOW))
    assert wacr("messages", "list", "--all", "--output", str(path)).status == 0
    rows = json.loads(wacr("messages", "list", "--all", "--format", "json").text)
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    found = cells(sheet)[1:]
    assert len(found) == len(rows) > 1000
    for row, line in zip(rows, found, strict=True):
        for name, value in zip(LIST_FIELDS, line, strict=True):
            if name == "sent_at" and isinstance(value, datetime):
                assert value == datetime.fromisoformat(row[name]).replace(tzinfo=None)
            elif isinstance(row[name], str) and row[name].isprintable():
                assert value == row[name]


def test_a_failure_writes_nothing(api: Api, wacr: Wacr, tmp_path: Path) -> None:
    """The file of an earlier run stays, and no other file."""
    path = tmp_path / "all.xlsx"
    path.write_bytes(b"before")
    app = Sandbox(world.load(NOW))
    api.app = lambda request: httpx.Response(500) if len(api.requests) > 3 else app(request)
    assert wacr("messages", "list", "--all", "--output", str(path), "--max-wait", "0").status != 0
    assert path.read_bytes() == b"before"


def test_without_the_extra_it_names_the_command(monkeypatch: pytest.MonkeyPatch, wacr: Wacr, tmp_path: Path) -> None:
    """The error says what to install."""
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    result = wacr("--demo", "messages", "list", "--output", str(tmp_path / "x.xlsx"))
    assert result.status == 2
    assert "pip install 'wacr-cli[excel]'" in result.stderr
    assert not (tmp_path / "x.xlsx").exists()


def test_numbers_show_all_their_digits(tmp_path: Path) -> None:
    """Excel's general format would show 12 digits as 1.23E+11; numbers in name only are texts."""
    book, _ = write(tmp_path, ["id", "sender_id"], {"id": 123_456_789_012, "sender_id": 919_876_543_210})
    number, phone = book.active[2]
    assert (number.value, number.number_format) == (123_456_789_012, "0")
    assert phone.value == "919876543210"


def test_the_same_rows_give_the_same_file(tmp_path: Path) -> None:
    """It has no time of its own."""
    files = []
    for _ in range(2):
        out = io.BytesIO()
        writer = Xlsx(Stream(out), ["id"], str(tmp_path), lambda _: None)
        writer.write([{"id": 1}])
        writer.finish()
        files.append(out.getvalue())
    assert files[0] == files[1]


def test_an_untrusted_header_is_a_text(tmp_path: Path) -> None:
    """The fields of a response of wacr api are its columns."""
    book, _ = write(tmp_path, ["<r>a</r>", "=1+1", "\x1b"], {})
    assert cells(book.active)[0] == ["<r>a</r>", "=1+1", "␛"]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--format", "xlsx"], "--format xlsx needs --output"),
        (["--output", "x.xlsx.gz"], "names no format"),
        (["--output", "x.xlsx", "--excel"], "--excel goes with csv"),
    ],
)
def test_what_does_not_fit_is_a_usage_error(api: Api, wacr: Wacr, words: list[str], error: str) -> None:
    """Nothing is requested."""
    result = wacr("messages", "list", *words)
    assert (result.status, api.requests) == (2, [])
    assert error in result.stderr
