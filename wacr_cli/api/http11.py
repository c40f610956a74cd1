"""HTTP/1.1 to one host over one connection that is kept: what wacr asks of it, in a third of httpx's own time.

Requests and answers are httpx's. Every wait ends by the deadline. An answer is read whole and unpacked; one that is
cut short, or that is not HTTP, is an error of httpx's and costs the connection, as does whatever interrupts.
"""

from __future__ import annotations

import re
import select
import socket
import zlib
from typing import TYPE_CHECKING, NamedTuple

import httpx

from wacr_cli.api import transport

if TYPE_CHECKING:
    import ssl

    from wacr_cli.api.transport import Deadline

_MOST_HEAD = 2**16
"""Bytes: the most that the lines before a body may take, or those between two chunks."""

_AT_ONCE = 2**16
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: ([^\0\r\n]*))?")
_HEADER = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\0\r\n]*?)[ \t]*")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,15})[ \t]*(?:;[^\0\r\n]*)?")
_LENGTH = re.compile(rb"[0-9]{1,15}")
_NO_BODY = (204, 304)


class Direct(httpx.BaseTransport):
    """A transport to the host of ``url``, encrypted where a context is given."""

    def __init__(self, url: httpx.URL, deadline: Deadline, context: ssl.SSLContext | None = None) -> None:
        self._host = url.raw_host.decode("ascii")
        self._port = url.port or (443 if context else 80)
        self._deadline = deadline
        self._context = context
        self._connection: _Connection | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, whole. Raises :class:`httpx.TransportError`, :class:`httpx.DecodingError`, BadAnswerError."""
        try:
            connection = self._ready()
            connection.send(_written(request))
            head = connection.head()
            body = _unpacked(connection.body(head), head)
        except BaseException:
            self.close()
            raise
        if not head.kept or connection.has_more:
            self.close()
        reason = {"reason_phrase": head.reason, "http_version": b"HTTP/1.1"}
        headers = [(name, value) for name, value in head.headers if name.lower() not in transport.OF_THE_WIRE]
        return httpx.Response(head.status, headers=headers, content=body, extensions=reason)

    def close(self) -> None:
        """Close the connection."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def _ready(self) -> _Connection:
        """The connection, or a new one where the host has ended it or said what nobody asked."""
        if self._connection and self._connection.is_over:
            self.close()
        if self._connection is None:
            self._connection = _Connection(self._connected(), self._deadline)
        return self._connection

    def _reached(self) -> socket.socket:
        """A socket to the first of the host's addresses that can be reached; all of them have one deadline."""
        self._deadline.left()
        failure: OSError | None = None
        try:
            for *_, address in socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM):
                try:
                    return socket.create_connection((str(address[0]), self._port), self._deadline.left())
                except TimeoutError:
                    raise
                except OSError as error:
                    failure = error
            raise failure or OSError("no address")
        except TimeoutError as error:
            raise httpx.ConnectTimeout(str(error)) from error
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(str(error)) from error

    def _connected(self) -> socket.socket:
        plain = self._reached()
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context is None:
                return plain
            plain.settimeout(self._deadline.left())
            return self._context.wrap_socket(plain, server_hostname=self._host)
        except TimeoutError as error:
            plain.close()
            raise httpx.ConnectTimeout(str(error)) from error
        except (OSError, ValueError) as error:
            plain.close()
            raise httpx.ConnectError(str(error)) from error
        except BaseException:
            plain.close()
            raise


class _Head(NamedTuple):
    """What stands before a body. ``length`` is None where its end is not told beforehand."""

    status: int
    reason: bytes
    headers: list[tuple[bytes, bytes]]
    kept: bool
    chunked: bool
    length: int | None
    packed: list[bytes]


