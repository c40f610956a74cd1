"""The checks of ``wacr doctor``: each inspects one part of the setup. Nothing is printed here.

A check that fails does not stop the others: a broken configuration is when they are needed. The results can be shown to
anybody: they contain no token or part of one, no phone number and no path of the home folder.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import stat
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from wacr_cli import __version__
from wacr_cli.core.errors import WacrError
from wacr_cli.settings import config, credentials, keyring, keys, redaction

if TYPE_CHECKING:
    from wacr_cli.archive.store import Store

State = Literal["error", "warning", "ok"]
STATES: tuple[State, ...] = ("error", "warning", "ok")

_REQUIRED_LIBRARIES = ("typer", "httpx", "rich", "platformdirs", "tomlkit")
_OTHER_LIBRARIES = ("httpcore", "h11", "certifi", "keyring")
_OWN_VARIABLES = ("PROFILE", "API_URL", "RATE_LIMIT", "ARCHIVE", "DEMO", "DEBUG", "CONFIG_DIR", "PAGER")
_PROXY_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
_CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_VARIABLES = (
    *(f"WACR_{name}" for name in _OWN_VARIABLES),
    *("PAGER", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"),
    *_PROXY_VARIABLES,
    *_CERTIFICATE_VARIABLES,
)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One result of a check: a message of one line, a hint what to do, and the exit status of an error."""

    topic: str
    state: State
    message: str
    hint: str = ""
    status: int = 0

    def as_row(self) -> dict[str, Any]:
        """Return the result as ``--format json`` reports it."""
        return {"topic": self.topic, "state": self.state, "message": self.message, "hint": self.hint}


def make_ok(topic: str, message: str) -> CheckResult:
    """Return the result of a part that works."""
    return CheckResult(topic, "ok", message)


def make_error(topic: str, error: WacrError) -> CheckResult:
    """Return the result for an error that any other command would end with too."""
    return CheckResult(topic, "error", error.message, error.hint, error.exit_status)


@dataclass(frozen=True, slots=True)
class Setup:
    """What is checked: the environment, the flags, and the settings, None where they can't be read."""

    environ: Mapping[str, str]
    profile: str | None
    demo: bool
    settings: config.Settings | None


Check = Callable[[Setup], Iterable[CheckResult]]


def run_checks(environ: Mapping[str, str], *, profile: str | None, demo: bool) -> tuple[Setup, list[CheckResult]]:
    """Run all checks that need no network."""
    setup = Setup(environ, profile, demo, None)
    results: list[CheckResult] = []
    try:
        setup = replace(setup, settings=config.load(environ, profile=profile, demo=demo))
    except WacrError as error:
        result = make_error("configuration", error)
        results += run_check("configuration", lambda _: [result], setup)
    for topic, check in CHECKS:
        results += run_check(topic, check, setup)
    return setup, results


def run_check(topic: str, check: Check, setup: Setup) -> list[CheckResult]:
    """Return the results of a check without secrets and home folder; an exception becomes one more result."""
    results: list[CheckResult] = []
    try:
        for result in check(setup):
            results.append(result)  # one at a time: the results before an exception are kept
    except WacrError as error:
        results.append(make_error(topic, error))
    except Exception as error:  # noqa: BLE001 - the other checks run in any case
        results.append(CheckResult(topic, "error", f"this check failed ({type(error).__name__})", status=1))
    return [replace(one, message=_redact(one.message, setup), hint=_redact(one.hint, setup)) for one in results]


def sort_results(results: Iterable[CheckResult]) -> list[CheckResult]:
    """Return errors first, then warnings, then the rest; a message that two checks report comes once."""
    unique: dict[str, CheckResult] = {}
    for result in results:
        unique.setdefault(result.message, result)
    return sorted(unique.values(), key=lambda result: STATES.index(result.state))


def get_exit_status(results: Iterable[CheckResult]) -> int:
    """Return the exit status of the first error, 0 where there is none."""
    return next((result.status for result in results if result.state == "error"), 0)


def _redact(text: str, setup: Setup) -> str:
    text = redaction.hide_token(text, redaction.secret_from_environment(setup.environ))
    home = str(Path.home())
    return text if home == "/" else text.replace(home, "~")


def _check_versions(_: Setup) -> Iterable[CheckResult]:
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    python = f"Python {platform.python_version()} ({platform.python_implementation()})"
    yield make_ok("version", f"wacr {__version__}, {python}, {system}")
    versions = []
    for name in (*_REQUIRED_LIBRARIES, *_OTHER_LIBRARIES):
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            if name in _REQUIRED_LIBRARIES:
                yield CheckResult("libraries", "error", f"{name} is not installed", "Install wacr again.", 1)
    yield make_ok("libraries", ", ".join(versions))


def _check_configuration(setup: Setup) -> Iterable[CheckResult]:
    path = config.config_path(setup.environ)
    yield make_ok("files", f"configuration {path} ({_describe_mode(path)})")
    if path.exists() and sys.platform != "win32" and path.stat().st_mode & 0o022:
        yield CheckResult("files", "warning", f"{path}: others can change it", f"Run chmod go-w '{path}'.")
    folder = _find_existing(path.parent)
    if not _is_writable(folder):
        yield CheckResult(
            "files",
            "warning",
            f"{folder}: not writable, so settings and tokens can't be stored",
            "Give yourself write permission for this folder.",
        )
    if setup.settings is not None:
        yield from (CheckResult("configuration", "warning", line) for line in setup.settings.warnings)


def _check_settings(setup: Setup) -> Iterable[CheckResult]:
    if setup.settings is None:
        return
    if setup.settings.demo:
        yield make_ok("settings", "sample workspace: uses no configuration, account or network")
        return
    for one in keys.list_settings(setup.environ, setup.profile):
        value = "not set" if one.value is None else f"{_hide_user(str(one.value))} ({one.origin})"
        yield make_ok("settings", f"{one.key}: {value}")


