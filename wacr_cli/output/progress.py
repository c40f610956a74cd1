"""A bar for work that takes long, drawn by rich."""

from __future__ import annotations

from io import StringIO

from rich.console import Console as RichConsole
from rich.progress import BarColumn, Progress, TaskProgressColumn

_BAR_WIDTH = 20
_STEPS = 1000
WIDTH = _BAR_WIDTH + 5
"""The cells of a bar with its percentage."""


def draw_bar(share: float, *, colour: bool) -> str:
    """Return a bar and a percentage for a share from 0 to 1, always as wide."""
    console = RichConsole(
        file=StringIO(),
        width=WIDTH,
        force_terminal=True,
        color_system="standard" if colour else None,
        legacy_windows=False,
    )
    progress = Progress(BarColumn(_BAR_WIDTH), TaskProgressColumn(), console=console, auto_refresh=False)
    progress.add_task("", total=_STEPS, completed=round(min(max(share, 0.0), 1.0) * _STEPS))
    with console.capture() as captured:
        console.print(progress.make_tasks_table(progress.tasks), end="")
    return captured.get().rstrip("\n")
