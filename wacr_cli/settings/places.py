"""Where an archive is: a file, or a PostgreSQL database, whose URL may hold a password that is said nowhere."""

from __future__ import annotations

import re

SCHEMES = ("postgresql://", "postgres://")

_USER = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://[^:@/?]*):.*@", re.DOTALL)
_PARAMETER = re.compile(r"(?i)([?&](?:ssl)?password=)[^&]*")


def is_database(place: str) -> bool:
    """Whether a place is a database's URL."""
    return place.startswith(SCHEMES)


def without_password(place: str) -> str:
    """A place as it may be shown."""
    return _PARAMETER.sub(r"\1***", _USER.sub(r"\1:***@", place))
