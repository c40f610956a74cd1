"""The configuration: the order of its sources, and the values that are refused."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wacr_cli.core.errors import UsageError
from wacr_cli.settings import config
from wacr_cli.settings.config import DEFAULT_API_URL, Settings, check_api_url, is_loopback, load

FILE = """
default_profile = "shop"

[profiles.shop]
api_url = "https://shop.example/api/v2"
rate_limit = 120

[profiles.test]
api_url = "http://127.0.0.1:8080/api/v2"

[profiles.default]
rate_limit = 30
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Return an environment with an empty configuration folder."""
    return {"WACR_CONFIG_DIR": str(tmp_path)}


def write(environ: dict[str, str], text: str | bytes) -> Path:
    """Write the configuration file and return its path."""
    path = Path(environ["WACR_CONFIG_DIR"]) / "config.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


class TestPrecedence:
    """Flags override the environment, which overrides the profile, which overrides the defaults."""

    def test_defaults(self, environ: dict[str, str]) -> None:
        """Without a file all settings have their defaults."""
        assert load(environ) == Settings("default", DEFAULT_API_URL, None, False, ())

    @pytest.mark.parametrize(
        ("flag", "variable", "profile", "url", "limit"),
        [
            (None, None, "shop", "https://shop.example/api/v2", 120),
            (None, "test", "test", "http://127.0.0.1:8080/api/v2", None),
            ("default", "test", "default", DEFAULT_API_URL, 30),
            ("shop", "default", "shop", "https://shop.example/api/v2", 120),
        ],
    )
    def test_profile_in_use(
        self, environ: dict[str, str], flag: str | None, variable: str | None, profile: str, url: str, limit: int | None
    ) -> None:
        """The profile is the flag, else WACR_PROFILE, else default_profile; what it doesn't set has its default."""
        write(environ, FILE)
        if variable:
            environ["WACR_PROFILE"] = variable
        assert load(environ, profile=flag) == Settings(profile, url, limit)

    def test_profile_named_default(self, environ: dict[str, str]) -> None:
        """If no profile is named, the one named default is used if it exists."""
        write(environ, "[profiles.default]\nrate_limit = 30\n[profiles.other]\nrate_limit = 4")
        assert load(environ) == Settings("default", DEFAULT_API_URL, 30)

    def test_variables_override_the_profile(self, environ: dict[str, str]) -> None:
        """A variable overrides its own setting only."""
        write(environ, FILE)
        assert load(environ | {"WACR_API_URL": "https://x.example/v2"}) == Settings("shop", "https://x.example/v2", 120)
        assert load(environ | {"WACR_RATE_LIMIT": "7"}) == Settings("shop", "https://shop.example/api/v2", 7)

    @pytest.mark.parametrize("name", ["WACR_API_URL", "WACR_RATE_LIMIT", "WACR_PROFILE", "WACR_DEMO"])
    def test_empty_variable(self, environ: dict[str, str], name: str) -> None:
        """An empty variable is the same as one that is not set."""
        write(environ, FILE)
        assert load(environ | {name: ""}) == load(environ)

    def test_platform_folder(self) -> None:
        """Without WACR_CONFIG_DIR the folders are those of the platform."""
        assert config.config_dir({}).name == "wacr"
        assert config.config_dir({}).is_absolute()
        assert config.state_dir().is_absolute()


class TestDemo:
    """``--demo`` and WACR_DEMO."""

    @pytest.mark.parametrize("value", ["1", "true", "TRUE", "yes", "on"])
    def test_on(self, environ: dict[str, str], value: str) -> None:
        """The variable does the same as the flag, and the configuration is not read."""
        write(environ, "not TOML at all")
        assert load(environ | {"WACR_DEMO": value}) == load(environ, demo=True)
        assert load(environ, demo=True) == Settings(profile="demo", demo=True)

    @pytest.mark.parametrize("value", ["", "0", "false", "No", "off"])
    def test_off(self, environ: dict[str, str], value: str) -> None:
        """The variable can turn it off, but the flag overrides it."""
        assert load(environ | {"WACR_DEMO": value}).demo is False
        assert load(environ | {"WACR_DEMO": value}, demo=True).demo is True

    @pytest.mark.parametrize("value", ["2", "maybe", " "])
    def test_invalid(self, environ: dict[str, str], value: str) -> None:
        """Any other value is an error."""
        with pytest.raises(UsageError, match=r"^WACR_DEMO: invalid value"):
            load(environ | {"WACR_DEMO": value})


