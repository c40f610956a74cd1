"""Find, store and check API tokens. No message, log line or error ever contains one.

A token comes from WACR_TOKEN, else from what ``wacr auth login`` stored for the profile: in the keyring, or in
``credentials/tokens.json`` in the configuration folder. In both cases that file has the origin that the token is for::

    {"profiles": {"shop": {"origin": "https://app.wa.cr", "token": "…"},
                  "work": {"origin": "https://app.wa.cr", "keyring": "work at https://app.wa.cr"}}}

The file has mode 0600 from the moment it exists, in a folder with mode 0700. It is refused where other users can read
or change it, where it belongs to another user, and where it is a link: its tokens may be known to others then.
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

from wacr_cli.core import locks
from wacr_cli.core.errors import AuthError, UsageError
from wacr_cli.settings import keyring
from wacr_cli.settings.config import Settings, config_dir, get_origin

_MAX_BYTES = 2**20
_CREATE_TOKEN = "Create a token in the app under Settings → API"  # noqa: S105 - a sentence
_LOG_IN_AGAIN = "Move it away, then run wacr auth login."
_BEARER = re.compile(r"(authorization:\s*)?bearer(\s+|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Token:
    """A token and where it comes from.

    ``source`` is environment, keyring, file or sample; ``location`` describes the same for the user.
    """

    value: str = field(repr=False)
    source: str
    location: str

    @property
    def ending(self) -> str:
        """The last four characters, none of a short token."""
        return f"…{self.value[-4:]}" if len(self.value) >= 8 else "…"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is stored for a profile: the origin, and the token or its name in the keyring."""

    origin: str
    token: str = field(default="", repr=False)
    keyring: str = ""


def has_token(environ: Mapping[str, str], settings: Settings) -> bool:
    """Return whether this run has a token, valid or not."""
    if token_from_environment(environ):
        return True
    entry = TokenStore(environ).read_entries().get(settings.profile)
    return entry is not None and entry.origin == get_origin(settings.api_url)


def find_token(environ: Mapping[str, str], settings: Settings) -> Token:
    """Return the token of this run.

    Raises :class:`AuthError` where there is none for the API's origin, :class:`UsageError` where it can't be valid.
    """
    if text := token_from_environment(environ):
        return Token(parse_token(text, "WACR_TOKEN"), "environment", "WACR_TOKEN")
    store = TokenStore(environ)
    entry = store.read_entries().get(settings.profile)
    flag = settings.profile_flag
    if entry is None:
        raise AuthError(
            f"no API token for profile {settings.profile!r}" if flag else "no API token",
            f"{_CREATE_TOKEN}, then run wacr auth login{flag} or set WACR_TOKEN. "
            "To try wacr without an account, add --demo.",
        )
    if entry.origin != (origin := get_origin(settings.api_url)):
        raise AuthError(
            f"the token of profile {settings.profile!r} is for {entry.origin}, not for {origin}",
            f"Change api_url back, or run wacr auth login{flag} to log in to {origin}.",
            code="OTHER_ORIGIN",
        )
    return store.get_token(entry, flag)


def token_from_environment(environ: Mapping[str, str]) -> str:
    """Return WACR_TOKEN unchanged, empty where it is blank."""
    text = environ.get("WACR_TOKEN", "")
    return text if text.strip() else ""


