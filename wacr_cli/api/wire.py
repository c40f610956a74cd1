"""The way to the API's host: straight, or by the environment's proxy; and whose certificates are trusted."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from urllib.request import getproxies, proxy_bypass

import httpx

from wacr_cli.api.http11 import Direct
from wacr_cli.api.transport import Deadline
from wacr_cli.core.errors import UsageError
from wacr_cli.settings.config import is_loopback


def connect(base_url: str, deadline: Deadline) -> httpx.BaseTransport:
    """The transport to the API's host: by the environment's proxy, or straight where it is this machine."""
    url = httpx.URL(base_url)
    # Nothing is encrypted to this machine alone, and to read the certificates takes time.
    context = trusting() if url.scheme == "https" else None
    proxy = None if context is None else _proxy_to(url)
    if context is None or proxy is None:
        return Direct(url, deadline, context)
    from wacr_cli.api import proxied

    return proxied.connect(proxy, context, deadline)


def proxy_of(base_url: str) -> str:
    """The proxy on the way to the API's host, without what it may hold of a password; empty where there is none."""
    proxy = _proxy_to(httpx.URL(base_url))
    return proxy.rpartition("@")[2].rpartition("//")[2] if proxy else ""


def _proxy_to(url: httpx.URL) -> str | None:
    host = url.raw_host.decode("ascii")
    if is_loopback(host) or proxy_bypass(host):
        return None
    proxies = getproxies()
    return proxies.get(url.scheme) or proxies.get("all")


def trusting() -> ssl.SSLContext:
    """What tells whether a host is the one that it says: by SSL_CERT_FILE or SSL_CERT_DIR, else by the system's store.

    Where the system has none, the one that comes with httpx is taken. Raises :class:`UsageError`.
    """
    named = os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")
    try:
        # The system's folder is looked into when a certificate is there; httpx reads all of its own file before.
        context = ssl.create_default_context() if not named and _system_has_store() else httpx.create_ssl_context()
    except OSError as error:
        raise UsageError(
            f"the certificates can't be read: {error.strerror}", "Check SSL_CERT_FILE and SSL_CERT_DIR."
        ) from None
    context.set_alpn_protocols(["http/1.1"])
    return context


def _system_has_store() -> bool:
    """Whether OpenSSL's own places hold certificates: a file, or a folder of them by their hashes."""
    paths = ssl.get_default_verify_paths()
    return bool(paths.cafile or (paths.capath and next(Path(paths.capath).glob("*.0"), None)))
