"""Time whole commands in turn, so that a slower machine slows all of them."""

from __future__ import annotations

import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Command = Sequence[str]


@dataclass(frozen=True)
class Run:
    """One run of a command: its duration in seconds, and the number of lines that it wrote."""

    seconds: float
    lines: int


@dataclass(frozen=True)
class Spread:
    """Several measurements of the same thing."""

    figures: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median."""
        return statistics.median(self.figures)

    @property
    def least(self) -> float:
        """The smallest one."""
        return min(self.figures)

    @property
    def middle_half(self) -> float:
        """The interquartile range."""
        if len(self.figures) < 2:
            return 0.0
        low, _, high = statistics.quantiles(self.figures, n=4, method="inclusive")
        return high - low


def shell(line: str) -> Command:
    """Return a line of bash as a command that fails where any part of it fails."""
    return ["bash", "-o", "pipefail", "-c", line]


def run(command: Command, environ: Mapping[str, str]) -> Run:
    """Run a command once. Raises :class:`RuntimeError` where it fails."""
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        done = subprocess.run(
            command, env=environ, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL, check=False
        )
        seconds = time.perf_counter() - start
        if done.returncode:
            raise RuntimeError(f"exit status {done.returncode}: {shlex.join(command)}")
        out.seek(0)
        lines = sum(chunk.count(b"\n") for chunk in iter(lambda: out.read(2**20), b""))
        return Run(seconds, lines)


# A process inherits the peak of its parent, so a small process starts it.
_PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak(command: Command, environ: Mapping[str, str]) -> float:
    """Return the peak memory of a command in MiB, on Linux."""
    done = subprocess.run([sys.executable, "-c", _PEAK, *command], env=environ, capture_output=True, check=True)
    return int(done.stdout) / 1024


def in_turn(commands: Sequence[Command], runs: int, environ: Mapping[str, str]) -> list[list[Run]]:
    """Run the commands in turn, *runs* times each; a first run of each does not count."""
    for command in commands:
        run(command, environ)
    rounds = [[run(command, environ) for command in commands] for _ in range(runs)]
    return [list(some) for some in zip(*rounds, strict=True)]
