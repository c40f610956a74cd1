"""What one run needs, each thing built when it is first asked for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from wacr_cli.models import DEFAULT_LIMIT
from wacr_cli.output.console import Console, ConsoleProgress
from wacr_cli.settings import config, credentials
from wacr_cli.times import Clock, SystemClock

if TYPE_CHECKING:
    import httpx

    from wacr_cli.api.budget import Budget
    from wacr_cli.api.reader import ApiSource
    from wacr_cli.api.transport import Deadline


@dataclass
class Run:
    """One run: flags and environment in, settings, console and source out.

    ``max_wait`` and ``timeout`` are in seconds.
    """

    profile: str | None = None
    demo: bool = False
    color: str = "auto"
    quiet: bool = False
    verbose: bool = False
    pager: bool = True
    max_wait: float = 300
    timeout: float = 30
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    clock: Clock = field(default_factory=SystemClock)

    def close(self) -> None:
        """Close the connections, where there are any."""
        if "source" in self.__dict__:
            self.source.close()

    @cached_property
    def console(self) -> Console:
        """The person's side."""
        return Console.of_process(
            self.environ, color=self.color, quiet=self.quiet, verbose=self.verbose, pager=self.pager
        )

    @cached_property
    def settings(self) -> config.Settings:
        """What this run is set to; what is odd about it is said once."""
        settings = config.load(self.environ, profile=self.profile, demo=self.demo)
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
    def source(self) -> ApiSource:
        """What answers questions: the API, or the sample workspace in its place."""
        from wacr_cli.api.client import Client
        from wacr_cli.api.reader import ApiSource

        if self.settings.demo:
            client = Client(self._watched(_sample_workspace(self.clock)), self.settings.api_url, "demo")
            return ApiSource(client, self.progress)
        token = credentials.find_token(self.environ)
        return ApiSource(Client(self._transport(token), self.settings.api_url, token), self.progress)

    @cached_property
    def _deadline(self) -> Deadline:
        from wacr_cli.api.transport import Deadline

        return Deadline(self.clock, self.timeout)

    def _watched(self, inner: httpx.BaseTransport) -> httpx.BaseTransport:
        from wacr_cli.api.transport import Watched

        return Watched(inner, self._deadline, self.clock, self.progress)

    def _transport(self, token: str) -> httpx.BaseTransport:
        from wacr_cli.api import wire
        from wacr_cli.api.transport import Paced, Retrying

        budget = self._budget(token)
        paced = Paced(self._watched(wire.connect(self.settings.api_url, self._deadline)), budget)
        return Retrying(paced, self.clock, max_wait=self.max_wait, budget=budget, progress=self.progress)

    def _budget(self, token: str) -> Budget:
        from wacr_cli.api import budget

        fd = None
        try:
            fd = budget.open_state(config.state_dir(), token)
        except OSError as error:
            self.console.note(f"wacr: the call limit is kept by this process alone: {error}")
        limit = self.settings.rate_limit
        return budget.Budget(fd, self.clock, configured=limit, max_wait=self.max_wait, progress=self.progress)


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
