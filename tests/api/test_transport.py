"""Transports: what is retried, how long they wait, and what is reported of each call."""

from __future__ import annotations

import gzip
import ssl
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import httpcore
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wacr_cli.api import transport as transport_module
from wacr_cli.api.transport import (
    MAX_BYTES,
    RETRIED_STATUSES,
    TRIES,
    Deadline,
    DeadlineTransport,
    RetryTransport,
    is_certificate_failure,
    parse_retry_delay,
)
from wacr_cli.core.errors import BadResponseError, RateLimitError, UnavailableError
from wacr_cli.core.progress import Call, Progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

URL = "https://shop.example/api/v2/messages"
NOON = 1_800_000_000.0


class FakeClock:
    """A clock that goes on when someone sleeps, and at no other time."""

    def __init__(self) -> None:
        self.slept = 0.0

    def now(self) -> datetime:
        """The present."""
        return datetime.fromtimestamp(self.time(), UTC)

    def time(self) -> float:
        """Seconds since the epoch."""
        return NOON + self.slept

    def monotonic(self) -> float:
        """Seconds that were slept."""
        return self.slept

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        assert seconds > 0
        self.slept += seconds


class Service(httpx.BaseTransport):
    """Answers with each of these in turn, the last one for ever; an exception is raised."""

    def __init__(self, *answers: int | Exception | httpx.Response) -> None:
        self.answers = answers
        self.calls = 0
        self.closed = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The next answer."""
        answer = self.answers[min(self.calls, len(self.answers) - 1)]
        self.calls += 1
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer) if isinstance(answer, int) else answer

    def close(self) -> None:
        """Note it."""
        self.closed = True


class Listener(Progress):
    """Records what is reported."""

    detailed = True

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.waits: list[tuple[float, str]] = []

    def called(self, call: Call) -> None:
        """Keep it."""
        self.calls.append(call)

    def waiting(self, seconds: float, reason: str) -> None:
        """Keep it."""
        self.waits.append((seconds, reason))


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands still unless someone sleeps."""
    return FakeClock()


def get(method: str = "GET", **params: str) -> httpx.Request:
    """A request for messages."""
    return httpx.Request(method, URL, params=params)


def certificate_error() -> httpx.ConnectError:
    """What httpx raises where a certificate can't be trusted, the true cause two steps below."""
    try:
        try:
            try:
                raise ssl.SSLCertVerificationError("self-signed")
            except ssl.SSLError as error:
                raise httpcore.ConnectError(str(error)) from error
        except httpcore.ConnectError as error:
            raise httpx.ConnectError(str(error)) from error
    except httpx.ConnectError as error:
        return error


FAILURES = [
    httpx.ConnectError("refused"),
    httpx.ConnectTimeout("slow"),
    httpx.ReadError("reset"),
    httpx.ReadTimeout("slow"),
    httpx.WriteError("reset"),
    httpx.RemoteProtocolError("cut short"),
    httpx.ProxyError("no"),
    httpx.DecodingError("not gzip"),
]


