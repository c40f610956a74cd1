"""``wacr stats``: flags, formats, and what a terminal shows."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from rich.cells import cell_len

from tests.conftest import NOW, Api, Result, row
from tests.house.markdown import find_blocks
from wacr_cli.core.times import SystemClock
from wacr_cli.output.console import Console
from wacr_cli.output.destinations import Stream
from wacr_cli.output.statistics import StatisticsTable
from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.world import World
from wacr_cli.statistics.query import FIELDS, GROUPINGS, TOPICS

Wacr = Callable[..., Result]
HOSTILE = "\x1b[31m\u202eevil\n"


@pytest.fixture
def archived(api: Api, wacr: Wacr, monkeypatch: pytest.MonkeyPatch) -> Wacr:
    """Return the runner with an archive of ten conversations: a message each, answered after 10 minutes but for two."""
    rows = []
    for number in range(10):
        asked = NOW - timedelta(days=number, hours=1)
        rows.append(row(2 * number + 1, interaction_id=number, direction="inbound", type="text", **_times(asked)))
        answered = {"status": "failed" if number < 2 else "read", "type": HOSTILE, "direction": "outbound"}
        later = asked + timedelta(minutes=10)
        rows.append(row(2 * number + 2, interaction_id=number, **answered, **_times(later)))
    api.app = Sandbox(World(NOW, rows))
    monkeypatch.setattr(SystemClock, "time", staticmethod(NOW.timestamp))
    monkeypatch.setattr(SystemClock, "now", staticmethod(lambda: NOW))
    monkeypatch.setenv("TZ", "UTC")
    assert wacr("sync", "--no-contacts").status == 0
    return wacr


def _times(moment: object) -> dict[str, int]:
    when = int(moment.timestamp())  # type: ignore[attr-defined]
    return {"sent": when, "created": when, "updated": when}


def test_json_has_the_fields_of_the_topic(archived: Wacr) -> None:
    """One object with the topic, the period, the fields and the groups."""
    found = json.loads(archived("stats", "response", "--by", "day", "--since", "3d", "--format", "json").text)
    assert list(found) == ["topic", "period", "ignored", *FIELDS["response"], "groups"]
    assert found["period"]["timezone"] == "UTC"
    assert [found[name] for name in ("turns", "answered", "median_seconds", "within_5m", "within_1h")] == [
        *(3, 1, 600),
        *(0, round(1 / 3, 6)),
    ]
    assert [group["turns"] for group in found["groups"]] == [0, 1, 1, 1]


@pytest.mark.parametrize("topic", TOPICS)
def test_csv_has_a_row_for_each_group(archived: Wacr, topic: str) -> None:
    """Its columns are the key and the fields of the topic."""
    lines = list(csv.reader(io.StringIO(archived("stats", topic, "--format", "csv").text)))
    rows = {"volume": 31, "hours": 168, "contacts": 10}.get(topic, 1)
    assert len(lines) == rows + 1
    assert tuple(lines[0][-len(FIELDS[topic]) :]) == FIELDS[topic]
    assert {len(line) for line in lines} == {len(lines[0])}


@pytest.mark.parametrize("width", [80, 120, 200])
@pytest.mark.parametrize(("topic", "by"), [(topic, by) for topic in TOPICS for by in (None, *GROUPINGS.get(topic, ()))])
def test_tables_fit_the_terminal(archived: Wacr, topic: str, by: str | None, width: int) -> None:
    """No line is wider than the terminal, with numbers of seven digits and a long type."""
    found = json.loads(archived("stats", topic, *(("--by", by) if by else ()), "--format", "json").text)
    for one in (found, *found.get("groups", ())):
        one.update({name: 1_234_567 for name in ("inbound", "outbound", "total", "turns", "answered") if name in one})
    out = io.BytesIO()
    console = Console(width=width, stdout_is_terminal=True)
    StatisticsTable(Stream(out, is_terminal=True), console).write([found])
    assert max(map(cell_len, out.getvalue().decode().splitlines())) <= width


def test_types_are_printed_safely(archived: Wacr) -> None:
    """A type with control characters is shown in one line."""
    text = archived("stats", "volume", "--by", "type", "--format", "table").text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "evil" in text


def test_days_are_those_of_the_zone(archived: Wacr) -> None:
    """--since is of that zone too."""
    words = ("--since", "2026-11-18", "--until", "2026-11-20", "--timezone", "Asia/Kolkata", "--format", "json")
    found = json.loads(archived("stats", "volume", *words).text)
    assert found["period"] == {
        "since": "2026-11-18T00:00:00+05:30",
        "until": "2026-11-20T00:00:00+05:30",
        "timezone": "Asia/Kolkata",
    }
    assert [group["key"] for group in found["groups"]] == ["2026-11-18", "2026-11-19"]


def test_business_hours_are_those_of_the_profile(archived: Wacr) -> None:
    """Flags replace them."""
    assert archived("config", "set", "business_hours", "00:00-01:00").status == 0
    query = ("stats", "response", "--format", "json")
    assert json.loads(archived(*query).text)["median_seconds"] == 0
    found = archived(*query, "--business-hours", "00:00-24:00")
    assert json.loads(found.text)["median_seconds"] == 600
    assert "Times count business hours only." in found.stderr


def test_automatic_replies_answer_nothing(archived: Wacr) -> None:
    """A number is one of seconds."""
    for within in ("600", "10m"):
        found = json.loads(archived("stats", "response", "--auto-within", within, "--format", "json").text)
        assert (found["turns"], found["answered"]) == (10, 0)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["volumes"], "did you mean volume?"),
        (["volume", "--by", "dya"], "did you mean day?"),
        (["response", "--by", "type"], "--by: unknown value 'type'"),
        (["hours", "--by", "day"], "--by can't be used with hours"),
        (["--timezone", "Asia/Kolkatta"], "did you mean Asia/Kolkata?"),
        (["--business-hours", "18:00-18:00"], "no time at all"),
        (["--business-days", "mon-fry"], "not days"),
        (["--limit", "3"], "--limit can't be used with overview"),
        (["--auto-within", "soon"], "--auto-within: not a length of time"),
        (["--since", "2026-12-01", "--until", "2026-11-01"], "--since must be before --until"),
    ],
)
def test_bad_input_is_a_usage_error(archived: Wacr, words: list[str], error: str) -> None:
    """One line that says what is wrong, and one that says what to do."""
    result = archived("stats", *words)
    assert (result.status, result.text) == (2, "")
    assert error in result.stderr
    assert len(result.stderr.splitlines()) == 2


def test_without_an_archive_it_says_how_to_create_one(wacr: Wacr) -> None:
    """The archive is not made by reading it."""
    result = wacr("stats")
    assert result.status == 2
    assert "Run wacr sync" in result.stderr


def test_no_calls_are_made(archived: Wacr, api: Api) -> None:
    """Everything is read from the archive."""
    api.requests.clear()
    assert archived("stats").status == 0
    assert api.requests == []


def test_bars_grow_with_the_numbers(archived: Wacr) -> None:
    """The longest bar is that of the greatest number."""
    text = archived("stats", "volume", "--by", "direction", "--format", "table").text
    bars = {
        line.split()[0]: len(re.findall("[█▒]", line)) for line in text.splitlines() if line.startswith(("in", "out"))
    }
    assert bars == {"inbound": 40, "outbound": 40}


def test_the_object_in_the_docs_has_the_fields_of_a_result(archived: Wacr) -> None:
    """In their order, those of groups too."""
    (block,) = find_blocks("statistics", "json")
    shown = json.loads(block.text)
    found = json.loads(archived("stats", "response", "--by", "weekday", "--format", "json").text)
    assert list(shown) == list(found)
    assert list(shown["period"]) == list(found["period"])
    assert list(shown["groups"][0]) == list(found["groups"][0])


@pytest.mark.parametrize("topic", TOPICS)
def test_periods_of_all_times(archived: Wacr, topic: str) -> None:
    """The first year is a time too; no period begins before 1970."""
    words = ("--since", "0001-01-01T00:00Z", "--until", "2030-01-01", "--business-hours", "09:00-17:00")
    result = archived("stats", topic, *words, "--format", "json")
    assert result.status == 0
    assert json.loads(result.text)["period"]["since"] == "1970-01-01T00:00:00+00:00"


def test_an_empty_archive_has_a_hint(api: Api, wacr: Wacr) -> None:
    """It has zeros, and says what to do."""
    api.app = Sandbox(World(NOW, []))
    assert wacr("sync", "--no-contacts").status == 0
    result = wacr("stats", "--format", "json")
    assert (result.status, json.loads(result.text)["total"]) == (0, 0)
    assert "The archive has no messages. Update it with wacr sync." in result.stderr
