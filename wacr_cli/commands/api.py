"""``wacr api``: call any path of the API."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wacr_cli.commands.flags import FormatOption, MaxWaitOption, OutputOption, TimeoutOption, output_options
from wacr_cli.commands.framework import session_from
from wacr_cli.core.errors import EXIT_INTERRUPTED, BadResponseError, IncompleteError, UsageError
from wacr_cli.core.models import Row
from wacr_cli.core.validation import choice, require_utf8

if TYPE_CHECKING:
    from wacr_cli.api.params import Params
    from wacr_cli.api.raw import RawResponse
    from wacr_cli.output.destinations import Sink
    from wacr_cli.output.options import OutputOptions
    from wacr_cli.output.output import Output
    from wacr_cli.session import Session

EXAMPLES = """\b
Examples:
  wacr api contacts/5100
  wacr api contacts -F 'filter[type]=lead' --paginate --format jsonl
  wacr api account/limits --include
  wacr api groups -X POST -F name=Newsletter
  wacr api messages/send -X POST --input message.json --yes

In a JSON body, -F sends true, false, null and whole numbers with their own
type, and @FILE as the content of a file. a[b]=1 sets b inside a, and a[]=1
appends to the list a.
"""


@dataclass(frozen=True, slots=True)
class RawRequest:
    """The flags of ``wacr api`` that say what is sent."""

    path: str
    fields: Sequence[str]
    raw_fields: Sequence[str]
    method: str
    input: str | None


def api(
    ctx: typer.Context,
    path: Annotated[
        str,
        typer.Argument(metavar="PATH", help="Path below the API's address, such as contacts/5100", show_default=False),
    ],
    fields: Annotated[
        list[str] | None,
        typer.Option(
            "--field", "-F", metavar="KEY=VALUE", help="Add a parameter to a GET, or a field to the JSON body"
        ),
    ] = None,
    raw_fields: Annotated[
        list[str] | None,
        typer.Option(
            "--raw-field", metavar="KEY=VALUE", help="The same, but always send the value as text, as for phone numbers"
        ),
    ] = None,
    method: Annotated[
        str, typer.Option("--method", "-X", metavar="METHOD", help="HTTP method: GET, POST, PUT, PATCH or DELETE")
    ] = "GET",
    input_: Annotated[
        str | None,
        typer.Option(
            "--input", metavar="FILE", help="Send FILE as the body, - for standard input; -F then adds parameters"
        ),
    ] = None,
    paginate: Annotated[bool, typer.Option("--paginate", help="Read all pages of a list")] = False,
    include: Annotated[bool, typer.Option("--include", "-i", help="Show the status and headers too")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Don't ask for confirmation before methods other than GET")
    ] = False,
    format_: FormatOption = None,
    output: OutputOption = None,
    max_wait: MaxWaitOption = 300,
    timeout: TimeoutOption = 30,
) -> None:
    """Call any path of the API and print the response.

    Only a GET is retried when it fails. On a terminal, wacr asks before any other method.
    """
    session = session_from(ctx, max_wait=max_wait, timeout=timeout)
    request = RawRequest(path, fields or [], raw_fields or [], method, input_)
    options = output_options(format_, output)
    _send(session, request, options, paginate=paginate, include=include, confirm=not yes)


def _send(
    session: Session, request: RawRequest, options: OutputOptions, *, paginate: bool, include: bool, confirm: bool
) -> None:
    from wacr_cli.api import raw

    method = choice(request.method.upper(), raw.METHODS, "--method")
    path, params = raw.parse_path(request.path, session.settings.api_url)
    more, body = _make_payload(request, method)
    params += more
    if paginate:
        _check_paginated(method, params, include=include)
        _show_all(session, path, params, options)
        return
    if method != "GET" and confirm and not _is_confirmed(session, f"{method} {session.settings.api_url}/{path}"):
        session.console.note("Cancelled; nothing was sent.")
        raise typer.Exit(EXIT_INTERRUPTED)
    client = session.client
    response = client.raw(method, path, params, body)
    session.console.clear_status()
    output = session.output(options)
    with output.open() as sink:
        if include:
            sink.write(_format_head(response))
        if 200 <= response.status < 300:
            _show_body(response, output, options, sink)
        elif include:
            sink.write(_make_printable(response.body.decode(errors="replace")))
    client.check(path, response)


def _make_payload(request: RawRequest, method: str) -> tuple[Params, bytes | None]:
    """Return the parameters and the body of a request; the body is None where there is none."""
    from wacr_cli.api import raw

    if request.input is None and method != "GET":
        fields = _parse_fields(request, as_texts=False)
        return [], raw.encode_body(fields) if fields else None
    params = [(key, str(value)) for key, value in _parse_fields(request, as_texts=True)]
    if request.input is None:
        return params, None
    if method == "GET":
        raise UsageError("--input: a GET has no body", "Choose another method with -X.")
    return params, _read_file(request.input, "--input")


def _parse_fields(request: RawRequest, *, as_texts: bool) -> list[tuple[str, object]]:
    """Return the fields in the order of the flags; in a query string every value is a text."""
    from wacr_cli.api import raw

    found: list[tuple[str, object]] = []
    for word in request.fields:
        require_utf8("--field", word)
        key, text = raw.parse_field(word, "--field")
        read = text.startswith("@") or not as_texts
        found.append((key, raw.parse_value(text, _read_text) if read else text))
    for word in request.raw_fields:
        require_utf8("--raw-field", word)
        found.append(raw.parse_field(word, "--raw-field"))
    return found


def _read_file(name: str, flag: str) -> bytes:
    """Return the content of a file, or of standard input for ``-``."""
    try:
        if name != "-":
            return Path(name).read_bytes()
        if sys.stdin is None:
            raise UsageError(f"{flag}: standard input is closed", "Name a file, or pipe the body in.")
        return sys.stdin.buffer.read()
    except OSError as error:
        raise UsageError(f"{flag}: can't read {name!r}: {error.strerror}", "Name an existing file.") from None


def _read_text(name: str) -> str:
    try:
        return _read_file(name, "--field").decode()
    except UnicodeDecodeError:
        raise UsageError(f"--field: {name!r} is not UTF-8 text", "Send it with --input.") from None


def _check_paginated(method: str, params: Params, *, include: bool) -> None:
    if method != "GET" or include:
        raise UsageError("--paginate can't be used with -X or --include", "Leave out one of them.")
    if named := {"page", "per_page"} & {key for key, _ in params}:
        raise UsageError(f"--paginate can't be used with the parameter {min(named)}", f"Leave out {min(named)}.")


def _is_confirmed(session: Session, what: str) -> bool:
    """Return whether to send it: without a terminal, the -X flag is the confirmation."""
    stdin = sys.stdin
    if stdin is None or stdin.closed or not stdin.isatty() or not session.console.stderr_is_terminal:
        return True
    session.console.write_line(f"This request may change data: {what}. Send it? [y/N]")
    return stdin.readline().strip().lower() in ("y", "yes")


def _format_head(response: RawResponse) -> str:
    """Return status and headers as HTTP writes them, made printable."""
    from wacr_cli.output.sanitize import printable

    headers = [f"{name}: {value}" for name, value in response.headers]
    lines = [f"HTTP {response.status} {response.reason}".rstrip(), *headers]
    return "".join(printable(line) + "\n" for line in lines) + "\n"


def _make_printable(text: str) -> str:
    from wacr_cli.output.sanitize import printable

    return "".join(printable(line) + "\n" for line in text.splitlines())


def _show_body(response: RawResponse, output: Output, options: OutputOptions, sink: Sink) -> None:
    """Write the body of a success in the format of the options; a body that is not JSON as it is."""
    from wacr_cli.api import envelope
    from wacr_cli.output.json import encode

    if not response.body.strip():
        return
    try:
        value = envelope.decode(response.body)
    except BadResponseError:
        if options.format or envelope.looks_like_html(response.body):
            raise
        text = _decode_text(response.body)
        sink.write(_make_printable(text) if sink.is_terminal else text)
        return
    if options.format in (None, "json") and not options.is_file:
        is_raw = options.format is None and not sink.is_terminal
        text = response.body.decode(errors="replace") if is_raw else encode(value, pretty=sink.is_terminal)
        sink.write(text.rstrip("\n") + "\n")
    elif output.format == "json":
        sink.write(encode(value) + "\n")
    else:
        rows = _find_rows(value)
        writer = output.make_writer(sink, _list_columns(rows))
        writer.write(rows)
        writer.finish()


def _decode_text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise BadResponseError(
            "the response is neither JSON nor text", "wacr api can only show JSON and text."
        ) from None


def _find_rows(value: object) -> list[Row]:
    """Return the rows of a response: its list, its single object, or all of it."""
    data = value.get("data", value) if isinstance(value, dict) else value
    if isinstance(data, dict) and isinstance(data.get("data"), list):
        data = data["data"]
    rows = data if isinstance(data, list) else [data]
    return [row if isinstance(row, dict) else {"value": row} for row in rows]


def _list_columns(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row)) or ["value"]


def _show_all(session: Session, path: str, params: Params, options: OutputOptions) -> None:
    """Write every row of a list as it is read; JSON where neither a format nor a file is named."""
    from wacr_cli.api import raw
    from wacr_cli.commands.shared import format_cost, plural

    start, number = session.clock.monotonic(), 0
    client = session.client
    session.progress.noun = "rows"
    if options.format is None and not options.is_file:
        options = replace(options, format="json")
    output = session.output(options)
    with output.open() as sink:
        listing = raw.paginated(lambda window: client.page(path, window), path, params, session.progress)
        writer = None
        for rows in listing.windows:
            number += len(rows)
            session.console.clear_status()
            writer = writer or output.make_writer(sink, _list_columns(rows))
            writer.write(rows)
        (writer or output.make_writer(sink, ["id"])).finish()
        if listing.incomplete_reason:
            raise IncompleteError(f"incomplete: {listing.incomplete_reason}", "What was read is printed.")
    cost = format_cost(session.progress.calls, session.clock.monotonic() - start)
    session.console.note(f"{plural(number, 'row')}, {cost}, complete")
