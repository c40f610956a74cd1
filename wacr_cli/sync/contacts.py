"""Read the contacts.

All of them are read the first time and by ``--full``: a call for every 95 to 100. After that, at most once a day, those
that changed: a call for every 100 of them and one more. Contacts that the token may not read are left out with a note.
"""

from __future__ import annotations

from datetime import timedelta

from wacr_cli.api.envelope import Page
from wacr_cli.api.lists import make_response
from wacr_cli.api.params import window_params
from wacr_cli.archive.store import UpsertResult
from wacr_cli.core.errors import AuthError, NotFoundError
from wacr_cli.core.models import PER_PAGE_MAX
from wacr_cli.paging.walk import Walk
from wacr_cli.paging.windows import Window
from wacr_cli.sync.service import Service

_FRESH = timedelta(days=1)


def read_contacts(service: Service) -> None:
    """Read all contacts, or those that changed, unless they were read within a day."""
    state = service.store.get_state("contacts") or {}
    if not service.full and state and service.age(state["at"]) < _FRESH:
        return
    has_all = bool(state.get("whole")) and not service.full
    try:
        whole = _read_changed(service) if has_all else _read_all(service)
    except (AuthError, NotFoundError) as error:
        if error.code == AuthError.default_code:
            raise
        service.report.notes.append(f"Contacts were not read: {error.message}")
        whole = False
    with service.store.transaction():
        service.store.set_state("contacts", {"at": service.now(), "whole": whole})


def _read_all(service: Service) -> bool:
    """Read the list by id, oldest first; return whether it is complete."""
    walk = Walk(newest_first=False)
    while window := walk.window:
        page, _ = _read_window(service, window, "id")
        walk.take(make_response(page))
    return walk.complete


def _read_changed(service: Service) -> bool:
    """Read what was updated last, up to a window without a change."""
    number, follows = 0, True
    while follows:
        number += 1
        _, result = _read_window(service, Window(number, PER_PAGE_MAX), "-updated_at")
        follows = bool(result.new or result.changed)
    return True


def _read_window(service: Service, window: Window, sort: str) -> tuple[Page, UpsertResult]:
    page = service.client.contacts([("sort", sort), *window_params(window.page, window.per_page)])
    with service.store.transaction():
        return page, service.store.upsert_contacts(page.rows, service.now())
