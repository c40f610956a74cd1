"""What ``wacr api`` does: put a call together, ask before what changes something, show the answer."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from wacr_cli.core.errors import EXIT_INTERRUPTED, BadAnswerError, IncompleteError, UsageError
from wacr_cli.core.models import Row
from wacr_cli.core.times import span
from wacr_cli.core.validation import choice, require_utf8
from wacr_cli.output import writers
from wacr_cli.output.destinations import Sink
from wacr_cli.output.json import encode
from wacr_cli.output.options import Display
from wacr_cli.output.sanitize import printable
from wacr_cli.session import Run

if TYPE_CHECKING:
    from wacr_cli.api.params import Params
    from wacr_cli.api.raw import RawAnswer


@dataclass(frozen=True, slots=True)
class Asked:
    """The words of a command line: see the flags of ``wacr api``."""

    path: str
    fields: Sequence[str]
    raw_fields: Sequence[str]
    method: str
    input: str | None
    paginate: bool = False
    include: bool = False


def make(run: Run, asked: Asked, display: Display, *, ask: bool) -> None:
    """Make the call that was asked for, or for a list all that it takes, and show what comes back."""
    from wacr_cli.api import raw

    method = choice(asked.method.upper(), raw.METHODS, "--method")
    path, params = raw.below(asked.path, run.settings.api_url)
    more, body = _payload(asked, method)
    params += more
    if asked.paginate:
        _check_paginated(method, params, include=asked.include)
        _show_all(run, path, params, display)
        return
    if method != "GET" and ask and not _agreed(run, f"{method} {run.settings.api_url}/{path}"):
        run.console.note("Nothing was sent.")
        raise typer.Exit(EXIT_INTERRUPTED)
    client = run.client
    answer = client.raw(method, path, params, body)
    run.console.clear_status()
    with writers.opened(display, run.console) as sink:
        if asked.include:
            sink.write(_head(answer))
        _show(run, answer, display, sink, failed=not 200 <= answer.status < 300, head=asked.include)
    client.check(path, answer)


def _payload(asked: Asked, method: str) -> tuple[Params, bytes | None]:
    """What the fields and the input come to: parameters, and the body, None where there is none."""
    from wacr_cli.api import raw

    if asked.input is None and method != "GET":
        fields = _fields(asked, as_texts=False)
        return [], raw.body_of(fields) if fields else None
    params = [(key, str(value)) for key, value in _fields(asked, as_texts=True)]
    if asked.input is None:
        return params, None
    if method == "GET":
        raise UsageError("--input: a GET has no body", "Name the method with -X.")
    return params, _read(asked.input, "--input")


def _fields(asked: Asked, *, as_texts: bool) -> list[tuple[str, object]]:
    """The fields of the call, in the order of the flags; of a query string every value is a text."""
    from wacr_cli.api import raw

    found: list[tuple[str, object]] = []
    for word in asked.fields:
        require_utf8("--field", word)
        key, text = raw.field(word, "--field")
        read = text.startswith("@") or not as_texts
        found.append((key, raw.typed(text, _text_of) if read else text))
    for word in asked.raw_fields:
        require_utf8("--raw-field", word)
        found.append(raw.field(word, "--raw-field"))
    return found


def _read(name: str, flag: str) -> bytes:
    """What a file holds, or standard input."""
    try:
        if name != "-":
            return Path(name).read_bytes()
        if sys.stdin is None:
            raise UsageError(f"{flag}: standard input is closed", "Name a file, or pipe something in.")
        return sys.stdin.buffer.read()
    except OSError as error:
        raise UsageError(f"{flag}: can't read {name!r}: {error.strerror}", "Name a file that is there.") from None


def _text_of(name: str) -> str:
    try:
        return _read(name, "--field").decode()
    except UnicodeDecodeError:
        raise UsageError(f"--field: {name!r} is not UTF-8 text", "Send it with --input.") from None


def _check_paginated(method: str, params: Params, *, include: bool) -> None:
    if method != "GET" or include:
        raise UsageError("--paginate goes with neither -X nor --include", "It reads a list by many calls.")
    if named := {"page", "per_page"} & {key for key, _ in params}:
        raise UsageError(f"--paginate and {min(named)} exclude each other", "The walk chooses its pages itself.")


def _agreed(run: Run, what: str) -> bool:
    """Whether the person wants it; who has no terminal has said so by the flag."""
    stdin = sys.stdin
    if stdin is None or stdin.closed or not stdin.isatty() or not run.console.stderr_is_terminal:
        return True
    run.console.say(f"This changes something: {what}. Send it? (y/N)")
    return stdin.readline().strip().lower() in ("y", "yes")


def _head(answer: RawAnswer) -> str:
    """Status and headers, as HTTP writes them, none of which acts."""
    lines = [f"HTTP {answer.status} {answer.reason}".rstrip(), *(f"{name}: {value}" for name, value in answer.headers)]
    return "".join(printable(line) + "\n" for line in lines) + "\n"


def _show(run: Run, answer: RawAnswer, display: Display, sink: Sink, *, failed: bool, head: bool) -> None:
    """The body: of a failure only where the head was asked for too; what is no JSON as it is."""
    if not answer.body.strip() or (failed and not head):
        return
    if failed:
        sink.write("".join(printable(line) + "\n" for line in answer.body.decode(errors="replace").splitlines()))
        return
    from wacr_cli.api import envelope

    try:
        whole = envelope.decode(answer.body)
    except BadAnswerError:
        if display.format or envelope.looks_like_html(answer.body):
            raise
        sink.write(_as_text(answer.body, shown=sink.is_terminal))
        return
    if display.format in (None, "json") and display.output in (None, "-"):
        raw = display.format is None and not sink.is_terminal
        text = answer.body.decode(errors="replace") if raw else encode(whole, pretty=sink.is_terminal)
        sink.write(text.rstrip("\n") + "\n")
        return
    if (form := display.chosen(terminal=sink.is_terminal)) == "json":
        sink.write(encode(whole) + "\n")
        return
    rows = _rows(whole)
    writer = writers.row_writer(form, sink, run.console, run.clock.now, _columns(rows))
    writer.write(rows)
    writer.finish()


def _as_text(body: bytes, *, shown: bool) -> str:
    """A body that is no JSON: as it is, or printable where it is shown."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise BadAnswerError("the answer is neither JSON nor text", "wacr api shows what can be read.") from None
    return "".join(printable(line) + "\n" for line in text.splitlines()) if shown else text


