"""The README and docs/: every example runs as written, against the sample workspace; every link leads somewhere."""

from __future__ import annotations

import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.conftest import NOW, Result
from tests.house.markdown import BLOCKS, PAGES, ROOT, anchors, find_blocks, links, prose
from tests.house.shell import PATIENCE, bash
from wacr_cli.core import errors
from wacr_cli.sandbox import world
from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.serve import serve

README = ROOT / "README.md"
EXAMPLES = sorted({line.partition("  #")[0].strip() for block in find_blocks("examples") for line in block.lines})
SHELL = re.compile(r"[|<>$~]|&&")
"""What only a shell can run."""

Run = Callable[..., Result]


@pytest.mark.parametrize("line", EXAMPLES)
def test_example(line: str, environ: dict[str, str], home: Path, tmp_path: Path, wacr: Run) -> None:
    """It exits with 0, reports no error, and writes something: to standard output or to a file.

    What only a shell can run is run by one, anything else in this process.
    """
    if "| jq" in line and not shutil.which("jq"):
        pytest.skip("jq is not installed")
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    if SHELL.search(re.sub(r"'[^']*'|\"[^\"]*\"", "", line)):
        done = bash(line, environ, tmp_path)
        status, shown, problems = done.returncode, done.stdout, done.stderr
    else:
        result = wacr(*shlex.split(line)[1:])
        status, shown, problems = result.status, result.text, result.stderr
    assert (status, [one for one in problems.splitlines() if one.startswith("wacr: ")]) == (0, [])
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_size]
    assert shown or set(files) - before or "sync" in line or "config set" in line


def test_the_token_s_example_exports_the_typed_token(environ: dict[str, str], tmp_path: Path) -> None:
    """The pasted token reaches the environment of the next command, and is not shown."""
    (block,) = find_blocks("token")
    result = bash(block.text + 'test "$(printenv WACR_TOKEN)" = secret', environ, tmp_path, "secret\n")
    assert (result.returncode, result.stdout) == (0, "")


def install(home: Path) -> None:
    """Put the program where pipx and uv put it."""
    (home / ".local" / "bin").mkdir(parents=True)
    (home / ".local" / "bin" / "wacr").symlink_to(Path(sys.executable).parent / "wacr")


