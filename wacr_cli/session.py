"""What one run needs, each part built on first use."""

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
    from wacr_cli.api.downloads import Downloader
    from wacr_cli.api.rate_limiter import RateLimiter
    from wacr_cli.api.source import ApiSource
    from wacr_cli.api.transport import Deadline
    from wacr_cli.archive.store import Store
    from wacr_cli.core.business_hours import BusinessHours
    from wacr_cli.core.contacts import Names
    from wacr_cli.core.media import MediaUrls
    from wacr_cli.core.progress import Progress
    from wacr_cli.output.options import OutputOptions
    from wacr_cli.output.output import Output
    from wacr_cli.settings.debug_log import DebugLog


@dataclass
class Session:
    """One run: flags and environment in; settings, console, client, archive and output out.

    ``max_wait`` and ``timeout`` are in seconds. ``new_profile`` allows a profile that does not exist yet.
    ``archive_at`` is the archive that a flag names. ``log`` is the debug log, None without WACR_DEBUG.
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
    log: DebugLog | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    clock: Clock = field(default_factory=SystemClock)

    def close(self) -> None:
        """Close the connections that were opened."""
        for name in ("client", "store"):
            if name in self.__dict__:
                getattr(self, name).close()

    @cached_property
    def console(self) -> Console:
        """The terminal: colour, width, pager, standard error."""
        return Console.detect(self.environ, color=self.color, quiet=self.quiet, verbose=self.verbose, pager=self.pager)

    @cached_property
    def settings(self) -> config.Settings:
        """The settings of this run; their warnings are printed once."""
        settings = config.load(self.environ, profile=self.profile, demo=self.demo, allow_new_profile=self.new_profile)
        for warning in settings.warnings:
            self.console.note(f"wacr: {warning}")
        return settings

    @property
    def limit(self) -> int:
        """Calls a minute, as far as is known before the first call."""
        return self.settings.rate_limit or DEFAULT_LIMIT

    @cached_property
    def progress(self) -> ConsoleProgress:
        """The progress shown on standard error."""
        return ConsoleProgress(self.console, limit=self.limit)

    @cached_property
    def _listener(self) -> Progress:
        """The listener of calls and waits: the console, and the debug log where there is one."""
        if self.log is None:
            return self.progress
        from wacr_cli.settings.debug_log import LoggedProgress

        return LoggedProgress(self.progress, self.log)

    def output(self, options: OutputOptions) -> Output:
        """Return the output of this run in the format that the options amount to."""
        from wacr_cli.output.output import Output

        return Output(options, self.console, self.clock.now)

    @cached_property
    def token(self) -> credentials.Token:
        """The token of this run; it is redacted everywhere from here on."""
        if self.settings.demo:
            return credentials.Token("demo", "sample", "the sample workspace")
        return self.register_secret(credentials.find_token(self.environ, self.settings))

    def register_secret(self, token: credentials.Token) -> credentials.Token:
        """Redact a token from all that is printed and logged; return it."""
        self.console.secret = redaction.secret_from_token(token.value)
        if self.log:
            self.log.register_secret(token.value)
            api, profile = self.settings.api_url, self.settings.profile
            self.log.write_line(f"API {api}, profile {profile!r}, token from {token.source}")
        return token

    @cached_property
    def client(self) -> Client:
        """The endpoints of the API, or of the sample workspace in its place."""
        return self.make_client(self.token, None if self.settings.demo else self.rate_limiter)

    def make_client(self, token: credentials.Token, limiter: RateLimiter | None = None) -> Client:
        """Return a client for a token, with the rate limiter of that token."""
        from wacr_cli.api.client import Client

        url = self.settings.api_url
        if self.settings.demo:
            return Client(self._observe(_make_sample_transport(self.clock)), url, token.value)
        limiter = limiter or self._make_rate_limiter(token.value)
        renewal = _describe_renewal(self, token)
        return Client(self._make_transport(limiter), url, token.value, renewal=renewal, explain_limit=limiter.explain)

    def make_downloader(self, urls: MediaUrls, most: int) -> Downloader:
        """Return what downloads files of at most *most* bytes; the session's time limit is that of each file."""
        from wacr_cli.api import network
        from wacr_cli.api.downloads import Downloader, StreamTransport
        from wacr_cli.api.transport import RateLimitTransport, RetryTransport

        def stream(inner: httpx.BaseTransport, *, host: bool = False) -> httpx.BaseTransport:
            return StreamTransport(inner, self._deadline, self.clock, self._listener, host=host)

        token = self.token.value
        if self.settings.demo:
            sample = stream(_make_sample_transport(self.clock))
            return Downloader(sample, sample, urls, token, most)
        limited = RateLimitTransport(stream(network.connect(self.settings.api_url, self._deadline)), self.rate_limiter)
        own = RetryTransport(
            limited, self.clock, max_wait=self.max_wait, limiter=self.rate_limiter, progress=self._listener
        )
        public = stream(network.connect_publicly(self._deadline), host=True)
        other = RetryTransport(public, self.clock, max_wait=min(self.max_wait, 10), tries=2, progress=self._listener)
        return Downloader(own, other, urls, token, most)

    @cached_property
    def source(self) -> ApiSource:
        """The API as a source of messages."""
        from wacr_cli.api.source import ApiSource

        return ApiSource(self.client, self._listener)

    @cached_property
    def store(self) -> Store:
        """The archive: a file, or a database."""
        if url := config.archive_url(self.settings, self.archive_at):
            from wacr_cli.archive.postgres import PostgresStore

            return PostgresStore(url, self.settings.schema)
        from wacr_cli.archive.sqlite import SqliteStore

        return SqliteStore(config.archive_path(self.settings, self.archive_at))

    @property
    def origin(self) -> str:
        """What an archive belongs to: the API's host and path; on loopback without the port."""
        if self.settings.demo:
            return "the sample workspace"
        from urllib.parse import urlsplit

        url = urlsplit(self.settings.api_url)
        return f"{'localhost' if config.is_loopback(url.hostname or '') else url.netloc}{url.path}"

    @cached_property
    def archived_names(self) -> Names | None:
        """The archive as a source of names, None where it has no contacts."""
        has_contacts = self.store.exists and (self.store.get_state("contacts") or {}).get("whole")
        return self.store if has_contacts else None

    @cached_property
    def names(self) -> Names:
        """What finds names by phone number: the archive where it has the contacts, else the API."""
        if self.archived_names:
            return self.archived_names
        from wacr_cli.api.names import ApiNames

        return ApiNames(self.client)

    @cached_property
    def _deadline(self) -> Deadline:
        from wacr_cli.api.transport import Deadline

        return Deadline(self.clock, self.timeout)

    def _observe(self, inner: httpx.BaseTransport) -> httpx.BaseTransport:
        from wacr_cli.api.transport import DeadlineTransport, LoggingTransport

        observed = DeadlineTransport(inner, self._deadline, self.clock, self._listener)
        return observed if self.log is None else LoggingTransport(observed, self.log.write_line)

    def _make_transport(self, limiter: RateLimiter) -> httpx.BaseTransport:
        from wacr_cli.api import network
        from wacr_cli.api.transport import RateLimitTransport, RetryTransport

        observed = self._observe(network.connect(self.settings.api_url, self._deadline))
        return RetryTransport(
            RateLimitTransport(observed, limiter),
            self.clock,
            max_wait=self.max_wait,
            limiter=limiter,
            progress=self._listener,
        )

    @cached_property
    def rate_limiter(self) -> RateLimiter:
        """The rate limiter of this run's token."""
        return self._make_rate_limiter(self.token.value)

    @property
    def business_hours(self) -> BusinessHours | None:
        """The business hours of the profile, None where it has none. Raises :class:`UsageError` for invalid ones."""
        from wacr_cli.core.business_hours import parse_business_hours

        settings = self.settings
        return parse_business_hours(settings.business_hours, settings.business_days, settings.timezone)

    def is_crowded(self) -> bool:
        """Return whether few calls are left of the rate limit, which others may use too."""
        if self.settings.demo:
            return False
        limit, left = self.rate_limiter.left()
        return left < limit // 10

    def _make_rate_limiter(self, token: str) -> RateLimiter:
        from wacr_cli.api.rate_limiter import RateLimiter, open_state

        fd = None
        try:
            fd = open_state(config.state_dir(), token, config.get_origin(self.settings.api_url))
        except OSError as error:
            self.console.note(f"wacr: the rate limit is not shared with other processes: {error}")
        return RateLimiter(
            fd,
            self.clock,
            configured=self.settings.rate_limit,
            max_wait=self.max_wait,
            progress=self._listener,
        )


