"""Tables and cards: what strangers wrote stays in its column, at any width."""

from __future__ import annotations

import io
import os
import re
import time
import unicodedata
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from wacr_cli.core.models import DETAIL_FIELDS, LIST_FIELDS
from wacr_cli.output.cards import Cards, make_message_card
from wacr_cli.output.cells import format_value, max_cell_width
from wacr_cli.output.columns import MESSAGE_COLUMNS, columns_with
from wacr_cli.output.console import Console
from wacr_cli.output.destinations import Stream
from wacr_cli.output.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wacr_cli.core.models import Row

NOW = datetime(2026, 7, 15, 10, tzinfo=UTC)
SGR = re.compile(r"\x1b\[[0-9;]*m")

MESSAGES = [
    "A short one",
    "A long one, which goes on and on, as people do when they have a lot to say, and then some more of it " * 3,
    "漢字かな交じり文はとても長いので、端末の幅を超えてしまうことがあります。" * 4,
    "नमस्ते, आपका ऑर्डर भेज दिया गया है और कल तक पहुँच जाएगा। कृपया रसीद संभाल कर रखें। " * 3,
    "مرحبا، لقد تم شحن طلبك وسيصل غدًا إن شاء الله. شكرًا لتسوقك معنا. " * 3,
    "👨\u200d👩\u200d👧\u200d👦" * 60,
    "👍🏽" * 60,
    "❤️" * 90,
    "🇮🇳" * 60,
    "한국어 메시지입니다 " * 12,
    "e\u0301" * 200,
    "z" + "\u0300\u0301\u0302" * 100,
    "line one\nline two\ttab\r\n\x1b[31mred\x1b]0;title\x07",
    "\u202eright to left\u2066",
    "[bold red]not bold[/] [link=https://evil.example]x[/link] :smile: {x!r} %s",
    "",
    " ",
    "https://shop.example/" + "x" * 300,
]
SENDERS = [
    "+4917012345678",
    "4915112345678",
    "x" * 300,
    "漢字かな交じり文",
    "👨\u200d👩\u200d👧\u200d👦",
    "👍🏽👍🏽",
    "❤️❤️",
    "नमस्ते",
    "क्षि",
    "مرحبا",
    "a\u0301\u0301",
    "\x1b[2J\n\t",
    "\u202eevil",
    "[red]x[/red]",
    ":smile:",
    None,
    "",
]


