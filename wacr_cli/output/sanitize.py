r"""Untrusted text, made printable.

Each code point is judged alone: one that could act on a terminal, or reorder or hide its neighbours, is replaced by a
visible form; all others stay. Nothing is parsed as a sequence, so an escape sequence without an end hides nothing.

A newline becomes ``↵`` and a tab as ``⇥``, other controls as their pictures (``␛``), the rest as ``\u202e``.
"""

from __future__ import annotations

import re

_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x09: "⇥", 0x0A: "↵", 0x7F: "␡"}

# Format characters that are drawn: signs that enclose Arabic or Syriac digits, and others like them.
_DRAWN_FORMATS = frozenset((*range(0x0600, 0x0606), 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD))
_JOINERS = "\u200c\u200d"

# Characters that look empty without being format characters: they could hide text.
_BLANKS = frozenset((0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2065, 0x3164, 0xFFA0, *range(0xFFF0, 0xFFF9)))
# Tags, variation selectors, and code points reserved for more of them.
_UNSEEN_PLANE = range(0xE0000, 0xE1000)

# These patterns are compiled when first used: most runs write plain ASCII to a pipe and need none of them.
_SUSPECT = r"[^\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u05ff\u0900-\u115e\u3041-\u3163\u4e00-\u9fff\uac00-\ud7a3]"
"""Skips the common scripts quickly; every match is checked further."""

_ACTS = (
    "[\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufffb\ud800-\udfff\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def printable(text: str) -> str:
    """Return *text* on one line, with everything that could act, reorder or hide made visible."""
    if text.isascii() and text.isprintable():
        return text
    return re.sub(_SUSPECT, _make_visible, text)


def _make_visible(found: re.Match[str]) -> str:
    letter = found[0]
    code = ord(letter)
    if code in _PICTURES:
        return _PICTURES[code]
    if letter in _JOINERS:
        return letter if _is_joining(found.string, found.start()) else _escape(code)
    if code in _DRAWN_FORMATS or not _is_hidden(letter, code):
        return letter
    return _escape(code)


def _is_hidden(letter: str, code: int) -> bool:
    import unicodedata

    return unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") or code in _BLANKS or code in _UNSEEN_PLANE


def _is_joining(text: str, at: int) -> bool:
    """Return whether a joiner follows an emoji or a letter of a script that needs it: not ASCII, not a control."""
    before = text[at - 1] if at else ""
    return before > "\u02ff" and before not in _JOINERS and not _is_hidden(before, ord(before))


def _escape(code: int) -> str:
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def json_safe(text: str) -> str:
    """Return JSON with everything that could act escaped inside its strings; the values stay the same."""
    return re.sub(_ACTS, _escape_json, text) if not text.isascii() or "\x7f" in text else text


def _escape_json(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


_BREAK = r"(?i)<(?:br|/p|/div|/li|/h[1-6]|/tr)\b[^<>]*>"
_TAG = r"(?i)</?[a-z][^<>]*>"


def html_to_text(text: str) -> str:
    """Return the text of HTML: breaks become newlines, other tags are removed, entities are decoded."""
    if "<" not in text and "&" not in text:
        return text
    import html

    return html.unescape(re.sub(_TAG, "", re.sub(_BREAK, "\n", text))).strip()
