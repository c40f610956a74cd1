"""Names by phone number: few calls, digits alone, and no contact is missed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from wacr_cli.api.envelope import Page
from wacr_cli.api.names import ApiNames
from wacr_cli.api.params import Params
from wacr_cli.core.contacts import extract_digits, get_name


class Directory:
    """So many contacts, whose search is for a part of the number as it is written."""

    def __init__(self, number: int, form: str | Callable[[int], str] = "{}", *, counts: bool = True) -> None:
        write = form.format if isinstance(form, str) else form
        self.rows = [
            {"id": at, "firstname": "Person", "lastname": str(at), "phone": write(1_555_000_000 + at)}
            for at in range(number)
        ]
        self.counts = counts
        self.searches = 0
        self.pages = 0

    def contacts(self, params: Params, *, with_ids: bool = True) -> Page:
        """One window, newest first, or what a search finds."""
        asked = dict(params)
        page, size = int(asked["page"]), int(asked["per_page"])
        rows = self.rows[::-1]
        if words := asked.get("search"):
            self.searches += 1
            rows = [row for row in rows if words in str(row["phone"])]
        else:
            self.pages += 1
            assert asked["sort"] == "-id"
        total = len(rows)
        return Page(
            rows[(page - 1) * size : page * size], page * size < total, total if self.counts else None, page, size
        )


def numbers(*people: int) -> list[str]:
    """The numbers of some of them."""
    return [str(1_555_000_000 + one) for one in people]


@pytest.mark.parametrize(
    ("size", "wanted", "pages", "searches"),
    [
        (5_000, (), 0, 0),
        (5_000, (17,), 0, 1),
        (50, (1, 2, 3), 1, 0),
        (100, (1, 2, 3), 1, 0),
        (5_000, (4_990, 4_991), 1, 0),
        (5_000, (1, 2, 3), 1, 3),
        (300, (1, 2, 3), 3, 0),
        (250, tuple(range(90)), 3, 0),
    ],
)
def test_as_few_calls_as_it_takes(size: int, wanted: tuple[int, ...], pages: int, searches: int) -> None:
    """One is searched for; of more the first hundred are read, then the cheaper of searching and reading on."""
    directory = Directory(size)
    found = ApiNames(directory).names_for(numbers(*wanted))
    assert found == {number: f"Person {one}" for number, one in zip(numbers(*wanted), wanted, strict=True)}
    assert (directory.pages, directory.searches) == (pages, searches)


def test_what_was_seen_is_not_asked_again() -> None:
    """Known and unknown numbers are not looked up again."""
    directory = Directory(300)
    names = ApiNames(directory)
    strangers = ["999000111", "999000112", "999000113"]
    for _ in range(5):
        assert names.names_for([*numbers(1, 2), *strangers]) == dict(
            zip(numbers(1, 2), ("Person 1", "Person 2"), strict=True)
        )
    assert directory.pages + directory.searches <= 4


def test_a_service_that_tells_nothing_of_pages() -> None:
    """A page that is not full has all contacts: no number is searched for."""
    directory = Directory(60)
    asked = directory.contacts

    class Silent:
        def contacts(self, params: Params, *, with_ids: bool = True) -> Page:
            return Page(asked(params).rows, None, None, None, None)

    assert len(ApiNames(Silent()).names_for([*numbers(1, 2), "999000111", "999000112"])) == 2
    assert (directory.pages, directory.searches) == (1, 0)


def test_a_stranger_is_searched_for_once() -> None:
    """The directory then says whether a search could have missed a number, and it is not made again."""
    directory = Directory(5_000)
    names = ApiNames(directory)
    for _ in range(3):
        assert names.names_for(["999000111"]) == {}
    assert (directory.pages, directory.searches) == (1, 1)


def test_a_long_list_ends_in_reading_everyone() -> None:
    """Searching one by one costs no more than as much again as the directory."""
    directory = Directory(1_000)
    names = ApiNames(directory)
    for start in range(0, 900, 3):
        assert len(names.names_for(numbers(start, start + 1, start + 2))) == 3
    assert directory.pages <= 11
    assert directory.searches <= 10


@pytest.mark.parametrize(
    "form",
    [
        "+{}",
        "({}) ",
        "{}-",
        lambda number: f"+{str(number)[:1]} ({str(number)[1:4]}) {str(number)[4:7]}-{str(number)[7:]}",
    ],
)
@pytest.mark.parametrize("people", [(1,), (1, 2), (1, 2, 3)])
def test_however_it_is_written(form: str | Callable[[int], str], people: tuple[int, ...]) -> None:
    """Digits are what counts; where a search for digits can miss a number, everybody is read."""
    names = ApiNames(Directory(350, form))
    assert names.names_for(numbers(*people)) == {
        number: f"Person {one}" for number, one in zip(numbers(*people), people, strict=True)
    }


def test_a_service_that_does_not_count() -> None:
    """Where the number of contacts is unknown, a few numbers are searched for."""
    directory = Directory(2_000, counts=False)
    assert len(ApiNames(directory).names_for(numbers(1, 2))) == 2
    assert directory.pages + directory.searches <= 4


@pytest.mark.parametrize(
    ("number", "digits"),
    [
        ("+91 98765-43210", "919876543210"),
        ("(0170) 123.45/67", "01701234567"),
        ("15550100", "15550100"),
        (15550100, "15550100"),
        ("123", ""),
        ("staff-12345", ""),
        ("", ""),
        (None, ""),
        (True, ""),
        ("1" * 60, ""),
    ],
)
def test_digits(number: object, digits: str) -> None:
    """What looks like a number is its digits; what does not is none."""
    assert extract_digits(number) == digits


@pytest.mark.parametrize(
    ("contact", "name"),
    [
        ({"firstname": "Ada", "lastname": "Lovelace"}, "Ada Lovelace"),
        ({"firstname": "Ada", "lastname": None}, "Ada"),
        ({"firstname": " ", "lastname": "", "company": "ACME"}, "ACME"),
        ({"company": None}, ""),
        ({}, ""),
    ],
)
def test_name(contact: dict[str, Any], name: str) -> None:
    """Both names, one of them, or the company."""
    assert get_name(contact) == name