class TestFile:
    """Errors in the file name its path."""

    @pytest.mark.parametrize(("name", "near"), [("shpo", "shop"), ("tset", "test"), ("TEST", "test")])
    @pytest.mark.parametrize("by", ["flag", "variable", "default_profile"])
    def test_unknown_profile(self, environ: dict[str, str], by: str, name: str, near: str) -> None:
        """The error names the unknown profile and the nearest one, the hint all profiles."""
        path = write(environ, FILE if by != "default_profile" else FILE.replace('"shop"', f'"{name}"', 1))
        if by == "variable":
            environ["WACR_PROFILE"] = name
        with pytest.raises(UsageError) as caught:
            load(environ, profile=name if by == "flag" else None)
        assert caught.value.message == f"no profile named {name!r}; did you mean {near}?"
        assert caught.value.hint == f"Use one of the profiles in {path}: shop, test, default."

    @pytest.mark.parametrize("text", ["", "[profiles]", 'default_profile = "x"'])
    def test_no_profiles(self, environ: dict[str, str], text: str) -> None:
        """If the file has no profiles, naming one is an error."""
        write(environ, text)
        with pytest.raises(UsageError, match=r"^no profile named 'x'$") as caught:
            load(environ, profile="x")
        assert caught.value.hint.startswith("There are no profiles in ")

    def test_no_file_for_a_profile(self, environ: dict[str, str]) -> None:
        """If there is no file, naming a profile is an error."""
        with pytest.raises(UsageError, match=r"^no profile named 'x'$"):
            load(environ, profile="x")

    @pytest.mark.parametrize(
        "text",
        [
            "api_url =",
            "[profiles.shop",
            "a = 1\na = 2",
            b"\xff\xfe",
            "\x00",
            "default_profile = 'a\nb'",
            "a = " + "9" * 5000,
            "a = " + "[" * 5000,
        ],
    )
    def test_not_toml(self, environ: dict[str, str], text: str | bytes) -> None:
        """The error has the path and what the parser says."""
        path = write(environ, text)
        with pytest.raises(UsageError) as caught:
            load(environ)
        assert caught.value.message.startswith(f"{path}: invalid TOML: ")

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("profiles = 3", "profiles is not a table"),
            ("[[profiles]]", "profiles is not a table"),
            ("[profiles]\ndefault = 3", "profiles.default is not a table"),
            ("default_profile = 3", "default_profile is not a string"),
            ("[profiles.default]\napi_url = 3", "api_url is not a string"),
            ("[profiles.default]\napi_url = ['https://x']", "api_url is not a string"),
        ],
    )
    def test_wrong_types(self, environ: dict[str, str], text: str, message: str) -> None:
        """The error names the key that has the wrong type."""
        path = write(environ, text)
        with pytest.raises(UsageError) as caught:
            load(environ)
        assert caught.value.message == f"{path}: {message}"

    def test_folder_in_place_of_the_file(self, environ: dict[str, str]) -> None:
        """A file that can't be read is an error, unlike a missing one."""
        (Path(environ["WACR_CONFIG_DIR"]) / "config.toml").mkdir()
        with pytest.raises(UsageError, match=r"config.toml: Is a directory"):
            load(environ)

    def test_unknown_keys(self, environ: dict[str, str]) -> None:
        """Unknown keys of the file and of the profile in use give a warning; other profiles are not checked."""
        path = write(environ, FILE.replace("rate_limit = 120", "rate_limt = 120").replace("default_p", "defualt_p"))
        settings = load(environ, profile="shop")
        assert settings.warnings == (
            f"{path}: unknown key 'defualt_profile' is ignored; did you mean default_profile?",
            f"{path}: unknown key 'rate_limt' is ignored; did you mean rate_limit?",
        )
        assert settings.rate_limit is None
        assert len(load(environ, profile="test").warnings) == 1


