"""Charts and the report: what they draw, and that no text in them is obeyed."""

from __future__ import annotations

import builtins
import re
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest

from wacr_cli.core.errors import UsageError
from wacr_cli.core.models import Row
from wacr_cli.output import charts
from wacr_cli.output.report import Report, render

HOSTILE = "</text></svg><script>alert(1)</script>\"'&{{7*7}}\x1b[31m\u202e\ud800\n"
NAMES = ("नमस्ते", "مريم", "結衣", HOSTILE)
PERIOD = {"since": "2026-11-01T00:00:00+00:00", "until": "2026-11-08T00:00:00+00:00", "timezone": "UTC"}
SVG = "{http://www.w3.org/2000/svg}"


def make_result(topic: str, groups: list[Row], **values: Any) -> Row:
    """Return a result of statistics."""
    return {"topic": topic, "period": PERIOD, "ignored": 0, **values, "groups": groups}


def volume(*keys: str | None) -> Row:
    """Return the volume of groups."""
    groups = [{"key": key, "inbound": 2, "outbound": at, "total": 2 + at} for at, key in enumerate(keys)]
    return make_result("volume", groups)


def delivery(*keys: str) -> Row:
    """Return the delivery of groups."""
    numbers = {"outbound": 10, "sent": 1, "delivered": 2, "read": 5, "failed": 2, "failed_rate": 0.2, "read_rate": 0.5}
    reasons = [{"reason": HOSTILE, "failed": 2}, {"reason": None, "failed": 1}]
    return make_result("delivery", [{"key": key, **numbers} for key in keys], **numbers, reasons=reasons)


def response(*keys: str) -> Row:
    """Return response times; the last group has none."""
    shares = {"within_5m": 0.5, "within_1h": 0.6, "within_24h": 1.0}
    times = {"turns": 10, "answered": 9, "waiting": 1, "median_seconds": 252, "p90_seconds": 40_000, **shares}
    groups: list[Row] = [{"key": key, **times} for key in keys]
    groups[-1] |= {"median_seconds": None, "p90_seconds": None, "within_1h": None}
    return make_result("response", groups, **times)


