"""CSV and TSV: every text comes back, and nothing acts on a terminal or in a spreadsheet."""

# ruff: noqa: RUF001 - letters that look like others are what is tested

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wacr_cli.output.csv import Csv, Tsv
from wacr_cli.output.destinations import Stream

TEXTS = st.text(st.characters(codec="utf-8")) | st.text(
    st.sampled_from("a \"',;\t\n\r\\\x00\x0b\x0c\x1b\x85\u2028=+-@é漢👍")
)
COLUMNS = ("id", "message", "status")


def written(rows: list[dict[str, Any]], columns: tuple[str, ...] = COLUMNS, /, **how: bool) -> str:
    """Return rows as CSV; ``excel``, ``terminal`` and ``tsv`` choose the form."""
    out = io.BytesIO()
    sink = Stream(out, is_terminal=how.get("terminal", False))
    writer = Tsv(sink, columns) if how.get("tsv") else Csv(sink, columns, excel=how.get("excel", False))
    for row in rows:
        writer.write([row])
    writer.finish()
    return out.getvalue().decode()


def read_csv(text: str) -> list[list[str]]:
    """Return the cells of a CSV text as Python's csv module reads them."""
    return list(csv.reader(io.StringIO(text, newline="")))


def read_tsv(text: str) -> list[list[str]]:
    """Return the cells of a TSV text."""
    plain = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}
    lines = text.removesuffix("\n").split("\n")
    return [[re.sub(r"\\.", lambda f: plain[f[0]], cell) for cell in line.split("\t")] for line in lines]


class TestRoundTrip:
    """What is read is what was written."""

    @settings(deadline=None)
    @given(st.lists(st.tuples(st.integers(1), TEXTS, TEXTS)))
    def test_any_text_survives_csv(self, rows: list[tuple[int, str, str]]) -> None:
        """Lone carriage returns and NUL too."""
        text = written([{"id": number, "message": message, "status": status} for number, message, status in rows])
        assert read_csv(text) == [list(COLUMNS), *([str(number), message, status] for number, message, status in rows)]

    @settings(deadline=None)
    @given(st.lists(st.tuples(st.integers(1), TEXTS, TEXTS)))
    def test_any_text_survives_tsv(self, rows: list[tuple[int, str, str]]) -> None:
        """A row is a line, tabs separate cells, and four escapes are undone."""
        text = written(
            [{"id": number, "message": message, "status": status} for number, message, status in rows], tsv=True
        )
        assert read_tsv(text) == [list(COLUMNS), *([str(number), message, status] for number, message, status in rows)]
        assert text.count("\n") == len(rows) + 1
        assert "\r" not in text

    @settings(deadline=None)
    @given(st.lists(TEXTS))
    def test_any_text_survives_the_dialect_of_spreadsheets(self, texts: list[str]) -> None:
        """Except for the apostrophe before a formula."""
        text = written([{"message": one} for one in texts], ("message",), excel=True)
        assert text.startswith("\ufeffmessage\r\n")
        cells = [row[0] for row in read_csv(text[1:])[1:]]
        assert [
            cell if cell == one else cell.removeprefix("'") for cell, one in zip(cells, texts, strict=True)
        ] == texts

    @pytest.mark.parametrize(
        ("value", "cell"),
        [
            (None, ""),
            ("", ""),
            (True, "true"),
            (False, "false"),
            (0, "0"),
            (-5, "-5"),
            (2**80, str(2**80)),
            (2.5, "2.5"),
            ([1, "a\nb", None], '[1, "a\\nb", null]'),
            ({"a": {"b": True}}, '{"a": {"b": true}}'),
            ("true", "true"),
            (" x ", " x "),
            ('"', '"'),
            ("NULL", "NULL"),
        ],
    )
    @pytest.mark.parametrize("tsv", [False, True])
    def test_null_is_empty_and_other_values_are_json(self, tsv: bool, value: object, cell: str) -> None:
        """Null is empty, booleans and numbers as JSON writes them, lists and objects as JSON."""
        text = written([{"id": 1, "message": value}], tsv=tsv)
        assert (read_tsv(text) if tsv else read_csv(text))[1] == ["1", cell, ""]

    @pytest.mark.parametrize("tsv", [False, True])
    def test_half_a_surrogate_pair_is_an_escape(self, tsv: bool) -> None:
        """UTF-8 has no form for it."""
        assert "1" + ("\t" if tsv else ",") + r"a\ud83db" in written([{"id": 1, "message": "a\ud83db"}], tsv=tsv)

    @pytest.mark.parametrize("tsv", [False, True])
    def test_columns_are_those_that_were_selected(self, tsv: bool) -> None:
        """A missing field is empty, an additional one is left out."""
        text = written([{"id": 1, "status": "read", "other": "x"}], ("status", "message", "id"), tsv=tsv)
        assert text == ("status\tmessage\tid\nread\t\t1\n" if tsv else "status,message,id\nread,,1\n")

    @pytest.mark.parametrize(("how", "text"), [({}, "id,message,status\n"), ({"tsv": True}, "id\tmessage\tstatus\n"),
                                               ({"excel": True}, "\ufeffid,message,status\r\n")])  # fmt: skip
    def test_no_rows_are_a_header(self, how: dict[str, bool], text: str) -> None:
        """It comes once."""
        assert written([], **how) == text

    @pytest.mark.parametrize("excel", [False, True])
    def test_a_row_of_one_empty_cell_is_not_a_blank_line(self, excel: bool) -> None:
        """Readers would skip that."""
        rows: list[dict[str, Any]] = [{"message": None}, {"message": ""}, {"message": "x"}, {}]
        text = written(rows, ("message",), excel=excel)
        assert [row[0] for row in csv.DictReader(io.StringIO(text, newline="")).reader] == [
            "\ufeffmessage" if excel else "message", "", "", "x", ""
        ]  # fmt: skip

    @pytest.mark.parametrize("excel", [False, True])
    def test_all_lines_end_in_the_same_way(self, excel: bool) -> None:
        """Line ends inside a text are unchanged."""
        text = written([{"id": 1, "message": "a\nb\r\nc\rd"}], excel=excel)
        end = "\r\n" if excel else "\n"
        assert text.removeprefix("\ufeff") == f'id,message,status{end}1,"a\nb\r\nc\rd",{end}'


