"""Convert texts and times between the API, a query and a database column."""

from __future__ import annotations

import re
from unicodedata import category, normalize

_INDEXED_CHARACTERS = 250_000
"""A ``tsvector`` holds 1 MiB. With the blank behind it a word takes up to 4 bytes a character, position included."""

_OPTIONAL_MARKS = re.compile(
    "(?<=[A-Za-z])[\u0300-\u036f]+"  # accents on Latin letters
    "|[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]"  # Hebrew points
    "|[\u064b-\u0652\u0670]"  # Arabic vowel signs
    "|\u093c"  # Devanagari nukta
    "|[\u20d0-\u20ff\ufe00-\ufe0f]"  # variants of symbols and emoji
)
"""Marks that one writer types and another leaves out."""


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
    """Return *text* as PostgreSQL's full-text search takes it: folded letters with their marks, and digits.

    Optional marks are left out. Signs become blanks, because PostgreSQL's parser makes one word of ``ok.thanks`` (a
    host), ``late/delayed`` (a path) and ``-2024`` (a number), and with the locale C of letters and any other sign.
    """
    if not text.isascii():
        text = normalize("NFC", _OPTIONAL_MARKS.sub("", normalize("NFD", text)))
    return fold(text).translate(_BLANKS)[:_INDEXED_CHARACTERS]


class _Blanks(dict[int, int]):
    """A table for :meth:`str.translate` that keeps letters, marks and digits."""

    def __missing__(self, code: int) -> int:
        kind = category(chr(code))
        self[code] = code if kind[0] in "LM" or kind == "Nd" else 0x20
        return self[code]


_BLANKS = _Blanks()
