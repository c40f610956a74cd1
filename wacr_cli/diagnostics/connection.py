"""Check the connection to the API step by step: DNS, TCP, TLS, one call and the shape of its response."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from wacr_cli.api import envelope, failures, network
from wacr_cli.core.errors import UnavailableError
from wacr_cli.core.times import Clock, format_duration
from wacr_cli.settings.redaction import mask_numbers

if TYPE_CHECKING:
    from wacr_cli.api.client import Client
    from wacr_cli.api.raw import RawResponse


class Step(NamedTuple):
    """A step that succeeded: its topic, what was found, and a hint, empty where nothing is wrong."""

    topic: str
    message: str
    hint: str = ""


_MAX_CLOCK_DIFFERENCE = 60
"""How far the two clocks may differ without a warning, in seconds."""


def check_connection(base_url: str, timeout: float) -> Iterator[Step]:
    """Look up the host, connect to it and make the TLS handshake, each within *timeout* seconds.

    Raises :class:`UnavailableError` at the step that fails.
    """
    url = urlsplit(base_url)
    host, port = url.hostname or "", url.port or {"https": 443}.get(url.scheme, 80)
    if proxy := network.find_proxy_name(base_url):
        yield Step("network", f"the proxy {proxy} makes the connections")
        return
    yield Step("dns", f"{host} resolves to {', '.join(_resolve(host, port)[:4])}")
    start = time.monotonic()
    try:
        with socket.create_connection((host, port), timeout) as connection:
            yield Step("network", f"connected to port {port} in {1000 * (time.monotonic() - start):.0f} ms")
            if url.scheme == "https":
                yield Step("tls", _describe_handshake(connection, host))
    except ssl.SSLError as error:
        raise UnavailableError(
            f"{host}: TLS handshake failed: {error}", failures.certificate_hint(), code="CERTIFICATE"
        ) from None
    except OSError as error:
        raise UnavailableError(
            f"{host}: can't connect to port {port}: {error.strerror or error}",
            "Check the URL of the API (wacr config get api_url), and that no firewall blocks the connection.",
        ) from None


def _resolve(host: str, port: int) -> list[str]:
    try:
        return sorted({str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)})
    except OSError as error:
        raise UnavailableError(
            f"{host}: can't resolve the host name: {error.strerror}",
            "Check the network, the DNS server and the URL of the API (wacr config get api_url).",
        ) from None


def _describe_handshake(connection: socket.socket, host: str) -> str:
    with network.ssl_context().wrap_socket(connection, server_hostname=host) as secured:
        certificate: Any = secured.getpeercert() or {}
        issuer = {key: value for part in certificate.get("issuer", ()) for key, value in part}
        end = certificate.get("notAfter", "an unknown time")
        return (
            f"{secured.version()}, certificate issued by {issuer.get('organizationName', 'unknown')}, valid until {end}"
        )


def check_call(client: Client, clock: Clock) -> Iterator[Step]:
    """Make one call and describe its response: headers and field names, no values. Raises :class:`WacrError`."""
    start = clock.monotonic()
    response = client.raw("GET", "messages", [("page", "1"), ("per_page", "1")])
    yield Step("call", f"status {response.status} in {1000 * (clock.monotonic() - start):.0f} ms")
    headers = {name.lower(): value for name, value in response.headers}
    yield _compare_clocks(headers.get("date", ""), clock)
    limits = [f"{name}: {value}" for name, value in headers.items() if name.startswith(("x-ratelimit", "retry-after"))]
    yield Step("rate limit", ", ".join(limits) or "no header names a limit: 60 calls per minute are assumed")
    client.check("messages", response)
    yield Step("envelope", _describe_envelope(response))


def _compare_clocks(date: str, clock: Clock) -> Step:
    """Compare this machine's clock with the ``Date`` header of the response."""
    try:
        ahead = clock.time() - parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError):
        return Step("clock", "not compared: the response has no valid Date header")
    if abs(ahead) <= _MAX_CLOCK_DIFFERENCE:
        return Step("clock", "agrees with the API's clock")
    direction = "ahead of" if ahead > 0 else "behind"
    return Step(
        "clock",
        f"{format_duration(abs(ahead))} {direction} the API's clock",
        "Set this machine's clock. Times and the rate limit depend on it.",
    )


def _describe_envelope(response: RawResponse) -> str:
    decoded = envelope.decode(response.body)
    page = envelope.parse_page(decoded)
    fields = list(dict.fromkeys(mask_numbers(str(name)) for row in page.rows for name in row))
    counts = {"has_more": page.has_more, "total": page.total, "page": page.page, "per_page": page.per_page}
    present = [name for name, value in counts.items() if value is not None]
    keys = ", ".join(str(key) for key in decoded)
    return f"keys: {keys}; pagination: {', '.join(present) or 'none'}; fields: {', '.join(fields) or 'none'}"
