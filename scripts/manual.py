"""Write man/ and docs/reference.md: what each command does and which options it has, read from the program itself.

The environment variables come from the table in docs/accounts.md, the exit statuses from that in README.md. ``--check``
writes nothing, and exits with 1 if a file is not what would be written.
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
"""The width of the program's own help, in columns."""

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
    """The content of a command's page.

    ``path`` is the command's words after ``wacr``. ``sections`` has (names, text) of each option by heading,
    ``commands`` (name, summary) of each command below this one.
    """

    path: tuple[str, ...]
    usage: str
    summary: str
    paragraphs: tuple[str, ...]
    sections: dict[str, list[tuple[str, str]]]
    examples: tuple[str, ...]
    commands: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """The words that run the command."""
        return " ".join(("wacr", *self.path))


def pages() -> Iterator[Page]:
    """Yield the page of every command, a group before its commands."""
    app: Any = build_app()
    yield from _walk(app, app.make_context("wacr", [], resilient_parsing=True, max_content_width=WIDTH), ())


def _walk(command: Any, context: Any, path: tuple[str, ...]) -> Iterator[Page]:
    names = command.list_commands(context) if hasattr(command, "list_commands") else []
    below = [(name, one) for name in names if not (one := command.get_command(context, name)).hidden]
    summary, *more = _paragraphs(command.help)
    examples, notes = _parse_epilog(command.epilog)
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
        yield from _walk(one, one.make_context(name, [], parent=context, resilient_parsing=True), (*path, name))


def _paragraphs(text: str | None) -> list[str]:
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text or "") if part.strip()]


def _parse_epilog(text: str | None) -> tuple[tuple[str, ...], list[str]]:
    """Return the examples and the paragraphs of the text that follows a command's options."""
    examples: tuple[str, ...] = ()
    notes = []
    for part in re.split(r"\n\s*\n", text or ""):
        head, _, lines = part.strip().removeprefix("\b").strip().partition("\n")
        if head == "Examples:":
            examples += tuple(line.strip() for line in lines.splitlines())
        elif head:
            notes.append(" ".join(f"{head} {lines}".split()))
    return examples, notes


TABLES = {"variable": "docs/accounts.md", "exit": "README.md"}
"""The page of each table of names and meanings, by the table's first heading."""


def read_table(heading: str) -> list[tuple[str, str]]:
    """Return the (name, meaning) of each row of the table with this first heading."""
    text = (ROOT / TABLES[heading]).read_text(encoding="utf-8")
    found = re.search(rf"^\| {heading} \| meaning \|\n\|[-|]+\|\n((?:\|.*\|\n)+)", text, re.MULTILINE)
    if not found:
        raise SystemExit(f"{TABLES[heading]} has no table of {heading} and meaning")
    return [
        (cells[0].strip(), cells[1].strip()) for line in found[1].splitlines() if (cells := line.strip("|").split("|"))
    ]


# The man pages, in roff.


