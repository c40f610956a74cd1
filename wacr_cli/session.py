"""What one run needs, each thing built when it is first asked for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from wacr_cli.core.models import DEFAULT_LIMIT
from wacr_cli.core.times import Clock, SystemClock
from wacr_cli.output.console import Console, ConsoleProgress
from wacr_cli.settings import config, credentials, redaction

if TYPE_CHECKING:
    import httpx

    from wacr_cli.api.client import Client
    from wacr_cli.api.rate_limiter import Budget
    from wacr_cli.api.source import ApiSource
    from wacr_cli.api.transport import Deadline
    from wacr_cli.archive.store import Store
    from wacr_cli.core.contacts import Names
    from wacr_cli.core.progress import Progress
    from wacr_cli.settings.debug_log import Log


@dataclass
class Run:
    """One run: flags and environment in, settings, console and source out.

    ``max_wait`` and ``timeout`` are in seconds. ``new_profile`` says that the profile need not be there yet.
    ``archive_at`` is the archive that a flag names. ``log`` is what WACR_DEBUG asks for.
    """

    profile: str | None = None
    demo: bool = False
    color: str = "auto"
    quiet: bool = False
    verbose: bool = False
    pager: bool = True
    max_wait: float = 300
    timeout: float = 30
    new_profile: bool = False
    archive_at: str | None = None
    log: Log | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    clock: Clock = field(default_factory=SystemClock)

    def close(self) -> None:
        """Close the connections, where there are any."""
        for name in ("client", "store"):
            if name in self.__dict__:
                getattr(self, name).close()

    @cached_property
    def console(self) -> Console:
        """The person's side."""
        return Console.of_process(
            self.environ, color=self.color, quiet=self.quiet, verbose=self.verbose, pager=self.pager
        )

    @cached_property
    def settings(self) -> config.Settings:
        """What this run is set to; what is odd about it is said once."""
        settings = config.load(self.environ, profile=self.profile, demo=self.demo, may_be_new=self.new_profile)
        for warning in settings.warnings:
            self.console.note(f"wacr: {warning}")
        return settings

    @property
    def limit(self) -> int:
        """Calls a minute, as far as is known before the first."""
        return self.settings.rate_limit or DEFAULT_LIMIT

    @cached_property
    def progress(self) -> ConsoleProgress:
        """The listener that tells the person."""
        return ConsoleProgress(self.console, limit=self.limit)

    @cached_property
    def _heard(self) -> Progress:
        """What hears of calls and waits: the person, and the log where there is one."""
        if self.log is None:
            return self.progress
        from wacr_cli.settings.debug_log import LoggedProgress

        return LoggedProgress(self.progress, self.log)

    @cached_property
    def token(self) -> credentials.Token:
        """The token of this run, which is said nowhere from here on."""
        if self.settings.demo:
            return credentials.Token("demo", "sample", "the sample workspace")
        return self.heed(credentials.find_token(self.environ, self.settings))

    def heed(self, token: credentials.Token) -> credentials.Token:
        """See that a token is not said."""
        self.console.secret = redaction.secret(token.value)
        if self.log:
            self.log.heed(token.value)
            self.log.say(f"API {self.settings.api_url}, profile {self.settings.profile!r}, token from {token.source}")
        return token

    @cached_property
    def client(self) -> Client:
        """The endpoints of the API, or of the sample workspace in its place."""
        return self.connected(self.token, None if self.settings.demo else self.budget)

    def connected(self, token: credentials.Token, budget: Budget | None = None) -> Client:
        """The endpoints of the API, to be called with a token, within that token's budget."""
        from wacr_cli.api.client import Client

        url = self.settings.api_url
        if self.settings.demo:
            return Client(self._watched(_sample_workspace(self.clock)), url, token.value)
        budget = budget or self._budget(token.value)
        transport = self._transport(budget)
        return Client(transport, url, token.value, renewal=_renewal(self, token), whose=budget.whose)

    @cached_property
    def source(self) -> ApiSource:
        """What answers questions about messages."""
        from wacr_cli.api.source import ApiSource

        return ApiSource(self.client, self._heard)

    @cached_property
    def store(self) -> Store:
        """The archive: a file, or a database."""
        if url := config.archive_url(self.settings, self.archive_at):
            from wacr_cli.archive.postgres import PostgresStore

            return PostgresStore(url)
        from wacr_cli.archive.sqlite import SqliteStore

        return SqliteStore(config.archive_path(self.settings, self.archive_at))

    @property
    def origin(self) -> str:
        """Whose messages the archive holds: the service's host and path, whatever the port on this machine."""
        if self.settings.demo:
            return "the sample workspace"
        from urllib.parse import urlsplit

        url = urlsplit(self.settings.api_url)
        return f"{'localhost' if config.is_loopback(url.hostname or '') else url.netloc}{url.path}"

    @cached_property
    def archived_names(self) -> Names | None:
        """The archive, where it has the contacts."""
        has_them = self.store.exists and (self.store.get_state("contacts") or {}).get("whole")
        return self.store if has_them else None

    @cached_property
    def names(self) -> Names:
        """What knows people's names by their numbers: the archive, where it has the contacts, else the API."""
        if self.archived_names:
            return self.archived_names
        from wacr_cli.api.names import ApiNames

        return ApiNames(self.client)

    @cached_property
    def _deadline(self) -> Deadline:
        from wacr_cli.api.transport import Deadline

        return Deadline(self.clock, self.timeout)

    def _watched(self, inner: httpx.BaseTransport) -> httpx.BaseTransport:
        from wacr_cli.api.transport import Watched

        watched = Watched(inner, self._deadline, self.clock, self._heard)
        if self.log is None:
            return watched
        from wacr_cli.api.transport import Logged

        return Logged(watched, self.log.say)

    def _transport(self, budget: Budget) -> httpx.BaseTransport:
        from wacr_cli.api import wire
        from wacr_cli.api.transport import Paced, Retrying

        paced = Paced(self._watched(wire.connect(self.settings.api_url, self._deadline)), budget)
        return Retrying(paced, self.clock, max_wait=self.max_wait, budget=budget, progress=self._heard)

    @cached_property
    def budget(self) -> Budget:
        """The calls that this run's token may make."""
        return self._budget(self.token.value)

    def _budget(self, token: str) -> Budget:
        from wacr_cli.api import rate_limiter

        fd = None
        try:
            fd = rate_limiter.open_state(config.state_dir(), token)
        except OSError as error:
            self.console.note(f"wacr: the call limit is kept by this process alone: {error}")
        limit = self.settings.rate_limit
        return rate_limiter.Budget(fd, self.clock, configured=limit, max_wait=self.max_wait, progress=self._heard)


