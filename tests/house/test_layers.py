"""What never imports what, read off the imports of every module."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = "wacr_cli"
ROOT = Path(__file__).parents[2] / PACKAGE

GROUND = {"query", "models", "errors", "times", "progress", "locks", "source", "contacts"}
SIBLINGS = {"api", "archive", "sandbox", "output"}
UNSEEN_BY_SANDBOX = ("query", "api.params")
QUIET = {"sync", "follow", "stats", "accounts", "doctor"}
ONLY_IN = {
    "typer": {"cli", "options", "commands"},
    "click": {"cli", "options", "commands"},
    "rich": {"output"},
    "httpx": {"api", "sandbox", "run"},
    "httpcore": {"api"},
    "psycopg": {"archive.postgres"},
    "tomlkit": {"settings.edit"},
    "keyring": {"settings.vault"},
}


def imports(source: str, module: str, *, package: bool = False) -> Iterator[str]:
    """The names that a module imports, at its top or anywhere below, those for the type checker too.

    A name imported from a module is given with it, since it may be a module itself.
    """
    parts = module.split(".")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = parts[: len(parts) - node.level + package] if node.level else []
            start = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{start}.{alias.name}" for alias in node.names)


def belongs(name: str, place: str) -> bool:
    """Whether a dotted name is a place, or below it."""
    return name == place or name.startswith(f"{place}.")


def violations(source: str, module: str, *, package: bool = False) -> list[str]:
    """The imports of a module that it may not have; ``module`` is its name within the package."""
    found = []
    for name in imports(source, f"{PACKAGE}.{module}", package=package):
        ours = name.removeprefix(f"{PACKAGE}.") if belongs(name, PACKAGE) and name != PACKAGE else ""
        if reason := _wrong_of_ours(module, ours) if ours else _wrong_of_others(module, name):
            found.append(f"{module} imports {name}: {reason}")
    return found


def _wrong_of_ours(module: str, name: str) -> str:
    home, other = module.partition(".")[0], name.partition(".")[0]
    if home in GROUND and other not in GROUND:
        return "the ground floor imports nothing above it"
    if home in SIBLINGS and other in SIBLINGS and home != other:
        return "siblings do not import each other"
    if home == "sandbox" and any(belongs(name, unseen) for unseen in UNSEEN_BY_SANDBOX):
        return "the sample workspace reads a query string by itself"
    if home in QUIET and other == "output":
        return "what is more than one question prints nothing"
    return ""


def _wrong_of_others(module: str, name: str) -> str:
    library = name.partition(".")[0]
    if library in (PACKAGE, "__future__") or library in sys.stdlib_module_names:
        return ""
    if module.partition(".")[0] in GROUND:
        return "the ground floor imports the standard library alone"
    homes = ONLY_IN.get(library)
    if homes is not None and not any(belongs(module, home) for home in homes):
        return f"{library} is for {', '.join(sorted(homes))}"
    return ""


def modules() -> dict[str, Path]:
    """Every module of the package, by its name within it."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


@pytest.mark.parametrize("module", modules())
def test_layers(module: str) -> None:
    """No module imports what it may not."""
    path = modules()[module]
    source = path.read_text(encoding="utf-8")
    assert violations(source, module, package=path.name == "__init__.py") == []


