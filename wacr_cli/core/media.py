"""The URLs of files: which are accepted, what they resolve to, and which addresses a file may come from.

A message's ``url`` is untrusted. It may be absolute, or only the name of a stored file. A file comes from the API's own
origin, or over https from a host whose addresses are all public.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\]")
_HOST = re.compile(r"(?!.{254})([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.?")
_PORTS = {"https": 443, "http": 80}
_NAT64 = IPv6Network("64:ff9b::/96")
_PATH_SAFE = "/%:@!$&'()*+,;=~-._"

URL, ADDRESS, REDIRECTS, STATUS, SIZE, TIME, TYPE, NETWORK, DIFFERS = (
    *("refused url", "refused address", "too many redirects", "status", "too large", "not in time"),
    *("wrong type", "network", "differs"),
)
"""The kinds of failures."""


class FetchError(Exception):
    """A file that can't be fetched: the ``kind`` is counted, the ``message`` may contain untrusted text."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


@dataclass(frozen=True, slots=True)
class Target:
    """A checked URL in printable ASCII; ``is_own`` is whether it is at the API's origin, which gets the token."""

    url: str
    host: str
    is_own: bool


class MediaUrls:
    """Resolves URLs of files for the API at *api_url*; names of stored files are relative to *media_base*.

    *media_base* is a URL, or a path at the API's origin. Raises :class:`FetchError` where it is not accepted.
    """

    def __init__(self, api_url: str, media_base: str = "/") -> None:
        self._own = _get_origin(urlsplit(api_url))
        self._root = _join_origin(*self._own) + "/"
        base = self.check(media_base if _SCHEME.match(media_base) else urljoin(self._root, media_base)).url
        self._base = urlsplit(base)._replace(query="", fragment="").geturl().rstrip("/") + "/"

    def resolve(self, text: str) -> Target:
        """Return the target of a message's ``url``. Raises :class:`FetchError`."""
        text = text.strip(" ")
        if not text or _FORBIDDEN.search(text):
            raise FetchError(URL, "the url is empty or has control characters or backslashes")
        if _SCHEME.match(text):
            return self.check(text)
        if text.startswith("//"):
            return self.check(self._add_scheme(text))
        if ".." in unquote(unquote(re.split("[?#]", text)[0])).split("/"):
            raise FetchError(URL, f"the path leaves its folder: {text}")
        return self.check(urljoin(self._base, text))

    def follow(self, target: Target, location: str) -> Target:
        """Return the target of a redirect. Raises :class:`FetchError`."""
        if not location or _FORBIDDEN.search(location):
            raise FetchError(URL, "a redirect has no valid location")
        try:
            return self.check(urljoin(target.url, location))
        except ValueError:
            raise FetchError(URL, f"not a valid url: {location}") from None

    def check(self, url: str) -> Target:
        """Return the target of an absolute URL. Raises :class:`FetchError`."""
        try:
            parts = urlsplit(url)
            scheme, host, port = _get_origin(parts)
        except (ValueError, UnicodeError):
            raise FetchError(URL, f"not a valid url: {url}") from None
        if scheme not in _PORTS:
            raise FetchError(URL, f"the scheme {scheme}: is refused")
        if parts.username is not None or parts.password is not None or not _is_host(host) or not port:
            raise FetchError(URL, f"not a valid url: {url}")
        is_own = (scheme, host, port) == self._own
        if not is_own and scheme != "https":
            raise FetchError(URL, f"http:// is refused for {host}")
        if not is_own and _is_address(host):
            check_address(host, host)
        path = quote(parts.path or "/", safe=_PATH_SAFE)
        query = f"?{quote(parts.query, safe=_PATH_SAFE + '?')}" if parts.query else ""
        return Target(_join_origin(scheme, host, port) + path + query, host, is_own)

    def _add_scheme(self, text: str) -> str:
        """Return a URL without a scheme with that of the API's origin, where it is there, else with https."""
        scheme = self._own[0]
        try:
            is_own = _get_origin(urlsplit(f"{scheme}:{text}")) == self._own
        except (ValueError, UnicodeError):
            is_own = False
        return f"{scheme if is_own else 'https'}:{text}"


def check_address(host: str, address: str) -> None:
    """Raise :class:`FetchError` for an address that is not public: loopback, private, link-local and others."""
    if not is_public(address):
        raise FetchError(ADDRESS, f"{host} has an address that is not public: {address}")


def is_public(text: str) -> bool:
    """Return whether an address is public, and so is the IPv4 address that an IPv6 one contains, if any."""
    address = ip_address(text.partition("%")[0])
    inner: list[IPv4Address | None] = []
    if isinstance(address, IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            inner.append(IPv4Address(int(address) & 0xFFFFFFFF))
    embedded = [one for one in inner if one is not None]
    if any(not is_public(str(one)) for one in embedded):
        return False
    mapped = isinstance(address, IPv6Address) and address.ipv4_mapped is not None
    return mapped or (address.is_global and not address.is_multicast and not address.is_reserved)


def _get_origin(parts: SplitResult) -> tuple[str, str, int]:
    """Return the scheme, the host in ASCII and the port of a URL; 0 is a port that is not valid."""
    scheme = parts.scheme.lower()
    host = (parts.hostname or "").rstrip(".")
    if not host.isascii():
        host = host.encode("idna").decode("ascii").lower()
    port = parts.port
    return scheme, host, _PORTS.get(scheme, 0) if port is None else port


def _join_origin(scheme: str, host: str, port: int) -> str:
    bracketed = f"[{host}]" if ":" in host else host
    return f"{scheme}://{bracketed}" + ("" if port == _PORTS.get(scheme) else f":{port}")


def _is_host(host: str) -> bool:
    """Return whether a host is a name or an address; a last label of digits makes it an address."""
    if ":" in host or host.rpartition(".")[2].isdigit():
        return _is_address(host)
    return _HOST.fullmatch(host) is not None


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return "%" not in host