class TokenStore:
    """The tokens that are stored for the profiles of a configuration folder."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.folder = config_dir(environ) / "credentials"
        self.path = self.folder / "tokens.json"
        # All folders share one keyring, so the tokens of a folder chosen by the user have names of their own.
        self._chosen = environ.get("WACR_CONFIG_DIR", "")

    def read_entries(self) -> dict[str, Entry]:
        """Return what is stored, by profile. Raises :class:`UsageError` where the file is unsafe or damaged."""
        data = self._read()
        if data is None:
            return {}
        try:
            return {name: _decode_entry(one) for name, one in json.loads(data)["profiles"].items()}
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise UsageError(
                f"{self.path}: the file is damaged", "Run wacr auth login to replace it.", code="CREDENTIALS"
            ) from None

    def get_token(self, entry: Entry, profile_flag: str = "") -> Token:
        """Return the token of an entry; *profile_flag* goes into the hint. Raises :class:`AuthError`."""
        if not entry.keyring:
            return Token(parse_token(entry.token, str(self.path)), "file", str(self.path))
        try:
            return Token(parse_token(keyring.get_token(entry.keyring), "the keyring"), "keyring", "the keyring")
        except keyring.UnavailableError as error:
            raise AuthError(
                f"can't get the token: the keyring {error}",
                f"Unlock the keyring, set WACR_TOKEN, or run wacr auth login{profile_flag}.",
                code="KEYRING",
            ) from None

    def save_token(self, profile: str, origin: str, token: str) -> tuple[str, str]:
        """Store a token for a profile, in the keyring where possible.

        Return where it is, and why it is not in the keyring, empty where it is. Raises :class:`UsageError`.
        """
        account = f"{profile} at {origin}" + (f" in {self._chosen}" if self._chosen else "")
        with self._lock():
            entries = {} if self.find_damage() else self.read_entries()  # a damaged file is replaced
            before = entries.get(profile)
            try:
                keyring.set_token(account, token)
                entries[profile], location, reason = Entry(origin, keyring=account), "the keyring", ""
            except keyring.UnavailableError as error:
                entries[profile], location, reason = Entry(origin, token=token), str(self.path), f"the keyring {error}"
            self._write(entries)
        if before and before.keyring not in ("", account):
            with suppress(keyring.UnavailableError):  # no profile refers to it any more
                keyring.delete_token(before.keyring)
        return location, reason

    def delete_token(self, profile: str) -> tuple[str, str]:
        """Delete a profile's token.

        Return where it was, empty where there was none, and why the keyring may still have it, empty where it doesn't.
        """
        if profile not in self.read_entries():
            return "", ""
        with self._lock():
            entries = self.read_entries()
            entry = entries.pop(profile, Entry(""))
            self._write(entries)
        if not entry.keyring:
            return str(self.path), ""
        try:
            keyring.delete_token(entry.keyring)
        except keyring.UnavailableError as error:
            return "the keyring", f"the keyring {error}"
        return "the keyring", ""

    def find_damage(self) -> str:
        """Return what is wrong with the file's content, empty where nothing is. Raises where the file is unsafe."""
        try:
            self.read_entries()
        except UsageError as error:
            if error.code != "CREDENTIALS":
                raise
            return error.message
        return ""

    def _read(self) -> bytes | None:
        """Return the file's bytes, None where there is none. Raises :class:`UsageError` where the file is unsafe."""
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
        try:
            fd = os.open(self.path, flags)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise _unsafe_error(self.path, "it is a symbolic link") from None
            raise UsageError(f"can't read {self.path}: {error.strerror}", "Check that you may read it.") from None
        with os.fdopen(fd, "rb") as file:
            self._check_safety(os.fstat(fd))
            return file.read(_MAX_BYTES)

    def _check_safety(self, status: os.stat_result) -> None:
        if not stat.S_ISREG(status.st_mode):
            raise _unsafe_error(self.path, "it is not a regular file")
        if sys.platform == "win32":
            return
        if status.st_uid != os.geteuid():
            raise _unsafe_error(self.path, "it belongs to another user")
        if mode := stat.S_IMODE(status.st_mode) & 0o077:
            raise _unsafe_error(
                self.path,
                f"others can {'read' if mode & 0o044 else 'change'} it (mode {status.st_mode & 0o777:04o})",
                f"Run chmod 600 '{self.path}'. If somebody may have read the token, create a new one.",
            )

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Keep other processes from writing. Raises :class:`UsageError` where the folder can't be written to."""
        try:
            self._create_folder()
            with locks.lock_file(self.folder / ".tokens.lock", str(self.path), patience=locks.PATIENCE):
                yield
        except OSError as error:
            raise UsageError(
                f"can't write to {self.folder}: {error.strerror}",
                "No token was changed. Check that you may write to this folder.",
            ) from None

    def _write(self, entries: Mapping[str, Entry]) -> None:
        data = {"profiles": {name: _encode_entry(entry) for name, entry in sorted(entries.items())}}
        _replace_file(self.path, json.dumps(data, indent=1).encode("ascii") + b"\n")

    def _create_folder(self) -> None:
        self.folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.mkdir(exist_ok=True, mode=0o700)
        status = self.folder.lstat()
        if not stat.S_ISDIR(status.st_mode):
            raise _unsafe_error(self.folder, "it is a symbolic link")
        if status.st_mode & 0o077:
            self.folder.chmod(0o700)


def _unsafe_error(path: Path, reason: str, hint: str = _LOG_IN_AGAIN) -> UsageError:
    return UsageError(f"{path} is not safe for tokens: {reason}", hint, code="INSECURE")


def _decode_entry(data: Any) -> Entry:
    """Return the entry that :func:`_encode_entry` wrote. Raises :class:`ValueError` or :class:`TypeError`."""
    if not all(isinstance(data[key], str) for key in data) or ("token" in data) == ("keyring" in data):
        raise ValueError
    return Entry(**data)


def _encode_entry(entry: Entry) -> dict[str, str]:
    return {"origin": entry.origin} | ({"keyring": entry.keyring} if entry.keyring else {"token": entry.token})


def _replace_file(path: Path, data: bytes) -> None:
    """Replace a file in one step; other users can't read it at any moment."""
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


def parse_pasted_token(text: str, origin: str) -> str:
    """Return the token in text from a prompt or a pipe, which may have a ``Bearer`` and spaces around it.

    *origin* names where the text came from. Raises :class:`UsageError`.
    """
    word = text.lstrip("\ufeff").strip()
    if not word:
        raise UsageError(f"{origin} is empty: no token was given", f"{_CREATE_TOKEN}, then paste all of it.")
    return parse_token(_BEARER.sub("", word, count=1), origin)


def parse_token(text: str, origin: str) -> str:
    """Return the token in *text*, which may begin with ``Bearer``.

    *origin* names where the text came from. Raises :class:`UsageError`, which doesn't repeat the text.
    """
    token = text.removeprefix("Bearer ")
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError(
            f"{origin}: invalid token: it has {_describe_flaw(token)}",
            "A token is one word of ASCII characters. Copy it again from Settings → API in the app.",
        )
    return token


def _describe_flaw(token: str) -> str:
    if not token:
        return "nothing after Bearer"
    if "\n" in token or "\r" in token:
        return "a line break"
    if not token.isascii():
        return "a character outside ASCII"
    return "a space" if " " in token else "a control character"
