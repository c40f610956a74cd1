"""The token: what it may look like, and that no error repeats it."""

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

from wacr_cli.core.errors import AuthError, BusyError, UsageError
from wacr_cli.core.locks import held
from wacr_cli.settings import credentials, keyring
from wacr_cli.settings.config import Settings
from wacr_cli.settings.credentials import check_token

CANARY = "7|Zq9canaryXk2"


def find_token(environ: dict[str, str]) -> str:
    """The token of a run that has this environment and keeps nothing."""
    token = credentials.find_token(environ, Settings())
    assert (token.source, token.place) == ("environment", "WACR_TOKEN")
    return token.value


REASONS = ("a line break", "a letter outside ASCII", "a space", "a control character", "nothing after Bearer")


@pytest.mark.parametrize("environ", [{}, {"WACR_TOKEN": ""}, {"WACR_TOKEN": "  "}, {"WACR_TOKEN": "\n"}])
def test_none(environ: dict[str, str]) -> None:
    """No token is a failure of authentication, with both ways on."""
    with pytest.raises(AuthError, match=r"^no API token$") as caught:
        find_token(environ)
    assert "WACR_TOKEN" in caught.value.hint
    assert "--demo" in caught.value.hint


@pytest.mark.parametrize("text", [CANARY, "a", "~!@#$%^&*()_+-={}[]|:;'<>,.?/\"\\", "x" * 5000])
def test_good(text: str) -> None:
    """One word of visible ASCII is a token, as is one that was pasted with its Bearer."""
    assert find_token({"WACR_TOKEN": text}) == text
    assert find_token({"WACR_TOKEN": f"Bearer {text}"}) == text


@pytest.mark.parametrize(
    ("text", "wrong"),
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
        (f"{CANARY}ü", "a letter outside ASCII"),
        (f"\ufeff{CANARY}", "a letter outside ASCII"),
        (f"{CANARY}\u200b", "a letter outside ASCII"),
        (f"{CANARY}\u00a0", "a letter outside ASCII"),
        (f"{CANARY}\udce9", "a letter outside ASCII"),
        (f"{CANARY}\t", "a control character"),
        (f"{CANARY}\x00", "a control character"),
        (f"{CANARY}\x7f", "a control character"),
        ("Bearer ", "nothing after Bearer"),
    ],
)
def test_bad(text: str, wrong: str) -> None:
    """What can't be sent as one header is refused, saying why and where, and never repeating it."""
    with pytest.raises(UsageError) as caught:
        find_token({"WACR_TOKEN": text})
    assert caught.value.message == f"WACR_TOKEN: not a token: it has {wrong}"
    assert CANARY not in caught.value.hint
    assert "Zq9" not in repr(caught.value)


@settings(deadline=None)
@given(st.text())
def test_any_text(text: str) -> None:
    """Any text is a token that fits in a header, or refused in words that hold nothing of it."""
    refused, token = "", "x"
    try:
        token = check_token(text, "here")
    except UsageError as error:
        refused = error.message
    assert refused in {"", *(f"here: not a token: it has {reason}" for reason in REASONS)}
    assert re.fullmatch(r"[!-~]+", token)


SHOP = Settings(profile="shop", api_url="https://shop.example/api/v2")
TOKENS = '{"profiles": {"shop": {"origin": "https://shop.example", "token": "kept-token-1"}}}'


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A configuration folder of its own, and no keyring."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    return {"WACR_CONFIG_DIR": str(tmp_path / "config")}


def stored(environ: dict[str, str], text: str = TOKENS, mode: int = 0o600) -> Path:
    """The credentials file, with that in it."""
    path = credentials.Store(environ).path
    path.parent.mkdir(parents=True, mode=0o700)
    path.write_text(text)
    path.chmod(mode)
    return path