class TestRetrying:
    """A GET is tried again where that may help."""

    @pytest.mark.parametrize("status", sorted(RETRIED_STATUSES))
    def test_statuses(self, clock: FakeClock, status: int) -> None:
        """A passing failure is tried again until it has passed, after a wait."""
        service = Service(status, status, 200)
        assert RetryTransport(service, clock).handle_request(get()).status_code == 200
        assert service.calls == 3
        assert 0 < clock.slept <= 2 + 4

    @pytest.mark.parametrize("status", [200, 204, 301, 302, 307, 400, 401, 403, 404, 405, 410, 422, 501, 505])
    def test_final_statuses(self, clock: FakeClock, status: int) -> None:
        """Any other answer is the answer."""
        service = Service(status)
        assert RetryTransport(service, clock).handle_request(get()).status_code == status
        assert (service.calls, clock.slept) == (1, 0)

    @pytest.mark.parametrize("status", sorted(RETRIED_STATUSES))
    def test_last_try(self, clock: FakeClock, status: int) -> None:
        """After four tries in all the last answer counts, whatever it is."""
        service = Service(status)
        assert RetryTransport(service, clock).handle_request(get()).status_code == status
        assert service.calls == TRIES == 4
        assert clock.slept <= 2 + 4 + 8

    @pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
    def test_failures(self, clock: FakeClock, error: Exception) -> None:
        """A failure of the network is tried again, and comes through where it lasts."""
        passing = Service(error, error, error, 200)
        assert RetryTransport(passing, clock).handle_request(get()).status_code == 200
        lasting = Service(error)
        with pytest.raises(type(error)):
            RetryTransport(lasting, clock).handle_request(get())
        assert (passing.calls, lasting.calls) == (4, 4)

    @pytest.mark.parametrize("error", [UnavailableError("x"), BadResponseError("x"), RateLimitError("x")], ids=repr)
    def test_told_failures(self, clock: FakeClock, error: Exception) -> None:
        """What is already told as a failure is not tried again."""
        service = Service(error)
        with pytest.raises(type(error)):
            RetryTransport(service, clock).handle_request(get())
        assert service.calls == 1

    def test_certificates(self, clock: FakeClock) -> None:
        """An untrusted certificate is not retried."""
        service = Service(certificate_error())
        with pytest.raises(httpx.ConnectError):
            RetryTransport(service, clock).handle_request(get())
        assert (service.calls, clock.slept) == (1, 0)

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
    @pytest.mark.parametrize("answer", [429, 503, httpx.ReadError("reset")], ids=str)
    def test_other_methods(self, clock: FakeClock, method: str, answer: int | httpx.ReadError) -> None:
        """What may change something is sent once."""
        service = Service(answer)
        if isinstance(answer, int):
            assert RetryTransport(service, clock).handle_request(get(method)).status_code == answer
        else:
            with pytest.raises(httpx.ReadError):
                RetryTransport(service, clock).handle_request(get(method))
        assert service.calls == 1

    def test_one_try(self, clock: FakeClock) -> None:
        """Retries can be switched off."""
        service = Service(503)
        assert RetryTransport(service, clock, tries=1).handle_request(get()).status_code == 503
        assert service.calls == 1

    def test_close(self, clock: FakeClock) -> None:
        """Closing goes through to the wire."""
        service = Service(200)
        RetryTransport(DeadlineTransport(service, Deadline(clock, 30), clock, Progress()), clock).close()
        assert service.closed


def date(seconds: float) -> str:
    """An HTTP date, so many seconds from now."""
    return format_datetime(datetime.fromtimestamp(NOON, UTC) + timedelta(seconds=seconds), usegmt=True)


