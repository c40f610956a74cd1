"""Failures: each kind has its own exit status, a code for scripts, and two lines."""

from __future__ import annotations

import re

import pytest

from wacr_cli.core import errors
from wacr_cli.core.errors import WacrError

STATUSES: dict[type[WacrError], tuple[int, str]] = {
    errors.WacrError: (1, "FAILED"),
    errors.UsageError: (2, "USAGE"),
    errors.NotFoundError: (3, "NOT_FOUND"),
    errors.AuthError: (4, "UNAUTHORIZED"),
    errors.RateLimitError: (5, "RATE_LIMIT_EXCEEDED"),
    errors.UnavailableError: (6, "UNAVAILABLE"),
    errors.BadResponseError: (7, "BAD_ANSWER"),
    errors.IncompleteError: (8, "INCOMPLETE"),
    errors.BusyError: (9, "BUSY"),
}


@pytest.mark.parametrize(("kind", "status", "code"), [(kind, *pair) for kind, pair in STATUSES.items()])
def test_exit_statuses_never_change(kind: type[WacrError], status: int, code: str) -> None:
    """Scripts depend on them."""
    assert kind("what", "do").as_dict() == {"code": code, "message": "what", "hint": "do", "status": status}


def test_each_error_class_has_a_status_of_its_own() -> None:
    """No class is missing from the table."""
    assert set(WacrError.__subclasses__()) | {WacrError} == set(STATUSES)
    assert len({status for status, _ in STATUSES.values()}) == len(STATUSES)


def test_the_tree_in_the_docstring_is_complete() -> None:
    """It names every class with its status."""
    drawn = re.findall(r"(\w+Error) +(\d)", errors.__doc__ or "")
    assert {name: int(status) for name, status in drawn} == {k.__name__: s for k, (s, _) in STATUSES.items()}


def test_a_code_of_the_api_replaces_the_default() -> None:
    """A code of the service stands in the place of the kind's own."""
    error = errors.AuthError("what", code="INSUFFICIENT_SCOPE")
    assert (error.code, error.hint, str(error)) == ("INSUFFICIENT_SCOPE", "", "what")


def test_statuses_of_signals_are_those_of_the_shell() -> None:
    """Interrupted, terminated, and reader gone."""
    assert (errors.EXIT_INTERRUPTED, errors.EXIT_TERMINATED, errors.EXIT_READER_GONE) == (130, 143, 141)
