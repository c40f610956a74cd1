"""Settings value by value, and changing them without losing what a person wrote."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from wacr_cli.core.errors import UsageError
from wacr_cli.settings import config, editor, keys
from wacr_cli.settings.config import DEFAULT_API_URL, origin_of

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
    """An environment whose configuration is the file above."""
    (tmp_path / "config.toml").write_text(FILE)
    return {"WACR_CONFIG_DIR": str(tmp_path)}


def text(environ: dict[str, str]) -> str:
    """What the file holds."""
    return config.config_path(environ).read_text()


def test_each_value_says_where_it_came_from(environ: dict[str, str]) -> None:
    """The environment, the profile, the file, or the default."""
    found = {one.key: (one.value, one.origin) for one in keys.listed(environ | {"WACR_RATE_LIMIT": "7"}, None)}
    path = config.config_path(environ)
    assert found == {
        "profile": ("shop", f"default_profile in {path}"),
        "default_profile": ("shop", str(path)),
        "api_url": ("https://shop.example/api/v2", f"profile shop in {path}"),
        "rate_limit": (7, "WACR_RATE_LIMIT"),
        "archive": (None, "not set"),
    }
    other = {one.key: (one.value, one.origin) for one in keys.listed(environ, "our café")}
    assert other["profile"] == ("our café", "--profile")
    assert other["api_url"] == (DEFAULT_API_URL, "default")
    assert other["archive"] == ("~/café.db", f"profile our café in {path}")
    assert keys.profile_in_use(environ | {"WACR_PROFILE": "our café"}, None).origin == "WACR_PROFILE"


def test_a_change_leaves_comments_and_order(environ: dict[str, str]) -> None:
    """One value is another, and not a letter else."""
    assert editor.set_value(environ, "shop", "rate_limit", "30") is False
    assert text(environ) == FILE.replace("rate_limit = 120", "rate_limit = 30")
    editor.set_value(environ, "shop", "default_profile", "our café")
    assert '# Our accounts.\ndefault_profile = "our café"' in text(environ)
    assert editor.unset_value(environ, "shop", "rate_limit") is True
    assert editor.unset_value(environ, "shop", "rate_limit") is False
    assert "# asked for more\napi_url" in text(environ)
    assert keys.value_of("rate_limit", environ, "shop").value is None


@pytest.mark.parametrize("name", ["new", "my shop", "a.b", 'q"uote', "日本", "]x["])
def test_a_profile_is_made(environ: dict[str, str], name: str) -> None:
    """Whatever its name, it is read again by the same name, and all others stay."""
    assert editor.set_value(environ, name, "api_url", "https://new.example/v2") is True
    assert config.load(environ, profile=name).api_url == "https://new.example/v2"
    assert text(environ).startswith(FILE)
    assert editor.make_profile(environ, name) is False


@pytest.mark.parametrize("name", ["", " ", "x ", "two\nlines", "x" * 65, "\x1b[31m"])
def test_a_profile_has_a_name_that_can_be_said(environ: dict[str, str], name: str) -> None:
    """Anything else is refused, and the file is as it was."""
    with pytest.raises(UsageError, match="not a name"):
        editor.set_value(environ, name, "rate_limit", "5")
    assert text(environ) == FILE


def test_a_file_is_made(tmp_path: Path) -> None:
    """With its folder, for its owner alone; a profile named default needs no table for itself."""
    environ = {"WACR_CONFIG_DIR": str(tmp_path / "a" / "b")}
    assert editor.make_profile(environ, "default") is False
    assert not config.config_path(environ).exists()
    assert editor.make_profile(environ, "shop") is True
    assert stat.S_IMODE(config.config_path(environ).stat().st_mode) == 0o600
    editor.set_value(environ, "default", "rate_limit", "5")
    assert config.load(environ).rate_limit == 5


def test_a_link_stays_one_and_a_mode_what_it_was(environ: dict[str, str], tmp_path: Path) -> None:
    """Keepers of dotfiles link the file; it is changed where it is."""
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
        ("rate_limit", "fast", "not a number of calls"),
        ("rate_limit", "0", "not a number of calls"),
        ("rate_limit", "-5", "not a number of calls"),
        ("rate_limit", "6.5", "not a number of calls"),
        ("rate_limit", "99999999", "not a number of calls"),
        ("api_url", "shop.example", "not a URL"),
        ("api_url", "http://shop.example/api", "in the clear"),
        ("api_url", "", "an empty text"),
        ("archive", " ", "an empty text|not a text"),
        ("default_profile", "shpo", "did you mean shop"),
    ],
)
def test_what_can_t_be_is_refused(environ: dict[str, str], key: str, value: str, words: str) -> None:
    """A bad value is refused before anything is written."""
    with pytest.raises(UsageError, match=words):
        editor.set_value(environ, "shop", key, value)
    assert text(environ) == FILE


@pytest.mark.parametrize(
    ("word", "near"), [("rate_limt", "rate_limit"), ("apiurl", "api_url"), ("defaultprofile", "default_profile")]
)
def test_unknown_keys(word: str, near: str) -> None:
    """The nearest is named, and all there are."""
    with pytest.raises(UsageError, match=f"did you mean {near}") as caught:
        keys.check_key(word)
    assert "archive" in caught.value.hint


@pytest.mark.parametrize(
    ("before", "profile", "able"),
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
def test_every_form_of_a_file(environ: dict[str, str], before: str, profile: str, able: bool) -> None:
    """However a person wrote it, it is changed with its comments, or left and said so."""
    config.config_path(environ).write_bytes(before.encode())
    if not able:
        with pytest.raises(UsageError, match="leaves no room"):
            editor.set_value(environ, profile, "rate_limit", "77")
        assert text(environ) == before
        return
    editor.set_value(environ, profile, "rate_limit", "77")
    assert config.load(environ, profile=profile).rate_limit == 77
    assert "# c" in text(environ)


def test_a_broken_file_is_not_written_over(environ: dict[str, str]) -> None:
    """What can't be read is left for the person to fix."""
    config.config_path(environ).write_text("[profiles.shop\nrate_limit")
    with pytest.raises(UsageError, match="not valid TOML"):
        editor.set_value(environ, "shop", "rate_limit", "5")
    assert text(environ) == "[profiles.shop\nrate_limit"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_can_t_be_written(environ: dict[str, str], tmp_path: Path) -> None:
    """It is named, and the file is whole."""
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(UsageError, match=r"config\.toml: Permission denied"):
            editor.set_value(environ, "shop", "rate_limit", "5")
    finally:
        tmp_path.chmod(0o700)
    assert text(environ) == FILE


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
    """Scheme, host and port, written in one way."""
    assert origin_of(url) == origin
