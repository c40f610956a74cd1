"""Runs that are killed, that have nowhere to write, that have no reader, or that meet another."""

from __future__ import annotations

import os
import random
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from .conftest import DUMP, LIST, PROGRAM, Runner, Starter, ids_of
from .moving import Moving
from .server import PATIENCE, Server, busy, hold, slow

if sys.platform == "win32":
    pytest.skip("signals and devices of POSIX", allow_module_level=True)

ROWS = 1_000
OLD = "the old file\n"

STATUS = {signal.SIGKILL: -9, signal.SIGTERM: 143, signal.SIGINT: 130}
SIGNALS = pytest.mark.parametrize("number", STATUS, ids=lambda number: number.name)


@pytest.fixture
def messages() -> Moving:
    """Return ten windows of messages."""
    return Moving(ROWS)


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """Return a file that an earlier run wrote, in its own folder."""
    folder = tmp_path / "dumps"
    folder.mkdir()
    path = folder / "dump.jsonl"
    path.write_text(OLD)
    return path


@pytest.fixture
def gate() -> threading.Event:
    """Return what held responses wait for."""
    return threading.Event()


def _old_or_whole(path: Path) -> None:
    """The file is the old one, or the new one whole."""
    text = path.read_text()
    assert text == OLD or sorted(ids_of(text)) == list(range(1, ROWS + 1))


def _next_run_is_clean(wacr: Runner, server: Server, path: Path) -> None:
    """The next run writes the whole file, and leaves nothing beside it."""
    server.always, server.plan = None, {}
    wacr(*LIST, "--all", "--output", str(path)).expect(0, "complete")
    assert sorted(ids_of(path.read_text())) == list(range(1, ROWS + 1))
    assert [one.name for one in path.parent.iterdir()] == [path.name]


MOMENTS = {
    "before the first answer": (1, 0.0),
    "before an answer": (4, 0.0),
    "in the headers": (3, 0.004),
    "in a body": (5, 0.5),
}


@SIGNALS
@pytest.mark.parametrize(("at", "after"), MOMENTS.values(), ids=MOMENTS)
def test_a_signal_during_a_call_leaves_the_old_file(
    start: Starter,
    wacr: Runner,
    server: Server,
    dump: Path,
    gate: threading.Event,
    number: signal.Signals,
    at: int,
    after: float,
) -> None:
    """The run ends quietly, and the next one leaves nothing beside the file."""
    server.will(hold(gate, after), at=at)
    process = start(*LIST, "--all", "--output", str(dump))
    server.wait_until_held()
    process.signal(number)
    process.end().expect(STATUS[number])
    assert dump.read_text() == OLD
    if number is not signal.SIGKILL:
        assert [one.name for one in dump.parent.iterdir()] == [dump.name]
    assert server.fired == [(at, "held")]
    _next_run_is_clean(wacr, server, dump)


@SIGNALS
def test_a_signal_during_a_wait_leaves_the_old_file(
    start: Starter, wacr: Runner, server: Server, dump: Path, number: signal.Signals
) -> None:
    """A run ended while it waits for the service is as quiet, and leaves as much."""
    server.will(busy(503, "60"), at=3, forever=True)
    process = start(*LIST, "--all", "--output", str(dump), "--verbose")
    process.read_calls(3)
    process.signal(number)
    process.end().expect(STATUS[number])
    assert dump.read_text() == OLD
    assert server.fired == [(3, "status 503")]
    _next_run_is_clean(wacr, server, dump)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_signal_during_output_leaves_whole_windows(
    start: Starter, server: Server, gate: threading.Event, number: signal.Signals
) -> None:
    """What was written before the signal is whole windows."""
    server.will(hold(gate), at=3)
    process = start(*DUMP)
    server.wait_until_held()
    process.signal(number)
    ended = process.end()
    ended.expect(STATUS[number])
    assert ended.ids == list(range(ROWS, ROWS - 200, -1))
    assert server.fired == [(3, "held")]


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
@pytest.mark.parametrize("first", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_several_signals_end_the_run_quietly(
    start: Starter,
    wacr: Runner,
    server: Server,
    dump: Path,
    gate: threading.Event,
    first: signal.Signals,
    second: signal.Signals,
) -> None:
    """An impatient person, or a service manager, who signals again and again hears nothing either."""
    server.will(hold(gate), at=4)
    process = start(*LIST, "--all", "--output", str(dump))
    server.wait_until_held()
    process.signal(first)
    end = time.monotonic() + PATIENCE
    while process.popen.poll() is None and time.monotonic() < end:
        process.signal(second)
        with suppress(subprocess.TimeoutExpired):
            process.popen.wait(0.0005)
    ended = process.end()
    assert ended.status in (STATUS[first], STATUS[second])
    assert dump.read_text() == OLD
    assert server.fired == [(4, "held")]
    _next_run_is_clean(wacr, server, dump)


@SIGNALS
@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 25))])
def test_a_signal_at_any_time_leaves_the_old_or_the_new_file(
    start: Starter, wacr: Runner, server: Server, dump: Path, number: signal.Signals, seed: int
) -> None:
    """Nothing is printed, and nothing is left after the next run."""
    chance = random.Random(f"{seed}{number.name}")  # noqa: S311 - moments, not secrets
    process = start(*LIST, "--all", "--output", str(dump), "--quiet")
    server.wait_for(chance.randint(1, 10))
    time.sleep(chance.uniform(0, 0.06))
    process.signal(number)
    ended = process.end()
    assert ended.status in (STATUS[number], 0)
    assert ended.err == ended.out == ""
    _old_or_whole(dump)
    if ended.status == 0:
        assert dump.read_text() != OLD
    assert server.seen
    _next_run_is_clean(wacr, server, dump)