class TestStore:
    """What is kept, and what is trusted."""

    def test_kept(self, environ: dict[str, str]) -> None:
        """A token that is kept is found again, for its profile and origin, and others stay."""
        store = credentials.Store(environ)
        place, why = store.keep("shop", "https://shop.example", CANARY)
        assert place == str(store.path)
        assert "wacr-cli[keyring]" in why
        store.keep("other", "https://other.example", "another-token")
        token = credentials.find_token(environ, SHOP)
        assert (token.value, token.source, token.ending) == (CANARY, "file", "…yXk2")
        assert CANARY not in repr(token)
        assert CANARY not in repr(store.entries())
        assert credentials.has_token(environ, SHOP)

    def test_modes(self, environ: dict[str, str], tmp_path: Path) -> None:
        """The file is its owner's alone and so is the folder, whatever the umask and the folder were before."""
        store = credentials.Store(environ)
        before = os.umask(0)
        try:
            store.folder.mkdir(parents=True, mode=0o777)
            store.keep("shop", "https://shop.example", CANARY)
        finally:
            os.umask(before)
        assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
        assert [path.name for path in store.folder.iterdir()] == ["tokens.json"]

    def test_never_open_to_others(self, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
        """No file that the token is written to was ever opened with another mode than 0600."""
        opened: list[tuple[str, int, int]] = []
        real = os.open

        def noted(path: str, flags: int, mode: int = 0o777, **more: Any) -> int:
            opened.append((str(path), flags, mode))
            return real(path, flags, mode, **more)

        monkeypatch.setattr(os, "open", noted)
        credentials.Store(environ).keep("shop", "https://shop.example", CANARY)
        made = [(Path(path).name, mode) for path, flags, mode in opened if flags & os.O_CREAT]
        assert (".tokens.json.part", 0o600) in made
        assert {mode for _, mode in made} == {0o600}
        assert all(flags & os.O_EXCL for path, flags, _ in opened if path.endswith(".part"))

    def test_another_origin(self, environ: dict[str, str]) -> None:
        """Another host, port or scheme does not get the token; another path does."""
        stored(environ)
        for url in ("https://evil.example/api/v2", "https://shop.example:444/api/v2", "http://127.0.0.1/api/v2"):
            settings = Settings(profile="shop", api_url=url)
            with pytest.raises(AuthError, match=r"was given for https://shop\.example, not for"):
                credentials.find_token(environ, settings)
            assert not credentials.has_token(environ, settings)
        assert credentials.find_token(environ, Settings(profile="shop", api_url="https://SHOP.example:443/v3")).value

    def test_another_profile(self, environ: dict[str, str]) -> None:
        """A profile without a token has none, and is named in what to do."""
        stored(environ)
        with pytest.raises(AuthError, match='no API token for profile "it\'s"') as caught:
            credentials.find_token(environ, Settings(profile="it's"))
        assert "wacr auth login --profile 'it'\"'\"'s'" in caught.value.hint

    def test_the_environment_goes_first(self, environ: dict[str, str]) -> None:
        """WACR_TOKEN is used and nothing is read."""
        stored(environ, "{", 0o644)
        assert credentials.find_token(environ | {"WACR_TOKEN": CANARY}, SHOP).source == "environment"

    @pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o666, 0o620])
    def test_open_to_others(self, environ: dict[str, str], mode: int) -> None:
        """A file that others can read or change is refused, for reading and for writing."""
        path = stored(environ, mode=mode)
        for attempt in (
            lambda: credentials.find_token(environ, SHOP),
            lambda: credentials.Store(environ).keep("shop", "https://shop.example", CANARY),
            lambda: credentials.Store(environ).forget("shop"),
        ):
            with pytest.raises(UsageError, match=f"others can .* it .mode {mode:04o}.") as caught:
                attempt()
            assert "chmod 600" in caught.value.hint
        assert path.read_text() == TOKENS

    def test_a_link(self, environ: dict[str, str], tmp_path: Path) -> None:
        """A link is refused, wherever it leads, and what it leads to is as it was."""
        path = stored(environ)
        elsewhere = tmp_path / "elsewhere.json"
        path.rename(elsewhere)
        path.symlink_to(elsewhere)
        for attempt in (
            lambda: credentials.find_token(environ, SHOP),
            lambda: credentials.Store(environ).keep("shop", "https://shop.example", CANARY),
        ):
            with pytest.raises(UsageError, match="a symbolic link"):
                attempt()
        assert elsewhere.read_text() == TOKENS

    def test_a_linked_folder(self, environ: dict[str, str], tmp_path: Path) -> None:
        """Nothing is written through a folder that is a link."""
        store = credentials.Store(environ)
        store.folder.parent.mkdir(parents=True)
        (tmp_path / "elsewhere").mkdir()
        store.folder.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(UsageError, match="a symbolic link"):
            store.keep("shop", "https://shop.example", CANARY)
        assert list((tmp_path / "elsewhere").iterdir()) == []

    def test_no_file(self, environ: dict[str, str]) -> None:
        """A folder or a pipe in its place is refused, and not waited for."""
        path = stored(environ)
        path.unlink()
        os.mkfifo(path, 0o600)
        with pytest.raises(UsageError, match="not a file"):
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
    def test_not_whole(self, environ: dict[str, str], text: str) -> None:
        """A half-written file is an error that says so; logging in writes it anew."""
        stored(environ, text)
        with pytest.raises(UsageError, match="not whole") as caught:
            credentials.find_token(environ, SHOP)
        assert "wacr auth login" in caught.value.hint
        credentials.Store(environ).keep("shop", "https://shop.example", CANARY)
        assert credentials.find_token(environ, SHOP).value == CANARY

    def test_a_bad_token_in_it(self, environ: dict[str, str]) -> None:
        """A token that somebody mangled is refused with the file's name."""
        path = stored(environ, TOKENS.replace("kept-token-1", "kept token"))
        with pytest.raises(UsageError, match=f"^{re.escape(str(path))}: not a token"):
            credentials.find_token(environ, SHOP)

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
    def test_unwritable(self, environ: dict[str, str]) -> None:
        """A folder that can't be written is a usage error that names it."""
        folder = Path(environ["WACR_CONFIG_DIR"])
        folder.mkdir(mode=0o500)
        with pytest.raises(UsageError, match=str(folder)):
            credentials.Store(environ).keep("shop", "https://shop.example", CANARY)

    def test_a_file_in_the_way(self, environ: dict[str, str]) -> None:
        """So is a file where the folder should be."""
        Path(environ["WACR_CONFIG_DIR"]).write_text("")
        with pytest.raises(UsageError, match="exists"):
            credentials.Store(environ).keep("shop", "https://shop.example", CANARY)
        assert credentials.Store(environ).entries() == {}

    def test_forgotten(self, environ: dict[str, str]) -> None:
        """What is removed is gone from the file, and nothing else is."""
        store = credentials.Store(environ)
        store.keep("shop", "https://shop.example", CANARY)
        store.keep("other", "https://other.example", "another-token")
        assert store.forget("shop") == (str(store.path), "")
        assert store.forget("shop") == ("", "")
        assert CANARY not in store.path.read_text()
        assert list(store.entries()) == ["other"]

    def test_someone_else_is_at_it(self, environ: dict[str, str]) -> None:
        """Two that write at once do not lose each other's tokens: the second fails."""
        store = credentials.Store(environ)
        store.keep("shop", "https://shop.example", CANARY)
        with held(store.folder / ".tokens.lock", "x"), pytest.raises(BusyError):
            store.keep("other", "https://other.example", "another-token")


