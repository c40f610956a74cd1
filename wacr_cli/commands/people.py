"""What the commands of ``wacr contacts`` do."""

from __future__ import annotations

from collections.abc import Sequence

from wacr_cli.commands.answers import closing, shown
from wacr_cli.core import models
from wacr_cli.core.contacts import ContactQuery, name_of
from wacr_cli.core.errors import IncompleteError, NotFoundError
from wacr_cli.core.models import Row
from wacr_cli.output import writers
from wacr_cli.output.options import Display
from wacr_cli.session import Run
from wacr_cli.settings import credentials

_COLUMNS = ("id", "phone", "type", "email", "created_at", "name")
"""What a table shows; the name, with the company, comes last, since it may be of any width."""

_LABELS = {
    "id": "Contact",
    "firstname": "First name",
    "lastname": "Last name",
    "status_id": "Status id",
    "source_id": "Source id",
    "country_id": "Country id",
    "assigned_id": "Assigned to",
    "group_id": "Group ids",
    "is_opted_out": "Opted out",
    "created_at": "Made",
    "updated_at": "Changed",
}


def show_list(run: Run, query: ContactQuery, display: Display, columns: Sequence[str] | None) -> None:
    """Read the contacts that a query asks for, and write them as they come."""
    from wacr_cli.api.lists import ask_contacts

    start = run.clock.monotonic()
    client = run.client
    run.progress.noun = "contacts"
    with shown(run, display) as sink:
        listing = ask_contacts(client, query, run.progress)
        form = display.chosen(terminal=run.console.stdout_is_terminal)
        standard = _COLUMNS if form == "table" else (*models.CONTACT_FIELDS, *query.include)
        writer = writers.row_writer(
            form, sink, run.console, run.clock.now, columns or standard, excel=display.excel, chosen=columns
        )
        number = 0
        for rows in listing.windows:
            number += len(rows)
            run.console.clear_status()
            writer.write([row | {"name": _full_name(row)} for row in rows] if form == "table" else rows)
        writer.finish()
        run.console.clear_status()
        if listing.shortfall:
            raise IncompleteError(
                f"incomplete: {listing.shortfall}", "What was read is printed; a file named with --output is as it was."
            )
    run.console.note(closing(query, listing, number, run.progress.calls, run.clock.monotonic() - start, noun="contact"))


def _full_name(row: Row) -> str | None:
    """How a person is called, and where they are from."""
    parts = dict.fromkeys((name_of(row), str(row.get("company") or "")))
    return ", ".join(filter(None, parts)) or None


def show_count(run: Run, query: ContactQuery, display: Display) -> None:
    """Write the number of contacts that match, alone."""
    from wacr_cli.api.lists import count_contacts

    client = run.client
    with writers.opened(display, run.console) as sink:
        number = count_contacts(client, query, run.progress)
        run.console.clear_status()
        sink.write(f"{number}\n")


def show_contacts(run: Run, ids: Sequence[int], display: Display, include: Sequence[str]) -> None:
    """Read single contacts and write each as it comes; those that are not there are named at the end."""
    missing: list[str] = []
    client = run.client
    params = [("include", ",".join(include))] if include else []
    with shown(run, display) as sink:
        form = display.chosen(terminal=run.console.stdout_is_terminal)
        columns = (*models.CONTACT_FIELDS, *include)
        writer = writers.record_writer(
            form, sink, run.console, columns, _card, single=len(ids) == 1, excel=display.excel
        )
        for number in ids:
            try:
                row = client.contact(number, params)
            except NotFoundError:
                missing.append(str(number))
                continue
            run.console.clear_status()
            writer.write([row])
        if len(missing) < len(ids) or len(ids) != 1:
            writer.finish()
        if missing:
            raise NotFoundError(f"no contact {', '.join(missing)}", "The ids that there are: wacr contacts list.")


def _card(row: Row) -> list[tuple[str, object]]:
    """Everything about a contact; how it is named first."""
    fields = (*models.CONTACT_FIELDS, *(name for name in row if name not in models.CONTACT_FIELDS))
    return [(_LABELS.get(name) or name[:1].upper() + name[1:], _value(row.get(name))) for name in fields]


def _value(value: object) -> object:
    """A value as people write it: names instead of the objects that hold them."""
    if isinstance(value, dict) and isinstance(value.get("name"), str):
        return value["name"]
    if isinstance(value, list):
        return ", ".join(str(_value(one)) for one in value) or None
    return value


def show_plan(run: Run, query: ContactQuery, *, count: bool) -> None:
    """Write the calls that a query would make, as curl commands, and say what they would cost."""
    from wacr_cli.api import dry_run, lists

    if count:
        calls = [[*lists.contact_params(query, walking=False), ("page", "1"), ("per_page", "1")]]
    else:
        total = None
        of_unknown_length = query.page is None and (query.limit is None or query.limit > models.PER_PAGE_MAX)
        if of_unknown_length and (run.settings.demo or credentials.has_token(run.environ, run.settings)):
            total = lists.total_of_contacts(run.client, query)
            run.console.note("Asked how many there are, with 1 call.")
        calls = lists.contact_requests(query, total)
    with writers.opened(Display(format="jsonl"), run.console) as sink:
        for params in calls:
            sink.write(f"{dry_run.curl(run.settings.api_url, params, 'contacts')}\n")
    if count or query.page is not None or query.limit is not None or total is not None:
        run.console.note(f"{dry_run.cost_of(len(calls), run.limit)}.")
    else:
        run.console.note(f"One call for every {models.PER_PAGE_MAX} contacts; how many there are is not known.")
