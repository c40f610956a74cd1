"""What may be wrong with a set-up, looked at piece by piece; no printing, and nothing that is secret.

Every check says what it found even where another one failed: a broken configuration is when they are needed. What they
say can be shown to anybody: no token or part of one, no telephone number, no name of the person's home.
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
from typing import Any, Literal

from wacr_cli import __version__
from wacr_cli.core.errors import UsageError, WacrError
from wacr_cli.settings import config, credentials, keyring, keys, places, redaction

State = Literal["fault", "warning", "fine"]

_NEEDED = ("typer", "httpx", "rich", "platformdirs", "tomlkit")
_OTHERS = ("httpcore", "h11", "certifi", "keyring")
_OURS = ("PROFILE", "API_URL", "RATE_LIMIT", "ARCHIVE", "DEMO", "DEBUG", "CONFIG_DIR", "PAGER")
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
_STORES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_VARIABLES = (
    *(f"WACR_{name}" for name in _OURS),
    *("PAGER", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"),
    *_PROXIES,
    *_STORES,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found: ``said`` in a line, ``hint`` what to do, ``status`` the exit status a fault leads to."""

    topic: str
    state: State
    said: str
    hint: str = ""
    status: int = 0

    def as_row(self) -> dict[str, Any]:
        """The finding as ``--format json`` reports it."""
        return {"topic": self.topic, "state": self.state, "said": self.said, "hint": self.hint}


def fine(topic: str, said: str) -> Finding:
    """Nothing is wrong there."""
    return Finding(topic, "fine", said)


def fault(topic: str, error: WacrError) -> Finding:
    """What a run would fail with."""
    return Finding(topic, "fault", error.message, error.hint, error.exit_status)


@dataclass(frozen=True, slots=True)
class Patient:
    """What is looked at: an environment, the flags, and the settings, None where they can't be made out."""

    environ: Mapping[str, str]
    profile: str | None
    demo: bool
    settings: config.Settings | None


Check = Callable[[Patient], Iterable[Finding]]


def examine(environ: Mapping[str, str], *, profile: str | None, demo: bool) -> tuple[Patient, list[Finding]]:
    """Look at everything on this machine."""
    patient = Patient(environ, profile, demo, None)
    found: list[Finding] = []
    try:
        patient = replace(patient, settings=config.load(environ, profile=profile, demo=demo))
    except WacrError as error:
        broken = fault("configuration", error)
        found += looked("configuration", lambda _: [broken], patient)
    for topic, check in CHECKS:
        found += looked(topic, check, patient)
    return patient, found


def looked(topic: str, check: Check, patient: Patient) -> list[Finding]:
    """What a check finds, be it that it fails itself; nothing of it names the home or holds a token."""
    found: list[Finding] = []
    try:
        for one in check(patient):
            found.append(one)  # one by one: what was found before a failure is kept
    except WacrError as error:
        found.append(fault(topic, error))
    except Exception as error:  # noqa: BLE001 - whatever is broken, the other checks are still made
        found.append(Finding(topic, "fault", f"could not be looked at ({type(error).__name__})", status=1))
    return [replace(one, said=_shareable(one.said, patient), hint=_shareable(one.hint, patient)) for one in found]


def sorted_findings(found: Iterable[Finding]) -> list[Finding]:
    """Faults before warnings before the rest; what two checks ran into is said once."""
    order = ("fault", "warning", "fine")
    once: dict[str, Finding] = {}
    for one in found:
        once.setdefault(one.said, one)
    return sorted(once.values(), key=lambda one: order.index(one.state))


def _shareable(text: str, patient: Patient) -> str:
    text = redaction.hide_token(text, redaction.secret_of(patient.environ))
    home = str(Path.home())
    return text if home == "/" else text.replace(home, "~")


def _versions(_: Patient) -> Iterable[Finding]:
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    python = f"Python {platform.python_version()} ({platform.python_implementation()})"
    yield fine("version", f"wacr {__version__}, {python}, {system}")
    parts = []
    for name in (*_NEEDED, *_OTHERS):
        try:
            parts.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            if name in _NEEDED:
                yield Finding("libraries", "fault", f"{name} is not installed", "Install wacr again.", 1)
    yield fine("libraries", ", ".join(parts))


