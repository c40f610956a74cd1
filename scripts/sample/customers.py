"""The customers of the sample workspace, made from the list of people in `phrases`.

No phone number here can reach anyone: each is from a range reserved for fiction, or, in countries without one, a
national number that begins with a zero.
"""

from __future__ import annotations

from typing import NamedTuple

from scripts.sample import phrases
from wacr_cli.sandbox.world import Contact

_HOUR, _DAY = 3_600, 86_400

_AREA_CODES = {
    "Chicago": "312",
    "San Francisco": "415",
    "New York": "212",
    "Boston": "617",
    "Atlanta": "404",
    "Seattle": "206",
    "Denver": "303",
    "Houston": "713",
    "Los Angeles": "213",
    "Montréal": "514",
    "Vancouver": "604",
    "Toronto": "416",
}
_AUSTRALIA = ("61491570006", "61491570156", "61491570157", "61491570158")
_RESERVED = {"GB": "447700900{:03d}", "FR": "3363998{:04d}", "DE": "4917139200{:02d}"}
_UNASSIGNED = {
    "IN": "9100000{:05d}",
    "AE": "971000000{:03d}",
    "SA": "966000000{:03d}",
    "QA": "97400000{:03d}",
    "IL": "972000000{:03d}",
    "JP": "810000000{:03d}",
    "CN": "8600000000{:03d}",
    "TW": "886000000{:03d}",
    "HK": "85200000{:03d}",
    "SG": "6500000{:03d}",
    "MX": "520000000{:03d}",
    "CO": "570000000{:03d}",
    "ES": "34000000{:03d}",
    "PT": "351000000{:03d}",
    "BR": "5500000000{:03d}",
}

# ISO 3166 numbers. A few countries have none here, so that some contacts have no country.
_COUNTRY_IDS = {"IN": 356, "GB": 826, "US": 840, "DE": 276, "FR": 250, "ES": 724, "JP": 392, "AE": 784, "BR": 76}


class Customer(NamedTuple):
    """A contact, its country as two letters, and the language it writes in: empty for strangers."""

    contact: Contact
    country: str
    language: str


def make_customers() -> list[Customer]:
    """Return the customers in the order of their ids. Times are seconds before the sample is read, below zero."""
    return [_customer(index, person) for index, person in enumerate(phrases.PEOPLE)]


def _customer(index: int, person: phrases.Person) -> Customer:
    first, last, city, country, language = person
    age_in_days = 3 * (len(phrases.PEOPLE) - index)
    created = -age_in_days * _DAY - index % 9 * _HOUR
    contact = Contact(
        id=5_100 + index * 3 + index // 9,
        firstname=first,
        lastname=last,
        company=phrases.COMPANIES.get(first),
        type="guest" if not language else "lead" if index % 7 == 5 else "customer",
        email=_email(first, last) if language else None,
        phone=_phone(country, city, index),
        city=city or None,
        country_id=_COUNTRY_IDS.get(country),
        is_opted_out=index % 17 == 13,
        interaction_id=1_204 + index * 2 + index // 11,
        status_id=1 + index % 4,
        source_id=1 + index % 5 if index % 5 < 3 else None,
        assigned_id=phrases.STAFF[index % len(phrases.STAFF)][0] if index % 3 else None,
        group_ids=tuple(group for group in (1, 2, 3) if index % (group + 1) == 0),
        created=created,
        updated=created + min(index % 50, age_in_days) * _DAY,
    )
    return Customer(contact, country, language)


def _email(first: str, last: str) -> str | None:
    if not f"{first}{last}".isascii():
        return None
    return f"{first}.{last}@mail.example".lower().replace(" ", "").replace("'", "")


def _phone(country: str, city: str, index: int) -> str:
    if area := _AREA_CODES.get(city):
        return f"1{area}55501{index % 100:02d}"
    if country == "AU":
        return _AUSTRALIA[index % len(_AUSTRALIA)]
    if country == "IN":
        return _UNASSIGNED[country].format(10_000 + index * 613)
    return (_RESERVED.get(country) or _UNASSIGNED[country]).format(index % 100 if country == "DE" else index)
