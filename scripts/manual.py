"""Write man/ and docs/reference.md: what each command does and which options it has, read from the program itself.

The environment variables come from the table in docs/accounts.md, the exit statuses from that in README.md. ``--check``
writes nothing, and exits with 1 where a file is not what would be written.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wacr_cli.cli import build_app
from wacr_cli.commands.framework import help_sections

ROOT = Path(__file__).parent.parent
WIDTH = 80
"""Columns: what the program's own help is laid out for."""

FILES = (
    (
        "~/.config/wacr/config.toml",
        "The profiles; `wacr config set` changes them. The folder is `~/Library/Application Support/wacr` on macOS, or "
        "`WACR_CONFIG_DIR` if that is set.",
    ),
    (
        "~/.config/wacr/credentials/tokens.json",
        "The tokens that `wacr auth login` stores if there is no keyring. Only their owner can read the file.",
    ),
    (
        "~/.local/share/wacr/default.sqlite",
        "The archive that `wacr sync` updates, one for each profile, unless `--archive-at`, `WACR_ARCHIVE` or the "
        "profile names another place.",
    ),
    (
        "~/.local/state/wacr/",
        "The times of the last calls, with which all processes share the rate limit; `last-failure.log`; and the logs "
        "of `WACR_DEBUG`.",
    ),
)
"""The files that the program reads and writes on Linux, and what they contain."""


@dataclass(frozen=True)
class Page:
    """A command by its words after ``wacr``; a summary and further paragraphs, and examples of a line each."""

    path: tuple[str, ...]
    usage: str
    summary: str
    paragraphs: tuple[str, ...]
    sections: dict[str, list[tuple[str, str]]]
    examples: tuple[str, ...]
    commands: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """What one types."""
        return " ".join(("wacr", *self.path))


def pages() -> Iterator[Page]:
    """Every command of the program, a group before what is in it."""
    app: Any = build_app()
    yield from _below(app, app.make_context("wacr", [], resilient_parsing=True, max_content_width=WIDTH), ())


def _below(command: Any, context: Any, path: tuple[str, ...]) -> Iterator[Page]:
    names = command.list_commands(context) if hasattr(command, "list_commands") else []
    below = [(name, one) for name in names if not (one := command.get_command(context, name)).hidden]
    summary, *more = _paragraphs(command.help)
    examples, notes = _epilog(command.epilog)
    yield Page(
        path,
        " ".join(("wacr", *path, *command.collect_usage_pieces(context))),
        summary,
        (*more, *notes),
        help_sections(command, context),
        examples,
        tuple((name, _paragraphs(one.help)[0]) for name, one in below),
    )
    for name, one in below:
        yield from _below(one, one.make_context(name, [], parent=context, resilient_parsing=True), (*path, name))


def _paragraphs(text: str | None) -> list[str]:
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text or "") if part.strip()]


def _epilog(text: str | None) -> tuple[tuple[str, ...], list[str]]:
    """The examples in what follows a command's options, and the paragraphs beside them."""
    examples: tuple[str, ...] = ()
    notes = []
    for part in re.split(r"\n\s*\n", text or ""):
        head, _, lines = part.strip().removeprefix("\b").strip().partition("\n")
        if head == "Examples:":
            examples += tuple(line.strip() for line in lines.splitlines())
        elif head:
            notes.append(" ".join(f"{head} {lines}".split()))
    return examples, notes


SOURCES = {"variable": "docs/accounts.md", "exit": "README.md"}
"""The pages that have a table of something and its meaning, by the table's first heading."""


def table(heading: str) -> list[tuple[str, str]]:
    """Return the rows of the table with this first heading."""
    text = (ROOT / SOURCES[heading]).read_text(encoding="utf-8")
    found = re.search(rf"^\| {heading} \| meaning \|\n\|[-|]+\|\n((?:\|.*\|\n)+)", text, re.MULTILINE)
    if not found:
        raise SystemExit(f"{SOURCES[heading]} has no table of {heading} and meaning")
    return [
        (cells[0].strip(), cells[1].strip()) for line in found[1].splitlines() if (cells := line.strip("|").split("|"))
    ]


# The manual, in the language of man pages.


def roff(text: str) -> str:
    """A text as a man page has it: no letter of it is an order, and all are ASCII."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = "".join(letter if letter.isascii() else f"\\[u{ord(letter):04X}]" for letter in text)
    return re.sub(r"^(?=[.'])", r"\\&", text, flags=re.MULTILINE)


def prose(text: str) -> str:
    """A text in which `code` is bold."""
    parts = text.split("`")
    return "".join(f"\\fB{roff(part)}\\fR" if at % 2 else roff(part) for at, part in enumerate(parts))


def _names(record: str) -> str:
    """An option's names, bold, and its placeholder, slanted."""
    words = record.split(" ")
    return " ".join(
        f"\\fB{roff(word.rstrip(','))}\\fR{',' * word.endswith(',')}"
        if word.startswith("-")
        else f"\\fI{roff(word)}\\fR"
        for word in words
    )


