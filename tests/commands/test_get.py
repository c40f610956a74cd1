"""``wacr messages get``: single messages, in every format."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import httpx
import pytest

from tests.conftest import Api, Result
from wacr_cli.core.models import DETAIL_FIELDS

Wacr = Callable[..., Result]


def give_stdin(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Put a text on standard input."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def test_one_id_is_one_object(wacr: Wacr, api: Api) -> None:
    """JSON of a single message is an object with all thirteen fields."""
    message = json.loads(wacr("messages", "get", "2", "-f", "json").stdout)
    assert tuple(message) == DETAIL_FIELDS
    assert message["id"] == 2


def test_several_ids_are_an_array_in_their_order(wacr: Wacr, api: Api) -> None:
    """Each id is requested once."""
    messages = json.loads(wacr("messages", "get", "3", "1", "3", "-f", "json").stdout)
    assert [message["id"] for message in messages] == [3, 1]
    assert len(api.requests) == 2


def test_the_card_shows_every_field(wacr: Wacr, api: Api) -> None:
    """Thirteen lines, without control characters."""
    text = wacr("messages", "get", "5", "-f", "table").text
    assert len(text.splitlines()) == len(DETAIL_FIELDS)
    assert "␛]0;unterminated \\u202egnp.exe" in text


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_columns_are_the_thirteen_fields(wacr: Wacr, api: Api, form: str) -> None:
    """CSV and TSV have the header of the single message."""
    text = wacr("messages", "get", "1", "2", "-f", form).text
    rows = list(csv.reader(io.StringIO(text), delimiter="," if form == "csv" else "\t"))
    assert tuple(rows[0]) == DETAIL_FIELDS
    assert [row[0] for row in rows[1:]] == ["1", "2"]


def test_missing_ids_are_named_and_the_others_shown(wacr: Wacr, api: Api) -> None:
    """The exit status is 3."""
    result = wacr("messages", "get", "1", "99", "2", "98", "-f", "json")
    assert result.status == 3
    assert [message["id"] for message in json.loads(result.stdout)] == [1, 2]
    assert result.stderr.startswith("wacr: no message 99, 98\n")


def test_a_response_with_another_message_is_refused(wacr: Wacr, api: Api) -> None:
    """A service that answers with another message than the one asked for is not believed."""
    api.app = lambda _: httpx.Response(200, json={"data": {"id": 2}})
    result = wacr("messages", "get", "1", "-f", "json")
    assert (result.status, result.stdout) == (7, b"")
    assert "requested message 1, received message 2" in result.stderr


def test_a_single_missing_id_prints_nothing(wacr: Wacr, api: Api) -> None:
    """Neither an object nor an array."""
    result = wacr("messages", "get", "99", "-f", "json")
    assert (result.status, result.stdout) == (3, b"")
    assert json.loads(result.stderr.splitlines()[2])["error"]["code"] == "NOT_FOUND"


def test_a_dash_reads_ids_from_standard_input(wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """White space separates them."""
    give_stdin(monkeypatch, "2 3\n4\n")
    assert [json.loads(line)["id"] for line in wacr("messages", "get", "1", "-", "-f", "jsonl").text.splitlines()] == [
        1,
        2,
        3,
        4,
    ]


def test_no_ids_on_standard_input_is_an_empty_result(wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty array without a call."""
    give_stdin(monkeypatch, "\n")
    result = wacr("messages", "get", "-", "-f", "json")
    assert (result.status, result.text, api.requests) == (0, "[]\n", [])


@pytest.mark.parametrize("word", ["0", "-1", "x", "1.0", "9" * 20, "\uff11"])
def test_an_invalid_id_is_refused(wacr: Wacr, api: Api, word: str) -> None:
    """Exit status 2, and nothing is requested."""
    result = wacr("messages", "get", "1", "--", word)
    assert (result.status, result.stdout, api.requests) == (2, b"", [])
