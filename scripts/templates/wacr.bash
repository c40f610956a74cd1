# bash completion for wacr, bash 3.2 or later. Written by scripts/completions.py.

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
