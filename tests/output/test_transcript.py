"""Transcripts: who said what and when, in a terminal, as Markdown and as HTML; whatever was said is shown as text."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from wacr_cli.core.models import Row
from wacr_cli.output.cells import max_cell_width
from wacr_cli.output.chat import Chat, wrap
from wacr_cli.output.console import Console
from wacr_cli.output.html import HtmlTable, HtmlTranscript
from wacr_cli.output.markdown import MarkdownTable, MarkdownTranscript, escape
from wacr_cli.output.transcript import Find, FindFile, describe_media, format_zone, heading, make_entries, summarize

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
KNOWN: Row = {
    "id": 7,
    "number": "919876543210",
    "name": "<b>Maha</b> مها",
    "messages": 2,
    "unread": 1,
    "waiting_since": "2026-11-24T20:00:00Z",
    "window_closes_at": "2026-11-26T02:00:00Z",
}
HOSTILE = (
    "<script>document.title='obeyed'</script>",
    "</style></p></article></body><script>obeyed()</script><!--",
    "<img src=https://tracker.example/x.png onerror=obeyed()>",
    "&lt;script&gt; &amp; &#60;",
    "\x1b]0;title\x07 \x9b31m \u202egnp.exe \u2066 \x00",
    "# no heading\n- no list\n1. no list\n> no quote\n---\n    no code\n| no | table |\n```\n~~~",
    "[no](javascript:obeyed()) ![no](https://tracker.example/x.png) <https://x.example> www.x.example a@b.example",
    "*no* _no_ `no` ~~no~~ \\* $no$",
)


class Paper:
    """A sink that keeps what is written."""

    def __init__(self, *, is_terminal: bool = False) -> None:
        self.is_terminal = is_terminal
        self.text = ""

    def write(self, text: str) -> None:
        """Keep it."""
        self.text += text


def message(number: int, direction: str | None = "inbound", **values: object) -> Row:
    """Return a message with a direction."""
    return {
        "id": number,
        "sender_id": "919876543210",
        "type": "text",
        "message": f"text {number}",
        "status": "read",
        "message_id": f"wamid.{number}",
        "sent_at": f"2026-11-24T18:{number % 60:02d}:00+00:00",
        "direction": direction,
        **values,
    }


@pytest.fixture(autouse=True)
def kolkata(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Use a time zone in which 18:30 UTC is midnight."""
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def bubbles(*rows: Row, width: int = 60, terminal: bool = True) -> str:
    """Return rows as a terminal shows them."""
    paper = Paper(is_terminal=terminal)
    console = Console(stdout_is_terminal=terminal, width=width)
    writer = Chat(paper, console, KNOWN, lambda: NOW, _find(rows))
    writer.write(rows)
    writer.finish()
    return paper.text


def markdown(*rows: Row) -> str:
    """Return rows as Markdown."""
    paper = Paper()
    writer = MarkdownTranscript(paper, KNOWN, lambda: NOW, _find(rows))
    writer.write(rows)
    writer.finish()
    return paper.text


def page(*rows: Row, files: FindFile | None = None) -> str:
    """Return rows as HTML, with the files of some."""
    paper = Paper()
    writer = HtmlTranscript(paper, KNOWN, lambda: NOW, _find(rows), files)
    writer.write(rows)
    writer.finish()
    return paper.text


def _find(rows: tuple[Row, ...]) -> Find:
    return {row["message_id"]: row for row in rows}.get


class Tags(HTMLParser):
    """The tags of a page, and the text between them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note it."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note it."""
        self.texts.append(data)


def test_inbound_messages_are_left_and_outbound_ones_right() -> None:
    """Midnight is local, and only outbound messages have a status."""
    lines = bubbles(message(29), message(30, "outbound", status="delivered"), message(31, status="failed")).splitlines()
    assert lines[0] == "Conversation 7 · <b>Maha</b> مها · 919876543210"
    days = [line.strip("─ ") for line in lines if "──" in line]
    assert days == ["Tuesday 24 November 2026", "Wednesday 25 November 2026"]
    assert "919876543210  23:59" in lines
    assert "919876543210  00:01" in lines
    (ours,) = [line for line in lines if "You  00:00  delivered" in line]
    assert ours.startswith(" " * 30)
    assert max(map(max_cell_width, lines)) < 60


