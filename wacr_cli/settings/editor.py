"""Change the configuration file; tomlkit keeps its comments and its order, which the standard library can't.

Each change is read, made and written under a lock, so that two at the same time are both kept.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wacr_cli.core import locks
from wacr_cli.core.errors import UsageError
from wacr_cli.settings import config, keys

_TEMPLATE = f"""\
# default_profile = "shop"
#
# [profiles.shop]
# api_url = "{config.DEFAULT_API_URL}"
# rate_limit = 60                      # calls per minute
"""


def set_value(environ: Mapping[str, str], profile: str, key: str, text: str) -> bool:
    """Set a key and return whether the profile had to be created. Raises :class:`UsageError`."""
    path = config.config_path(environ)
    with _lock(path):
        document = _read_document(path)
        value = keys.parse_value(key, text, config.get_profiles(document, path))
        try:
            is_new = _put_value(document, profile, key, value)
        except (ValueError, TypeError):  # for example a table in an inline table
            raise UsageError(
                f"{path}: can't add {key} to a profile that is written like this",
                "Change the file yourself with wacr config edit.",
            ) from None
        _write_document(path, document)
    return is_new


def _put_value(document: Any, profile: str, key: str, value: object) -> bool:
    """Put a value into the document; return whether the profile had to be created."""
    if key == "default_profile":
        document["default_profile"] = value
        return False
    is_new = _add_profile(document, profile)
    document["profiles"][profile][key] = value
    return is_new


def unset_value(environ: Mapping[str, str], profile: str, key: str) -> bool:
    """Remove a key and return whether it was set. Raises :class:`UsageError`."""
    path = config.config_path(environ)
    if key not in _find_table(config.read(path), profile, key, path):
        return False
    with _lock(path):
        document = _read_document(path)
        table = _find_table(document, profile, key, path)
        was_set = key in table
        if was_set:
            del table[key]
            _write_document(path, document)
    return was_set


def _find_table(document: Any, profile: str, key: str, path: Path) -> Any:
    """Return the table that a key belongs to."""
    return document if key == "default_profile" else config.get_profile(document, profile, path)


def create_profile(environ: Mapping[str, str], profile: str) -> bool:
    """Add a profile to the file and return whether it was missing. Raises :class:`UsageError`."""
    path = config.config_path(environ)
    if profile == config.DEFAULT_PROFILE or profile in config.get_profiles(config.read(path), path):
        return False
    with _lock(path):
        document = _read_document(path)
        is_new = _add_profile(document, profile)
        if is_new:
            _write_document(path, document)
    return is_new


def create_file(path: Path) -> None:
    """Create a file with an example in comments, unless it exists. Raises :class:`UsageError`."""
    if path.exists():
        return
    with _lock(path):
        if not path.exists():
            _replace_file(path, _TEMPLATE)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Keep other processes from changing the file. Raises :class:`UsageError` where its folder can't be written to."""
    target = Path(os.path.realpath(path))
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locks.lock_file(target.with_name(f".{target.name}.lock"), str(path), patience=locks.PATIENCE):
            yield
    except OSError as error:
        raise _write_error(path, error) from None


def _write_error(path: Path, error: OSError) -> UsageError:
    return UsageError(f"can't write {path}: {error.strerror}", "Check that you may write to its folder.")


def _read_document(path: Path) -> Any:
    """Return the file as tomlkit's document; a broken file raises the same error as everywhere."""
    import tomlkit

    config.read(path)
    return tomlkit.parse(path.read_bytes().decode()) if path.exists() else tomlkit.document()


def _add_profile(document: Any, profile: str) -> bool:
    import tomlkit

    if "profiles" not in document:
        document["profiles"] = tomlkit.table(is_super_table=True)
    if profile in document["profiles"]:
        return False
    document["profiles"][keys.check_profile_name(profile)] = tomlkit.table()
    return True


def _write_document(path: Path, document: Any) -> None:
    import tomlkit

    _replace_file(path, tomlkit.dumps(document))


def _replace_file(path: Path, text: str) -> None:
    """Replace the file in one step and keep its mode; where *path* is a link, the file that it points to."""
    target = Path(os.path.realpath(path))
    part = target.with_name(f".{target.name}.wacr-part")
    try:
        part.unlink(missing_ok=True)
        fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(fd)
        if target.exists():
            part.chmod(stat.S_IMODE(target.stat().st_mode))
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise _write_error(path, error) from None