STDOUT_FORMATS = ("jsonl", "json", "csv", "tsv", "table")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("form", STDOUT_FORMATS)
def test_a_full_disk_under_standard_output(start: Starter, server: Server, form: str) -> None:
    """Status 1 with the reason."""
    with Path("/dev/full").open("wb") as full:
        ended = start(*LIST, "--all", "--format", form, stdout=full).end()
    ended.expect(1, "No space left on device")
    assert 1 <= len(server.seen) <= ROWS // 100 + 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("words", ["--count", "--dry-run", "--page 1", "--help"])
def test_a_full_disk_is_reported_for_a_short_output(start: Starter, server: Server, words: str) -> None:
    """However little is written, that it could not be is not kept quiet."""
    with Path("/dev/full").open("wb") as full:
        ended = start(*LIST, *words.split(), "--quiet", stdout=full).end()
    ended.expect(1, "No space left on device")
    assert len(server.seen) <= 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("form", STDOUT_FORMATS)
def test_a_full_disk_under_the_output(start: Starter, server: Server, form: str) -> None:
    """Status 1 with the reason."""
    ended = start(*LIST, "--all", "--output", "/dev/full", "--format", form).end()
    ended.expect(1, "No space left on device")
    assert ended.out == ""
    assert server.seen


@pytest.mark.parametrize("ending", [".jsonl", ".csv", ".jsonl.gz"])
def test_a_disk_that_fills_up_leaves_the_old_file(start: Starter, server: Server, dump: Path, ending: str) -> None:
    """And nothing beside it."""
    path = dump.rename(dump.with_name(f"dump{ending}"))
    room = 2_000 if ending.endswith("gz") else 50_000

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    ended = start(*LIST, "--all", "--output", str(path), preexec_fn=limit).end()
    ended.expect(1, "File too large")
    assert {one.name: one.read_text() for one in path.parent.iterdir()} == {path.name: OLD}
    assert server.seen


def _in_small_folder(folder: Path, script: str) -> list[str]:
    """A command line that runs a script with a file system of 64 KiB mounted at a folder, for itself alone."""
    mount = f"mount -t tmpfs -o size=64k none {shlex.quote(str(folder))}"
    return ["unshare", "--mount", "sh", "-c", f"{mount} && {script}", "sh"]


def _may_mount(folder: Path) -> bool:
    if not shutil.which("unshare") or not shutil.which("mount"):
        return False
    return subprocess.run(_in_small_folder(folder, "true"), capture_output=True, check=False).returncode == 0


def test_a_disk_that_is_really_full_leaves_the_old_file(start: Starter, server: Server, dump: Path) -> None:
    """And nothing beside it."""
    if not _may_mount(dump.parent):
        pytest.skip("no file system can be mounted here")
    file = shlex.quote(str(dump))
    script = f'echo old > {file}; "$@"; s=$?; ls -A {shlex.quote(str(dump.parent))}; cat {file}; exit $s'
    program = [*_in_small_folder(dump.parent, script), *PROGRAM]
    ended = start(*LIST, "--all", "--output", str(dump), program=program).end()
    ended.expect(1, "No space left on device")
    assert ended.out == f"{dump.name}\nold\n"
    assert server.seen


