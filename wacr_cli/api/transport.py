"""What stands between the client and the wire, each a small transport round another.

From the outside in: :class:`Retrying` (tries again what may be tried again), :class:`Paced` (waits for the
budget), :class:`Watched` (reads the whole answer within a deadline, and tells the listener of the call), and
the transport of httpx itself, or the sample workspace.
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

from wacr_cli.api.rate_limiter import Budget
from wacr_cli.core.errors import BadAnswerError, RateLimitError, ServiceError
from wacr_cli.core.progress import Call, Progress
from wacr_cli.core.times import Clock, span
from wacr_cli.settings.redaction import mask_numbers

RETRIED_STATUSES = frozenset((408, 425, 429, 500, 502, 503, 504))
TRIES = 4
BACKOFF_CAP = 30.0
"""Seconds: the longest wait that was not asked for by the service."""

MOST_BYTES = 64 * 2**20
"""The most that one answer may hold, unpacked: a hundred rows are some 100 kB."""


def check_size(size: int) -> None:
    """Refuse an answer that is too large."""
    if size > MOST_BYTES:
        raise BadAnswerError(f"an answer of more than {MOST_BYTES // 2**20} MiB", "Ask for fewer rows.")


class Retrying(httpx.BaseTransport):
    """Tries a GET again, up to ``tries`` times in all, after a wait with full jitter or the one asked for."""

    def __init__(
        self,
        inner: httpx.BaseTransport,
        clock: Clock,
        *,
        max_wait: float = 300,
        tries: int = TRIES,
        budget: Budget | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._inner = inner
        self._clock = clock
        self._max_wait = max_wait
        self._tries = tries
        self._budget = budget
        self._progress = progress or Progress()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The first answer that is not worth another try, or the last."""
        tries = self._tries if request.method == "GET" else 1
        for attempt in range(1, tries):
            try:
                response = self._inner.handle_request(request)
            except (httpx.TransportError, httpx.DecodingError) as error:
                if is_certificate_failure(error):
                    raise
                self._wait(self._backoff(attempt), f"another try, after {describe_failure(error)}")
                continue
            if response.status_code not in RETRIED_STATUSES:
                return response
            self._wait_as_asked(response, attempt)
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close what is below."""
        self._inner.close()

    def _wait_as_asked(self, response: httpx.Response, attempt: int) -> None:
        asked = seconds_asked(response.headers, self._clock.time())
        seconds = self._backoff(attempt) if asked is None else max(1.0, asked)
        if seconds > self._max_wait:
            raise _too_long(response.status_code, seconds, self._max_wait)
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS and self._budget:
            self._budget.block(seconds)
        self._wait(seconds, f"the service, which answered {response.status_code}")

    def _backoff(self, attempt: int) -> float:
        return random.uniform(0, min(BACKOFF_CAP, self._max_wait, 2.0**attempt))  # noqa: S311 - jitter, not a secret

    def _wait(self, seconds: float, reason: str) -> None:
        end = self._clock.monotonic() + seconds
        while (left := end - self._clock.monotonic()) > 0:
            self._progress.waiting(left, reason)
            self._clock.sleep(min(1.0, left))
        self._progress.waiting(0, reason)


def _too_long(status: int, seconds: float, max_wait: float) -> ServiceError | RateLimitError:
    message = (
        f"the service answered {status} and asks for a wait of {span(seconds)}, more than --max-wait {span(max_wait)}"
    )
    kind = RateLimitError if status == httpx.codes.TOO_MANY_REQUESTS else ServiceError
    return kind(message, "Run it later, or allow a longer wait.")


def seconds_asked(headers: httpx.Headers, now: float) -> float | None:
    """The wait that an answer asks for, in seconds, or None where it names none that makes sense."""
    word = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,12}", word):
        return float(word)
    if word:
        try:
            date = parsedate_to_datetime(word)
            return max(0.0, date.replace(tzinfo=date.tzinfo or UTC).timestamp() - now)
        except (ValueError, OverflowError):
            pass  # neither of the two forms: as if it were absent
    reset = headers.get("X-RateLimit-Reset", "").strip()
    return max(0.0, float(reset) - now) if re.fullmatch(r"[0-9]{1,12}", reset) else None


class Paced(httpx.BaseTransport):
    """Makes a call when the budget allows one, and tells the budget what the answer says of it."""

    def __init__(self, inner: httpx.BaseTransport, budget: Budget) -> None:
        self._inner = inner
        self._budget = budget

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The inner transport's answer."""
        with self._budget.call():
            response = self._inner.handle_request(request)
        limit, remaining = (_whole(response.headers.get(f"X-RateLimit-{name}")) for name in ("Limit", "Remaining"))
        self._budget.observe(limit, remaining)
        return response

    def close(self) -> None:
        """Close what is below, and the budget."""
        self._inner.close()
        self._budget.close()


def _whole(word: str | None) -> int | None:
    return int(word) if word and re.fullmatch(r"[0-9]{1,7}", word) else None


