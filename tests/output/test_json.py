"""JSON: exact in a pipe and harmless on a terminal."""

from __future__ import annotations

import io
import json
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wacr_cli.core.errors import BadResponseError
from wacr_cli.output.destinations import Stream
from wacr_cli.output.json import JsonArray, JsonLines, JsonObject, encode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wacr_cli.core.models import Row

TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.text(
    st.sampled_from('a\x1b\x00\n\r\x7f\x9b\u202e\u2028\ud83d\\"👍')
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
ROWS = st.lists(st.dictionaries(TEXTS, VALUES, max_size=4).map(lambda row: {"id": 1, **row}), max_size=4)


def array(rows: Sequence[Row], columns: Sequence[str] | None = None, *, terminal: bool = False) -> str:
    """Return the JSON array of rows, each written by itself."""
    out = io.BytesIO()
    writer = JsonArray(Stream(out, is_terminal=terminal), columns)
    for row in rows:
        writer.write([row])
    writer.finish()
    return out.getvalue().decode()


def lines(rows: Sequence[Row], columns: Sequence[str] | None = None, *, terminal: bool = False) -> str:
    """Return the JSON lines of rows."""
    out = io.BytesIO()
    writer = JsonLines(Stream(out, is_terminal=terminal), columns)
    writer.write(rows)
    writer.finish()
    return out.getvalue().decode()


def same(one: object, other: object) -> bool:
    """Return whether two values have the same types: 1 is neither True nor 1.0, and fields keep their order."""
    return json.dumps(one) == json.dumps(other)


@pytest.mark.parametrize("terminal", [False, True])
@settings(deadline=None)
@given(ROWS)
def test_an_array_has_exactly_the_rows(terminal: bool, rows: list[dict[str, Any]]) -> None:
    """With their types, in their order."""
    assert same(json.loads(array(rows, terminal=terminal)), rows)


@pytest.mark.parametrize("terminal", [False, True])
@settings(deadline=None)
@given(ROWS)
def test_json_lines_have_an_object_on_each_line(terminal: bool, rows: list[dict[str, Any]]) -> None:
    """Whatever a reader takes for the end of a line."""
    text = lines(rows, terminal=terminal)
    assert text.count("\n") == len(rows)
    assert len(text.splitlines()) == len(rows)
    assert same([json.loads(line) for line in text.splitlines()], rows)


@settings(deadline=None)
@given(st.dictionaries(TEXTS, VALUES))
def test_a_single_message_is_one_object(row: dict[str, Any]) -> None:
    """One message alone is one object."""
    out = io.BytesIO()
    writer = JsonObject(Stream(out))
    writer.write([row])
    writer.finish()
    assert same(json.loads(out.getvalue()), row)


@pytest.mark.parametrize("terminal", [False, True])
@settings(deadline=None)
@given(ROWS)
def test_control_characters_are_escaped(terminal: bool, rows: list[dict[str, Any]]) -> None:
    """Bidirectional ones and halves of pairs too."""
    for text in (array(rows, terminal=terminal), lines(rows, terminal=terminal)):
        assert {letter for letter in text if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")} <= {"\n"}
        assert not set("\u202e\u2066\u200b\u061c\u200e\u200f") & set(text)


def test_no_rows_are_an_empty_array_or_no_lines() -> None:
    """No rows are an empty array, or no lines."""
    assert (array([]), lines([])) == ("[]\n", "")


def test_empty_windows_leave_no_trace() -> None:
    """A window without rows, before, between or after others, leaves no trace."""
    out = io.BytesIO()
    writer = JsonArray(Stream(out), None)
    for rows in ([], [{"id": 1}], [], [{"id": 2}, {"id": 3}], []):
        writer.write(rows)
    writer.finish()
    assert out.getvalue() == b'[\n{"id": 1},\n{"id": 2},\n{"id": 3}\n]\n'


def test_objects_have_the_selected_fields_in_their_order() -> None:
    """Null where a row lacks one; whole rows without a selection."""
    rows: list[Row] = [{"id": 1, "new": [1], "status": "read"}, {"id": 2}]
    assert list(map(json.loads, lines(rows, ("status", "id")).splitlines())) == [
        {"status": "read", "id": 1},
        {"status": None, "id": 2},
    ]
    assert lines(rows, ("status", "id")).startswith('{"status"')
    assert list(map(json.loads, lines(rows).splitlines())) == rows


@pytest.mark.parametrize("text", ["é", "नमस्ते", "漢字", "👨\u200d👩\u200d👧", "مرحبا"])
def test_ordinary_text_in_any_script_is_not_escaped(text: str) -> None:
    """Ordinary text in any script can be read in it."""
    assert text in lines([{"message": text}])


def test_fields_have_lines_of_their_own_on_a_terminal_only() -> None:
    """On a terminal each field has its line; in a pipe each row has."""
    rows = [{"id": 1, "message": "a"}]
    assert array(rows) == '[\n{"id": 1, "message": "a"}\n]\n'
    assert array(rows, terminal=True) == '[\n{\n  "id": 1,\n  "message": "a"\n}\n]\n'


def test_an_unfinished_array_is_not_valid_json() -> None:
    """An array that was not finished does not pass for a whole one."""
    out = io.BytesIO()
    JsonArray(Stream(out), None).write([{"id": 1}])
    with pytest.raises(json.JSONDecodeError):
        json.loads(out.getvalue())


def test_a_value_that_is_nested_too_deep_is_a_bad_response() -> None:
    """A value nested deeper than can be written is a bad answer."""
    value: list[Any] = []
    for _ in range(200_000):
        value = [value]
    with pytest.raises(BadResponseError, match="nested too deep"):
        encode(value)
    while value:  # taken apart from the outside, since Python would do it by recursion
        value = value[0]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_nan_and_infinity_are_never_written(number: float) -> None:
    """What JSON has no number for is never written as one."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode(number)
