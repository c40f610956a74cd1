"""Statistics for people: tables with bars in block characters, a line of days, a map of hours."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime

from rich.console import Group
from rich.table import Table as RichTable
from rich.text import Text

from wacr_cli.core.business_hours import DAYS
from wacr_cli.core.models import Row
from wacr_cli.output.cells import NULL, cut
from wacr_cli.output.console import Console
from wacr_cli.output.destinations import Sink
from wacr_cli.output.rendering import Renderer
from wacr_cli.output.sanitize import printable

_BLOCKS = " ▏▎▍▌▋▊▉█"
_SPARKS = "▁▂▃▄▅▆▇█"
_SHADES = " ░▒▓█"
_INBOUND, _OUTBOUND = "cyan", "magenta"
_NARROWEST_BAR, _WIDEST_BAR = 8, 40
_NAME_WIDTH = 24
_KEY_WIDTH = 20
_WIDE = 100
_MOST_DAYS = 60
_LONGEST = 5

LABELS = {
    "inbound": "Inbound messages",
    "outbound": "Outbound messages",
    "total": "All messages",
    "conversations_active": "Active conversations",
    "conversations_new": "New conversations",
    "sent": "Sent",
    "delivered": "Delivered",
    "read": "Read",
    "failed": "Failed",
    "failed_rate": "Share failed",
    "read_rate": "Share read",
    "turns": "Customer turns",
    "answered": "Answered",
    "waiting": "Unanswered turns",
    "median_seconds": "Median response",
    "p90_seconds": "90th percentile",
    "within_5m": "Within 5 minutes",
    "within_1h": "Within 1 hour",
    "within_24h": "Within 24 hours",
}
"""The figures in words."""

HEADINGS = {
    **{name: name.upper() for name in ("inbound", "outbound", "total", "sent", "delivered", "read", "failed")},
    "failed_rate": "FAILED",
    "read_rate": "READ",
    "turns": "TURNS",
    "answered": "ANSWERED",
    "waiting": "WAITING",
    "median_seconds": "MEDIAN",
    "p90_seconds": "P90",
    "within_5m": "≤5m",
    "within_1h": "≤1h",
    "within_24h": "≤24h",
}

_WORSE_UP = ("failed", "failed_rate", "waiting", "median_seconds", "p90_seconds")
"""The figures that got worse when they are greater."""

_BETTER_UP = ("read_rate", "within_5m", "within_1h", "within_24h")
"""The figures that got better when they are greater."""

_MOODS = {"good": "green", "bad": "red"}


class StatisticsTable:
    """Writes the result of :func:`~wacr_cli.statistics.compute` for people."""

    def __init__(self, sink: Sink, console: Console) -> None:
        self._sink = sink
        self._width = console.width if sink.is_terminal else 100
        self._renderer = Renderer(console, sink, width=self._width)

    def write(self, rows: Sequence[Row]) -> None:
        """Write the results."""
        for result in rows:
            self._sink.write(self._renderer.render(Group(Text(describe_period(result)), Text(), *self._draw(result))))

    def finish(self) -> None:
        """Nothing follows."""

    def _draw(self, result: Row) -> Iterable[RichTable | Text]:
        draw: dict[str, Callable[[Row], Iterable[RichTable | Text]]] = {
            "overview": self._draw_overview,
            "volume": self._draw_volume,
            "delivery": self._draw_delivery,
            "response": self._draw_response,
            "hours": self._draw_hours,
            "contacts": self._draw_contacts,
        }
        return draw[result["topic"]](result)

    def _draw_volume(self, result: Row) -> Iterable[RichTable | Text]:
        """A bar shows inbound and outbound messages."""
        names = ("inbound", "outbound", "total")
        groups = result.get("groups", [])
        most = max((group["total"] for group in groups), default=0)
        room = self._width - _width_of(groups) - 3 * 10 - 4
        room = max(_NARROWEST_BAR, min(_WIDEST_BAR, room))
        yield self._make_table(
            names, groups, result, lambda group: _stack(group["inbound"], group["outbound"], most, room)
        )
        yield Text.assemble("\n", ("█", _INBOUND), " inbound  ", ("▒", _OUTBOUND), " outbound")

    def _draw_delivery(self, result: Row) -> Iterable[RichTable | Text]:
        names = ("outbound", "sent", "delivered", "read", "failed", "failed_rate", "read_rate")
        groups = result.get("groups", [])
        most = max((group["failed_rate"] or 0 for group in groups), default=0)
        room = max(0, min(20, self._width - _width_of(groups) - 66))
        yield self._make_table(names, groups, result, lambda group: _bar(group["failed_rate"] or 0, most, room, "red"))
        if result["reasons"]:
            yield Text()
            table = _make_grid("FAILED", "REASON", left=(1,))
            for one in result["reasons"]:
                reason = (
                    "unknown: see wacr sync --details failed" if one["reason"] is None else printable(one["reason"])
                )
                table.add_row(Text(f"{one['failed']:,}"), cut(Text(reason), max(20, self._width - 10)))
            yield table

    def _draw_response(self, result: Row) -> Iterable[RichTable | Text]:
        names = ("turns", "answered", "waiting", "median_seconds", "p90_seconds")
        shares = ("within_5m", "within_1h", "within_24h")
        groups = result.get("groups", [])
        most = max((group["median_seconds"] or 0 for group in groups), default=0)
        room = max(0, min(20, self._width - _width_of(groups) - 70))
        yield self._make_table(
            (*names, *shares), groups, result, lambda group: _bar(group["median_seconds"] or 0, most, room, "yellow")
        )

    def _make_table(
        self, names: Sequence[str], groups: Sequence[Row], whole: Row, draw: Callable[[Row], Text]
    ) -> RichTable:
        """Return a table with a line for each group, and one for the whole."""
        headings = ("", *(HEADINGS[name] for name in names), "")
        table = _make_grid(*headings, left=(0, len(headings) - 1), gap=2 if self._width >= _WIDE else 1)
        for key, group in zip(_format_keys(groups), groups, strict=True):
            table.add_row(key, *(format_figure(name, group[name]) for name in names), draw(group))
        table.add_row(Text("all"), *(format_figure(name, whole[name]) for name in names), style="bold")
        return table

    def _draw_hours(self, result: Row) -> Iterable[RichTable | Text]:
        """A row for each weekday, two cells for each hour."""
        counts = {(group["weekday"], group["hour"]): group["total"] for group in result["groups"]}
        most = max(counts.values())
        yield Text("     " + "".join(f"{hour:02}      "[:8] for hour in range(0, 24, 4)).rstrip(), style="bold")
        for day in DAYS:
            line = Text(f"{day}  ")
            for hour in range(24):
                line.append(_SHADES[_find_level(counts[day, hour], most, len(_SHADES))] * 2, style=_INBOUND)
            yield line.append(f"  {sum(counts[day, hour] for hour in range(24)):>8,}")
        busiest = max(counts, key=lambda one: counts[one])
        yield Text()
        if most:
            yield Text(f"Busiest: {busiest[0]} {busiest[1]:02}:00, {most:,} messages. {result['total']:,} in all.")

    def _draw_contacts(self, result: Row) -> Iterable[RichTable | Text]:
        table = _make_grid("WHO", "INBOUND", "OUTBOUND", "TOTAL", "LAST", "WAITING", left=(0, 4))
        for group in result["groups"]:
            last = group["last_at"][:16].replace("T", " ")
            numbers = (Text(f"{group[name]:,}") for name in ("inbound", "outbound", "total"))
            table.add_row(_format_who(group), *numbers, Text(last), format_figure("s", group["waiting_seconds"]))
        yield table if result["groups"] else Text("There are no conversations in this period.")

    def _draw_overview(self, result: Row) -> Iterable[RichTable | Text]:
        table = _make_grid("", "PERIOD", "BEFORE", "CHANGE")
        for name, label in LABELS.items():
            now, before = result[name], result["previous"][name]
            table.add_row(
                Text(label), format_figure(name, now), format_figure(name, before), format_change(name, now, before)
            )
        yield table
        days = [day["total"] for day in result["days"]][-_MOST_DAYS:]
        if any(days):
            yield Text.assemble("\nMessages a day  ", (draw_sparkline(days), _INBOUND), f"  most: {max(days):,}")
        if result["busiest_hour"] is not None:
            yield Text(f"Busiest hour    {int(result['busiest_hour']):02}:00")
        yield Text(f"Waiting now     {result['waiting_now']:,}")
        for one in result["longest_waiting"][:_LONGEST]:
            yield Text.assemble("  ", _format_who(one), "  ", format_figure("s", one["waiting_seconds"]))


def describe_period(result: Row) -> str:
    """Return the period of a result in words, and how many messages were left out."""
    period = result["period"]
    since, until = (datetime.fromisoformat(period[name]).strftime("%Y-%m-%d %H:%M") for name in ("since", "until"))
    words = f"{since} to {until}, {period['timezone']}"
    if result["ignored"]:
        words += f"; {result['ignored']:,} messages without a time or direction are left out"
    return words


def format_figure(name: str, value: float | None) -> Text:
    """Return a figure: a share in percent, a time as ``4m 12s``, a number with thousands separators."""
    if value is None:
        return Text(NULL, style="dim")
    return Text(format_number(name, value))


def format_number(name: str, value: float) -> str:
    """Return a figure as text, by the field that it is of; see :func:`format_figure`."""
    if name.endswith("_rate") or name.startswith("within_"):
        return f"{100 * value:.1f}%"
    return format_time(value) if name.endswith("_seconds") or name == "s" else f"{value:,}"


def format_time(seconds: float) -> str:
    """Return a time in two units: ``8s``, ``4m 12s``, ``3h 05m``, ``2d 04h``."""
    whole = round(seconds)
    for size, unit, part, smaller in ((86400, "d", 3600, "h"), (3600, "h", 60, "m"), (60, "m", 1, "s")):
        if whole >= size:
            return f"{whole // size}{unit} {whole % size // part:02}{smaller}"
    return f"{whole}s"


def format_change(name: str, now: float | None, before: float | None) -> Text:
    """Return a change: in percent points for shares, else in percent; red where it got worse, green where better."""
    if now is None or before is None or (not before and not name.endswith("_rate")):
        return Text("")
    is_share = name.endswith("_rate") or name.startswith("within_")
    change = 100 * (now - before) if is_share else 100 * (now - before) / before
    text = f"{change:+.1f} pp" if is_share else f"{change:+.0f}%"
    return Text(text, style=_MOODS.get(find_mood(name, now, before), ""))


def find_mood(name: str, now: float | None, before: float | None) -> str:
    """Return whether a change is ``good`` or ``bad``, an empty text where it is neither."""
    if now is None or before is None or now == before or name not in (*_WORSE_UP, *_BETTER_UP):
        return ""
    return "bad" if (now > before) == (name in _WORSE_UP) else "good"


def draw_sparkline(values: Sequence[float]) -> str:
    """Return a line of blocks, one for each value."""
    most = max(values, default=0)
    return "".join(_SPARKS[_find_level(value, most, len(_SPARKS))] for value in values)


def _find_level(value: float, most: float, levels: int) -> int:
    """Return the level of a value: 0 for none, the highest for the most, and at least 1 for anything between."""
    return 0 if not value or not most else max(1, round(value / most * (levels - 1)))


def _bar(value: float, most: float, room: int, style: str) -> Text:
    eighths = round(value / most * room * 8) if most else 0
    return Text(("█" * (eighths // 8) + _BLOCKS[eighths % 8]).rstrip(), style=style)


def _stack(inbound: int, outbound: int, most: int, room: int) -> Text:
    """Return a bar of two parts."""
    whole = round((inbound + outbound) / most * room) if most else 0
    first = round(inbound / (inbound + outbound) * whole) if whole else 0
    return Text.assemble(("█" * first, _INBOUND), ("▒" * (whole - first), _OUTBOUND))


def _make_grid(*headings: str, left: Collection[int] = (0,), gap: int = 2) -> RichTable:
    """Return an empty table; columns are aligned right but those with the numbers *left*."""
    table = RichTable(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="bold")
    for at, heading in enumerate(headings):
        table.add_column(heading, justify="left" if at in left else "right", no_wrap=True)
    return table


def _format_keys(groups: Sequence[Row]) -> list[Text]:
    """Return the names of groups."""
    keys = [group["key"] for group in groups]
    if keys == [str(hour) for hour in range(24)]:
        return [Text(f"{key:>02}:00") for key in keys]
    return [_format_key(key) for key in keys]


def _format_key(key: str | int | None) -> Text:
    """Return the name of a group: a text, or the number of who sent the messages."""
    if key is None:
        return Text(NULL, style="dim")
    return Text(f"staff {key}") if isinstance(key, int) else cut(Text(printable(key)), _KEY_WIDTH)


def _format_who(row: Row) -> Text:
    return cut(Text(printable(str(row["name"] or row["number"] or row["key"]))), _NAME_WIDTH)


def _width_of(groups: Sequence[Row]) -> int:
    """Return the width of the column of groups."""
    return max((key.cell_len for key in _format_keys(groups)), default=3)
