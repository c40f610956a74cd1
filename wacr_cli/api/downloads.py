"""Download files: from the API's origin with its token and rate limit, from other hosts without.

Redirects are followed by hand, so that each hop is checked as the first URL is. The token goes to the API's own origin
only, and the body is not decoded, so that its size is that on the wire.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from wacr_cli import __version__
from wacr_cli.api.transport import RETRIED_STATUSES, Deadline, describe_failure
from wacr_cli.core.errors import RateLimitError, UnavailableError
from wacr_cli.core.media import NETWORK, REDIRECTS, SIZE, STATUS, TIME, URL, FetchError, MediaUrls, Target
from wacr_cli.core.progress import Call, Progress
from wacr_cli.core.times import Clock
from wacr_cli.settings.redaction import mask_numbers

MOST_REDIRECTS = 5
_REDIRECTS = frozenset((301, 302, 303, 307, 308))


@dataclass(frozen=True, slots=True)
class Download:
    """A file as it arrives: the content type that the server says, empty where it says none, and the bytes."""

    content_type: str
    chunks: Iterator[bytes]


class Downloader:
    """Downloads files of at most ``most`` bytes.

    ``own`` is the transport to the API's origin, ``other`` that to all other hosts.
    """

    def __init__(
        self, own: httpx.BaseTransport, other: httpx.BaseTransport, urls: MediaUrls, token: str, most: int
    ) -> None:
        self._own = own
        self._other = other
        self._urls = urls
        self._token = token
        self._most = most

    @contextmanager
    def open(self, target: Target) -> Iterator[Download]:
        """Request a file, and follow redirects. Raises :class:`FetchError`, also while the bytes arrive."""
        with _translate_errors():
            response = self._follow(target)
            try:
                self._check(response)
                yield Download(response.headers.get("Content-Type", ""), self._read(response))
            finally:
                response.close()

    def close(self) -> None:
        """Close the connections."""
        self._own.close()
        self._other.close()

    def _follow(self, target: Target) -> httpx.Response:
        for _ in range(MOST_REDIRECTS + 1):
            response = self._request(target)
            if response.status_code not in _REDIRECTS:
                return response
            response.close()
            target = self._urls.follow(target, response.headers.get("Location", ""))
        raise FetchError(REDIRECTS, f"more than {MOST_REDIRECTS} redirects")

    def _request(self, target: Target) -> httpx.Response:
        headers = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": f"wacr/{__version__}"}
        if target.is_own:
            headers["Authorization"] = f"Bearer {self._token}"
        transport = self._own if target.is_own else self._other
        try:
            request = httpx.Request("GET", target.url, headers=headers)
        except (UnicodeError, httpx.InvalidURL):  # httpx decodes the host, which fails for names that no one may have
            raise FetchError(URL, f"not a valid host name: {target.host}") from None
        try:
            return transport.handle_request(request)
        except RateLimitError:
            if target.is_own:
                raise
            raise FetchError(f"{STATUS} 429", f"{target.host} asks for a longer wait") from None

    def _check(self, response: httpx.Response) -> None:
        """Refuse what is no file, is encoded, or says that it is too large."""
        if response.status_code != httpx.codes.OK:
            raise FetchError(f"{STATUS} {response.status_code}", f"the server answers {response.status_code}")
        if response.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
            raise FetchError(NETWORK, "the file has a content coding that was not requested")
        length = response.headers.get("Content-Length", "")
        if length.isascii() and length.isdigit() and int(length[:20]) > self._most:
            raise self._make_size_error()

    def _read(self, response: httpx.Response) -> Iterator[bytes]:
        size = 0
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > self._most:
                raise self._make_size_error()
            yield chunk

    def _make_size_error(self) -> FetchError:
        return FetchError(SIZE, f"larger than {self._most:,} bytes")


@contextmanager
def _translate_errors() -> Iterator[None]:
    """Raise the errors of a connection as :class:`FetchError`."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise FetchError(TIME, describe_failure(error)) from None
    except httpx.TransportError as error:
        raise FetchError(NETWORK, f"{describe_failure(error)}: {error}") from None
    except UnavailableError as error:
        raise FetchError(NETWORK, error.message) from None


class StreamTransport(httpx.BaseTransport):
    """Starts the deadline of a request, reports the call, and leaves the body to be read.

    The body of a response that will be requested again is dropped, so that its connection is free. *host* is whether
    the reports name the host.
    """

    def __init__(
        self, inner: httpx.BaseTransport, deadline: Deadline, clock: Clock, progress: Progress, *, host: bool = False
    ) -> None:
        self._inner = inner
        self._deadline = deadline
        self._clock = clock
        self._progress = progress
        self._host = host

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the inner transport's response."""
        start = self._clock.monotonic()
        self._deadline.start()
        outcome: int | str = "refused"
        try:
            response = self._inner.handle_request(request)
            outcome = response.status_code
        except httpx.HTTPError as error:
            outcome = describe_failure(error)
            raise
        finally:
            host = f"//{request.url.host}" if self._host else ""
            path = mask_numbers(host + request.url.path)
            self._progress.called(Call("GET", path, "", outcome, self._clock.monotonic() - start, None))
        if response.status_code not in RETRIED_STATUSES:
            return response
        response.close()
        return httpx.Response(response.status_code, headers=_without_length(response.headers))

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()


def _without_length(headers: httpx.Headers) -> list[tuple[str, str]]:
    dropped = ("content-length", "content-encoding", "transfer-encoding")
    return [(name, value) for name, value in headers.items() if name.lower() not in dropped]
