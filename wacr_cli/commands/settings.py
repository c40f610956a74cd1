"""What the commands of ``wacr config`` do."""

from __future__ import annotations

import shlex
import subprocess
import sys

from wacr_cli.core.errors import UsageError
from wacr_cli.output import writers
from wacr_cli.output.json import encode
from wacr_cli.output.options import Display
from wacr_cli.session import Run
from wacr_cli.settings import config, editor, keys

COLUMNS = ("key", "value", "origin")


def show_values(run: Run, display: Display) -> None:
    """Show the profile in use, every value, and where each came from."""
    environ = _environ(run)
    found = keys.listed(environ, run.profile)
    for warning in config.load(environ, profile=run.profile).warnings:
        run.console.note(f"wacr: {warning}")
    with writers.opened(display, run.console) as sink:
        form = display.chosen(terminal=run.console.stdout_is_terminal)
        writer = writers.row_writer(form, sink, run.console, run.clock.now, COLUMNS)
        writer.write([{"key": one.key, "value": one.value, "origin": one.origin} for one in found])
        writer.finish()


def show_value(run: Run, key: str, display: Display) -> None:
    """Show one value: the text alone, or with ``--format`` as in the list."""
    found = keys.value_of(keys.check_key(key), _environ(run), run.profile)
    with writers.opened(Display(format="tsv"), run.console) as sink:
        if display.format in ("json", "jsonl"):
            sink.write(encode({"key": found.key, "value": found.value, "origin": found.origin}) + "\n")
        else:
            sink.write("" if found.value is None else f"{found.value}\n")
    if found.value is None:
        run.console.note(f"{key} is not set.")


def change(run: Run, key: str, text: str | None) -> None:
    """Give a key of the profile a value, or take it away where ``text`` is None."""
    keys.check_key(key)
    environ = _environ(run)
    path = config.config_path(environ)
    # By its name alone: what is wrong with a profile must not keep anybody from mending it.
    profile = config.named_profile(environ, run.profile, config.read(path), path) or config.DEFAULT_PROFILE
    whose = "" if key == "default_profile" else f" of profile {profile}"
    if text is None:
        done = editor.unset_value(environ, profile, key)
        run.console.note(f"{key}{whose} is {'no longer' if done else 'not'} set in {path}.")
        return
    made = editor.set_value(environ, profile, key, text)
    run.console.note(f"{'Made the profile, and set' if made else 'Set'} {key}{whose} in {path}.")
    variable = keys.VARIABLES.get(key, "")
    if environ.get(variable):
        run.console.note(f"{variable} is set, and goes before it as long as it is.")


def show_path(run: Run) -> None:
    """Show where the file is."""
    with writers.opened(Display(format="tsv"), run.console) as sink:
        sink.write(f"{config.config_path(run.environ)}\n")


def edit_file(run: Run) -> None:
    """Open the file in an editor, and see that it is still a configuration."""
    path = config.config_path(run.environ)
    if not (run.console.stdout_is_terminal and sys.stdin is not None and sys.stdin.isatty()):
        raise UsageError(
            "there is no terminal to edit on", f"The file is {path}; wacr config set changes single values."
        )
    editor.start_file(path)
    program = run.environ.get("VISUAL") or run.environ.get("EDITOR") or "vi"
    try:
        done = subprocess.run([*shlex.split(program), str(path)], check=False)  # noqa: S603 - the person's own editor
    except (OSError, ValueError) as error:
        raise UsageError(f"the editor {program!r} can't be started: {error}", "Set VISUAL or EDITOR.") from None
    if done.returncode:
        raise UsageError(f"the editor {program!r} ended with {done.returncode}", f"{path} is as it left it.")
    for warning in config.load(_environ(run), profile=run.profile).warnings:
        run.console.note(f"wacr: {warning}")


def _environ(run: Run) -> dict[str, str]:
    """The environment without what it says of the sample workspace: settings are those of the file all the same."""
    return {name: value for name, value in run.environ.items() if name != "WACR_DEMO"}
