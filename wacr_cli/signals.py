"""SIGINT and SIGTERM: end the run quietly, with 130 or 143.

A signal that was ignored when the program started, as in the background of a shell, stays ignored. Until
the handlers are installed here, those of :mod:`wacr_cli.__main__` apply.
"""

import _thread
import os
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType


class CtrlCError(KeyboardInterrupt):
    """SIGINT arrived: leave, closing files on the way.

    It is a class of its own because Python may end with the signal itself when a KeyboardInterrupt came while it
    executed a string of code, as dataclasses do, even where the exception was caught.
    """


class TerminatedError(BaseException):
    """SIGTERM arrived: leave, closing files on the way."""


def install_signal_handlers() -> None:
    """Raise :class:`CtrlCError` or :class:`TerminatedError` on the first signal."""
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = _raise_again
    _install(signal.SIGINT, _interrupt)
    _install(signal.SIGTERM, _terminate)


def mask_signals() -> None:
    """Let no signal disturb the clean-up."""
    # Not SIG_IGN yet: Python complains about a signal that it has noted and then finds ignored.
    signal.signal(signal.SIGINT, _do_nothing)
    signal.signal(signal.SIGTERM, _do_nothing)


def ignore_signals() -> None:
    """Ignore signals for good: at its end Python replaces its own handlers by the system's, but not this."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def find_signal(error: BaseException | None) -> CtrlCError | TerminatedError | None:
    """Return the exception of a signal that *error* comes from, None where it does not come from one.

    Python 3.11 raises a RuntimeError for whatever is raised in ``__set_name__``, which each dataclass calls.
    """
    while error:
        if isinstance(error, CtrlCError | TerminatedError):
            return error
        error = error.__cause__ or error.__context__
    return None


def _install(number: int, handler: Callable[[int, FrameType | None], None]) -> None:
    if signal.getsignal(number) is not signal.SIG_IGN:
        signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    mask_signals()
    raise CtrlCError


def _terminate(_number: int, _frame: FrameType | None) -> None:
    mask_signals()
    raise TerminatedError


def _raise_again(ignored: "sys.UnraisableHookArgs") -> None:
    """Deliver a signal once more whose exception Python ignored, because it came in a destructor or a callback."""
    if not isinstance(ignored.exc_value, CtrlCError | TerminatedError):
        sys.__unraisablehook__(ignored)
        return
    install_signal_handlers()
    number = signal.SIGINT if isinstance(ignored.exc_value, CtrlCError) else signal.SIGTERM
    _thread.start_new_thread(_deliver, (number,))


def _deliver(number: int) -> None:
    time.sleep(0.001)  # until the hook has returned
    os.kill(os.getpid(), number)


def _do_nothing(_number: int, _frame: FrameType | None) -> None:
    pass
