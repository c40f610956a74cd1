"""HTML: a transcript, and rows as a table, each a page that needs nothing beside itself and runs nothing.

A policy in the page forbids it to load or run anything, should a text ever come through as more than text. It follows
the reader's dark or light setting, and prints in light on A4 without tearing a message apart.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from datetime import datetime

from wacr_cli.core.models import Row
from wacr_cli.core.times import parse_sent_at
from wacr_cli.output.destinations import Sink
from wacr_cli.output.sanitize import printable
from wacr_cli.output.transcript import Days, Entry, Find, clock, entries, heading, standing, zone_of

# Marks that texts of right-to-left scripts are written with; harmless, since every text is kept apart from the next.
_MARKS = re.compile("([\u200e\u200f\u061c])")

_STYLE = """
:root { color-scheme: light dark; --page: #f3f1ec; --ink: #1d1f21; --dim: #62666a; --in: #ffffff; --out: #d8f2d0;
  --line: #c9c6bf; --bad: #a81c1c; }
@media screen and (prefers-color-scheme: dark) { :root { --page: #14181b; --ink: #e6e8ea; --dim: #9aa3aa; --in: #22282d;
  --out: #1d3f2f; --line: #3a4249; --bad: #ff8f87; } }
@page { size: A4; margin: 16mm 14mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 50rem; background: var(--page); color: var(--ink);
  font: 1rem/1.45 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; }
h1 { font-size: 1.35rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
.about { margin: 0 0 1.5rem; color: var(--dim); }
h2 { font-size: .85rem; font-weight: 600; color: var(--dim); display: flex; align-items: center; gap: .75rem;
  margin: 1.75rem 0 .75rem; }
h2::before, h2::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
article { width: fit-content; max-width: 78%; min-width: 9rem; margin: .4rem 0; padding: .45rem .75rem .55rem;
  border: 1px solid var(--line); border-radius: .75rem; background: var(--in); overflow-wrap: anywhere; }
article.out { margin-left: auto; background: var(--out); border-top-right-radius: .15rem; }
article.in { border-top-left-radius: .15rem; }
.by { display: flex; flex-wrap: wrap; gap: 0 .6rem; font-size: .8rem; color: var(--dim); }
.by b { color: var(--ink); }
.failed { color: var(--bad); font-weight: 600; }
.text { margin: .15rem 0 0; white-space: pre-wrap; unicode-bidi: plaintext; text-align: start; }
.media { margin: .2rem 0 0; font-style: italic; }
blockquote { margin: .3rem 0; padding: .1rem .6rem; border-inline-start: 3px solid var(--line); color: var(--dim);
  font-size: .9rem; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top; }
th { white-space: nowrap; }
td { overflow-wrap: break-word; }
td:last-child { overflow-wrap: anywhere; }
.wide { max-width: none; }
@media print {
  :root { color-scheme: light; --page: #ffffff; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  article { break-inside: avoid; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  h2 { break-after: avoid; }
  tr { break-inside: avoid; }
}
"""

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{style}</style>
</head>
<body{kind}>
<h1>{heading}</h1>
<p class="about">{about}</p>
"""
_FOOT = "</body>\n</html>\n"


def shown(line: str) -> str:
    """A line of text as HTML that is nothing but text."""
    parts = _MARKS.split(line)
    return "".join(part if _MARKS.fullmatch(part) else html.escape(printable(part)) for part in parts)


def _lines(text: str) -> str:
    return "\n".join(shown(line) for line in text.split("\n"))


def _head(title: Sequence[str], about: str, kind: str = "") -> str:
    """The page down to its text; the parts of a title may be of different scripts, and stay in order."""
    apart = " · ".join(f"<bdi>{shown(part)}</bdi>" for part in title)
    return _HEAD.format(title=shown(" · ".join(title)), heading=apart, about=shown(about), style=_STYLE, kind=kind)


class HtmlTranscript:
    """Writes messages under their days, theirs on the left and ours on the right."""

    def __init__(self, sink: Sink, known: Row, now: Callable[[], datetime], find: Find) -> None:
        self._sink = sink
        self._find = find
        self._days = Days()
        more = f"{standing(known, now())}. " if standing(known, now()) else ""
        self._head = _head(heading(known), f"{more}Times are local, {zone_of(now())} now.") + "<main>\n"

    def write(self, rows: Sequence[Row]) -> None:
        """Write some messages, oldest first."""
        parts = [self._head]
        self._head = ""
        for entry in entries(rows, self._find):
            if day := self._days.begun_by(entry):
                parts.append(f"<h2>{shown(day)}</h2>\n")
            parts.append(_article(entry))
        self._sink.write("".join(parts))

    def finish(self) -> None:
        """Close the page."""
        self._sink.write(f"{self._head}</main>\n{_FOOT}")


def _article(entry: Entry) -> str:
    side = {True: "out", False: "in", None: "none"}[entry.ours]
    full = f"{entry.moment:%a %d %b %Y %H:%M:%S %z}" if entry.moment else ""
    at = f' datetime="{entry.moment.isoformat()}" title="{full}"' if entry.moment else ""
    by = [f'<b dir="auto">{shown(entry.who)}</b>', f"<time{at}>{shown(clock(entry))}</time>"]
    if entry.status:
        by.append(f'<span{" class=failed" * entry.failed} dir="auto">{shown(entry.status)}</span>')
    parts = [f'<div class="by">{" ".join(by)}</div>']
    if entry.quote:
        who, text = entry.quote.who, entry.quote.text
        words = f"<bdi>{shown(who)}</bdi>: {shown(text)}" if who else "in reply to a message not at hand"
        parts.append(f'<blockquote dir="auto">{words}</blockquote>')
    if entry.media:
        parts.append(f'<p class="media" dir="auto">{shown(entry.media)}</p>')
    if entry.text:
        parts.append(f'<p class="text" dir="auto">{_lines(entry.text)}</p>')
    return f'<article class="{side}">{"".join(parts)}</article>\n'


class HtmlTable:
    """Writes rows as a table; times are local, to the minute."""

    def __init__(self, sink: Sink, columns: Sequence[str], title: str, about: str, now: datetime) -> None:
        self._sink = sink
        about = f"{about} Times are local, {zone_of(now)} now."
        self._columns = columns
        cells = "".join(f"<th>{html.escape(name.replace('_', ' '))}</th>" for name in columns)
        self._head = f"{_head([title], about, ' class=wide')}<table>\n<thead><tr>{cells}</tr></thead>\n<tbody>\n"

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows."""
        lines = ("".join(f'<td dir="auto">{_cell(row.get(name))}</td>' for name in self._columns) for row in rows)
        self._sink.write(self._head + "".join(f"<tr>{line}</tr>\n" for line in lines))
        self._head = ""

    def finish(self) -> None:
        """Close the page."""
        self._sink.write(f"{self._head}</tbody>\n</table>\n{_FOOT}")
        self._head = ""


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str) and (moment := parse_sent_at(value)) and "T" in value:
        try:
            return f"{moment.astimezone():%d&nbsp;%b&nbsp;%Y, %H:%M}"
        except OverflowError:  # a year that no time zone reaches
            return shown(value)
    return shown(" ".join(str(value).split()))