def _entry(name: str, text: str) -> str:
    return f".TP\n{name}\n{text}\n"


def man(page: Page) -> str:
    """The man page of a command."""
    title = "-".join(("wacr", *page.path))
    parts = [
        f'.\\" Written by scripts/manual.py.\n.TH {title.upper()} 1 "" wacr "wacr\'s manual"\n.nh\n.ad l\n',
        f".SH NAME\n{roff(title)} \\- {roff(_lower(page.summary))}\n",
        f".SH SYNOPSIS\n\\fB{roff(page.name)}\\fR {roff(page.usage.removeprefix(page.name).strip())}\n",
        ".SH DESCRIPTION\n" + "".join(f".PP\n{roff(one)}\n" for one in (page.summary, *page.paragraphs)),
    ]
    if page.commands:
        entries = [_entry(f"\\fB{roff(f'{page.name} {name}')}\\fR", roff(text)) for name, text in page.commands]
        parts.append(".SH COMMANDS\n" + "".join(entries))
    parts.append(".SH OPTIONS\n")
    for name, records in page.sections.items():
        parts.append(f".SS {name}\n" + "".join(_entry(_names(one), roff(_tidy(text))) for one, text in records))
    if page.examples:
        parts.append(".SH EXAMPLES\n.nf\n" + "".join(f"{roff(line)}\n" for line in page.examples) + ".fi\n")
    for heading, rows in (("ENVIRONMENT", table("variable")), ("FILES", FILES), ("EXIT STATUS", table("exit"))):
        entries = [_entry(prose(_bold(name)), prose(text)) for name, text in rows]
        parts.append(f".SH {heading}\n" + "".join(entries))
    parts.append(f".SH SEE ALSO\n{_see_also(page)}\n")
    return "".join(parts)


def _see_also(page: Page) -> str:
    others = [(*page.path, name) for name, _ in page.commands] or [page.path[:at] for at in range(len(page.path))]
    return ",\n".join(f"\\fB{roff('-'.join(('wacr', *other)))}\\fR(1)" for other in others)


def _bold(name: str) -> str:
    return name if "`" in name else f"`{name}`"


def _lower(text: str) -> str:
    """A sentence as what follows a dash."""
    return (text[:1].lower() + text[1:]).rstrip(".")


def _tidy(text: str) -> str:
    return " ".join(text.split())


# The reference, in Markdown.


def reference() -> str:
    """All commands, one after another, and what holds for all of them."""
    every = list(pages())
    lines = [
        "# Reference",
        "",
        "Every command and its options. `scripts/manual.py` writes this page; `man wacr` shows the same.",
        "",
        *(f"- [`{page.name}`](#{page.name.replace(' ', '-')}): {_lower(page.summary)}" for page in every),
        "",
    ]
    for page in every:
        lines += _chapter(page)
    lines += ["## Global options", "", "They can stand before or after the name of a command.", ""]
    lines += _markdown_table("option", every[0].sections["Global options"])
    lines += ["## Files", "", *_markdown_table("file", FILES)]
    lines += [
        "The environment variables are in [accounts.md](accounts.md#settings), the exit statuses in the "
        "[README](../README.md#exit-statuses)."
    ]
    return "\n".join(lines) + "\n"


def _chapter(page: Page) -> list[str]:
    lines = [f"## {page.name}", "", _escaped(page.summary), "", "```", page.usage, "```", ""]
    for text in page.paragraphs:
        lines += [_escaped(text), ""]
    if page.examples:
        lines += ["```sh", *page.examples, "```", ""]
    for name, records in page.sections.items():
        if name != "Global options":
            lines += _markdown_table(name.lower(), records)
    return lines


def _markdown_table(heading: str, records: list[tuple[str, str]] | tuple[tuple[str, str], ...]) -> list[str]:
    rows = [f"| `{name.replace('|', '&#124;')}` | {_escaped(_tidy(text))} |" for name, text in records]
    return [f"| {heading} | |", "|---|---|", *rows, ""]


def _escaped(text: str) -> str:
    """A text as Markdown, what stands between backquotes left as it is."""
    parts = text.split("`")
    return "`".join(part if at % 2 else re.sub(r"([\\*_<>\[\]|])", r"\\\1", part) for at, part in enumerate(parts))


def files() -> dict[Path, str]:
    """Each file, and what has to stand in it."""
    found = {ROOT / "man" / f"{'-'.join(('wacr', *page.path))}.1": man(page) for page in pages()}
    return found | {ROOT / "docs" / "reference.md": reference()}


def main() -> None:
    """Write the files, or with ``--check`` compare them."""
    wanted = files()
    strays = set((ROOT / "man").glob("*.1")) - wanted.keys()
    if "--check" in sys.argv[1:]:
        stale = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
        if stale or strays:
            names = ", ".join(str(path.relative_to(ROOT)) for path in sorted({*stale, *strays}))
            sys.exit(f"stale: {names}; run python scripts/manual.py")
        return
    (ROOT / "man").mkdir(exist_ok=True)
    for path in strays:
        path.unlink()
    for path, text in wanted.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