def _rows(whole: object) -> list[Row]:
    """The rows of an answer that is to be shown as such: its list, its single object, or all of it."""
    data = whole.get("data", whole) if isinstance(whole, dict) else whole
    if isinstance(data, dict) and isinstance(data.get("data"), list):
        data = data["data"]
    rows = data if isinstance(data, list) else [data]
    return [row if isinstance(row, dict) else {"value": row} for row in rows]


def _columns(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row)) or ["value"]


def _show_all(run: Run, path: str, params: Params, display: Display) -> None:
    """Every row of a list, as they are read."""
    from wacr_cli.api import raw

    start, number = run.clock.monotonic(), 0
    client = run.client
    run.progress.noun = "rows"
    form = "json" if display.format is None and display.output is None else display.chosen(terminal=True)
    with writers.opened(display, run.console) as sink:
        listing = raw.paginated(lambda asked: client.page(path, asked), path, params, run.progress)
        writer = None
        for rows in listing.windows:
            number += len(rows)
            run.console.clear_status()
            writer = writer or writers.row_writer(form, sink, run.console, run.clock.now, _columns(rows))
            writer.write(rows)
        (writer or writers.row_writer(form, sink, run.console, run.clock.now, ["id"])).finish()
        if listing.shortfall:
            raise IncompleteError(f"incomplete: {listing.shortfall}", "What was read is printed.")
    calls = run.progress.calls
    spent = f"{calls} call{'s' * (calls != 1)}, {span(run.clock.monotonic() - start)}"
    run.console.note(f"{number:,} row{'s' * (number != 1)}, {spent}, complete")
