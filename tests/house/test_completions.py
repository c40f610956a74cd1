"""Completion: what real shells show and insert when TAB is pressed, and that the files are up to date."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from wacr_cli.cli import build_app, main

ROOT = Path(__file__).parent.parent.parent
FILES = {"bash": "wacr.bash", "zsh": "_wacr", "fish": "wacr.fish"}
CONFIG = """\
default_profile = "shop"
[profiles.shop]
api_url = "https://app.wa.cr/api/v2"
[profiles."our café"]
rate_limit = 30
[profiles."$(touch executed)"]
"""

PATIENCE = 120.0
"""Seconds: far more than a slow machine needs."""

# Binds a key that prints the shell's line and empties it.
SET_UP = {
    "bash": r"""
        source completions/wacr.bash
        PS1='ready> '
        bind 'set show-all-if-ambiguous on' 'set bell-style none' 'set enable-bracketed-paste off'
        bind -x '"\C-x\C-p": printf "\n<[%s]>\n" "$READLINE_LINE"; READLINE_LINE='
    """,
    "zsh": r"""
        fpath=($PWD/completions $fpath)
        autoload -Uz compinit && compinit -u -D
        PS1='ready> '
        unsetopt beep
        bindkey -e
        show() { zle -R -c; zle -I; print -r -- $'\n'"<[$BUFFER]>"; BUFFER= }
        zle -N show && bindkey '^X^P' show
    """,
    "fish": r"""
        function fish_prompt; echo 'ready> '; end
        set -g fish_greeting
        set -g fish_autosuggestion_enabled 0
        bind \cx\cp 'printf "\n<[%s]>\n" (commandline | string collect); commandline ""; commandline -f repaint'
    """,
}


class Terminal:
    """A shell at its prompt, in a terminal of its own. Its wacr and Python only record that they are called."""

    def __init__(self, shell: str, folder: Path, **environ: str) -> None:
        config = Path(environ.get("XDG_CONFIG_HOME", folder / ".config"))
        for target in (folder / "completions", config / "fish" / "completions"):
            shutil.copytree(ROOT / "completions", target, dirs_exist_ok=True)
        # Without this folder, fish starts Python to read the man pages.
        (folder / ".local" / "share" / "fish" / "generated_completions").mkdir(parents=True, exist_ok=True)
        (folder / "bin").mkdir()
        for name in ("wacr", "python", "python3"):
            (folder / "bin" / name).write_text(f"#!/bin/sh\necho {name} >> '{folder}/called'\n")
            (folder / "bin" / name).chmod(0o755)
        (folder / ".zshrc").write_text(SET_UP["zsh"])
        (folder / "bashrc").write_text(SET_UP["bash"])
        command = {
            "bash": ["bash", "--noprofile", "--rcfile", "bashrc", "-i"],
            "zsh": ["zsh", "--no-globalrcs", "-i"],
            "fish": ["fish", "-i", "-C", SET_UP["fish"]],
        }[shell]
        inherited = {"PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
        home = {"HOME": str(folder), "ZDOTDIR": str(folder), "TERM": "xterm", "INPUTRC": os.devnull}
        self._master, slave = pty.openpty()
        termios.tcsetwinsize(self._master, (60, 200))
        # A session's leader owns the first terminal that it opens.
        takes_over = ["sh", "-c", 'exec "$@" <"$0" >"$0" 2>&1', os.ttyname(slave)]
        self._process = subprocess.Popen(
            takes_over + command, env=inherited | home | environ, cwd=folder, start_new_session=True
        )
        self.read_until("ready> ")
        os.close(slave)

    def read_until(self, *words: str) -> str:
        """Wait until all *words* have appeared, and return the output without escape sequences."""
        raw, seen, deadline = b"", "", time.monotonic() + PATIENCE
        while not all(word in seen for word in words):
            if not select.select([self._master], [], [], max(0.0, deadline - time.monotonic()))[0]:
                pytest.fail(f"waited for {words}, and saw {seen!r}")
            new = os.read(self._master, 65536)
            if re.search(rb"\x1b\[0?c", new):  # newer versions of fish query the type of the terminal
                os.write(self._master, b"\x1b[?62c")
            raw += new
            codes = r"\x1b(\[[0-9;?>=]*[A-Za-z]|\][^\x07]*\x07|[()].|[=>])|[\x0e\x0f]"
            seen = re.sub(codes, "", raw.decode(errors="replace"))
        return seen

    def press(self, keys: str, *listed: str) -> tuple[str, str]:
        """Press keys, wait for the words *listed*; return the line and the output."""
        os.write(self._master, keys.encode())
        seen = self.read_until(*listed)
        os.write(self._master, b"\x18\x10")
        seen += self.read_until("]>", "ready> ")
        return re.findall(r"<\[(.*?)\]>", seen, re.DOTALL)[-1].rstrip(' "'), seen

    def run(self, line: str) -> None:
        """Run a command line in the shell."""
        os.write(self._master, f"{line}\r".encode())
        self.read_until("ready> ")

    @property
    def pid(self) -> int:
        """The shell's process id."""
        return self._process.pid

    def close(self) -> None:
        """End the shell."""
        self._process.kill()
        self._process.wait()
        os.close(self._master)


