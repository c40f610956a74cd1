"""Tests depend neither on the machine's clock nor on its speed: what would is found in their source."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CLOCK = {"time.time", "datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
PAUSES = {
    "archive/pooler.py": "between two tries to connect",
    "archive/postgres_server.py": "between two tries to connect",
    "commands/test_start.py": "until a signal at random",
    "faults/server.py": "between two looks at what came, and before a reset",
    "faults/test_archive.py": "between two looks at what came, and until a kill at random",
    "faults/test_ending.py": "until a signal at random",
    "faults/test_follow.py": "between two looks at what came",
}
"""The files that may call time.sleep, and when."""
LEAST_TIMEOUT = 60


def violations(source: str, *, pauses: bool = False) -> list[str]:
    """Return what in a source depends on the clock or on speed; *pauses* allows time.sleep."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = ".".join(ast.unparse(node.func).split(".")[-2:])
        if name in CLOCK or (name == "time.sleep" and not pauses):
            found.append(f"line {node.lineno}: {name}")
        if name == "gzip.compress" and "mtime" not in {word.arg for word in node.keywords}:
            found.append(f"line {node.lineno}: gzip.compress puts the time into its header: give mtime")
        found += [f"line {node.lineno}: timeout={seconds}" for seconds in short_timeouts(node)]
    return found


def short_timeouts(call: ast.Call) -> list[float]:
    """Return the timeouts of a call, in seconds, that a slow machine may need more than."""
    values = [word.value for word in call.keywords if word.arg == "timeout"]
    numbers = [one.value for one in values if isinstance(one, ast.Constant) and isinstance(one.value, int | float)]
    return [number for number in numbers if number < LEAST_TIMEOUT]


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_test_depends_on_the_clock(path: Path) -> None:
    """Time is given by a clock of the test's own, and what has to happen is waited for, however long it takes."""
    pauses = str(path.relative_to(ROOT)) in PAUSES
    assert violations(path.read_text(encoding="utf-8"), pauses=pauses) == []


def test_every_file_that_may_pause_does() -> None:
    """The list holds no file that needs no pause."""
    assert all("time.sleep(" in (ROOT / name).read_text(encoding="utf-8") for name in PAUSES)


@pytest.mark.parametrize(
    "source",
    [
        "NOW = datetime.now(UTC)",
        "NOW = datetime.datetime.now()",
        "def test(): return date.today()",
        "DATE = formatdate(time.time() + 600)",
        "time.sleep(0.1)",
        "subprocess.run(['x'], timeout=5)",
        "process.communicate(timeout=0.5)",
        "BODIES = [gzip.compress(b'x')]",
    ],
)
def test_bad_examples(source: str) -> None:
    """Each of these is found."""
    assert len(violations(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "gzip.compress(b'', mtime=0)",
        "clock.sleep(61)",
        "clock.time()",
        "subprocess.run(['x'], timeout=60)",
        "subprocess.run(['x'], timeout=PATIENCE)",
    ],
)
def test_good_examples(source: str) -> None:
    """None of these is."""
    assert violations(source) == []
