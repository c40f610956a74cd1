"""The program: assembles the commands; a failure becomes a message and an exit status."""

import atexit
import errno
import gc
import os
import re
import sys
from itertools import pairwise
from typing import TYPE_CHECKING

from wacr_cli import signals
from wacr_cli.core import errors

if TYPE_CHECKING:
    import typer
    from typer.core import TyperCommand

    from wacr_cli.commands.framework import LazyGroup
    from wacr_cli.settings.debug_log import DebugLog

COMMANDS = {
    "messages": "app",
    "sync": "sync",
    "conversations": "app",
    "stats": "stats",
    "report": "report",
    "archive": "app",
    "media": "app",
    "check": "check",
    "contacts": "app",
    "comments": "app",
    "templates": "app",
    "api": "api",
    "account": "account",
    "doctor": "doctor",
    "auth": "app",
    "config": "app",
    "sandbox": "app",
    "completion": "completion",
}
"""The first words of commands in the order of the help, each a module of ``commands``: an ``app`` or a function."""

EPILOG = "Try it without an account: wacr --demo messages list"

EXIT_UNKNOWN = 3
"""UNKNOWN, the exit status of a monitoring plugin that could not check."""

_GC_THRESHOLD = 50_000


def main(argv: list[str] | None = None) -> None:
    """Run one command line, and exit."""
    words = sys.argv[1:] if argv is None else argv
    # Almost nothing here is garbage with cycles; the default threshold of 700 objects slows down every start.
    gc.set_threshold(_GC_THRESHOLD)
    try:
        signals.install_signal_handlers()
        try:
            status = _run_with_log(words)
        finally:
            signals.mask_signals()
    except KeyboardInterrupt:
        status = errors.EXIT_INTERRUPTED
    except signals.TerminatedError:
        status = errors.EXIT_TERMINATED
    _exit(status)


def _run_with_log(words: list[str]) -> int:
    """Return the exit status of a command line; WACR_DEBUG writes a log of it."""
    if not os.environ.get("WACR_DEBUG"):
        return _run_reporting_errors(words, None)
    try:
        log = _start_log()
    except errors.WacrError as error:
        return _report_error(error, words)
    if log is None:
        return _run_reporting_errors(words, None)
    try:
        status = _run_reporting_errors(words, log)
        log.write_line(f"exit status {status}")
        return status
    finally:
        log.close()
        _write_stderr(f"The log of this run is {log.path}.")


def _start_log() -> "DebugLog | None":
    """Return the log that WACR_DEBUG asks for, None where it asks for none or none can be written."""
    from wacr_cli.settings import debug_log
    from wacr_cli.settings.config import is_enabled

    if not is_enabled(os.environ, "WACR_DEBUG"):
        return None
    try:
        return debug_log.open_log(os.environ)
    except OSError as error:
        _write_stderr(f"wacr: can't write a log: {error}")
        return None


def _write_stderr(line: str) -> None:
    from wacr_cli.output.console import Console

    Console().write_line(line)


def _run_reporting_errors(words: list[str], log: "DebugLog | None") -> int:
    try:
        return _run(words, log)
    except BrokenPipeError:
        return errors.EXIT_READER_GONE
    except errors.WacrError as error:
        status = _report_error(error, words, log)
        # Monitoring takes 2 for critical: what keeps the check from running is UNKNOWN.
        return EXIT_UNKNOWN if next((word for word in words if word in COMMANDS), "") == "check" else status
    except OSError as error:
        return _report_error(_disk_full_error(error) or _unexpected_error(error), words, log)
    except Exception as error:  # noqa: BLE001 - the last resort: no traceback, whatever the error is
        if interruption := signals.find_signal(error):
            raise interruption from None
        return _report_error(_unexpected_error(error), words, log)


def _run(words: list[str], log: "DebugLog | None" = None) -> int:
    """Return the exit status of a command line that did not fail."""
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
    """Return the whole program; the module of a command is imported when the command is named."""
    from wacr_cli.commands.framework import LazyGroup, version_option

    app = LazyGroup("wacr", "Read the WhatsApp message history of a WA.cr account.", COMMANDS, _build_command)
    app.params.insert(0, version_option())
    app.epilog = EPILOG
    return app