def _check_variables(setup: Setup) -> Iterable[CheckResult]:
    """Show the variables that have an effect, and check those that no other check reads."""
    shown = []
    for name in _VARIABLES:
        value = setup.environ.get(name) or (setup.environ.get(name.lower()) if name in _PROXY_VARIABLES else None)
        if value:
            shown.append(f"{name}={_hide_user(config.hide_password(value))}")
    yield make_ok("environment", ", ".join(shown) or "no variable is set that has an effect")
    for name in _CERTIFICATE_VARIABLES:
        location = setup.environ.get(name)
        if location and not Path(location).exists():
            yield CheckResult("environment", "error", f"{name}: {location} is missing", f"Fix or unset {name}.", 2)
    config.is_enabled(setup.environ, "WACR_DEBUG")


def _hide_user(address: str) -> str:
    """Return an address without the user name and the password before the host."""
    return re.sub(r"//[^/]*@|^[^/]*@", lambda found: "//" if found[0].startswith("//") else "", address)


def _check_credentials(setup: Setup) -> Iterable[CheckResult]:
    store = credentials.TokenStore(setup.environ)
    yield make_ok("files", f"credentials {store.path} ({_describe_mode(store.path)})")
    entries = store.read_entries()
    for name, entry in entries.items():
        location = "the keyring" if entry.keyring else "the file"
        yield make_ok("credentials", f"profile {name}: a token in {location}, for {entry.origin}")
    if sys.platform != "win32" and store.folder.exists() and store.folder.stat().st_mode & 0o077:
        yield CheckResult(
            "files", "warning", f"{store.folder}: others can open this folder", f"Run chmod 700 '{store.folder}'."
        )


def _check_token(setup: Setup) -> Iterable[CheckResult]:
    if setup.settings is None:
        if text := credentials.token_from_environment(setup.environ):
            credentials.parse_token(text, "WACR_TOKEN")
            yield make_ok("token", "WACR_TOKEN is set and has the form of a token")
        return
    if setup.settings.demo:
        return
    token = credentials.find_token(setup.environ, setup.settings)
    form = "a number, a bar and a secret, as Laravel makes them" if "|" in token.value else "one word"
    yield make_ok("token", f"{len(token.value)} characters, {form}, from {token.location}")


def _check_keyring(_: Setup) -> Iterable[CheckResult]:
    try:
        yield make_ok("keyring", keyring.get_backend_name())
    except keyring.UnavailableError as error:
        yield make_ok("keyring", f"the keyring {error}; tokens are stored in a file")


def _check_state_folder(_: Setup) -> Iterable[CheckResult]:
    folder = config.state_dir()
    existing = _find_existing(folder)
    if _is_writable(existing):
        yield make_ok("files", f"state {folder} ({_describe_mode(folder)})")
    else:
        yield CheckResult(
            "files",
            "warning",
            f"{existing}: not writable, so that processes can't share the rate limit",
            "Give yourself write permission for this folder.",
        )


def _check_archive(setup: Setup) -> Iterable[CheckResult]:
    """Check where the archive is, whether it can be read, and how fresh it is."""
    if setup.settings is None:
        return
    if url := config.archive_url(setup.settings):
        from wacr_cli.archive.postgres import PostgresStore

        with closing(PostgresStore(url, setup.settings.schema)) as database:
            yield make_ok("archive", _describe_archive(database, database.location))
        return
    path = config.archive_path(setup.settings)
    from wacr_cli.archive.sqlite import SqliteStore

    with closing(SqliteStore(path)) as store:
        message = _describe_archive(store, f"{path} ({_describe_mode(path)})")
        is_open_to_others = store.exists and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    if is_open_to_others:
        yield CheckResult("archive", "warning", f"{message}; others may read it", f"Run chmod 600 '{path}'.")
    else:
        yield make_ok("archive", message)


def _describe_archive(store: Store, location: str) -> str:
    if not store.exists:
        return f"{location}: no archive yet; wacr sync creates it"
    info = store.info()
    state = "complete" if info.complete else "incomplete"
    return f"{location}: {info.messages:,} messages, {state}, last synced {info.synced_at or 'never'}"


def _check_terminal(setup: Setup) -> Iterable[CheckResult]:
    streams = {name: getattr(sys, name) for name in ("stdin", "stdout", "stderr")}
    terminals = [name for name, one in streams.items() if one is not None and not one.closed and one.isatty()]
    size = shutil.get_terminal_size()
    encoding = getattr(sys.stdout, "encoding", "none")
    yield make_ok(
        "terminal",
        f"{', '.join(terminals) or 'none'}; {size.columns} by {size.lines}; "
        f"TERM={setup.environ.get('TERM', '')}, {encoding}",
    )


CHECKS: tuple[tuple[str, Check], ...] = (
    ("version", _check_versions),
    ("configuration", _check_configuration),
    ("settings", _check_settings),
    ("credentials", _check_credentials),
    ("token", _check_token),
    ("environment", _check_variables),
    ("keyring", _check_keyring),
    ("files", _check_state_folder),
    ("archive", _check_archive),
    ("terminal", _check_terminal),
)


def _find_existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that exists."""
    return next(one for one in (folder, *folder.parents) if one.exists())


def _is_writable(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def _describe_mode(path: Path) -> str:
    """Return the type and the permissions of a path as ``ls -l`` shows them."""
    try:
        status = path.lstat()
    except OSError as error:
        return "missing" if isinstance(error, FileNotFoundError | NotADirectoryError) else str(error.strerror)
    return stat.filemode(status.st_mode)