class TestInTheKeyring:
    """The keyring, where there is one, has the token and the file only says so."""

    @pytest.fixture
    def vaulted(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
        """What the keyring holds."""
        kept: dict[str, str] = {}
        monkeypatch.setattr(keyring, "keep", kept.__setitem__)
        monkeypatch.setattr(keyring, "forget", lambda name: kept.pop(name, None))
        monkeypatch.setattr(keyring, "fetch", kept.__getitem__)
        return kept

    def test_kept(self, environ: dict[str, str], vaulted: dict[str, str]) -> None:
        """It is found there, under a name that says profile, origin and folder; the file holds no token."""
        store = credentials.Store(environ)
        assert store.keep("shop", "https://shop.example", CANARY) == ("the keyring", "")
        assert list(vaulted) == [f"shop at https://shop.example in {environ['WACR_CONFIG_DIR']}"]
        assert CANARY not in store.path.read_text()
        token = credentials.find_token(environ, SHOP)
        assert (token.value, token.source) == (CANARY, "keyring")

    def test_moved(self, environ: dict[str, str], vaulted: dict[str, str]) -> None:
        """A token for another origin takes the place of the old one, which is removed."""
        store = credentials.Store(environ)
        store.keep("shop", "https://old.example", "old-token")
        store.keep("shop", "https://shop.example", CANARY)
        assert list(vaulted.values()) == [CANARY]
        assert store.forget("shop") == ("the keyring", "")
        assert vaulted == {}

    def test_locked(self, environ: dict[str, str], vaulted: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
        """A keyring that is locked later is a failure of authentication that says how to go on."""
        store = credentials.Store(environ)
        store.keep("shop", "https://shop.example", CANARY)

        def locked(_: str) -> str:
            raise keyring.UnavailableError("is locked")

        monkeypatch.setattr(keyring, "fetch", locked)
        monkeypatch.setattr(keyring, "forget", locked)
        with pytest.raises(AuthError, match="the keyring, which is locked") as caught:
            credentials.find_token(environ, SHOP)
        assert "WACR_TOKEN" in caught.value.hint
        assert store.forget("shop") == ("the keyring", "the keyring is locked")
        assert store.entries() == {}


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
def test_pasted(text: str) -> None:
    """What is pasted or piped in may have its Bearer, and blanks around it."""
    assert credentials.pasted_token(text, "here") == CANARY


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no token: it is empty"),
        (" \n", "no token: it is empty"),
        ("Bearer", "nothing after Bearer"),
        ("Authorization: bearer\n", "nothing after Bearer"),
        (f"{CANARY}\n{CANARY}", "a line break"),
        (f"{CANARY} x", "a space"),
        (f"{CANARY}é", "a letter outside ASCII"),
        (f"{CANARY}\x1b", "a control character"),
    ],
)
def test_pasted_wrongly(text: str, why: str) -> None:
    """Anything else is refused in words that do not repeat it."""
    with pytest.raises(UsageError, match=why) as caught:
        credentials.pasted_token(text, "here")
    assert "Zq9" not in f"{caught.value.message}{caught.value.hint}"
