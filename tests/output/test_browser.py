"""A transcript in a real browser: nothing of it runs, nothing is loaded, it is dark and light, and prints on A4."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.output.test_transcript import HOSTILE, message, page
from wacr_cli.core.models import Row

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(not BROWSER, reason="no Chromium is installed")

PATIENCE = 120


def browse(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a headless browser on a page, or with other arguments."""
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]
    command = [str(BROWSER), *flags, f"--user-data-dir={folder / 'profile'}", *words]
    environ = os.environ | {"HOME": str(folder)}
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True, env=environ)


def hostile_rows(address: str) -> list[Row]:
    """Return messages that would call a server if any of them were obeyed."""
    attacks = (
        *HOSTILE,
        f"<img src='{address}/image'><link rel=stylesheet href='{address}/style'>",
        f"<script>fetch('{address}/script');document.title='obeyed'</script>",
        f"<svg onload=\"document.title='obeyed'\"></svg><style>@import '{address}/import'</style>",
        f"</p></article></main><iframe src='{address}/frame'></iframe>",
        f"</style></title><meta http-equiv=refresh content='0;{address}/go'>",
    )
    return [message(number, message=text, sender_id=text) for number, text in enumerate(attacks, 1)]


@pytest.fixture
def asked() -> list[str]:
    """Return the paths that were requested from the server of this test."""
    return []


def test_nothing_runs_and_nothing_is_loaded(tmp_path: Path, asked: list[str]) -> None:
    """Over HTTP, the browser requests only the page, and the title is unchanged."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        address = f"http://127.0.0.1:{server.server_port}"
        text = page(*hostile_rows(address))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = browse(tmp_path, "--virtual-time-budget=3000", "--dump-dom", f"{address}/page")
        server.shutdown()
    assert asked == ["/page"]
    assert re.search(r"<title>Conversation 7 ", done.stdout)
    assert done.stdout.count("<article") == len(hostile_rows(""))


def _ground(path: Path) -> tuple[int, int, int]:
    """Return the colour of the first pixel of a PNG."""
    data = path.read_bytes()
    at, packed, colours = 8, b"", 0
    while at < len(data):
        size, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        if kind == b"IHDR":
            colours = {2: 3, 6: 4}[data[at + 8 + 9]]
        packed += data[at + 8 : at + 8 + size] * (kind == b"IDAT")
        at += size + 12
    assert colours
    line = zlib.decompress(packed)
    return line[1], line[2], line[3]


@pytest.mark.parametrize("dark", [True, False])
def test_the_background_follows_the_readers_setting(tmp_path: Path, dark: bool) -> None:
    """The ground is that of the reader's setting."""
    file, shot = tmp_path / "page.html", tmp_path / "shot.png"
    file.write_text(page(message(1)), encoding="utf-8")
    scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
    browse(tmp_path, scheme, "--window-size=400,300", f"--screenshot={shot}", file.as_uri())
    brightness = sum(_ground(shot)) / 3
    assert brightness < 60 if dark else brightness > 200


def test_it_prints_on_a4(tmp_path: Path) -> None:
    """On sheets of 210 by 297 mm."""
    file, paper = tmp_path / "page.html", tmp_path / "page.pdf"
    file.write_text(page(*(message(number, message="word " * 40) for number in range(1, 40))), encoding="utf-8")
    browse(tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={paper}", file.as_uri())
    data = paper.read_bytes()
    boxes = {tuple(map(float, found.split())) for found in re.findall(rb"/MediaBox \[([\d. ]+)\]", data)}
    assert len(re.findall(rb"/Type /Page\b", data)) > 2
    assert all(abs(box[2] - 595.28) < 1 and abs(box[3] - 841.89) < 1 for box in boxes)
    assert boxes


def _picture() -> bytes:
    """A red square as a PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    size = (40).to_bytes(4)
    rows = (b"\0" + b"\xff\0\0" * 40) * 40
    header = chunk(b"IHDR", size + size + bytes((8, 2, 0, 0, 0)))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def _pictures(tmp_path: Path, text: str) -> int:
    """Return how many pictures a page in a file shows."""
    file, paper = tmp_path / "page.html", tmp_path / "page.pdf"
    file.write_text(text, encoding="utf-8")
    browse(tmp_path, "--virtual-time-budget=3000", f"--print-to-pdf={paper}", file.as_uri())
    return len(re.findall(rb"/Subtype */Image", paper.read_bytes()))


def test_files_beside_a_page_are_shown(tmp_path: Path) -> None:
    """From a disk too; the same page without them shows none."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "1.png").write_bytes(_picture())
    rows = [message(1, type="image", message=None), message(2, message="<img src=files/1.png>")]
    assert _pictures(tmp_path, page(*rows, files=lambda number: "./files/1.png" if number == 1 else "")) == 1
    assert _pictures(tmp_path, page(*rows)) == 0


def test_only_files_beside_a_page_are_loaded(tmp_path: Path, asked: list[str]) -> None:
    """Whatever the messages say, and wherever else a picture might be."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            is_page = self.path == "/page"
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8" if is_page else "image/png")
            self.end_headers()
            self.wfile.write(text.encode() if is_page else _picture())

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        address = f"http://127.0.0.1:{server.server_port}"
        other = f"http://localhost:{server.server_port}"
        urls = {1: "./files/1.png", 2: f"{other}/elsewhere.png", 3: "./files/3.pdf"}
        text = page(*hostile_rows(address), files=lambda number: urls.get(number, ""))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browse(tmp_path, "--virtual-time-budget=3000", "--dump-dom", f"{address}/page")
        server.shutdown()
    assert sorted(asked) == ["/files/1.png", "/page"]
