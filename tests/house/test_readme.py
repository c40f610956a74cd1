"""The README: every example in it is run as it stands, against the sample workspace."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import NOW

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"(?:<!-- (\w+) -->\n)?```(\w+)\n(.*?)```", README, re.DOTALL)
PATIENCE = 300
"""Seconds: far more than a slow machine needs for one example."""
EXAMPLES = [line for name, _, text in BLOCKS if name == "examples" for line in text.splitlines()]


def blocks(name: str) -> list[str]:
    """The blocks that stand under a marker."""
    return [text for marker, _, text in BLOCKS if marker == name]


def environ_of(home: Path) -> dict[str, str]:
    """Return an environment with the program at hand, the sample workspace, and a home."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "WACR_DEMO": "1",
        "LC_ALL": "C.UTF-8",
    }


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment with a home of its own."""
    return environ_of(tmp_path)


@pytest.fixture(scope="session")
def synced_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an archive of the sample workspace, for tests to copy."""
    home = tmp_path_factory.mktemp("synced")
    assert bash("wacr sync", environ_of(home), home).returncode == 0
    return home


def bash(command: str, environ: dict[str, str], folder: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run a line as a person's shell would, stopping at the first failure in a pipe."""
    words = ["bash", "-o", "pipefail", "-c", command]
    return subprocess.run(
        words, env=environ, cwd=folder, input=stdin, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def install(home: Path) -> None:
    """Put the program where pipx and uv put it."""
    (home / ".local" / "bin").mkdir(parents=True)
    (home / ".local" / "bin" / "wacr").symlink_to(Path(sys.executable).parent / "wacr")


@pytest.mark.parametrize("line", EXAMPLES)
def test_every_example_works(line: str, environ: dict[str, str], tmp_path: Path, synced_home: Path) -> None:
    """It ends with 0, says no error, and writes something: to standard output or to the file it names."""
    if "| jq" in line and not shutil.which("jq"):
        pytest.skip("jq is not installed")
    if "archive" in line or "conversations list" in line:
        shutil.copytree(synced_home, tmp_path, dirs_exist_ok=True)
    result = bash(line, environ, tmp_path)
    assert result.returncode == 0, result.stderr
    assert "wacr: " not in result.stderr
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_size]
    assert result.stdout or files


def test_the_token_s_example_exports_what_is_typed(environ: dict[str, str], tmp_path: Path) -> None:
    """What is pasted reaches the environment of what comes next, and is not shown."""
    (text,) = blocks("token")
    result = bash(text + 'test "$(printenv WACR_TOKEN)" = secret', environ, tmp_path, "secret\n")
    assert (result.returncode, result.stdout) == (0, "")


def test_the_crontab_s_command_writes_its_file(environ: dict[str, str], tmp_path: Path) -> None:
    """The line after the five fields of the time, run with cron's bare environment."""
    (text,) = blocks("crontab")
    setting, line = text.splitlines()
    assert setting.startswith("WACR_TOKEN=")
    install(tmp_path)
    bare = {**environ, "PATH": "/usr/bin:/bin"}
    result = bash(re.split(r"\s+", line, maxsplit=5)[5], bare, tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert (tmp_path / "messages.csv.gz").stat().st_size > 0


def test_the_systemd_unit_s_command_writes_its_file(environ: dict[str, str], tmp_path: Path) -> None:
    """ExecStart with systemd's %h for the home, which needs no shell."""
    (line,) = re.findall(r"^ExecStart=(.*)$", README, re.MULTILINE)
    install(tmp_path)
    words = line.replace("%h", str(tmp_path)).split()
    result = subprocess.run(
        words, env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert (tmp_path / "messages.csv.gz").stat().st_size > 0


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """Systemd finds nothing to complain of in the two units."""
    units = [text for _, language, text in BLOCKS if language == "ini"]
    for text in units:
        name = text.split("\n")[0].removeprefix("# ")
        (tmp_path / name).write_text(text.replace("%h/.local/bin/wacr", "/bin/true"))
    command = ["systemd-analyze", "verify", *(str(path) for path in sorted(tmp_path.iterdir()))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_sandbox_s_example_serves_and_is_read(environ: dict[str, str], tmp_path: Path) -> None:
    """The first block serves, the second reads from it; on a free port here, since 8080 may be taken."""
    serve, read = blocks("sandbox")
    command = serve.strip().replace("8080", "0").split()
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            port = re.search(r"127\.0\.0\.1:(\d+)", server.stderr.readline())
            assert port is not None
            plain = {name: value for name, value in environ.items() if name != "WACR_DEMO"}
            result = bash(read.replace("8080", port[1]), plain, tmp_path)
        finally:
            server.terminate()
    assert (result.returncode, len(result.stdout.splitlines())) == (0, 4)
    assert server.returncode == 143


def test_the_accounts_example_works_from_line_to_line(environ: dict[str, str], tmp_path: Path) -> None:
    """Login, a second profile, status and logout, at the sample workspace served here; the tokens are kept unseen."""
    from wacr_cli.sandbox import world
    from wacr_cli.sandbox.app import Sandbox
    from wacr_cli.sandbox.serve import serve

    (text,) = blocks("accounts")
    for name in ("token.txt", "shop-token.txt"):
        (tmp_path / name).write_text(f"7|canary-{name}\n")
    with serve(Sandbox(world.build(NOW, messages=50))) as server:
        plain = {name: value for name, value in environ.items() if name != "WACR_DEMO"}
        plain |= {"WACR_API_URL": server.url, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
        result = bash(f"set -e\n{text.replace('https://app.wa.cr/api/v2', server.url)}", plain, tmp_path)
    assert result.returncode == 0, result.stderr
    assert "canary" not in result.stdout + result.stderr
    assert "7|canary-token.txt" in (tmp_path / ".config/wacr/credentials/tokens.json").read_text()


def test_no_example_goes_unrun() -> None:
    """Every block of shell commands stands under a marker that a test, or the check of the whole, runs."""
    known = {"examples", "token", "accounts", "sandbox", "demo", "tests"}
    assert {marker for marker, language, _ in BLOCKS if language == "sh"} == known
    assert len(EXAMPLES) > 20


def test_the_picture_shows_what_the_program_shows() -> None:
    """The words in docs/table.svg are those that the program prints today."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "picture.py"), "--check"], check=False, env={**os.environ, "TZ": "UTC"}
    )
    assert done.returncode == 0


def test_every_exit_status_is_told() -> None:
    """The README's table has each exit status that an error of the program may end with."""
    from wacr_cli.core import errors

    statuses = {e.exit_status for e in vars(errors).values() if isinstance(e, type) and issubclass(e, errors.WacrError)}
    told = {int(number) for cell in re.findall(r"^\| ([\d, ]+) \|", README, re.MULTILINE) for number in cell.split(",")}
    assert statuses <= told
    assert {0, 130, 143, 141} <= told