@pytest.fixture(autouse=True)
def _utc() -> Iterator[None]:
    """Make UTC the local time zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    yield
    if before is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = before
    time.tzset()


def row(number: int = 1, /, **fields: Any) -> Row:
    """Return a message with every field of a list."""
    return {
        "id": 51_000 + number,
        "interaction_id": number,
        "sender_id": "+4917012345678",
        "type": "text",
        "message": "Hello",
        "status": "read",
        "message_id": f"wamid.{number}",
        "sent_at": "2026-07-15T09:00:00Z",
        "is_read": True,
    } | fields


HOSTILE = [
    row(at, message=MESSAGES[at % len(MESSAGES)], sender_id=SENDERS[(at + 5 * (at // len(MESSAGES))) % len(SENDERS)])
    for at in range(3 * len(MESSAGES))
]


def table(
    rows: Sequence[Row],
    *,
    width: int = 80,
    terminal: bool = True,
    colour: bool = False,
    columns: Sequence[str] | None = None,
    window: int = 1000,
) -> list[str]:
    """Return the lines of a table."""
    out = io.BytesIO()
    console = Console(stdout_is_terminal=terminal, colour=colour, width=width)
    writer = Table(Stream(out, is_terminal=terminal), console, columns or MESSAGE_COLUMNS, lambda: NOW)
    for start in range(0, len(rows), window):
        writer.write(rows[start : start + window])
    writer.finish()
    return out.getvalue().decode().splitlines()


def make_cards(sink: Stream, console: Console) -> Cards:
    """Return the writer of message cards."""
    return Cards(
        sink, console, lambda one, is_terminal: make_message_card(one, DETAIL_FIELDS, NOW if is_terminal else None)
    )


def card(one: Row, *, width: int = 80, terminal: bool = True, colour: bool = False) -> str:
    """Return the card of a message."""
    out = io.BytesIO()
    console = Console(stdout_is_terminal=terminal, colour=colour, width=width)
    writer = make_cards(Stream(out, is_terminal=terminal), console)
    writer.write([one])
    writer.finish()
    return out.getvalue().decode()


def by_code_points(text: str) -> int:
    """The cells of a text on a terminal that joins nothing: by the Unicode tables, a code point at a time."""

    def cells(letter: str) -> int:
        if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
            return 0
        return 2 if unicodedata.east_asian_width(letter) in "WF" else 1

    return sum(map(cells, text))


MEASURES = {
    "joined": cell_len,
    "a cell at a time": lambda text: sum(map(cell_len, text)),
    "by code points": by_code_points,
}


class TestWidth:
    """No line is wider than the terminal, however its width is measured."""

    @pytest.mark.parametrize("width", [60, 80, 81, 120, 200])
    @pytest.mark.parametrize("measure", MEASURES)
    def test_each_row_is_one_line_that_fits(self, width: int, measure: str) -> None:
        """Each row is one line that fits, whatever is in it."""
        lines = table(HOSTILE, width=width)
        assert len(lines) == len(HOSTILE) + 1
        assert max(map(MEASURES[measure], lines)) <= width

    @given(
        st.lists(st.tuples(st.text(), st.text() | st.none(), st.text(max_size=20)), min_size=1, max_size=3),
        st.sampled_from([60, 80, 200]),
    )
    def test_any_text_fits_as_message_sender_and_type(
        self, texts: list[tuple[str, str | None, str]], width: int
    ) -> None:
        """The same for any text as message, sender and type."""
        lines = table(
            [row(message=message, sender_id=sender, type=kind) for message, sender, kind in texts], width=width
        )
        assert len(lines) == len(texts) + 1
        assert max(measure(line) for line in lines for measure in MEASURES.values()) <= width

    @settings(deadline=None)
    @given(st.text())
    def test_the_assumed_width_is_the_widest_of_all_measures(self, text: str) -> None:
        """The width that is reckoned with is no less than any measure's."""
        assert max_cell_width(text) >= max(measure(text) for measure in MEASURES.values())

    @pytest.mark.parametrize("width", [80, 200])
    @pytest.mark.parametrize(
        "message", [message for message in MESSAGES if max_cell_width(message) > 200], ids=lambda m: m[:5]
    )
    def test_a_long_text_is_cut_with_a_mark_and_fills_the_line(self, width: int, message: str) -> None:
        """A text that is too long is cut with a sign, and takes the room there is."""
        line = table([row(message=message)], width=width)[1]
        assert line.endswith("…")
        assert max_cell_width(line) > width - 4

    def test_what_fits_is_not_cut(self) -> None:
        """What fits is not cut."""
        message = "A message of some fifty cells, with 漢字 and नमस्ते in it"
        assert table([row(message=message)], width=200)[1].endswith(f"  {message}")

    def test_nothing_is_cut_in_a_pipe(self) -> None:
        """In a pipe nothing is cut, however long it is."""
        rows = [row(message="x" * 5000, sender_id="y" * 300)]
        line = table(rows, terminal=False)[1]
        assert "x" * 5000 in line
        assert "y" * 300 in line
        assert "…" not in line

    def test_longer_ids_of_a_later_window_are_shown_whole(self) -> None:
        """A later window whose ids are longer shows them whole."""
        numbers = [99, 100, 12_345_678]
        lines = table([row(id=number) for number in numbers], window=1)
        assert [int(line.split()[0]) for line in lines[1:]] == numbers

    def test_the_headings_stand_above_the_first_row(self) -> None:
        """Without rows there are none."""
        assert sum("MESSAGE" in line for line in table([row(), row(), row()], window=1)) == 1
        assert table([]) == []


def starts(lines: Sequence[str], heading: str) -> set[int]:
    """Where the cells of a column begin, by cells: the places of its heading."""
    return {cell_len(lines[0].partition(heading)[0])}


