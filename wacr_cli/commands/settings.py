"""What the commands of ``wacr config`` do."""

from __future__ import annotations

import shlex
import subprocess
import sys

from wacr_cli.errors import UsageError
from wacr_cli.output import results
from wacr_cli.output.display import Display
from wacr_cli.output.json import encode
from wacr_cli.run import Run
from wacr_cli.settings import config, edit, values

COLUMNS = ("key", "value", "origin")


def show_values(run: Run, display: Display) -> None:
    """Show the profile in use, every value, and where each came from."""
    _refuse_demo(run)
    found = values.listed(run.environ, run.profile)
    for warning in run.settings.warnings:
        run.console.note(f"wacr: {warning}")
    with results.opened(display, run.console) as sink:
        form = display.chosen(terminal=run.console.stdout_is_terminal)
        writer = results.row_writer(form, sink, run.console, run.clock.now, COLUMNS)
        writer.write([{"key": one.key, "value": one.value, "origin": one.origin} for one in found])
        writer.finish()


def show_value(run: Run, key: str, display: Display) -> None:
    """Show one value: the text alone, or with ``--format`` as in the list."""
    _refuse_demo(run)
    found = values.value_of(values.check_key(key), run.environ, run.profile)
    with results.opened(Display(format="tsv"), run.console) as sink:
        if display.format in ("json", "jsonl"):
            sink.write(encode({"key": found.key, "value": found.value, "origin": found.origin}) + "\n")
        else:
            sink.write("" if found.value is None else f"{found.value}\n")
    if found.value is None:
        run.console.note(f"{key} is not set.")


def change(run: Run, key: str, text: str | None) -> None:
    """Give a key of the profile a value, or take it away where ``text`` is None."""
    _refuse_demo(run)
    values.check_key(key)
    path = config.config_path(run.environ)
    profile = run.settings.profile
    whose = "" if key == "default_profile" else f" of profile {profile}"
    if text is None:
        done = edit.unset_value(run.environ, profile, key)
        run.console.note(f"{key}{whose} is {'no longer' if done else 'not'} set in {path}.")
        return
    made = edit.set_value(run.environ, profile, key, text)
    run.console.note(f"{'Made the profile, and set' if made else 'Set'} {key}{whose} in {path}.")
    now = values.value_of(key, run.environ, profile)
    if now.origin.startswith("WACR_"):
        run.console.note(f"{now.origin} is set, and goes before it as long as it is.")


def show_path(run: Run) -> None:
    """Show where the file is."""
    with results.opened(Display(format="tsv"), run.console) as sink:
        sink.write(f"{config.config_path(run.environ)}\n")


def edit_file(run: Run) -> None:
    """Open the file in an editor, and see that it is still a configuration."""
    path = config.config_path(run.environ)
    if not (run.console.stdout_is_terminal and sys.stdin is not None and sys.stdin.isatty()):
        raise UsageError(
            "there is no terminal to edit on", f"The file is {path}; wacr config set changes single values."
        )
    edit.start_file(path)
    editor = run.environ.get("VISUAL") or run.environ.get("EDITOR") or "vi"
    try:
        done = subprocess.run([*shlex.split(editor), str(path)], check=False)  # noqa: S603 - the person's own editor
    except (OSError, ValueError) as error:
        raise UsageError(f"the editor {editor!r} can't be started: {error}", "Set VISUAL or EDITOR.") from None
    if done.returncode:
        raise UsageError(f"the editor {editor!r} ended with {done.returncode}", f"{path} is as it left it.")
    for warning in config.load(run.environ, profile=run.profile).warnings:
        run.console.note(f"wacr: {warning}")


def _refuse_demo(run: Run) -> None:
    if run.demo:
        raise UsageError("the sample workspace has no settings", "Leave --demo out.")
