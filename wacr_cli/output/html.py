"""HTML: a transcript, and rows as a table, each a self-contained page without scripts.

A content security policy forbids loading and running anything, in case a text is ever more than text. The page follows
the dark or light setting of the reader, and prints in light on A4 without splitting a message.
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
from wacr_cli.output.transcript import (
    UNKNOWN_REPLY,
    DayHeadings,
    Entry,
    Find,
    FindFile,
    format_clock,
    format_zone,
    heading,
    make_entries,
    summarize,
)

# Marks in texts of right-to-left scripts; they are harmless, because every text is isolated from the next.
_MARKS = re.compile("([\u200e\u200f\u061c])")

_STYLE = """
:root { color-scheme: light dark; --page: #f3f1ec; --ink: #1d1f21; --dim: #62666a; --in: #ffffff; --out: #d8f2d0;
  --note: #fff3c4; --line: #c9c6bf; --bad: #a81c1c; }
@media screen and (prefers-color-scheme: dark) { :root { --page: #14181b; --ink: #e6e8ea; --dim: #9aa3aa; --in: #22282d;
  --out: #1d3f2f; --note: #413a1c; --line: #3a4249; --bad: #ff8f87; } }
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
  border: 1px solid var(--line); border-radius: .75rem; background: var(--in); overflow-wrap: anywhere;
  content-visibility: auto; contain-intrinsic-size: auto 20rem auto 4.5rem; }
article.out { margin-left: auto; background: var(--out); border-top-right-radius: .15rem; }
article.in { border-top-left-radius: .15rem; }
article.note { margin-inline: auto; border-style: dashed; background: var(--note); }
.by { display: flex; flex-wrap: wrap; gap: 0 .6rem; font-size: .8rem; color: var(--dim); }
.by b { color: var(--ink); }
.failed { color: var(--bad); font-weight: 600; }
.text { margin: .15rem 0 0; white-space: pre-wrap; unicode-bidi: plaintext; text-align: start; }
img, video { display: block; max-width: 100%; max-height: 28rem; border-radius: .4rem; margin-top: .3rem; }
audio { display: block; max-width: 100%; margin-top: .3rem; }
.media a { color: inherit; }
.media { margin: .2rem 0 0; font-style: italic; }
blockquote { margin: .3rem 0; padding: .1rem .6rem; border-inline-start: 3px solid var(--line); color: var(--dim);
  font-size: .9rem; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top; }
a { color: inherit; }
th { white-space: nowrap; }
td { overflow-wrap: break-word; }
td:last-child { overflow-wrap: anywhere; }
.wide { max-width: none; }
@media print {
  :root { color-scheme: light; --page: #ffffff; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  article { content-visibility: visible; break-inside: avoid; }
  article { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  h2 { break-after: avoid; }
  tr { break-inside: avoid; }
}
"""

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
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
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_FILES_POLICY = (
    f"{_POLICY} 'self' file:; media-src 'self' file:; base-uri 'none'; form-action 'none'; script-src 'none'"
)
"""Allows the files beside the page: their origin is the page's own over http, and ``file:`` on a disk."""

_FOOT = "</body>\n</html>\n"


def escape(line: str) -> str:
    """Return a line of text as HTML that shows it as it is."""
    parts = _MARKS.split(line)
    return "".join(part if _MARKS.fullmatch(part) else html.escape(printable(part)) for part in parts)


def _escape_lines(text: str) -> str:
    return "\n".join(escape(line) for line in text.split("\n"))


def _make_head(title: Sequence[str], about: str, kind: str = "", policy: str = _POLICY) -> str:
    """Return the page up to its content; the parts of a title may be of different scripts and stay in order."""
    isolated = " · ".join(f"<bdi>{escape(part)}</bdi>" for part in title)
    return _HEAD.format(
        title=escape(" · ".join(title)),
        heading=isolated,
        about=escape(about),
        style=_STYLE,
        kind=kind,
        policy=policy,
    )


class HtmlTranscript:
    """Writes messages under their days, the customer on the left, the business on the right, notes in the middle.

    *files* returns the relative URL of a message's file; without it the page loads nothing. *index* is the page that it
    links to, if any.
    """

    def __init__(
        self,
        sink: Sink,
        conversation: Row,
        now: Callable[[], datetime],
        find: Find,
        files: FindFile | None = None,
        *,
        index: str = "",
    ) -> None:
        self._sink = sink
        self._find = find
        self._files = files
        self._days = DayHeadings()
        more = f"{summarize(conversation, now())}. " if summarize(conversation, now()) else ""
        about = f"{more}Times are local, {format_zone(now())} now."
        policy = _POLICY if files is None else _FILES_POLICY
        self._head = _make_head(heading(conversation), about, policy=policy)
        self._head += f'<p class="about"><a href="{index}">All months</a></p>\n<main>\n' if index else "<main>\n"

    def write(self, rows: Sequence[Row]) -> None:
        """Write some messages, oldest first."""
        parts = [self._head]
        self._head = ""
        for entry in make_entries(rows, self._find):
            if day := self._days.next(entry):
                parts.append(f"<h2>{escape(day)}</h2>\n")
            parts.append(_make_article(entry, self._files(entry.row["id"]) if self._files else ""))
        self._sink.write("".join(parts))

    def finish(self) -> None:
        """Close the page."""
        self._sink.write(f"{self._head}</main>\n{_FOOT}")


def make_index(title: Sequence[str], about: str, pages: Sequence[tuple[str, str, int]]) -> str:
    """Return the page that links to the pages of the months: their files, labels and numbers of messages."""
    lines = "".join(
        f'<tr><td><a href="{html.escape(file)}">{html.escape(label)}</a></td><td>{count:,}</td></tr>\n'
        for file, label, count in pages
    )
    table = f"<table>\n<thead><tr><th>month</th><th>messages</th></tr></thead>\n<tbody>\n{lines}</tbody>\n</table>\n"
    return f"{_make_head(title, about)}{table}{_FOOT}"


_FAMILIES = {
    **dict.fromkeys(("jpg", "png", "gif", "webp", "avif"), "img"),
    **dict.fromkeys(("mp3", "ogg", "m4a", "aac", "wav", "flac", "amr"), "audio"),
    **dict.fromkeys(("mp4", "webm", "3gp", "mov"), "video"),
}
"""The element that shows a file, by its extension; any other file gets a link only."""


def _make_file(url: str, label: str) -> str:
    """Return the element of a file at a relative URL, and a link to it; *label* is untrusted."""
    source, words = html.escape(url), escape(label) or "file"
    link = f'<p class="media" dir="auto"><a href="{source}" rel="noreferrer">{words}</a></p>'
    match _FAMILIES.get(url.rpartition(".")[2]):
        case "img":
            return f'<img src="{source}" alt="{words}" loading="lazy">{link}'
        case "audio" | "video" as name:
            return f'<{name} src="{source}" controls preload="none"></{name}>{link}'
    return link


def _make_article(entry: Entry, file: str = "") -> str:
    side = "note" if entry.is_comment else {True: "out", False: "in", None: "none"}[entry.ours]
    full = f"{entry.moment:%a %d %b %Y %H:%M:%S %z}" if entry.moment else ""
    at = f' datetime="{entry.moment.isoformat()}" title="{full}"' if entry.moment else ""
    by = [f'<b dir="auto">{escape(entry.who)}</b>', f"<time{at}>{escape(format_clock(entry))}</time>"]
    if entry.status:
        by.append(f'<span{" class=failed" * entry.is_failed} dir="auto">{escape(entry.status)}</span>')
    parts = [f'<div class="by">{" ".join(by)}</div>']
    if entry.quote:
        who, text = entry.quote.who, entry.quote.text
        words = f"<bdi>{escape(who)}</bdi>: {escape(text)}" if who else UNKNOWN_REPLY
        parts.append(f'<blockquote dir="auto">{words}</blockquote>')
    if file:
        parts.append(_make_file(file, entry.media))
    elif entry.media:
        parts.append(f'<p class="media" dir="auto">{escape(entry.media)}</p>')
    if entry.text:
        parts.append(f'<p class="text" dir="auto">{_escape_lines(entry.text)}</p>')
    return f'<article class="{side}">{"".join(parts)}</article>\n'


class HtmlTable:
    """Writes rows as a table; times are local, to the minute."""

    def __init__(self, sink: Sink, columns: Sequence[str], title: str, about: str, now: datetime) -> None:
        self._sink = sink
        about = f"{about} Times are local, {format_zone(now)} now."
        self._columns = columns
        cells = "".join(f"<th>{html.escape(name.replace('_', ' '))}</th>" for name in columns)
        self._head = f"{_make_head([title], about, ' class=wide')}<table>\n<thead><tr>{cells}</tr></thead>\n<tbody>\n"

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows."""
        lines = (
            "".join(f'<td dir="auto">{_format_cell(row.get(name))}</td>' for name in self._columns) for row in rows
        )
        self._sink.write(self._head + "".join(f"<tr>{line}</tr>\n" for line in lines))
        self._head = ""

    def finish(self) -> None:
        """Close the page."""
        self._sink.write(f"{self._head}</tbody>\n</table>\n{_FOOT}")
        self._head = ""


def _format_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str) and (moment := parse_sent_at(value)) and "T" in value:
        try:
            return f"{moment.astimezone():%d&nbsp;%b&nbsp;%Y, %H:%M}"
        except OverflowError:  # a year that no time zone reaches
            return escape(value)
    return escape(" ".join(str(value).split()))
