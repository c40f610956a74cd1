"""Read the settings of a run: flags first, then the environment, the profile and the defaults.

The file is ``config.toml`` in the configuration folder (``WACR_CONFIG_DIR``, else the platform's own place)::

    default_profile = "shop"

    [profiles.shop]
    api_url = "https://app.wa.cr/api/v2"
    rate_limit = 60
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from wacr_cli.core.errors import UsageError
from wacr_cli.core.validation import did_you_mean, truncate

DEFAULT_API_URL = "https://app.wa.cr/api/v2"
DEFAULT_PROFILE = "default"
PROFILE_KEYS = (
    *("api_url", "rate_limit", "archive", "schema"),
    *("business_hours", "business_days", "timezone", "details"),
)
TOP_KEYS = ("default_profile", "profiles")

_TRUE = ("1", "true", "yes", "on")
_FALSE = ("", "0", "false", "no", "off")
_MAX_RATE_LIMIT = 1_000_000
_HOST_NAME = re.compile(r"(?!.{254})([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.?")
_DEFAULT_PORTS = {"https": 443, "http": 80}
_DATABASE_SCHEMES = ("postgresql://", "postgres://")
_SCHEMA_NAME = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,62}")
_URL_USER = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://[^:@/?]*):.*@", re.DOTALL)
_URL_PASSWORD = re.compile(r"(?i)([?&](?:ssl)?password=)[^&]*")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run.

    ``rate_limit`` is in calls per minute, None where it is not set. ``archive`` is a file or a database URL, None for
    the default file; ``schema`` is where its tables are in a database. ``details`` are the kinds of messages whose
    details a sync reads. These, ``business_hours``, ``business_days`` and ``timezone`` are as in the file, unchecked.
    ``warnings`` are messages for the user.
    """

    profile: str = DEFAULT_PROFILE
    api_url: str = DEFAULT_API_URL
    rate_limit: int | None = None
    demo: bool = False
    warnings: tuple[str, ...] = ()
    archive: str | None = None
    schema: str | None = None
    business_hours: str | None = None
    business_days: str | None = None
    timezone: str | None = None
    details: str | None = None

    @property
    def profile_flag(self) -> str:
        """The flag that names the profile, with a space before it; empty for the default profile."""
        import shlex

        return "" if self.profile == DEFAULT_PROFILE else f" --profile {shlex.quote(self.profile)}"


def load(
    environ: Mapping[str, str], *, profile: str | None = None, demo: bool = False, allow_new_profile: bool = False
) -> Settings:
    """Return the settings of this run; *profile* and *demo* are the flags.

    The sample workspace needs no configuration, so none is read for it. With *allow_new_profile* the profile may be
    missing from the file. Raises :class:`UsageError`.
    """
    _check_profile_flag(profile)
    if demo or is_enabled(environ, "WACR_DEMO"):
        schema = _find_schema(environ, {}, Path())
        return Settings(profile="demo", demo=True, archive=environ.get("WACR_ARCHIVE"), schema=schema)
    path = config_path(environ)
    config = read(path)
    name = find_profile_name(environ, profile, config, path)
    is_new = allow_new_profile and name not in get_profiles(config, path)
    values = {} if is_new else get_profile(config, name, path)
    url = environ.get("WACR_API_URL") or _get_string(values, "api_url", path) or DEFAULT_API_URL
    return Settings(
        profile=name or DEFAULT_PROFILE,
        api_url=check_api_url(url, "WACR_API_URL" if environ.get("WACR_API_URL") else f"api_url in {path}"),
        rate_limit=_find_rate_limit(environ, values, path),
        archive=environ.get("WACR_ARCHIVE") or _get_archive(values, path),
        schema=_find_schema(environ, values, path),
        business_hours=_get_string(values, "business_hours", path),
        business_days=_get_string(values, "business_days", path),
        timezone=_get_string(values, "timezone", path),
        details=_get_string(values, "details", path),
        warnings=_warn_of_unknown_keys(config, values, path),
    )


def find_profile_name(
    environ: Mapping[str, str], profile: str | None, config: Mapping[str, Any], path: Path
) -> str | None:
    """Return the profile that the flag, the environment or the file names, None where none of them does."""
    _check_profile_flag(profile)
    return profile or environ.get("WACR_PROFILE") or _get_string(config, "default_profile", path)


def _check_profile_flag(profile: str | None) -> None:
    """Refuse an empty name: it would silently select another profile."""
    if profile == "":
        raise UsageError("--profile: the name is empty", "Name a profile, or leave out --profile.")


def config_dir(environ: Mapping[str, str]) -> Path:
    """Return the folder of the configuration file."""
    return _choose_folder(environ.get("WACR_CONFIG_DIR"), "user_config_path")