def _renewal(run: Run, token: credentials.Token) -> str:
    """What to do about a token that is refused: where it came from is where the next one goes."""
    of_environment = token.source == "environment"
    where = "set WACR_TOKEN" if of_environment else f"log in with it: wacr auth login{run.settings.profile_flag}"
    return f"Make a new one in the app under Settings → API and {where}."


def _sample_workspace(clock: Clock) -> httpx.BaseTransport:
    """The sample workspace in place of the network, its newest messages minutes old."""
    import httpx

    from wacr_cli.sandbox import world
    from wacr_cli.sandbox.app import Sandbox

    return httpx.MockTransport(Sandbox(world.build(clock.now().replace(second=0, microsecond=0))))


def serve_sandbox(run: Run, port: int) -> None:
    """Serve the sample workspace over HTTP on this machine, until interrupted. Raises :class:`OSError`."""
    from wacr_cli.sandbox import world
    from wacr_cli.sandbox.app import Sandbox
    from wacr_cli.sandbox.serve import serve

    app = Sandbox(world.build(run.clock.now()), rate_limit=DEFAULT_LIMIT)
    with serve(app, port, log=run.console.say if run.verbose else None) as server:
        run.console.note(f"Serving the sample workspace at {server.url}; any token will do. Ctrl-C ends it.")
        server.serve_forever()
