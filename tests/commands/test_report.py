"""``wacr report``: the page, its title, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Api, Result

Wacr = Callable[..., Result]


@pytest.fixture
def archived(api: Api, wacr: Wacr) -> Wacr:
    """Return the runner with an archive of the sample workspace."""
    assert wacr("sync").status == 0
    return wacr


def test_the_title_is_the_account_s_name(archived: Wacr, api: Api, tmp_path: Path) -> None:
    """It takes one call."""
    api.requests.clear()
    page = tmp_path / "report.html"
    assert archived("report", "--output", str(page)).status == 0
    assert [request.url.path.rsplit("/", 1)[-1] for request in api.requests] == ["account"]
    assert "<title>Saunf &amp; Sons</title>" in page.read_text(encoding="utf-8")


def test_a_title_of_one_s_own_takes_no_call(archived: Wacr, api: Api, tmp_path: Path) -> None:
    """Nor does it need a token."""
    api.requests.clear()
    page = tmp_path / "report.html"
    assert archived("report", "--output", str(page), "--title", "<b>Shop").status == 0
    assert api.requests == []
    assert "<title>&lt;b&gt;Shop</title>" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--output", "report.pdf"], "does not end in .html"),
        ([], "missing option"),
        (["--output", "r.html", "--timezone", "Mars"], "unknown time zone"),
        (["--output", "no/such/folder/r.html", "--title", "x"], "can't write"),
    ],
)
def test_bad_input_is_a_usage_error(archived: Wacr, words: list[str], error: str) -> None:
    """One line says what is wrong, another what to do."""
    result = archived("report", *words)
    assert result.status == 2
    assert error in result.stderr


def test_without_an_archive_it_says_how_to_create_one(wacr: Wacr, tmp_path: Path) -> None:
    """No file is written."""
    result = wacr("report", "--output", str(tmp_path / "r.html"))
    assert result.status == 2
    assert "Run wacr sync" in result.stderr
    assert not (tmp_path / "r.html").exists()