class _Connection:
    """A connected socket, and what was received and not yet read."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._deadline = deadline
        self._got = bytearray()

    @property
    def has_more(self) -> bool:
        """Whether more was received than was read."""
        return bool(self._got)

    @property
    def is_over(self) -> bool:
        """Whether there is something to read though nothing was asked: the end, as a rule."""
        if not hasattr(select, "poll"):
            return bool(select.select([self._sock], [], [], 0)[0])
        poll = select.poll()  # which knows no largest file number, as select does
        poll.register(self._sock, select.POLLIN)
        return bool(poll.poll(0))

    def close(self) -> None:
        self._sock.close()

    def send(self, data: bytes) -> None:
        self._sock.settimeout(self._deadline.left())
        try:
            self._sock.sendall(data)
        except TimeoutError as error:
            raise httpx.WriteTimeout(str(error)) from error
        except OSError:
            # Whoever answers before it has heard all may have closed its ear; what it says, or why not, is read next.
            return

    def head(self) -> _Head:
        """The next lines that end with an empty one, but for those that only say that more will come."""
        while True:
            while not (end := _END_OF_HEAD.search(self._got)):
                if len(self._got) > _MOST_HEAD:
                    raise httpx.RemoteProtocolError("headers without an end")
                if not self._more():
                    what = "an answer cut short in its headers" if self._got else "no answer"
                    raise httpx.RemoteProtocolError(f"the connection was closed: {what}")
            head = _read_head(bytes(self._got[: end.start()]))
            del self._got[: end.end()]
            if head.status == 101:
                raise httpx.RemoteProtocolError("another protocol, which nobody asked for")
            if head.status >= 200:
                return head

    def body(self, head: _Head) -> bytes:
        """The body, as it came."""
        if head.status in _NO_BODY:
            return b""
        if head.chunked:
            return self._chunks()
        if head.length is not None:
            transport.check_size(head.length)
            return self._exactly(head.length)
        transport.check_size(len(self._got))
        while self._more():
            transport.check_size(len(self._got))
        return self._exactly(len(self._got))

    def _chunks(self) -> bytes:
        parts, size = [], 0
        while length := self._chunk_size():
            transport.check_size(size := size + length)
            parts.append(self._exactly(length))
            if self._line():
                raise httpx.RemoteProtocolError("a chunk longer than it says")
        while self._line():  # what comes after the last chunk is more headers, of no use here
            pass
        return b"".join(parts)

    def _chunk_size(self) -> int:
        found = _CHUNK.fullmatch(line := self._line())
        if not found:
            raise httpx.RemoteProtocolError(f"a chunk of no size: {line[:40]!r}")
        return int(found[1], 16)

    def _line(self) -> bytes:
        """The next line, without its end."""
        while (end := self._got.find(b"\n")) < 0:
            if len(self._got) > _MOST_HEAD or not self._more():
                raise httpx.RemoteProtocolError("an answer cut short between two chunks")
        line = bytes(self._got[:end])
        del self._got[: end + 1]
        return line.removesuffix(b"\r")

    def _exactly(self, length: int) -> bytes:
        """So many bytes."""
        while len(self._got) < length:
            if not self._more():
                raise httpx.RemoteProtocolError(f"an answer cut short: {len(self._got)} bytes of {length}")
        with memoryview(self._got) as got:
            some = bytes(got[:length])
        del self._got[:length]
        return some

    def _more(self) -> int:
        """Wait for more, and say how many bytes came: none at the end."""
        self._sock.settimeout(self._deadline.left())
        try:
            some = self._sock.recv(_AT_ONCE)
        except TimeoutError as error:
            raise httpx.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpx.ReadError(str(error)) from error
        self._got += some
        return len(some)


def _written(request: httpx.Request) -> bytes:
    """A request, as it is sent."""
    first = b"%b %b HTTP/1.1\r\n" % (request.method.encode("ascii"), request.url.raw_path)
    lines = [b"%b: %b\r\n" % header for header in request.headers.raw]
    return b"".join((first, *lines, b"\r\n", request.read()))


def _read_head(data: bytes) -> _Head:
    first, *lines = _FOLD.sub(b" ", data).split(b"\n")
    status = _STATUS.fullmatch(first.removesuffix(b"\r"))
    found = [_HEADER.fullmatch(line.removesuffix(b"\r")) for line in lines]
    headers = [(header[1], header[2]) for header in found if header]
    if not status or len(headers) < len(found):
        raise httpx.RemoteProtocolError("what came is not HTTP")
    connection, codings = _words(headers, b"connection"), _words(headers, b"transfer-encoding")
    if codings not in ([], [b"chunked"]):
        raise httpx.RemoteProtocolError(f"an unknown transfer-encoding: {b', '.join(codings)!r}")
    length = None if codings else _length(headers)
    told = bool(codings) or length is not None or int(status[2]) in _NO_BODY
    kept = told and b"close" not in connection and (status[1] == b"1" or b"keep-alive" in connection)
    packed = _words(headers, b"content-encoding")
    return _Head(int(status[2]), status[3] or b"", headers, kept, bool(codings), length, packed)


def _words(headers: list[tuple[bytes, bytes]], name: bytes) -> list[bytes]:
    """The words of a header, which may come several times, in lower case."""
    values = [value for one, value in headers if one.lower() == name]
    return [word for value in values for part in value.split(b",") if (word := part.strip().lower())]


def _length(headers: list[tuple[bytes, bytes]]) -> int | None:
    """What the headers say of the body's length; said twice, it has to be the same."""
    values = {value for name, value in headers if name.lower() == b"content-length"}
    if not values:
        return None
    value = values.pop()
    if values or not _LENGTH.fullmatch(value):
        raise httpx.RemoteProtocolError(f"a content-length of no size: {value[:40]!r}")
    return int(value)


def _unpacked(body: bytes, head: _Head) -> bytes:
    """A body out of what it was packed in; what nobody asked to pack it in is left to whoever reads it."""
    for coding in reversed(head.packed):
        if coding in (b"gzip", b"x-gzip"):
            body = _inflated(body, zlib.MAX_WBITS | 16)
        elif coding == b"deflate":
            try:
                body = _inflated(body, zlib.MAX_WBITS)
            except httpx.DecodingError:  # some leave zlib's header out
                body = _inflated(body, -zlib.MAX_WBITS)
    return body


def _inflated(body: bytes, form: int) -> bytes:
    if not body:
        return b""
    unpacker = zlib.decompressobj(form)
    try:
        plain = unpacker.decompress(body, transport.MOST_BYTES + 1)
    except zlib.error as error:
        raise httpx.DecodingError(str(error)) from error
    transport.check_size(len(plain))
    if not unpacker.eof:
        raise httpx.DecodingError("the packed answer ends too soon")
    return plain