class TestRateLimit:
    """The rate limit, in calls per minute."""

    @pytest.mark.parametrize("value", ["0", "-1", "1.5", "many", " 60", "1000001", "9" * 5000, "٦٠"])
    def test_invalid_variable(self, environ: dict[str, str], value: str) -> None:
        """The variable must be a whole number in ASCII digits."""
        with pytest.raises(UsageError, match=r"^WACR_RATE_LIMIT: invalid number of calls"):
            load(environ | {"WACR_RATE_LIMIT": value})

    @pytest.mark.parametrize("value", ["0", "-1", "1.0", "true", '"60"', "1000001"])
    def test_invalid_key(self, environ: dict[str, str], value: str) -> None:
        """The key must be an integer."""
        path = write(environ, f"[profiles.default]\nrate_limit = {value}")
        with pytest.raises(UsageError, match="invalid number of calls") as caught:
            load(environ)
        assert caught.value.message.startswith(f"rate_limit in {path}: ")

    @pytest.mark.parametrize("value", [1, 60, 1_000_000])
    def test_good(self, environ: dict[str, str], value: int) -> None:
        """Limits from one to a million are valid."""
        write(environ, f"[profiles.default]\nrate_limit = {value}")
        assert load(environ).rate_limit == value
        assert load(environ | {"WACR_RATE_LIMIT": str(value)}).rate_limit == value