def _configuration(patient: Patient) -> Iterable[Finding]:
    path = config.config_path(patient.environ)
    yield fine("files", f"configuration {path} ({_mode_of(path)})")
    if path.exists() and sys.platform != "win32" and path.stat().st_mode & 0o022:
        yield Finding("files", "warning", f"{path}: others can change it", f"chmod go-w '{path}'")
    folder = next(one for one in (path.parent, *path.parent.parents) if one.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        yield Finding(
            "files", "warning", f"{folder}: can't be written, so nothing can be kept there", "Make the folder yours."
        )
    if patient.settings is not None:
        yield from (Finding("configuration", "warning", line) for line in patient.settings.warnings)


def _settings(patient: Patient) -> Iterable[Finding]:
    if patient.settings is None:
        return
    if patient.settings.demo:
        yield fine("settings", "the sample workspace: no configuration, account or network")
        return
    for one in keys.listed(patient.environ, patient.profile):
        said = "not set" if one.value is None else f"{_without_password(str(one.value))} ({one.origin})"
        yield fine("settings", f"{one.key}: {said}")


def _variables(patient: Patient) -> Iterable[Finding]:
    """What is set that matters."""
    shown = []
    for name in _VARIABLES:
        value = patient.environ.get(name) or (patient.environ.get(name.lower()) if name in _PROXIES else None)
        if value:
            shown.append(f"{name}={_without_password(places.without_password(value))}")
    yield fine("environment", ", ".join(shown) or "nothing set that matters")
    for name in _STORES:
        place = patient.environ.get(name)
        if place and not Path(place).exists():
            yield Finding("environment", "fault", f"{name}: {place} is not there", f"Mend or unset {name}.", 2)
    if text := patient.environ.get("WACR_DEBUG"):
        try:
            config.flag({"WACR_DEBUG": text}, "WACR_DEBUG")
        except UsageError as error:
            yield fault("environment", error)


def _without_password(address: str) -> str:
    """An address without what may be a name and a password before the host."""
    return re.sub(r"//[^/]*@|^[^/]*@", lambda found: "//" if found[0].startswith("//") else "", address)


def _credentials(patient: Patient) -> Iterable[Finding]:
    store = credentials.Store(patient.environ)
    yield fine("files", f"credentials {store.path} ({_mode_of(store.path)})")
    entries = store.entries()
    for name, entry in entries.items():
        where = "the keyring" if entry.keyring else "the file"
        yield fine("credentials", f"profile {name}: a token in {where}, for {entry.origin}")
    if sys.platform != "win32" and store.folder.exists() and store.folder.stat().st_mode & 0o077:
        yield Finding("files", "warning", f"{store.folder}: open to others", f"chmod 700 '{store.folder}'")


def _token(patient: Patient) -> Iterable[Finding]:
    if patient.settings is None:
        if patient.environ.get("WACR_TOKEN", "").strip():
            credentials.check_token(patient.environ["WACR_TOKEN"], "WACR_TOKEN")
            yield fine("token", "WACR_TOKEN is set, and looks like one")
        return
    if patient.settings.demo:
        return
    token = credentials.find_token(patient.environ, patient.settings)
    kind = "a number, a bar and a secret, as Laravel makes them" if "|" in token.value else "one word"
    yield fine("token", f"{len(token.value)} characters, {kind}, from {token.place}")


def _keyring(patient: Patient) -> Iterable[Finding]:
    try:
        yield fine("keyring", keyring.backend())
    except keyring.UnavailableError as error:
        yield fine("keyring", f"the keyring {error}; tokens are kept in a file")


def _state(_: Patient) -> Iterable[Finding]:
    folder = config.state_dir()
    existing = next(one for one in (folder, *folder.parents) if one.exists())
    if os.access(existing, os.W_OK | os.X_OK):
        yield fine("files", f"state {folder} ({_mode_of(folder)})")
    else:
        yield Finding(
            "files",
            "warning",
            f"{existing}: can't be written, so that each wacr counts its calls alone",
            "Make it yours.",
        )


def archive_findings(patient: Patient) -> Iterable[Finding]:
    """Where the local archive is, whether it can be read, and how fresh it is."""
    if patient.settings is None:
        return
    if url := config.archive_url(patient.settings):
        yield _shared_archive(url)
        return
    path = config.archive_path(patient.settings)
    if not path.exists():
        yield fine("archive", f"{path} (none yet; wacr sync makes it)")
        return
    from wacr_cli.archive.sqlite import SqliteStore

    store = SqliteStore(path)
    try:
        info = store.info()
    except WacrError as error:
        yield fault("archive", error)
        return
    finally:
        store.close()
    state = "complete" if info.complete else "not complete"
    said = f"{path} ({_mode_of(path)}): {info.messages:,} messages, {state}, last synced {info.synced_at or 'never'}"
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Finding("archive", "warning", f"{said}; others may read it", "chmod 600 it.")
    else:
        yield fine("archive", said)


def _shared_archive(url: str) -> Finding:
    """How the archive in a database is."""
    try:
        from wacr_cli.archive.postgres import PostgresStore

        store = PostgresStore(url)
        with closing(store):
            if not store.exists:
                return fine("archive", f"{store.location} (none yet; wacr sync makes it)")
            info = store.info()
    except WacrError as error:
        return fault("archive", error)
    state = "complete" if info.complete else "not complete"
    return fine(
        "archive", f"{info.place}: {info.messages:,} messages, {state}, last synced {info.synced_at or 'never'}"
    )


def _terminal(patient: Patient) -> Iterable[Finding]:
    streams = {name: getattr(sys, name) for name in ("stdin", "stdout", "stderr")}
    terminals = [name for name, one in streams.items() if one is not None and not one.closed and one.isatty()]
    size = shutil.get_terminal_size()
    encoding = getattr(sys.stdout, "encoding", "none")
    yield fine(
        "terminal",
        f"{', '.join(terminals) or 'none'}; {size.columns} by {size.lines}; "
        f"TERM={patient.environ.get('TERM', '')}, {encoding}",
    )


CHECKS: tuple[tuple[str, Check], ...] = (
    ("version", _versions),
    ("configuration", _configuration),
    ("settings", _settings),
    ("credentials", _credentials),
    ("token", _token),
    ("environment", _variables),
    ("keyring", _keyring),
    ("files", _state),
    ("archive", archive_findings),
    ("terminal", _terminal),
)


def first_status(found: Iterable[Finding]) -> int:
    """The exit status of the first fault, 0 where there is none."""
    return next((one.status for one in found if one.state == "fault"), 0)


def _mode_of(path: Path) -> str:
    """What a path is, and who may do what with it."""
    try:
        found = path.lstat()
    except OSError as error:
        return "not there" if isinstance(error, FileNotFoundError | NotADirectoryError) else str(error.strerror)
    return stat.filemode(found.st_mode)
