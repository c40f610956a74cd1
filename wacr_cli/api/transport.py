"""Transports round the transport of httpx, or of the sample workspace; each adds one behaviour.

From the outside in: :class:`RetryTransport` retries what can succeed later, :class:`RateLimitTransport` waits for the
rate limiter, :class:`LoggingTransport` writes the debug log, and :class:`DeadlineTransport` reads the complete response
within the deadline and reports the call.
"""

from __future__ import annotations

import json
import random
import re
import ssl
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

import httpx

from wacr_cli.api.rate_limiter import RateLimiter
from wacr_cli.core.errors import BadResponseError, RateLimitError, UnavailableError
from wacr_cli.core.progress import Call, Progress
from wacr_cli.core.times import Clock, format_duration
from wacr_cli.settings.redaction import mask_numbers

RETRIED_STATUSES = frozenset((408, 425, 429, 500, 502, 503, 504))
TRIES = 4
BACKOFF_CAP = 30.0
"""Seconds: the longest wait that the API did not ask for."""

MAX_BYTES = 64 * 2**20
"""The largest decoded body of a response; a hundred rows take about 100 kB."""


def check_size(size: int) -> None:
    """Raise :class:`BadResponseError` for a body of more than :data:`MAX_BYTES`."""
    if size > MAX_BYTES:
        raise BadResponseError(f"a response of more than {MAX_BYTES // 2**20} MiB", "Request fewer rows or fields.")