@pytest.mark.parametrize(
    "line",
    sorted({line for block in find_blocks("crontab", "crontab") for line in block.lines if "wacr" in line}),
)
def test_the_crontab_s_commands_run_under_cron(line: str, environ: dict[str, str], home: Path, tmp_path: Path) -> None:
    """The text after the five fields of time runs with cron's bare environment, writes its file, and is silent."""
    install(home)
    bare = {**environ, "PATH": "/usr/bin:/bin"}
    result = bash(re.split(r"\s+", line, maxsplit=5)[5], bare, tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert " sync " in line or (home / "messages.csv.gz").stat().st_size > 0


UNITS = {block.lines[0].removeprefix("# "): block.text for block in BLOCKS if block.language == "ini"}


def test_the_systemd_unit_s_command_writes_its_file(environ: dict[str, str], home: Path, tmp_path: Path) -> None:
    """ExecStart runs without a shell, with systemd's %h for the home."""
    (line,) = re.findall(r"^ExecStart=(.*)$", UNITS["wacr-dump.service"], re.MULTILINE)
    install(home)
    words = line.replace("%h", str(home)).split()
    done = subprocess.run(
        words, env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (home / "messages.csv.gz").stat().st_size > 0


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    """Systemd reports nothing about the services and the timer."""
    assert set(UNITS) == {"wacr-dump.service", "wacr-dump.timer", "wacr-follow.service", "wacr-sync.service"}
    for name, text in UNITS.items():
        (tmp_path / name).write_text(text.replace("%h/.local/bin/wacr", "/bin/true"))
    command = ["systemd-analyze", "verify", *(str(tmp_path / name) for name in UNITS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_sandbox_s_example_serves_and_is_read(environ: dict[str, str], tmp_path: Path) -> None:
    """The first block serves, the second reads from it; on a free port here, since 8080 may be taken."""
    command, read = (block.text for block in find_blocks("sandbox"))
    with subprocess.Popen(
        command.strip().replace("8080", "0").split(), env=environ, stderr=subprocess.PIPE, text=True
    ) as server:
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


@pytest.mark.parametrize("line", [line for block in find_blocks("check") for line in block.lines])
def test_the_checks_report_a_state(line: str, environ: dict[str, str], home: Path, tmp_path: Path) -> None:
    """Each prints a line with the state or writes its file; the sample workspace is OK, WARNING or CRITICAL."""
    done = bash(line, environ, tmp_path)
    assert done.returncode in (0, 1, 2)
    assert done.stderr == ""
    assert done.stdout.startswith("WACR ") or (tmp_path / "wacr.prom").stat().st_size > 0


def test_business_hours_are_set(environ: dict[str, str], tmp_path: Path) -> None:
    """The settings of the example are valid."""
    (block,) = find_blocks("hours")
    plain = {name: value for name, value in environ.items() if name != "WACR_DEMO"}
    done = bash(f"{block.text}\nwacr config get business_days", plain, tmp_path)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "mon-fri")


@pytest.mark.parametrize("line", [line for block in find_blocks("follow") for line in block.lines])
def test_the_examples_of_following_follow(line: str, environ: dict[str, str], tmp_path: Path) -> None:
    """Each command reads what is there, waits, and ends quietly with Ctrl-C."""
    (tmp_path / "answer").write_text("#!/bin/sh\n")
    (tmp_path / "answer").chmod(0o755)
    app, read = Sandbox(world.load(NOW)), threading.Event()

    def answer(request: httpx.Request) -> httpx.Response:
        read.set()
        return app(request)

    with serve(answer) as server:
        plain = {name: value for name, value in environ.items() if name != "WACR_DEMO"}
        plain |= {"WACR_API_URL": server.url, "WACR_TOKEN": "any"}
        command = ["bash", "-c", f"exec {line}"]
        with subprocess.Popen(command, env=plain, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
            assert read.wait(PATIENCE)
            process.send_signal(signal.SIGINT)
            _, error = process.communicate(timeout=PATIENCE)
    assert (process.returncode, error) == (130, "")


@pytest.mark.parametrize("page", ["README.md", "accounts.md"])
def test_the_accounts_example_works_line_by_line(page: str, environ: dict[str, str], tmp_path: Path) -> None:
    """Login, a second profile and status work against the sample workspace served here; no token is shown."""
    (block,) = find_blocks("accounts", page=page)
    for name in ("token.txt", "shop-token.txt"):
        (tmp_path / name).write_text(f"7|canary-{name}\n")
    with serve(Sandbox(world.load(NOW))) as server:
        plain = {name: value for name, value in environ.items() if name != "WACR_DEMO"}
        plain |= {"WACR_API_URL": server.url, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
        result = bash(block.text.replace("https://app.wa.cr/api/v2", server.url), plain, tmp_path)
    assert result.returncode == 0, result.stderr
    assert "canary" not in result.stdout + result.stderr
    assert "7|canary-token.txt" in (tmp_path / "home/.config/wacr/credentials/tokens.json").read_text()


def test_the_configuration_s_example_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wacr: Run) -> None:
    """Every setting of the example counts."""
    (block,) = find_blocks("config", "toml")
    (tmp_path / "config.toml").write_text(block.text)
    monkeypatch.setenv("WACR_CONFIG_DIR", str(tmp_path))
    monkeypatch.delenv("WACR_RATE_LIMIT")
    values = {line.split("\t")[0]: line.split("\t")[1] for line in wacr("config", "list").text.splitlines()}
    wanted = tomllib.loads(block.text)
    assert (values["profile"], values["rate_limit"]) == ("shop", str(wanted["profiles"]["shop"]["rate_limit"]))
    assert values["archive"].endswith("shop.sqlite")


def test_installations_name_extras_that_exist() -> None:
    """Every extra in an installation command is one of the project, and each of the project's is in install.md."""
    extras = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"])
    lines = [line for block in find_blocks("install") for line in block.lines]
    named = {extra for line in lines for group in re.findall(r"\[([\w,]+)\]", line) for extra in group.split(",")}
    assert named <= extras
    assert all(re.match(r"(pipx|uv tool) install ", line) for line in lines)
    rows = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/install.md").read_text(), re.MULTILINE))
    assert extras <= rows


def test_every_block_is_run_by_a_test() -> None:
    """Every block of code has a marker that a test (here, in tests/archive or in tests/faults) or .ci/run runs."""
    known = {
        "sh": {
            "examples",
            "token",
            "accounts",
            "profiles",
            "sandbox",
            "follow",
            "check",
            "hours",
            "install",
            "archive",
            "postgresql",
            "cloud",
            "demo",
            "media",
            "tests",
        },
        "sql": {"sqlite", "postgresql", "psql", "schemas", "cloud"},
        "python": {"python"},
        "crontab": {"crontab"},
        "json": {"statistics"},
        "toml": {"config", "schemas"},
        "ini": {""},
        "": {""},
    }
    assert [block for block in BLOCKS if block.marker not in known.get(block.language, set())] == []
    assert len(EXAMPLES) > 60


@pytest.mark.parametrize("page", [*PAGES, *ROOT.glob("[CS]*.md")], ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every link and picture names a file of the project, and every anchor a heading of it."""
    for link in links(page):
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_map_has_every_package() -> None:
    """CONTRIBUTING.md names each package and module that stands at the top of wacr_cli."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    names = {path.stem for path in (ROOT / "wacr_cli").iterdir() if not path.name.startswith(("_", "py."))}
    assert names <= set(re.findall(r"^\| `wacr_cli/(\w+)", text, re.MULTILINE))


def test_recipes_name_files_that_exist() -> None:
    """Every path after the map of CONTRIBUTING.md is there."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("\n## Recipes\n")[2]
    paths = set(re.findall(r"(?:wacr_cli|tests|scripts|docs|benchmarks)/[\w/]*(?:\.\w+)?", text))
    assert len(paths) > 30
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


def test_every_page_is_reached_from_the_readme() -> None:
    """README links to every page of docs/."""
    linked = {link.partition("#")[0] for link in links(README)}
    assert {f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")} <= linked


def test_the_readme_is_short() -> None:
    """It has at most 180 lines; outside of tables and code none is longer than 120 characters."""
    assert len(README.read_text().splitlines()) <= 180
    assert [line for line in prose(README).splitlines() if len(line) > 120 and not line.startswith("|")] == []


def test_the_readme_s_figures_are_those_of_the_benchmarks() -> None:
    """Its three figures are medians of docs/benchmarks.md, rounded."""
    (sentence,) = re.findall(r"\*\*Fast and small\.\*\*(.*?)\(\[bench", README.read_text(), re.DOTALL)
    figures = re.findall(r"(\d+) (ms|MiB)", sentence)
    rows = [line.split(" | ") for line in (ROOT / "docs/benchmarks.md").read_text().splitlines() if " | " in line]
    medians = {(f"{float(row[3]):.0f}", unit) for row in rows for unit in ("ms", "MiB") if unit in row[0] + row[1]}
    assert len(figures) == 3
    assert set(figures) <= medians


def test_every_exit_status_is_in_the_readme() -> None:
    """The table has each exit status that an error of the program may end with."""
    statuses = {e.exit_status for e in vars(errors).values() if isinstance(e, type) and issubclass(e, errors.WacrError)}
    cells = re.findall(r"^\| ([\d, ]+) \|", README.read_text(), re.MULTILINE)
    assert statuses | {0, 130, 143, 141} == {int(number) for cell in cells for number in cell.split(",")}


def test_the_pictures_show_what_the_program_shows() -> None:
    """The files of docs/images/ are those that scripts/picture.py would write."""
    check = [sys.executable, str(ROOT / "scripts" / "picture.py"), "--check"]
    done = subprocess.run(check, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stderr) == (0, "")