class TestAlignment:
    """Columns stand under their headings."""

    @pytest.mark.parametrize("width", [80, 200])
    def test_the_message_begins_at_the_same_cell_in_every_row(self, width: int) -> None:
        """However hostile the texts before it are."""
        rows = [one | {"message": "MARK" + str(one["message"])} for one in HOSTILE]
        lines = table(rows, width=width)
        places = {measure(line[: line.index("MARK")]) for line in lines[1:] for measure in MEASURES.values()}
        assert places == starts(lines, "MESSAGE")

    @pytest.mark.parametrize("width", [80, 200])
    def test_the_status_begins_at_the_same_cell_in_every_row(self, width: int) -> None:
        """The same for the column before it."""
        rows = [one | {"status": "STAT"} for one in HOSTILE]
        lines = table(rows, width=width)
        places = {measure(line[: line.index("STAT")]) for line in lines[1:] for measure in MEASURES.values()}
        assert places == {cell_len(lines[0][: lines[0].index("STATUS")])}

    def test_ids_are_aligned_to_the_right(self) -> None:
        """Ids end at one cell."""
        lines = table([row(id=1), row(id=1000), row(id=77)])
        assert {re.search(r"\d(?= )", line).end() for line in lines[1:]} == {lines[0].index("ID") + 2}  # type: ignore[union-attr]

    def test_no_line_ends_in_blanks(self) -> None:
        """No line ends in blanks that a person would copy."""
        assert all(line == line.rstrip(" ") for line in table([row(message=""), row(message="x"), row()]))


