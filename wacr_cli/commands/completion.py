"""``wacr completion``: completion scripts for shells."""

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
    shell: Annotated[str, typer.Argument(metavar="SHELL", help="bash, zsh or fish", show_default=False)],
) -> None:
    """Print the completion script of a shell.

    The script completes commands, flags and values without starting Python.
    """
    if shell not in FILES:
        from wacr_cli.core.validation import choice

        choice(shell, tuple(FILES), "SHELL")
    name = FILES[shell]
    # In a wheel the scripts are inside the package, in a clone of the repository beside it.
    folders = (_PACKAGE / "completions", _PACKAGE.parent / "completions")
    folder = next((one for one in folders if (one / name).exists()), folders[0])
    typer.echo((folder / name).read_text(encoding="utf-8"), nl=False)
