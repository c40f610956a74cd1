"""Write completions/ anew: what bash, zsh and fish know of wacr's commands, read off the program itself.

``--check`` writes nothing, and fails where a file is no longer what the program asks for.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wacr_cli.api.raw import METHODS
from wacr_cli.cli import build_app
from wacr_cli.commands.completion import FILES
from wacr_cli.commands.framework import COLORS
from wacr_cli.core import contacts, models
from wacr_cli.export import export
from wacr_cli.output.options import DOCUMENT_FORMATS, FORMATS
from wacr_cli.settings import keys

FOLDER = Path(__file__).parent.parent / "completions"

VALUES: dict[str, tuple[str, Sequence[str]]] = {
    "--type": ("filter", models.TYPES),
    "--status": ("filter", models.STATUSES),
    "--direction": ("filter", models.DIRECTIONS),
    "--interaction-id": ("filter", ()),
    "--fields": ("list", models.LIST_FIELDS),
    "--sort": ("choice", models.LOCAL_SORTS),
    "--search-mode": ("choice", models.SEARCH_MODES),
    "--since": ("choice", ("today", "yesterday")),
    "--until": ("choice", ("today", "yesterday")),
    "--format": ("choice", FORMATS),
    "--color": ("choice", COLORS),
    "--profile": ("profile", ()),
    "FILE": ("file", ()),
    "SHELL": ("choice", tuple(FILES)),
    "KEY": ("choice", keys.KEYS),
    "--method": ("choice", METHODS),
    "--expand": ("list", contacts.INCLUDES),
    "--as": ("choice", export.KINDS),
    "FOLDER": ("file", ()),
    "conversations list --format": ("choice", DOCUMENT_FORMATS),
    "conversations show --format": ("choice", DOCUMENT_FORMATS),
    **dict.fromkeys(
        ("--status-id", "--source-id", "--assigned-id", "--created-at", "--group-id"),
        ("operator", tuple(name for name in contacts.OPERATORS if name != "null")),
    ),
    "contacts list --type": ("filter", contacts.TYPES),
    "contacts list --sort": ("list", contacts.SORTS),
    "contacts list --fields": ("list", models.CONTACT_FIELDS),
}
"""Of a flag, or of all that share a placeholder: the kind of its values, and those there are.

Where one command has other values for a flag than the rest, its words stand before the flag. A ``choice`` is one of
them, a ``list`` several with commas, a ``filter`` either with an operator before it; an ``operator`` stands
before a value that nobody knows, and ``null`` instead of both.
"""


@dataclass(frozen=True)
class Flag:
    """A flag, its long name first, or an argument, without names; ``kind`` is empty where it takes no value."""

    names: tuple[str, ...]
    kind: str
    words: tuple[str, ...]
    metavar: str
    help: str
    repeats: bool


@dataclass(frozen=True)
class Command:
    """A command by its words after ``wacr``."""

    path: tuple[str, ...]
    help: str
    flags: tuple[Flag, ...]
    arguments: tuple[Flag, ...]
    commands: tuple[Command, ...]

    def walk(self) -> Iterator[Command]:
        """The command and all below it."""
        yield self
        for one in self.commands:
            yield from one.walk()


def read(command: Any, context: Any, path: tuple[str, ...] = ()) -> Command:
    """What the program says of a command."""
    params = [one for one in command.get_params(context) if not getattr(one, "hidden", False)]
    names = command.list_commands(context) if hasattr(command, "list_commands") else []
    below = [(name, command.get_command(context, name)) for name in names]
    return Command(
        path,
        _summary(command.help),
        tuple(_flag(one, path) for one in params if one.param_type_name == "option"),
        tuple(_flag(one, path) for one in params if one.param_type_name == "argument"),
        tuple(
            read(one, one.make_context(name, [], parent=context, resilient_parsing=True), (*path, name))
            for name, one in below
            if not one.hidden
        ),
    )


def _flag(param: Any, path: tuple[str, ...]) -> Flag:
    option = param.param_type_name == "option"
    names = sorted((*param.opts, *param.secondary_opts), key=lambda name: not name.startswith("--")) if option else ()
    metavar = (param.metavar or param.name.upper()).rstrip("…")
    takes_value = not option or not (param.is_flag or param.count)
    choices = ("choice", tuple(getattr(param.type, "choices", ())))
    keys = (*(" ".join((*path, name)) for name in names), *names, metavar)
    known = next((VALUES[key] for key in keys if key in VALUES), choices if choices[1] else ("text", ()))
    kind, words = known if takes_value else ("", ())
    repeats = param.nargs == -1 or getattr(param, "multiple", False)
    return Flag(tuple(names), kind, tuple(words), metavar, _summary(param.help), repeats)


def _summary(text: str | None) -> str:
    """The first sentence of a help text, on one line."""
    return " ".join((text or "").split()).partition(". ")[0].rstrip(".")


def _escaped(text: str, letters: str) -> str:
    """A text with a backslash before some letters of it, and before each backslash."""
    return "".join(f"\\{letter}" if letter in f"\\{letters}" else letter for letter in text)


def _quoted(text: str) -> str:
    """A text as one word of bash or zsh."""
    return "'" + text.replace("'", "'\\''") + "'"


def _places(root: Command) -> dict[Flag, list[Command]]:
    """Where each flag may stand."""
    places: dict[Flag, list[Command]] = {}
    for command in root.walk():
        for flag in command.flags:
            places.setdefault(flag, []).append(command)
    return places


def _valued(root: Command) -> list[str]:
    """The flags after which a value stands; a name is one everywhere, so that fish needs no more than the name."""
    flags = list(_places(root))
    valued = dict.fromkeys(name for flag in flags if flag.kind for name in flag.names)
    clash = valued.keys() & {name for flag in flags if not flag.kind for name in flag.names}
    if clash:
        raise SystemExit(f"with a value in one command, without in another: {', '.join(sorted(clash))}")
    return list(valued)


BASH = r"""# bash completion for wacr, bash 3.2 or later. Written by scripts/completions.py.