class TestCells:
    """The content of cells."""

    def test_the_default_columns_end_with_the_message(self) -> None:
        """The columns a reader wants, under headings, the text last."""
        lines = table([row()], width=200)
        assert lines[0].split() == ["ID", "SENT", "CONV", "SENDER", "TYPE", "STATUS", "MESSAGE"]
        assert lines[1].split() == ["51001", "1h", "ago", "1", "+4917012345678", "text", "read", "Hello"]
        assert MESSAGE_COLUMNS[-1] == "message"

    def test_selected_columns_keep_their_order(self) -> None:
        """Those asked for, in that order."""
        lines = table([row(direction="inbound")], columns=("status", "direction", "is_read", "id"))
        assert [line.split() for line in lines] == [
            ["STATUS", "DIRECTION", "READ", "ID"],
            ["read", "inbound", "yes", "51001"],
        ]

    def test_all_documented_fields_fit(self) -> None:
        """Every documented field has its column, and all of them fit."""
        lines = table(HOSTILE, width=120, columns=LIST_FIELDS)
        assert len(lines[0].split()) == len(LIST_FIELDS)
        assert max(map(cell_len, lines)) <= 120

    @pytest.mark.parametrize(
        ("age", "shown"),
        [
            (timedelta(seconds=5), "just now"),
            (timedelta(minutes=5), "5m ago"),
            (timedelta(days=3), "Jul 12 10:00"),
            (timedelta(days=400), "2025-06-10"),
        ],
    )
    def test_times_are_local_on_a_terminal_and_as_received_in_a_pipe(self, age: timedelta, shown: str) -> None:
        """On a terminal local time, relative when recent; in a pipe the time as it was received."""
        received = (NOW - age).isoformat().replace("+00:00", "Z")
        rows = [row(sent_at=received)]
        assert shown in table(rows, width=200)[1]
        assert received in table(rows, terminal=False)[1]

    @pytest.mark.parametrize(
        "received", ["soon", "", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "\x1b[2J", 5, [7]]
    )
    @pytest.mark.parametrize("terminal", [True, False])
    def test_an_invalid_time_is_shown_as_received(self, terminal: bool, received: object) -> None:
        """What is no time that a clock could show is shown as it is, harmlessly."""
        lines = table([row(sent_at=received)], terminal=terminal, width=200)
        assert "\x1b" not in lines[1]
        assert str(received).replace("\x1b", "␛")[:20] in lines[1]

    @pytest.mark.parametrize(
        "text", ["[bold]x[/bold]", ":smile: :+1:", "[/]", "[link=http://x]y[/link]", "\\[x]", "{0} %s"]
    )
    @pytest.mark.parametrize("colour", [False, True])
    def test_markup_and_names_of_emoji_are_shown_as_written(self, colour: bool, text: str) -> None:
        """What looks like markup or the name of an emoji is shown as it was written."""
        rows = [row(message=text, sender_id=text, type=text)]
        line = SGR.sub("", table(rows, width=200, colour=colour)[1])
        assert line.count(text[:10]) >= 3
        assert text in SGR.sub("", card(rows[0], colour=colour))

    def test_the_html_of_templates_is_shown_as_text(self) -> None:
        """That of other messages as it is."""
        html = "<b>Hello</b> &amp; welcome<br>to us"
        assert table([row(type="template", message=html)], width=200)[1].endswith("Hello & welcome↵to us")
        assert table([row(type="text", message=html)], width=200)[1].endswith(html)

    @pytest.mark.parametrize(
        ("field", "value", "shown"),
        [
            ("is_read", True, "yes"),
            ("is_read", False, "no"),
            ("id", 7, "7"),
            ("status", "odd\x1b", "odd␛"),
            ("message", {"a": ["\x1b\u3164"]}, '{"a": ["\\u001b\\u3164"]}'),
            ("message", 1.5, "1.5"),
        ],
    )
    def test_any_kind_of_value_has_a_text(self, field: str, value: object, shown: str) -> None:
        """Any kind of value is words."""
        assert format_value(field, value, {field: value}) == shown

    @settings(deadline=None)
    @given(st.text(st.characters()), st.sampled_from(LIST_FIELDS), st.booleans())
    def test_no_control_character_is_written(self, text: str, field: str, terminal: bool) -> None:
        """On a terminal and in a pipe."""
        lines = "\n".join(table([row(**{field: text})], terminal=terminal, columns=LIST_FIELDS, width=200))
        assert {letter for letter in lines if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")} <= {"\n"}


class TestColour:
    """Colours."""

    @pytest.mark.parametrize(("terminal", "colour"), [(True, False), (False, False), (True, True), (False, True)])
    def test_colour_does_not_depend_on_the_terminal(self, terminal: bool, colour: bool) -> None:
        """Colour is one thing and a terminal another."""
        drawn = "\n".join(
            [*table([row()], terminal=terminal, colour=colour), card(row(), terminal=terminal, colour=colour)]
        )
        assert ("\x1b[" in drawn) is colour

    def test_each_status_has_its_own_colour(self) -> None:
        """Each status has its own colour, so that a failure stands out."""
        lines = table([row(status=status) for status in ("sent", "delivered", "read", "failed")], colour=True)
        found = [re.search(r"(\x1b\[[0-9;]*m)(sent|delivered|read|failed)", line) for line in lines[1:]]
        assert len({one[1] for one in found if one}) == 4

    def test_colours_change_no_text(self) -> None:
        """Colours change nothing but the colours."""
        coloured = [SGR.sub("", line).rstrip(" ") for line in table(HOSTILE, colour=True)]
        assert coloured == table(HOSTILE)

    def test_colours_end_with_the_line(self) -> None:
        """Whatever is switched on in a line is switched off in it."""
        for line in table([row(), row(status="failed", message=None)], colour=True):
            found = SGR.findall(line)
            assert not found or found[-1] == "\x1b[0m"


class TestCard:
    """One message with all its fields."""

    FULL = row(
        status="failed",
        status_message="Recipient not on WhatsApp",
        ref_message_id="wamid.0",
        url="https://shop.example/files/a.pdf",
        staff_id=4,
        message="first line\nsecond line",
    )
    LABELS = ("Message", "Conversation", "Sender", "Type", "Text", "Status", "WhatsApp id", "Sent", "Read", "Reason",
              "In reply to", "Media", "Staff")  # fmt: skip

    @pytest.mark.parametrize("terminal", [True, False])
    def test_each_of_the_thirteen_fields_has_a_label(self, terminal: bool) -> None:
        """Each of the thirteen fields has its label and its value."""
        text = card(self.FULL, terminal=terminal)
        labels = [line[:12].strip() for line in text.splitlines() if line[:1] != " "]
        assert tuple(labels) == self.LABELS
        assert len(DETAIL_FIELDS) == len(self.LABELS) == 13
        for value in (
            "51001",
            "+4917012345678",
            "failed",
            "wamid.1",
            "Recipient not on WhatsApp",
            "wamid.0",
            "a.pdf",
            "yes",
        ):
            assert value in text

    def test_a_missing_or_null_field_is_a_dash(self) -> None:
        """A field that is null, or not there, has its label and a dash."""
        text = card({"id": 1} | dict.fromkeys(DETAIL_FIELDS[1:]))
        assert text.count("\N{EN DASH}") == 12
        assert card({"id": 1}) == text

    def test_undocumented_fields_are_shown(self) -> None:
        """Their names are made printable."""
        text = card(row(**{"new\x1b[2J": {"a": 1}}))
        assert "new␛[2J" in text
        assert '{"a": 1}' in text

    def test_a_text_keeps_its_lines_on_a_terminal(self) -> None:
        """In a pipe it is one line."""
        shown = card(self.FULL).splitlines()
        first = next(line for line in shown if line.startswith("Text"))
        second = shown[shown.index(first) + 1]
        assert first.index("first line") == second.index("second line")
        assert second[: second.index("second")].isspace()
        assert "first line↵second line" in card(self.FULL, terminal=False)

    def test_a_time_is_shown_in_full_with_its_age(self) -> None:
        """In a pipe it is as received."""
        assert "Wed 15 Jul 2026 09:00:00 +0000 (1h ago)" in card(self.FULL)
        assert "2026-07-15T09:00:00Z" in card(self.FULL, terminal=False)

    @pytest.mark.parametrize("message", MESSAGES)
    @pytest.mark.parametrize("width", [80, 200])
    def test_long_texts_are_folded(self, width: int, message: str) -> None:
        """Long texts are folded, not cut, within the terminal."""
        text = card(row(message=message), width=width)
        assert max(map(cell_len, text.splitlines())) <= width
        assert "…" not in text

    def test_each_field_is_one_line_in_a_pipe(self) -> None:
        """In a pipe each field is one line."""
        assert "x" * 5000 in card(row(message="x" * 5000), terminal=False)

    def test_an_empty_line_stands_between_two_cards(self) -> None:
        """An empty line stands between two cards, and nowhere else."""
        out = io.BytesIO()
        writer = make_cards(Stream(out), Console())
        writer.write([row(1)])
        writer.write([row(2), row(3)])
        writer.finish()
        blank = [at for at, line in enumerate(out.getvalue().decode().splitlines()) if not line]
        assert len(blank) == 2
        assert {second - first for first, second in pairwise(blank)} == {14}

    @settings(deadline=None)
    @given(st.text(st.characters()), st.sampled_from(DETAIL_FIELDS), st.booleans())
    def test_no_control_character_is_written(self, text: str, field: str, terminal: bool) -> None:
        """No field's text gets a control through."""
        shown = card(row(**{field: text}), terminal=terminal)
        assert {letter for letter in shown if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")} <= {"\n"}


@pytest.mark.parametrize(
    "name", ["सुनीता कुलकर्णी", "فاطمة المنصوري", "結衣 佐藤", "👩🏽‍🚀 Ada", "plain", "a" * 90, "क्" * 60]
)
@pytest.mark.parametrize("width", [60, 80, 120])
def test_names_are_legible_and_fit(name: str, width: int) -> None:
    """A name is shown in its own letters, and the line fits where a terminal draws them widest."""
    out = io.BytesIO()
    console = Console(width=width, stdout_is_terminal=True)
    table = Table(Stream(out, is_terminal=True), console, columns_with(("sender_name",)), lambda: NOW)
    row = {"id": 1, "sent_at": "2026-11-20T11:00:00Z", "interaction_id": 7, "sender_id": "15550100", "type": "text"}
    table.write([row | {"status": "read", "message": "word " * 60, "sender_name": name}])
    heading, line = out.getvalue().decode().splitlines()
    assert heading.split()[3:5] == ["SENDER", "NAME"]
    assert name[:3] in line
    assert "\\u" not in line
    assert max_cell_width(line) <= width
