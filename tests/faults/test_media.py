"""Files of messages from a hostile server: nothing leaves the folder, and the token goes to one origin only."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import signal
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.house.markdown import find_blocks

from .conftest import TOKEN, Home, Runner, Starter
from .server import HONEST, Exchange, Fault, Reply, Request, Server, drip, head, hold

if sys.platform == "win32":
    pytest.skip("signals of POSIX", allow_module_level=True)

JPEG = b"\xff\xd8\xff\xe0" + b"a picture" * 20
OGG = b"OggS" + b"a voice" * 20
PAGE = b"<!DOCTYPE html><script>alert(1)</script>"
IMAGE = {"Content-Type": "image/jpeg"}
MOST = 2_000
CONVERSATION = 1204
SYNC = ("sync", "--no-contacts", "--details", "media")


def at(location: str) -> Reply:
    """Return a redirect."""
    return Reply(302, b"", {"Location": location})


class Shop:
    """An account with a message for each of ``urls``, by id, and the ``files`` of its origin, by path."""

    def __init__(self) -> None:
        self.urls: dict[int, str] = {}
        self.types: dict[int, str] = {}
        self.files: dict[str, Reply] = {}

    def add(self, url: str, kind: str = "image") -> int:
        """Add a message, and return its id."""
        number = len(self.urls) + 1
        self.urls[number], self.types[number] = url, kind
        return number

    def __call__(self, request: Request) -> Reply:
        """Answer lists, single messages and files."""
        if not request.path.startswith("/api/v2/"):
            return self.files.get(request.path, Reply(404, b"{}"))
        number = request.path.rpartition("/")[2]
        if number.isdigit():
            return Reply(200, json.dumps({"data": self.row(int(number)) | {"url": self.urls[int(number)]}}).encode())
        rows = [self.row(one) for one in sorted(self.urls, reverse=request.params["sort"].startswith("-"))]
        rows = rows if request.params.get("filter[direction]") != "outbound" else []
        page, size = int(request.params["page"]), int(request.params["per_page"])
        shown = rows[(page - 1) * size : page * size]
        numbers = {"total": len(rows), "has_more": page * size < len(rows), "current_page": page, "per_page": size}
        return Reply(200, json.dumps({"data": shown, "meta": {"pagination": numbers}}).encode())

    def row(self, number: int) -> dict[str, Any]:
        """Return a message as a list has it."""
        return {
            "id": number,
            "interaction_id": CONVERSATION,
            "sender_id": "15550100",
            "type": self.types[number],
            "message": None,
            "status": "read",
            "message_id": f"wamid.{number}",
            "sent_at": "2026-11-20T12:00:00+00:00",
            "is_read": True,
        }


@pytest.fixture
def shop() -> Shop:
    """The account of a test."""
    return Shop()


@pytest.fixture
def server(shop: Shop) -> Iterator[Server]:
    """A server of the account."""
    one = Server(shop)
    yield one
    one.stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the files."""
    return tmp_path / "files"


def fetch(wacr: Runner, server: Server, folder: Path, *words: str, status: int = 0) -> dict[int, dict[str, Any]]:
    """Fetch the files, and return what came of each by id; the requests before are forgotten."""
    server.seen.clear()
    ended = wacr("media", "fetch", "--to", str(folder), "--format", "json", *words)
    assert ended.status == status, ended.err
    return {row["id"]: row for row in json.loads(ended.out)}


def names(folder: Path) -> set[str]:
    """Return the names of the files in a folder."""
    return {path.name for path in folder.iterdir()}


def manifest(home: Home) -> dict[int, tuple[Any, ...]]:
    """Return the manifest by id: file, SHA-256, bytes, content type and error."""
    (path,) = home.folder.rglob("*.sqlite")
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT id, file, sha256, bytes, content_type, error FROM media").fetchall()
    return {number: tuple(rest) for number, *rest in rows}


