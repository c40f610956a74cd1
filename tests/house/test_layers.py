"""What never imports what, read from the imports of every module."""

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

STANDARD_LIBRARY_ONLY = {"core", "paging", "statistics"}
SIBLINGS = {"api", "archive", "sandbox", "output"}
FORBIDDEN = {
    "core": ("",),
    "paging": ("",),
    "statistics": ("api", "archive", "commands", "output", "cli", "session"),
    "sandbox": ("core.query", "api.params"),
    "sync": ("output", "commands", "cli"),
    "follow": ("output", "commands", "cli"),
    "export": ("commands", "cli"),
    "diagnostics": ("output", "commands", "cli"),
}
"""For each package, what it never imports from the rest of wacr; an empty name stands for everything."""

ONLY_IN = {
    "typer": {"cli", "commands"},
    "click": {"cli", "commands"},
    "rich": {"output"},
    "httpx": {"api", "diagnostics.connection", "sandbox", "session"},
    "httpcore": {"api"},
    "psycopg": {"archive.postgres_connection"},
    "pyarrow": {"export.parquet"},
    "altair": {"output.charts"},
    "vl_convert": {"output.charts"},
    "jinja2": {"output.report"},
    "xlsxwriter": {"output.xlsx"},
    "tomlkit": {"settings.editor"},
    "keyring": {"settings.keyring"},
    "scripts": set(),
    "tests": set(),
}
"""For each library, the modules and packages that may import it."""


def imports(source: str, module: str, *, package: bool = False) -> Iterator[str]:
    """Yield the names that *module* imports, at its top or below, those for the type checker included.

    A name imported from a module is joined to it, since it may be a module itself.
    """
    parts = module.split(".")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = parts[: len(parts) - node.level + package] if node.level else []
            start = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{start}.{alias.name}" for alias in node.names)


def is_within(name: str, place: str) -> bool:
    """Return whether a dotted name is *place* or below it; every name is within the empty place."""
    return not place or name == place or name.startswith(f"{place}.")


def violations(source: str, module: str, *, package: bool = False) -> list[str]:
    """Return the forbidden imports of a module; ``module`` is its name within the package."""
    found = []
    for name in imports(source, f"{PACKAGE}.{module}", package=package):
        ours = name.removeprefix(f"{PACKAGE}.") if is_within(name, PACKAGE) and name != PACKAGE else ""
        if reason := check_own(module, ours) if ours else check_library(module, name):
            found.append(f"{module} imports {name}: {reason}")
    return found


def check_own(module: str, name: str) -> str:
    """Return why *module* may not import *name* of this project, empty where it may."""
    home, other = module.partition(".")[0], name.partition(".")[0]
    if home == other:
        return ""
    if home in SIBLINGS and other in SIBLINGS:
        return "siblings do not import each other"
    if any(is_within(name, place) for place in FORBIDDEN.get(home, ())):
        return f"{home} does not depend on it"
    return ""


def check_library(module: str, name: str) -> str:
    """Return why *module* may not import a library, empty where it may."""
    library = name.partition(".")[0]
    if library in (PACKAGE, "__future__") or library in sys.stdlib_module_names:
        return ""
    if (home := module.partition(".")[0]) in STANDARD_LIBRARY_ONLY:
        return f"{home} imports the standard library only"
    homes = ONLY_IN.get(library)
    if homes is not None and not any(is_within(module, home) for home in homes):
        return f"{library} is for {', '.join(sorted(homes)) or 'development'}"
    return ""


