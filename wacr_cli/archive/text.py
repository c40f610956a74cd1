"""Convert texts and times between the API, a query and a database column."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from unicodedata import category, normalize

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INDEXED_CHARACTERS = 250_000
"""A ``tsvector`` holds 1 MiB. A word of n bytes takes up to n + 5, so that 4 bytes a character always fit."""


def to_microseconds(moment: datetime) -> int:
    """Return *moment* as microseconds since 1970 in UTC."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def to_storable(text: str) -> str:
    """Return *text* as a column can hold it. The column ``raw`` keeps the original.

    UTF-8 can't encode half of a surrogate pair, and many readers stop at a NUL.
    """
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\u2400")


def fold(text: str) -> str:
    """Return *text* without case, in the same number of characters."""
    if text.isascii():
        return text.lower()
    folded = text.casefold()
    if len(folded) == len(text):
        return folded
    return "".join(letter if len(one := letter.casefold()) > 1 else one for letter in text)


def parse_words(text: str) -> list[str]:
    """Return the words and "phrases" of *text* that contain a letter or digit. An unclosed quote is ignored."""
    parts = [phrase or word for phrase, word in re.findall(r'"([^"]*)"|(\S+)', text)]
    return [to_storable(part) for part in parts if any(letter.isalnum() for letter in part)]


def prepare_words(text: str) -> str:
    """Return *text* as PostgreSQL's full-text search takes it: letters, marks and digits, the rest blank.

    Letters are folded, and Latin ones lose their accents, as SQLite's tokenizer does it. Signs are blanks because
    PostgreSQL's parser would make one word of ``ok.thanks`` (a host), ``late/delayed`` (a path) and ``-2024`` (a
    number), and in a database with the locale C one of any other sign and the letters around it.
    """
    if not text.isascii():
        bare = re.sub("(?<=[A-Za-z])[\u0300-\u036f]+", "", normalize("NFD", text))
        text = normalize("NFC", bare)
    return fold(text).translate(_BLANKS)[:_INDEXED_CHARACTERS]


class _Blanks(dict[int, int]):
    """A table for :meth:`str.translate` that keeps letters, marks and numbers."""

    def __missing__(self, code: int) -> int:
        kept = category(chr(code))[0] in "LMN"
        self[code] = code if kept else 0x20
        return self[code]


_BLANKS = _Blanks()
