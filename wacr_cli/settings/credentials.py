"""The token: where it comes from, where it is kept, and what it may look like. It is never part of a message.

A token comes from WACR_TOKEN, else it is the one that ``wacr auth login`` kept for the profile: in the keyring, or in
``credentials/tokens.json`` in the configuration folder, which says in either case for which origin it was given::

    {"profiles": {"shop": {"origin": "https://app.wa.cr", "token": "…"},
                  "work": {"origin": "https://app.wa.cr", "keyring": "work at https://app.wa.cr"}}}

The file has mode 0600 from the moment it exists, in a folder of 0700. It is refused where others can read it, where it
belongs to somebody else, and where it is a link: then nobody can say who else has it.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wacr_cli.core.errors import AuthError, UsageError
from wacr_cli.core.locks import held
from wacr_cli.settings import keyring
from wacr_cli.settings.config import Settings, config_dir, origin_of

_MOST_BYTES = 2**20
_WHERE_TO_MAKE_ONE = "Make one in the app under Settings → API"
_PASTED = re.compile(r"(authorization:\s*)?bearer(\s+|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Token:
    """A token and where it is: ``source`` is environment, keyring, file or sample, ``place`` the same in words."""

    value: str = field(repr=False)
    source: str
    place: str

    @property
    def ending(self) -> str:
        """Its last four characters, where they are few enough of it."""
        return f"…{self.value[-4:]}" if len(self.value) >= 8 else "…"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is kept for a profile: the token, or the name that it has in the keyring; and for which origin."""

    origin: str
    token: str = field(default="", repr=False)
    keyring: str = ""


def has_token(environ: Mapping[str, str], settings: Settings) -> bool:
    """Whether this run has a token, good or bad."""
    if of_environment(environ):
        return True
    entry = Store(environ).entries().get(settings.profile)
    return entry is not None and entry.origin == origin_of(settings.api_url)


def find_token(environ: Mapping[str, str], settings: Settings) -> Token:
    """The token of this run.

    Raises :class:`AuthError` where there is none for the API's origin, :class:`UsageError` where it can't be one.
    """
    if text := of_environment(environ):
        return Token(check_token(text, "WACR_TOKEN"), "environment", "WACR_TOKEN")
    store = Store(environ)
    entry = store.entries().get(settings.profile)
    profile = settings.profile_flag
    if entry is None:
        raise AuthError(
            f"no API token for profile {settings.profile!r}" if profile else "no API token",
            f"{_WHERE_TO_MAKE_ONE} and give it to wacr auth login{profile}, or set WACR_TOKEN, "
            "or try the sample workspace with --demo.",
        )
    if entry.origin != (origin := origin_of(settings.api_url)):
        raise AuthError(
            f"the token of profile {settings.profile!r} was given for {entry.origin}, not for {origin}",
            f"Set api_url back, or log in there: wacr auth login{profile}.",
            code="OTHER_ORIGIN",
        )
    return store.token_of(entry, profile)


def of_environment(environ: Mapping[str, str]) -> str:
    """WACR_TOKEN as it is, empty where it is blank."""
    text = environ.get("WACR_TOKEN", "")
    return text if text.strip() else ""


