"""Text of strangers: nothing of it acts, everything of it can be seen."""

# ruff: noqa: RUF001 - every script has letters that look like others

from __future__ import annotations

import json
import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wacr_cli.output.sanitize import html_to_text, json_safe, printable

JOINERS = "\u200c\u200d"
DRAWN = {*range(0x0600, 0x0606), 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD}
"""Format characters that are signs with a shape of their own."""

ANY_TEXT = st.text(st.characters())
"""Every code point there is, lone surrogates too."""

NASTY = st.text(
    st.sampled_from(
        "a\u00e9\u0905\u0645\u6f22\U0001f468\u2764\ufe0f\x1b[]0m\x07\x00\n\t\r\x7f\x9b\xad\u200b\u200c\u200d"
    )
    | st.sampled_from(
        "\u061c\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069\ufeff\ufff9\U000e0001\U000e0041\ud83d\ude00\\"
    )
)

ORDINARY = [
    "plain ASCII, with \\ and <b>&amp;</b> [bold]x[/bold] :smile:",
    "Grüße, façade, œuvre, ½ £5 «ça»",
    "Ελληνικά, Русский, Հայերեն, ქართული",
    "עברית: שָׁלוֹם",
    "العربية: مَرْحَبًا ١٢٣ \u0600١٢",
    "فارسی: می\u200cخواهم",
    "हिन्दी: नमस्ते क्\u200dष, मराठी, বাংলা: অ\u09cd\u200dয, తెలుగు, മലയാളം: ന്\u200d",
    "ไทย, ລາວ, မြန်မာ, ខ្មែរ",
    "漢字かな交じり文、한국어、中文",
    "Tiếng Việt: Nguyễn; de\u0301compose\u0301",
    "አማርኛ ᏣᎳᎩ ᓀᐦᐃᔭᐍᐏᐣ",
    "👍🏽 👨\u200d👩\u200d👧\u200d👦 🏳️\u200d🌈 ❤️ 1️⃣ 🇮🇳 👩🏾\u200d⚕️ 🧑\u200d🚀",
    "∑ ≤ ∞ → ☎ ✓ • … – — “quotes” ‘ ’ ‹ ›",
    "\u00a0\u2003\u3000 spaces",
]

DANGEROUS = [
    ("\x1b]0;title\x07", "␛]0;title␇"),
    ("\x1b[2J\x1b[31mred", "␛[2J␛[31mred"),
    ("\x1b]never ends", "␛]never ends"),
    ("\x1b\x1b", "␛␛"),
    ("a\x9b31mb", "a\\u009b31mb"),
    ("a\r\nb\tc\x08d\x00e\x7f", "a␍↵b⇥c␈d␀e␡"),
    ("invoice\u202egpj.exe", "invoice\\u202egpj.exe"),
    ("\u2066x\u2069\u200e\u200f\u061c", "\\u2066x\\u2069\\u200e\\u200f\\u061c"),
    ("a\u2028b\u2029c\x85d", "a\\u2028b\\u2029c\\u0085d"),
    ("pay\u200bpal \u00ad\ufeff\u2060", "pay\\u200bpal \\u00ad\\ufeff\\u2060"),
    ("a\u200db\u200cc", "a\\u200db\\u200cc"),
    ("\u200dx", "\\u200dx"),
    ("👍\u200d\u200d", "👍\u200d\\u200d"),
    ("\u202e\u200d", "\\u202e\\u200d"),
    ("\U000e0041\U000e0001\U000e0100", "\\U000e0041\\U000e0001\\U000e0100"),
    ("\U000e0000\U000e0fff\u2065\ufff0", "\\U000e0000\\U000e0fff\\u2065\\ufff0"),
    ("\ud83d \ude00", "\\ud83d \\ude00"),
    ("\u3164\u115f\u1160\uffa0\u034f", "\\u3164\\u115f\\u1160\\uffa0\\u034f"),
    ("\ufff9a\ufffab\ufffb", "\\ufff9a\\ufffab\\ufffb"),
    ("\U0001d173", "\\U0001d173"),
]


def is_dangerous(letter: str) -> bool:
    """Return whether a code point can act, reorder or hide."""
    return unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") and ord(letter) not in DRAWN


