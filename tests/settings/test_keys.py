"""Look up single settings, and change them without losing comments."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from wacr_cli.core.errors import UsageError
from wacr_cli.settings import config, editor, keys
from wacr_cli.settings.config import DEFAULT_API_URL, get_origin

FILE = """\
# Our accounts.
default_profile = "shop"   # the one of the shop

[profiles.shop]
# asked for more
rate_limit = 120
api_url = "https://shop.example/api/v2"

[profiles."our café"]
archive = "~/café.db"
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Return an environment whose configuration is the file above."""
    (tmp_path / "config.toml").write_text(FILE)
    return {"WACR_CONFIG_DIR": str(tmp_path)}


def read_text(environ: dict[str, str]) -> str:
    """Return the content of the file."""
    return config.config_path(environ).read_text()


def test_each_setting_has_its_origin(environ: dict[str, str]) -> None:
    """The origin is the flag, the variable, the profile, the file or the default."""
    found = {one.key: (one.value, one.origin) for one in keys.list_settings(environ | {"WACR_RATE_LIMIT": "7"}, None)}
    path = config.config_path(environ)
    assert found == {
        "profile": ("shop", f"default_profile in {path}"),
        "default_profile": ("shop", str(path)),
        "api_url": ("https://shop.example/api/v2", f"profile shop in {path}"),
        "rate_limit": (7, "WACR_RATE_LIMIT"),
        "archive": (None, "not set"),
        "schema": (None, "not set"),
        "business_hours": (None, "not set"),
        "business_days": (None, "not set"),
        "timezone": (None, "not set"),
        "details": (None, "not set"),
    }
    other = {one.key: (one.value, one.origin) for one in keys.list_settings(environ, "our café")}
    assert other["profile"] == ("our café", "--profile")
    assert other["api_url"] == (DEFAULT_API_URL, "default")
    assert other["archive"] == ("~/café.db", f"profile our café in {path}")
    assert keys.find_profile(environ | {"WACR_PROFILE": "our café"}, None).origin == "WACR_PROFILE"


def test_change_keeps_comments_and_order(environ: dict[str, str]) -> None:
    """Only the value changes."""
    assert editor.set_value(environ, "shop", "rate_limit", "30") is False
    assert read_text(environ) == FILE.replace("rate_limit = 120", "rate_limit = 30")
    editor.set_value(environ, "shop", "default_profile", "our café")
    assert '# Our accounts.\ndefault_profile = "our café"' in read_text(environ)
    assert editor.unset_value(environ, "shop", "rate_limit") is True
    assert editor.unset_value(environ, "shop", "rate_limit") is False
    assert "# asked for more\napi_url" in read_text(environ)
    assert keys.get_setting("rate_limit", environ, "shop").value is None


@pytest.mark.parametrize("name", ["new", "my shop", "a.b", 'q"uote', "日本", "]x["])
def test_profile_is_created(environ: dict[str, str], name: str) -> None:
    """A profile with any valid name is read back under this name, and the others are unchanged."""
    assert editor.set_value(environ, name, "api_url", "https://new.example/v2") is True
    assert config.load(environ, profile=name).api_url == "https://new.example/v2"
    assert read_text(environ).startswith(FILE)
    assert editor.create_profile(environ, name) is False


@pytest.mark.parametrize("name", ["", " ", "x ", "two\nlines", "x" * 65, "\x1b[31m"])
def test_invalid_profile_names(environ: dict[str, str], name: str) -> None:
    """An invalid name is refused, and the file is unchanged."""
    with pytest.raises(UsageError, match="invalid name"):
        editor.set_value(environ, name, "rate_limit", "5")
    assert read_text(environ) == FILE


def test_file_is_created(tmp_path: Path) -> None:
    """The file and its folder are created for their owner only; the profile named default needs no table."""
    environ = {"WACR_CONFIG_DIR": str(tmp_path / "a" / "b")}
    assert editor.create_profile(environ, "default") is False
    assert not config.config_path(environ).exists()
    assert editor.create_profile(environ, "shop") is True
    assert stat.S_IMODE(config.config_path(environ).stat().st_mode) == 0o600
    editor.set_value(environ, "default", "rate_limit", "5")
    assert config.load(environ).rate_limit == 5


def test_link_and_mode_are_kept(environ: dict[str, str], tmp_path: Path) -> None:
    """If the file is a link, as dotfile managers create it, its target is changed and keeps its mode."""
    path, real = tmp_path / "config.toml", tmp_path / "dotfiles.toml"
    path.rename(real)
    real.chmod(0o640)
    path.symlink_to(real)
    editor.set_value(environ, "shop", "rate_limit", "30")
    assert path.is_symlink()
    assert "rate_limit = 30" in real.read_text()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert {one.name for one in tmp_path.iterdir()} == {"config.toml", "dotfiles.toml"}


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("rate_limit", "fast", "invalid number of calls"),
        ("rate_limit", "0", "invalid number of calls"),
        ("rate_limit", "-5", "invalid number of calls"),
        ("rate_limit", "6.5", "invalid number of calls"),
        ("rate_limit", "99999999", "invalid number of calls"),
        ("api_url", "shop.example", "invalid URL"),
        ("api_url", "http://shop.example/api", "unencrypted"),
        ("api_url", "", "the value is empty"),
        ("archive", " ", "the value is empty"),
        ("default_profile", "shpo", "did you mean shop"),
    ],
)
def test_invalid_values(environ: dict[str, str], key: str, value: str, words: str) -> None:
    """An invalid value is refused, and the file is unchanged."""
    with pytest.raises(UsageError, match=words):
        editor.set_value(environ, "shop", key, value)
    assert read_text(environ) == FILE


@pytest.mark.parametrize(
    ("word", "near"), [("rate_limt", "rate_limit"), ("apiurl", "api_url"), ("defaultprofile", "default_profile")]
)
def test_unknown_keys(word: str, near: str) -> None:
    """The error names the nearest key, and the hint all keys."""
    with pytest.raises(UsageError, match=f"did you mean {near}") as caught:
        keys.check_key(word)
    assert "archive" in caught.value.hint


@pytest.mark.parametrize(
    ("before", "profile", "is_supported"),
    [
        ('profiles.shop.archive = "x" # c\n', "shop", True),
        ('[profiles]\nshop = {archive = "x"} # c\n', "shop", True),
        ("# c\r\n[profiles.shop]\r\n", "shop", True),
        ("[profiles]\n# c\n", "shop", True),
        ("[profiles.a]\n[profiles.b] # c", "shop", True),
        ('profiles = {a = {archive = "x"}} # c\n', "shop", False),
        ("profiles.shop = 5 # c\n", "shop", False),
    ],
)
def test_other_ways_to_write_a_table(environ: dict[str, str], before: str, profile: str, is_supported: bool) -> None:
    """A table is changed with its comments however it is written; where that is impossible, the error says so."""
    config.config_path(environ).write_bytes(before.encode())
    if not is_supported:
        with pytest.raises(UsageError, match="can't add rate_limit"):
            editor.set_value(environ, profile, "rate_limit", "77")
        assert read_text(environ) == before
        return
    editor.set_value(environ, profile, "rate_limit", "77")
    assert config.load(environ, profile=profile).rate_limit == 77
    assert "# c" in read_text(environ)


def test_invalid_file_is_not_overwritten(environ: dict[str, str]) -> None:
    """A file that is not TOML is reported and unchanged."""
    config.config_path(environ).write_text("[profiles.shop\nrate_limit")
    with pytest.raises(UsageError, match="invalid TOML"):
        editor.set_value(environ, "shop", "rate_limit", "5")
    assert read_text(environ) == "[profiles.shop\nrate_limit"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_unwritable_folder(environ: dict[str, str], tmp_path: Path) -> None:
    """The error names the file, and the file is unchanged."""
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(UsageError, match=r"config\.toml: Permission denied"):
            editor.set_value(environ, "shop", "rate_limit", "5")
    finally:
        tmp_path.chmod(0o700)
    assert read_text(environ) == FILE


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://App.WA.cr/api/v2", "https://app.wa.cr"),
        ("https://app.wa.cr:443/other", "https://app.wa.cr"),
        ("https://app.wa.cr./api", "https://app.wa.cr"),
        ("https://app.wa.cr:8443/api", "https://app.wa.cr:8443"),
        ("http://127.0.0.1:80/api", "http://127.0.0.1"),
        ("http://[::1]:8080/api", "http://[::1]:8080"),
    ],
)
def test_origins(url: str, origin: str) -> None:
    """An origin is the scheme, host and port in lower case, without a default port."""
    assert get_origin(url) == origin
