"""Words as SQLite's ``unicode61 remove_diacritics 2`` takes them, for a database that has to find the same.

A word is a run of letters and digits; accents on Latin letters, and case, do not count.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache

_MOST_POSITIONS = 16_383
_MOST_LETTERS = 500
_MOST_BYTES = 500_000
"""What PostgreSQL holds of one text: so many words, of so many letters each, and this much in all."""

# The combining marks that belong to the letter before them, as SQLite has them: U+0300 to U+0331, with gaps.
_MARKS = 0x000361F8_08029FDF

# Signs that Unicode got after the tables of SQLite were made, which take for letters whatever they do not know.
_NEWER = (
    (0x61C, 0x61D),
    (0x2065, 0x2069),
    (0x2072, 0x2073),
    (0x208F, 0x209F),
    (0x20BA, 0x20CF),
    (0x20F1, 0x20FF),
    (0x218A, 0x218F),
    (0x23F4, 0x23FF),
    (0x2427, 0x243F),
    (0x244B, 0x245F),
    (0x2700, 0x2700),
    (0x2B4D, 0x2B4F),
    (0x2B5A, 0x2BFF),
    (0x2CF4, 0x2CF8),
    (0x2D26, 0x2D6E),
    (0x2D71, 0x2D7E),
    (0x2D97, 0x2DDF),
    (0x2E3C, 0x2E7F),
    (0x1F02C, 0x1F02F),
    (0x1F094, 0x1F09F),
    (0x1F0AF, 0x1F0B0),
    (0x1F0BF, 0x1F0C0),
    (0x1F0D0, 0x1F0D0),
    (0x1F0E0, 0x1F10F),
    (0x1F12F, 0x1F12F),
    (0x1F16C, 0x1F16F),
    (0x1F19B, 0x1F1E5),
    (0x1F203, 0x1F20F),
    (0x1F23B, 0x1F23F),
    (0x1F249, 0x1F24F),
    (0x1F252, 0x1F2FF),
    (0x1F321, 0x1F32F),
    (0x1F336, 0x1F336),
    (0x1F37D, 0x1F37F),
    (0x1F394, 0x1F39F),
    (0x1F3C5, 0x1F3C5),
    (0x1F3CB, 0x1F3DF),
    (0x1F3F1, 0x1F3FF),
    (0x1F43F, 0x1F43F),
    (0x1F441, 0x1F441),
    (0x1F4F8, 0x1F4F8),
    (0x1F4FD, 0x1F4FF),
    (0x1F53E, 0x1F53F),
    (0x1F544, 0x1F54F),
    (0x1F568, 0x1F5FA),
    (0x1F641, 0x1F644),
    (0x1F650, 0x1F67F),
    (0x1F6C6, 0x1F6FF),
    (0x1F774, 0x1FFFF),
)


def tokens(text: str) -> list[str]:
    """The words of a text, folded, in order."""
    if text.isascii():
        return re.findall(r"[a-z0-9]+", text.lower())
    return "".join(map(_folded, text)).split()


@lru_cache(maxsize=8192)
def _folded(letter: str) -> str:
    """What a letter is in a word: itself without case and accent, nothing for a mark, a blank for what ends a word."""
    code = ord(letter)
    if 0x300 <= code <= 0x331 and _MARKS >> (code - 0x300) & 1:
        return ""
    category = unicodedata.category(letter)
    if category[0] not in "LN" and category not in ("Co", "Cn") and not _is_newer(code):
        return " "
    lower = letter.casefold() if len(letter.casefold()) == 1 else letter.lower()
    base = unicodedata.normalize("NFD", lower)
    return base[0] if base[0].isascii() and len(base) > 1 else lower if len(lower) == 1 else letter


def _is_newer(code: int) -> bool:
    at = bisect_right(_NEWER, (code, 0x110000)) - 1
    return at >= 0 and code <= _NEWER[at][1]


def vector(text: str) -> str:
    """A text as a literal of PostgreSQL's ``tsvector``; the end of a very long one is left out."""
    places: dict[str, list[int]] = {}
    size = 0
    for at, word in enumerate(tokens(text), 1):
        size += len(word) * 4 + 8
        if at > _MOST_POSITIONS or size > _MOST_BYTES:
            break
        if len(word) <= _MOST_LETTERS:
            places.setdefault(word, []).append(at)
    return " ".join(f"'{word}':{','.join(map(str, found))}" for word, found in places.items())


def question(phrases: list[str]) -> str:
    """Phrases as a literal of ``tsquery``: all of them, each with its words side by side; empty where there is none."""
    found = [" <-> ".join(f"'{word}'" for word in words) for phrase in phrases if (words := tokens(phrase))]
    return " & ".join(f"({phrase})" for phrase in found)
