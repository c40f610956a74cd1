"""Charts of statistics, as SVG or PNG, drawn by Vega-Lite through altair.

Colours are those of Okabe and Ito, which people with any kind of colour blindness can tell apart. Names and types are
data of a chart, never part of its description; Vega writes them as text.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from wacr_cli.core.errors import UsageError
from wacr_cli.core.models import Row
from wacr_cli.output.sanitize import printable
from wacr_cli.output.statistics import describe_period

BLUE, ORANGE, GREEN, RED, SKY, GREY = "#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#8c8c8c"
_DIRECTIONS = {"inbound": BLUE, "outbound": ORANGE}
_STATUSES = {"read": GREEN, "delivered": SKY, "sent": GREY, "failed": RED}
_TIMES = {"median": BLUE, "90th percentile": RED}
_SCALE = 2
_FONT = "Noto Sans, Helvetica Neue, Arial, Noto Sans Devanagari, Noto Sans Arabic, Noto Sans CJK SC, sans-serif"
_WIDTH, _HEIGHT, _WIDEST_BAR = 640, 280, 120
_UNITS = ((86400 * 2, 86400, "days"), (3600 * 2, 3600, "hours"), (60 * 2, 60, "minutes"), (0, 1, "seconds"))
_PERIODS = {"day": "day", "week": "week", "month": "month", "hour": "hour of the day", "weekday": "weekday"}


def import_altair() -> Any:
    """Return the module altair. Raises :class:`UsageError` where the extra for charts is not installed."""
    try:
        import altair
        import vl_convert  # noqa: F401 - altair's program for pictures
    except ImportError:
        raise UsageError(
            "charts need altair and vl-convert-python", "Install them: pip install 'wacr-cli[charts]'"
        ) from None
    return altair


def draw(result: Row, by: str | None, kind: str, *, background: str = "white") -> bytes:
    """Return the chart of a result of :func:`~wacr_cli.statistics.compute` as ``svg`` or ``png``.

    *by* is what it is grouped by. Raises :class:`UsageError` where there is no chart of it.
    """
    chart = _make_chart(result, by).configure(background=background, font=_FONT)
    chart = chart.configure_title(anchor="start", subtitleColor="#555").configure_view(stroke=None)
    buffer: Any = io.StringIO() if kind == "svg" else io.BytesIO()
    chart.save(buffer, format=kind, **({} if kind == "svg" else {"scale_factor": _SCALE}))
    found = buffer.getvalue()
    return found.encode() if isinstance(found, str) else bytes(found)


def _make_chart(result: Row, by: str | None) -> Any:
    match result["topic"]:
        case "overview":
            return _stack(result, result["days"], _DIRECTIONS, "Messages a day", "day")
        case "volume":
            return _stack(result, result["groups"], _DIRECTIONS, f"Messages by {_name(by)}", by)
        case "delivery":
            groups = result.get("groups") or [{"key": "all", **result}]
            return _stack(result, groups, _STATUSES, f"Delivery{f' by {_name(by)}' if by else ''}", by)
        case "response" if "groups" in result:
            return _draw_response(result, by)
        case "hours":
            return _draw_hours(result)
        case "contacts":
            names = [_name_contact(group) for group in result["groups"]]
            groups = [{**group, "key": name} for group, name in zip(result["groups"], names, strict=True)]
            return _stack(result, groups, _DIRECTIONS, "Conversations with the most messages", None, is_wide=False)
    raise UsageError("a chart of response needs --by", "Add --by day, week, month, hour or weekday.")


def _name(by: str | None) -> str:
    return _PERIODS.get(str(by), str(by))


def _name_contact(group: Row) -> str:
    """Return who a conversation is with; its id tells apart those of one name."""
    return f"{group['name'] or group['number'] or 'unknown'} ({group['key']})"


def _title(result: Row, text: str) -> Any:
    altair = import_altair()
    return altair.TitleParams(text, subtitle=printable(describe_period(result)))


def _stack(
    result: Row, groups: Sequence[Row], colours: dict[str, str], title: str, by: str | None, *, is_wide: bool = True
) -> Any:
    """Return bars of one or more parts, upright, or side by side where names are long."""
    altair = import_altair()
    parts = [name for name in colours if any(group[name] for group in groups)] or [*colours]
    keys = [_format_key(group["key"]) for group in groups]
    rows = [
        {"key": key, "part": part, "number": group[part], "order": at}
        for key, group in zip(keys, groups, strict=True)
        for at, part in enumerate(parts)
    ]
    number = altair.Axis(title="Messages", tickMinStep=1, format=",d")
    base = altair.Chart(altair.Data(values=rows), title=_title(result, title)).mark_bar()
    base = base.encode(color=_make_colour({part: colours[part] for part in parts}), order=altair.Order("order:Q"))
    if is_wide:
        chart = base.encode(x=_make_keys(keys, by), y=altair.Y("number:Q", axis=number))
        return chart.properties(width=min(_WIDTH, _WIDEST_BAR * len(keys)), height=_HEIGHT)
    names = altair.Y("key:N", sort=keys, axis=altair.Axis(title=None, labelLimit=240))
    chart = base.encode(y=names, x=altair.X("number:Q", axis=number))
    return chart.properties(width=_WIDTH, height=max(60, 20 * len(keys)))


def _draw_response(result: Row, by: str | None) -> Any:
    """Return a line each for the median and the 90th percentile; a gap where nothing was answered."""
    altair = import_altair()
    groups = result["groups"]
    most = max((group["p90_seconds"] or 0 for group in groups), default=0)
    size, unit = next((size, unit) for least, size, unit in _UNITS if most >= least)
    keys = [_format_key(group["key"]) for group in groups]
    rows = [
        {"key": key, "part": part, "time": None if (seconds := group[field]) is None else seconds / size}
        for key, group in zip(keys, groups, strict=True)
        for part, field in zip(_TIMES, ("median_seconds", "p90_seconds"), strict=True)
    ]
    chart = altair.Chart(altair.Data(values=rows), title=_title(result, f"Response time by {_name(by)}"))
    chart = chart.mark_line(point=True).encode(
        x=_make_keys(keys, by),
        y=altair.Y("time:Q", axis=altair.Axis(title=f"Response time ({unit})")),
        color=_make_colour(_TIMES),
        strokeDash=altair.StrokeDash("part:N", legend=None, sort=[*_TIMES]),
    )
    return chart.properties(width=_WIDTH, height=_HEIGHT)


def _make_keys(keys: Sequence[str], by: str | None) -> Any:
    """Return the axis of groups, in their order."""
    altair = import_altair()
    title = None if by is None else _name(by).capitalize()
    axis = altair.Axis(title=title, labelOverlap="greedy", labelAngle=-45 if len(keys) > 12 else 0)
    return altair.X("key:N", sort=keys, axis=axis)


def _make_colour(colours: dict[str, str]) -> Any:
    """Return the colours of parts, with a legend."""
    altair = import_altair()
    scale = altair.Scale(domain=[*colours], range=[*colours.values()])
    return altair.Color("part:N", title=None, scale=scale, legend=altair.Legend(orient="top"))


def _draw_hours(result: Row) -> Any:
    altair = import_altair()
    rows = [{name: group[name] for name in ("weekday", "hour", "total")} for group in result["groups"]]
    days = list(dict.fromkeys(group["weekday"] for group in result["groups"]))
    return (
        altair.Chart(altair.Data(values=rows), title=_title(result, "Messages by weekday and hour"))
        .mark_rect()
        .encode(
            x=altair.X("hour:O", axis=altair.Axis(title="Hour of the day", labelAngle=0)),
            y=altair.Y("weekday:O", sort=days, axis=altair.Axis(title=None)),
            color=altair.Color("total:Q", title="Messages", scale=altair.Scale(scheme="blues")),
        )
        .properties(width=_WIDTH, height=200)
    )


def _format_key(key: object) -> str:
    return "none" if key is None else printable(str(key))
