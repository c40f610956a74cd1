"""The transport to the API's host: httpx's own, every wait of which ends by the deadline."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from wacr_cli.api.transport import Deadline
from wacr_cli.errors import UsageError
from wacr_cli.settings.config import is_loopback


def connect(base_url: str, deadline: Deadline) -> httpx.BaseTransport:
    """The transport to the API's host: by the environment's proxy, or straight where it is this machine."""
    url = httpx.URL(base_url)
    host = url.raw_host.decode("ascii")
    if is_loopback(host):
        # No certificate is looked at over http, and a context without the store's takes no time to make.
        verify: Any = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if url.scheme == "http" else True
        transport = httpx.HTTPTransport(verify=verify)
    else:
        transport = _verified(_proxy(url.scheme, host))
    # httpx has timeouts for each read only: one byte a second would last for ever. The pool's network
    # backend is httpcore's own seam for that, which httpx has no parameter for.
    pool: Any = transport._pool  # noqa: SLF001
    pool._network_backend = _Backend(pool._network_backend, deadline)  # noqa: SLF001
    return transport


def proxy_of(base_url: str) -> str:
    """The proxy on the way to the API's host, without what it may hold of a password; empty where there is none."""
    url = httpx.URL(base_url)
    host = url.raw_host.decode("ascii")
    proxy = None if is_loopback(host) else _proxy(url.scheme, host)
    return proxy.rpartition("@")[2].rpartition("//")[2] if proxy else ""


def _proxy(scheme: str, host: str) -> str | None:
    return None if proxy_bypass(host) else getproxies().get(scheme) or getproxies().get("all")


def _verified(proxy: str | None) -> httpx.HTTPTransport:
    """The transport of httpx; what the environment says of it may be wrong, and may hold a password."""
    if proxy and "://" not in proxy:
        proxy = f"http://{proxy}"
    try:
        return httpx.HTTPTransport(proxy=proxy)
    except OSError as error:
        raise UsageError(
            f"the certificates can't be read: {error.strerror}", "Check SSL_CERT_FILE and SSL_CERT_DIR."
        ) from None
    except (ValueError, ImportError, httpx.InvalidURL):
        raise UsageError(
            "HTTPS_PROXY: not the URL of an HTTP proxy", "Say it like http://proxy.example:3128, or unset it."
        ) from None


class _Backend(httpcore.NetworkBackend):
    """Makes connections whose every wait ends by the deadline."""

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
        stream = self._inner.connect_tcp(host, port, self._deadline.left(), local_address, socket_options)
        return _Stream(stream, self._deadline)

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    """A connection whose every wait ends by the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._deadline.left()), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