class Store:
    """What is kept in the configuration folder of an environment."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.folder = config_dir(environ) / "credentials"
        self.path = self.folder / "tokens.json"
        # A folder chosen for a while shares the keyring with all others, so its tokens have names of their own.
        self._chosen = environ.get("WACR_CONFIG_DIR", "")

    def entries(self) -> dict[str, Entry]:
        """What is kept, by profile. Raises :class:`UsageError` where the file can't be trusted or read."""
        data = self._read()
        if data is None:
            return {}
        try:
            return {name: Entry(**one) for name, one in json.loads(data)["profiles"].items() if _is_entry(one)}
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise UsageError(
                f"{self.path}: not whole", "Log in again: wacr auth login. It writes the file anew.", code="CREDENTIALS"
            ) from None

    def token_of(self, entry: Entry, profile: str = "") -> Token:
        """The token of an entry; ``profile`` is the flag that names its profile, for who has to log in again."""
        if not entry.keyring:
            return Token(check_token(entry.token, str(self.path)), "file", str(self.path))
        try:
            return Token(check_token(keyring.fetch(entry.keyring), "the keyring"), "keyring", "the keyring")
        except keyring.UnavailableError as error:
            raise AuthError(
                f"the token is in the keyring, which {error}",
                f"Unlock it, set WACR_TOKEN, or log in again: wacr auth login{profile}.",
                code="KEYRING",
            ) from None

    def keep(self, profile: str, origin: str, token: str) -> tuple[str, str]:
        """Keep a token for a profile: where it is now, and why not in the keyring, should it not be there.

        Raises :class:`UsageError` where it can't be kept.
        """
        account = f"{profile} at {origin}" + (f" in {self._chosen}" if self._chosen else "")
        with self._changing():
            entries = self._mendable_entries()
            before = entries.get(profile)
            try:
                keyring.keep(account, token)
                entries[profile], place, why = Entry(origin, keyring=account), "the keyring", ""
            except keyring.UnavailableError as error:
                entries[profile], place, why = Entry(origin, token=token), str(self.path), f"the keyring {error}"
            self._write(entries)
        if before and before.keyring not in ("", account):
            with suppress(keyring.UnavailableError):  # it can't be reached, and no profile refers to it any more
                keyring.forget(before.keyring)
        return place, why

    def forget(self, profile: str) -> tuple[str, str]:
        """Remove a profile's token: where it was, empty where there was none, and why it may still be there."""
        if profile not in self.entries():
            return "", ""
        with self._changing():
            entries = self.entries()
            entry = entries.pop(profile, Entry(""))
            self._write(entries)
        if not entry.keyring:
            return str(self.path), ""
        try:
            keyring.forget(entry.keyring)
        except keyring.UnavailableError as error:
            return "the keyring", f"the keyring {error}"
        return "the keyring", ""

    def _mendable_entries(self) -> dict[str, Entry]:
        """What is kept, nothing where the file is broken: it is about to be written anew."""
        return {} if self.broken() else self.entries()

    def broken(self) -> str:
        """What is wrong with what the file holds, empty where nothing is. Raises where it can't be trusted at all."""
        try:
            self.entries()
        except UsageError as error:
            if error.code != "CREDENTIALS":
                raise
            return error.message
        return ""

    def _read(self) -> bytes | None:
        """The file's bytes, None where there is none. Raises :class:`UsageError` where it can't be trusted."""
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
        try:
            fd = os.open(self.path, flags)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise UsageError(f"{self.path}: a symbolic link", _NO_LINK, code="INSECURE") from None
            raise UsageError(f"{self.path}: {error.strerror}", "wacr can't read its credentials.") from None
        with os.fdopen(fd, "rb") as file:
            self._check(os.fstat(fd))
            return file.read(_MOST_BYTES)

    def _check(self, found: os.stat_result) -> None:
        if not stat.S_ISREG(found.st_mode):
            raise UsageError(f"{self.path}: not a file", "Move it away, and log in again.", code="INSECURE")
        if sys.platform == "win32":
            return
        if found.st_uid != os.geteuid():
            raise UsageError(
                f"{self.path}: belongs to somebody else", "Move it away, and log in again.", code="INSECURE"
            )
        if mode := stat.S_IMODE(found.st_mode) & 0o077:
            raise UsageError(
                f"{self.path}: others can {'read' if mode & 0o044 else 'change'} it (mode {found.st_mode & 0o777:04o})",
                f"chmod 600 '{self.path}', and make a new token if somebody may have read it.",
                code="INSECURE",
            )

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Keep other processes from writing, for a moment. Raises :class:`UsageError` where nothing can be written."""
        try:
            self._make_folder()
            with held(self.folder / ".tokens.lock", str(self.path)):
                yield
        except OSError as error:
            raise UsageError(
                f"{self.folder}: {error.strerror}", "The credentials are as they were. Make the folder yours to write."
            ) from None

    def _write(self, entries: Mapping[str, Entry]) -> None:
        data = {"profiles": {name: _stored(entry) for name, entry in sorted(entries.items())}}
        _replace(self.path, json.dumps(data, indent=1).encode("ascii") + b"\n")

    def _make_folder(self) -> None:
        self.folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.mkdir(exist_ok=True, mode=0o700)
        found = self.folder.lstat()
        if not stat.S_ISDIR(found.st_mode):
            raise UsageError(f"{self.folder}: a symbolic link", _NO_LINK, code="INSECURE")
        if found.st_mode & 0o077:
            self.folder.chmod(0o700)


_NO_LINK = "A token is kept in a file of its own: move the link away, and log in again."


def _is_entry(one: Any) -> bool:
    """Whether it is what :func:`_stored` makes; raises :class:`ValueError` where it is not."""
    if not all(isinstance(one[key], str) for key in one) or ("token" in one) == ("keyring" in one):
        raise ValueError
    return True


def _stored(entry: Entry) -> dict[str, str]:
    return {"origin": entry.origin} | ({"keyring": entry.keyring} if entry.keyring else {"token": entry.token})


def _replace(path: Path, data: bytes) -> None:
    """Put a file in place at once, which nobody else can read at any moment."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(fd)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def pasted_token(text: str, origin: str) -> str:
    """The token in what a person pasted or piped in: blanks around it, and its ``Bearer``, are no part of it."""
    word = text.lstrip("\ufeff").strip()
    if not word:
        raise UsageError(f"{origin}: no token: it is empty", f"{_WHERE_TO_MAKE_ONE}, and paste it whole.")
    return check_token(_PASTED.sub("", word, count=1), origin)


def check_token(text: str, origin: str) -> str:
    """The token in ``text``, which may be pasted with its ``Bearer``; ``origin`` says where it came from."""
    token = text.removeprefix("Bearer ")
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError(
            f"{origin}: not a token: it has {_what_is_wrong(token)}",
            "A token is one word of ASCII letters, digits and signs; copy it again from Settings → API.",
        )
    return token


def _what_is_wrong(token: str) -> str:
    if not token:
        return "nothing after Bearer"
    if "\n" in token or "\r" in token:
        return "a line break"
    if not token.isascii():
        return "a letter outside ASCII"
    return "a space" if " " in token else "a control character"