# The command $1: what may stand there.
_wacr_command() {
    commands='' flags='' argument=''
    case $1 in
@commands@
    esac
}

# The flag $2 of the command $1: the name to remember it by, and the values that it takes.
_wacr_flag() {
    name=$2 kind='' words=''
    case "$1 $2" in
@flags@
    esac
}

# The profiles of the configuration file.
_wacr_profiles() {
    local file line pattern='^[[:blank:]]*\[profiles\.["'\'']?([^]"'\'']+)["'\'']?\]'
    for file in "${WACR_CONFIG_DIR:-${XDG_CONFIG_HOME:-$HOME/.config}/wacr}" \
        "${WACR_CONFIG_DIR:-$HOME/Library/Application Support/wacr}"; do
        [[ -r $file/config.toml ]] || continue
        while IFS= read -r line || [[ $line ]]; do
            [[ $line =~ $pattern ]] && profiles+=("${BASH_REMATCH[1]}")
        done < "$file/config.toml"
        return
    done
}

# The values of $kind and $words, for a word that begins with $1; a blank ends those that cannot go on.
_wacr_values() {
    local before=$1 value=${cur#"$1"} end=' ' word profiles=()
    case $kind in
    file) files=1 ;;
    profile)
        _wacr_profiles
        for word in "${profiles[@]}"; do
            [[ $quote ]] || printf -v word %q "$word"
            found+=("$before$word ")
        done
        ;;
    list) end='' ;;
    operator)
        if [[ $value != *[:,]* ]]; then
            for word in $words; do found+=("$before$word:"); done
            found+=("${before}null ")
        fi
        words=''
        ;;
    filter)
        case $value in
        ne:*) before+=ne: ;;
        in:* | not_in:*) before+=${value%%:*}: end='' ;;
        *,*) end='' ;;
        *) end='' found+=("${before}in:" "${before}ne:" "${before}not_in:") ;;
        esac
        ;;
    esac
    [[ ! $end && $value == *,* ]] && before=$1${value%,*},
    for word in $words; do
        [[ ,${before##*[=:]} == *",$word,"* ]] || found+=("$before$word$end")
    done
}

_wacr() {
    local IFS=$' \t\n' rest=${COMP_LINE:0:COMP_POINT} path=wacr given=' ' pending='' quote='' head='' files='' i
    local line=(wacr) found=() cur breaks word commands flags argument name kind words

    # Bash breaks words at : and =, so the line's own blanks say what belongs together.
    rest=${rest#*"${COMP_WORDS[0]}"}
    for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ $rest == [[:space:]]* ]]; then
            line+=("${COMP_WORDS[i]}")
        else
            line[${#line[@]} - 1]+=${COMP_WORDS[i]}
        fi
        rest=${rest#*"${COMP_WORDS[i]}"}
    done
    cur=${rest#"${rest%%[![:space:]]*}"}
    if [[ $rest != [[:space:]]* ]]; then
        i=$((${#line[@]} - 1)) cur=${line[i]}$rest
        unset "line[i]"
    fi
    if [[ $cur == [\"\']* ]]; then
        quote=${cur:0:1} cur=${cur:1}
    else
        breaks=${COMP_WORDBREAKS//[^:=]/}
        [[ $breaks ]] && head=${cur%"${cur##*[$breaks]}"}
    fi

    # The command at hand, and the flags that it has.
    _wacr_command "$path"
    for word in "${line[@]:1}"; do
        if [[ $pending ]]; then
            pending=''
        elif [[ $word == -* ]]; then
            _wacr_flag "$path" "${word%%=*}"
            given+="$name "
            [[ $kind && $word != *=* ]] && pending=1
        elif [[ " $commands " == *" $word "* ]]; then
            path+=" $word"
            _wacr_command "$path"
        else
            given+='ARGUMENT '
        fi
    done

    COMPREPLY=()
    if [[ ! $quote && $cur == *[\<\>]* || ${line[${#line[@]} - 1]} == *[\<\>] ]]; then
        files=1
    elif [[ $pending ]]; then
        _wacr_values ''
    elif [[ $cur == --*=* ]]; then
        _wacr_flag "$path" "${cur%%=*}"
        _wacr_values "${cur%%=*}="
    else
        if [[ $given != *' ARGUMENT '* ]]; then
            for word in $commands; do found+=("$word "); done
            kind=${argument%% *} words=${argument#"$kind"}
            _wacr_values ''
        fi
        if [[ $cur == -* || ${#found[@]} -eq 0 && ! $files ]]; then
            for word in $flags; do
                [[ $given == *" $word "* ]] || found+=("$word ")
            done
        fi
    fi
    if [[ $files ]]; then
        # Names of files are left to bash, which knows how to quote them.
        compopt -o default +o nospace 2> /dev/null || COMPREPLY=($(compgen -f -- "${cur#"$head"}"))
    fi
    for word in "${found[@]}"; do
        [[ $quote ]] && word=${word% }
        [[ $word == "$cur"* ]] && COMPREPLY+=("${word#"$head"}")
    done
}

complete -o nospace -F _wacr wacr
"""


def bash(root: Command) -> str:
    """The script for bash."""
    commands = []
    for command in root.walk():
        parts = {
            "commands": " ".join(one.path[-1] for one in command.commands),
            "flags": " ".join(flag.names[0] for flag in command.flags),
            "argument": " ".join((one.kind, *one.words)) if (one := next(iter(command.arguments), None)) else "",
        }
        words = " ".join(f"{key}={_quoted(value)}" for key, value in parts.items() if value)
        commands.append(f"    {_quoted(' '.join(('wacr', *command.path)))}) {words} ;;")
    flags = []
    for flag, places in _places(root).items():
        if not flag.kind and len(flag.names) == 1:
            continue
        paths = [_quoted(" ".join(("wacr", *place.path, name))) for place in places for name in flag.names]
        if all(flag in one.flags for one in root.walk() if any(set(flag.names) & set(f.names) for f in one.flags)):
            paths = [f"*{_quoted(f' {name}')}" for name in flag.names]
        parts = {"name": "" if flag.repeats else flag.names[0], "kind": flag.kind, "words": " ".join(flag.words)}
        words = " ".join(f"{key}={_quoted(value)}" for key, value in parts.items())
        flags.append(f"    {' | '.join(paths)}) {words} ;;")
    return BASH.replace("@commands@", "\n".join(commands)).replace("@flags@", "\n".join(flags))


ZSH = r"""#compdef wacr
# zsh completion for wacr. Written by scripts/completions.py.

# The profiles of the configuration file.
_wacr_profiles() {
  local folder line
  local -a names match mbegin mend
  for folder in ${WACR_CONFIG_DIR:-${XDG_CONFIG_HOME:-$HOME/.config}/wacr} \
    ${WACR_CONFIG_DIR:-$HOME/Library/Application Support/wacr}; do
    [[ -r $folder/config.toml ]] || continue
    for line in ${(f)"$(<$folder/config.toml)"}; do
      [[ $line =~ $'^[ \t]*\\[profiles\\.["\']?([^]"\']+)["\']?\\]' ]] && names+=($match[1])
    done
    break
  done
  compadd -- $names
}

# One or several of the words after the first, which says how: choice, list, or filter.
_wacr_values() {
  local kind=$1 ret=1
  local -a used
  shift
  if [[ $kind == operator ]]; then
    [[ $PREFIX == *[:,]* ]] && return 1
    compadd -S '' -- ${@/%/:} && ret=0
    compadd -- null && ret=0
    return ret
  fi
  if [[ $kind == filter ]]; then
    if compset -P ne:; then
      kind=choice
    elif ! compset -P '(in|not_in):' && [[ $PREFIX != *,* ]]; then
      compadd -S '' -- in: ne: not_in: && ret=0
    fi
  fi
  if [[ $kind == choice ]]; then
    compadd -- $@ && ret=0
  else
    [[ $PREFIX == *,* ]] && used=(${(s:,:)PREFIX%,*})
    compset -P '*,'
    compadd -S ' ' -r ', ' -F used -- $@ && ret=0
  fi
  return ret
}

# The command $1: its own flags are the other words; those given before its name are not offered again.
_wacr_at() {
  local at=$1 name curcontext=$curcontext context state state_descr line
  local -a specs
  local -A opt_args
  specs=("${@[2,-1]}" @everywhere@)
  for name in $given; do
    specs=("${(@)specs:#\((|* )$name(| *)\)*}")
  done
  if (( ! $#commands )); then
    _arguments -s -S : $specs
    return
  fi
  _arguments -C -s -S : $specs '(-)1: :->command' '(-)*:: :->below' && return
  case $state in
    command) _describe -t commands command commands ;;
    below)
      given+=(${(k)opt_args})
      (( $+functions[${at}_$line[1]] )) && ${at}_$line[1]
      ;;
  esac
}
@functions@
if [[ $funcstack[1] == _wacr ]]; then
  _wacr "$@"
else
  compdef _wacr wacr
fi
"""


def zsh(root: Command) -> str:
    """The script for zsh."""
    every = list(root.walk())
    shared = {flag for flag, places in _places(root).items() if len(places) == len(every)}
    functions = []
    for command in every:
        name = "_".join(("_wacr", *command.path))
        specs = [spec for flag in command.flags if flag not in shared for spec in _zsh_specs(flag)]
        specs += [_quoted(f"{'*' if one.repeats else ''}:{_zsh_value(one)}") for one in command.arguments]
        below = [_quoted(f"{one.path[-1]}:{one.help}") for one in command.commands]
        functions += [
            f"\n{name}() {{",
            f"  local -a {'given ' * (command is root)}commands",
            f"  commands=({' '.join(below)})",
            " \\\n    ".join((f"  _wacr_at {name}", *specs)),
            "}",
        ]
    everywhere = " ".join(spec for flag in root.flags if flag in shared for spec in _zsh_specs(flag))
    return ZSH.replace("@everywhere@", everywhere).replace("@functions@", "\n".join(functions) + "\n")


def _zsh_specs(flag: Flag) -> list[str]:
    """A flag under each of its names, as ``_arguments`` wants it."""
    before = "*" if flag.repeats else f"({' '.join(flag.names)})"
    after = f"[{_escaped(flag.help, '[]')}]" + (f":{_zsh_value(flag)}" if flag.kind else "")
    joints = {True: "=", False: "+"} if flag.kind else {}
    return [_quoted(f"{before}{name}{joints.get(name.startswith('--'), '')}{after}") for name in flag.names]


def _zsh_value(flag: Flag) -> str:
    words = " ".join(flag.words)
    # A text is only described; described where flags may stand too, it would keep them from being inserted.
    actions = {
        "text": " " if flag.names else "{false}",
        "file": "_files",
        "profile": "_wacr_profiles",
        "choice": f"({words})",
    }
    return f"{_escaped(flag.metavar, ':')}:{actions.get(flag.kind, f'{{_wacr_values {flag.kind} {words}}}')}"


FISH = r"""# fish completion for wacr, fish 3.1 or later. Written by scripts/completions.py.

# Whether a flag may stand here: $argv[1] has its names, after a + if it repeats; the other words are the commands
# that it belongs to, none where it belongs to all. A flag that awaits its value leaves room for no other.
function __wacr_may
    set -l path
    set -l given
    set -l pending
    for word in (commandline -opc)[2..-1]
        if set -q pending[1]
            set -a given $pending
            set pending
            continue
        end
        switch $word
            case '--*=*'
                set -a given (string split -m 1 = -- $word)[1]
            case @valued@
                set pending $word
            case '-*'
                set -a given $word
            case '*'
                if contains -- "$path $word" @commands@
                    set path "$path $word"
                else
                    set -a given ARGUMENT
                end
        end
    end
    set -l names (string split ' ' -- $argv[1])
    set -q pending[1]; and not contains -- $pending $names; and return 1
    for name in $names
        contains -- $name $given; and not contains + $names; and return 1
    end
    not set -q argv[2]; or contains -- "$path" $argv[2..-1]
end

# The profiles of the configuration file.
function __wacr_profiles
    set -l config ~/.config
    test -n "$XDG_CONFIG_HOME"; and set config $XDG_CONFIG_HOME
    set -l folders $config/wacr ~/Library/'Application Support'/wacr
    test -n "$WACR_CONFIG_DIR"; and set folders $WACR_CONFIG_DIR
    for folder in $folders
        test -r $folder/config.toml; or continue
        string replace -fr '^\s*\[profiles\.["\']?([^]"\']+).*' '$1\t' <$folder/config.toml
        return
    end
end

# One or several of the words after the first, which says how: choice, list, or filter.
function __wacr_values
    set -l value (commandline -ct | string replace -r -- '^(--[a-z-]+=)?["\']?' '')
    set -l before
    if test $argv[1] = operator
        string match -qr '[:,]' -- $value; or printf '%s\t\n' $argv[2..-1]: null
        return
    end
    if test $argv[1] = filter
        set before (string match -r '^(?:in|ne|not_in):' -- $value)
        string match -qr '[:,]' -- $value; or printf '%s\t\n' in: ne: not_in:
    end
    if test $argv[1] != choice -a "$before" != ne:
        set before (string match -r '^.*,' -- $value; or printf '%s\n' $before)
    end
    set -l used (string split , -- (string replace -r '^[a-z_]+:' '' -- "$before"))
    for word in $argv[2..-1]
        contains -- $word $used; or printf '%s\t\n' "$before$word"
    end
end

# Whether a value of the flag $argv[1] is what stands at the cursor.
function __wacr_awaits
    test (commandline -opc)[-1] = $argv[1]
end

complete -c wacr -f
@lines@
"""


def fish(root: Command) -> str:
    """The script for fish."""
    every = list(root.walk())
    lines = []
    for command in every:
        here = f"ARGUMENT {_fish_path(command)}"
        lines += [
            f"complete -c wacr -n {_fish(f'__wacr_may {here}')} -a {one.path[-1]} -d {_fish(one.help)}"
            for one in command.commands
        ]
        for one in command.arguments[:1]:
            if one.kind != "text":
                lines.append(f"complete -c wacr -n {_fish(f'__wacr_may {here}')} {_fish_value(one)}")
    for flag, places in _places(root).items():
        names = " ".join(("+",) * flag.repeats + flag.names)
        paths = "" if len(places) == len(every) else "".join(f" {_fish_path(place)}" for place in places)
        lines.append(
            f"complete -c wacr -n {_fish(f'__wacr_may {_fish(names)}{paths}')} "
            + "".join(f"-l {one[2:]} " if one.startswith("--") else f"-s {one[1:]} " for one in flag.names)
            + (f"{_fish_value(flag)} " if flag.kind else "")
            + f"-d {_fish(flag.help)}"
        )
        if dashed := " ".join(word for word in flag.words if word.startswith("-")):
            lines.append(f"complete -c wacr -n '__wacr_awaits {flag.names[0]}' -a {_fish(dashed)}")
    commands = " ".join(_fish_path(one) for one in every[1:])
    script = FISH.replace("@valued@", " ".join(_valued(root))).replace("@commands@", commands)
    return script.replace("@lines@", "\n".join(lines))


def _fish(text: str) -> str:
    return "'" + _escaped(text, "'") + "'"


def _fish_path(command: Command) -> str:
    """A command as ``__wacr_may`` counts it: a blank before each word."""
    return _fish("".join(f" {word}" for word in command.path))


def _fish_value(flag: Flag) -> str:
    words = " ".join(flag.words)
    match flag.kind:
        case "file":
            return "-r -F"
        case "profile":
            return "-x -a '(__wacr_profiles)'"
        case "choice" | "list" | "filter" | "operator":
            return f"-x -a {_fish(f'(__wacr_values {flag.kind} {words})')}"
    return "-x"


def main() -> int:
    """Write the files, or check that they need not be written; the exit status."""
    command = build_app()
    root = read(command, command.make_context("wacr", [], resilient_parsing=True))
    stale = 0
    for shell, render in (("bash", bash), ("zsh", zsh), ("fish", fish)):
        path, text = FOLDER / FILES[shell], render(root)
        if "--check" not in sys.argv[1:]:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            print(f"{path.name} is stale: run python {Path(__file__).name}", file=sys.stderr)
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main())
