# bash completion for wacr, bash 3.2 or later. Written by scripts/completions.py.

# The command $1: what may stand there.
_wacr_command() {
    commands='' flags='' argument=''
    case $1 in
    'wacr') commands='messages sync conversations stats report archive media check contacts comments templates api account doctor auth config sandbox completion' flags='--version --profile --demo --color --quiet --verbose --help' ;;
    'wacr messages') commands='list get follow' flags='--profile --demo --color --quiet --verbose --help' ;;
    'wacr messages list') flags='--type --status --direction --interaction-id --filter --search --search-mode --sender --deleted --since --until --late --sort --names --fields --limit --all --page --per-page --with-direction --count --archive --archive-at --dry-run --format --output --excel --no-pager --max-wait --timeout --profile --demo --color --quiet --verbose --help' ;;
    'wacr messages get') flags='--names --archive --archive-at --format --output --excel --no-pager --max-wait --timeout --profile --demo --color --quiet --verbose --help' argument='text' ;;
    'wacr messages follow') flags='--type --status --direction --interaction-id --filter --search --since --fields --interval --cursor --exec --keep-going --format --max-wait --timeout --profile --demo --color --quiet --verbose --help' ;;
    'wacr sync') flags='--full --no-contacts --details --max-calls --all-profiles --jobs --follow --interval --events --archive-at --format --max-wait --timeout --profile --demo --color --quiet --verbose --help' ;;
    'wacr conversations') commands='list show' flags='--profile --demo --color --quiet --verbose --help' ;;
    'wacr conversations list') flags='--waiting --unread --names --limit --all --archive-at --format --output --no-pager --profile --demo --color --quiet --verbose --help' ;;
    'wacr conversations show') flags='--since --until --limit --names --media --details --comments --online --archive-at --format --output --no-pager --max-wait --timeout --profile --demo --color --quiet --verbose --help' argument='text' ;;
    'wacr stats') flags='--by --since --until --type --status --direction --interaction-id --filter --search --search-mode --sender --auto-within --business-hours --business-days --timezone --limit --archive-at --format --output --no-pager --profile --demo --color --quiet --verbose --help' argument='choice overview volume delivery response hours contacts' ;;
    'wacr report') flags='--output --since --until --title --with-messages --auto-within --business-hours --business-days --timezone --archive-at --profile --demo --color --quiet --verbose --help' ;;
    'wacr archive') commands='info check path export' flags='--profile --demo --color --quiet --verbose --help' ;;
    'wacr archive info') flags='--archive-at --format --output --profile --demo --color --quiet --verbose --help' ;;
    'wacr archive check') flags='--online --max-calls --archive-at --format --output --max-wait --timeout --profile --demo --color --quiet --verbose --help' ;;
    'wacr archive path') flags='--archive-at --profile --demo --color --quiet --verbose --help' ;;
    'wacr archive export') flags='--to --as --archive-at --format --profile --demo --color --quiet --verbose --help' ;;
    'wacr media') commands='fetch' flags='--profile --demo --color --quiet --verbose --help' ;;
    'wacr media fetch') flags='--to --type --status --direction --interaction-id --filter --search --search-mode --sender --since --until --limit --media-base --max-size --verify --dry-run --archive-at --format --output --max-wait --timeout --profile --demo --color --quiet --verbose --help' ;;
    'wacr check') flags='--waiting-over --failed-over --within --synced-within --calls-left-under --archive-at --format --output --max-wait --timeout --profile --demo --color --quiet --verbose --help' ;;
    'wacr contacts') commands='list get' flags='--profile --demo --color --quiet --verbose --help' ;;
    'wacr contacts list') flags='--type --status-id --source-id --assigned-id --created-at --group-id --filter --search --sort --fields --expand --limit --all --page --per-page --count --dry-run --format --output --excel --no-pager --max-wait --timeout --profile --demo --color --quiet --verbose --help' ;;
    'wacr contacts get') flags='--expand --format --output --excel --no-pager --max-wait --timeout --profile --demo --color --quiet --verbose --help' argument='text' ;;
    'wacr comments') commands='list' flags='--profile --demo --color --quiet --verbose --help' ;;
    'wacr comments list') flags='--fields --limit --all --dry-run --format --output --excel --no-pager --max-wait --timeout --profile --demo --color --quiet --verbose --help' argument='text' ;;
    'wacr templates') commands='list get' flags='--profile --demo --color --quiet --verbose --help' ;;
    'wacr templates list') flags='--status --category --language --filter --search --sort --fields --limit --all --page --per-page --count --dry-run --format --output --excel --no-pager --max-wait --timeout --profile --demo --color --quiet --verbose --help' ;;
    'wacr templates get') flags='--format --output --excel --no-pager --max-wait --timeout --profile --demo --color --quiet --verbose --help' argument='text' ;;
    'wacr api') flags='--field --raw-field --method --input --paginate --include --yes --format --output --max-wait --timeout --profile --demo --color --quiet --verbose --help' argument='text' ;;
    'wacr account') flags='--format --output --max-wait --timeout --profile --demo --color --quiet --verbose --help' ;;
    'wacr doctor') flags='--connect --format --output --timeout --profile --demo --color --quiet --verbose --help' ;;
    'wacr auth') commands='login status logout' flags='--profile --demo --color --quiet --verbose --help' ;;
    'wacr auth login') flags='--with-token --max-wait --timeout --profile --demo --color --quiet --verbose --help' ;;
    'wacr auth status') flags='--format --output --excel --max-wait --timeout --profile --demo --color --quiet --verbose --help' ;;
    'wacr auth logout') flags='--profile --demo --color --quiet --verbose --help' ;;
    'wacr config') commands='list get set unset path edit' flags='--profile --demo --color --quiet --verbose --help' ;;
    'wacr config list') flags='--format --profile --demo --color --quiet --verbose --help' ;;
    'wacr config get') flags='--format --profile --demo --color --quiet --verbose --help' argument='choice default_profile api_url rate_limit archive schema business_hours business_days timezone details' ;;
    'wacr config set') flags='--profile --demo --color --quiet --verbose --help' argument='choice default_profile api_url rate_limit archive schema business_hours business_days timezone details' ;;
    'wacr config unset') flags='--profile --demo --color --quiet --verbose --help' argument='choice default_profile api_url rate_limit archive schema business_hours business_days timezone details' ;;
    'wacr config path') flags='--profile --demo --color --quiet --verbose --help' ;;
    'wacr config edit') flags='--profile --demo --color --quiet --verbose --help' ;;
    'wacr sandbox') commands='serve' flags='--profile --demo --color --quiet --verbose --help' ;;
    'wacr sandbox serve') flags='--port --profile --demo --color --quiet --verbose --help' ;;
    'wacr completion') flags='--profile --demo --color --quiet --verbose --help' argument='choice bash zsh fish' ;;
    esac
}