def test_files_are_fetched_once(home: Home, shop: Shop, server: Server, wacr: Runner, folder: Path) -> None:
    """One request each; a second run makes none; extensions follow from the bytes and not from the names."""
    shop.add("photo.exe")
    shop.add(f"http://127.0.0.1:{server.port}/storage/voice", "audio")
    shop.add("moved.jpg")
    shop.add("//127.0.0.1:" + f"{server.port}/storage/%D0%A4?signature=a%2Fb")
    shop.add("sub folder/Фото.jpg")
    shop.files = {
        "/photo.exe": Reply(200, JPEG, IMAGE | {"Content-Disposition": "attachment; filename=../../x.html"}),
        "/storage/voice": Reply(200, OGG, {"Content-Type": "text/html"}),
        "/moved.jpg": at("/new/place"),
        "/new/place": Reply(200, JPEG, {"Content-Type": "video/mp4"}),
        "/storage/%D0%A4": Reply(200, JPEG, {}),
        "/sub%20folder/%D0%A4%D0%BE%D1%82%D0%BE.jpg": Reply(200, JPEG, IMAGE),
    }
    assert wacr(*SYNC).status == 0
    rows = fetch(wacr, server, folder)
    assert len(server.seen) == 6
    assert {request.headers["authorization"] for request in server.seen} == {f"Bearer {TOKEN}"}
    assert {row["file"] for row in rows.values()} == names(folder) == {"1.jpg", "2.ogg", "3.jpg", "4.jpg", "5.jpg"}
    assert (folder / "2.ogg").read_bytes() == OGG
    known = manifest(home)
    assert known[1] == ("1.jpg", hashlib.sha256(JPEG).hexdigest(), len(JPEG), "image/jpeg", None)
    assert fetch(wacr, server, folder) == {}
    assert server.seen == []
    (folder / "3.jpg").unlink()
    assert [*fetch(wacr, server, folder)] == [3]


def test_verification(shop: Shop, server: Server, wacr: Runner, folder: Path) -> None:
    """A file of another size is fetched again, one of other bytes with --verify; a link is no file."""
    for number in range(1, 5):
        shop.add(f"{number}.jpg")
        shop.files[f"/{number}.jpg"] = Reply(200, JPEG, IMAGE)
    wacr(*SYNC)
    fetch(wacr, server, folder)
    (folder / "1.jpg").write_bytes(JPEG[:-1])
    (folder / "2.jpg").write_bytes(JPEG[:-1] + b"x")
    secret = folder.parent / "secret"
    secret.write_bytes(JPEG)
    (folder / "3.jpg").unlink()
    (folder / "3.jpg").symlink_to(secret)
    assert {*fetch(wacr, server, folder)} == {1, 3}
    assert {*fetch(wacr, server, folder, "--verify")} == {2}
    assert fetch(wacr, server, folder, "--verify") == {}
    assert {(folder / name).read_bytes() for name in names(folder)} == {JPEG}
    assert not (folder / "3.jpg").is_symlink()
    assert secret.read_bytes() == JPEG


REFUSED = {
    "javascript:alert(1)": "refused url",
    "JaVaScRiPt:alert(1)": "refused url",
    "data:image/png;base64,AAAA": "refused url",
    "file:///etc/passwd": "refused url",
    "ftp://files.example/x": "refused url",
    "//169.254.169.254/latest/meta-data": "refused address",
    "http://169.254.169.254/": "refused url",
    "https://169.254.169.254/": "refused address",
    "https://10.0.0.1/x": "refused address",
    "https://localhost:{stranger}/x": "refused address",
    "https://127.0.0.1:{stranger}/x": "refused address",
    "http://127.0.0.1:{stranger}/x": "refused url",
    "https://[::1]:{stranger}/x": "refused address",
    "https://[::ffff:127.0.0.1]:{stranger}/x": "refused address",
    "https://0x7f000001:{stranger}/x": "refused address",
    "https://2130706433:{stranger}/x": "refused url",
    "https://user:pass@127.0.0.1:{stranger}/x": "refused url",
    "\\\\127.0.0.1\\x": "refused url",
    "../../etc/passwd": "refused url",
    "a/%2e%2e/%2e%2e/etc/passwd": "refused url",
    "a/%252e%252e/etc/passwd": "refused url",
    "photo\x1b[31m\u202e.jpg": "refused url",
    "line\nbreak.jpg": "refused url",
    "https:///x": "refused url",
    "https://": "refused url",
}