class RetryTransport(httpx.BaseTransport):
    """Retries a GET, ``tries`` attempts in all, after exponential backoff with full jitter or the wait asked for."""

    def __init__(
        self,
        inner: httpx.BaseTransport,
        clock: Clock,
        *,
        max_wait: float = 300,
        tries: int = TRIES,
        limiter: RateLimiter | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._inner = inner
        self._clock = clock
        self._max_wait = max_wait
        self._tries = tries
        self._limiter = limiter
        self._progress = progress or Progress()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the first response that is not worth a retry, or the last one."""
        tries = self._tries if request.method == "GET" else 1
        for attempt in range(1, tries):
            try:
                response = self._inner.handle_request(request)
            except (httpx.TransportError, httpx.DecodingError) as error:
                if is_certificate_failure(error):
                    raise
                self._wait(self._backoff(attempt), f"a retry after {describe_failure(error)}")
                continue
            if response.status_code not in RETRIED_STATUSES:
                return response
            self._wait_as_requested(response, attempt)
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()

    def _wait_as_requested(self, response: httpx.Response, attempt: int) -> None:
        requested = parse_retry_delay(response.headers, self._clock.time())
        seconds = self._backoff(attempt) if requested is None else max(1.0, requested)
        if seconds > self._max_wait:
            raise _wait_error(response.status_code, seconds, self._max_wait)
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS and self._limiter:
            self._limiter.pause(seconds)
        self._wait(seconds, f"the API, which responded {response.status_code}")

    def _backoff(self, attempt: int) -> float:
        return random.uniform(0, min(BACKOFF_CAP, self._max_wait, 2.0**attempt))  # noqa: S311 - jitter, not a secret

    def _wait(self, seconds: float, reason: str) -> None:
        end = self._clock.monotonic() + seconds
        while (left := end - self._clock.monotonic()) > 0:
            self._progress.waiting(left, reason)
            self._clock.sleep(min(1.0, left))
        self._progress.waiting(0, reason)


def _wait_error(status: int, seconds: float, max_wait: float) -> UnavailableError | RateLimitError:
    wait, limit = format_duration(seconds), format_duration(max_wait)
    message = f"the API responded {status} and asks to wait {wait}, longer than --max-wait {limit}"
    kind = RateLimitError if status == httpx.codes.TOO_MANY_REQUESTS else UnavailableError
    return kind(message, "Try again later, or allow a longer wait with --max-wait.")


def parse_retry_delay(headers: httpx.Headers, now: float) -> float | None:
    """Return the wait that a response asks for, in seconds; None where it has no valid one.

    ``now`` is in seconds since the epoch. Sources: RFC 9110 10.2.3 and the throttle middleware of Laravel.
    """
    word = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,12}", word):
        return float(word)
    if word:
        try:
            date = parsedate_to_datetime(word)
            return max(0.0, date.replace(tzinfo=date.tzinfo or UTC).timestamp() - now)
        except (ValueError, OverflowError):
            pass  # not one of the two forms: ignored
    reset = headers.get("X-RateLimit-Reset", "").strip()
    return max(0.0, float(reset) - now) if re.fullmatch(r"[0-9]{1,12}", reset) else None


class RateLimitTransport(httpx.BaseTransport):
    """Makes a call when the rate limiter allows it, and passes the headers of the response on to the limiter."""

    def __init__(self, inner: httpx.BaseTransport, limiter: RateLimiter) -> None:
        self._inner = inner
        self._limiter = limiter

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the inner transport's response."""
        with self._limiter.acquire():
            response = self._inner.handle_request(request)
        limit, remaining = (
            _parse_integer(response.headers.get(f"X-RateLimit-{name}")) for name in ("Limit", "Remaining")
        )
        self._limiter.observe(limit, remaining)
        return response

    def close(self) -> None:
        """Close the inner transport and the rate limiter."""
        self._inner.close()
        self._limiter.close()


def _parse_integer(word: str | None) -> int | None:
    return int(word) if word and re.fullmatch(r"[0-9]{1,7}", word) else None


class Deadline:
    """The moment by which the current request must be over; transports and sockets share it."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._end = 0.0

    def start(self) -> None:
        """Start counting now."""
        self._end = self._clock.monotonic() + self._seconds

    def left(self) -> float:
        """Return the seconds that are left; raise :class:`httpx.ReadTimeout` where none are."""
        left = self._end - self._clock.monotonic()
        if left <= 0:
            raise httpx.ReadTimeout(f"no complete response within {format_duration(self._seconds)}")
        return left


class DeadlineTransport(httpx.BaseTransport):
    """Reads the complete response within the deadline, and reports the call to the listener."""

    def __init__(self, inner: httpx.BaseTransport, deadline: Deadline, clock: Clock, progress: Progress) -> None:
        self._inner = inner
        self._deadline = deadline
        self._clock = clock
        self._progress = progress

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the inner transport's response, its body read and decoded."""
        start = self._clock.monotonic()
        self._deadline.start()
        try:
            response = self._read(self._inner.handle_request(request))
        except httpx.HTTPError as error:
            self._report(request, describe_failure(error), start, None)
            raise
        except BadResponseError as error:
            self._report(request, error.message, start, None)
            raise
        left = _parse_integer(response.headers.get("X-RateLimit-Remaining"))
        self._report(request, response.status_code, start, left)
        return response

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()

    def _read(self, response: httpx.Response) -> httpx.Response:
        """Return the response with its body, which may have been read already."""
        if response.is_stream_consumed and "Content-Encoding" not in response.headers:
            check_size(len(response.content))
            return response
        body = self._read_body(response)
        headers = [(name, value) for name, value in response.headers.raw if name.lower() not in _ENCODING_HEADERS]
        return httpx.Response(
            response.status_code,
            headers=headers,
            content=body,
            extensions={name: value for name, value in response.extensions.items() if name == "reason_phrase"},
        )

    def _read_body(self, response: httpx.Response) -> bytes:
        parts, size = [], 0
        try:
            _check_encoding(response)
            check_size(int(response.headers.get("Content-Length", 0)))
            for part in response.iter_bytes():
                self._deadline.left()
                size += len(part)
                check_size(size)
                parts.append(part)
            if _is_cut_short(response):
                raise httpx.DecodingError("the compressed body is cut short")
        finally:
            response.close()
        return b"".join(parts)

    def _report(self, request: httpx.Request, outcome: int | str, start: float, left: int | None) -> None:
        query = _mask_query(request.url.params) if self._progress.detailed else ""
        seconds = self._clock.monotonic() - start
        path = _NUMBER_IN_PATH.sub(lambda found: found[1] + mask_numbers(found[2]), request.url.path)
        self._progress.called(Call(request.method, path, query, outcome, seconds, left))


class LoggingTransport(httpx.BaseTransport):
    """Logs each response without personal data: harmless headers, and the shape of the body."""

    def __init__(self, inner: httpx.BaseTransport, say: Callable[[str], None]) -> None:
        self._inner = inner
        self._say = say

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the inner transport's response, or raise its error."""
        try:
            response = self._inner.handle_request(request)
        except httpx.HTTPError as error:
            self._say(f"no response: {type(error).__name__}: {mask_numbers(str(error))}")
            raise
        headers = [f"{name}: {value}" for name, value in response.headers.items() if name in _LOGGED]
        body = response.read()
        self._say(f"response: {response.status_code}, {len(body)} bytes, {'; '.join(headers)}")
        self._say(f"shape: {_describe_body(body)}")
        return response

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()


_LOGGED = frozenset(("cf-ray", "content-type", "date", "retry-after", "server", "via")) | {
    f"x-ratelimit-{name}" for name in ("limit", "remaining", "reset")
}


def _describe_body(body: bytes) -> str:
    try:
        return shape(json.loads(body))
    except (ValueError, RecursionError):
        return "HTML" if body.lstrip()[:1] == b"<" else "not JSON"


def shape(value: object, depth: int = 0) -> str:
    """Return the structure of a JSON value without its contents; numbers about pages are shown."""
    if isinstance(value, dict) and depth < _MAX_DEPTH:
        parts = (
            f"{mask_numbers(key[:_MAX_KEY_LENGTH])}"
            + (f"={one}" if _is_page_number(key, one) else f": {shape(one, depth + 1)}")
            for key, one in value.items()
        )
        return "{" + ", ".join(list(parts)[:_MAX_KEYS]) + "}"
    if isinstance(value, list) and depth < _MAX_DEPTH:
        return f"[{len(value)} of {shape(value[0], depth + 1)}]" if value else "[]"
    return "null" if value is None else type(value).__name__


_MAX_DEPTH, _MAX_KEYS, _MAX_KEY_LENGTH = 6, 40, 40


def _is_page_number(key: str, value: object) -> bool:
    return key in ("total", "per_page", "current_page", "last_page", "has_more", "success") and not isinstance(
        value, str
    )


_NUMBER_IN_PATH = re.compile(r"(/comments/)(.*)")
"""The only path that contains a phone number."""


def _mask_query(params: httpx.QueryParams) -> str:
    return urlencode([(name, mask_numbers(value)) for name, value in params.multi_items()], safe="*[],:")


def _check_encoding(response: httpx.Response) -> None:
    """Refuse a coding that was not requested: httpx would decode several, one inside the other, without a limit."""
    if response.headers.get("Content-Encoding", "gzip").strip().lower() not in ("gzip", "deflate", "identity"):
        raise httpx.DecodingError("the response has a content coding that was not requested")


def _is_cut_short(response: httpx.Response) -> bool:
    """Return whether a compressed body ended before its own end marker, which httpx accepts."""
    decompressor = getattr(getattr(response, "_decoder", None), "decompressor", None)
    return response.num_bytes_downloaded > 0 and not getattr(decompressor, "eof", True)


_ENCODING_HEADERS = (b"content-encoding", b"content-length", b"transfer-encoding")
"""The headers that describe how a body was encoded and sent, which no longer applies once it is read."""


def is_certificate_failure(error: BaseException | None) -> bool:
    """Return whether an error comes from the server's certificate, so that no retry can succeed."""
    while error:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def describe_failure(error: Exception) -> str:
    """Return a short description of a failed call."""
    if isinstance(error, httpx.ConnectTimeout):
        return "no connection in time"
    if isinstance(error, httpx.TimeoutException):
        return "no complete response in time"
    if isinstance(error, httpx.ConnectError):
        return "no connection"
    if isinstance(error, httpx.DecodingError):
        return "a response that can't be decompressed"
    return "a broken connection"
