"""Run what the README and docs/ show as a person's shell would."""

from __future__ import annotations

import subprocess
from pathlib import Path

PATIENCE = 300
"""Seconds: far more than a slow machine needs for one example."""


def bash(command: str, environ: dict[str, str], folder: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run lines in a shell that stops at the first failure, in a pipe too."""
    words = ["bash", "-e", "-o", "pipefail", "-c", command]
    return subprocess.run(
        words, env=environ, cwd=folder, input=stdin, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