def test_a_full_home_does_not_stop_a_run(start: Starter, server: Server) -> None:
    """A full home does not stop a run from reading."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    ended = start(*DUMP, preexec_fn=limit).end()
    ended.expect(0, "complete")
    assert len(ended.ids) == ROWS
    assert server.seen


def test_a_home_that_cannot_be_written(start: Starter, server: Server, tmp_path: Path) -> None:
    """The rows come, with a note."""
    (tmp_path / "file").write_text("")
    ended = start(*DUMP, environ={"XDG_STATE_HOME": str(tmp_path / "file" / "state")}).end()
    ended.expect(0, "not shared with other processes", "complete")
    assert len(ended.ids) == ROWS
    assert server.seen


@pytest.mark.parametrize("form", STDOUT_FORMATS)
@pytest.mark.parametrize("verbose", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["", "verbose"])
def test_a_reader_that_closes_the_pipe_ends_the_run_with_141(
    start: Starter, server: Server, gate: threading.Event, form: str, verbose: bool
) -> None:
    """Nothing is printed."""
    server.will(hold(gate), at=2)
    process = start(*LIST, "--all", "--format", form, *(["--verbose"] if verbose else []))
    server.wait_until_held()
    if form == "table":  # which is written when all of it is there
        gate.set()
    stream = process.popen.stdout
    assert stream is not None
    line = stream.readline()
    stream.close()
    process.popen.stdout = None
    gate.set()
    ended = process.end()
    ended.expect(141)
    assert line
    assert server.fired == [(2, "held")]


@pytest.mark.parametrize("words", [("--count",), ("--page", "1"), ("--dry-run",), ("--help",)], ids=" ".join)
def test_a_closed_pipe_ends_a_short_output_with_141(start: Starter, server: Server, words: tuple[str, ...]) -> None:
    """A few words without a reader are status 141 as well."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        start(*LIST, *words, stdout=writing).end().expect(141)
    finally:
        os.close(writing)
    assert len(server.seen) <= 1


def test_head_gets_its_rows(start: Starter, server: Server) -> None:
    """The run ends with 141, quietly."""
    line = f"{shlex.join([*PROGRAM, *DUMP])} | head -n 3; exit ${{PIPESTATUS[0]}}"
    ended = start(program=["bash", "-c", line]).end()
    ended.expect(141)
    assert ended.ids == [ROWS, ROWS - 1, ROWS - 2]
    assert server.seen


@pytest.mark.parametrize(("stream", "status"), [("0", 0), ("1", 2), ("2", 0)])
def test_a_run_with_a_closed_stream(start: Starter, server: Server, stream: str, status: int) -> None:
    """It reads all rows, or says that there is nowhere to write them."""
    line = f"exec {shlex.join([*PROGRAM, *DUMP])} {stream}>&-"
    ended = start(program=["bash", "-c", line]).end()
    ended.expect(status)
    assert len(ended.ids) == (ROWS if status == 0 else 0)
    assert len(server.seen) >= (ROWS // 100 if status == 0 else 0)


def test_two_dumps_to_one_file(start: Starter, wacr: Runner, server: Server, dump: Path, gate: threading.Event) -> None:
    """The second names the process of the first and ends with 9; the first succeeds."""
    server.will(hold(gate), at=2)
    first = start(*LIST, "--all", "--output", str(dump))
    server.wait_until_held()
    calls = len(server.seen)
    second = wacr(*LIST, "--all", "--output", str(dump))
    second.expect(9, f"process {first.popen.pid}")
    assert len(server.seen) == calls
    assert dump.read_text() == OLD
    gate.set()
    first.end().expect(0, "complete")
    assert sorted(ids_of(dump.read_text())) == list(range(1, ROWS + 1))
    assert [one.name for one in dump.parent.iterdir()] == [dump.name]
    assert server.fired == [(2, "held")]


def test_two_names_of_one_file(start: Starter, wacr: Runner, server: Server, dump: Path, gate: threading.Event) -> None:
    """A link to the file is the same file."""
    link = dump.parent.parent / "link.jsonl"
    link.symlink_to(dump)
    server.will(hold(gate), at=2)
    first = start(*LIST, "--all", "--output", str(dump))
    server.wait_until_held()
    wacr(*LIST, "--all", "--output", str(link)).expect(9, f"process {first.popen.pid}")
    gate.set()
    first.end().expect(0)
    assert server.fired == [(2, "held")]


def test_a_dump_after_one_that_was_killed(
    start: Starter, wacr: Runner, server: Server, dump: Path, gate: threading.Event
) -> None:
    """The lock of a killed run is released."""
    server.will(hold(gate), at=2)
    first = start(*LIST, "--all", "--output", str(dump))
    server.wait_until_held()
    assert sorted(one.name for one in dump.parent.iterdir()) == [
        f".{dump.name}.wacr-lock",
        f".{dump.name}.wacr-part",
        dump.name,
    ]
    first.signal(signal.SIGKILL)
    first.end().expect(-9)
    assert server.fired == [(2, "held")]
    _next_run_is_clean(wacr, server, dump)


def test_many_dumps_to_one_file(start: Starter, server: Server, dump: Path) -> None:
    """Each succeeds or is busy, at least one succeeds, and the file is complete."""
    server.will(slow(0.05), forever=True)
    runs = [start(*LIST, "--all", "--output", str(dump)) for _ in range(4)]
    statuses = sorted(run.end().status for run in runs)
    assert statuses[0] == 0
    assert set(statuses) <= {0, 9}
    assert sorted(ids_of(dump.read_text())) == list(range(1, ROWS + 1))
    assert [one.name for one in dump.parent.iterdir()] == [dump.name]
    assert server.fired
