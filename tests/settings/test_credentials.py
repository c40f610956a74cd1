"""Tokens: valid forms, storage, and errors that don't repeat them."""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wacr_cli.core import locks
from wacr_cli.core.errors import AuthError, BusyError, UsageError
from wacr_cli.core.locks import lock_file
from wacr_cli.settings import credentials, keyring
from wacr_cli.settings.config import Settings
from wacr_cli.settings.credentials import parse_token

CANARY = "7|Zq9canaryXk2"


def find_token(environ: dict[str, str]) -> str:
    """Return the token of a run with this environment and nothing stored."""
    token = credentials.find_token(environ, Settings())
    assert (token.source, token.location) == ("environment", "WACR_TOKEN")
    return token.value


REASONS = ("a line break", "a character outside ASCII", "a space", "a control character", "nothing after Bearer")


@pytest.mark.parametrize("environ", [{}, {"WACR_TOKEN": ""}, {"WACR_TOKEN": "  "}, {"WACR_TOKEN": "\n"}])
def test_no_token(environ: dict[str, str]) -> None:
    """The hint for a missing token names WACR_TOKEN and --demo."""
    with pytest.raises(AuthError, match=r"^no API token$") as caught:
        find_token(environ)
    assert "WACR_TOKEN" in caught.value.hint
    assert "--demo" in caught.value.hint


@pytest.mark.parametrize("text", [CANARY, "a", "~!@#$%^&*()_+-={}[]|:;'<>,.?/\"\\", "x" * 5000])
def test_valid_token(text: str) -> None:
    """A token is one word of printable ASCII, and may begin with Bearer."""
    assert find_token({"WACR_TOKEN": text}) == text
    assert find_token({"WACR_TOKEN": f"Bearer {text}"}) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"{CANARY}\n", "a line break"),
        (f"{CANARY}\r\n", "a line break"),
        (f"{CANARY}\r\nX-Evil: 1", "a line break"),
        (f"\n{CANARY}", "a line break"),
        (f"{CANARY} ", "a space"),
        (f" {CANARY}", "a space"),
        (f"{CANARY} {CANARY}", "a space"),
        (f"bearer {CANARY}", "a space"),
        (f"Bearer  {CANARY}", "a space"),
        (f"Authorization: Bearer {CANARY}", "a space"),
        (f"{CANARY}ü", "a character outside ASCII"),
        (f"\ufeff{CANARY}", "a character outside ASCII"),
        (f"{CANARY}\u200b", "a character outside ASCII"),
        (f"{CANARY}\u00a0", "a character outside ASCII"),
        (f"{CANARY}\udce9", "a character outside ASCII"),
        (f"{CANARY}\t", "a control character"),
        (f"{CANARY}\x00", "a control character"),
        (f"{CANARY}\x7f", "a control character"),
        ("Bearer ", "nothing after Bearer"),
    ],
)
def test_invalid_token(text: str, reason: str) -> None:
    """The error names the variable and the reason, and doesn't repeat the token."""
    with pytest.raises(UsageError) as caught:
        find_token({"WACR_TOKEN": text})
    assert caught.value.message == f"WACR_TOKEN: invalid token: it has {reason}"
    assert CANARY not in caught.value.hint
    assert "Zq9" not in repr(caught.value)


@settings(deadline=None)
@given(st.text())
def test_any_text(text: str) -> None:
    """Any text is either a token that fits in a header, or refused without being repeated."""
    refused, token = "", "x"
    try:
        token = parse_token(text, "here")
    except UsageError as error:
        refused = error.message
    assert refused in {"", *(f"here: invalid token: it has {reason}" for reason in REASONS)}
    assert re.fullmatch(r"[!-~]+", token)


SHOP = Settings(profile="shop", api_url="https://shop.example/api/v2")
TOKENS = '{"profiles": {"shop": {"origin": "https://shop.example", "token": "stored-token-1"}}}'


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return an environment with its own configuration folder and without a keyring."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    return {"WACR_CONFIG_DIR": str(tmp_path / "config")}


