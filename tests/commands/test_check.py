"""``wacr check``: one line and an exit status for monitoring systems."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.conftest import NOW, Api, Result, row
from wacr_cli.core.times import SystemClock
from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.world import World

Wacr = Callable[..., Result]
LINE = re.compile(r"WACR (OK|WARNING|CRITICAL) - [^|]+ \| ([a-z_]+=[0-9.e+-]+(s|%)?;[0-9.]*:?;[0-9.]*:?;0;(100)? ?)+\n")


@pytest.fixture
def archived(api: Api, wacr: Wacr, monkeypatch: pytest.MonkeyPatch) -> Wacr:
    """Return the runner with an archive: one customer waits for 45 minutes, and 3 of 60 messages failed."""
    minutes = [(number, 59 - number % 55, "failed" if number < 13 else "read") for number in range(10, 70)]
    rows = [
        row(number, interaction_id=number, direction="outbound", status=status, type="text", **_times(ago))
        for number, ago, status in minutes
    ]
    rows.append(row(90, interaction_id=500, direction="inbound", status="read", type="text", **_times(45)))
    api.app = Sandbox(World(NOW, rows))
    monkeypatch.setattr(SystemClock, "time", staticmethod(NOW.timestamp))
    monkeypatch.setattr(SystemClock, "now", staticmethod(lambda: NOW))
    assert wacr("sync", "--no-contacts").status == 0
    return wacr


def _times(minutes: int) -> dict[str, int]:
    when = int((NOW - timedelta(minutes=minutes)).timestamp())
    return {"sent": when, "created": when, "updated": when}


@pytest.mark.parametrize(
    ("words", "status", "text"),
    [
        ([], 0, "WACR OK - synced"),
        (["--waiting-over", "1h"], 0, "WACR OK"),
        (["--waiting-over", "30m:2h"], 1, "WACR WARNING - longest wait 45m00s"),
        (["--waiting-over", "10m:30m"], 2, "WACR CRITICAL - longest wait 45m00s"),
        (["--failed-over", "5%:10%"], 0, "WACR OK"),
        (["--failed-over", "4:10"], 1, "WACR WARNING - 5% failed (3 of 60)"),
        (["--failed-over", "1%:2%", "--within", "2m"], 0, "WACR OK"),  # fewer than 20 messages
        (["--synced-within", "20m:2h"], 0, "WACR OK"),
        (["--waiting-over", "30m", "--failed-over", "1%:2%"], 2, "WACR CRITICAL - 5% failed"),
        (["--calls-left-under", "20:5"], 0, "calls left"),
        (["--calls-left-under", "999999:5"], 1, "WACR WARNING"),
    ],
)
def test_the_worst_check_decides(archived: Wacr, words: list[str], status: int, text: str) -> None:
    """The exit status and the first words are those of the worst check; the line is that of a plugin."""
    result = archived("check", *words)
    assert (result.status, result.stderr) == (status, "")
    assert text in result.text
    assert LINE.fullmatch(result.text), result.text


def test_only_calls_left_calls_the_api(archived: Wacr, api: Api) -> None:
    """Everything else is read from the archive."""
    api.requests.clear()
    archived("check", "--waiting-over", "1h", "--failed-over", "1%", "--synced-within", "1h")
    assert api.requests == []
    archived("check", "--calls-left-under", "5")
    assert len(api.requests) == 1


def test_waiting_counts_business_hours(archived: Wacr) -> None:
    """With business hours that ended half an hour ago, the customer has waited for a quarter of an hour."""
    for key, value in (("business_hours", "09:00-11:30"), ("timezone", "UTC")):
        assert archived("config", "set", key, value).status == 0
    assert "longest wait 15m00s" in archived("check").text


def test_json_has_the_values(archived: Wacr) -> None:
    """One object with the state, and each check with its thresholds."""
    found = json.loads(archived("check", "--waiting-over", "30m:2h", "--format", "json").text)
    waiting = next(one for one in found["checks"] if one["name"] == "waiting")
    assert found["state"] == "WARNING"
    assert (waiting["value"], waiting["warning"], waiting["critical"]) == (2_700, 1_800, 7_200)


def test_openmetrics_are_parsed(archived: Wacr, tmp_path: Path) -> None:
    """The file is replaced as a whole, and the client library of Prometheus reads it."""
    path = tmp_path / "wacr.prom"
    assert archived("check", "--format", "openmetrics", "--output", str(path)).status == 0
    samples = {
        sample.name: (sample.labels, sample.value)
        for family in text_string_to_metric_families(path.read_text())  # type: ignore[no-untyped-call]
        for sample in family.samples
    }
    assert samples["wacr_longest_wait_seconds"] == ({"profile": "default"}, 2_700)
    assert samples["wacr_failed_percent"][1] == 5
    assert samples["wacr_archive_complete"][1] == 1
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["wacr.prom"]


def test_no_archive_is_unknown(wacr: Wacr) -> None:
    """Without an archive the check says what to do."""
    result = wacr("check")
    assert (result.status, result.stderr) == (3, "")
    assert result.text.startswith("WACR UNKNOWN - there is no archive")


@pytest.mark.parametrize(
    "words",
    [
        ["--waiting-over", "soon"],
        ["--waiting-over", "2h:30m"],
        ["--failed-over", "200%"],
        ["--calls-left-under", "5:20"],
        ["--within", "0"],
        ["--format", "yaml"],
        ["--nope"],
    ],
)
def test_wrong_flags_are_unknown(archived: Wacr, words: list[str]) -> None:
    """A monitoring system must not take a typo for a critical state."""
    assert archived("check", *words).status == 3