def escape_roff(text: str) -> str:
    """Return *text* as roff source in ASCII that shows it as it is."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = "".join(letter if letter.isascii() else f"\\[u{ord(letter):04X}]" for letter in text)
    return re.sub(r"^(?=[.'])", r"\\&", text, flags=re.MULTILINE)


def format_prose(text: str) -> str:
    """Return *text* as roff source, with `code` in bold."""
    parts = text.split("`")
    return "".join(f"\\fB{escape_roff(part)}\\fR" if at % 2 else escape_roff(part) for at, part in enumerate(parts))


def _format_option(names: str) -> str:
    """Return the names of an option in bold, and its placeholder in italics."""
    words = names.split(" ")
    return " ".join(
        f"\\fB{escape_roff(word.rstrip(','))}\\fR{',' * word.endswith(',')}"
        if word.startswith("-")
        else f"\\fI{escape_roff(word)}\\fR"
        for word in words
    )


def _entry(name: str, text: str) -> str:
    return f".TP\n{name}\n{text}\n"


def render_man(page: Page) -> str:
    """Return the man page of a command."""
    title = "-".join(("wacr", *page.path))
    parts = [
        f'.\\" Written by scripts/manual.py.\n.TH {title.upper()} 1 "" wacr "wacr\'s manual"\n.nh\n.ad l\n',
        f".SH NAME\n{escape_roff(title)} \\- {escape_roff(_lower(page.summary))}\n",
        f".SH SYNOPSIS\n\\fB{escape_roff(page.name)}\\fR {escape_roff(page.usage.removeprefix(page.name).strip())}\n",
        ".SH DESCRIPTION\n" + "".join(f".PP\n{escape_roff(one)}\n" for one in (page.summary, *page.paragraphs)),
    ]
    if page.commands:
        entries = [
            _entry(f"\\fB{escape_roff(f'{page.name} {name}')}\\fR", escape_roff(text)) for name, text in page.commands
        ]
        parts.append(".SH COMMANDS\n" + "".join(entries))
    parts.append(".SH OPTIONS\n")
    for name, options in page.sections.items():
        entries = [_entry(_format_option(names), escape_roff(_one_line(text))) for names, text in options]
        parts.append(f".SS {name}\n" + "".join(entries))
    if page.examples:
        parts.append(".SH EXAMPLES\n.nf\n" + "".join(f"{escape_roff(line)}\n" for line in page.examples) + ".fi\n")
    shared = {"ENVIRONMENT": read_table("variable"), "FILES": FILES, "EXIT STATUS": read_table("exit")}
    for heading, rows in shared.items():
        entries = [_entry(format_prose(_bold(name)), format_prose(text)) for name, text in rows]
        parts.append(f".SH {heading}\n" + "".join(entries))
    parts.append(f".SH SEE ALSO\n{_see_also(page)}\n")
    return "".join(parts)


def _see_also(page: Page) -> str:
    others = [(*page.path, name) for name, _ in page.commands] or [page.path[:at] for at in range(len(page.path))]
    return ",\n".join(f"\\fB{escape_roff('-'.join(('wacr', *other)))}\\fR(1)" for other in others)


def _bold(name: str) -> str:
    return name if "`" in name else f"`{name}`"


def _lower(text: str) -> str:
    """Return a sentence as the part after a dash."""
    return (text[:1].lower() + text[1:]).rstrip(".")


def _one_line(text: str) -> str:
    return " ".join(text.split())


# The reference, in Markdown.


def render_reference() -> str:
    """Return the page with all commands, the global options and the files."""
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
    lines = [f"## {page.name}", "", _escape_markdown(page.summary), "", "```", page.usage, "```", ""]
    for text in page.paragraphs:
        lines += [_escape_markdown(text), ""]
    if page.examples:
        lines += ["```sh", *page.examples, "```", ""]
    for name, records in page.sections.items():
        if name != "Global options":
            lines += _markdown_table(name.lower(), records)
    return lines


def _markdown_table(heading: str, records: list[tuple[str, str]] | tuple[tuple[str, str], ...]) -> list[str]:
    rows = [f"| `{name.replace('|', '&#124;')}` | {_escape_markdown(_one_line(text))} |" for name, text in records]
    return [f"| {heading} | |", "|---|---|", *rows, ""]


def _escape_markdown(text: str) -> str:
    """Return *text* as Markdown that shows it as it is, with `code` unchanged."""
    parts = text.split("`")
    return "`".join(part if at % 2 else re.sub(r"([\\*_<>\[\]|])", r"\\\1", part) for at, part in enumerate(parts))


def render_files() -> dict[Path, str]:
    """Return the text of each file."""
    found = {ROOT / "man" / f"{'-'.join(('wacr', *page.path))}.1": render_man(page) for page in pages()}
    return found | {ROOT / "docs" / "reference.md": render_reference()}


def main() -> None:
    """Write the files, or with ``--check`` compare them."""
    wanted = render_files()
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
