"""``wacr stats``: figures from the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from wacr_cli.commands.flags import (
    ArchiveAtOption,
    ChartFormatOption,
    DirectionOption,
    InteractionOption,
    NoPagerOption,
    OutputOption,
    RawFilterOption,
    SearchModeOption,
    SearchOption,
    SenderOption,
    StatusOption,
    TypeOption,
    UntilOption,
    limit_option,
    output_options,
    parse_filters,
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
from wacr_cli.core import models
from wacr_cli.core.errors import UsageError
from wacr_cli.core.query import Query, hint_for_type, parse_raw_filter, parse_search
from wacr_cli.core.validation import choice
from wacr_cli.statistics import query as statistics

if TYPE_CHECKING:
    from wacr_cli.output.options import OutputOptions
    from wacr_cli.session import Session
    from wacr_cli.statistics.query import StatisticsQuery

EXAMPLES = """\b
Examples:
  wacr stats
  wacr stats response --by weekday --business-hours 09:00-18:00
  wacr stats delivery --since 7d --type template
  wacr stats volume --by week --since 2026-01-01 --format csv
  wacr stats hours --timezone Asia/Kolkata --output hours.svg

Topics: overview (everything, with the period before), volume (how many
messages), delivery (what failed), response (how fast we answer), hours (when it
is busy), contacts (who writes most). All are read from the archive that wacr
sync keeps.

A turn begins with a customer's first message after our last one, and our next
message answers it; failed messages answer nothing. For response times, filters
select turns by their first message.
"""


def stats(
    ctx: typer.Context,
    topic: Annotated[
        str, typer.Argument(metavar="[TOPIC]", help=f"One of {', '.join(statistics.TOPICS)}", show_default=False)
    ] = "overview",
    by: Annotated[
        str | None,
        typer.Option(
            "--by", metavar="GROUP", help="Group by day, week, month, hour, weekday, type, status, direction or staff"
        ),
    ] = None,
    since: PeriodOption = "30d",
    until: UntilOption = None,
    type_: TypeOption = None,
    status: StatusOption = None,
    direction: DirectionOption = None,
    interaction_id: InteractionOption = None,
    filters: RawFilterOption = None,
    search: SearchOption = None,
    search_mode: SearchModeOption = "text",
    sender: SenderOption = None,
    auto_within: AutoWithinOption = None,
    business_hours: BusinessHoursOption = None,
    business_days: BusinessDaysOption = None,
    timezone: TimezoneOption = None,
    limit: Annotated[int | None, limit_option("conversations, with contacts")] = None,
    archive_at: ArchiveAtOption = None,
    format_: ChartFormatOption = None,
    output: OutputOption = None,
    no_pager: NoPagerOption = False,
) -> None:
    """Show response times, failures and busy hours."""
    session = session_from(ctx, pager=not no_pager, archive_at=archive_at)
    topic = choice(topic, statistics.TOPICS, "TOPIC")
    period = parse_period(session, since, until, timezone)
    messages = Query(
        filters=parse_filters(type=type_, status=status, direction=direction, interaction_id=interaction_id),
        raw_filters=tuple(parse_raw_filter(text) for text in filters or ()),
        search=None if search is None else parse_search(search),
        since=period.since,
        until=period.until,
        local=True,
        words=choice(search_mode, models.SEARCH_MODES, "--search-mode") == "words",
        sender=sender,
    )
    if hint := hint_for_type(messages):
        session.console.note(f"wacr: {hint}")
    query = statistics.StatisticsQuery(
        topic,
        messages,
        zone=period.zone,
        timezone=period.timezone,
        by=_parse_by(topic, by),
        hours=find_hours(session, business_hours, business_days, timezone),
        auto_within=parse_auto_within(auto_within),
        limit=_parse_limit(topic, limit),
    )
    _show(session, query, output_options(format_, output, chart=True))


def _parse_by(topic: str, by: str | None) -> str | None:
    groups = statistics.GROUPINGS.get(topic, ())
    if by is None:
        return "day" if topic == "volume" else None
    if not groups:
        raise UsageError(f"--by can't be used with {topic}", f"Use it with one of: {', '.join(statistics.GROUPINGS)}.")
    return choice(by, groups, "--by")


def _parse_limit(topic: str, limit: int | None) -> int:
    if limit is not None and topic != "contacts":
        raise UsageError(f"--limit can't be used with {topic}", "Use it with contacts.")
    return limit or 30


def _show(session: Session, query: StatisticsQuery, options: OutputOptions) -> None:
    from wacr_cli.output.writers import statistics_view
    from wacr_cli.statistics import compute

    output = session.output(options)
    report_archive_age(session)
    with session.store.snapshot():
        result = compute(session.store, query)
    if query.by == "staff" and all(group["key"] is None for group in result["groups"]):
        session.console.note("Who sent a message is not known yet. wacr sync --details outbound reads it.")
    if not any(session.store.list_messages(Query(local=True, limit=1)).windows):
        session.console.note("The archive has no messages. Update it with wacr sync.")
    if output.format in ("svg", "png"):
        from wacr_cli.output import charts

        output.picture(charts.draw(result, query.by, output.format))
        return
    columns, rows = statistics.list_rows(result)
    with output.rows(columns, view=statistics_view(session.console)) as writer:
        session.console.clear_status()
        writer.write([result] if output.format in ("table", "json") else rows)
        writer.finish()
    if query.hours and query.topic in ("overview", "response", "contacts"):
        session.console.note("Times count business hours only.")
