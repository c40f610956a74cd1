"""``wacr sync --all-profiles``: a process for each profile, some of them at a time."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

import typer

from wacr_cli.commands.shared import plural
from wacr_cli.core.errors import UsageError, WacrError
from wacr_cli.core.times import format_duration
from wacr_cli.settings import config, credentials

if TYPE_CHECKING:
    from wacr_cli.session import Session

DEFAULT_JOBS = 4

_PROGRAM = (sys.executable, "-P", "-m", "wacr_cli")
_STOP_SECONDS = 30
"""How long a process may take to end after a signal."""

_CALL = "GET "
"""How ``--verbose`` begins the line of a call."""


@dataclass
class Run:
    """The sync of one profile: its process, and the lines that it wrote so far, without those of its calls."""

    profile: str
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)


class ProfileRuns:
    """The syncs of several profiles, at most *jobs* at a time.

    ``words`` are the flags of each sync. Every process has a thread that reads its standard error into one queue.
    """

    def __init__(self, session: Session, words: Sequence[str], jobs: int) -> None:
        self._console = session.console
        self._clock = session.clock
        self._words = [*words, *self._choose_verbosity()]
        self._environ = {name: value for name, value in session.environ.items() if name != "WACR_PROFILE"}
        self._jobs = jobs
        self._running: dict[str, Run] = {}
        self._statuses: list[int] = []
        self._calls = 0
        self._lines: SimpleQueue[tuple[str, str | None]] = SimpleQueue()

    def _choose_verbosity(self) -> list[str]:
        """Return the flag of the processes: their calls are counted on a terminal."""
        if self._console.verbose or self._console.stderr_is_terminal:
            return ["--verbose"]
        return []

    def run(self, profiles: Sequence[str]) -> int:
        """Sync the profiles and return the highest exit status. A signal ends all of them."""
        start, waiting = self._clock.monotonic(), deque(profiles)
        try:
            while waiting or self._running:
                while waiting and len(self._running) < self._jobs:
                    self._start(waiting.popleft())
                self._handle_next_line()
                self._show_status(len(profiles), self._clock.monotonic() - start)
        finally:
            self._stop()
        failed = sum(status != 0 for status in self._statuses)
        seconds = format_duration(self._clock.monotonic() - start)
        self._console.note(f"{plural(len(profiles), 'profile')} in {seconds}, {failed or 'none'} failed")
        return max(self._statuses)

    def _start(self, profile: str) -> None:
        process = subprocess.Popen(  # noqa: S603 - this program
            [*_PROGRAM, f"--profile={profile}", "sync", *self._words],
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
        self._running[profile] = Run(profile, process)
        threading.Thread(target=self._read, args=(profile, process), daemon=True).start()

    def _read(self, profile: str, process: subprocess.Popen[str]) -> None:
        """Put each line of a process into the queue, and None after the last one."""
        for line in process.stderr or ():
            self._lines.put((profile, line.rstrip("\n")))
        self._lines.put((profile, None))

    def _handle_next_line(self) -> None:
        """Handle the next line of any process, or go on after a second without one."""
        try:
            profile, line = self._lines.get(timeout=1)
        except Empty:
            return
        if line is None:
            self._finish(self._running.pop(profile))
        elif line.startswith(_CALL):
            self._calls += 1
            if self._console.verbose:
                self._console.write_line(f"{profile}: {line}")
        else:
            self._running[profile].lines.append(line)

    def _finish(self, run: Run) -> None:
        """Print the line of a profile whose sync has ended."""
        status = run.process.wait()
        self._statuses.append(status if status >= 0 else 1)
        if run.process.stderr:
            run.process.stderr.close()
        lines = [line.removeprefix("wacr: ").rstrip(".") for line in run.lines]
        if status < 0:
            lines.append(f"ended by signal {-status}")
        if status:
            self._console.write_line(f"wacr: {run.profile}: {'. '.join(lines) or f'exit status {status}'}")
        elif lines:
            self._console.note(f"{run.profile}: {'. '.join(lines)}")

    def _show_status(self, total: int, seconds: float) -> None:
        """Show how far all of them are, on a terminal."""
        names = ", ".join(self._running)
        done = f"{len(self._statuses)} of {plural(total, 'profile')} done"
        text = f"{done}, {self._calls:,} calls, {format_duration(seconds)}; running: {names}"
        self._console.status(text, len(self._statuses) / total)

    def _stop(self) -> None:
        """End the processes that are still running, and wait until what they read is stored."""
        self._console.clear_status()
        for run in self._running.values():
            run.process.terminate()
        for run in self._running.values():
            try:
                run.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                run.process.kill()
                run.process.wait()


def sync_all_profiles(ctx: typer.Context, session: Session, jobs: int) -> int:
    """Sync all profiles with the flags of this command line; return the highest exit status.

    Raises :class:`UsageError` where there are none, or where two of them can't be told apart.
    """
    if session.demo or ctx.params.get("format_"):
        other = "--demo" if session.demo else "--format"
        raise UsageError(f"--all-profiles and {other} can't be used together", "Use one of them.")
    profiles = _list_profiles(session.environ)
    _check_separate(session, profiles)
    words = [*_repeat_flags(ctx), "--color=never", *(["--quiet"] if session.quiet else [])]
    return ProfileRuns(session, words, jobs).run(profiles)


def _list_profiles(environ: Mapping[str, str]) -> list[str]:
    """Return the profiles of the configuration; ``default`` is one where it has a stored token."""
    path = config.config_path(environ)
    known = list(config.get_profiles(config.read(path), path))
    if config.DEFAULT_PROFILE not in known and (
        config.DEFAULT_PROFILE in credentials.TokenStore(environ).read_entries()
    ):
        known.insert(0, config.DEFAULT_PROFILE)
    if not known:
        raise UsageError(f"there are no profiles in {path}", "To create one, run wacr auth login --profile NAME.")
    return known


def _check_separate(session: Session, profiles: Sequence[str]) -> None:
    """Raise :class:`UsageError` where two profiles have one archive, or one account because of WACR_TOKEN."""
    archives, accounts = dict[str, str](), dict[str, str]()
    has_one_token = credentials.token_from_environment(session.environ)
    for profile in profiles:
        try:
            settings = config.load(session.environ, profile=profile)
            archive = _locate_archive(settings, session.archive_at)
        except WacrError:
            continue  # its own sync reports that
        if (other := archives.setdefault(archive, profile)) != profile:
            raise UsageError(
                f"the profiles {other!r} and {profile!r} have the same archive: {config.hide_password(archive)!r}",
                "Give each its own with wacr config set archive, or schema in one PostgreSQL database.",
            )
        if has_one_token and (other := accounts.setdefault(settings.api_url, profile)) != profile:
            raise UsageError(
                f"WACR_TOKEN would be the token of both {other!r} and {profile!r}",
                "Unset it, and run wacr auth login --profile NAME for each.",
            )


def _locate_archive(settings: config.Settings, chosen: str | None) -> str:
    if url := config.archive_url(settings, chosen):
        return f"{url} schema {settings.schema}" if settings.schema else url
    return os.path.realpath(config.archive_path(settings, chosen))


def _repeat_flags(ctx: typer.Context) -> Iterator[str]:
    """Yield the command's own flags as they were given, for the sync of each profile."""
    for param in ctx.command.params:
        value = ctx.params.get(param.name or "")
        given = getattr(ctx.get_parameter_source(param.name or ""), "name", "") == "COMMANDLINE"
        if not given or param.name in ("all_profiles", "jobs") or value is None:
            continue
        values = value if isinstance(value, list | tuple) else [value]
        yield from (param.opts[0] if one is True else f"{param.opts[0]}={one}" for one in values)