class TestPrintable:
    """Untrusted text for a terminal."""

    @pytest.mark.parametrize("text", ORDINARY)
    def test_ordinary_text_is_unchanged(self, text: str) -> None:
        """In any script, with any emoji."""
        assert printable(text) == text

    @pytest.mark.parametrize(("text", "shown"), DANGEROUS)
    def test_what_could_act_becomes_visible(self, text: str, shown: str) -> None:
        """What follows it stays."""
        assert printable(text) == shown

    def test_every_dangerous_code_point_is_replaced_and_no_other(self) -> None:
        """No dangerous code point comes out of it, each comes out as something to see, and no other changes."""
        for code in range(sys.maxunicode + 1):
            letter = chr(code)
            shown = printable(letter)
            if is_dangerous(letter):
                assert shown != letter, hex(code)
                assert shown.strip(), hex(code)
                assert not any(map(is_dangerous, shown)), hex(code)
            elif shown != letter:
                assert shown.startswith("\\"), hex(code)
                assert not letter.isalnum() or code in (0x115F, 0x1160, 0x3164, 0xFFA0), hex(code)

    @settings(deadline=None)
    @given(ANY_TEXT | NASTY)
    def test_any_text_becomes_one_harmless_line(self, text: str) -> None:
        """Only joiners in words and emoji stay."""
        shown = printable(text)
        for before, letter in zip(" " + shown, shown, strict=False):
            if letter in JOINERS:
                assert before > "\u02ff"
                assert before not in JOINERS
            else:
                assert not is_dangerous(letter)
        assert len(shown.splitlines()) <= 1

    @settings(deadline=None)
    @given(ANY_TEXT | NASTY, ANY_TEXT | NASTY)
    def test_each_code_point_is_judged_alone(self, one: str, other: str) -> None:
        """A joiner by the one before it; no sequence is parsed."""
        if not other.startswith(tuple(JOINERS)):
            assert printable(one + other) == printable(one) + printable(other)

    @settings(deadline=None)
    @given(ANY_TEXT | NASTY)
    def test_printable_text_is_unchanged(self, text: str) -> None:
        """What is printable already stays as it is."""
        assert printable(printable(text)) == printable(text)

    @settings(deadline=None)
    @given(ANY_TEXT | NASTY)
    def test_the_result_is_at_least_as_long(self, text: str) -> None:
        """Nothing is taken away: what is shown is as long as the text, at least."""
        assert len(printable(text)) >= len(text)


class TestJsonSafe:
    """JSON for a terminal."""

    @settings(deadline=None)
    @given(ANY_TEXT | NASTY)
    def test_the_value_is_unchanged(self, text: str) -> None:
        """Except for two halves of a pair, which JSON can't keep apart."""
        joined = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
        safe = json_safe(json.dumps(joined, ensure_ascii=False))
        assert json.loads(safe) == joined

    def test_every_dangerous_code_point_is_escaped(self) -> None:
        """What would act is escaped, and the value stays."""
        for start in range(0, sys.maxunicode + 1, 256):
            text = "".join(map(chr, range(start, start + 256)))
            safe = json_safe(json.dumps(text, ensure_ascii=False))
            assert json.loads(safe) == text
            assert not [hex(ord(letter)) for letter in safe if is_dangerous(letter) and letter not in JOINERS]

    @settings(deadline=None)
    @given(ANY_TEXT | NASTY)
    def test_printed_json_is_the_same_json(self, text: str) -> None:
        """Printed as a line of a terminal it is the same JSON still."""
        joined = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
        assert json.loads(printable(json_safe(json.dumps(joined, ensure_ascii=False)))) == joined

    @pytest.mark.parametrize("text", ORDINARY)
    def test_ordinary_text_can_be_read(self, text: str) -> None:
        """What people write can still be read."""
        assert json_safe(text) == text


class TestHtml:
    """Templates may have HTML, which is shown as text."""

    @pytest.mark.parametrize(
        ("source", "text"),
        [
            ("plain", "plain"),
            ("<b>bold</b> and <i class='x'>italic</i>", "bold and italic"),
            ("one<br>two<br/>three<BR />four", "one\ntwo\nthree\nfour"),
            ("<p>one</p><p>two</p>", "one\ntwo"),
            ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
            ("<h1>Title</h1>text", "Title\ntext"),
            ("a &amp; b &lt;c&gt; &#8364; &euro; &nbsp;x", "a & b <c> € € \u00a0x"),
            ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
            ("&lt;script&gt;", "<script>"),
            ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
            ("a <3 b", "a <3 b"),
            ("<a href='https://x.example/?a=1&b=2'>link</a>", "link"),
            ("<unclosed", "<unclosed"),
            ("<br<br>", "<br"),
            ("&#8238;&#x200b;", "\u202e\u200b"),
            ("  <p> x </p>\n", "x"),
            ("", ""),
        ],
    )
    def test_breaks_become_newlines_and_tags_go(self, source: str, text: str) -> None:
        """Entities are decoded once; what is not a tag stays."""
        assert html_to_text(source) == text

    @settings(deadline=None)
    @given(ANY_TEXT)
    def test_text_without_markup_is_unchanged(self, text: str) -> None:
        """A text with neither tags nor entities is left alone, blanks included."""
        plain = text.replace("<", "").replace("&", "")
        assert html_to_text(plain) == plain

    @pytest.mark.parametrize("piece", ["<", "<a", "<br", "&", "</", "<p ", "&#"])
    def test_a_long_text_of_unfinished_tags_takes_linear_time(self, piece: str) -> None:
        """A long text of beginnings without ends is no work."""
        assert len(html_to_text(piece * 20_000)) <= len(piece) * 20_000

    @settings(deadline=None)
    @given(ANY_TEXT)
    def test_control_characters_from_entities_become_visible(self, text: str) -> None:
        """A control that came as an entity is made visible like any other."""
        source = "".join(f"&#{ord(letter)};" for letter in text)
        assert not any(is_dangerous(letter) and letter not in JOINERS for letter in printable(html_to_text(source)))
