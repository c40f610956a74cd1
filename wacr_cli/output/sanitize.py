r"""Text that strangers wrote, made printable.

Each code point is judged by itself: what could act on a terminal, or reorder or hide what stands beside it,
is written out, and everything else stays. Nothing is parsed as a sequence, so an escape sequence that never
ends swallows nothing.

A newline comes out as ``↵`` and a tab as ``⇥``, other controls as their pictures (``␛``), the rest as ``\u202e``.
"""

from __future__ import annotations

import re

_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x09: "⇥", 0x0A: "↵", 0x7F: "␡"}

# Format characters that are letters' own: signs that enclose Arabic or Syriac digits, and the like.
_DRAWN_FORMATS = frozenset((*range(0x0600, 0x0606), 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD))
_JOINERS = "\u200c\u200d"

# What looks empty without being a format character: fillers that a stranger can hide behind.
_BLANKS = frozenset((0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2065, 0x3164, 0xFFA0, *range(0xFFF0, 0xFFF9)))
# Tags, variation selectors, and what is kept free for more of the like.
_UNSEEN_PLANE = range(0xE0000, 0xE1000)

# These patterns are compiled when first used: most runs write plain ASCII to a pipe and need none of them.
_SUSPECT = r"[^\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u05ff\u0900-\u115e\u3041-\u3163\u4e00-\u9fff\uac00-\ud7a3]"
"""A quick way past the common scripts; what it finds is looked at closely."""

_ACTS = (
    "[\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufffb\ud800-\udfff\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def printable(text: str) -> str:
    """``text`` with all that could act, reorder or hide made visible, on one line."""
    if text.isascii() and text.isprintable():
        return text
    return re.sub(_SUSPECT, _visible, text)


def _visible(found: re.Match[str]) -> str:
    letter = found[0]
    code = ord(letter)
    if code in _PICTURES:
        return _PICTURES[code]
    if letter in _JOINERS:
        return letter if _joins(found.string, found.start()) else _escaped(code)
    if code in _DRAWN_FORMATS or not _is_hidden(letter, code):
        return letter
    return _escaped(code)


def _is_hidden(letter: str, code: int) -> bool:
    import unicodedata

    return unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") or code in _BLANKS or code in _UNSEEN_PLANE


def _joins(text: str, at: int) -> bool:
    """Whether a joiner follows an emoji, or a letter of a script that needs it: anything but ASCII and controls."""
    before = text[at - 1] if at else ""
    return before > "\u02ff" and before not in _JOINERS and not _is_hidden(before, ord(before))


def _escaped(code: int) -> str:
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def json_safe(text: str) -> str:
    """JSON in which what could act is escaped inside its strings: the same values to whoever reads it."""
    return re.sub(_ACTS, _json_escaped, text) if not text.isascii() or "\x7f" in text else text


def _json_escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


_BREAK = r"(?i)<(?:br|/p|/div|/li|/h[1-6]|/tr)\b[^<>]*>"
_TAG = r"(?i)</?[a-z][^<>]*>"


def html_to_text(text: str) -> str:
    """The text of a template's HTML: breaks as newlines, other tags gone, entities read."""
    if "<" not in text and "&" not in text:
        return text
    import html

    return html.unescape(re.sub(_TAG, "", re.sub(_BREAK, "\n", text))).strip()