def test_hostile_urls(
    home: Home, shop: Shop, server: Server, stranger: Server, wacr: Runner, folder: Path, tmp_path: Path
) -> None:
    """None is requested, by anyone; each error is named and counted, and the exit status is 8."""
    for url in REFUSED:
        shop.add(url.replace("{stranger}", str(stranger.port)))
    assert wacr(*SYNC).status == 0
    before = {path for path in tmp_path.rglob("*") if home.folder not in path.parents}
    server.seen.clear()
    ended = wacr("media", "fetch", "--to", str(folder), "--format", "jsonl")
    ended.expect(8, "refused url", "refused address")
    rows = [json.loads(line) for line in ended.out.splitlines()]
    kinds = dict(zip(range(1, len(REFUSED) + 1), REFUSED.values(), strict=True))
    assert {row["id"]: row["error"].partition(":")[0] for row in rows} == kinds
    assert {number: str(error).partition(":")[0] for number, (*_, error) in manifest(home).items()} == kinds
    assert (server.seen, stranger.seen, stranger.connections) == ([], [], 0)
    assert {path for path in tmp_path.rglob("*") if home.folder not in path.parents} == before | {folder}
    assert names(folder) == set()
    assert "\x1b" not in ended.err


def endless(exchange: Exchange) -> None:
    """Send chunks as long as anyone reads them."""
    exchange.send(head(200, {**IMAGE, "Transfer-Encoding": "chunked"}))
    exchange.send(b"%x\r\n%b\r\n" % (len(JPEG), JPEG))
    with suppress(OSError):
        while not exchange.gone():
            exchange.send(b"400\r\n%b\r\n" % (b"x" * 1024))
    exchange.close()


def short(exchange: Exchange) -> None:
    """Send less than was announced."""
    exchange.send(head(200, {**IMAGE, "Content-Length": "1000"}) + JPEG)
    exchange.close()


SLOW = drip("slow", lambda reply: len(reply.packed()) - 60, 20)


def play_by_path(exchange: Exchange) -> None:
    """Misbehave for some of the files."""
    plays = {"/endless": endless, "/short": short, "/slow": SLOW.play}
    plays.get(exchange.request.path, HONEST.play)(exchange)


FAULTS = {
    "large": "too large",
    "endless": "too large",
    "slow": "not in time",
    "short": "network",
    "page": "wrong type",
    "page.jpg": "wrong type",
    "pdf": "wrong type",
    "empty": "wrong type",
    "gone": "status 404",
    "denied": "status 403",
    "coded": "network",
    "loop": "too many redirects",
    "to-stranger": "refused url",
    "to-stranger-securely": "refused address",
    "chain": "refused address",
    "to-script": "refused url",
    "nowhere": "refused url",
}


def test_misbehaving_servers(
    home: Home, shop: Shop, server: Server, stranger: Server, wacr: Runner, folder: Path
) -> None:
    """Each file fails for its own reason and the others are fetched; no other origin is asked for anything."""
    for name in FAULTS:
        shop.add(name)
        shop.add("good")
    shop.files = {
        "/good": Reply(200, JPEG, IMAGE),
        "/large": Reply(200, JPEG * MOST, IMAGE),
        "/slow": Reply(200, JPEG, IMAGE),
        "/page": Reply(200, PAGE, {"Content-Type": "text/html"}),
        "/page.jpg": Reply(200, PAGE, IMAGE),
        "/pdf": Reply(200, b"%PDF-1.7", IMAGE),
        "/empty": Reply(200, b"", IMAGE),
        "/denied": Reply(403, PAGE, {"Content-Type": "text/html"}),
        "/coded": Reply(200, JPEG, IMAGE | {"Content-Encoding": "gzip"}),
        "/loop": at("/loop"),
        "/to-stranger": at(f"http://127.0.0.1:{stranger.port}/x"),
        "/to-stranger-securely": at(f"https://127.0.0.1:{stranger.port}/x"),
        "/chain": at("/chain/2"),
        "/chain/2": at(f"//127.0.0.1:{server.port}/chain/3"),
        "/chain/3": at("https://[::1]/x"),
        "/to-script": at("javascript:alert(1)"),
        "/nowhere": Reply(302, b"", {}),
    }
    assert wacr(*SYNC).status == 0
    server.always = Fault("by path", play_by_path)
    rows = fetch(wacr, server, folder, "--max-size", str(MOST), "--timeout", "10", status=8)
    failed = {row["id"]: row["error"].partition(":")[0] for row in rows.values() if row["error"]}
    assert [failed[number] for number in sorted(failed)] == [*FAULTS.values()]
    assert names(folder) == {f"{number}.jpg" for number in rows if number % 2 == 0}
    assert (stranger.seen, stranger.connections) == ([], 0)
    assert sum(request.path == "/loop" for request in server.seen) == 6
    assert {request.headers["authorization"] for request in server.seen} == {f"Bearer {TOKEN}"}
    assert sum(one[0] is not None for one in manifest(home).values()) == len(FAULTS)
    server.always = None
    shop.files["/gone"] = Reply(200, JPEG, IMAGE)
    assert "fetched" in {row["state"] for row in fetch(wacr, server, folder, status=8).values()}