class TestWaits:
    """The service says how long."""

    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({"Retry-After": "7"}, 7),
            ({"Retry-After": " 7 "}, 7),
            ({"Retry-After": "0"}, 1),
            ({"Retry-After": date(90)}, 90),
            ({"Retry-After": date(90).replace("GMT", "-0000")}, 90),
            ({"Retry-After": date(0)}, 1),
            ({"Retry-After": date(-3600)}, 1),
            ({"X-RateLimit-Reset": str(int(NOON) + 42)}, 42),
            ({"X-RateLimit-Reset": str(int(NOON) - 42)}, 1),
            ({"Retry-After": "7", "X-RateLimit-Reset": str(int(NOON) + 42)}, 7),
            ({"Retry-After": "soon", "X-RateLimit-Reset": str(int(NOON) + 42)}, 42),
            ({"Retry-After": "-1", "X-RateLimit-Reset": str(int(NOON) + 42)}, 42),
        ],
    )
    @pytest.mark.parametrize("status", [429, 503])
    def test_asked(self, clock: FakeClock, status: int, headers: dict[str, str], seconds: float) -> None:
        """Seconds, a date or the time of the reset are waited to the second, and never less than one."""
        service = Service(httpx.Response(status, headers=headers), 200)
        assert RetryTransport(service, clock).handle_request(get()).status_code == 200
        assert clock.slept == pytest.approx(seconds)

    @pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/New_York"])
    @pytest.mark.parametrize("end", ["GMT", "-0000", ""])
    def test_dates_are_in_utc(self, monkeypatch: pytest.MonkeyPatch, zone: str, end: str) -> None:
        """A date is in UTC, wherever this machine is and whether the date says so or not."""
        word = date(90).replace("GMT", end).strip()
        with monkeypatch.context() as patch:
            patch.setenv("TZ", zone)
            time.tzset()
            asked = parse_retry_delay(httpx.Headers({"Retry-After": word}), NOON)
        time.tzset()
        assert asked == pytest.approx(90)

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Retry-After": ""},
            {"Retry-After": "-1"},
            {"Retry-After": "soon"},
            {"Retry-After": "1.5"},
            {"Retry-After": "9" * 30},
            {"Retry-After": "Mon, 99 Foo 2026 99:99:99 GMT"},
            {"X-RateLimit-Reset": "never"},
            {"X-RateLimit-Reset": "-5"},
        ],
    )
    def test_not_asked(self, clock: FakeClock, headers: dict[str, str]) -> None:
        """What makes no sense is as if it were absent: the wait is our own."""
        service = Service(httpx.Response(503, headers=headers), 200)
        assert RetryTransport(service, clock).handle_request(get()).status_code == 200
        assert clock.slept <= 2

    @pytest.mark.parametrize(
        ("status", "kind"), [(429, RateLimitError), (503, UnavailableError), (500, UnavailableError)]
    )
    @pytest.mark.parametrize("headers", [{"Retry-After": "999999"}, {"X-RateLimit-Reset": str(int(NOON) + 301)}])
    def test_too_long(self, clock: FakeClock, status: int, kind: type[Exception], headers: dict[str, str]) -> None:
        """A wait longer than allowed is not begun; which failure it is depends on the answer."""
        service = Service(httpx.Response(status, headers=headers), 200)
        with pytest.raises(kind, match="longer than --max-wait 5m00s") as caught:
            RetryTransport(service, clock, max_wait=300).handle_request(get())
        assert type(caught.value) is kind
        assert (service.calls, clock.slept) == (1, 0)

    def test_just_allowed(self, clock: FakeClock) -> None:
        """A wait as long as is allowed is made."""
        service = Service(httpx.Response(429, headers={"Retry-After": "300"}), 200)
        assert RetryTransport(service, clock, max_wait=300).handle_request(get()).status_code == 200

    @pytest.mark.parametrize("answer", [503, httpx.ReadError("reset")], ids=str)
    def test_no_wait_allowed(self, clock: FakeClock, answer: int | httpx.ReadError) -> None:
        """A backoff is never longer than allowed either."""
        service = Service(answer, answer, answer, 200)
        assert RetryTransport(service, clock, max_wait=0).handle_request(get()).status_code == 200
        assert (service.calls, clock.slept) == (4, 0)

    def test_told(self, clock: FakeClock) -> None:
        """A wait is reported about once a second, and when it is over."""
        listener = Listener()
        service = Service(httpx.Response(429, headers={"Retry-After": "3"}), 200)
        RetryTransport(service, clock, progress=listener).handle_request(get())
        assert [seconds for seconds, _ in listener.waits] == pytest.approx([3, 2, 1, 0])
        assert all("429" in reason for _, reason in listener.waits)

    @settings(deadline=None)
    @given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, [0-9]+ [A-Z][a-z]{2} [0-9]+ [0-9:]+ .*"), st.text())
    def test_any_header(self, after: str, reset: str) -> None:
        """No header makes reading it fail, or asks to wait less than nothing."""
        headers = httpx.Headers(
            [
                (b"Retry-After", after.encode("utf-8", "replace")),
                (b"X-RateLimit-Reset", reset.encode("utf-8", "replace")),
            ]
        )
        asked = parse_retry_delay(headers, NOON)
        assert asked is None or asked >= 0


