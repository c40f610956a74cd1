"""What a run is set to, and from where: flags, then the environment, then the profile, then the defaults.

The file is ``config.toml`` in the configuration folder (``WACR_CONFIG_DIR``, else where the platform puts it)::

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
from wacr_cli.core.validation import did_you_mean
from wacr_cli.settings.places import is_database, without_password

DEFAULT_API_URL = "https://app.wa.cr/api/v2"
DEFAULT_PROFILE = "default"
PROFILE_KEYS = ("api_url", "rate_limit", "archive")
TOP_KEYS = ("default_profile", "profiles")

_TRUE = ("1", "true", "yes", "on")
_FALSE = ("", "0", "false", "no", "off")
_MOST_CALLS = 1_000_000
_HOST_NAME = re.compile(r"(?!.{254})([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.?")


@dataclass(frozen=True, slots=True)
class Settings:
    """What one run is set to.

    ``rate_limit`` is in calls a minute, None where nobody said; ``archive`` is where the archive is, None for the
    place it has by default; ``warnings`` are lines for the person.
    """

    profile: str = DEFAULT_PROFILE
    api_url: str = DEFAULT_API_URL
    rate_limit: int | None = None
    demo: bool = False
    warnings: tuple[str, ...] = ()
    archive: str | None = None

    @property
    def profile_flag(self) -> str:
        """What names the profile on a command line, with a blank before it; empty for the default one."""
        import shlex

        return "" if self.profile == DEFAULT_PROFILE else f" --profile {shlex.quote(self.profile)}"


def load(
    environ: Mapping[str, str], *, profile: str | None = None, demo: bool = False, may_be_new: bool = False
) -> Settings:
    """The settings of this run; ``profile`` and ``demo`` are the flags.

    The sample workspace needs no configuration, so none is read for it. With ``may_be_new`` the profile need not be in
    the file yet. Raises :class:`UsageError`.
    """
    _check_flag(profile)
    if demo or flag(environ, "WACR_DEMO"):
        return Settings(profile="demo", demo=True, archive=environ.get("WACR_ARCHIVE"))
    path = config_path(environ)
    config = read(path)
    name = named_profile(environ, profile, config, path)
    values = {} if may_be_new and name not in profiles_of(config, path) else profile_values(config, name, path)
    url = environ.get("WACR_API_URL") or _text(values.get("api_url"), "api_url", path) or DEFAULT_API_URL
    return Settings(
        profile=name or DEFAULT_PROFILE,
        api_url=check_api_url(url, "WACR_API_URL" if environ.get("WACR_API_URL") else f"api_url in {path}"),
        rate_limit=_rate_limit(environ, values, path),
        archive=environ.get("WACR_ARCHIVE") or _archive(values, path),
        warnings=_unknown_keys(config, values, name, path),
    )


def named_profile(environ: Mapping[str, str], profile: str | None, config: Mapping[str, Any], path: Path) -> str | None:
    """The profile that the flag, the environment or the file names; None where none of them does."""
    _check_flag(profile)
    return profile or environ.get("WACR_PROFILE") or _text(config.get("default_profile"), "default_profile", path)


def _check_flag(profile: str | None) -> None:
    """Refuse a flag without a name: what was meant for one profile must not come to another."""
    if profile == "":
        raise UsageError("--profile: an empty name", "Name one, or leave --profile out.")


def config_dir(environ: Mapping[str, str]) -> Path:
    """The folder of the configuration file."""
    return _folder(environ.get("WACR_CONFIG_DIR"), "user_config_path")


def config_path(environ: Mapping[str, str]) -> Path:
    """The configuration file."""
    return config_dir(environ) / "config.toml"


def archive_url(settings: Settings, chosen: str | None = None) -> str | None:
    """The database of the archive, None where that is a file."""
    place = chosen or settings.archive
    return place if place and is_database(place) else None


def archive_path(settings: Settings, chosen: str | None = None) -> Path:
    """The file of the archive: the one ``chosen`` by a flag, else that of the settings, else one for each profile."""
    from urllib.parse import quote

    place = chosen or settings.archive
    if place is None:
        return _folder(None, "user_data_path") / f"{quote(settings.profile, safe=' ')}.sqlite"
    if "://" in place:
        raise UsageError(
            f"the archive's place is not a file, nor a PostgreSQL database: {without_password(place)!r}",
            "Name a file, as ~/messages.sqlite, or postgresql://user@host/database.",
        )
    return Path(place).expanduser()


def state_dir() -> Path:
    """The folder for what wacr remembers between runs and can do without."""
    return _folder(None, "user_state_path")


def _folder(chosen: str | None, kind: str) -> Path:
    if chosen:
        return Path(chosen)
    import platformdirs

    folder: Path = getattr(platformdirs, kind)("wacr", appauthor=False)
    return folder


def check_api_url(text: str, origin: str) -> str:
    """The base URL without its last slash: ``https``, or ``http`` to this machine alone.

    ``origin`` says where it came from, for the :class:`UsageError` of a URL that is not one.
    """
    url = _split_url(text)
    if url is None:
        raise UsageError(f"{origin}: not a URL: {text!r}", f"Say it like {DEFAULT_API_URL}.")
    if url.username is not None or url.password is not None or "?" in text or "#" in text:
        raise UsageError(
            f"{origin}: a base URL has no user, query or fragment",
            f"Say it like {DEFAULT_API_URL}; the token is separate.",
        )
    if url.scheme == "http" and not is_loopback(url.hostname or ""):
        raise UsageError(f"{origin}: http:// would send the token in the clear: {text!r}", "Use https://.")
    return text.rstrip("/")


def _split_url(text: str) -> SplitResult | None:
    """The parts of an http or https URL, or None where it is not one."""
    if not text.isascii() or not text.isprintable() or " " in text:
        return None
    try:
        url = urlsplit(text)
        valid = url.scheme in ("http", "https") and _has_host(url) and (url.port is None or url.port > 0)
    except ValueError:
        return None
    return url if valid else None


def _has_host(url: SplitResult) -> bool:
    """Whether a URL has a host's name or address; brackets or a last label of digits make it an address."""
    host = url.hostname or ""
    if "[" not in url.netloc and not host.rpartition(".")[2].isdigit():
        return _HOST_NAME.fullmatch(host) is not None
    from ipaddress import ip_address

    ip_address(host)  # raises ValueError
    return "%" not in host


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    if host == "localhost":
        return True
    from ipaddress import ip_address

    try:
        address = ip_address(host)
        # An IPv4 address in IPv6 clothes is loopback to some versions of Python and not to others: to us it is not.
        return address.is_loopback and not getattr(address, "ipv4_mapped", None)
    except ValueError:
        return False


