"""Changing the configuration file, whose comments and order stay: tomlkit keeps what the standard library does not."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wacr_cli.core.errors import UsageError
from wacr_cli.settings import config, keys


def set_value(environ: Mapping[str, str], profile: str, key: str, text: str) -> bool:
    """Give a key a value; whether the profile had to be made. Raises :class:`UsageError`."""
    path = config.config_path(environ)
    document = _document(path)
    value = keys.parsed(key, text, config.profiles_of(document, path))
    made = False
    try:
        if key == "default_profile":
            document["default_profile"] = value
        else:
            made = _made(document, profile)
            document["profiles"][profile][key] = value
    except (ValueError, TypeError):  # such as a table within one that is written on a line
        raise UsageError(f"{path}: its form leaves no room for {key}", "Change it with wacr config edit.") from None
    _write(path, document)
    return made


def unset_value(environ: Mapping[str, str], profile: str, key: str) -> bool:
    """Take a key's value away; whether it had one. Raises :class:`UsageError`."""
    path = config.config_path(environ)
    document = _document(path)
    table: Any = document if key == "default_profile" else config.profile_values(document, profile, path)
    if key not in table:
        return False
    del table[key]
    _write(path, document)
    return True


def make_profile(environ: Mapping[str, str], profile: str) -> bool:
    """See that the file has a profile; whether it had to be made."""
    path = config.config_path(environ)
    if profile == config.DEFAULT_PROFILE or profile in config.profiles_of(config.read(path), path):
        return False
    document = _document(path)
    _made(document, profile)
    _write(path, document)
    return True


def start_file(path: Path) -> None:
    """Make the file that is about to be edited, where there is none."""
    if not path.exists():
        _write_text(path, _TEMPLATE)


_TEMPLATE = f"""\
# default_profile = "shop"
#
# [profiles.shop]
# api_url = "{config.DEFAULT_API_URL}"
# rate_limit = 60                      # calls a minute
"""


def _document(path: Path) -> Any:
    """The file as tomlkit has it; what is wrong with it is said as everywhere."""
    import tomlkit

    config.read(path)
    return tomlkit.parse(path.read_bytes().decode()) if path.exists() else tomlkit.document()


def _made(document: Any, profile: str) -> bool:
    import tomlkit

    if "profiles" not in document:
        document["profiles"] = tomlkit.table(is_super_table=True)
    if profile in document["profiles"]:
        return False
    document["profiles"][keys.check_profile_name(profile)] = tomlkit.table()
    return True


def _write(path: Path, document: Any) -> None:
    import tomlkit

    _write_text(path, tomlkit.dumps(document))


def _write_text(path: Path, text: str) -> None:
    """Put the new file in place at once; a link, as keepers of dotfiles make them, stays one."""
    target = Path(os.path.realpath(path))
    part = target.with_name(f".{target.name}.wacr-part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
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
        raise UsageError(f"{path}: {error.strerror}", "Make the folder yours to write.") from None