class TestApiUrl:
    """The URL that the token is sent to."""

    @pytest.mark.parametrize(
        "text",
        [
            DEFAULT_API_URL,
            "https://x.example",
            "https://x.example:8443/api",
            "https://192.0.2.7/api",
            "https://[2001:db8::1]:8443/api",
            "http://localhost:8080/api/v2",
            "http://127.0.0.1/api",
            "http://127.8.8.8",
            "http://[::1]:80",
            "https://my_shop.example./api",
            "https://xn--bcher-kva.example",
        ],
    )
    def test_good(self, text: str) -> None:
        """A URL with https is valid for all hosts, http for this machine; a slash at the end is removed."""
        assert check_api_url(text, "WACR_API_URL") == text
        assert check_api_url(text + "/", "WACR_API_URL") == text

    @pytest.mark.parametrize(
        "text",
        [
            "http://x.example/api",
            "http://192.0.2.7",
            "http://localhost.example",
            "http://127.0.0.1.example",
            "http://10.0.0.1",
            "http://0.0.0.0",
            "http://[2001:db8::1]",
            "http://[::ffff:127.0.0.1]",
        ],
    )
    def test_http_to_another_machine(self, text: str) -> None:
        """A URL with http to another machine is refused: the token would be sent unencrypted."""
        with pytest.raises(UsageError, match=r"^WACR_API_URL: http:// would send the token unencrypted"):
            check_api_url(text, "WACR_API_URL")

    @pytest.mark.parametrize(
        "text",
        [
            "https://user@x.example",
            "https://user:secret@x.example",
            "https://:secret@x.example",
            "https://@x.example",
            "https://x.example@192.0.2.7",
            "https://x.example/api?key=secret",
            "https://x.example/api?",
            "https://x.example/#secret",
            "https://x.example#",
        ],
    )
    def test_user_query_or_fragment(self, text: str) -> None:
        """A user name, a query or a fragment is refused, even an empty one; the error doesn't repeat it."""
        with pytest.raises(UsageError, match=r"^WACR_API_URL: the URL must not contain a user name") as caught:
            check_api_url(text, "WACR_API_URL")
        assert "secret" not in caught.value.message + caught.value.hint

    @pytest.mark.parametrize(
        "text",
        [
            "app.wa.cr/api/v2",
            "//app.wa.cr",
            "ftp://x.example",
            "file:///etc/passwd",
            "https:",
            "https://",
            "https:///api",
            "https:x.example",
            "https://:443",
            "https://x.example:0",
            "https://x.example:65536",
            "https://x.example:99999",
            "https://x.example:-1",
            "https://x.example:http",
            "https://x example",
            " https://x.example",
            "https://x.example\n",
            "https://x.example/\r\nX: y",
            "https://x.example/\t",
            "https://x.example/\x7f",
            "https://x.example/\x1b[2J",
            "https://bücher.example",
            "https://x.example/ü",
            "https://[::1",
            "https://[v1.x]",
            "https://[x.example]",
            "https://[::1%25eth0]",
            "https://256.1.1.1",
            "https://1.2.3",
            "https://x..example",
            "https://-x.example",
            "https://x,y",
            "https://a\\b",
            "https://a%41",
            f"https://{'a' * 64}.example",
            f"https://{'a.' * 130}example",
        ],
    )
    def test_invalid_url(self, text: str) -> None:
        """A text that is not a URL with a host is refused, and the hint has an example."""
        with pytest.raises(UsageError, match=r"^WACR_API_URL: invalid URL") as caught:
            check_api_url(text, "WACR_API_URL")
        assert DEFAULT_API_URL in caught.value.hint

    @settings(deadline=None)
    @given(
        st.text(st.sampled_from("ab1.-_:@[]%/\\?#x~!$&'()*+,;= \n"), max_size=20).map(lambda text: f"https://{text}")
        | st.text().map(lambda text: f"https://{text}")
    )
    def test_httpx_agrees(self, text: str) -> None:
        """In every URL that is accepted httpx finds the same host, and paths can be appended."""
        try:
            base = check_api_url(text, "WACR_API_URL")
        except UsageError:
            base = DEFAULT_API_URL
        request = httpx.Request("GET", f"{base}/messages", params=(("page", "1"),))
        assert request.url.scheme == "https"
        assert request.url.query == b"page=1"
        assert not request.url.userinfo
        assert request.url.raw_host.decode().lower() in base.lower()
        assert request.url.path.endswith("/messages")

    def test_error_names_the_origin(self, environ: dict[str, str]) -> None:
        """The error names the variable or the file that the URL came from."""
        path = write(environ, '[profiles.default]\napi_url = "nonsense"')
        with pytest.raises(UsageError) as caught:
            load(environ)
        assert caught.value.message.startswith(f"api_url in {path}: invalid URL")
        with pytest.raises(UsageError, match=r"^WACR_API_URL: invalid URL"):
            load(environ | {"WACR_API_URL": "nonsense"})


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.255.0.3", True),
        ("::1", True),
        ("localhost.example", False),
        ("127.0.0.1.example", False),
        ("0.0.0.0", False),  # noqa: S104 - no address is bound
        ("::", False),
        ("10.0.0.1", False),
        ("", False),
    ],
)
def test_loopback(host: str, expected: bool) -> None:
    """Only loopback names and addresses are this machine."""
    assert is_loopback(host) is expected


@pytest.mark.parametrize("name", ["shop", "_1", "user", "a" * 63])
def test_schemas(environ: dict[str, str], name: str) -> None:
    """A name comes from the variable, else from the profile."""
    write(environ, f'[profiles.default]\nschema = "{name}"')
    assert load(environ).schema == name
    assert load(environ | {"WACR_SCHEMA": "other"}).schema == "other"
    assert load({"WACR_DEMO": "1", "WACR_SCHEMA": name}).schema == name


@pytest.mark.parametrize("name", ["Shop", "my-shop", "1a", "pg_shop", "information_schema", "", "a" * 64, 'a"; x', "é"])
def test_invalid_schemas(environ: dict[str, str], name: str) -> None:
    """A name that would need quotes is refused, and so are PostgreSQL's own."""
    write(environ, f"[profiles.default]\nschema = '{name}'")
    with pytest.raises(UsageError, match=r"invalid name of a schema"):
        load(environ)
    if name:
        with pytest.raises(UsageError, match=r"^WACR_SCHEMA: invalid name of a schema"):
            load(environ | {"WACR_SCHEMA": name})