def _build_command(name: str) -> "LazyGroup | TyperCommand":
    """Return a command, or a group of commands, from the module of that name."""
    import importlib

    from wacr_cli.commands.framework import make_command, make_group

    module = importlib.import_module(f"wacr_cli.commands.{name}")
    if COMMANDS[name] == "app":
        return make_group(name, module.app)
    return make_command(name, getattr(module, COMMANDS[name]), module.EXAMPLES)


_MEANT = {
    "list": "wacr messages list",
    "ls": "wacr messages list",
    "get": "wacr messages get",
    "follow": "wacr messages follow",
    "tail": "wacr messages follow",
    "export": "wacr messages list --all --output FILE, or wacr archive export",
    "download": "wacr media fetch",
    "show": "wacr conversations show",
    "notes": "wacr comments list",
    "login": "wacr auth login",
    "logout": "wacr auth logout",
    "--json": "--format json",
    "--jsonl": "--format jsonl",
    "--csv": "--format csv",
    "-n": "--limit",
    "--max": "--limit",
}
"""What is meant by commands and flags of neighbouring tools."""


def _usage_error(error: "typer.TyperException") -> errors.UsageError:
    """Return the parser's error in the form of all errors."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "wacr"
    message = " ".join(error.format_message().split()).rstrip(".").partition(" (Possible")[0]
    unknown = re.match(r"No such (?:command|option):? '?([\w-]+)", message)
    meant = _MEANT.get(unknown[1]) if unknown else None
    if not meant and (near := getattr(error, "possibilities", None)):
        message += f"; did you mean {near[0]}?"
    return errors.UsageError(message[:1].lower() + message[1:], f"Use {meant}." if meant else f"See {command} --help.")


def _disk_full_error(error: OSError) -> errors.WacrError | None:
    """Return the error for text that the parser itself could not write, such as the help."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return None
    return errors.WacrError(f"writing failed: {error.strerror}", "Is the disk full?", code="WRITE_FAILED")


def _unexpected_error(error: Exception) -> errors.WacrError:
    """Return the error for an exception that nothing handles; its traceback goes to a file."""
    where = _write_traceback(error)
    return errors.WacrError(f"an unexpected error ({type(error).__name__})", where, code="UNFORESEEN")


def _write_traceback(error: Exception) -> str:
    """Write the lines that an exception came through, without any values; return where they are."""
    import traceback

    from wacr_cli.settings.config import state_dir

    lines = [f"{f.filename}:{f.lineno} in {f.name}\n" for f in traceback.extract_tb(error.__traceback__)]
    path = state_dir() / "last-failure.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(f"{type(error).__name__}\n{''.join(lines)}", encoding="utf-8")
    except OSError:
        place = lines[-1].strip() if lines else "an unknown place"
        return f"It happened at {place}. Its log could not be written to {path}."
    return f"The log is in {path}."


def _report_error(error: errors.WacrError, words: list[str], log: "DebugLog | None" = None) -> int:
    """Print what failed and what to do on standard error; return the exit status."""
    if log:
        from wacr_cli.settings.redaction import mask_numbers

        log.write_line(f"failed: {error.code}: {mask_numbers(error.message)}")
    from wacr_cli.output.console import Console
    from wacr_cli.settings.redaction import secret_from_environment

    console = Console(secret=secret_from_environment(os.environ))
    console.write_line(f"wacr: {error.message}")
    if error.hint:
        console.write_line(error.hint)
    if _wants_json(words):
        from wacr_cli.output.json import encode

        console.write_line(encode({"error": error.as_dict()}))
    return error.exit_status


def _wants_json(words: list[str]) -> bool:
    """Return whether a command line asks for JSON, judged by its words: it may not be valid."""
    joined = any(word in ("--format=json", "--format=jsonl", "-fjson", "-fjsonl") for word in words)
    return joined or any(flag in ("--format", "-f") and value in ("json", "jsonl") for flag, value in pairwise(words))


def _exit(status: int) -> None:
    """Exit without Python's message about closed streams, whatever signals still arrive."""
    atexit.register(signals.ignore_signals)
    # Python would otherwise search everything for garbage once more, although the process ends.
    atexit.register(gc.freeze)
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except (OSError, ValueError):
            status = status or 1
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    sys.exit(status)
