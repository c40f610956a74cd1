"""``wacr media fetch``: download the files of archived messages to a folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wacr_cli.commands.flags import (
    ArchiveAtOption,
    DirectionOption,
    FormatOption,
    InteractionOption,
    MaxWaitOption,
    OutputOption,
    RawFilterOption,
    SearchModeOption,
    SearchOption,
    SenderOption,
    StatusOption,
    TypeOption,
    UntilOption,
    output_options,
    parse_filters,
    parse_positive_seconds,
    whole_number,
)
from wacr_cli.commands.framework import session_from
from wacr_cli.commands.shared import format_cost, plural, report_archive_age, write_windows
from wacr_cli.core import models
from wacr_cli.core.errors import IncompleteError, UsageError
from wacr_cli.core.models import Row
from wacr_cli.core.query import Query, parse_raw_filter, parse_search
from wacr_cli.core.times import parse_when
from wacr_cli.core.validation import choice, truncate

if TYPE_CHECKING:
    from wacr_cli.core.media import MediaUrls
    from wacr_cli.media.fetch import Fetching, Plan
    from wacr_cli.media.folder import Folder
    from wacr_cli.output.options import OutputOptions
    from wacr_cli.session import Session

EXAMPLES = """\b
Examples:
  wacr media fetch --to files
  wacr media fetch --to files --type image,audio --since 30d --max-size 20MB
  wacr media fetch --to files --verify --format json
  wacr media fetch --to files --dry-run

