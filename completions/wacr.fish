# fish completion for wacr, fish 3.1 or later. Written by scripts/completions.py.

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
            case --profile --color --type --status --direction --interaction-id --filter --search -s --since --until --sort --fields --limit -L --page --per-page --format -f --output -o --max-wait --timeout --port
                set pending $word
            case '-*'
                set -a given $word
            case '*'
                if contains -- "$path $word" ' completion' ' messages' ' messages list' ' messages get' ' sandbox' ' sandbox serve'
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
complete -c wacr -n '__wacr_may ARGUMENT \'\'' -a completion -d 'Print the completion script of a shell'
complete -c wacr -n '__wacr_may ARGUMENT \'\'' -a messages -d 'List messages, or look at some of them'
complete -c wacr -n '__wacr_may ARGUMENT \'\'' -a sandbox -d 'The sample workspace as a service, to try things against'
complete -c wacr -n '__wacr_may ARGUMENT \' completion\'' -x -a '(__wacr_values choice bash zsh fish)'
complete -c wacr -n '__wacr_may ARGUMENT \' messages\'' -a list -d 'List messages, newest first'
complete -c wacr -n '__wacr_may ARGUMENT \' messages\'' -a get -d 'Show single messages with all their fields'
complete -c wacr -n '__wacr_may ARGUMENT \' sandbox\'' -a serve -d 'Serve the sample workspace on this machine alone, until Ctrl-C'
complete -c wacr -n '__wacr_may \'--version\' \'\'' -l version -d 'Show the version'
complete -c wacr -n '__wacr_may \'--profile\'' -l profile -x -a '(__wacr_profiles)' -d 'The profile of the configuration file to use'
complete -c wacr -n '__wacr_may \'--demo\'' -l demo -d 'Use the built-in sample workspace: no account, no network'
complete -c wacr -n '__wacr_may \'--color\'' -l color -x -a '(__wacr_values choice auto always never)' -d 'auto, always or never'
complete -c wacr -n '__wacr_may \'--quiet -q\'' -l quiet -s q -d 'Say nothing on standard error but errors'
complete -c wacr -n '__wacr_may \'--verbose -v\'' -l verbose -s v -d 'Tell each call on standard error'
complete -c wacr -n '__wacr_may \'--help -h\'' -l help -s h -d 'Show this message and exit'
complete -c wacr -n '__wacr_may \'+ --type\' \' messages list\'' -l type -x -a '(__wacr_values filter text template image video document audio interactive)' -d 'text, template, image, video, document, audio, interactive, or another the API has'
complete -c wacr -n '__wacr_may \'+ --status\' \' messages list\'' -l status -x -a '(__wacr_values filter sent delivered read failed)' -d 'sent, delivered, read, failed'
complete -c wacr -n '__wacr_may \'+ --direction\' \' messages list\'' -l direction -x -a '(__wacr_values filter inbound outbound)' -d 'inbound or outbound'
complete -c wacr -n '__wacr_may \'+ --interaction-id\' \' messages list\'' -l interaction-id -x -a '(__wacr_values filter )' -d 'The conversation'
complete -c wacr -n '__wacr_may \'+ --filter\' \' messages list\'' -l filter -x -d 'Any other filter of the API, passed on as it is'
complete -c wacr -n '__wacr_may \'--search -s\' \' messages list\'' -l search -s s -x -d 'Part of the text'
complete -c wacr -n '__wacr_may \'--since\' \' messages list\'' -l since -x -a '(__wacr_values choice today yesterday)' -d 'Sent at or after: a date or time, 7d, 12h, today, yesterday'
complete -c wacr -n '__wacr_may \'--until\' \' messages list\'' -l until -x -a '(__wacr_values choice today yesterday)' -d 'Sent before'
complete -c wacr -n '__wacr_may \'--sort\' \' messages list\'' -l sort -x -a '(__wacr_values choice created_at updated_at -created_at -updated_at)' -d 'created_at or updated_at, with - for newest first'
complete -c wacr -n '__wacr_awaits --sort' -a '-created_at -updated_at'
complete -c wacr -n '__wacr_may \'--fields\' \' messages list\'' -l fields -x -a '(__wacr_values list id interaction_id sender_id type message status message_id sent_at is_read)' -d 'The fields to show, in this order'
complete -c wacr -n '__wacr_may \'--limit -L\' \' messages list\'' -l limit -s L -x -d 'At most N messages'
complete -c wacr -n '__wacr_may \'--all\' \' messages list\'' -l all -d 'All that match'
complete -c wacr -n '__wacr_may \'--page\' \' messages list\'' -l page -x -d 'One page of the API, as it is'
complete -c wacr -n '__wacr_may \'--per-page\' \' messages list\'' -l per-page -x -d 'Messages a page, with --page'
complete -c wacr -n '__wacr_may \'--with-direction\' \' messages list\'' -l with-direction -d 'Add each message\'s direction: inbound and outbound are read apart'
complete -c wacr -n '__wacr_may \'--count\' \' messages list\'' -l count -d 'The number of messages alone'
complete -c wacr -n '__wacr_may \'--dry-run\' \' messages list\'' -l dry-run -d 'Show the calls as curl commands, and what they cost'
complete -c wacr -n '__wacr_may \'--format -f\' \' messages list\' \' messages get\'' -l format -s f -x -a '(__wacr_values choice table tsv csv json jsonl)' -d 'table, tsv, csv, json or jsonl'
complete -c wacr -n '__wacr_may \'--output -o\' \' messages list\' \' messages get\'' -l output -s o -r -F -d 'Write to FILE, which is replaced only when all of it is there; the format is that of its ending'
complete -c wacr -n '__wacr_may \'--excel\' \' messages list\' \' messages get\'' -l excel -d 'CSV for spreadsheets: no cell of it runs as a formula'
complete -c wacr -n '__wacr_may \'--no-pager\' \' messages list\' \' messages get\'' -l no-pager -d 'Show a long table without a pager'
complete -c wacr -n '__wacr_may \'--max-wait\' \' messages list\' \' messages get\'' -l max-wait -x -d 'The longest single wait for the call limit or a retry'
complete -c wacr -n '__wacr_may \'--timeout\' \' messages list\' \' messages get\'' -l timeout -x -d 'The time that one call may take'
complete -c wacr -n '__wacr_may \'--port\' \' sandbox serve\'' -l port -x -d '0 takes a free one'
