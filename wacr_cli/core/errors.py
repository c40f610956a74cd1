"""The failures of wacr, each with what went wrong, what to do, and its exit status.

::

    WacrError                     1  unforeseen, or writing failed
    ├── UsageError                2  a flag, a value or the configuration is wrong
    ├── NotFoundError             3  the API has no such thing (404)
    ├── AuthError                 4  no token, or one that was refused (401, 403)
    ├── RateLimitError            5  waiting longer than --max-wait
    ├── ServiceError              6  the network or the server failed, retries included
    ├── BadAnswerError            7  an answer that is not what the API documents
    ├── IncompleteError           8  some rows could not be read, and it says which
    └── BusyError                 9  another wacr holds the file

Interrupted is 130, terminated 143, reader gone 141: these are no errors and print nothing.
"""

from __future__ import annotations

EXIT_INTERRUPTED = 130
EXIT_READER_GONE = 141
EXIT_TERMINATED = 143


class WacrError(Exception):
    """A failure that is told in one line, with a second line for what to do about it.

    ``message`` and ``hint`` may hold untrusted text: whoever prints them makes them printable.
    ``code`` is a name for scripts, in the style of the API's own codes.
    """

    exit_status = 1
    default_code = "FAILED"

    def __init__(self, message: str, hint: str = "", *, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code or self.default_code

    def as_dict(self) -> dict[str, str | int]:
        """The failure as ``--format json`` reports it; ``status`` is the exit status."""
        return {"code": self.code, "message": self.message, "hint": self.hint, "status": self.exit_status}


class UsageError(WacrError):
    """A flag, a value or the configuration is wrong."""

    exit_status = 2
    default_code = "USAGE"


class NotFoundError(WacrError):
    """The API answered 404."""

    exit_status = 3
    default_code = "NOT_FOUND"


class AuthError(WacrError):
    """No token, or the API refused it: as a token, or, where ``scope`` is not None, for want of that scope.

    An empty ``scope`` is one that nobody could name.
    """

    exit_status = 4
    default_code = "UNAUTHORIZED"

    def __init__(self, message: str, hint: str = "", *, code: str = "", scope: str | None = None) -> None:
        super().__init__(message, hint, code=code)
        self.scope = scope


class RateLimitError(WacrError):
    """The call limit would keep this run waiting longer than it may."""

    exit_status = 5
    default_code = "RATE_LIMIT_EXCEEDED"


class ServiceError(WacrError):
    """The network or the server failed."""

    exit_status = 6
    default_code = "UNAVAILABLE"


class BadAnswerError(WacrError):
    """An answer that is not what the API documents."""

    exit_status = 7
    default_code = "BAD_ANSWER"


class IncompleteError(WacrError):
    """The run ended without all the rows."""

    exit_status = 8
    default_code = "INCOMPLETE"


class BusyError(WacrError):
    """Another process holds what this run needs."""

    exit_status = 9
    default_code = "BUSY"
