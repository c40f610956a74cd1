"""Answers that are refusals, or not what the API documents."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime, formatdate

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wacr_cli.api.transport import parse_retry_delay

from .conftest import DUMP, LIST, START, TOKEN, Runner
from .server import Fault, Server, answer, busy, garbled

EVERY = list(range(250, 0, -1))
TRIES = 4

REFUSALS = [busy(status) for status in (500, 502, 503, 504, 408, 425, 429)]


@pytest.mark.parametrize("fault", REFUSALS, ids=str)
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_temporary_failure_costs_one_call(wacr: Runner, server: Server, fault: Fault, at: int) -> None:
    """Wherever it happens, every row comes."""
    server.will(fault, at=at)
    ended = wacr(*DUMP)
    ended.expect(0, "250 messages, 4 calls", "complete")
    assert ended.ids == EVERY
    assert server.fired == [(at, fault.name)]


@pytest.mark.parametrize("fault", REFUSALS, ids=str)
@pytest.mark.parametrize("at", [1, 2])
def test_a_lasting_failure_ends_the_run_after_four_tries(wacr: Runner, server: Server, fault: Fault, at: int) -> None:
    """With the status of its kind; the rows before it are complete windows."""
    server.will(fault, at=at, forever=True)
    ended = wacr(*DUMP)
    ended.expect(5 if "429" in fault.name else 6)
    assert ended.ids == EVERY[: (at - 1) * 100]
    assert server.fired == [(number, fault.name) for number in range(at, at + TRIES)]


def _date(seconds: int) -> str:
    """Return a date so many seconds after the start of a run, by the clock that the run has."""
    return formatdate(START + seconds, usegmt=True)


INDIA = timezone(timedelta(hours=5, minutes=30))


WAITS = {
    "seconds": ("7", 7, 7),
    "spaces": ("  7 ", 7, 7),
    "date": (_date(600), 600, 600),
    "date of another zone": (format_datetime(datetime.fromtimestamp(START + 600, INDIA)), 600, 600),
    "date that is past": (_date(-3600), 1, 1),
    "0": ("0", 1, 1),
    "-1": ("-1", 0, 2),
    "garbage": ("soon, I promise", 0, 2),
    "garbage like a date": ("Mon, 99 Foo 99999 99:99:99 GMT", 0, 2),
    "more digits than a number has": ("9" * 5000, 0, 2),
    "fraction": ("1.5", 0, 2),
    "empty": ("", 0, 2),
    "absent": (None, 0, 2),
}


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("word", "least", "most"), WAITS.values(), ids=WAITS)
def test_retry_after_is_kept(
    wacr: Runner, server: Server, status: int, word: str | None, least: float, most: float
) -> None:
    """If it is valid, at least a second; else wacr chooses the wait."""
    server.will(busy(status, word), at=2)
    ended = wacr(*DUMP, "--max-wait", "900")
    ended.expect(0, "complete")
    assert ended.ids == EVERY
    assert server.fired == [(2, f"status {status}")]
    assert least - 0.001 <= sum(ended.slept) <= most + 0.001


def test_the_reset_of_the_limit_is_kept_without_retry_after(wacr: Runner, server: Server) -> None:
    """Where there is no ``Retry-After``, ``X-RateLimit-Reset`` says how long to wait."""
    server.will(busy(429, None, X_RateLimit_Reset=str(int(START) + 45), X_RateLimit_Remaining="0"), at=2)
    ended = wacr(*DUMP)
    ended.expect(0, "complete")
    assert ended.ids == EVERY
    assert server.fired == [(2, "status 429")]
    assert sum(ended.slept) == pytest.approx(45)


@pytest.mark.parametrize(("status", "leaves"), [(429, 5), (503, 6)])
@pytest.mark.parametrize("word", ["999999", "999999999999", _date(86_400)])
def test_a_wait_longer_than_max_wait_ends_the_run(
    wacr: Runner, server: Server, status: int, leaves: int, word: str
) -> None:
    """After one call."""
    server.will(busy(status, word), forever=True)
    ended = wacr(*DUMP)
    ended.expect(leaves, "--max-wait")
    assert ended.slept == []
    assert server.fired == [(1, f"status {status}")]


@given(st.text(st.characters(codec="latin-1")) | st.sampled_from([value[0] or "" for value in WAITS.values()]))
def test_any_retry_after_is_a_number_of_seconds_or_nothing(word: str) -> None:
    """Whatever ``Retry-After`` holds is a number of seconds that are not negative, or nothing."""
    headers = httpx.Headers([(b"Retry-After", word.encode("latin-1"))])
    asked = parse_retry_delay(headers, 1_760_000_000.0)
    assert asked is None or 0 <= asked < 1e13


def _list_of(text: bytes) -> bytes:
    return b'{"data": [{"id": 1, "message": ' + text + b'}], "meta": {"pagination": {"has_more": false, "total": 1}}}'


HTML = b"<!DOCTYPE html><html><body>Log in</body></html>"

NOT_WHAT_IS_DOCUMENTED = [
    answer(200, HTML, {"Content-Type": "text/html"}, name="HTML"),
    answer(200, b"", name="empty body"),
    answer(200, b" \r\n", name="blank body"),
    answer(200, b"[]", name="[]"),
    answer(200, b"null", name="null"),
    answer(200, b"{}", name="{}"),
    answer(200, b'"data"', name="a string"),
    answer(200, b'{"data": {}}', name="data an object"),
    answer(200, b'{"data": {"id": 1}}', name="data one message"),
    answer(200, b'{"data": null}', name="data null"),
    answer(200, b'{"data": [1]}', name="rows that are numbers"),
    answer(200, b'{"data": [{"message": "no id"}]}', name="a row without an id"),
    answer(200, b'{"data": [{"id": "07"}]}', name="an id that is not a number"),
    answer(200, b'{"data": [{"id": true}]}', name="an id that is true"),
    answer(200, _list_of(b"NaN"), name="NaN"),
    answer(200, _list_of(b"-Infinity"), name="-Infinity"),
    answer(200, _list_of(b"1e999"), name="1e999"),
    answer(200, _list_of(b"[" * 10_000 + b"]" * 10_000), name="lists 10,000 deep"),
    answer(200, _list_of(b'{"a":' * 10_000 + b"1" + b"}" * 10_000), name="objects 10,000 deep"),
    answer(200, b"[" * 200_000, name="200,000 deep and no end"),
    answer(200, _list_of(b"7" * 5_000), name="a number of 5,000 digits"),
    answer(200, b'{"data": [{"id": ' + b"7" * 5_000 + b"}]}", name="an id of 5,000 digits"),
    answer(200, _list_of(b'"\xff\xfe"'), name="not UTF-8"),
    answer(200, _list_of(b'"a'), name="a string without end"),
    garbled("one byte less", lambda body: body[:-1]),
    garbled("a byte more", lambda body: body + b"}"),
]


@pytest.mark.parametrize("fault", NOT_WHAT_IS_DOCUMENTED, ids=str)
def test_an_invalid_response_is_requested_once_more(wacr: Runner, server: Server, fault: Fault) -> None:
    """It costs one call and no row."""
    server.will(fault, at=2)
    ended = wacr(*DUMP)
    ended.expect(0, "250 messages, 4 calls", "complete")
    assert ended.ids == EVERY
    assert server.fired == [(2, fault.name)]


@pytest.mark.parametrize("fault", NOT_WHAT_IS_DOCUMENTED, ids=str)
def test_two_invalid_responses_end_the_run(wacr: Runner, server: Server, fault: Fault) -> None:
    """With status 7; the rows before them are written."""
    server.will(fault, at=2, forever=True)
    ended = wacr(*DUMP)
    ended.expect(7, "the response")
    assert ended.ids == EVERY[:100]
    assert [number for number, _ in server.fired] == [2, 3]


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "tsv", "table"])
@pytest.mark.parametrize("depth", [100, 500, 900, 2_000, 10_000])
def test_deep_nesting_is_written_or_refused_in_every_format(
    wacr: Runner, server: Server, form: str, depth: int
) -> None:
    """Refused with status 7."""
    fault = answer(200, _list_of(b"[" * depth + b"]" * depth), name="nested")
    server.will(fault, forever=True)
    ended = wacr(*LIST, "--all", "--format", form, *(("--fields", "id,message") if form == "table" else ()))
    assert ended.status in ((7,) if depth >= 10_000 else (0, 7))
    assert server.fired


REFUSED = {
    401: (4, "401"),
    403: (4, "403"),
    404: (3, "404"),
    422: (2, "422"),
    418: (7, "418"),
    204: (7, "204"),
}


@pytest.mark.parametrize(("status", "leaves"), [(status, value[0]) for status, value in REFUSED.items()])
@pytest.mark.parametrize("at", [1, 2])
def test_a_permanent_failure_is_not_retried(wacr: Runner, server: Server, status: int, leaves: int, at: int) -> None:
    """In the middle of a list too."""
    body = b"" if status == 204 else b'{"error": {"code": "NO", "message": "No."}}'
    server.will(answer(status, body), at=at, forever=True)
    ended = wacr(*DUMP)
    ended.expect(leaves, str(status))
    assert ended.ids == EVERY[: (at - 1) * 100]
    assert server.fired == [(at, f"status {status}")]


TELLING = {
    "words": {"error": {"code": "INTERNAL_ERROR", "message": f"Bearer {TOKEN} failed"}},
    "message": {"message": TOKEN},
    "errors": {"errors": {"token": [f"{TOKEN} is wrong"]}},
    "field": {"errors": {TOKEN: ["is wrong"]}},
    "code": {"error": {"code": TOKEN}},
}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 500])
@pytest.mark.parametrize("body", TELLING.values(), ids=TELLING)
def test_a_token_that_the_server_repeats_is_hidden(wacr: Runner, server: Server, status: int, body: object) -> None:
    """With ``--verbose`` too."""
    server.will(answer(status, json.dumps(body).encode(), {"Retry-After": "1"}), forever=True)
    ended = wacr(*DUMP, "--verbose")
    assert ended.status in (2, 3, 4, 5, 6)
    assert server.fired
    assert server.seen[0].headers["authorization"] == f"Bearer {TOKEN}"