def hours() -> Row:
    """Return busy hours."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    groups = [
        {"key": f"{day} {hour:02}", "weekday": day, "hour": hour, "inbound": hour, "outbound": 0, "total": hour}
        for day in days
        for hour in range(24)
    ]
    return make_result("hours", groups, total=1932)


def contacts() -> Row:
    """Return conversations with names."""
    counts = {"inbound": 3, "outbound": 4, "total": 7, "last_at": "2026-11-07T00:00:00+00:00"}
    groups = [
        {"key": at, "number": "91123", "name": name, **counts, "waiting_seconds": None} for at, name in enumerate(NAMES)
    ]
    return make_result("contacts", groups)


def texts(svg: bytes) -> list[str]:
    """Return the texts of a chart."""
    return ["".join(one.itertext()) for one in ElementTree.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314 - our own


@pytest.mark.parametrize(
    ("result", "by", "expected"),
    [
        (volume("2026-11-01", "2026-11-02"), "day", ["Messages by day", "Messages", "Day", "inbound", "outbound"]),
        (volume("text", None), "type", ["Messages by type", "none", "text"]),
        (delivery("mon"), "weekday", ["Delivery by weekday", "Weekday", "read", "delivered", "sent", "failed"]),
        (response("mon", "tue"), "weekday", ["Response time (hours)", "median", "90th percentile"]),
        (hours(), None, ["Messages by weekday and hour", "Hour of the day", "mon", "sun", "23"]),
        (contacts(), None, ["Conversations with the most messages", "नमस्ते (0)", "結衣 (2)"]),
    ],
)
def test_a_chart_has_titles_units_and_a_legend_as_text(result: Row, by: str | None, expected: list[str]) -> None:
    """In SVG they are texts, with the period."""
    found = texts(charts.draw(result, by, "svg"))
    assert set(expected) <= set(found)
    assert "2026-11-01 00:00 to 2026-11-08 00:00, UTC" in found


def test_no_text_of_a_chart_is_obeyed() -> None:
    """A name or type with markup and control characters stays a text."""
    for result in (contacts(), volume(HOSTILE)):
        svg = charts.draw(result, "type", "svg")
        tags = {one.tag.removeprefix(SVG) for one in ElementTree.fromstring(svg).iter()}  # noqa: S314 - our own
        assert tags <= {
            "svg",
            "g",
            "rect",
            "path",
            "text",
            "line",
            "defs",
            "clipPath",
            "linearGradient",
            "stop",
            "tspan",
        }
        assert not re.search("[\x1b\u202e]", svg.decode())
        assert any("alert(1)" in text for text in texts(svg))


def test_a_png_is_a_picture() -> None:
    """Twice as large as the SVG says, for screens with many points."""
    png = charts.draw(volume("2026-11-01"), "day", "png")
    width = int(ElementTree.fromstring(charts.draw(volume("2026-11-01"), "day", "svg")).attrib["width"])  # noqa: S314
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(png[16:20], "big") == 2 * width


def test_response_needs_groups() -> None:
    """One number is no chart."""
    with pytest.raises(UsageError, match="needs --by"):
        charts.draw({"topic": "response", "period": PERIOD, "ignored": 0}, None, "svg")


@pytest.mark.parametrize("missing", ["altair", "vl_convert"])
def test_without_the_extra_it_names_the_command(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install."""
    found = builtins.__import__

    def refuse(name: str, *rest: Any, **more: Any) -> Any:
        if name == missing:
            raise ImportError(name)
        return found(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(UsageError) as raised:
        charts.draw(volume("2026-11-01"), "day", "svg")
    assert "pip install 'wacr-cli[charts]'" in raised.value.hint


def make_report(**values: Any) -> Report:
    """Return a report with hostile texts."""
    figures = {**volume("2026-11-01")["groups"][0], **response("mon", "tue"), **delivery("mon")}
    figures |= {"conversations_active": 5, "conversations_new": 2, "waiting_now": 1, "topic": "overview"}
    waiting = {"key": 7, "number": None, "name": HOSTILE, "waiting_since": "2026-11-07T09:00:00+00:00"}
    overview = {
        **figures,
        "longest_waiting": [{**waiting, "waiting_seconds": 3600}],
        "previous": {**figures, "median_seconds": 100, "failed_rate": 0.4, "read_rate": None},
    }
    return Report(
        values.pop("title", HOSTILE),
        overview,
        volume("2026-11-01", "2026-11-02"),
        response("mon", "tue"),
        delivery("mon"),
        hours(),
        datetime(2026, 11, 8, tzinfo=UTC),
        **values,
    )


def test_no_text_of_a_report_is_obeyed() -> None:
    """It has no script and no reference, and nothing evaluates what a name says."""
    page = render(make_report(messages={7: HOSTILE}))
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "49" not in re.sub(r"<svg.*?</svg>|<style>.*?</style>", "", page, flags=re.DOTALL)
    assert not re.search("[\x1b\u202e\ud800]", page)
    assert re.findall(r'(?:href|src)="([^"]*)"', page) == ["data:,"]
    assert page.count("<svg") == page.count("<details>") == page.count('role="img"') == 4


def test_texts_of_messages_are_shown_only_on_request() -> None:
    """Names are shown always."""
    assert "a secret" not in render(make_report())
    assert "a secret" in render(make_report(messages={7: "a secret"}))


def test_a_report_says_what_changed() -> None:
    """Figures that changed by a tenth or more, in words; those without a number before are left out."""
    page = render(make_report(title="Shop"))
    assert '<li class="bad">Median response got worse: 4m 12s, 1m 40s before.</li>' in page
    assert '<li class="good">Share failed improved: 20.0%, 40.0% before.</li>' in page
    assert "Share read improved" not in page
    assert "<h1><bdi>Shop</bdi></h1>" in page
