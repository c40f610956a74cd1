"""``wacr completion``: the scripts that let a shell complete wacr's command lines."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

FILES = {"bash": "wacr.bash", "zsh": "_wacr", "fish": "wacr.fish"}

EXAMPLES = """\b
Examples:
  wacr completion bash > ~/.local/share/bash-completion/completions/wacr
  wacr completion zsh > "${fpath[1]}/_wacr"
  wacr completion fish > ~/.config/fish/completions/wacr.fish
"""

_PACKAGE = Path(__file__).parent.parent


def completion(
    shell: Annotated[str, typer.Argument(metavar="SHELL", help="bash, zsh or fish.", show_default=False)],
) -> None:
    """Print the completion script of a shell.

    With it, TAB completes commands, flags and values without starting Python.
    """
    if shell not in FILES:
        from wacr_cli.core.validation import choice

        choice(shell, tuple(FILES), "SHELL")
    name = FILES[shell]
    # A wheel has the scripts in the package, a clone of the repository beside it.
    folders = (_PACKAGE / "completions", _PACKAGE.parent / "completions")
    folder = next((one for one in folders if (one / name).exists()), folders[0])
    typer.echo((folder / name).read_text(encoding="utf-8"), nl=False)
