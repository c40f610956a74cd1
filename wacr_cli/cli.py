"""The program: assembles the commands, and turns every failure into words and an exit status.

Nothing is imported at the top that takes long, so that a signal always finds its handler in place.
"""

import atexit
import errno
import gc
import os
import signal
import sys
from itertools import pairwise
from types import FrameType
from typing import TYPE_CHECKING

from wacr_cli.core import errors

if TYPE_CHECKING:
    import typer
    from typer.core import TyperCommand

    from wacr_cli.commands.framework import LazyGroup
    from wacr_cli.settings.debug_log import Log

COMMANDS = {
    "messages": "app",
    "sync": "sync",
    "conversations": "app",
    "archive": "app",
    "contacts": "app",
    "api": "api",
    "account": "account",
    "doctor": "examine",
    "auth": "app",
    "config": "app",
    "sandbox": "app",
    "completion": "completion",
}
"""The nouns, each a module of ``commands``, in the help's order: ``app`` gathers commands, else it is a function."""

_OBJECTS_BETWEEN_COLLECTIONS = 50_000

EPILOG = "Try it without an account: wacr --demo messages list"


class CtrlCError(KeyboardInterrupt):
    """SIGINT came: leave, tidying up on the way.

    A class of its own, because Python may kill itself at its end if KeyboardInterrupt came while it executed a text,
    as dataclasses do, even where it was caught.
    """


class TerminatedError(BaseException):
    """SIGTERM came: leave, tidying up on the way."""


def main(argv: list[str] | None = None) -> None:
    """Run one command line, and exit."""
    words = sys.argv[1:] if argv is None else argv
    # Hardly anything made here is garbage that refers to itself; to look for it after every 700 objects slows a start.
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    try:
        _heed_signals()
        try:
            status = _outcome(words)
        finally:
            _heed_no_more_signals()
    except KeyboardInterrupt:
        status = errors.EXIT_INTERRUPTED
    except TerminatedError:
        status = errors.EXIT_TERMINATED
    _leave(status)


def _heed_signals() -> None:
    """Have the first signal end the run; one that was ignored from the start, as in a shell's background, stays so."""
    for number, handler in ((signal.SIGINT, _interrupt), (signal.SIGTERM, _terminate)):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def _heed_no_more_signals() -> None:
    """Let nothing disturb the tidying up."""
    # Not SIG_IGN yet: Python complains of a signal that it has noted and then finds ignored.
    signal.signal(signal.SIGINT, _too_late)
    signal.signal(signal.SIGTERM, _too_late)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    _heed_no_more_signals()
    raise CtrlCError


def _terminate(_number: int, _frame: FrameType | None) -> None:
    _heed_no_more_signals()
    raise TerminatedError


def _too_late(_number: int, _frame: FrameType | None) -> None:
    pass


def _ignore_signals() -> None:
    """Ignore them for good: as it ends, Python puts the system's handlers in place of its own, but not of this."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _outcome(words: list[str]) -> int:
    """The exit status of a command line, whose failure is told; with WACR_DEBUG there is a log of it."""
    if not os.environ.get("WACR_DEBUG"):
        return _told(words, None)
    try:
        log = _log()
    except errors.WacrError as error:
        return _tell(error, words)
    if log is None:
        return _told(words, None)
    try:
        status = _told(words, log)
        log.say(f"exit status {status}")
        return status
    finally:
        log.close()
        _say(f"The log of this run is {log.path}.")


def _log() -> "Log | None":
    """The log that WACR_DEBUG asks for, None where it asks for none or none can be written."""
    from wacr_cli.settings import debug_log
    from wacr_cli.settings.config import flag

    if not flag(os.environ, "WACR_DEBUG"):
        return None
    try:
        return debug_log.start(os.environ)
    except OSError as error:
        _say(f"wacr: no log is written: {error}")
        return None


def _say(line: str) -> None:
    from wacr_cli.output.console import Console

    Console().say(line)


def _told(words: list[str], log: "Log | None") -> int:
    try:
        return _run(words, log)
    except BrokenPipeError:
        return errors.EXIT_READER_GONE
    except errors.WacrError as error:
        return _tell(error, words, log)
    except OSError as error:
        return _tell(_full_disk(error) or _unforeseen(error), words, log)
    except Exception as error:  # noqa: BLE001 - the last resort: whatever it is, no traceback
        return _tell(_unforeseen(error), words, log)


def _run(words: list[str], log: "Log | None" = None) -> int:
    """The exit status of a command line that did not fail."""
    import typer

    try:
        with build_app().make_context("wacr", list(words) or ["--help"], obj=log) as context:
            context.command.invoke(context)
    except typer.Exit as done:
        return done.exit_code
    except typer.TyperException as error:
        raise _usage_error(error) from None
    return 0


def build_app() -> "LazyGroup":
    """The whole program, a command or a group of them for each noun, whose module is imported when it is named."""
    from wacr_cli.commands.framework import LazyGroup, version_option

    app = LazyGroup("wacr", "Read the WhatsApp message history of a WA.cr account.", COMMANDS, _command)
    app.params.insert(0, version_option())
    app.epilog = EPILOG
    return app


def _command(name: str) -> "LazyGroup | TyperCommand":
    """One noun's command, from the module of that name."""
    import importlib

    from wacr_cli.commands.framework import make_command, make_group

    module = importlib.import_module(f"wacr_cli.commands.{name}")
    if COMMANDS[name] == "app":
        return make_group(name, module.app)
    return make_command(name, getattr(module, COMMANDS[name]), module.EXAMPLES)


