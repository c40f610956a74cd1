"""Failures that say whose fault they are, and what to look at."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from pathlib import Path

import httpx
import pytest

from tests.api.test_transport import FakeClock
from wacr_cli.api.client import Client
from wacr_cli.api.failures import connection_error
from wacr_cli.api.rate_limiter import RateLimiter, open_state
from wacr_cli.core.errors import AuthError, NotFoundError, RateLimitError, WacrError

BASE = "https://shop.example/api/v2"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Remove the proxies of the environment."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    return monkeypatch


def failure(error: Exception, cause: Exception | None = None, url: str = BASE) -> WacrError:
    """Return the error for a failed call."""
    error.__cause__ = cause
    assert isinstance(error, httpx.HTTPError)
    return connection_error(error, httpx.Request("GET", url))


@pytest.mark.parametrize(
    ("error", "cause", "url", "hint"),
    [
        (httpx.ConnectError("x"), socket.gaierror(-2, "unknown"), BASE, "The host name can't be resolved"),
        (httpx.ConnectError("x"), OSError(errno.ECONNREFUSED, "x"), BASE, "Nothing listens at this address. Check"),
        (
            httpx.ConnectError("x"),
            OSError(errno.ECONNREFUSED, "x"),
            "http://127.0.0.1:8080/api",
            "Start the server, or check",
        ),
        (httpx.ReadTimeout("x"), None, BASE, "--timeout"),
        (httpx.ConnectTimeout("x"), None, BASE, "--timeout"),
        (httpx.ReadError("x"), None, BASE, "Check the network"),
    ],
)
def test_each_failure_has_its_own_hint(error: Exception, cause: Exception | None, url: str, hint: str) -> None:
    """The name, the port, the speed, or the network; each has its own advice."""
    found = failure(error, cause, url)
    assert found.exit_status == 6
    assert hint in found.hint


def test_a_proxy_is_named_without_its_password(no_proxy: pytest.MonkeyPatch) -> None:
    """It is the first thing to check, except for this machine."""
    no_proxy.setenv("HTTPS_PROXY", "http://user:secret@proxy.example:3128")
    for error in (httpx.ConnectError("refused"), httpx.ProxyError("407 Proxy Authentication Required")):
        hint = failure(error).hint
        assert "the proxy proxy.example:3128 (HTTPS_PROXY)" in hint
        assert "NO_PROXY=shop.example" in hint
        assert "secret" not in hint
    assert "proxy" not in failure(httpx.ConnectError("x"), url="https://localhost/x").hint


def test_certificates_say_where_to_add_one() -> None:
    """The proxy of a company may have its own authority."""
    found = failure(httpx.ConnectError("x"), ssl.SSLCertVerificationError("self-signed certificate"))
    assert "the system's store" in found.hint
    assert "SSL_CERT_FILE" in found.hint
    assert found.code == "CERTIFICATE"


def client(*answers: httpx.Response, whose: str = "") -> Client:
    """Return a client whose calls get these responses."""
    left = list(answers)
    transport = httpx.MockTransport(lambda _: left.pop(0))
    return Client(transport, BASE, "t", renewal="Log in again.", explain_limit=lambda: whose)


def test_a_refused_token_says_how_to_get_another() -> None:
    """By where it came from."""
    with pytest.raises(AuthError) as caught:
        client(httpx.Response(401)).messages([])
    assert caught.value.hint == "Log in again."
    assert caught.value.scope is None


def test_a_page_with_404_is_a_wrong_address() -> None:
    """It is not a missing message."""
    with pytest.raises(NotFoundError, match="a web page, not the API") as caught:
        client(httpx.Response(404, text="<html>nginx</html>")).message(5)
    assert "WACR_API_URL" in caught.value.hint


def test_a_limit_says_who_used_it() -> None:
    """If that is known."""
    for whose, said in (("they were others'", "; they were others'"), ("", "")):
        with pytest.raises(RateLimitError) as caught:
            client(httpx.Response(429), whose=whose).messages([])
        assert caught.value.message == f"too many calls (429){said}"


def test_a_limit_is_that_of_a_token_at_one_api(tmp_path: Path) -> None:
    """The same token at another API has another limit."""
    clock = FakeClock()
    first, again, other = (
        RateLimiter(open_state(tmp_path, "t", origin), clock)
        for origin in ("https://one.example", "https://one.example", "https://two.example")
    )
    with first.acquire():
        pass
    assert [one.left() for one in (first, again, other)] == [(60, 59), (60, 59), (60, 60)]
    for one in (first, again, other):
        one.close()


@pytest.mark.parametrize("shared", [True, False])
def test_calls_of_others_are_counted(tmp_path: Path, shared: bool) -> None:
    """What the API counted and this machine did not make, for a minute, in every process."""
    clock = FakeClock()
    budget = RateLimiter(open_state(tmp_path, "t") if shared else None, clock)
    for _ in range(3):
        with budget.acquire():
            pass
    budget.observe(60, 60 - 3 - 38)
    assert (budget.external_calls(), budget.left(), budget.named) == (38, (60, 19), 60)
    assert budget.explain() == "38 of the last minute's calls were made by another machine"
    with budget.acquire():
        pass
    budget.observe(60, 60 - 3 - 38 - 1)
    assert (budget.external_calls(), budget.left()) == (38, (60, 18))
    if shared:
        other = RateLimiter(open_state(tmp_path, "t"), clock)
        assert (other.external_calls(), other.left()) == (38, (60, 18))
        other.close()
    clock.sleep(61)
    assert (budget.external_calls(), budget.left()) == (0, (60, 60))
    budget.close()


def test_an_unexplained_limit_reports_the_calls_of_this_machine() -> None:
    """Where the API's responses show nothing, this machine's own calls are reported, unless they are all there are."""
    budget = RateLimiter(None, FakeClock(), configured=3)
    with budget.acquire():
        pass
    assert budget.explain().startswith("this machine made 1 call in the last minute: another one uses the token too")
    for _ in range(2):
        with budget.acquire():
            pass
    assert budget.explain() == ""


def test_a_wait_says_who_used_the_limit(tmp_path: Path) -> None:
    """The person who waits learns why."""
    from wacr_cli.core.progress import Progress

    reasons: list[str] = []

    class Listener(Progress):
        def waiting(self, seconds: float, reason: str) -> None:
            reasons.append(reason)

    clock = FakeClock()
    budget = RateLimiter(open_state(tmp_path, "t"), clock, progress=Listener())
    with budget.acquire():
        pass
    budget.observe(60, 0)
    with budget.acquire():
        pass
    budget.close()
    assert reasons[0] == "the rate limit (59 of the last minute's calls were made by another machine)"
    assert clock.slept > 60
