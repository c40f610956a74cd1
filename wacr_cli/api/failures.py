"""Whose fault it is that no answer came, and what to do about it."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator

import httpx

from wacr_cli.api import network
from wacr_cli.api.transport import describe_failure, is_certificate_failure
from wacr_cli.core.errors import UnavailableError
from wacr_cli.settings.config import is_loopback


def connection_error(error: httpx.HTTPError | httpx.InvalidURL, request: httpx.Request) -> UnavailableError:
    """Return the error for a call that got no response."""
    host = request.url.netloc.decode("ascii", "replace")
    if is_certificate_failure(error):
        return UnavailableError(f"{host}: untrusted certificate: {error}", certificate_hint(), code="CERTIFICATE")
    return UnavailableError(f"{host}: {describe_failure(error)}: {error}", _hint(error, request.url))


def _hint(error: httpx.HTTPError | httpx.InvalidURL, url: httpx.URL) -> str:
    """Return what to check, the local side first."""
    causes = list(_causes(error))
    if proxy := network.find_proxy_name(str(url)):
        through = f"The connection goes through the proxy {proxy} (HTTPS_PROXY)"
        if isinstance(error, httpx.ProxyError):
            return f"{through}, which refused it. Check the proxy, or set NO_PROXY={url.host} to connect without it."
        return f"{through}. Check the proxy and the network, or set NO_PROXY={url.host} to connect without it."
    if any(isinstance(one, socket.gaierror) for one in causes):
        return "The host name can't be resolved. Check the network, and WACR_API_URL or api_url (wacr config list)."
    if any(isinstance(one, OSError) and one.errno == errno.ECONNREFUSED for one in causes):
        start = "Start the server, or check" if is_loopback(url.host) else "Check"
        return f"Nothing listens at this address. {start} WACR_API_URL or api_url (wacr config list)."
    if isinstance(error, httpx.TimeoutException):
        return "The API or the network is slow. Try again later, or allow more time with --timeout."
    return "Check the network and WACR_API_URL."


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error:
        yield error
        error = error.__cause__ or error.__context__


def certificate_hint() -> str:
    """Return what to check where a certificate is not trusted."""
    return (
        "Check WACR_API_URL and the clock. If a proxy decrypts traffic, add its certificate to the system's store, "
        "or name its file in SSL_CERT_FILE."
    )