class Deadline:
    """The moment by which the request at hand has to be over; shared with the sockets below."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._end = 0.0

    def start(self) -> None:
        """Count from now."""
        self._end = self._clock.monotonic() + self._seconds

    def left(self) -> float:
        """Seconds that are left; :class:`httpx.ReadTimeout` where there are none."""
        left = self._end - self._clock.monotonic()
        if left <= 0:
            raise httpx.ReadTimeout(f"no whole answer within {span(self._seconds)}")
        return left


class Watched(httpx.BaseTransport):
    """Reads the whole answer, within the deadline, and tells the listener how the call went."""

    def __init__(self, inner: httpx.BaseTransport, deadline: Deadline, clock: Clock, progress: Progress) -> None:
        self._inner = inner
        self._deadline = deadline
        self._clock = clock
        self._progress = progress

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The inner transport's answer, its body read and unpacked."""
        start = self._clock.monotonic()
        self._deadline.start()
        try:
            response = self._read(self._inner.handle_request(request))
        except httpx.HTTPError as error:
            self._tell(request, describe_failure(error), start, None)
            raise
        except BadAnswerError as error:
            self._tell(request, error.message, start, None)
            raise
        left = _whole(response.headers.get("X-RateLimit-Remaining"))
        self._tell(request, response.status_code, start, left)
        return response

    def close(self) -> None:
        """Close what is below."""
        self._inner.close()

    def _read(self, response: httpx.Response) -> httpx.Response:
        """The response with its body, which may be there already."""
        if response.is_stream_consumed and "Content-Encoding" not in response.headers:
            check_size(len(response.content))
            return response
        body = self._body(response)
        headers = [(name, value) for name, value in response.headers.raw if name.lower() not in OF_THE_WIRE]
        return httpx.Response(response.status_code, headers=headers, content=body)

    def _body(self, response: httpx.Response) -> bytes:
        parts, size = [], 0
        try:
            for part in response.iter_bytes():
                self._deadline.left()
                size += len(part)
                check_size(size)
                parts.append(part)
            if _ends_too_soon(response):
                raise httpx.DecodingError("the packed answer ends too soon")
        finally:
            response.close()
        return b"".join(parts)

    def _tell(self, request: httpx.Request, outcome: int | str, start: float, left: int | None) -> None:
        query = _masked(request.url.params) if self._progress.detailed else ""
        seconds = self._clock.monotonic() - start
        path = _NUMBER_IN_PATH.sub(lambda found: found[1] + mask_numbers(found[2]), request.url.path)
        self._progress.called(Call(request.method, path, query, outcome, seconds, left))


class Logged(httpx.BaseTransport):
    """Writes down how each answer looks: its headers that say nothing of anybody, and the shape of its body."""

    def __init__(self, inner: httpx.BaseTransport, say: Callable[[str], None]) -> None:
        self._inner = inner
        self._say = say

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The inner transport's answer, or failure."""
        try:
            response = self._inner.handle_request(request)
        except httpx.HTTPError as error:
            self._say(f"no answer: {type(error).__name__}: {mask_numbers(str(error))}")
            raise
        headers = [f"{name}: {value}" for name, value in response.headers.items() if name in _LOGGED]
        body = response.read()
        self._say(f"answer: {response.status_code}, {len(body)} bytes, {'; '.join(headers)}")
        self._say(f"shape: {_shape_of(body)}")
        return response

    def close(self) -> None:
        """Close what is below."""
        self._inner.close()


_LOGGED = frozenset(("cf-ray", "content-type", "date", "retry-after", "server", "via")) | {
    f"x-ratelimit-{name}" for name in ("limit", "remaining", "reset")
}


def _shape_of(body: bytes) -> str:
    try:
        return shape(json.loads(body))
    except (ValueError, RecursionError):
        return "HTML" if body.lstrip()[:1] == b"<" else "not JSON"


def shape(value: object, depth: int = 0) -> str:
    """What a JSON value is made of, without what it says; numbers of pages are told."""
    if isinstance(value, dict) and depth < _DEEPEST:
        parts = (
            f"{mask_numbers(key[:_LONGEST])}"
            + (f"={one}" if _is_page_number(key, one) else f": {shape(one, depth + 1)}")
            for key, one in value.items()
        )
        return "{" + ", ".join(list(parts)[:_WIDEST]) + "}"
    if isinstance(value, list) and depth < _DEEPEST:
        return f"[{len(value)} of {shape(value[0], depth + 1)}]" if value else "[]"
    return "null" if value is None else type(value).__name__


_DEEPEST, _WIDEST, _LONGEST = 6, 40, 40


def _is_page_number(key: str, value: object) -> bool:
    return key in ("total", "per_page", "current_page", "last_page", "has_more", "success") and not isinstance(
        value, str
    )


_NUMBER_IN_PATH = re.compile(r"(/comments/)(.*)")
"""The one kind of path that has a telephone number in it."""


def _masked(params: httpx.QueryParams) -> str:
    return urlencode([(name, mask_numbers(value)) for name, value in params.multi_items()], safe="*[],:")


def _ends_too_soon(response: httpx.Response) -> bool:
    """Whether a packed body stopped before its own end, which httpx lets pass."""
    unpacker = getattr(getattr(response, "_decoder", None), "decompressor", None)
    return response.num_bytes_downloaded > 0 and not getattr(unpacker, "eof", True)


OF_THE_WIRE = (b"content-encoding", b"content-length", b"transfer-encoding")
"""The headers that speak of how an answer was packed and sent, of which nothing is left once it is read."""


def is_certificate_failure(error: BaseException | None) -> bool:
    """Whether a failure comes of the server's certificate, so that no other try will mend it."""
    while error:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def describe_failure(error: Exception) -> str:
    """A few words on a failed call."""
    if isinstance(error, httpx.ConnectTimeout):
        return "no connection in time"
    if isinstance(error, httpx.TimeoutException):
        return "no whole answer in time"
    if isinstance(error, httpx.ConnectError):
        return "no connection"
    if isinstance(error, httpx.DecodingError):
        return "an answer that does not unpack"
    return "a broken connection"
