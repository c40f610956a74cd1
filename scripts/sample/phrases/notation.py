"""The types of scripts and their turns."""

from __future__ import annotations

Turn = tuple[str, float, tuple[str | None, ...]]
"""The code of a turn, the usual minutes since the turn before, and the texts of which one is written."""

Script = tuple[Turn, ...]
"""The turns of a conversation."""
