"""URLs of files: what they resolve to, and which are refused."""

from __future__ import annotations

from contextlib import suppress

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wacr_cli.core.media import ADDRESS, URL, FetchError, MediaUrls, is_public

API = "https://app.wa.cr/api/v2"


@pytest.mark.parametrize(
    ("url", "target", "is_own"),
    [
        ("a.jpg", "https://app.wa.cr/a.jpg", True),
        ("/storage/a.jpg", "https://app.wa.cr/storage/a.jpg", True),
        (" b c.jpg ", "https://app.wa.cr/b%20c.jpg", True),
        ("Фото.jpg", "https://app.wa.cr/%D0%A4%D0%BE%D1%82%D0%BE.jpg", True),
        ("a.jpg?sig=a%2Fb#part", "https://app.wa.cr/a.jpg?sig=a%2Fb", True),
        ("https://APP.wa.cr:443/a", "https://app.wa.cr/a", True),
        ("https://app.wa.cr./a", "https://app.wa.cr/a", True),
        ("//app.wa.cr/a", "https://app.wa.cr/a", True),
        ("https://app.wa.cr:8443/a", "https://app.wa.cr:8443/a", False),
        ("https://app.wa.cr.evil.example/a", "https://app.wa.cr.evil.example/a", False),
        ("//cdn.example/a", "https://cdn.example/a", False),
        ("https://bücher.example/a", "https://xn--bcher-kva.example/a", False),
        ("https://93.184.216.34/a", "https://93.184.216.34/a", False),
        ("https://[2606:2800:220:1::1]/a", "https://[2606:2800:220:1::1]/a", False),
        ("https://cdn.example/?a=b", "https://cdn.example/?a=b", False),
    ],
)
def test_targets(url: str, target: str, is_own: bool) -> None:
    """Names of files are at the API's origin, which is the scheme, host and port."""
    found = MediaUrls(API).resolve(url)
    assert (found.url, found.is_own) == (target, is_own)


@pytest.mark.parametrize(
    ("base", "target"),
    [
        ("/storage", "https://app.wa.cr/storage/a.jpg"),
        ("storage/", "https://app.wa.cr/storage/a.jpg"),
        ("https://cdn.example/x/y?z", "https://cdn.example/x/y/a.jpg"),
    ],
)
def test_bases(base: str, target: str) -> None:
    """A base is a folder, with or without its last slash; absolute URLs don't depend on it."""
    urls = MediaUrls(API, base)
    assert urls.resolve("a.jpg").url == target
    assert urls.resolve("https://other.example/a.jpg").url == "https://other.example/a.jpg"


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("b", "https://cdn.example/x/b"),
        ("/b", "https://cdn.example/b"),
        ("//other.example/b", "https://other.example/b"),
        ("https://app.wa.cr/b", "https://app.wa.cr/b"),
    ],
)
def test_redirects(location: str, target: str) -> None:
    """They are relative to where they come from."""
    urls = MediaUrls(API)
    assert urls.follow(urls.resolve("https://cdn.example/x/a"), location).url == target


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        ("", URL),
        ("http://cdn.example/x", URL),
        ("file:///etc/passwd", URL),
        ("https://[::1", URL),
        ("https://x:y@cdn.example/", URL),
        ("https://cdn.example:0/", URL),
        ("https://cdn.example:99999/", URL),
        ("https://192.168.0.1/", ADDRESS),
        ("\x00", URL),
    ],
)
def test_refused_redirects(location: str, kind: str) -> None:
    """Each hop is checked as the first URL is."""
    urls = MediaUrls(API)
    with pytest.raises(FetchError) as error:
        urls.follow(urls.resolve("a.jpg"), location)
    assert error.value.kind == kind


@given(st.one_of(st.text(), st.text("/\\\\.:?#[]@%x0", max_size=12), st.text(max_size=9).map("https://".__add__)))
@example("//[")
@example("https://[")
@example("[::1]/x")
@example("https://a..b/")
@example("//\ud800/")
def test_any_text(text: str) -> None:
    """It has a target in printable ASCII, which is at the own origin or over https, or it is refused."""
    urls = MediaUrls(API)
    for resolve in (urls.resolve, lambda one: urls.follow(urls.resolve("a"), one)):
        with suppress(FetchError):
            found = resolve(text)
            assert found.url.isascii()
            assert found.url.isprintable()
            assert found.url.startswith("https://app.wa.cr/") is found.is_own
            assert found.url.startswith("https://")
            with suppress(httpx.InvalidURL):
                assert httpx.URL(found.url).raw_host.decode() == found.host


def test_an_api_on_this_machine() -> None:
    """Its own host and port are allowed, another port is not."""
    urls = MediaUrls("http://127.0.0.1:8080/api/v2")
    assert urls.resolve("//127.0.0.1:8080/a").is_own
    assert urls.resolve("http://127.0.0.1:8080/a").is_own
    for url in ("http://127.0.0.1:8081/a", "//127.0.0.1:8081/a", "https://127.0.0.1:8080/a", "http://localhost:8080/a"):
        with pytest.raises(FetchError):
            urls.resolve(url)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("::ffff:93.184.216.34", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - not bound to
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:7f00:1::", False),
        ("2001:db8::1", False),
    ],
)
def test_addresses(address: str, public: bool) -> None:
    """Those that only some network knows are not public, however they are written."""
    assert is_public(address) is public