class TestWatched:
    """One call, read whole within its time, and told."""

    @staticmethod
    def watched(
        inner: httpx.BaseTransport, clock: FakeClock, seconds: float = 30
    ) -> tuple[DeadlineTransport, Listener]:
        """A watched transport and its listener."""
        listener = Listener()
        return DeadlineTransport(inner, Deadline(clock, seconds), clock, listener), listener

    def test_read_and_unpacked(self, clock: FakeClock) -> None:
        """The body is there, unpacked, and so are the headers, but for those that spoke of its packing."""
        packed = httpx.Response(
            200, headers={"Content-Encoding": "gzip", "X-Own": "1"}, stream=Chunks([gzip.compress(b"hello", mtime=0)])
        )
        watched, _ = self.watched(Service(packed), clock)
        response = watched.handle_request(get())
        assert response.content == b"hello"
        assert response.headers["X-Own"] == "1"
        assert "Content-Encoding" not in response.headers

    def test_deadline(self, clock: FakeClock) -> None:
        """A body that drips is cut off when the time is up, however steadily it drips."""

        def drip() -> Iterator[bytes]:
            while True:
                clock.sleep(1)
                yield b" "

        body = Chunks(drip())
        watched, listener = self.watched(Service(httpx.Response(200, stream=body)), clock, 10)
        with pytest.raises(httpx.ReadTimeout, match="within 10s"):
            watched.handle_request(get())
        assert clock.slept == pytest.approx(10)
        assert body.closed
        assert [call.outcome for call in listener.calls] == ["no complete response in time"]

    def test_each_call_has_its_own_time(self, clock: FakeClock) -> None:
        """The time runs from the beginning of each call."""
        watched, _ = self.watched(Service(200), clock, 10)
        for _ in range(3):
            clock.sleep(9)
            assert watched.handle_request(get()).status_code == 200

    def test_size(self, clock: FakeClock) -> None:
        """A body that never ends is cut off at its limit; the call is reported too."""
        piece = b"x" * 2**20

        def flood() -> Iterator[bytes]:
            while True:
                yield piece

        body = Chunks(flood())
        watched, listener = self.watched(Service(httpx.Response(200, stream=body)), clock)
        with pytest.raises(BadResponseError, match=f"more than {MAX_BYTES // 2**20} MiB"):
            watched.handle_request(get())
        assert body.closed
        assert body.given == MAX_BYTES // 2**20 + 1
        assert len(listener.calls) == 1

    def test_size_is_that_of_the_unpacked(self, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
        """A small packed body that unpacks to a large one is cut off as well."""
        monkeypatch.setattr(transport_module, "MAX_BYTES", 10_000)
        packed = httpx.Response(
            200, headers={"Content-Encoding": "gzip"}, stream=Chunks([gzip.compress(b"x" * 20_000, mtime=0)])
        )
        watched, _ = self.watched(Service(packed), clock)
        with pytest.raises(BadResponseError):
            watched.handle_request(get())

    @pytest.mark.parametrize(
        ("answer", "outcome", "left"),
        [
            (httpx.Response(200), 200, None),
            (httpx.Response(200, headers={"X-RateLimit-Remaining": "41"}), 200, 41),
            (httpx.Response(200, headers={"X-RateLimit-Remaining": "many"}), 200, None),
            (httpx.Response(503), 503, None),
            (httpx.ConnectError("x"), "no connection", None),
            (httpx.ConnectTimeout("x"), "no connection in time", None),
            (httpx.ReadTimeout("x"), "no complete response in time", None),
            (httpx.ReadError("x"), "a broken connection", None),
        ],
    )
    def test_told(
        self, clock: FakeClock, answer: httpx.Response | Exception, outcome: int | str, left: int | None
    ) -> None:
        """Each call is reported once: the request, its outcome, and the calls that are left."""
        watched, listener = self.watched(Service(answer), clock)
        if isinstance(answer, Exception):
            with pytest.raises(type(answer)):
                watched.handle_request(get(page="2"))
        else:
            watched.handle_request(get(page="2"))
        assert listener.calls == [Call("GET", "/api/v2/messages", "page=2", outcome, 0.0, left)]

    def test_every_try_is_told(self, clock: FakeClock) -> None:
        """A call that is retried is reported each time, with its duration."""

        class Slow(httpx.BaseTransport):
            def handle_request(self, request: httpx.Request) -> httpx.Response:
                clock.sleep(0.5)
                return httpx.Response(503)

        watched, listener = self.watched(Slow(), clock)
        RetryTransport(watched, clock).handle_request(get())
        assert [call.outcome for call in listener.calls] == [503] * 4
        assert [call.seconds for call in listener.calls] == pytest.approx([0.5] * 4)

    @pytest.mark.parametrize(
        ("search", "shown"),
        [
            ("+491701234567", "+**********67"),
            ("+49 170 123 45 67", "+** *** *** ** 67"),
            ("(0170) 123-4567", "(****) ***-**67"),
            ("call 491701234567 & 4915112345678", "call **********67 & ***********78"),
            ("invoice 2026", "invoice 2026"),
        ],
    )
    def test_masked(self, clock: FakeClock, search: str, shown: str) -> None:
        """Phone numbers in a search are masked, however they are written; it can still be read as a query string."""
        watched, listener = self.watched(Service(200), clock)
        watched.handle_request(get(search=search, page="7"))
        told = listener.calls[0].parameters
        assert parse_qsl(told) == [("search", shown), ("page", "7")]
        assert " " not in told

    def test_readable(self, clock: FakeClock) -> None:
        """The brackets and commas of filters are reported unchanged."""
        watched, listener = self.watched(Service(200), clock)
        watched.handle_request(get(**{"filter[type][in]": "text,image"}))
        assert listener.calls[0].parameters == "filter[type][in]=text,image"


class Chunks(httpx.SyncByteStream):
    """A body in pieces, that knows whether it was closed."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self.closed = False
        self.given = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.given += 1
            yield piece

    def close(self) -> None:
        """Note it."""
        self.closed = True


def test_certificate_failures() -> None:
    """A bad certificate is known wherever it stands among the causes."""
    assert is_certificate_failure(certificate_error())
    assert is_certificate_failure(ssl.SSLCertVerificationError())
    assert not is_certificate_failure(httpx.ConnectError("refused"))
    assert not is_certificate_failure(None)