@pytest.mark.parametrize("width", [20, 40, 80, 200])
@pytest.mark.parametrize(
    "text",
    ["x" * 500, "word " * 100, "漢字かな交じり文" * 20, "👩‍👩‍👧🏽 " * 40, "مرحبا بالعالم " * 30, "\x1b[31m" * 50],
)
def test_nothing_is_wider_than_the_terminal(width: int, text: str) -> None:
    """No line is wrapped by the terminal, and no text is lost."""
    drawn = bubbles(message(1, message=text), message(2, "outbound", message=text), width=width)
    body = [line for line in drawn.splitlines() if "──" not in line]
    assert max(map(max_cell_width, body)) <= max(width, 24 + 1)
    assert re.sub(r"\s", "", "".join(wrap(text, 30))) == re.sub(r"\s", "", "".join(wrap(text, 0)))


def test_lines_are_not_wrapped_outside_a_terminal() -> None:
    """Times are as received."""
    drawn = bubbles(message(1, message="word " * 100), message(2, "outbound"), terminal=False)
    assert "word " * 99 + "word" in drawn
    assert "You  2026-11-24T18:02:00+00:00  read" in drawn


def test_a_reply_stands_below_the_message_that_it_quotes() -> None:
    """If that is known."""
    rows = (
        message(1, message="the " + "long " * 50 + "question"),
        message(2, "outbound", ref_message_id="wamid.1"),
        message(3, ref_message_id="wamid.99"),
    )
    for text in (bubbles(*rows, width=200), markdown(*rows), page(*rows)):
        flat = " ".join(re.sub(r"<[^>]*>", "", text).split())
        assert re.search(r"919876543210: the long long .*…", flat)
        assert "in reply to a message not shown here" in flat


@pytest.mark.parametrize(
    ("row", "media"),
    [
        ({"type": "text"}, ""),
        ({"type": "image"}, "image"),
        ({"type": "document", "url": "https://x.example/a/Invoice%20%3Cb%3E.pdf?sig=1#x"}, "document Invoice <b>.pdf"),
        ({"type": "audio", "url": "voice.ogg"}, "audio voice.ogg"),
        ({"type": "template", "url": "https://x.example/head.png"}, "file head.png"),
        ({"type": "sticker", "url": 5}, "sticker"),
        ({"type": None}, ""),
    ],
)
def test_media_are_named_by_type_and_file(row: Row, media: str) -> None:
    """By their type, and their file's name where that is known."""
    assert describe_media(row) == media


def test_the_reason_of_a_failure_stands_with_the_status() -> None:
    """The reason stands with the status, where the API told it."""
    row = message(
        1, "outbound", status="failed", status_message="131047 <i>Re-engagement</i>", type="image", message=""
    )
    assert "failed: 131047 <i>Re-engagement</i>" in bubbles(row)
    assert '<span class=failed dir="auto">failed: 131047 &lt;i&gt;Re-engagement&lt;/i&gt;</span>' in page(row)
    assert "failed: 131047 \\<i\\>Re-engagement\\</i\\>" in markdown(row)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_adds_a_tag_to_a_page(text: str) -> None:
    """Whatever messages, names and numbers contain."""
    harmless = Tags(page(message(1, message="\n".join("x" for _ in text.split("\n")), status=None)))
    row = message(1, message=text, sender_id=text, status_message=text, status=text, message_id=None)
    hostile = Tags(page(row))
    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in harmless.tags]
    forbidden = {"script", "img", "iframe", "object", "embed", "a", "form", "base", "audio", "video"}
    assert not forbidden & {tag for tag, _ in hostile.tags}
    loading = [(tag, attrs) for tag, attrs in hostile.tags if {"src", "href", "srcset", "action"} & attrs.keys()]
    assert loading == [("link", {"rel": "icon", "href": "data:,"})]
    assert not [name for _, attrs in hostile.tags for name in attrs if name.startswith("on")]
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page(row))


def test_the_policy_comes_before_any_untrusted_text() -> None:
    """The policy comes before anything that a stranger wrote."""
    text = page(message(1))
    policy = text.index("default-src 'none'")
    assert policy < text.index("Maha")
    assert "url(" not in text
    assert "@import" not in text


def test_each_text_has_its_own_direction() -> None:
    """Its marks stay in it."""
    text = page(message(1, message="\u200fאבג (abc)\u200e\nEnglish"))
    assert '<p class="text" dir="auto">\u200fאבג (abc)\u200e\nEnglish</p>' in text
    assert (
        "<h1><bdi>Conversation 7</bdi> · <bdi>&lt;b&gt;Maha&lt;/b&gt; مها</bdi> · <bdi>919876543210</bdi></h1>" in text
    )