def write_file(environ: dict[str, str], text: str = TOKENS, mode: int = 0o600) -> Path:
    """Write the credentials file and return its path."""
    path = credentials.TokenStore(environ).path
    path.parent.mkdir(parents=True, mode=0o700)
    path.write_text(text)
    path.chmod(mode)
    return path


class TestTokenStore:
    """Storing tokens, and refusing unsafe files."""

    def test_save_and_find(self, environ: dict[str, str]) -> None:
        """A stored token is found for its profile and origin, and other tokens are unchanged."""
        store = credentials.TokenStore(environ)
        location, reason = store.save_token("shop", "https://shop.example", CANARY)
        assert location == str(store.path)
        assert "wacr-cli[keyring]" in reason
        store.save_token("other", "https://other.example", "another-token")
        token = credentials.find_token(environ, SHOP)
        assert (token.value, token.source, token.ending) == (CANARY, "file", "…yXk2")
        assert CANARY not in repr(token)
        assert CANARY not in repr(store.read_entries())
        assert credentials.has_token(environ, SHOP)

    def test_modes(self, environ: dict[str, str], tmp_path: Path) -> None:
        """The file has mode 0600 and the folder 0700, whatever the umask and the folder's mode were."""
        store = credentials.TokenStore(environ)
        before = os.umask(0)
        try:
            store.folder.mkdir(parents=True, mode=0o777)
            store.save_token("shop", "https://shop.example", CANARY)
        finally:
            os.umask(before)
        assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
        assert [path.name for path in store.folder.iterdir()] == ["tokens.json"]

    def test_files_are_created_with_mode_0600(self, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
        """Every file that is created has mode 0600 from the start, and none is opened if it exists already."""
        opened: list[tuple[str, int, int]] = []
        real = os.open

        def record(path: str, flags: int, mode: int = 0o777, **more: Any) -> int:
            opened.append((str(path), flags, mode))
            return real(path, flags, mode, **more)

        monkeypatch.setattr(os, "open", record)
        credentials.TokenStore(environ).save_token("shop", "https://shop.example", CANARY)
        created = [(Path(path).name, mode) for path, flags, mode in opened if flags & os.O_CREAT]
        assert (".tokens.json.part", 0o600) in created
        assert {mode for _, mode in created} == {0o600}
        assert all(flags & os.O_EXCL for path, flags, _ in opened if path.endswith(".part"))

    def test_another_origin(self, environ: dict[str, str]) -> None:
        """A token is not sent to another scheme, host or port, but to any path."""
        write_file(environ)
        for url in ("https://evil.example/api/v2", "https://shop.example:444/api/v2", "http://127.0.0.1/api/v2"):
            settings = Settings(profile="shop", api_url=url)
            with pytest.raises(AuthError, match=r"is for https://shop\.example, not for"):
                credentials.find_token(environ, settings)
            assert not credentials.has_token(environ, settings)
        assert credentials.find_token(environ, Settings(profile="shop", api_url="https://SHOP.example:443/v3")).value

    def test_another_profile(self, environ: dict[str, str]) -> None:
        """The error and the hint name the profile that has no token."""
        write_file(environ)
        with pytest.raises(AuthError, match='no API token for profile "it\'s"') as caught:
            credentials.find_token(environ, Settings(profile="it's"))
        assert "wacr auth login --profile 'it'\"'\"'s'" in caught.value.hint

    def test_variable_overrides_the_file(self, environ: dict[str, str]) -> None:
        """If WACR_TOKEN is set, the file is not read."""
        write_file(environ, "{", 0o644)
        assert credentials.find_token(environ | {"WACR_TOKEN": CANARY}, SHOP).source == "environment"

    @pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o666, 0o620])
    def test_open_to_others(self, environ: dict[str, str], mode: int) -> None:
        """A file that others can read or change is refused, for reading and for writing."""
        path = write_file(environ, mode=mode)
        for attempt in (
            lambda: credentials.find_token(environ, SHOP),
            lambda: credentials.TokenStore(environ).save_token("shop", "https://shop.example", CANARY),
            lambda: credentials.TokenStore(environ).delete_token("shop"),
        ):
            with pytest.raises(UsageError, match=f"others can .* it .mode {mode:04o}.") as caught:
                attempt()
            assert "chmod 600" in caught.value.hint
        assert path.read_text() == TOKENS

    def test_link(self, environ: dict[str, str], tmp_path: Path) -> None:
        """A link is refused, and its target is unchanged."""
        path = write_file(environ)
        elsewhere = tmp_path / "elsewhere.json"
        path.rename(elsewhere)
        path.symlink_to(elsewhere)
        for attempt in (
            lambda: credentials.find_token(environ, SHOP),
            lambda: credentials.TokenStore(environ).save_token("shop", "https://shop.example", CANARY),
        ):
            with pytest.raises(UsageError, match="a symbolic link"):
                attempt()
        assert elsewhere.read_text() == TOKENS

    def test_linked_folder(self, environ: dict[str, str], tmp_path: Path) -> None:
        """A folder that is a link is refused, and nothing is written to its target."""
        store = credentials.TokenStore(environ)
        store.folder.parent.mkdir(parents=True)
        (tmp_path / "elsewhere").mkdir()
        store.folder.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(UsageError, match="a symbolic link"):
            store.save_token("shop", "https://shop.example", CANARY)
        assert list((tmp_path / "elsewhere").iterdir()) == []

    def test_pipe_in_place_of_the_file(self, environ: dict[str, str]) -> None:
        """A pipe is refused without waiting for it."""
        path = write_file(environ)
        path.unlink()
        os.mkfifo(path, 0o600)
        with pytest.raises(UsageError, match="not a regular file"):
            credentials.find_token(environ, SHOP)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            TOKENS[:40],
            "[]",
            "{}",
            '{"profiles": 5}',
            '{"profiles": {"shop": 5}}',
            '{"profiles": {"shop": {"token": "x"}}}',
            '{"profiles": {"shop": {"origin": "x"}}}',
            '{"profiles": {"shop": {"origin": 5, "token": "x"}}}',
            '{"profiles": {"shop": {"origin": "x", "token": "x", "more": "x"}}}',
            "\x00\x00",
        ],
    )
    def test_damaged_file(self, environ: dict[str, str], text: str) -> None:
        """A damaged file is reported; the next login replaces it."""
        write_file(environ, text)
        with pytest.raises(UsageError, match="damaged") as caught:
            credentials.find_token(environ, SHOP)
        assert "wacr auth login" in caught.value.hint
        credentials.TokenStore(environ).save_token("shop", "https://shop.example", CANARY)
        assert credentials.find_token(environ, SHOP).value == CANARY

    def test_invalid_token_in_the_file(self, environ: dict[str, str]) -> None:
        """The error for an invalid token names the file."""
        path = write_file(environ, TOKENS.replace("stored-token-1", "stored token"))
        with pytest.raises(UsageError, match=f"^{re.escape(str(path))}: invalid token"):
            credentials.find_token(environ, SHOP)

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
    def test_unwritable_folder(self, environ: dict[str, str]) -> None:
        """The error names the folder that can't be written to."""
        folder = Path(environ["WACR_CONFIG_DIR"])
        folder.mkdir(mode=0o500)
        with pytest.raises(UsageError, match=str(folder)):
            credentials.TokenStore(environ).save_token("shop", "https://shop.example", CANARY)

    def test_file_in_place_of_the_folder(self, environ: dict[str, str]) -> None:
        """If a file has the folder's name, nothing can be stored, and nothing is."""
        Path(environ["WACR_CONFIG_DIR"]).write_text("")
        with pytest.raises(UsageError, match="exists"):
            credentials.TokenStore(environ).save_token("shop", "https://shop.example", CANARY)
        assert credentials.TokenStore(environ).read_entries() == {}

    def test_delete(self, environ: dict[str, str]) -> None:
        """A deleted token is removed from the file, and others are unchanged."""
        store = credentials.TokenStore(environ)
        store.save_token("shop", "https://shop.example", CANARY)
        store.save_token("other", "https://other.example", "another-token")
        assert store.delete_token("shop") == (str(store.path), "")
        assert store.delete_token("shop") == ("", "")
        assert CANARY not in store.path.read_text()
        assert list(store.read_entries()) == ["other"]

    def test_locked_for_too_long(self, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
        """If another process doesn't finish, storing a token fails instead of losing one."""
        monkeypatch.setattr(locks, "PATIENCE", 0)
        store = credentials.TokenStore(environ)
        store.save_token("shop", "https://shop.example", CANARY)
        with lock_file(store.folder / ".tokens.lock", "x"), pytest.raises(BusyError):
            store.save_token("other", "https://other.example", "another-token")


class TestKeyring:
    """If there is a keyring, it has the token, and the file only its name."""

    @pytest.fixture
    def in_keyring(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
        """Replace the keyring; return what it contains."""
        tokens: dict[str, str] = {}
        monkeypatch.setattr(keyring, "set_token", tokens.__setitem__)
        monkeypatch.setattr(keyring, "delete_token", lambda name: tokens.pop(name, None))
        monkeypatch.setattr(keyring, "get_token", tokens.__getitem__)
        return tokens

    def test_save_and_find(self, environ: dict[str, str], in_keyring: dict[str, str]) -> None:
        """The name in the keyring has the profile, origin and folder; the file contains no token."""
        store = credentials.TokenStore(environ)
        assert store.save_token("shop", "https://shop.example", CANARY) == ("the keyring", "")
        assert list(in_keyring) == [f"shop at https://shop.example in {environ['WACR_CONFIG_DIR']}"]
        assert CANARY not in store.path.read_text()
        token = credentials.find_token(environ, SHOP)
        assert (token.value, token.source) == (CANARY, "keyring")

    def test_new_origin(self, environ: dict[str, str], in_keyring: dict[str, str]) -> None:
        """A token for another origin replaces the old one, which is deleted."""
        store = credentials.TokenStore(environ)
        store.save_token("shop", "https://old.example", "old-token")
        store.save_token("shop", "https://shop.example", CANARY)
        assert list(in_keyring.values()) == [CANARY]
        assert store.delete_token("shop") == ("the keyring", "")
        assert in_keyring == {}

    def test_locked_keyring(
        self, environ: dict[str, str], in_keyring: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """If the keyring is locked, the hint names WACR_TOKEN, and deleting reports what is left."""
        store = credentials.TokenStore(environ)
        store.save_token("shop", "https://shop.example", CANARY)

        def fail(_: str) -> str:
            raise keyring.UnavailableError("is locked")

        monkeypatch.setattr(keyring, "get_token", fail)
        monkeypatch.setattr(keyring, "delete_token", fail)
        with pytest.raises(AuthError, match="the keyring is locked") as caught:
            credentials.find_token(environ, SHOP)
        assert "WACR_TOKEN" in caught.value.hint
        assert store.delete_token("shop") == ("the keyring", "the keyring is locked")
        assert store.read_entries() == {}


@pytest.mark.parametrize(
    "text",
    [
        CANARY,
        f"{CANARY}\n",
        f"  {CANARY}\r\n",
        f"Bearer {CANARY}",
        f"bearer  {CANARY}\n",
        f"Authorization: Bearer {CANARY}",
        f"\ufeff{CANARY}",
    ],
)
def test_pasted_token(text: str) -> None:
    """Pasted or piped text may have a Bearer and spaces around the token."""
    assert credentials.parse_pasted_token(text, "here") == CANARY


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "here is empty"),
        (" \n", "here is empty"),
        ("Bearer", "nothing after Bearer"),
        ("Authorization: bearer\n", "nothing after Bearer"),
        (f"{CANARY}\n{CANARY}", "a line break"),
        (f"{CANARY} x", "a space"),
        (f"{CANARY}é", "a character outside ASCII"),
        (f"{CANARY}\x1b", "a control character"),
    ],
)
def test_invalid_pasted_token(text: str, reason: str) -> None:
    """Other text is refused without being repeated."""
    with pytest.raises(UsageError, match=reason) as caught:
        credentials.parse_pasted_token(text, "here")
    assert "Zq9" not in f"{caught.value.message}{caught.value.hint}"
