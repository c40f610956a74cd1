"""The man pages and the reference describe every command, are up to date, and are well formed."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.test_help import COMMANDS
from wacr_cli.cli import COMMANDS as NOUNS
from wacr_cli.settings import config

ROOT = Path(__file__).parents[2]
MAN = ROOT / "man"
PAGES = sorted(MAN.glob("*.1"))
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")


def test_the_files_are_up_to_date() -> None:
    """scripts/manual.py would write the same."""
    check = [sys.executable, str(ROOT / "scripts" / "manual.py"), "--check"]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_command_has_a_page() -> None:
    """There is one for the program, each group and each command, and no other."""
    names = {"wacr", *("-".join(("wacr", *path)) for path in COMMANDS), *(f"wacr-{noun}" for noun in NOUNS)}
    assert {page.stem for page in PAGES} == names


def test_every_command_is_in_the_reference() -> None:
    """Its chapter has its examples and all of its options."""
    chapters = dict(re.findall(r"^## (.*)\n((?:(?!^## ).*\n)*)", REFERENCE, re.MULTILINE))
    for path, command in COMMANDS.items():
        chapter = chapters[" ".join(("wacr", *path))]
        assert "```sh\n" in chapter
        own = [param for param in command.params if param.expose_value and param.param_type_name == "option"]
        assert [param.name for param in own if param.opts[0] not in chapter] == []
    assert "--profile NAME" in chapters["Global options"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.stem))
def test_a_page_has_its_parts(page: Path) -> None:
    """All pages have the same sections and are in ASCII; pages of commands have examples."""
    text = page.read_text(encoding="ascii")
    headings = re.findall(r"^\.SH (.*)$", text, re.MULTILINE)
    assert headings[:3] == ["NAME", "SYNOPSIS", "DESCRIPTION"]
    assert headings[-4:] == ["ENVIRONMENT", "FILES", "EXIT STATUS", "SEE ALSO"]
    assert ("EXAMPLES" in headings) == (tuple(page.stem.split("-")[1:]) in COMMANDS)
    assert "WACR_TOKEN" in text
    assert "\\fB130, 143, 141\\fR" in text


@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not installed")
def test_groff_formats_the_pages() -> None:
    """It prints no warning."""
    command = ["groff", "-ww", "-man", "-Tutf8", "-z", *map(str, PAGES)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the manual names the files on Linux")
def test_the_manual_names_the_files_that_the_program_uses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """They are the program's paths without any setting."""
    for name in ("CONFIG", "STATE", "DATA"):
        monkeypatch.delenv(f"XDG_{name}_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    named = runpy.run_path(str(ROOT / "scripts" / "manual.py"))["FILES"]
    used = (
        config.config_path({}),
        config.config_dir({}) / "credentials" / "tokens.json",
        config.archive_path(config.Settings()),
        config.state_dir(),
    )
    assert tuple(Path(name).expanduser() for name, _ in named) == used


def test_a_wheel_has_the_pages() -> None:
    """They are installed into the share/man of the environment."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"] == {"man": "share/man/man1"}
