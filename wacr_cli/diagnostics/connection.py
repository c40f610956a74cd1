"""The way to the API, step by step: the name, the connection, the certificate, one call and what its answer shows."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from wacr_cli.api import envelope, failures, network
from wacr_cli.core.errors import ServiceError
from wacr_cli.core.times import Clock, span
from wacr_cli.settings.redaction import mask_numbers

if TYPE_CHECKING:
    from wacr_cli.api.client import Client
    from wacr_cli.api.raw import RawResponse


class Step(NamedTuple):
    """A topic, what was found there, and what to do about it, empty where nothing is wrong."""

    topic: str
    said: str
    hint: str = ""


_MOST_SKEW = 60
"""Seconds that the two clocks may differ without anybody minding."""


def reach(base_url: str, timeout: float) -> Iterator[Step]:
    """Look the host up, connect, and shake hands. Raises :class:`ServiceError` at the step that fails."""
    url = urlsplit(base_url)
    host, port = url.hostname or "", url.port or {"https": 443}.get(url.scheme, 80)
    if proxy := network.find_proxy_name(base_url):
        yield Step("network", f"by the proxy {proxy}, which looks up and connects")
        return
    try:
        addresses = sorted({str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)})
    except OSError as error:
        raise ServiceError(
            f"{host}: the name can't be looked up: {error.strerror}", "Check the network, DNS and the API's address."
        ) from None
    yield Step("dns", f"{host} is {', '.join(addresses[:4])}")
    start = time.monotonic()
    try:
        with socket.create_connection((host, port), timeout) as connection:
            yield Step("network", f"connected to port {port} in {1000 * (time.monotonic() - start):.0f} ms")
            if url.scheme == "https":
                yield Step("tls", _handshake(connection, host))
    except ssl.SSLError as error:
        raise ServiceError(f"{host}: TLS fails: {error}", failures.certificate_hint(), code="CERTIFICATE") from None
    except OSError as error:
        raise ServiceError(
            f"{host}: no connection to port {port}: {error.strerror or error}",
            "Is the address right, and no firewall in between?",
        ) from None


def _handshake(connection: socket.socket, host: str) -> str:
    with network.ssl_context().wrap_socket(connection, server_hostname=host) as secured:
        certificate: Any = secured.getpeercert() or {}
        issuer = {key: value for part in certificate.get("issuer", ()) for key, value in part}
        ends = certificate.get("notAfter", "an unknown time")
        return f"{secured.version()}, certificate by {issuer.get('organizationName', 'unknown')}, good until {ends}"


def call(client: Client, clock: Clock) -> Iterator[Step]:
    """Make one call, and tell what its answer shows; nothing that it says. Raises :class:`WacrError`."""
    start = clock.monotonic()
    answer = client.raw("GET", "messages", [("page", "1"), ("per_page", "1")])
    yield Step("call", f"status {answer.status} in {1000 * (clock.monotonic() - start):.0f} ms")
    headers = {name.lower(): value for name, value in answer.headers}
    yield _clocks(headers.get("date", ""), clock)
    limits = [f"{name}: {value}" for name, value in headers.items() if name.startswith(("x-ratelimit", "retry-after"))]
    yield Step("rate limit", ", ".join(limits) or "no header speaks of it: 60 calls a minute are taken for the limit")
    client.check("messages", answer)
    yield Step("envelope", _envelope(answer))


def _clocks(date: str, clock: Clock) -> Step:
    """How far this machine's clock is from the service's."""
    try:
        ahead = clock.time() - parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError):
        return Step("clock", "the service does not say what time it is")
    if abs(ahead) <= _MOST_SKEW:
        return Step("clock", "agrees with the service's")
    way = "ahead of" if ahead > 0 else "behind"
    return Step(
        "clock", f"{span(abs(ahead))} {way} the service's", "Set this machine's clock: times and limits depend on it."
    )


def _envelope(answer: RawResponse) -> str:
    whole = envelope.decode(answer.body)
    page = envelope.parse_page(whole)
    fields = list(dict.fromkeys(mask_numbers(str(name)) for row in page.rows for name in row))
    told = {"has_more": page.has_more, "total": page.total, "page": page.page, "per_page": page.per_page}
    known = [name for name, value in told.items() if value is not None]
    keys = ", ".join(str(key) for key in whole)
    return f"{keys}; of pages it tells {', '.join(known) or 'nothing'}; rows have {', '.join(fields) or 'nothing'}"