The urls come from the archive: wacr sync --details media reads them first. A
file is stored as ID.EXT, where the extension follows from its first bytes.
The archive remembers each file, so the next run fetches only what is missing.
The token is sent to the API's own origin only. Other hosts are asked over
https, and only if their addresses are public.
"""

_UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9}
_WHEN = "Only messages sent at or after WHEN: a date, month or time, 7d, 2 hours ago, yesterday 14:00"


def parse_size(text: str | int) -> int:
    """Parse a size such as ``20MB``, in bytes where it has no unit; typer passes the default too."""
    found = re.fullmatch(r"([0-9]{1,12}) ?([KMG]?B|)", str(text).upper())
    if found and int(found[1]):
        return int(found[1]) * _UNITS[found[2]]
    raise typer.BadParameter(f"{truncate(str(text))!r} is not a size such as 20MB")


def fetch_media(
    ctx: typer.Context,
    to: Annotated[str, typer.Option("--to", metavar="FOLDER", help="Folder for the files; it is created if missing")],
    type_: TypeOption = None,
    status: StatusOption = None,
    direction: DirectionOption = None,
    interaction_id: InteractionOption = None,
    filters: RawFilterOption = None,
    search: SearchOption = None,
    search_mode: SearchModeOption = "text",
    sender: SenderOption = None,
    since: Annotated[str | None, typer.Option("--since", metavar="WHEN", help=_WHEN)] = None,
    until: UntilOption = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            "-L",
            metavar="N",
            parser=whole_number(1),
            help="Fetch at most N files, newest first [default: all]",
        ),
    ] = None,
    media_base: Annotated[
        str,
        typer.Option("--media-base", metavar="URL", help="Where names of stored files are found: a URL or a path"),
    ] = "/",
    max_size: Annotated[
        int, typer.Option("--max-size", metavar="SIZE", parser=parse_size, help="Skip files larger than SIZE")
    ] = "100MB",  # type: ignore[assignment]
    verify: Annotated[
        bool, typer.Option("--verify", help="Check the files that are there by SHA-256; fetch those that differ")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be fetched, without any call")] = False,
    archive_at: ArchiveAtOption = None,
    format_: FormatOption = None,
    output: OutputOption = None,
    max_wait: MaxWaitOption = 300,
    timeout: Annotated[
        float,
        typer.Option(
            "--timeout", metavar="SECONDS", parser=parse_positive_seconds, help="Give each file at most this long"
        ),
    ] = 300,
) -> None:
    """Download the files of archived messages."""
    session = session_from(ctx, max_wait=max_wait, timeout=timeout, archive_at=archive_at)
    options = output_options(format_, output)
    now = session.clock.now()
    query = Query(
        filters=parse_filters(type=type_, status=status, direction=direction, interaction_id=interaction_id),
        raw_filters=tuple(parse_raw_filter(text) for text in filters or ()),
        search=None if search is None else parse_search(search),
        words=choice(search_mode, models.SEARCH_MODES, "--search-mode") == "words",
        sender=sender,
        since=None if since is None else parse_when(since, now, "--since"),
        until=None if until is None else parse_when(until, now, "--until"),
        limit=None,
        local=True,
    )
    urls = _parse_media_base(session, media_base)
    folder = _open_folder(to)
    report_archive_age(session)
    if dry_run:
        _show_plan(session, _make_plan(session, query, folder, limit, verify=verify), urls, options)
        return
    with folder.exclusive():
        plan = _make_plan(session, query, folder, limit, verify=verify)
        _fetch(session, plan, urls, folder, options, most=max_size)


def _parse_media_base(session: Session, text: str) -> MediaUrls:
    from wacr_cli.core.media import FetchError, MediaUrls

    try:
        return MediaUrls(session.settings.api_url, text)
    except FetchError as error:
        raise UsageError(
            f"--media-base: {error.message}", "Use a URL that begins with https://, or a path such as /storage/media."
        ) from None


def _open_folder(name: str) -> Folder:
    from wacr_cli.media.folder import Folder

    if not name or (Path(name).exists() and not Path(name).is_dir()):
        raise UsageError(f"--to: not a folder: {name!r}", "Name a folder, which is created if it is missing.")
    return Folder(Path(name))


def _make_plan(session: Session, query: Query, folder: Folder, limit: int | None, *, verify: bool) -> Plan:
    """Return what is to be fetched, and report the messages whose urls or times are not known."""
    from wacr_cli.media.fetch import make_plan

    listing = session.store.list_messages(query)
    plan = make_plan(session.store, listing.windows, folder, verify=verify)
    plan.items = plan.items[:limit]
    if listing.incomplete_reason:
        session.console.note(f"Left out: {listing.incomplete_reason}")
    if plan.unread:
        what = plural(plan.unread, "message")
        session.console.note(f"The files of {what} are not known yet. Read them with wacr sync --details media.")
    return plan


def _show_plan(session: Session, plan: Plan, urls: MediaUrls, options: OutputOptions) -> None:
    from wacr_cli.media.fetch import PLAN_COLUMNS, describe_plan

    _write_rows(session, options, PLAN_COLUMNS, describe_plan(plan.items, urls))
    session.console.note(f"{plural(len(plan.items), 'file')} to fetch, {plan.present:,} there")


def _fetch(session: Session, plan: Plan, urls: MediaUrls, folder: Folder, options: OutputOptions, *, most: int) -> None:
    """Fetch the files of a plan, write what came of each, and fail where some are missing."""
    from wacr_cli.media.fetch import COLUMNS, Fetching

    start = session.clock.monotonic()
    session.store.open_beside_sync()
    downloader = session.make_downloader(urls, most)
    try:
        fetching = Fetching(session.store, downloader, urls, folder, session.clock)
        total = len(plan.items)
        rows = fetching.run(plan.items, lambda done: session.console.status(_format_progress(fetching, done, total)))
        _write_rows(session, options, COLUMNS, rows)
    finally:
        downloader.close()
    cost = format_cost(session.progress.calls, session.clock.monotonic() - start)
    summary = f"{plural(fetching.fetched, 'file')} fetched, {plan.present:,} there, {cost}"
    if fetching.failures:
        kinds = ", ".join(f"{number:,} {kind}" for kind, number in fetching.failures.most_common())
        raise IncompleteError(
            f"incomplete: {plural(fetching.failures.total(), 'file')} missing: {kinds}",
            f"{summary}. Run it again to try the others once more.",
        )
    session.console.note(summary)


def _format_progress(fetching: Fetching, done: int, total: int) -> str:
    return f"{done:,} of {plural(total, 'file')}, {fetching.bytes / 10**6:,.1f} MB"


def _write_rows(session: Session, options: OutputOptions, columns: tuple[str, ...], rows: Iterable[Row]) -> None:
    """Write rows as they come; a table needs all of them, so that its columns are as wide as they should be."""
    output = session.output(options)
    windows: Iterator[list[Row]] = ([row] for row in rows)
    with output.rows(columns) as writer:
        write_windows(session, writer, iter([list(rows)]) if output.format == "table" else windows)
