"""The transport by way of a proxy: httpx's own, every wait of which ends by the deadline."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from wacr_cli.api.transport import Deadline
from wacr_cli.core.errors import UsageError


def connect(proxy: str, context: ssl.SSLContext, deadline: Deadline) -> httpx.BaseTransport:
    """The transport; what the environment says of the proxy may be wrong, and may hold a password."""
    if "://" not in proxy:
        proxy = f"http://{proxy}"
    try:
        transport = httpx.HTTPTransport(proxy=proxy, verify=context)
    except (ValueError, ImportError, httpx.InvalidURL):
        raise UsageError(
            "HTTPS_PROXY: not the URL of an HTTP proxy", "Say it like http://proxy.example:3128, or unset it."
        ) from None
    # httpx has timeouts for each read only: one byte a second would last for ever. The pool's network
    # backend is httpcore's own seam for that, which httpx has no parameter for.
    pool: Any = transport._pool  # noqa: SLF001
    pool._network_backend = _Backend(pool._network_backend, deadline)  # noqa: SLF001
    return transport


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