def config_path(environ: Mapping[str, str]) -> Path:
    """Return the path of the configuration file."""
    return config_dir(environ) / "config.toml"


def is_database(location: str) -> bool:
    """Return whether an archive's location is the URL of a database."""
    return location.startswith(_DATABASE_SCHEMES)


def hide_password(location: str) -> str:
    """Return an archive's location with ``***`` in place of a password."""
    return _URL_PASSWORD.sub(r"\1***", _URL_USER.sub(r"\1:***@", location))


def archive_url(settings: Settings, chosen: str | None = None) -> str | None:
    """Return the database of the archive, None where the archive is a file; *chosen* is the flag."""
    location = chosen or settings.archive
    return location if location and is_database(location) else None


def archive_path(settings: Settings, chosen: str | None = None) -> Path:
    """Return the file of the archive: the flag *chosen*, else the setting, else a file for each profile."""
    from urllib.parse import quote

    location = chosen or settings.archive
    if location is None:
        return _choose_folder(None, "user_data_path") / f"{quote(settings.profile, safe=' ')}.sqlite"
    if "://" in location:
        raise UsageError(
            f"the archive is neither a file nor a PostgreSQL database: {hide_password(location)!r}",
            "Use a file such as ~/messages.sqlite, or a URL such as postgresql://user@host/database.",
        )
    return Path(location).expanduser()


def state_dir() -> Path:
    """Return the folder for files that wacr keeps between runs and can do without."""
    return _choose_folder(None, "user_state_path")


def _choose_folder(chosen: str | None, kind: str) -> Path:
    if chosen:
        return Path(chosen)
    import platformdirs

    folder: Path = getattr(platformdirs, kind)("wacr", appauthor=False)
    return folder


def check_api_url(text: str, origin: str) -> str:
    """Return a base URL without its last slash. It must be ``https``, or ``http`` to this machine.

    *origin* names where the URL came from. Raises :class:`UsageError`.
    """
    url = _split_url(text)
    if url is None:
        raise UsageError(f"{origin}: invalid URL: {text!r}", f"Use a URL such as {DEFAULT_API_URL}.")
    if url.username is not None or url.password is not None or "?" in text or "#" in text:
        raise UsageError(
            f"{origin}: the URL must not contain a user name, a password, a query or a fragment",
            f"Use a URL such as {DEFAULT_API_URL}. The token is set separately.",
        )
    if url.scheme == "http" and not is_loopback(url.hostname or ""):
        raise UsageError(f"{origin}: http:// would send the token unencrypted: {text!r}", "Use https:// instead.")
    return text.rstrip("/")


def _split_url(text: str) -> SplitResult | None:
    """Return the parts of an http or https URL, None where the text is not one."""
    if not text.isascii() or not text.isprintable() or " " in text:
        return None
    try:
        url = urlsplit(text)
        valid = url.scheme in _DEFAULT_PORTS and _has_host(url) and (url.port is None or url.port > 0)
    except ValueError:
        return None
    return url if valid else None


def _has_host(url: SplitResult) -> bool:
    """Return whether a URL has a valid host; brackets or a last label of digits make it an address."""
    host = url.hostname or ""
    if "[" not in url.netloc and not host.rpartition(".")[2].isdigit():
        return _HOST_NAME.fullmatch(host) is not None
    from ipaddress import ip_address

    ip_address(host)  # raises ValueError
    return "%" not in host


def is_loopback(host: str) -> bool:
    """Return whether a host name or an address is this machine."""
    if host == "localhost":
        return True
    from ipaddress import ip_address

    try:
        address = ip_address(host)
        # Some versions of Python take an IPv4-mapped IPv6 address for loopback and some don't: here it never is.
        return address.is_loopback and not getattr(address, "ipv4_mapped", None)
    except ValueError:
        return False


def get_origin(api_url: str) -> str:
    """Return the scheme, host and port of a checked URL: a stored token is sent to this origin only."""
    url = urlsplit(api_url)
    host = (url.hostname or "").rstrip(".")
    default = _DEFAULT_PORTS[url.scheme]
    port = url.port or default
    bracketed = f"[{host}]" if ":" in host else host
    return f"{url.scheme}://{bracketed}" + ("" if port == default else f":{port}")