def _skip_reason(shell: str) -> str:
    """Return why a shell can't be tested here, empty if it can."""
    if not shutil.which(shell):
        return f"{shell} is not installed"
    if shell == "bash" and subprocess.run(["bash", "-c", "((BASH_VERSINFO[0] >= 4))"], check=False).returncode != 0:
        return "a key can't read the line of bash before version 4"
    return ""


@pytest.fixture(scope="module", params=tuple(FILES))
def shell(request: pytest.FixtureRequest) -> str:
    """Return each installed shell in turn."""
    if reason := _skip_reason(request.param):
        pytest.skip(reason)
    return str(request.param)


@pytest.fixture(scope="module")
def folder(shell: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with a configuration."""
    home = tmp_path_factory.mktemp(shell)
    (home / ".config" / "wacr").mkdir(parents=True)
    (home / ".config" / "wacr" / "config.toml").write_text(CONFIG)
    (home / "reports-2026.csv").touch()
    return home


@pytest.fixture(scope="module")
def terminal(shell: str, folder: Path) -> Iterator[Terminal]:
    """Yield a shell at its prompt, which all tests share; each leaves the line empty."""
    one = Terminal(shell, folder)
    yield one
    one.close()


INSERTED = {
    "wacr mes\tli\t": "wacr messages list",
    "wacr --demo sa\tser\t": "wacr --demo sandbox serve",
    "wacr completion z\t": "wacr completion zsh",
    "wacr messages list --with\t": "wacr messages list --with-direction",
    "wacr sync --details failed,me\t": "wacr sync --details failed,media",
    "wacr conversations show 1 --det\t": "wacr conversations show 1 --details",
    "wacr media f\t--veri\t": "wacr media fetch --verify",
    "wacr --color al\tmessages get --dem\t": "wacr --color always messages get --demo",
    "wacr --profile list messages g\t": "wacr --profile list messages get",
    "wacr messages list -f ta\t": "wacr messages list -f table",
    "wacr messages list --format=ta\t": "wacr messages list --format=table",
    "wacr messages list --type te\tm\t": "wacr messages list --type template",
    "wacr messages list --type no\tau\t": "wacr messages list --type not_in:audio",
    "wacr messages list --type in:text,tem\t": "wacr messages list --type in:text,template",
    "wacr messages list --type=in:te\tm\t": "wacr messages list --type=in:template",
    "wacr messages list --type=in:audio,vi\t": "wacr messages list --type=in:audio,video",
    "wacr messages list --status failed,del\t": "wacr messages list --status failed,delivered",
    "wacr messages list --direction ne:o\t": "wacr messages list --direction ne:outbound",
    "wacr messages list --sort up\t": "wacr messages list --sort updated_at",
    "wacr messages list --sort -up\t": "wacr messages list --sort -updated_at",
    'wacr messages list --type "in:text,tem\t': 'wacr messages list --type "in:text,template',
    "wacr messages list --search 'to --type' --type=tem\t": "wacr messages list --search 'to --type' --type=template",
    "wacr messages list --limit 5 > rep\t": "wacr messages list --limit 5 > reports-2026.csv",
    "wacr messages list --sort=-up\t": "wacr messages list --sort=-updated_at",
    "wacr messages list --fields id,int\t": "wacr messages list --fields id,interaction_id",
    "wacr messages list --output rep\t": "wacr messages list --output reports-2026.csv",
    "wacr messages list --output=rep\t": "wacr messages list --output=reports-2026.csv",
    "wacr messages list --limit 3 --profile sh\t": "wacr messages list --limit 3 --profile shop",
    "wacr --profile=our\tsandbox": r"wacr --profile=our\ café sandbox",
    "wacr contacts list --type cu\t": "wacr contacts list --type customer",
    "wacr contacts list --type not_in:lead,gu\t": "wacr contacts list --type not_in:lead,guest",
    "wacr contacts list --status-id bet\t3,5": "wacr contacts list --status-id between:3,5",
    "wacr contacts list --created-at=gte\t2026": "wacr contacts list --created-at=gte:2026",
    "wacr contacts list --group-id nu\t--al\t": "wacr contacts list --group-id null --all",
    "wacr contacts list --sort lastname,first\t": "wacr contacts list --sort lastname,firstname",
    "wacr contacts get 5100 --expand gr\t": "wacr contacts get 5100 --expand groups",
    "wacr messages list --archive-at rep\t": "wacr messages list --archive-at reports-2026.csv",
    "wacr messages list --search-mode w\t": "wacr messages list --search-mode words",
    "wacr sync --ful\t--no\t": "wacr sync --full --no-contacts",
    "wacr archive che\t--onl\t": "wacr archive check --online",
    "wacr config get rate\t": "wacr config get rate_limit",
    "wacr api groups -X DEL\t": "wacr api groups -X DELETE",
    "wacr api groups --pagi\t": "wacr api groups --paginate",
    "wacr auth logi\t--profile sh\t": "wacr auth login --profile shop",
    "wacr doct\t--conn\t": "wacr doctor --connect",
    # Nothing matches, and nothing is inserted.
    "wacr messages list --all --al\t": "wacr messages list --all --al",
    "wacr --demo messages list --dem\t": "wacr --demo messages list --dem",
    "wacr messages list --quiet -q --qui\t": "wacr messages list --quiet -q --qui",
    "wacr sandbox serve --ty\t": "wacr sandbox serve --ty",
    "wacr messages list --search rep\t": "wacr messages list --search rep",
}


@pytest.mark.parametrize(("keys", "line"), INSERTED.items(), ids=[keys.replace("\t", "⇥") for keys in INSERTED])
def test_tab_inserts_the_only_match(terminal: Terminal, keys: str, line: str) -> None:
    """Commands, flags and values of the current command are completed; flags that are already there are not."""
    assert terminal.press(keys)[0] == line


LISTED = {
    "wacr \t": (
        ("messages", "contacts", "account", "api", "auth", "config", "doctor", "sandbox"),
        ("serve", "reports"),
    ),
    "wacr config \t": (("list", "get", "set", "unset", "path", "edit"), ("messages", "rate_limit")),
    "wacr config set \t": (("default_profile", "api_url", "rate_limit", "archive"), ("shop", "reports")),
    "wacr contacts list --type \t": (("lead", "customer", "guest", "not_in:"), ("template", "reports")),
    "wacr contacts list --source-id \t": (
        ("gte:", "like:", "not_in:", "between:", "null"),
        ("null:", "lead", "reports"),
    ),
    "wacr templates list --category \t": (("MARKETING", "UTILITY", "AUTHENTICATION"), ("text", "reports")),
    "wacr templates list --sort -\t": (("-template_name", "-created_at"), ("--type", "--demo")),
    "wacr comments list --fields \t": (("status_message", "staff_id"), ("sender_id", "reports")),
    "wacr messages \t": (("list", "get"), ("serve", "sandbox", "reports")),
    "wacr messages get --\t": (("--format", "--output", "--demo", "--verbose", "--help"), ("--type", "--version")),
    "wacr messages list --direction \t": (("in:", "ne:", "not_in:", "inbound", "outbound"), ("text", "reports")),
    "wacr messages list --type not_in:text,\t": (("template", "image", "video", "document", "audio"), ("ne:",)),
    "wacr messages list --status=ne:\t": (("sent", "delivered", "read", "failed"), ("in:",)),
    "wacr messages list --sort \t": (
        ("created_at", "updated_at", "-created_at", "-updated_at", "sent_at"),
        ("reports",),
    ),
    "wacr messages list -f \t": (("table", "tsv", "csv", "json", "jsonl"), ("reports",)),
    "wacr messages list --fields \t": (("interaction_id", "sender_id", "is_read"), ("in:", "reports")),
    "wacr messages list --sort -\t": (("-created_at", "-updated_at"), ("--type", "--demo")),
    "wacr --profile \t": (("shop", "our"), ("default_profile", "rate_limit")),
}


@pytest.mark.parametrize("keys", LISTED, ids=[keys.replace("\t", "⇥") for keys in LISTED])
def test_tab_lists_several_matches(terminal: Terminal, keys: str) -> None:
    """All matches are shown, and no other words."""
    shown, hidden = LISTED[keys]
    _, output = terminal.press(keys, *shown)
    assert [word for word in hidden if word in output] == []


@pytest.mark.parametrize("variable", ["WACR_CONFIG_DIR", "XDG_CONFIG_HOME", "HOME/Library"])
def test_profiles_are_read_where_wacr_reads_them(shell: str, tmp_path: Path, variable: str) -> None:
    """The folder of the configuration is that of the environment, or else that of the platform."""
    place = {"WACR_CONFIG_DIR": "here", "XDG_CONFIG_HOME": "xdg/wacr"}.get(variable, "Library/Application Support/wacr")
    (tmp_path / place).mkdir(parents=True)
    (tmp_path / place / "config.toml").write_text("[profiles.elsewhere]\n")
    values = {"WACR_CONFIG_DIR": tmp_path / place, "XDG_CONFIG_HOME": tmp_path / "xdg"}
    terminal = Terminal(shell, tmp_path, **{key: str(value) for key, value in values.items() if key == variable})
    try:
        assert terminal.press("wacr --profile el\t")[0] == "wacr --profile elsewhere"
    finally:
        terminal.close()


def test_the_configuration_is_not_executed(terminal: Terminal, folder: Path) -> None:
    """A profile's name that looks like a command is inserted in quotes, and does not run."""
    line, _ = terminal.press("wacr --profile \\$\t")
    assert line.startswith((r"wacr --profile \$\(touch", "wacr --profile '$(touch", r"wacr --profile \$(touch"))
    assert not (folder / "executed").exists()


def test_tab_starts_no_python(terminal: Terminal, folder: Path) -> None:
    """No completion calls wacr or Python."""
    for keys in (*INSERTED, *LISTED):
        terminal.press(keys)
    assert not (folder / "called").exists()
    subprocess.run([folder / "bin" / "wacr"], check=True)
    assert (folder / "called").read_text() == "wacr\n"


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_tab_starts_no_program(terminal: Terminal, tmp_path: Path) -> None:
    """The system calls of the shell show no start of a program, under any name."""
    log = tmp_path / "started"
    terminal.press("wacr messages list --type not_in:au\t")  # the first completion may start programs
    command = ["strace", "-f", "-e", "trace=execve", "-o", str(log), "-p", str(terminal.pid)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
        try:
            assert tracer.stderr is not None
            if "attached" not in tracer.stderr.readline():
                pytest.skip("processes can't be traced here")
            for keys in ("wacr messages list --type not_in:au\t", "wacr --profile sh\t", "wacr mes\tli\t--fo\t"):
                terminal.press(keys)
            deadline = time.monotonic() + PATIENCE
            while not (log.exists() and "/bin/true" in log.read_text()):  # strace may write later
                assert time.monotonic() < deadline
                terminal.run("/bin/true")
        finally:
            tracer.terminate()
    assert set(re.findall(r'execve\("([^"]*)"', log.read_text())) == {"/bin/true"}


def test_a_list_continues_after_a_comma(terminal: Terminal, shell: str) -> None:
    """A comma can follow a completed value of a list at once."""
    if shell == "fish":
        pytest.skip("fish ends every word with a blank")
    line = terminal.press("wacr messages list --fields sender\t,int\t --type in:te\tm\t,au\t")[0]
    assert line == "wacr messages list --fields sender_id,interaction_id --type in:template,audio"


def test_bash_completes_with_other_word_breaks(tmp_path: Path) -> None:
    """Many people remove the colon from COMP_WORDBREAKS; values with a colon are still completed."""
    if reason := _skip_reason("bash"):
        pytest.skip(reason)
    terminal = Terminal("bash", tmp_path)
    try:
        for removed in (":", "="):
            terminal.run(f"COMP_WORDBREAKS=${{COMP_WORDBREAKS//{removed}}}")
            for value in (" ne:au", "=ne:au"):
                assert terminal.press(f"wacr messages list --type{value}\t")[0].endswith(f"{value}dio")
    finally:
        terminal.close()


def test_the_files_are_up_to_date() -> None:
    """scripts/completions.py would write the same."""
    check = [sys.executable, str(ROOT / "scripts" / "completions.py"), "--check"]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def _names(command: Any, context: Any) -> Iterator[str]:
    """Yield the names of all commands and flags from the parser."""
    for param in command.get_params(context):
        yield from (*param.opts, *param.secondary_opts) if param.param_type_name == "option" else ()
    for name in command.list_commands(context) if hasattr(command, "list_commands") else ():
        yield name
        one = command.get_command(context, name)
        yield from _names(one, one.make_context(name, [], parent=context, resilient_parsing=True))


@pytest.mark.parametrize("shell_name", FILES)
def test_every_command_and_flag_is_in_each_file(shell_name: str) -> None:
    """No name is missing from a shell's file."""
    command: Any = build_app()
    names = set(_names(command, command.make_context("wacr", [], resilient_parsing=True)))
    text = (ROOT / "completions" / FILES[shell_name]).read_text()
    if shell_name == "fish":
        text = re.sub(r" -l (\S+)", r" --\1", re.sub(r" -s (\S)", r" -\1", text))
    assert {"messages", "list", "--type", "-f", "--help"} <= names
    assert [name for name in sorted(names) if not re.search(rf"(?<![\w-]){name}(?![\w-])", text)] == []


def test_the_command_prints_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    """``wacr completion SHELL`` prints the file and nothing else."""
    for shell_name, file in FILES.items():
        with pytest.raises(SystemExit) as left:
            main(["completion", shell_name])
        assert left.value.code == 0
        assert capsys.readouterr() == ((ROOT / "completions" / file).read_text(), "")


def test_the_error_for_an_unknown_shell_suggests_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    """It is a usage error that lists the three shells."""
    with pytest.raises(SystemExit) as left:
        main(["completion", "fsh"])
    assert left.value.code == 2
    out, err = capsys.readouterr()
    assert (out, err.splitlines()) == (
        "",
        ["wacr: SHELL: unknown value 'fsh'; did you mean fish?", "Use one of: bash, zsh, fish."],
    )