def _describe_renewal(session: Session, token: credentials.Token) -> str:
    """Return what to do about a refused token; a new one goes where the old one came from."""
    is_from_environment = token.source == "environment"
    where = (
        "set WACR_TOKEN" if is_from_environment else f"log in with it: wacr auth login{session.settings.profile_flag}"
    )
    return f"Create a token in the app under Settings → API, then {where}."


def _make_sample_transport(clock: Clock) -> httpx.BaseTransport:
    """Return the sample workspace in place of the network; its newest messages are minutes old.

    Its times move every ten minutes, so that a second ``wacr --demo sync`` soon after the first finds no changes.
    """
    import httpx

    from wacr_cli.sandbox import world
    from wacr_cli.sandbox.app import Sandbox

    now = clock.now()
    return httpx.MockTransport(Sandbox(world.load(now.replace(minute=now.minute // 10 * 10, second=0, microsecond=0))))


def serve_sandbox(session: Session, port: int) -> None:
    """Serve the sample workspace over HTTP on this machine until interrupted. Raises :class:`OSError`."""
    from wacr_cli.sandbox import world
    from wacr_cli.sandbox.app import Sandbox
    from wacr_cli.sandbox.serve import serve

    app = Sandbox(world.load(session.clock.now()), rate_limit=DEFAULT_LIMIT)
    with serve(app, port, log=session.console.write_line if session.verbose else None) as server:
        session.console.note(f"Serving the sample workspace at {server.url}; any token will do. Ctrl-C ends it.")
        server.serve_forever()
