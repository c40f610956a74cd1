"""Plain words: some old ones are in no source, help, page or script any more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = (".ci", "benchmarks", "completions", "docs", "man", "scripts", "tests", "wacr_cli")
KINDS = {"", ".1", ".bash", ".fish", ".md", ".py", ".sh", ".toml", ".yaml", ".yml"}

INSTEAD = {
    # zsh has parameters of its own: mbegin and mend.
    r"(?<!mbegin.)mend(s|ed|ing)?": "fix",
    r"heed(s|ed|ing)?": "obey, check or register",
    r"telephones?": "phone",
    r"whoever": "the person or the code that is meant",
    # The name of an account or a profile, in quotes, is a value and no word.
    r"nobody(?![\"'](?![a-z]))": "no one, or what is meant: no test, no caller",
    r"(is|are|was|were|be|been|being) told(?! apart)": "is printed, is reported, gets",
    r"(?<!there\s)is no \w+ of": "is not",
}
"""What is banned, as regular expressions, and what to write instead."""


def pattern(words: str) -> re.Pattern[str]:
    """Return an expression that finds words in sentences, over two lines too, and in names, where an underscore is."""
    over_lines = words.replace(" ", r"[\s#]+")
    return re.compile(rf"(?<![a-z])(?:{over_lines})(?![a-z])", re.IGNORECASE)


BANNED = {pattern(words): instead for words, instead in INSTEAD.items()}


def files() -> list[Path]:
    """Return the files that people read, but for this one, which has to name the words."""
    inside = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    found = [path for path in (*ROOT.glob("*"), *inside) if path.is_file() and path.suffix in KINDS]
    return sorted(path for path in found if path != Path(__file__) and "__pycache__" not in path.parts)


def banned_words(text: str) -> list[str]:
    """Return each banned word of a text with its line and what to write instead."""
    return [
        f"line {text.count(chr(10), 0, found.start()) + 1}: {found[0]!r} (write: {instead})"
        for banned, instead in BANNED.items()
        for found in banned.finditer(text)
    ]


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_plain_words(path: Path) -> None:
    """No file has a banned word."""
    assert banned_words(path.read_text(encoding="utf-8")) == []


def test_the_files_are_found() -> None:
    """Sources, tests, pages and scripts of every kind are looked at."""
    names = {str(path.relative_to(ROOT)) for path in files()}
    wanted = {"README.md", "wacr_cli/cli.py", "tests/conftest.py", "man/wacr.1", "completions/_wacr", ".ci/run"}
    assert names >= wanted | {"docs/reference.md", "pyproject.toml", "scripts/manual.py"}


@pytest.mark.parametrize(
    "text",
    [
        "Mend the file",
        "def _heed_signals() -> None: ...",
        "a telephone number",
        "Whoever reads it",
        "nobody's number",
        "The reader is told of it",
        "# what was\n    # told of it",
        "is no matter of authentication",
    ],
)
def test_bad_examples(text: str) -> None:
    """Each of these has a banned word, whatever its case, in names as in sentences."""
    assert len(banned_words(text)) == 1


@pytest.mark.parametrize(
    "text", ["recommend", "heedless", "told", "are told apart", 'user="nobody"', "There is no kind of it"]
)
def test_good_examples(text: str) -> None:
    """Parts of other words, and values in quotes, are no banned words."""
    assert banned_words(text) == []
