"""Every command says what it is, how it is used, and takes --format where it shows something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from wacr_cli.cli import build_app, main

SHOWS_NO_DATA = {
    ("report",),
    ("auth", "login"),
    ("auth", "logout"),
    ("config", "set"),
    ("config", "unset"),
    ("archive", "path"),
    ("config", "path"),
    ("config", "edit"),
    ("sandbox", "serve"),
    ("completion",),
}


def _leaves(command: Any, context: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    names = command.list_commands(context) if hasattr(command, "list_commands") else []
    for name in names:
        one = command.get_command(context, name)
        below = one.make_context(name, [], parent=context, resilient_parsing=True)
        yield from _leaves(one, below, (*path, name)) if hasattr(one, "list_commands") else [((*path, name), one)]


ROOT: Any = build_app()
COMMANDS = dict(_leaves(ROOT, ROOT.make_context("wacr", [], resilient_parsing=True)))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """A summary, examples of this very command, and no line over 80 columns."""
    with pytest.raises(SystemExit) as left:
        main([*path, "--help"])
    text = capsys.readouterr().out
    assert left.value.code == 0
    assert f"wacr {' '.join(path)}" in text.partition("Examples:")[2]
    assert max(map(len, text.splitlines())) <= 80
    assert COMMANDS[path].help


def test_every_command_that_shows_something_takes_a_format() -> None:
    """The list of those that show none is right: a new command that shows something has --format."""
    without = {
        path for path, command in COMMANDS.items() if "--format" not in [o for p in command.params for o in p.opts]
    }
    assert without == SHOWS_NO_DATA
