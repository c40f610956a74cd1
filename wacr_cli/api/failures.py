"""Whose fault it is that no answer came, and what to do about it."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator

import httpx

from wacr_cli.api import wire
from wacr_cli.api.transport import describe_failure, is_certificate_failure
from wacr_cli.core.errors import ServiceError
from wacr_cli.settings.config import is_loopback


def unreachable(error: httpx.HTTPError | httpx.InvalidURL, request: httpx.Request) -> ServiceError:
    """The failure of a call that got no answer, in words."""
    host = request.url.netloc.decode("ascii", "replace")
    if is_certificate_failure(error):
        return ServiceError(
            f"{host}: its certificate can't be trusted: {error}", about_certificates(), code="CERTIFICATE"
        )
    return ServiceError(f"{host}: {describe_failure(error)}: {error}", _hint(error, request.url))


def _hint(error: httpx.HTTPError | httpx.InvalidURL, url: httpx.URL) -> str:
    """What to look at: what is on this side first."""
    causes = list(_causes(error))
    if proxy := wire.proxy_of(str(url)):
        way = f"The way leads through the proxy {proxy} (HTTPS_PROXY)"
        if isinstance(error, httpx.ProxyError):
            return f"{way}, which refused. Is it the right one? NO_PROXY={url.host} goes without it."
        return f"{way}: check it and the network. NO_PROXY={url.host} goes without it."
    if any(isinstance(one, socket.gaierror) for one in causes):
        return "The name can't be looked up: check the network, and WACR_API_URL or api_url (wacr config list)."
    if any(isinstance(one, OSError) and one.errno == errno.ECONNREFUSED for one in causes):
        whose = "Is the service there started?" if is_loopback(url.host) else "The service is down, or it is another."
        return f"Nothing listens at that address. {whose} Check WACR_API_URL or api_url (wacr config list)."
    if isinstance(error, httpx.TimeoutException):
        return "The service or the network is slow. Try again later, or allow more with --timeout."
    return "Check the network and WACR_API_URL."


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error:
        yield error
        error = error.__cause__ or error.__context__


def about_certificates() -> str:
    """What to look at where a certificate is not trusted."""
    return (
        "Check WACR_API_URL and the clock. Does a proxy look inside? Its certificate has to be in the system's store, "
        "or in a file that SSL_CERT_FILE names."
    )
