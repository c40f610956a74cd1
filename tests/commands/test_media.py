"""wacr media fetch, and the files in a page: reports, flags, other hosts, and what the page may load."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.conftest import SMALL, Api, Result
from wacr_cli.api import network
from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.world import World

Wacr = Callable[..., Result]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
PDF = b"%PDF-1.7" + bytes(100)
FILES = {"/3.png": PNG, "/doc": PDF, "/voice": b"OggS" + bytes(50), "/film": b"\0\0\0\x18ftypmp42" + bytes(50)}
KINDS = {1: ("document", "https://cdn.example/doc"), 3: ("image", "3.png"), 4: ("audio", "voice"), 6: ("video", "film")}


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> list[httpx.Request]:
    """The requests to other hosts, which have the same files."""
    seen: list[httpx.Request] = []

    def app(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=FILES[request.url.path])

    monkeypatch.setattr(network, "connect_publicly", lambda *_: httpx.MockTransport(app))
    return seen


@pytest.fixture
def account(api: Api, elsewhere: list[httpx.Request], wacr: Wacr) -> Api:
    """The small account with files, its archive with their details; the calls so far are forgotten."""
    assert isinstance(api.app, Sandbox)
    rows = [
        row._replace(type=KINDS[row.id][0], url=KINDS[row.id][1], interaction_id=7) if row.id in KINDS else row
        for row in SMALL
    ]
    sandbox = Sandbox(World(api.app.world.now, rows))

    def app(request: httpx.Request) -> httpx.Response:
        found = FILES.get(request.url.path)
        return httpx.Response(200, content=found) if found else sandbox(request)

    api.app = app
    assert wacr("sync", "--no-contacts", "--details", "media").status == 0
    api.requests.clear()
    assert elsewhere == []
    return api


def test_the_report(account: Api, elsewhere: list[httpx.Request], wacr: Wacr, tmp_path: Path) -> None:
    """A row for each file, newest first; the closing line counts files and calls."""
    result = wacr("media", "fetch", "--to", str(tmp_path / "files"), "--format", "json")
    rows = json.loads(result.stdout)
    assert [(row["id"], row["state"], row["file"]) for row in rows] == [
        (6, "fetched", "6.mp4"),
        (4, "fetched", "4.ogg"),
        (3, "fetched", "3.png"),
        (1, "fetched", "1.pdf"),
    ]
    assert (rows[2]["bytes"], rows[2]["content_type"], rows[2]["error"]) == (len(PNG), "image/png", None)
    assert result.stderr.startswith("4 files fetched, 0 there, 4 calls, ")
    assert (len(account.requests), len(elsewhere)) == (3, 1)
    assert "authorization" not in elsewhere[0].headers
    assert (tmp_path / "files").stat().st_mode & 0o077 == 0
    table = wacr("media", "fetch", "--to", str(tmp_path / "more"), "--format", "table").text
    assert table.splitlines()[0].split() == ["ID", "TYPE", "STATE", "FILE", "BYTES", "CONTENT_TYPE", "SHA256", "ERROR"]
    assert len(table.splitlines()) == 5


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (("--type", "image"), [3]),
        (("--type", "ne:image", "--limit", "2"), [6, 4]),
        (("--direction", "outbound"), [3]),
        (("--search", "comma"), [4]),
        (("--filter", "type[in]=audio,video"), [6, 4]),
        (("--sender", "+15550101"), [6]),
        (("--since", "2030-01-01"), []),
    ],
)
def test_filters(account: Api, wacr: Wacr, tmp_path: Path, words: tuple[str, ...], ids: list[int]) -> None:
    """They mean what they mean to a list of the archive."""
    result = wacr("media", "fetch", "--to", str(tmp_path / "files"), "--dry-run", "--format", "json", *words)
    assert [row["id"] for row in json.loads(result.stdout)] == ids
    assert account.requests == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "missing option '--to'"),
        (("--to", ""), "--to: not a folder"),
        (("--to", "f", "--max-size", "big"), "'big' is not a size"),
        (("--to", "f", "--max-size", "0"), "'0' is not a size"),
        (("--to", "f", "--type", "in:"), "--type: empty value"),
        (("--to", "f", "--media-base", "http://cdn.example"), "--media-base: http:// is refused"),
    ],
)
def test_bad_flags(account: Api, wacr: Wacr, words: tuple[str, ...], message: str) -> None:
    """They are usage errors, and nothing is requested."""
    result = wacr("media", "fetch", *words)
    assert result.status == 2
    assert message in result.stderr
    assert account.requests == []


def test_a_file_is_no_folder(account: Api, wacr: Wacr, tmp_path: Path) -> None:
    """It is left as it is."""
    (tmp_path / "file").write_text("mine")
    for to in ("file", "file/inside"):
        assert wacr("media", "fetch", "--to", str(tmp_path / to)).status == 2
    assert (tmp_path / "file").read_text() == "mine"


def test_without_an_archive(api: Api, wacr: Wacr, tmp_path: Path) -> None:
    """There is nothing to fetch from."""
    result = wacr("media", "fetch", "--to", str(tmp_path / "files"))
    assert (result.status, api.requests) == (2, [])
    assert "Run wacr sync" in result.stderr


def test_a_page_with_files(account: Api, wacr: Wacr, tmp_path: Path) -> None:
    """Each kind has its element; paths are relative to the page; only these files may be loaded, and no script."""
    folder = tmp_path / "my files & more"
    assert wacr("media", "fetch", "--to", str(folder), "--type", "ne:video").status == 0
    (tmp_path / "pages").mkdir()
    page = tmp_path / "pages" / "7.html"
    assert wacr("conversations", "show", "7", "--output", str(page), "--media", str(folder)).status == 0
    text = page.read_text(encoding="utf-8")
    base = "./../my%20files%20%26%20more"
    assert re.findall(r'<(img|audio|video) src="([^"]+)"', text) == [
        ("img", f"{base}/3.png"),
        ("audio", f"{base}/4.ogg"),
    ]
    assert re.findall(r'<a href="([^"]+)"', text) == [f"{base}/1.pdf", f"{base}/3.png", f"{base}/4.ogg"]
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', text)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";") if rule.strip())
    assert rules["default-src"] == rules["script-src"] == "'none'"
    assert rules["img-src"] == "data: 'self' file:"
    assert rules["media-src"] == "'self' file:"
    assert "<script" not in text
    assert "video film" in re.sub("<[^>]*>", "", text)
    assert account.requests[3:] == []


def test_a_page_without_them(account: Api, wacr: Wacr, tmp_path: Path) -> None:
    """Without --media nothing may be loaded, and with it only HTML is written."""
    page = tmp_path / "7.html"
    assert wacr("conversations", "show", "7", "--output", str(page)).status == 0
    assert "file:" not in page.read_text(encoding="utf-8")
    (tmp_path / "files").mkdir()
    for words in (
        ("--media", str(tmp_path / "files"), "--format", "json"),
        ("--media", str(tmp_path / "none"), "--format", "html"),
        ("--media", str(tmp_path / "files"), "--format", "html", "--online"),
    ):
        assert wacr("conversations", "show", "7", *words).status == 2
