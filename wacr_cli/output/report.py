"""The report: one self-contained page with charts, for people who don't use a terminal.

The page loads nothing and runs nothing. Jinja2 escapes every text in it; the charts are SVG by Vega, which does too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wacr_cli.core.errors import UsageError
from wacr_cli.core.models import Row
from wacr_cli.output import charts
from wacr_cli.output.cells import NULL
from wacr_cli.output.sanitize import printable
from wacr_cli.output.statistics import (
    HEADINGS,
    LABELS,
    describe_period,
    find_mood,
    format_change,
    format_number,
)
from wacr_cli.statistics.query import VOLUME

_SHOWN = (
    "inbound",
    "outbound",
    "conversations_active",
    "conversations_new",
    "median_seconds",
    "within_1h",
    "failed_rate",
    "read_rate",
)
_JUDGED = ("median_seconds", "p90_seconds", "within_1h", "waiting", "failed_rate", "read_rate")
_MUCH = 0.1
"""A relative change that is worth a sentence."""


@dataclass(frozen=True, slots=True)
class Report:
    """The contents of a report: the results of five topics, and the conversations that wait longest.

    ``messages`` has the text of the message that waits, by conversation; None leaves texts out.
    """

    title: str
    overview: Row
    volume: Row
    response: Row
    delivery: Row
    hours: Row
    made_at: datetime
    has_business_hours: bool = False
    messages: dict[int, str] | None = None


def render(report: Report) -> str:
    """Return the page. Raises :class:`UsageError` where the extra for charts is not installed."""
    try:
        import jinja2
    except ImportError:
        raise UsageError("reports need Jinja2", "Install it: pip install 'wacr-cli[charts]'") from None
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("wacr_cli.output"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    template = environment.get_template("report.html")
    text = template.render(**_describe(report), charts=_draw_all(report))
    return text + "\n"


def _describe(report: Report) -> dict[str, Any]:
    overview, before = report.overview, report.overview["previous"]
    shares = {name: _format(name, overview[name]) for name in LABELS}
    hours = " in business hours" if report.has_business_hours else ""
    return {
        "title": printable(report.title),
        "period": printable(describe_period(overview)),
        "figures": [_describe_figure(name, overview[name], before[name]) for name in _SHOWN],
        "changes": [change for name in _JUDGED if (change := _judge(name, overview[name], before[name]))],
        "response": f"{overview['answered']:,} of {overview['turns']:,} turns were answered. Half of the answers came "
        f"within {shares['median_seconds']}{hours}, nine of ten within {shares['p90_seconds']}.",
        "delivery": f"{overview['outbound']:,} messages were sent: {shares['failed_rate']} failed, "
        f"{shares['read_rate']} were read at least.",
        "reasons": [
            (printable(one["reason"] or "unknown"), f"{one['failed']:,}") for one in report.delivery["reasons"]
        ],
        "waiting": [_describe_waiting(one, report.messages) for one in overview["longest_waiting"]],
        "waiting_now": f"{overview['waiting_now']:,} conversations wait for an answer.",
        "with_messages": report.messages is not None,
        "footer": f"Made by wacr on {report.made_at:%Y-%m-%d %H:%M %z} from the local archive.",
    }


def _format(name: str, value: float | None) -> str:
    return NULL if value is None else format_number(name, value)


def _describe_figure(name: str, now: float | None, before: float | None) -> dict[str, str]:
    change = format_change(name, now, before).plain
    text = f"{change} ({_format(name, before)} before)" if change else f"{_format(name, before)} before"
    return {"label": LABELS[name], "value": _format(name, now), "change": text, "mood": find_mood(name, now, before)}


def _judge(name: str, now: float | None, before: float | None) -> dict[str, str] | None:
    """Return a sentence about a change, None where it is small."""
    mood = find_mood(name, now, before)
    if not mood or now is None or before is None or abs(now - before) < _MUCH * max(abs(before), abs(now)):
        return None
    verb = "improved" if mood == "good" else "got worse"
    return {"mood": mood, "text": f"{LABELS[name]} {verb}: {_format(name, now)}, {_format(name, before)} before."}


def _describe_waiting(one: Row, messages: dict[int, str] | None) -> dict[str, str]:
    return {
        "who": printable(str(one["name"] or one["number"] or one["key"])),
        "since": one["waiting_since"][:16].replace("T", " "),
        "time": format_number("s", one["waiting_seconds"]),
        "message": "\n".join(printable(line) for line in (messages or {}).get(one["key"], "").split("\n")),
    }


def _draw_all(report: Report) -> dict[str, dict[str, Any]]:
    times = ("turns", "answered", "median_seconds", "p90_seconds", "within_1h")
    statuses = ("outbound", "sent", "delivered", "read", "failed", "failed_rate")
    return {
        "volume": _draw("Messages a day", report.volume, "day", VOLUME),
        "response": _draw("Response times by weekday", report.response, "weekday", times),
        "delivery": _draw("Delivery a day", report.delivery, "day", statuses),
        "hours": _draw("Messages by weekday and hour", report.hours, None, VOLUME),
    }


def _draw(title: str, result: Row, by: str | None, fields: Sequence[str]) -> dict[str, Any]:
    """Return a chart as the template takes it: SVG, a text instead of it, and the table behind it."""
    from markupsafe import Markup

    groups = result["groups"]
    svg = charts.draw(result, by, "svg", background="transparent").decode()
    most = max(groups, key=lambda group: group[fields[-1]] or 0)
    return {
        "title": title,
        "svg": Markup(svg),  # noqa: S704 - drawn by Vega, which escapes the texts in it
        "description": f"Chart: {title}. The greatest value of {HEADINGS[fields[-1]].lower()} is "
        f"{_format(fields[-1], most[fields[-1]])}, of {printable(str(most['key']))}.",
        "columns": [(by or "hour").capitalize(), *(HEADINGS[name].capitalize() for name in fields)],
        "rows": [(printable(str(group["key"])), *(_format(name, group[name]) for name in fields)) for group in groups],
    }