def _usage_error(error: "typer.TyperException") -> errors.UsageError:
    """What the parser refused, in wacr's form."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "wacr"
    message = " ".join(error.format_message().split()).rstrip(".").partition(" (Possible")[0]
    if near := getattr(error, "possibilities", None):
        message += f"; did you mean {near[0]}?"
    return errors.UsageError(message[:1].lower() + message[1:], f"See {command} --help.")


def _full_disk(error: OSError) -> errors.WacrError | None:
    """The error of a text that the parser itself could not write, such as the help."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return None
    return errors.WacrError(f"writing failed: {error.strerror}", "Is the disk full?", code="WRITE_FAILED")


def _unforeseen(error: Exception) -> errors.WacrError:
    """An error that nobody thought of, its traceback kept in a file for whoever mends it."""
    where = _keep_traceback(error)
    kind = type(error).__name__
    return errors.WacrError(f"an unforeseen failure ({kind})", where, code="UNFORESEEN")


def _keep_traceback(error: Exception) -> str:
    """Write the places a failure came through, and not what was in hand there, and say where they are."""
    import traceback

    from wacr_cli.settings.config import state_dir

    lines = [f"{f.filename}:{f.lineno} in {f.name}\n" for f in traceback.extract_tb(error.__traceback__)]
    path = state_dir() / "last-failure.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(f"{type(error).__name__}\n{''.join(lines)}", encoding="utf-8")
    except OSError:
        place = lines[-1].strip() if lines else "nowhere"
        return f"It came from {place}; its log could not be written to {path}."
    return f"Where it happened is in {path}."


def _tell(error: errors.WacrError, words: list[str], log: "Log | None" = None) -> int:
    """Say what went wrong and what to do, on standard error; the exit status."""
    if log:
        from wacr_cli.settings.redaction import mask_numbers

        log.say(f"failed: {error.code}: {mask_numbers(error.message)}")
    from wacr_cli.output.console import Console
    from wacr_cli.settings.redaction import secret_of

    console = Console(secret=secret_of(os.environ))
    console.say(f"wacr: {error.message}")
    if error.hint:
        console.say(error.hint)
    if _wants_json(words):
        from wacr_cli.output.json import encode

        console.say(encode({"error": error.as_dict()}))
    return error.exit_status


def _wants_json(words: list[str]) -> bool:
    """Whether a command line asks for JSON; it may be too wrong to be parsed, so its words are looked at."""
    joined = any(word in ("--format=json", "--format=jsonl", "-fjson", "-fjsonl") for word in words)
    return joined or any(flag in ("--format", "-f") and value in ("json", "jsonl") for flag, value in pairwise(words))


def _leave(status: int) -> None:
    """Exit without Python's own complaint about streams that nobody reads, whatever signals still come."""
    atexit.register(_ignore_signals)
    # Or Python would go once more through all that there is, in search of garbage, when all of it goes anyway.
    atexit.register(gc.freeze)
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except (OSError, ValueError):
            status = status or 1
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    sys.exit(status)


if __name__ == "__main__":
    main()
