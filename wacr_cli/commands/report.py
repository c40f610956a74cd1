"""``wacr report``: one page with the figures of a period."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from wacr_cli.commands.flags import (
    ArchiveAtOption,
    UntilOption,
)
from wacr_cli.commands.framework import session_from
from wacr_cli.commands.periods import (
    AutoWithinOption,
    BusinessDaysOption,
    BusinessHoursOption,
    PeriodOption,
    TimezoneOption,
    find_hours,
    parse_auto_within,
    parse_period,
)
from wacr_cli.commands.shared import report_archive_age
from wacr_cli.core.errors import UsageError, WacrError
from wacr_cli.core.query import Query

if TYPE_CHECKING:
    from wacr_cli.output.report import Report
    from wacr_cli.session import Session
    from wacr_cli.statistics.query import StatisticsQuery

EXAMPLES = """\b
Examples:
  wacr report --output report.html
  wacr report --since 7d --business-hours 09:00-18:00 --output week.html
  wacr report --since 2026-10 --until 2026-11 --title Shop --output oct.html

The page loads nothing and runs nothing. It is made from the archive that wacr
sync keeps, and needs the extra: pip install 'wacr-cli[charts]'
"""


def report(
    ctx: typer.Context,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Write the page to FILE, which ends in .html")
    ],
    since: PeriodOption = "30d",
    until: UntilOption = None,
    title: Annotated[
        str | None, typer.Option("--title", metavar="TEXT", help="Title of the page [default: the account's name]")
    ] = None,
    with_messages: Annotated[
        bool, typer.Option("--with-messages", help="Show the messages of those who wait longest too")
    ] = False,
    auto_within: AutoWithinOption = None,
    business_hours: BusinessHoursOption = None,
    business_days: BusinessDaysOption = None,
    timezone: TimezoneOption = None,
    archive_at: ArchiveAtOption = None,
) -> None:
    """Write a page with charts, and what got better or worse."""
    from wacr_cli.output.charts import import_altair
    from wacr_cli.output.options import OutputOptions
    from wacr_cli.output.report import render
    from wacr_cli.statistics.query import StatisticsQuery

    session = session_from(ctx, archive_at=archive_at, max_wait=0, timeout=10)
    if not output.lower().endswith((".html", ".htm")):
        raise UsageError(
            f"--output: {output!r} does not end in .html", "A report is a page: name a file like report.html."
        )
    period = parse_period(session, since, until, timezone)
    query = StatisticsQuery(
        "overview",
        Query(since=period.since, until=period.until, local=True),
        zone=period.zone,
        timezone=period.timezone,
        hours=find_hours(session, business_hours, business_days, timezone),
        auto_within=parse_auto_within(auto_within),
    )
    import_altair()
    report_archive_age(session)
    title = title or _find_title(session)
    with session.store.snapshot():
        computed = _compute(session, query, title, with_messages=with_messages)
    page = render(computed)
    with session.output(OutputOptions(output=output, document=True)).open() as sink:
        session.console.clear_status()
        sink.write(page)


def _compute(session: Session, query: StatisticsQuery, title: str, *, with_messages: bool) -> Report:
    from wacr_cli.output.report import Report
    from wacr_cli.statistics import compute

    topics = ("overview", "volume", "response", "delivery", "hours")

    def make(topic: str, by: str | None = None) -> dict[str, object]:
        session.console.status(f"computing {topic}", topics.index(topic) / len(topics))
        return compute(session.store, replace(query, topic=topic, by=by))

    overview = make("overview")
    return Report(
        title,
        overview,
        volume=make("volume", "day"),
        response=make("response", "weekday"),
        delivery=make("delivery", "day"),
        hours=make("hours"),
        made_at=session.clock.now().astimezone(query.zone),
        has_business_hours=query.hours is not None,
        messages=_find_messages(session, overview) if with_messages else None,
    )


def _find_title(session: Session) -> str:
    """Return the account's name: of the API where it can be asked, else the profile's."""
    from wacr_cli.settings import credentials

    profile = session.settings.profile
    if session.settings.demo or credentials.has_token(session.environ, session.settings):
        try:
            name = session.client.account().get("name")
        except WacrError as error:
            session.console.note(f"wacr: the account's name is unknown: {error.message}")
        else:
            return str(name or profile)
    return profile


def _find_messages(session: Session, overview: dict[str, object]) -> dict[int, str]:
    """Return the text of the message that waits, for each conversation that waits longest."""
    from wacr_cli.core.conversations import ConversationQuery

    longest: list[dict[str, int]] = overview["longest_waiting"]  # type: ignore[assignment]
    ids = tuple(one["key"] for one in longest)
    found = session.store.list_conversations(ConversationQuery(ids=ids, limit=None)) if ids else []
    return {one.id: str(one.waiting.get("message") or one.waiting.get("type") or "") for one in found if one.waiting}