def modules() -> dict[str, Path]:
    """Return every module of the package by its name within it."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


@pytest.mark.parametrize("module", modules())
def test_layers(module: str) -> None:
    """No module imports what its layer forbids."""
    path = modules()[module]
    source = path.read_text(encoding="utf-8")
    assert violations(source, module, package=path.name == "__init__.py") == []


def test_every_rule_names_something_that_exists() -> None:
    """The rules are about modules that exist."""
    there = {*modules(), *(name.partition(".")[0] for name in modules())}
    assert there >= STANDARD_LIBRARY_ONLY | SIBLINGS | set(FORBIDDEN)
    assert there >= {home for homes in ONLY_IN.values() for home in homes}
    assert there >= {name for names in FORBIDDEN.values() for name in names if name}


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("core.query", "import httpx"),
        ("core.query", "from wacr_cli.api import params"),
        ("core.query", "from ..api import params"),
        ("core.query", "from .. import output"),
        ("core.query", "def f():\n    import wacr_cli.session"),
        ("core.query", "if TYPE_CHECKING:\n    from wacr_cli.settings.config import Settings"),
        ("core.times", "from rich.text import Text"),
        ("core.errors", "import platformdirs"),
        ("core.locks", "try:\n    import filelock\nexcept ImportError:\n    pass"),
        ("paging.walk", "from wacr_cli.core.models import Row"),
        ("paging.walk", "import httpx"),
        ("api.client", "from ..sandbox import world"),
        ("api.client", "from .. import output"),
        ("output.table", "from wacr_cli.api.client import Client"),
        ("output.table", "from wacr_cli import archive"),
        ("archive.sqlite", "import wacr_cli.api"),
        ("sandbox.app", "from wacr_cli.core.query import Query"),
        ("sandbox.app", "from wacr_cli.core import query"),
        ("sandbox.app", "from wacr_cli.api import envelope"),
        ("sandbox.app", "from ..core.query import Query"),
        ("output.console", "import typer"),
        ("session", "from typer import echo"),
        ("sync.copy", "import typer"),
        ("sync.copy", "from wacr_cli.output import sanitize"),
        ("export.export", "from wacr_cli import commands"),
        ("commands.messages", "from rich.table import Table"),
        ("cli", "import rich.console"),
        ("commands.messages", "import httpx"),
        ("output.json", "import httpx"),
        ("settings.config", "import httpcore"),
        ("archive.sqlite", "import psycopg"),
        ("archive.postgres", "import psycopg"),
        ("outputs", "import rich"),
        ("client", "import httpx"),
        ("diagnostics.token_status", "from wacr_cli.output import cards"),
        ("diagnostics.checks", "import rich"),
        ("settings.keys", "import tomlkit"),
        ("commands.config", "from tomlkit import parse"),
        ("settings.credentials", "import keyring"),
        ("sandbox.world", "from scripts.sample import phrases"),
    ],
)
def test_bad_examples(module: str, source: str) -> None:
    """Each of these breaks one rule and is found, wherever in a module it stands and however it is written."""
    found = violations(source, module)
    assert len(found) == 1
    assert found[0].startswith(f"{module} imports ")


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("core.query", "from __future__ import annotations\nimport re\nfrom datetime import UTC\nimport os.path"),
        ("core.query", "from wacr_cli.core import models\nfrom wacr_cli.core.errors import UsageError"),
        ("core.query", "from .times import Clock"),
        ("paging.walk", "from wacr_cli.paging.windows import Window\nimport bisect"),
        ("api.client", "import httpx\nfrom wacr_cli import __version__\nfrom wacr_cli.core.query import Query"),
        ("api.transport", "import httpcore\nfrom . import rate_limiter\nfrom wacr_cli.settings import config"),
        ("output.table", "from rich.text import Text\nfrom .json import encode"),
        ("sandbox.app", "import httpx\nfrom wacr_cli.sandbox import world\nfrom wacr_cli.core import models"),
        ("commands.messages", "import typer\nfrom wacr_cli.api import dry_run\nfrom wacr_cli.output import writers"),
        ("session", "import httpx\nfrom wacr_cli.sandbox import world\nfrom wacr_cli.api.client import Client"),
        ("archive.postgres_connection", "import psycopg"),
        ("settings.config", "import platformdirs"),
        ("settings.editor", "import tomlkit\nfrom wacr_cli.settings import keys"),
        ("settings.keyring", "import keyring"),
        ("diagnostics.token_status", "from wacr_cli.api.client import Client"),
        ("queries", "import platformdirs"),
    ],
)
def test_good_examples(module: str, source: str) -> None:
    """None of these breaks a rule."""
    assert violations(source, module) == []


def test_relative_imports() -> None:
    """A dot means the package that a module stands in, or is."""
    assert list(imports("from . import a\nfrom .b import c\nfrom ..d import e", "x.y.z")) == [
        "x.y.a",
        "x.y.b.c",
        "x.d.e",
    ]
    assert list(imports("from . import a\nfrom .. import b", "x.y", package=True)) == ["x.y.a", "x.b"]


@pytest.mark.parametrize(
    "module", ["cli", "commands.flags", "core.query", "output.console", "output.writers", "session"]
)
def test_rich_is_imported_late(module: str) -> None:
    """Only modules that draw import rich at their top, so that most commands start without it."""
    tree = ast.parse(modules()[module].read_text(encoding="utf-8"))
    at_top = ast.unparse(ast.Module([node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)], []))
    names = list(imports(at_top, f"{PACKAGE}.{module}"))
    assert not [name for name in names if is_within(name, "rich") or is_within(name, f"{PACKAGE}.output.table")]