def test_only_the_html_of_templates_is_read() -> None:
    """That of other messages is shown as text."""
    rows = (message(1, type="template", message="Hi <b>Priya</b>,<br>a &amp; b"), message(2, message="<b>x</b>"))
    assert "Hi Priya,\na &amp; b" in page(*rows)
    assert "&lt;b&gt;x&lt;/b&gt;" in page(*rows)
    assert "> Hi Priya,\\\n> a \\& b" in markdown(*rows)


def test_markdown_has_headings_and_quotations() -> None:
    """For the conversation, its days and each message."""
    text = markdown(message(29), message(30, "outbound", message="two\n\nlines", type="image"))
    assert text == (
        "# Conversation 7 · \\<b\\>Maha\\</b\\> مها · 919876543210\n\n"
        "2 messages; 1 unread; waiting for an answer since 25 Nov 2026, 01:30; service window open until "
        "26 Nov 2026, 07:30. Times are local, UTC\\+05:30 now.\n"
        "\n## Tuesday 24 November 2026\n\n**919876543210**, 23:59\n\n> text 29\n"
        "\n## Wednesday 25 November 2026\n\n**You**, 00:00 · read\n\n> *image*\n>\n> two\\\n>\n> lines\n"
    ).replace("\\+", "+")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_adds_markup_to_markdown(text: str) -> None:
    """No line of a message can begin anything, and no sign in it is left to mean something."""
    for line in text.split("\n"):
        shown = escape(line)
        bare = re.sub(r"\\.|&nbsp;|&#64;", "", shown)
        assert not re.search(r"[`*_\[\]<>&|~#$]", bare)
        assert not re.match(r"\s*([-+=]|\d+[.)])", shown)
        assert not re.match(r" {4}", shown)
        assert not re.search(r"(?i)\b(https?:|www\.)|@", shown)


def test_an_empty_conversation_is_a_heading() -> None:
    """The page is complete."""
    assert bubbles().startswith("Conversation 7")
    assert markdown().startswith("# Conversation 7")
    assert page().endswith("</main>\n</body>\n</html>\n")


def test_messages_without_a_valid_time_have_a_day_of_their_own() -> None:
    """The time is shown as received."""
    rows = (message(1, sent_at=None), message(2, sent_at="<soon>"), message(3, sent_at="9999-12-31T23:59:00Z"))
    text = page(*rows)
    assert "No date" in text
    assert "<time>&lt;soon&gt;</time>" in text
    assert "31 December 9999" in text


def test_the_summary_has_only_what_is_known() -> None:
    """In words; what is not known is not said."""
    assert summarize({"id": 1, "window_closes_at": "2026-11-25T11:00:00Z"}, NOW) == (
        "Service window closed since 25 Nov 2026, 16:30"
    )
    assert summarize({"id": 1, "messages": 1, "unread": 0}, NOW) == "1 message"
    assert summarize({"id": 1}, NOW) == ""
    assert heading({"id": 1, "number": None}) == ["Conversation 1"]
    assert format_zone(NOW) == "UTC+05:30"


def test_a_message_without_a_direction_is_on_neither_side() -> None:
    """A message without one is neither ours nor theirs."""
    (entry,) = make_entries([message(1, None)], lambda _: None)
    assert (entry.ours, entry.status) == (None, "")
    assert '<article class="none">' in page(message(1, None))


def test_a_list_of_conversations_as_markdown_and_html() -> None:
    """Cells are text on one line."""
    rows: list[Row] = [{"id": 1, "last_message": "a|b\n<script>", "last_at": "2026-11-24T18:30:00Z", "name": None}]
    columns = ("id", "name", "last_at", "last_message")
    paper, table = Paper(), Paper()
    for writer in (MarkdownTable(paper, columns), HtmlTable(table, columns, "Conversations", "All.", NOW)):
        writer.write(rows)
        writer.write([])
        writer.finish()
    assert paper.text.splitlines()[2] == "| 1 |  | 2026-11-24T18:30:00Z | a\\|b \\<script\\> |"
    assert len(paper.text.splitlines()) == 3
    assert '<td dir="auto">25&nbsp;Nov&nbsp;2026, 00:00</td>' in table.text
    assert "a|b &lt;script&gt;" in table.text
