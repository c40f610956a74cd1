"""The errors of wacr: each has a message, a hint what to do, a code and an exit status.

::

    WacrError                     1  unexpected failure, or writing failed
    ├── UsageError                2  a flag, a value or the configuration is wrong
    ├── NotFoundError             3  not found (404)
    ├── AuthError                 4  no token, or a refused one (401, 403)
    ├── RateLimitError            5  waiting longer than --max-wait
    ├── UnavailableError              6  the network or the server failed after the retries
    ├── BadResponseError            7  a response that is not what the API documents
    ├── IncompleteError           8  some rows could not be read; the message says which
    └── BusyError                 9  another wacr writes the archive or the output file

Interrupted (130), terminated (143) and reader gone (141) are not errors and print nothing.
"""

from __future__ import annotations

EXIT_INTERRUPTED = 130
EXIT_READER_GONE = 141
EXIT_TERMINATED = 143


class WacrError(Exception):
    """An error that is printed as one line, with a second line that says what to do.

    ``message`` and ``hint`` may contain untrusted text; they are made printable where they are printed.
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
        """Return the error as ``--format json`` reports it; ``status`` is the exit status."""
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
    """There is no token, or the API refused it.

    ``scope`` is the scope that the token lacks, empty where it is unknown; None where the token itself is refused.
    """

    exit_status = 4
    default_code = "UNAUTHORIZED"

    def __init__(self, message: str, hint: str = "", *, code: str = "", scope: str | None = None) -> None:
        super().__init__(message, hint, code=code)
        self.scope = scope


class RateLimitError(WacrError):
    """The rate limit would make this run wait longer than ``--max-wait``."""

    exit_status = 5
    default_code = "RATE_LIMIT_EXCEEDED"


class UnavailableError(WacrError):
    """The network or the server failed."""

    exit_status = 6
    default_code = "UNAVAILABLE"


class BadResponseError(WacrError):
    """A response is not what the API documents."""

    exit_status = 7
    default_code = "BAD_ANSWER"


class IncompleteError(WacrError):
    """Some rows could not be read."""

    exit_status = 8
    default_code = "INCOMPLETE"


class BusyError(WacrError):
    """Another process writes the archive or the output file."""

    exit_status = 9
    default_code = "BUSY"
