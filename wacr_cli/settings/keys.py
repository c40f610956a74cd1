"""Look up and check settings one by one, each with the origin of its value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wacr_cli.core import business_hours
from wacr_cli.core.errors import UsageError
from wacr_cli.core.models import DETAIL_KINDS
from wacr_cli.core.validation import choices, did_you_mean, truncate
from wacr_cli.settings import config

KEYS = ("default_profile", *config.PROFILE_KEYS)
"""The keys of ``wacr config``: the first belongs to the file, the others to a profile."""

VARIABLES = {
    "api_url": "WACR_API_URL",
    "rate_limit": "WACR_RATE_LIMIT",
    "archive": "WACR_ARCHIVE",
    "schema": "WACR_SCHEMA",
}
"""The variables that override the file, by key."""

_DEFAULTS: dict[str, str | int] = {"api_url": config.DEFAULT_API_URL, "default_profile": config.DEFAULT_PROFILE}


NO_DETAILS = "none"


def parse_details(text: str, flag: str) -> tuple[str, ...]:
    """Parse the kinds of messages whose details to read, empty for ``none``. Raises :class:`UsageError`."""
    kinds = choices(text, (*DETAIL_KINDS, NO_DETAILS), flag)
    if NO_DETAILS in kinds and len(kinds) > 1:
        raise UsageError(f"{flag}: none can't be combined with others", "Leave out none, or the others.")
    return () if NO_DETAILS in kinds else kinds


_CHECKS: dict[str, Callable[[str], object]] = {
    "business_hours": business_hours.parse_hours,
    "business_days": business_hours.parse_days,
    "timezone": business_hours.parse_zone,
    "details": lambda text: parse_details(text, "details"),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting: its value, None where it is not set, and a description of where the value comes from."""

    key: str
    value: str | int | None
    origin: str


def check_key(word: str) -> str:
    """Return *word* where it is a known key. Raises :class:`UsageError`."""
    if word in KEYS:
        return word
    raise UsageError(
        f"KEY: unknown key {truncate(word)!r}{did_you_mean(word, KEYS)}", f"Use one of: {', '.join(KEYS)}."
    )


def find_profile(environ: Mapping[str, str], flag: str | None) -> Setting:
    """Return the profile in use. Raises :class:`UsageError` where the file is invalid or lacks the profile."""
    settings = config.load(environ, profile=flag)
    if flag:
        origin = "--profile"
    elif environ.get("WACR_PROFILE"):
        origin = "WACR_PROFILE"
    elif config.read(config.config_path(environ)).get("default_profile"):
        origin = f"default_profile in {config.config_path(environ)}"
    else:
        origin = "default"
    return Setting("profile", settings.profile, origin)


def list_settings(environ: Mapping[str, str], flag: str | None) -> list[Setting]:
    """Return the profile in use, then all its settings; *flag* is the profile of the command line."""
    return [find_profile(environ, flag), *(get_setting(key, environ, flag) for key in KEYS)]


def get_setting(key: str, environ: Mapping[str, str], flag: str | None) -> Setting:
    """Return one setting from the environment, else the file, else the defaults."""
    path = config.config_path(environ)
    profile = str(find_profile(environ, flag).value)
    data = config.read(path)
    values = data if key == "default_profile" else config.get_profile(data, profile, path)
    if text := environ.get(VARIABLES.get(key, "")):
        return Setting(key, _check_value(key, text, VARIABLES[key]), VARIABLES[key])
    if key in values:
        origin = str(path) if key == "default_profile" else f"profile {profile} in {path}"
        return Setting(key, _check_value(key, values[key], f"{key} in {path}"), origin)
    return Setting(key, _DEFAULTS.get(key), "default" if key in _DEFAULTS else "not set")


def parse_value(key: str, text: str, profiles: Mapping[str, Any]) -> str | int:
    """Return the value of a key from the text of the command line. Raises :class:`UsageError`."""
    if key == "default_profile" and text not in profiles and text != config.DEFAULT_PROFILE:
        near = did_you_mean(text, tuple(profiles))
        known = f"Use one of: {', '.join(profiles)}." if profiles else "Create it with wacr auth login --profile NAME."
        raise UsageError(f"default_profile: no profile named {truncate(text)!r}{near}", known)
    if key == "archive" and config.hide_password(text) != text:
        raise UsageError(
            "archive: the configuration must not contain a password",
            "Leave it out. PostgreSQL reads it from PGPASSWORD or ~/.pgpass.",
        )
    return _check_value(key, text, key)


def check_profile_name(name: str) -> str:
    """Return *name* where it can be printed on a line and stored in a file. Raises :class:`UsageError`."""
    if name.strip() == name and name.isprintable() and 0 < len(name) <= 64:
        return name
    raise UsageError(
        f"--profile: invalid name: {truncate(name)!r}",
        "Use at most 64 printable characters, without spaces at the start or the end.",
    )


def _check_value(key: str, value: Any, origin: str) -> str | int:
    if key == "rate_limit":
        is_number = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 8
        number = int(value) if is_number else value
        return config.check_rate_limit(number if type(number) is int else 0, origin)
    if isinstance(value, str) and not value.strip():
        raise UsageError(f"{origin}: the value is empty", f"Give it a value, or run wacr config unset {key}.")
    if not isinstance(value, str):
        raise UsageError(f"{origin}: not a string", f'Write it in quotes: {key} = "…".')
    if key == "api_url":
        return config.check_api_url(value, origin)
    if key == "schema":
        return config.check_schema(value, origin)
    if check := _CHECKS.get(key):
        check(value)
    return config.hide_password(value) if key == "archive" else value
