"""Downloads from other hosts: without the token, to the very address that was checked."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import httpcore
import httpx
import pytest

from tests.conftest import CANARY
from wacr_cli.api import network
from wacr_cli.api.downloads import Downloader, StreamTransport
from wacr_cli.api.transport import Deadline
from wacr_cli.core.media import FetchError, MediaUrls
from wacr_cli.core.progress import Call, Progress
from wacr_cli.core.times import SystemClock

URLS = MediaUrls("https://app.wa.cr/api/v2")
App = Callable[[httpx.Request], httpx.Response]


def download(own: App, other: App, url: str, most: int = 1000) -> tuple[str, bytes]:
    """Download a file from apps in place of the hosts."""
    downloader = Downloader(httpx.MockTransport(own), httpx.MockTransport(other), URLS, CANARY, most)
    with downloader.open(URLS.resolve(url)) as found:
        return found.content_type, b"".join(found.chunks)


def never(request: httpx.Request) -> httpx.Response:
    """Fail: no request is expected here."""
    raise AssertionError(request.url)


def test_another_host_gets_no_token() -> None:
    """Nor anything else that names the account, whether it is the first host or a redirect leads there."""
    seen: list[httpx.Request] = []

    def own(request: httpx.Request) -> httpx.Response:
        assert request.headers["Authorization"] == f"Bearer {CANARY}"
        return httpx.Response(302, headers={"Location": "https://cdn.example/a"})

    def other(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, headers={"Content-Type": "image/png"}, content=b"bytes")

    assert download(own, other, "a.jpg") == ("image/png", b"bytes")
    assert download(never, other, "https://cdn.example/b?c=d") == ("image/png", b"bytes")
    assert [str(request.url) for request in seen] == ["https://cdn.example/a", "https://cdn.example/b?c=d"]
    for request in seen:
        assert set(request.headers) == {"host", "accept", "accept-encoding", "user-agent"}
        assert CANARY not in str(request.headers.raw)


def test_the_token_comes_back_with_the_origin() -> None:
    """A redirect to the API's own origin is a call of the API."""
    tokens: list[str | None] = []

    def own(request: httpx.Request) -> httpx.Response:
        tokens.append(request.headers.get("Authorization"))
        return httpx.Response(200, content=b"own")

    def other(_: httpx.Request) -> httpx.Response:
        return httpx.Response(307, headers={"Location": "https://app.wa.cr/file"})

    assert download(own, other, "https://cdn.example/a")[1] == b"own"
    assert tokens == [f"Bearer {CANARY}"]


def test_a_host_that_can_t_be_decoded() -> None:
    """It is refused."""
    with pytest.raises(FetchError) as error:
        download(never, never, "https://».example/a")
    assert (error.value.kind, error.value.message) == ("refused url", "not a valid host name: xn--yba.example")


def test_calls_to_other_hosts_are_reported() -> None:
    """With the host, and without numbers that may be a person's."""
    calls: list[str] = []

    class Listener(Progress):
        def called(self, call: Call) -> None:
            calls.append(call.path)

    clock = SystemClock()
    inner = httpx.MockTransport(lambda _: httpx.Response(200, content=b"x"))
    transport = StreamTransport(inner, Deadline(clock, 60), clock, Listener(), host=True)
    downloader = Downloader(httpx.MockTransport(never), transport, URLS, CANARY, 1000)
    with downloader.open(URLS.resolve("https://cdn.example/15550100123")) as found:
        assert b"".join(found.chunks) == b"x"
    assert calls == ["//cdn.example/*********23"]


@pytest.mark.parametrize(("redirects", "is_followed"), [(5, True), (6, False)])
def test_five_redirects_are_followed(redirects: int, is_followed: bool) -> None:
    """Not six."""
    left = [redirects]

    def other(request: httpx.Request) -> httpx.Response:
        left[0] -= 1
        if left[0] >= 0:
            return httpx.Response(301, headers={"Location": f"/{left[0]}"})
        return httpx.Response(200, content=b"end")

    if is_followed:
        assert download(never, other, "https://cdn.example/a")[1] == b"end"
        return
    with pytest.raises(FetchError, match="more than 5 redirects"):
        download(never, other, "https://cdn.example/a")


@pytest.mark.parametrize("size", [1000, 1001])
def test_the_largest_size(size: int) -> None:
    """It is allowed; one byte more is not, whether the length is announced or not."""

    def announced(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=bytes(size))

    def streamed(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=iter([bytes(500), bytes(size - 500)]))

    for app in (announced, streamed):
        if size == 1000:
            assert len(download(app, never, "a.bin")[1]) == 1000
        else:
            with pytest.raises(FetchError, match="larger than 1,000 bytes"):
                download(app, never, "a.bin")


class Recorder(httpcore.NetworkBackend):
    """Connects to nothing, and keeps the addresses."""

    def __init__(self) -> None:
        self.addresses: list[tuple[str, int]] = []

    def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.NetworkStream:
        """Keep an address, and fail."""
        self.addresses.append((host, port))
        raise httpcore.ConnectError("no network in tests")


@pytest.mark.parametrize(
    ("addresses", "connected"),
    [
        (["93.184.216.34"], ["93.184.216.34"]),
        (["93.184.216.34", "93.184.216.35"], ["93.184.216.34", "93.184.216.35"]),
        (["127.0.0.1"], None),
        (["93.184.216.34", "10.0.0.1"], None),
        (["fe80::1%2"], None),
        (["::ffff:169.254.169.254"], None),
    ],
)
def test_the_checked_address_is_the_connected_one(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str], connected: list[str] | None
) -> None:
    """The name is looked up once, and no name is passed on; any private address refuses the host."""
    lookups: list[object] = []

    def look_up(host: object, port: object, **_: object) -> list[tuple[object, ...]]:
        lookups.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    transport = network.connect_publicly(Deadline(SystemClock(), 60))
    deadline = Deadline(SystemClock(), 60)
    deadline.start()
    recorder = Recorder()
    pool: Any = getattr(transport, "_pool")  # noqa: B009 - a stranger's attribute
    pool._network_backend = network._PublicBackend(recorder, deadline)  # noqa: SLF001
    downloader = Downloader(httpx.MockTransport(never), transport, URLS, CANARY, 1000)
    with pytest.raises(FetchError) as error, downloader.open(URLS.resolve("https://cdn.example/a")):
        pass
    assert error.value.kind == ("refused address" if connected is None else "network")
    assert recorder.addresses == [(one, 443) for one in connected or []]
    assert lookups == ["cdn.example"]