def origin_of(api_url: str) -> str:
    """What a token is bound to: the scheme, the host and the port of a checked URL."""
    url = urlsplit(api_url)
    host = (url.hostname or "").rstrip(".")
    port = url.port or {"https": 443}.get(url.scheme, 80)
    named = f"[{host}]" if ":" in host else host
    return f"{url.scheme}://{named}" + ("" if port == {"https": 443, "http": 80}[url.scheme] else f":{port}")


def read(path: Path) -> dict[str, Any]:
    """The configuration file, empty where there is none. Raises :class:`UsageError`."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", "wacr can't read its configuration.") from None
    import tomllib

    try:
        return tomllib.loads(text.decode())
    except (ValueError, RecursionError) as error:  # tomllib passes on what int() says of too many digits
        raise UsageError(f"{path}: not valid TOML: {error}", "Mend the file, or move it away.") from None


def profiles_of(config: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    """The profiles of a configuration file, by name."""
    profiles = config.get("profiles", {})
    if not isinstance(profiles, dict):
        raise UsageError(f"{path}: profiles is not a table", "Write each profile as [profiles.NAME].")
    return profiles


def profile_values(config: Mapping[str, Any], name: str | None, path: Path) -> Mapping[str, Any]:
    """What a profile says; the one called default is there even where nothing is said of it."""
    profiles = profiles_of(config, path)
    name = name or DEFAULT_PROFILE
    if name not in profiles:
        if name == DEFAULT_PROFILE:
            return {}
        known = ", ".join(profiles) or "none"
        raise UsageError(f"no profile {name!r}{did_you_mean(name, tuple(profiles))}", f"{path} has {known}.")
    values = profiles[name]
    if not isinstance(values, dict):
        raise UsageError(f"{path}: profiles.{name} is not a table", f"Write it as [profiles.{name}].")
    return values


def _rate_limit(environ: Mapping[str, str], values: Mapping[str, Any], path: Path) -> int | None:
    if text := environ.get("WACR_RATE_LIMIT"):
        limit = int(text) if re.fullmatch(r"[0-9]{1,7}", text) else 0
        return check_rate_limit(limit, "WACR_RATE_LIMIT")
    if (value := values.get("rate_limit")) is None:
        return None
    return check_rate_limit(value if isinstance(value, int) and value is not True else 0, f"rate_limit in {path}")


def check_rate_limit(limit: int, origin: str) -> int:
    """A number of calls a minute; ``origin`` says where it came from."""
    if 0 < limit <= _MOST_CALLS:
        return limit
    raise UsageError(f"{origin}: not a number of calls a minute", f"Say a whole number from 1 to {_MOST_CALLS}.")


def _archive(values: Mapping[str, Any], path: Path) -> str | None:
    """The profile's archive; a relative path is one beside the configuration file, wherever wacr is called."""
    place = _text(values.get("archive"), "archive", path)
    if not place or place.startswith("~") or "://" in place:
        return place or None
    return str(path.parent / place)


def _text(value: object, key: str, path: Path) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise UsageError(f"{path}: {key} is not a text", f'Write it as {key} = "…".')


def flag(environ: Mapping[str, str], name: str) -> bool:
    """Whether a variable says yes; raises :class:`UsageError` where it says neither yes nor no."""
    value = environ.get(name, "").lower()
    if value not in _TRUE + _FALSE:
        raise UsageError(f"{name}: neither yes nor no: {environ[name]!r}", f"Set {name}=1 or {name}=0.")
    return value in _TRUE


def _unknown_keys(
    config: Mapping[str, Any], values: Mapping[str, Any], name: str | None, path: Path
) -> tuple[str, ...]:
    unknown: list[tuple[str, tuple[str, ...]]] = [(key, TOP_KEYS) for key in config if key not in TOP_KEYS]
    unknown += [(key, PROFILE_KEYS) for key in values if key not in PROFILE_KEYS]
    return tuple(f"{path}: unknown key {key!r} is ignored{did_you_mean(key, known)}" for key, known in unknown)