def test_an_address_that_changes_after_the_check(
    shop: Shop, server: Server, stranger: Server, wacr: Runner, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One lookup is made, and its addresses are checked; a host with one private address is refused."""
    import socket

    lookups: list[str] = []
    real = socket.getaddrinfo

    def look_up(host: Any, port: Any, *args: Any, **more: Any) -> Any:
        if host != "files.example":
            return real(host, port, *args, **more)
        lookups.append(host)
        found = ["93.184.216.34"] * (len(lookups) > 1) + ["127.0.0.1"]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    for _ in range(2):
        shop.add(f"https://files.example:{stranger.port}/x")
    wacr(*SYNC)
    rows = fetch(wacr, server, folder, status=8)
    assert {row["error"].partition(":")[0] for row in rows.values()} == {"refused address"}
    assert (len(lookups), stranger.connections) == (2, 0)


def test_the_rate_limit_holds(
    shop: Shop, server: Server, wacr: Runner, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files at the API's own origin are calls; a 429 is tried again after the wait that it asks for."""
    for number in range(1, 4):
        shop.add(f"{number}.jpg")
        shop.files[f"/{number}.jpg"] = Reply(200, JPEG, IMAGE)
    wacr(*SYNC)
    server.seen.clear()
    server.will(Fault("busy", lambda one: one.send(Reply(429, b"{}", {"Retry-After": "7"}).packed())), at=2)
    ended = wacr("media", "fetch", "--to", str(folder), "--format", "json")
    assert (ended.status, len(server.seen)) == (0, 4)
    assert sum(ended.slept) == 7
    monkeypatch.setenv("WACR_RATE_LIMIT", "2")
    for path in folder.iterdir():
        path.unlink()
    ended = wacr("media", "fetch", "--to", str(folder), "--format", "json")
    assert ended.status == 0
    assert sum(ended.slept) > 60


def test_what_is_not_known_yet_is_reported(shop: Shop, server: Server, wacr: Runner, folder: Path) -> None:
    """With the command that reads it; --dry-run makes no call and no folder."""
    shop.add("1.jpg")
    shop.add("2.jpg", "document")
    shop.add("text", "text")
    wacr("sync", "--no-contacts")
    server.seen.clear()
    ended = wacr("media", "fetch", "--to", str(folder), "--dry-run", "--format", "json")
    assert (ended.status, json.loads(ended.out), server.seen) == (0, [], [])
    assert "The files of 2 messages are not known yet. Read them with wacr sync --details media." in ended.err
    wacr(*SYNC)
    server.seen.clear()
    ended = wacr("media", "fetch", "--to", str(folder), "--type", "document", "--dry-run", "--format", "json")
    assert [(row["id"], row["url"]) for row in json.loads(ended.out)] == [(2, f"http://127.0.0.1:{server.port}/2.jpg")]
    assert (server.seen, folder.exists()) == ([], False)


def test_a_media_base(shop: Shop, server: Server, wacr: Runner, folder: Path) -> None:
    """A path at the API's origin, or a URL of it; others must be https."""
    shop.add("1.jpg")
    shop.files = {"/storage/media/1.jpg": Reply(200, JPEG, IMAGE)}
    wacr(*SYNC)
    for base in ("/storage/media", f"http://127.0.0.1:{server.port}/storage/media/"):
        fetch(wacr, server, folder, "--media-base", base)
        assert [request.path for request in server.seen] == ["/storage/media/1.jpg"]
        (folder / "1.jpg").unlink()
    for base in ("http://cdn.example/", "javascript:x", "https://10.0.0.1/"):
        wacr("media", "fetch", "--to", str(folder), "--media-base", base).expect(2, "wacr: --media-base: ")


def test_two_runs_at_once(shop: Shop, server: Server, wacr: Runner, start: Starter, folder: Path) -> None:
    """The second one ends with 9; a sync is not kept from writing."""
    shop.add("1.jpg")
    shop.files = {"/1.jpg": Reply(200, JPEG, IMAGE)}
    wacr(*SYNC)
    gate = threading.Event()
    server.will(hold(gate, after=0.5), at=len(server.seen) + 1)
    first = start("media", "fetch", "--to", str(folder))
    server.wait_until_held()
    wacr("media", "fetch", "--to", str(folder)).expect(9, "is being written by another wacr")
    assert wacr("sync", "--no-contacts").status == 0
    gate.set()
    assert first.end().status == 0
    assert names(folder) == {"1.jpg"}


def test_the_examples_of_the_docs(
    shop: Shop, server: Server, wacr: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each command works, one after the other, and the page refers to the files."""
    monkeypatch.chdir(tmp_path)
    for kind, data in (("image", JPEG), ("audio", OGG)):
        number = shop.add(f"name.{kind}", kind)
        shop.files[f"/name.{kind}"] = Reply(200, data, {})
        assert number
    for block in find_blocks("media"):
        for line in block.lines:
            ended = wacr(*shlex.split(line.partition("#")[0])[1:])
            assert ended.status == 0, (line, ended.err)
    page = (tmp_path / "1204.html").read_text(encoding="utf-8")
    assert re.findall(r'<(?:img|audio|video) src="([^"]+)"', page) == ["./files/1.jpg", "./files/2.ogg"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_killed_and_resumed(
    home: Home, shop: Shop, server: Server, wacr: Runner, start: Starter, folder: Path, number: signal.Signals
) -> None:
    """What was fetched is kept; the next run fetches the rest, and leaves no part of a file."""
    for one in range(1, 6):
        shop.add(f"{one}.jpg")
        shop.files[f"/{one}.jpg"] = Reply(200, JPEG, IMAGE)
    wacr(*SYNC)
    server.will(hold(threading.Event(), after=0.7), at=len(server.seen) + 3)
    process = start("media", "fetch", "--to", str(folder))
    server.wait_until_held()
    process.signal(number)
    process.end()
    whole = {name for name in names(folder) if not name.startswith(".")}
    assert whole == {"5.jpg", "4.jpg"}
    assert {one for one, values in manifest(home).items() if values[0]} == {4, 5}
    rows = fetch(wacr, server, folder)
    assert {*rows} == {1, 2, 3}
    assert len(server.seen) == 3
    assert names(folder) == {f"{one}.jpg" for one in range(1, 6)}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_details_killed_and_resumed(
    shop: Shop, server: Server, wacr: Runner, start: Starter, number: signal.Signals
) -> None:
    """Each message costs one call, but for the one that was under way."""
    for one in range(1, 31):
        shop.add(f"{one}.jpg")
    wacr("sync", "--no-contacts")
    gate = threading.Event()
    details = [0]

    def count(exchange: Exchange) -> None:
        details[0] += exchange.request.path.rpartition("/")[2].isdigit()
        (hold(gate) if details[0] == 12 else HONEST).play(exchange)

    server.always = Fault("count", count)
    process = start(*SYNC)
    server.wait_until_held()
    process.signal(number)
    process.end()
    server.always = None
    gate.set()
    server.seen.clear()
    report = json.loads(wacr(*SYNC, "--format", "json").out)
    assert (report["details_read"], report["details_left"]) == (19, 0)
    assert sum(one.path.rpartition("/")[2].isdigit() for one in server.seen) == 19