def read(path: Path) -> dict[str, Any]:
    """Return the configuration file, empty where there is none. Raises :class:`UsageError`."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsageError(
            f"can't read {path}: {error.strerror}", "Check that it is a file and that you may read it."
        ) from None
    import tomllib

    try:
        return tomllib.loads(text.decode())
    except (ValueError, RecursionError) as error:  # ValueError also for a number with too many digits
        raise UsageError(f"{path}: invalid TOML: {error}", "Fix the file or move it away, then try again.") from None


def get_profiles(config: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    """Return the profiles of a configuration file by name."""
    profiles = config.get("profiles", {})
    if not isinstance(profiles, dict):
        raise UsageError(f"{path}: profiles is not a table", "Write each profile as [profiles.NAME].")
    return profiles


def get_profile(config: Mapping[str, Any], name: str | None, path: Path) -> Mapping[str, Any]:
    """Return the values of a profile; the one named ``default`` exists even if the file doesn't have it."""
    profiles = get_profiles(config, path)
    name = name or DEFAULT_PROFILE
    if name not in profiles:
        if name == DEFAULT_PROFILE:
            return {}
        near = did_you_mean(name, tuple(profiles))
        raise UsageError(f"no profile named {name!r}{near}", _describe_profiles(profiles, path))
    values = profiles[name]
    if not isinstance(values, dict):
        raise UsageError(f"{path}: profiles.{name} is not a table", f"Write it as [profiles.{name}].")
    return values


def _describe_profiles(profiles: Mapping[str, Any], path: Path) -> str:
    """Return the hint that lists the profiles of the file."""
    if not profiles:
        return f"There are no profiles in {path}. To create one, run wacr auth login --profile NAME."
    return f"Use one of the profiles in {path}: {', '.join(profiles)}."


def _find_rate_limit(environ: Mapping[str, str], values: Mapping[str, Any], path: Path) -> int | None:
    if text := environ.get("WACR_RATE_LIMIT"):
        limit = int(text) if re.fullmatch(r"[0-9]{1,7}", text) else 0
        return check_rate_limit(limit, "WACR_RATE_LIMIT")
    if (value := values.get("rate_limit")) is None:
        return None
    return check_rate_limit(value if isinstance(value, int) and value is not True else 0, f"rate_limit in {path}")


def check_rate_limit(limit: int, origin: str) -> int:
    """Return a valid number of calls per minute; *origin* names where it came from. Raises :class:`UsageError`."""
    if 0 < limit <= _MAX_RATE_LIMIT:
        return limit
    raise UsageError(
        f"{origin}: invalid number of calls per minute", f"Use a whole number from 1 to {_MAX_RATE_LIMIT}."
    )


def _get_archive(values: Mapping[str, Any], path: Path) -> str | None:
    """Return the profile's archive; a relative path is relative to the folder of the configuration file."""
    location = _get_string(values, "archive", path)
    if not location or location.startswith("~") or "://" in location:
        return location or None
    return str(path.parent / location)


def _find_schema(environ: Mapping[str, str], values: Mapping[str, Any], path: Path) -> str | None:
    if name := environ.get("WACR_SCHEMA"):
        return check_schema(name, "WACR_SCHEMA")
    found = _get_string(values, "schema", path)
    return None if found is None else check_schema(found, f"schema in {path}")


def check_schema(name: str, origin: str) -> str:
    """Return the name of a schema that needs no quotes in a URL or in SQL. Raises :class:`UsageError`."""
    if _SCHEMA_NAME.fullmatch(name) and name != "information_schema":
        return name
    raise UsageError(
        f"{origin}: invalid name of a schema: {truncate(name)!r}",
        "Use at most 63 lower-case letters, digits and underscores. It must not start with a digit or with pg_.",
    )


def _get_string(values: Mapping[str, Any], key: str, path: Path) -> str | None:
    value = values.get(key)
    if value is None or isinstance(value, str):
        return value
    raise UsageError(f"{path}: {key} is not a string", f'Write it in quotes: {key} = "…".')


def is_enabled(environ: Mapping[str, str], name: str) -> bool:
    """Return whether a variable is 1 or the like; raises :class:`UsageError` for an unknown value."""
    value = environ.get(name, "").lower()
    if value not in _TRUE + _FALSE:
        raise UsageError(
            f"{name}: invalid value {environ[name]!r}", f"Set {name}=1 to turn it on, or {name}=0 to turn it off."
        )
    return value in _TRUE


def _warn_of_unknown_keys(config: Mapping[str, Any], values: Mapping[str, Any], path: Path) -> tuple[str, ...]:
    unknown: list[tuple[str, tuple[str, ...]]] = [(key, TOP_KEYS) for key in config if key not in TOP_KEYS]
    unknown += [(key, PROFILE_KEYS) for key in values if key not in PROFILE_KEYS]
    return tuple(f"{path}: unknown key {key!r} is ignored{did_you_mean(key, known)}" for key, known in unknown)