class TestExcel:
    """Cells that a spreadsheet would run as formulas."""

    @pytest.mark.parametrize(
        "text",
        ["=1+1", "+49170", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", "=cmd|' /C calc'!A0"],
    )
    def test_an_apostrophe_comes_before_a_formula(self, text: str) -> None:
        """An apostrophe comes before them."""
        assert read_csv(written([{"id": 1, "message": text}], excel=True))[1][1] == f"'{text}"

    @pytest.mark.parametrize("text", ["", "a=b", " text", "'quoted", "1+1", "10", "(=1)"])
    def test_other_texts_are_unchanged(self, text: str) -> None:
        """Other texts stay."""
        assert read_csv(written([{"id": 1, "message": text}], excel=True))[1][1] == text

    @pytest.mark.parametrize("number", [-5, -(2**80), 0, 7])
    def test_whole_numbers_are_numbers(self, number: int) -> None:
        """Negative ones too."""
        assert read_csv(written([{"id": 1, "message": number}], excel=True))[1][1] == str(number)

    def test_plain_csv_has_no_mark_no_apostrophe_and_no_carriage_return(self) -> None:
        """Plain CSV has nothing of this: no mark, no apostrophe, no carriage return."""
        assert written([{"id": 1, "message": "=1"}]) == "id,message,status\n1,=1,\n"


ALL_TEXTS = st.text(st.characters()) | st.text(
    st.sampled_from("a\x1b[]0m\x07\x00\t\n\r\x7f\x9b\u202e\u2066\u200b\ud800\\")
)


class TestTerminal:
    """CSV and TSV on a terminal."""

    @settings(deadline=None)
    @given(ALL_TEXTS)
    @pytest.mark.parametrize("how", [{}, {"tsv": True}, {"excel": True}])
    def test_no_control_character_reaches_a_terminal(self, how: dict[str, bool], message: str) -> None:
        """Each row is one line."""
        text = written([{"id": 1, "message": message, "status": [message]}], terminal=True, **how)
        text = text.removeprefix("\ufeff")
        separators = "\t\n" if how.get("tsv") else "\r\n" if how.get("excel") else "\n"
        left = {letter for letter in text if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")}
        assert left <= set(separators)
        assert not set("\u202e\u2066\u200b\u061c\u200e\u200f") & set(text)
        assert text.count("\n") == 2

    def test_other_values_are_the_same_as_in_a_pipe(self) -> None:
        """What is no text is written as in a pipe."""
        row = {"id": 1, "message": None, "status": True}
        assert written([row], terminal=True) == written([row])


def test_a_nested_value_is_json() -> None:
    """It can be parsed."""
    value = {"a": ["\x1b", "é", None, 1.5]}
    assert json.loads(read_csv(written([{"id": 1, "message": value}]))[1][1]) == value
