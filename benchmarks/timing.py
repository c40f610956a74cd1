"""Commands, timed from outside and in turn, so that a machine that slows down slows them all."""

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
    """One run of a command: seconds from its start to its end, and the lines that it wrote."""

    seconds: float
    lines: int


@dataclass(frozen=True)
class Spread:
    """Several figures of one thing."""

    figures: tuple[float, ...]

    @property
    def median(self) -> float:
        """The one in the middle."""
        return statistics.median(self.figures)

    @property
    def least(self) -> float:
        """The least."""
        return min(self.figures)

    @property
    def middle_half(self) -> float:
        """How far apart the quarters are between which the middle half of them lies."""
        if len(self.figures) < 2:
            return 0.0
        low, _, high = statistics.quantiles(self.figures, n=4, method="inclusive")
        return high - low


def shell(line: str) -> Command:
    """A line of bash as a command, which fails where any part of it does."""
    return ["bash", "-o", "pipefail", "-c", line]


def run(command: Command, environ: Mapping[str, str]) -> Run:
    """Run it once; raises :class:`RuntimeError` where it fails, since its time would mean nothing."""
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


# A process counts from its start what its parent held at its largest, so a small one has to start it.
_PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak(command: Command, environ: Mapping[str, str]) -> float:
    """The most memory that a command held, in MiB, on Linux."""
    done = subprocess.run([sys.executable, "-c", _PEAK, *command], env=environ, capture_output=True, check=True)
    return int(done.stdout) / 1024


def in_turn(commands: Sequence[Command], runs: int, environ: Mapping[str, str]) -> list[list[Run]]:
    """So many runs of each command, one after another, after one each that does not count."""
    for command in commands:
        run(command, environ)
    rounds = [[run(command, environ) for command in commands] for _ in range(runs)]
    return [list(some) for some in zip(*rounds, strict=True)]