# The flag $2 of the command $1: the name to remember it by, and the values that it takes.
_wacr_flag() {
    name=$2 kind='' words=''
    case "$1 $2" in
    *' --profile') name='--profile' kind='profile' words='' ;;
    *' --color') name='--color' kind='choice' words='auto always never' ;;
    *' --quiet' | *' -q') name='--quiet' kind='' words='' ;;
    *' --verbose' | *' -v') name='--verbose' kind='' words='' ;;
    *' --help' | *' -h') name='--help' kind='' words='' ;;
    'wacr messages list --type' | 'wacr messages follow --type' | 'wacr stats --type' | 'wacr media fetch --type') name='' kind='filter' words='text template image video document audio interactive' ;;
    'wacr messages list --status' | 'wacr stats --status' | 'wacr media fetch --status') name='' kind='filter' words='sent delivered read failed' ;;
    *' --direction') name='' kind='filter' words='inbound outbound' ;;
    *' --interaction-id') name='' kind='filter' words='' ;;
    *' --filter') name='' kind='text' words='' ;;
    'wacr messages list --search' | 'wacr messages list -s' | 'wacr messages follow --search' | 'wacr messages follow -s' | 'wacr stats --search' | 'wacr stats -s' | 'wacr media fetch --search' | 'wacr media fetch -s') name='--search' kind='text' words='' ;;
    'wacr messages list --search-mode') name='--search-mode' kind='choice' words='text words' ;;
    'wacr messages list --sender') name='--sender' kind='text' words='' ;;
    'wacr messages list --since' | 'wacr media fetch --since') name='--since' kind='choice' words='today yesterday' ;;
    *' --until') name='--until' kind='choice' words='today yesterday' ;;
    *' --late') name='--late' kind='text' words='' ;;
    'wacr messages list --sort') name='--sort' kind='choice' words='created_at updated_at -created_at -updated_at sent_at -sent_at' ;;
    'wacr messages list --names' | 'wacr messages list --no-names' | 'wacr messages get --names' | 'wacr messages get --no-names') name='--names' kind='' words='' ;;
    'wacr messages list --fields' | 'wacr messages follow --fields') name='--fields' kind='list' words='id interaction_id sender_id type message status message_id sent_at is_read' ;;
    'wacr messages list --limit' | 'wacr messages list -L') name='--limit' kind='text' words='' ;;
    *' --page') name='--page' kind='text' words='' ;;
    'wacr messages list --per-page') name='--per-page' kind='text' words='' ;;
    *' --archive-at') name='--archive-at' kind='file' words='' ;;
    'wacr messages list --format' | 'wacr messages list -f' | 'wacr messages get --format' | 'wacr messages get -f' | 'wacr archive info --format' | 'wacr archive info -f' | 'wacr archive check --format' | 'wacr archive check -f' | 'wacr archive export --format' | 'wacr archive export -f' | 'wacr media fetch --format' | 'wacr media fetch -f' | 'wacr contacts list --format' | 'wacr contacts list -f' | 'wacr contacts get --format' | 'wacr contacts get -f' | 'wacr comments list --format' | 'wacr comments list -f' | 'wacr templates list --format' | 'wacr templates list -f' | 'wacr templates get --format' | 'wacr templates get -f' | 'wacr api --format' | 'wacr api -f' | 'wacr account --format' | 'wacr account -f' | 'wacr auth status --format' | 'wacr auth status -f' | 'wacr config list --format' | 'wacr config list -f' | 'wacr config get --format' | 'wacr config get -f') name='--format' kind='choice' words='table tsv csv json jsonl xlsx' ;;
    'wacr messages list --output' | 'wacr messages list -o' | 'wacr messages get --output' | 'wacr messages get -o' | 'wacr conversations list --output' | 'wacr conversations list -o' | 'wacr conversations show --output' | 'wacr conversations show -o' | 'wacr stats --output' | 'wacr stats -o' | 'wacr archive info --output' | 'wacr archive info -o' | 'wacr archive check --output' | 'wacr archive check -o' | 'wacr media fetch --output' | 'wacr media fetch -o' | 'wacr check --output' | 'wacr check -o' | 'wacr contacts list --output' | 'wacr contacts list -o' | 'wacr contacts get --output' | 'wacr contacts get -o' | 'wacr comments list --output' | 'wacr comments list -o' | 'wacr templates list --output' | 'wacr templates list -o' | 'wacr templates get --output' | 'wacr templates get -o' | 'wacr api --output' | 'wacr api -o' | 'wacr account --output' | 'wacr account -o' | 'wacr doctor --output' | 'wacr doctor -o' | 'wacr auth status --output' | 'wacr auth status -o') name='--output' kind='file' words='' ;;
    *' --max-wait') name='--max-wait' kind='text' words='' ;;
    'wacr messages list --timeout' | 'wacr messages get --timeout' | 'wacr messages follow --timeout' | 'wacr sync --timeout' | 'wacr conversations show --timeout' | 'wacr archive check --timeout' | 'wacr check --timeout' | 'wacr contacts list --timeout' | 'wacr contacts get --timeout' | 'wacr comments list --timeout' | 'wacr templates list --timeout' | 'wacr templates get --timeout' | 'wacr api --timeout' | 'wacr account --timeout' | 'wacr doctor --timeout' | 'wacr auth login --timeout' | 'wacr auth status --timeout') name='--timeout' kind='text' words='' ;;
    'wacr messages follow --status') name='' kind='filter' words='sent delivered read failed' ;;
    'wacr messages follow --since') name='--since' kind='choice' words='today yesterday' ;;
    'wacr messages follow --interval') name='--interval' kind='text' words='' ;;
    *' --cursor') name='--cursor' kind='file' words='' ;;
    *' --exec') name='--exec' kind='text' words='' ;;
    'wacr messages follow --format' | 'wacr messages follow -f') name='--format' kind='choice' words='table tsv csv jsonl' ;;
    'wacr sync --details') name='--details' kind='list' words='failed media replies outbound all none' ;;
    'wacr sync --max-calls') name='--max-calls' kind='text' words='' ;;
    *' --jobs') name='--jobs' kind='text' words='' ;;
    'wacr sync --interval') name='--interval' kind='text' words='' ;;
    'wacr sync --format' | 'wacr sync -f') name='--format' kind='choice' words='table tsv csv json jsonl xlsx' ;;
    'wacr conversations list --names' | 'wacr conversations list --no-names' | 'wacr conversations show --names' | 'wacr conversations show --no-names') name='--names' kind='' words='' ;;
    'wacr conversations list --limit' | 'wacr conversations list -L') name='--limit' kind='text' words='' ;;
    'wacr conversations list --format' | 'wacr conversations list -f' | 'wacr conversations show --format' | 'wacr conversations show -f') name='--format' kind='choice' words='table tsv csv json jsonl xlsx md html' ;;
    'wacr conversations show --since') name='--since' kind='choice' words='today yesterday' ;;
    'wacr conversations show --limit' | 'wacr conversations show -L') name='--limit' kind='text' words='' ;;
    *' --media') name='--media' kind='file' words='' ;;
    *' --by') name='--by' kind='choice' words='day week month hour weekday type status direction staff' ;;
    'wacr stats --since' | 'wacr report --since') name='--since' kind='choice' words='today yesterday' ;;
    'wacr stats --search-mode' | 'wacr media fetch --search-mode') name='--search-mode' kind='choice' words='text words' ;;
    'wacr stats --sender' | 'wacr media fetch --sender') name='--sender' kind='text' words='' ;;
    *' --auto-within') name='--auto-within' kind='text' words='' ;;
    *' --business-hours') name='--business-hours' kind='text' words='' ;;
    *' --business-days') name='--business-days' kind='text' words='' ;;
    *' --timezone') name='--timezone' kind='text' words='' ;;
    'wacr stats --limit' | 'wacr stats -L') name='--limit' kind='text' words='' ;;
    'wacr stats --format' | 'wacr stats -f') name='--format' kind='choice' words='table tsv csv json jsonl xlsx svg png' ;;
    'wacr report --output' | 'wacr report -o') name='--output' kind='file' words='' ;;
    *' --title') name='--title' kind='text' words='' ;;
    'wacr archive check --max-calls') name='--max-calls' kind='text' words='' ;;
    'wacr archive export --to') name='--to' kind='file' words='' ;;
    *' --as') name='--as' kind='choice' words='parquet csv csv.gz jsonl jsonl.gz' ;;
    'wacr media fetch --to') name='--to' kind='file' words='' ;;
    'wacr media fetch --limit' | 'wacr media fetch -L') name='--limit' kind='text' words='' ;;
    *' --media-base') name='--media-base' kind='text' words='' ;;
    *' --max-size') name='--max-size' kind='text' words='' ;;
    'wacr media fetch --timeout') name='--timeout' kind='text' words='' ;;
    *' --waiting-over') name='--waiting-over' kind='text' words='' ;;
    *' --failed-over') name='--failed-over' kind='text' words='' ;;
    *' --within') name='--within' kind='text' words='' ;;
    *' --synced-within') name='--synced-within' kind='text' words='' ;;
    *' --calls-left-under') name='--calls-left-under' kind='text' words='' ;;
    'wacr check --format' | 'wacr check -f') name='--format' kind='choice' words='text json openmetrics' ;;
    'wacr contacts list --type') name='' kind='filter' words='lead customer guest' ;;
    *' --status-id') name='' kind='operator' words='gte lte gt lt ne like in not_in between' ;;
    *' --source-id') name='' kind='operator' words='gte lte gt lt ne like in not_in between' ;;
    *' --assigned-id') name='' kind='operator' words='gte lte gt lt ne like in not_in between' ;;
    *' --created-at') name='' kind='operator' words='gte lte gt lt ne like in not_in between' ;;
    *' --group-id') name='' kind='operator' words='gte lte gt lt ne like in not_in between' ;;
    'wacr contacts list --search' | 'wacr contacts list -s') name='--search' kind='text' words='' ;;
    'wacr contacts list --sort') name='--sort' kind='list' words='id firstname lastname created_at updated_at -id -firstname -lastname -created_at -updated_at' ;;
    'wacr contacts list --fields') name='--fields' kind='list' words='id firstname lastname company type email phone status_id source_id description city state zip address country_id assigned_id group_id is_opted_out created_at updated_at' ;;
    *' --expand') name='--expand' kind='list' words='groups source status' ;;
    'wacr contacts list --limit' | 'wacr contacts list -L') name='--limit' kind='text' words='' ;;
    'wacr contacts list --per-page') name='--per-page' kind='text' words='' ;;
    'wacr comments list --fields') name='--fields' kind='list' words='id interaction_id type message status_message url message_id ref_message_id staff_id sent_at' ;;
    'wacr comments list --limit' | 'wacr comments list -L') name='--limit' kind='text' words='' ;;
    'wacr templates list --status') name='--status' kind='choice' words='APPROVED PENDING REJECTED' ;;
    *' --category') name='--category' kind='choice' words='MARKETING UTILITY AUTHENTICATION' ;;
    *' --language') name='--language' kind='text' words='' ;;
    'wacr templates list --search' | 'wacr templates list -s') name='--search' kind='text' words='' ;;
    'wacr templates list --sort') name='--sort' kind='list' words='template_name created_at updated_at -template_name -created_at -updated_at' ;;
    'wacr templates list --fields') name='--fields' kind='list' words='id template_id template_name language category status created_at updated_at' ;;
    'wacr templates list --limit' | 'wacr templates list -L') name='--limit' kind='text' words='' ;;
    'wacr templates list --per-page') name='--per-page' kind='text' words='' ;;
    *' --field' | *' -F') name='' kind='text' words='' ;;
    *' --raw-field') name='' kind='text' words='' ;;
    *' --method' | *' -X') name='--method' kind='choice' words='GET POST PUT PATCH DELETE' ;;
    *' --input') name='--input' kind='file' words='' ;;
    *' --include' | *' -i') name='--include' kind='' words='' ;;
    *' --yes' | *' -y') name='--yes' kind='' words='' ;;
    'wacr doctor --format' | 'wacr doctor -f') name='--format' kind='choice' words='table tsv csv json jsonl xlsx' ;;
    *' --port') name='--port' kind='text' words='' ;;
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
