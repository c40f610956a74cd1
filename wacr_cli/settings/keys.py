"""What wacr is set to, value by value with where each came from, for who asks and for who changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wacr_cli.core.errors import UsageError
from wacr_cli.core.validation import did_you_mean, truncate
from wacr_cli.settings import config
from wacr_cli.settings.places import without_password

KEYS = ("default_profile", *config.PROFILE_KEYS)
"""What ``wacr config`` knows: the first is of the file, the others are a profile's."""

VARIABLES = {"api_url": "WACR_API_URL", "rate_limit": "WACR_RATE_LIMIT", "archive": "WACR_ARCHIVE"}
"""What goes before the file, by key."""

_DEFAULTS: dict[str, str | int] = {"api_url": config.DEFAULT_API_URL, "default_profile": config.DEFAULT_PROFILE}


@dataclass(frozen=True, slots=True)
class Value:
    """A value, None where it is not set, and where it came from: in words."""

    key: str
    value: str | int | None
    origin: str


def check_key(word: str) -> str:
    """A key, where it is one of those there are."""
    if word in KEYS:
        return word
    raise UsageError(f"KEY: no such key: {truncate(word)!r}{did_you_mean(word, KEYS)}", f"There are {', '.join(KEYS)}.")


def profile_in_use(environ: Mapping[str, str], flag: str | None) -> Value:
    """Which profile it is. Raises :class:`UsageError` where the file can't be read or has no such profile."""
    settings = config.load(environ, profile=flag)
    if flag:
        origin = "--profile"
    elif environ.get("WACR_PROFILE"):
        origin = "WACR_PROFILE"
    elif config.read(config.config_path(environ)).get("default_profile"):
        origin = f"default_profile in {config.config_path(environ)}"
    else:
        origin = "default"
    return Value("profile", settings.profile, origin)


def listed(environ: Mapping[str, str], flag: str | None) -> list[Value]:
    """The profile in use, and every value that holds with it."""
    return [profile_in_use(environ, flag), *(value_of(key, environ, flag) for key in KEYS)]


def value_of(key: str, environ: Mapping[str, str], flag: str | None) -> Value:
    """One value, and where it came from: the environment, the file, or the default."""
    path = config.config_path(environ)
    profile = str(profile_in_use(environ, flag).value)
    data = config.read(path)
    values = data if key == "default_profile" else config.profile_values(data, profile, path)
    if text := environ.get(VARIABLES.get(key, "")):
        return Value(key, _checked(key, text, VARIABLES[key]), VARIABLES[key])
    if key in values:
        where = str(path) if key == "default_profile" else f"profile {profile} in {path}"
        return Value(key, _checked(key, values[key], f"{key} in {path}"), where)
    return Value(key, _DEFAULTS.get(key), "default" if key in _DEFAULTS else "not set")


def parsed(key: str, text: str, profiles: Mapping[str, Any]) -> str | int:
    """The value that a person gives a key. Raises :class:`UsageError` where it can't have it."""
    if key == "default_profile" and text not in profiles and text != config.DEFAULT_PROFILE:
        known = ", ".join(profiles) or "none"
        raise UsageError(
            f"default_profile: no profile {truncate(text)!r}{did_you_mean(text, tuple(profiles))}", f"There is {known}."
        )
    if key == "archive" and without_password(text) != text:
        raise UsageError(
            "archive: a password does not belong into the configuration",
            "Leave it out; PostgreSQL finds it in PGPASSWORD or in ~/.pgpass.",
        )
    return _checked(key, text, key)


def check_profile_name(name: str) -> str:
    """A name that a profile may have: it is said in lines and stands in a file."""
    if name.strip() == name and name.isprintable() and 0 < len(name) <= 64:
        return name
    raise UsageError(f"--profile: not a name: {truncate(name)!r}", "Say a word of at most 64 letters.")


def _checked(key: str, value: Any, origin: str) -> str | int:
    if key == "rate_limit":
        number = (
            int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 8 else value
        )
        return config.check_rate_limit(number if type(number) is int else 0, origin)
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"{origin}: not a text" if value else f"{origin}: an empty text", f'Write it as {key} = "…".')
    if key == "api_url":
        return config.check_api_url(value, origin)
    return without_password(value) if key == "archive" else value
