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
    """An API with contacts, which searches for a part of the number as it is written."""

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
        """Return one window, newest first, or what a search finds."""
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
    """Return the numbers of some of them."""
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
def test_the_cheaper_way_is_taken(size: int, wanted: tuple[int, ...], pages: int, searches: int) -> None:
    """One number is searched for; for more, contacts are read."""
    directory = Directory(size)
    found = ApiNames(directory).names_for(numbers(*wanted))
    assert found == {number: f"Person {one}" for number, one in zip(numbers(*wanted), wanted, strict=True)}
    assert (directory.pages, directory.searches) == (pages, searches)


def test_known_and_unknown_numbers_are_not_looked_up_again() -> None:
    """Known and unknown numbers are not looked up again."""
    directory = Directory(300)
    names = ApiNames(directory)
    strangers = ["999000111", "999000112", "999000113"]
    for _ in range(5):
        assert names.names_for([*numbers(1, 2), *strangers]) == dict(
            zip(numbers(1, 2), ("Person 1", "Person 2"), strict=True)
        )
    assert directory.pages + directory.searches <= 4


def test_a_page_that_is_not_full_has_all_contacts() -> None:
    """No number is searched for."""
    directory = Directory(60)
    asked = directory.contacts

    class Silent:
        def contacts(self, params: Params, *, with_ids: bool = True) -> Page:
            return Page(asked(params).rows, None, None, None, None)

    assert len(ApiNames(Silent()).names_for([*numbers(1, 2), "999000111", "999000112"])) == 2
    assert (directory.pages, directory.searches) == (1, 0)


def test_an_unknown_number_is_searched_for_once() -> None:
    """The directory then says whether a search could have missed a number, and it is not made again."""
    directory = Directory(5_000)
    names = ApiNames(directory)
    for _ in range(3):
        assert names.names_for(["999000111"]) == {}
    assert (directory.pages, directory.searches) == (1, 1)


def test_searching_costs_at_most_as_much_as_reading_all() -> None:
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
def test_numbers_are_compared_by_their_digits(form: str | Callable[[int], str], people: tuple[int, ...]) -> None:
    """If a search can miss one, all contacts are read."""
    names = ApiNames(Directory(350, form))
    assert names.names_for(numbers(*people)) == {
        number: f"Person {one}" for number, one in zip(numbers(*people), people, strict=True)
    }


def test_a_few_numbers_are_searched_for_without_a_total() -> None:
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
def test_only_what_looks_like_a_number_has_digits(number: object, digits: str) -> None:
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
def test_a_name_is_both_names_one_of_them_or_the_company(contact: dict[str, Any], name: str) -> None:
    """Both names, one of them, or the company."""
    assert get_name(contact) == name
