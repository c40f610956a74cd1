"""The network: httpx's own transport with a deadline for each request, the environment's proxy and certificates.

httpx has a timeout for each read, so a server that sends a byte now and then could hold a request for ever. Here every
name lookup, connection, TLS handshake, read and write ends by the deadline of the request. The network backend of
httpcore is the place for that.
"""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from wacr_cli.core.errors import UsageError
from wacr_cli.core.media import check_address
from wacr_cli.settings.config import is_loopback

if TYPE_CHECKING:
    from wacr_cli.api.transport import Deadline

MAX_SECONDS_PER_ADDRESS = 5.0
"""How long to wait for one address of a host while others are left: a dead one must not use up the time."""

_BYTES_PER_WRITE = 2**14


def connect(base_url: str, deadline: Deadline) -> httpx.BaseTransport:
    """Return the transport to the host of *base_url*, through the environment's proxy where one applies.

    It connects on the first request. Raises :class:`UsageError` for a proxy or certificates that can't be used.
    """
    url = httpx.URL(base_url)
    # http is for loopback only: reading certificates for it would take time for nothing.
    context = ssl_context() if url.scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        transport = httpx.HTTPTransport(proxy=_make_proxy(_find_proxy(url), context), verify=context)
    except (ValueError, ImportError, httpx.InvalidURL):
        raise UsageError(
            "HTTPS_PROXY: not the URL of an HTTP proxy", "Use a URL such as http://proxy.example:3128, or unset it."
        ) from None
    # httpx has no parameter for the network backend of its connection pool.
    pool: Any = transport._pool  # noqa: SLF001
    pool._network_backend = _Backend(pool._network_backend, deadline)  # noqa: SLF001
    return transport


def connect_publicly(deadline: Deadline) -> httpx.BaseTransport:
    """Return the transport to hosts that anyone may name: it connects to public addresses only, and to no proxy.

    A proxy would resolve names by itself. A host with an address that is not public raises
    :class:`~wacr_cli.core.media.FetchError`.
    """
    transport = httpx.HTTPTransport(verify=ssl_context())
    pool: Any = transport._pool  # noqa: SLF001
    pool._network_backend = _PublicBackend(pool._network_backend, deadline)  # noqa: SLF001
    return transport


def find_proxy_name(base_url: str) -> str:
    """Return the proxy on the way to the API without its password, empty where there is none."""
    proxy = _find_proxy(httpx.URL(base_url))
    return proxy.rpartition("@")[2].rpartition("//")[2] if proxy else ""


def _find_proxy(url: httpx.URL) -> str | None:
    host = url.raw_host.decode("ascii")
    if is_loopback(host) or proxy_bypass(host):
        return None
    proxies = getproxies()
    return proxies.get(url.scheme) or proxies.get("all")


def _make_proxy(address: str | None, context: ssl.SSLContext) -> httpx.Proxy | None:
    """Return the proxy for httpx; one that is itself reached by TLS is verified as the API is."""
    if not address:
        return None
    url = httpx.URL(address if "://" in address else f"http://{address}")
    return httpx.Proxy(url, ssl_context=context if url.scheme == "https" else None)


def ssl_context() -> ssl.SSLContext:
    """Return the context that verifies servers: by SSL_CERT_FILE or SSL_CERT_DIR, else by the system's certificates.

    The certificates that come with httpx are used where the system has none. Raises :class:`UsageError`.
    """
    has_own = os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")
    try:
        # OpenSSL looks into the system's folder when it needs a certificate; httpx's file is read completely.
        context = ssl.create_default_context() if not has_own and _system_has_store() else httpx.create_ssl_context()
    except OSError as error:
        raise UsageError(
            f"the certificates can't be read: {error.strerror}", "Check SSL_CERT_FILE and SSL_CERT_DIR."
        ) from None
    context.set_alpn_protocols(["http/1.1"])
    return context


def _system_has_store() -> bool:
    """Return whether OpenSSL's own paths hold certificates: a file, or a folder with names that are hashes."""
    paths = ssl.get_default_verify_paths()
    return bool(paths.cafile or (paths.capath and next(Path(paths.capath).glob("*.0"), None)))


class _Backend(httpcore.NetworkBackend):
    """Makes connections that end by the deadline."""

    def __init__(self, inner: httpcore.NetworkBackend, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of *host* that can be reached."""
        *others, last = self._resolve(host, port)
        for number, address in enumerate(others):
            share = self._deadline.left() / (len(others) + 1 - number)
            try:
                stream = self._inner.connect_tcp(
                    address, port, min(share, MAX_SECONDS_PER_ADDRESS), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
            return _Stream(stream, self._deadline)
        stream = self._inner.connect_tcp(last, port, self._deadline.left(), local_address, socket_options)
        return _Stream(stream, self._deadline)

    def _resolve(self, host: str, port: int) -> list[str]:
        """Return the addresses of *host*. The system's lookup has no timeout, so it runs in a thread of its own."""
        found: list[str] = []
        failures: list[OSError | UnicodeError] = []

        def look_up() -> None:
            try:
                found.extend(str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
            except (OSError, UnicodeError) as error:
                failures.append(error)

        thread = threading.Thread(target=look_up, daemon=True)
        thread.start()
        thread.join(self._deadline.left())
        if thread.is_alive():
            raise httpcore.ConnectTimeout(f"no address of {host} in time")
        try:
            for failure in failures:
                raise failure
        except (OSError, UnicodeError) as error:
            # httpcore drops the cause of an exception that passes through its pool; the context stays.
            raise httpcore.ConnectError(str(error)) from error
        return found

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._inner.sleep(seconds)


class _PublicBackend(_Backend):
    """Connects to the very addresses that were checked, so that a second lookup can't bring others."""

    def _resolve(self, host: str, port: int) -> list[str]:
        found = super()._resolve(host, port)
        for address in found:
            check_address(host, address)
        return found


class _Stream(httpcore.NetworkStream):
    """A connection whose operations end by the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # In pieces: the inner stream sends in a loop, and gives each turn all of the time.
        for start in range(0, len(buffer), _BYTES_PER_WRITE):
            self._inner.write(buffer[start : start + _BYTES_PER_WRITE], self._deadline.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._deadline.left()), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
