"""A transcript as a folder of pages: a page for each month, and an index."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import NOW
from wacr_cli.core.errors import UsageError
from wacr_cli.core.models import Row
from wacr_cli.output import pages
from wacr_cli.output.pages import TranscriptPages

CONVERSATION = {"id": 7, "number": "15550100", "messages": 3, "unread": 0}


def message(number: int, sent_at: str | None) -> Row:
    """Return a message."""
    return {
        "id": number,
        "direction": "inbound",
        "sender_id": "1",
        "type": "text",
        "message": f"no. {number}",
        "sent_at": sent_at,
    }


def write(folder: Path, *windows: list[Row]) -> dict[str, str]:
    """Write the pages, and return the text of each file."""
    with TranscriptPages(folder, CONVERSATION, lambda: NOW, lambda _: None) as writer:
        for rows in windows:
            writer.write(rows)
        writer.finish()
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.suffix == ".html"}


def local(text: str) -> str:
    """Return a local time with its offset."""
    return datetime.fromisoformat(text).astimezone().isoformat()


def test_each_month_has_a_page_and_the_index_links_them(tmp_path: Path) -> None:
    """Months are local; messages without a time come first."""
    rows = [message(1, None), *(message(at, local(f"2026-{at:02}-01T00:00:00")) for at in (2, 3, 11))]
    files = write(tmp_path / "new" / "folder", rows[:2], rows[2:])
    assert sorted(files) == ["2026-02.html", "2026-03.html", "2026-11.html", "index.html", "undated.html"]
    links = re.findall(r'href="([^"]+\.html)">([^<]+)</a></td><td>(\d+)', files["index.html"])
    assert links == [(f"{name}.html", name, "1") for name in ("undated", "2026-02", "2026-03", "2026-11")]
    for number, name in ((1, "undated"), (2, "2026-02"), (11, "2026-11")):
        assert re.findall(r"no\. (\d+)", files[f"{name}.html"]) == [str(number)]
        assert 'href="index.html"' in files[f"{name}.html"]
        assert files[f"{name}.html"].rstrip().endswith("</html>")


def test_a_month_with_many_messages_has_several_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None is lost between them."""
    monkeypatch.setattr(pages, "MAX_MESSAGES", 4)
    windows = [
        [message(2 * at, "2026-11-05T12:00:00+00:00"), message(2 * at + 1, "2026-11-05T12:00:00+00:00")]
        for at in range(5)
    ]
    files = write(tmp_path, *windows)
    assert sorted(files) == ["2026-11-2.html", "2026-11-3.html", "2026-11.html", "index.html"]
    parts = [files[name] for name in ("2026-11.html", "2026-11-2.html", "2026-11-3.html")]
    assert [re.findall(r"no\. (\d+)", part) for part in parts] == [list("0123"), list("4567"), list("89")]


def test_a_month_never_begins_again(tmp_path: Path) -> None:
    """A local time may go back over the end of a month: such a message stays on the later page."""
    days = ("2026-10-31T10:00:00", "2026-11-01T00:00:00", "2026-10-31T23:30:00", "2026-11-01T09:00:00")
    files = write(tmp_path, *([message(at, local(day))] for at, day in enumerate(days)))
    assert re.findall(r"no\. (\d+)", files["2026-10.html"]) == ["0"]
    assert re.findall(r"no\. (\d+)", files["2026-11.html"]) == ["1", "2", "3"]


def test_an_empty_conversation_has_an_index(tmp_path: Path) -> None:
    """It names no page."""
    assert list(write(tmp_path)) == ["index.html"]


def test_a_failure_leaves_complete_pages_only(tmp_path: Path) -> None:
    """The page that was being written, and the index, stay as they were."""
    write(tmp_path, [message(1, local("2026-11-01T00:00:00"))])
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.html")}

    def fail() -> Any:
        with TranscriptPages(tmp_path, CONVERSATION, lambda: NOW, lambda _: None) as writer:
            writer.write([message(2, local("2026-10-01T00:00:00")), message(3, local("2026-11-01T00:00:00"))])
            raise RuntimeError("no network")

    with pytest.raises(RuntimeError, match="no network"):
        fail()
    after = {path.name: path.read_bytes() for path in tmp_path.glob("*.html")}
    assert after.pop("2026-10.html").rstrip().endswith(b"</html>")
    assert after == before


def test_a_folder_that_can_not_be_made_is_a_usage_error(tmp_path: Path) -> None:
    """A file is in its place."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="can't create the folder"):
        write(tmp_path / "file" / "folder")