def test_there_is_something_to_look_at() -> None:
    """The rules are about modules that there are."""
    there = set(modules())
    assert there >= GROUND
    assert {"api", "output", "sandbox", "api.params", "cli", "options", "commands", "run"} <= there


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("query", "import httpx"),
        ("query", "from wacr_cli.api import params"),
        ("query", "from .api import params"),
        ("query", "from . import output"),
        ("query", "def f():\n    import wacr_cli.run"),
        ("query", "if TYPE_CHECKING:\n    from wacr_cli.settings.config import Settings"),
        ("times", "from rich.text import Text"),
        ("errors", "import platformdirs"),
        ("locks", "try:\n    import filelock\nexcept ImportError:\n    pass"),
        ("source", "from wacr_cli import settings"),
        ("models", "import wacr_cli.output.safe as safe"),
        ("progress", "import typer"),
        ("api.walk", "from wacr_cli.output.console import Console"),
        ("api.client", "from ..sandbox import world"),
        ("api.client", "from .. import output"),
        ("output.table", "from wacr_cli.api.client import Client"),
        ("output.table", "from wacr_cli import archive"),
        ("archive.sqlite", "import wacr_cli.api"),
        ("sandbox.app", "from wacr_cli.query import Query"),
        ("sandbox.app", "from wacr_cli import query"),
        ("sandbox.app", "from wacr_cli.api.params import list_params"),
        ("sandbox.app", "from wacr_cli.api import envelope"),
        ("sandbox.app", "from ..query import Query"),
        ("output.console", "import typer"),
        ("run", "from typer import echo"),
        ("sync", "import typer"),
        ("sync", "from wacr_cli.output import safe"),
        ("stats", "import rich"),
        ("follow", "from wacr_cli import output"),
        ("commands.messages", "from rich.table import Table"),
        ("cli", "import rich.console"),
        ("commands.messages", "import httpx"),
        ("output.json", "import httpx"),
        ("settings.config", "import httpcore"),
        ("archive.sqlite", "import psycopg"),
        ("archive.postgresql", "import psycopg"),
        ("outputs", "import rich"),
        ("client", "import httpx"),
        ("contacts", "from wacr_cli.api import lists"),
        ("accounts", "from wacr_cli.output import cards"),
        ("doctor", "import rich"),
        ("settings.values", "import tomlkit"),
        ("commands.config", "from tomlkit import parse"),
        ("settings.credentials", "import keyring"),
    ],
)
def test_bad_examples(module: str, source: str) -> None:
    """Each of these breaks one rule, and is found out, wherever in a module it stands and however it is written."""
    found = violations(source, module)
    assert len(found) == 1
    assert found[0].startswith(f"{module} imports ")


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("query", "from __future__ import annotations\nimport re\nfrom datetime import UTC\nimport os.path"),
        ("query", "from wacr_cli import models\nfrom wacr_cli.errors import UsageError\nfrom .times import Clock"),
        ("api.client", "import httpx\nfrom wacr_cli import __version__\nfrom wacr_cli.query import Query"),
        ("api.transport", "import httpcore\nfrom . import budget\nfrom wacr_cli.settings.config import is_loopback"),
        (
            "output.table",
            "from rich.text import Text\nfrom wacr_cli.output.safe import printable\nfrom .json import encode",
        ),
        ("sandbox.app", "import httpx\nfrom wacr_cli.sandbox import world\nfrom wacr_cli import models"),
        ("commands.messages", "import typer\nfrom wacr_cli.api import plan\nfrom wacr_cli.output import results"),
        ("options", "from typer.core import TyperGroup"),
        ("run", "import httpx\nfrom wacr_cli.sandbox import world\nfrom wacr_cli.api.client import Client"),
        ("archive.postgres", "import psycopg"),
        ("settings.config", "import platformdirs"),
        ("settings.edit", "import tomlkit\nfrom wacr_cli.settings import values"),
        ("settings.vault", "import keyring"),
        ("accounts", "from wacr_cli.api.client import Client"),
        ("queries", "import platformdirs"),
    ],
)
def test_good_examples(module: str, source: str) -> None:
    """And these break none."""
    assert violations(source, module) == []


def test_relative_imports() -> None:
    """A dot means the package that a module stands in, or is."""
    assert list(imports("from . import a\nfrom .b import c\nfrom ..d import e", "x.y.z")) == [
        "x.y.a",
        "x.y.b.c",
        "x.d.e",
    ]
    assert list(imports("from . import a\nfrom .. import b", "x.y", package=True)) == ["x.y.a", "x.b"]


@pytest.mark.parametrize("module", ["cli", "options", "query", "output.console", "output.results", "run"])
def test_rich_is_imported_late(module: str) -> None:
    """Outside the table itself nothing imports rich, nor the table at its top, so that most commands start without."""
    tree = ast.parse(modules()[module].read_text(encoding="utf-8"))
    at_top = ast.unparse(ast.Module([node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)], []))
    names = list(imports(at_top, f"{PACKAGE}.{module}"))
    assert not [name for name in names if belongs(name, "rich") or belongs(name, f"{PACKAGE}.output.table")]
