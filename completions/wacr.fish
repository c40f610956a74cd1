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
        # Flags that have a value in some commands only.
        if contains -- "$path $word" ' sync --details'
            set pending $word
            continue
        end
        switch $word
            case '--*=*'
                set -a given (string split -m 1 = -- $word)[1]
            case --profile --color --type --status --direction --interaction-id --filter --search -s --search-mode --sender --since --until --late --sort --fields --limit -L --page --per-page --archive-at --format -f --output -o --max-wait --timeout --interval --cursor --exec --max-calls --jobs --media --by --auto-within --business-hours --business-days --timezone --title --to --as --media-base --max-size --waiting-over --failed-over --within --synced-within --calls-left-under --status-id --source-id --assigned-id --created-at --group-id --expand --category --language --field -F --raw-field --method -X --input --port
                set pending $word
            case '-*'
                set -a given $word
            case '*'
                if contains -- "$path $word" ' messages' ' messages list' ' messages get' ' messages follow' ' sync' ' conversations' ' conversations list' ' conversations show' ' stats' ' report' ' archive' ' archive info' ' archive check' ' archive path' ' archive export' ' media' ' media fetch' ' check' ' contacts' ' contacts list' ' contacts get' ' comments' ' comments list' ' templates' ' templates list' ' templates get' ' api' ' account' ' doctor' ' auth' ' auth login' ' auth status' ' auth logout' ' config' ' config list' ' config get' ' config set' ' config unset' ' config path' ' config edit' ' sandbox' ' sandbox serve' ' completion'
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
complete -c wacr -n '__wacr_may ARGUMENT \'\'' -a messages -d 'Read, export and follow messages'
complete -c wacr -n '__wacr_may ARGUMENT \'\'' -a sync -d 'Copy all messages to the local archive, or update it'
complete -c wacr -n '__wacr_may ARGUMENT \'\'' -a conversations -d 'List and read conversations'
complete -c wacr -n '__wacr_may ARGUMENT \'\'' -a stats -d 'Show response times, failures and busy hours'
complete -c wacr -n '__wacr_may ARGUMENT \'\'' -a report -d 'Write a page with charts, and what got better or worse'
complete -c wacr -n '__wacr_may ARGUMENT \'\'' -a archive -d 'Inspect, check and export the local archive'
complete -c wacr -n '__wacr_may ARGUMENT \'\'' -a media -d 'Download the files of archived messages'
complete -c wacr -n '__wacr_may ARGUMENT \'\'' -a check -d 'Check waiting customers, failures and syncs for monitoring'
complete -c wacr -n '__wacr_may ARGUMENT \'\'' -a contacts -d 'Read and export contacts'
complete -c wacr -n '__wacr_may ARGUMENT \'\'' -a comments -d 'Read the team\'s internal notes on conversations'
complete -c wacr -n '__wacr_may ARGUMENT \'\'' -a templates -d 'Read WhatsApp message templates'
complete -c wacr -n '__wacr_may ARGUMENT \'\'' -a api -d 'Call any path of the API and print the response'
complete -c wacr -n '__wacr_may ARGUMENT \'\'' -a account -d 'Show the account, its usage and the limits of its plan'
complete -c wacr -n '__wacr_may ARGUMENT \'\'' -a doctor -d 'Find problems of the installation and the settings'
complete -c wacr -n '__wacr_may ARGUMENT \'\'' -a auth -d 'Log in and out, and check tokens'
complete -c wacr -n '__wacr_may ARGUMENT \'\'' -a config -d 'Show and change settings'
complete -c wacr -n '__wacr_may ARGUMENT \'\'' -a sandbox -d 'Serve the sample workspace over HTTP, for experiments'
complete -c wacr -n '__wacr_may ARGUMENT \'\'' -a completion -d 'Print the completion script of a shell'
complete -c wacr -n '__wacr_may ARGUMENT \' messages\'' -a list -d 'List messages, newest first'
complete -c wacr -n '__wacr_may ARGUMENT \' messages\'' -a get -d 'Show single messages with all their fields'
complete -c wacr -n '__wacr_may ARGUMENT \' messages\'' -a follow -d 'Print each new message once, as it arrives'
complete -c wacr -n '__wacr_may ARGUMENT \' conversations\'' -a list -d 'List conversations, newest messages first'
complete -c wacr -n '__wacr_may ARGUMENT \' conversations\'' -a show -d 'Show what was said in a conversation, oldest first'
complete -c wacr -n '__wacr_may ARGUMENT \' stats\'' -x -a '(__wacr_values choice overview volume delivery response hours contacts)'
complete -c wacr -n '__wacr_may ARGUMENT \' archive\'' -a info -d 'Show what the archive contains and when it was synced'
complete -c wacr -n '__wacr_may ARGUMENT \' archive\'' -a check -d 'Check the archive for damage; exit with 1 if there is any'
complete -c wacr -n '__wacr_may ARGUMENT \' archive\'' -a path -d 'Print the location of the archive'
complete -c wacr -n '__wacr_may ARGUMENT \' archive\'' -a export -d 'Export the archive for a data warehouse, one file for each month'
complete -c wacr -n '__wacr_may ARGUMENT \' media\'' -a fetch -d 'Download the files of archived messages'
complete -c wacr -n '__wacr_may ARGUMENT \' contacts\'' -a list -d 'List contacts, by id'
complete -c wacr -n '__wacr_may ARGUMENT \' contacts\'' -a get -d 'Show single contacts with all their fields'
complete -c wacr -n '__wacr_may ARGUMENT \' comments\'' -a list -d 'List the internal notes on a customer\'s conversation, newest first'
complete -c wacr -n '__wacr_may ARGUMENT \' templates\'' -a list -d 'List message templates, by name'
complete -c wacr -n '__wacr_may ARGUMENT \' templates\'' -a get -d 'Show single message templates with all their fields'
complete -c wacr -n '__wacr_may ARGUMENT \' auth\'' -a login -d 'Log in: ask for a token, test it, and store it for the profile'
complete -c wacr -n '__wacr_may ARGUMENT \' auth\'' -a status -d 'Show each profile\'s token, account, scopes and rate limit'
complete -c wacr -n '__wacr_may ARGUMENT \' auth\'' -a logout -d 'Log out: remove the stored token of the profile'
complete -c wacr -n '__wacr_may ARGUMENT \' config\'' -a list -d 'Show every setting and where its value comes from'
complete -c wacr -n '__wacr_may ARGUMENT \' config\'' -a get -d 'Print the value of one setting'
complete -c wacr -n '__wacr_may ARGUMENT \' config\'' -a set -d 'Change a setting of the profile'
complete -c wacr -n '__wacr_may ARGUMENT \' config\'' -a unset -d 'Remove a setting, so that its default applies'
complete -c wacr -n '__wacr_may ARGUMENT \' config\'' -a path -d 'Print the location of the configuration file'
complete -c wacr -n '__wacr_may ARGUMENT \' config\'' -a edit -d 'Open the configuration file in an editor (VISUAL, EDITOR)'
complete -c wacr -n '__wacr_may ARGUMENT \' config get\'' -x -a '(__wacr_values choice default_profile api_url rate_limit archive schema business_hours business_days timezone details)'
complete -c wacr -n '__wacr_may ARGUMENT \' config set\'' -x -a '(__wacr_values choice default_profile api_url rate_limit archive schema business_hours business_days timezone details)'
complete -c wacr -n '__wacr_may ARGUMENT \' config unset\'' -x -a '(__wacr_values choice default_profile api_url rate_limit archive schema business_hours business_days timezone details)'
complete -c wacr -n '__wacr_may ARGUMENT \' sandbox\'' -a serve -d 'Serve the sample workspace to this machine only, until Ctrl-C'
complete -c wacr -n '__wacr_may ARGUMENT \' completion\'' -x -a '(__wacr_values choice bash zsh fish)'
complete -c wacr -n '__wacr_may \'--version\' \'\'' -l version -d 'Show the version'
complete -c wacr -n '__wacr_may \'--profile\'' -l profile -x -a '(__wacr_profiles)' -d 'Use this profile of the configuration file'
complete -c wacr -n '__wacr_may \'--demo\'' -l demo -d 'Use the built-in sample workspace: no account, no network'
complete -c wacr -n '__wacr_may \'--color\'' -l color -x -a '(__wacr_values choice auto always never)' -d 'When to use colour: auto, always or never [default: auto]'
complete -c wacr -n '__wacr_may \'--quiet -q\'' -l quiet -s q -d 'Print only errors on standard error'
complete -c wacr -n '__wacr_may \'--verbose -v\'' -l verbose -s v -d 'Print each API call on standard error'
complete -c wacr -n '__wacr_may \'--help -h\'' -l help -s h -d 'Show this message and exit'
complete -c wacr -n '__wacr_may \'+ --type\' \' messages list\' \' messages follow\' \' stats\' \' media fetch\'' -l type -x -a '(__wacr_values filter text template image video document audio interactive)' -d 'Only messages of this type: text, template, image, video, document, audio, interactive, or another type of the API'
complete -c wacr -n '__wacr_may \'+ --status\' \' messages list\' \' stats\' \' media fetch\'' -l status -x -a '(__wacr_values filter sent delivered read failed)' -d 'Only messages with this status: sent, delivered, read, failed'
complete -c wacr -n '__wacr_may \'+ --direction\' \' messages list\' \' messages follow\' \' stats\' \' media fetch\'' -l direction -x -a '(__wacr_values filter inbound outbound)' -d 'Only inbound or outbound messages'
complete -c wacr -n '__wacr_may \'+ --interaction-id\' \' messages list\' \' messages follow\' \' stats\' \' media fetch\'' -l interaction-id -x -a '(__wacr_values filter )' -d 'Only messages of this conversation'
complete -c wacr -n '__wacr_may \'+ --filter\' \' messages list\' \' messages follow\' \' stats\' \' media fetch\' \' contacts list\' \' templates list\'' -l filter -x -d 'Any other filter of the API, passed on unchecked'
complete -c wacr -n '__wacr_may \'--search -s\' \' messages list\' \' messages follow\' \' stats\' \' media fetch\'' -l search -s s -x -d 'Only messages whose text contains TEXT'
complete -c wacr -n '__wacr_may \'--search-mode\' \' messages list\'' -l search-mode -x -a '(__wacr_values choice text words)' -d 'With --archive: search for a text, or for words and "phrases"'
complete -c wacr -n '__wacr_may \'--sender\' \' messages list\'' -l sender -x -d 'With --archive: only messages from this phone number'
complete -c wacr -n '__wacr_may \'--deleted\' \' messages list\'' -l deleted -d 'With --archive: only messages that the API no longer has'
complete -c wacr -n '__wacr_may \'--since\' \' messages list\' \' media fetch\'' -l since -x -a '(__wacr_values choice today yesterday)' -d 'Only messages sent at or after WHEN: a date, month or time, 7d, 2 hours ago, yesterday 14:00'
complete -c wacr -n '__wacr_may \'--until\' \' messages list\' \' conversations show\' \' stats\' \' report\' \' media fetch\'' -l until -x -a '(__wacr_values choice today yesterday)' -d 'Only messages sent before WHEN'
complete -c wacr -n '__wacr_may \'--late\' \' messages list\'' -l late -x -d 'With --since: how long after it was sent a message may have been recorded [default: 24h]'
complete -c wacr -n '__wacr_may \'--sort\' \' messages list\'' -l sort -x -a '(__wacr_values choice created_at updated_at -created_at -updated_at sent_at -sent_at)' -d 'Sort by created_at or updated_at, with - for newest first; with --archive also by sent_at [default: -created_at]'
complete -c wacr -n '__wacr_awaits --sort' -a '-created_at -updated_at -sent_at'
complete -c wacr -n '__wacr_may \'--names --no-names\' \' messages list\' \' messages get\'' -l names -l no-names -d 'Add the senders\' names from the contacts; without an archive that needs the scope contacts:read [default: in tables from the archive]'
complete -c wacr -n '__wacr_may \'--fields\' \' messages list\' \' messages follow\'' -l fields -x -a '(__wacr_values list id interaction_id sender_id type message status message_id sent_at is_read)' -d 'Show only these fields, in this order'
complete -c wacr -n '__wacr_may \'--limit -L\' \' messages list\'' -l limit -s L -x -d 'Show at most N messages [default: 30]'
complete -c wacr -n '__wacr_may \'--all\' \' messages list\' \' conversations list\' \' contacts list\' \' comments list\' \' templates list\'' -l all -d 'Show everything that matches'
complete -c wacr -n '__wacr_may \'--page\' \' messages list\' \' contacts list\' \' templates list\'' -l page -x -d 'Show only page N of the API'
complete -c wacr -n '__wacr_may \'--per-page\' \' messages list\'' -l per-page -x -d 'Messages on a page, with --page [default: 15]'
complete -c wacr -n '__wacr_may \'--with-direction\' \' messages list\'' -l with-direction -d 'Add the direction of each message; inbound and outbound messages are read as two lists'
complete -c wacr -n '__wacr_may \'--count\' \' messages list\'' -l count -d 'Show only the number of messages'
complete -c wacr -n '__wacr_may \'--archive\' \' messages list\' \' messages get\'' -l archive -d 'Read from the local archive instead of the API (see wacr sync)'
complete -c wacr -n '__wacr_may \'--archive-at\' \' messages list\' \' messages get\' \' sync\' \' conversations list\' \' conversations show\' \' stats\' \' report\' \' archive info\' \' archive check\' \' archive path\' \' archive export\' \' media fetch\' \' check\'' -l archive-at -r -F -d 'Use this archive: a file or a postgresql:// URL [default: WACR_ARCHIVE, or a file for each profile]'
complete -c wacr -n '__wacr_may \'--dry-run\' \' messages list\' \' contacts list\' \' comments list\' \' templates list\'' -l dry-run -d 'Show the API calls as curl commands, and how many there are, without making them'
complete -c wacr -n '__wacr_may \'--format -f\' \' messages list\' \' messages get\' \' archive info\' \' archive check\' \' archive export\' \' media fetch\' \' contacts list\' \' contacts get\' \' comments list\' \' templates list\' \' templates get\' \' api\' \' account\' \' auth status\' \' config list\' \' config get\'' -l format -s f -x -a '(__wacr_values choice table tsv csv json jsonl xlsx)' -d 'Output format: table, tsv, csv, json, jsonl or xlsx [default: table on a terminal, tsv elsewhere]'
complete -c wacr -n '__wacr_may \'--output -o\' \' messages list\' \' messages get\' \' conversations list\' \' conversations show\' \' stats\' \' archive info\' \' archive check\' \' media fetch\' \' check\' \' contacts list\' \' contacts get\' \' comments list\' \' templates list\' \' templates get\' \' api\' \' account\' \' doctor\' \' auth status\'' -l output -s o -r -F -d 'Write to FILE, in the format of its ending; FILE is replaced only when everything was written'
complete -c wacr -n '__wacr_may \'--excel\' \' messages list\' \' messages get\' \' contacts list\' \' contacts get\' \' comments list\' \' templates list\' \' templates get\' \' auth status\'' -l excel -d 'Write CSV for spreadsheets; no cell can run as a formula'
complete -c wacr -n '__wacr_may \'--no-pager\' \' messages list\' \' messages get\' \' conversations list\' \' conversations show\' \' stats\' \' contacts list\' \' contacts get\' \' comments list\' \' templates list\' \' templates get\'' -l no-pager -d 'Show long tables without a pager'
complete -c wacr -n '__wacr_may \'--max-wait\' \' messages list\' \' messages get\' \' messages follow\' \' sync\' \' conversations show\' \' archive check\' \' media fetch\' \' check\' \' contacts list\' \' contacts get\' \' comments list\' \' templates list\' \' templates get\' \' api\' \' account\' \' auth login\' \' auth status\'' -l max-wait -x -d 'Wait at most this long for the rate limit or before a retry'
complete -c wacr -n '__wacr_may \'--timeout\' \' messages list\' \' messages get\' \' messages follow\' \' sync\' \' conversations show\' \' archive check\' \' check\' \' contacts list\' \' contacts get\' \' comments list\' \' templates list\' \' templates get\' \' api\' \' account\' \' doctor\' \' auth login\' \' auth status\'' -l timeout -x -d 'Give each API call at most this long'
complete -c wacr -n '__wacr_may \'+ --status\' \' messages follow\'' -l status -x -a '(__wacr_values filter sent delivered read failed)' -d 'Only messages with this status: sent, delivered, read, failed; a message is printed when it first matches'
complete -c wacr -n '__wacr_may \'--since\' \' messages follow\'' -l since -x -a '(__wacr_values choice today yesterday)' -d 'First print the messages sent since WHEN, as in messages list'
complete -c wacr -n '__wacr_may \'--interval\' \' messages follow\'' -l interval -x -d 'Look for new messages this often; less often while few calls are left of the rate limit'
complete -c wacr -n '__wacr_may \'--cursor\' \' messages follow\'' -l cursor -r -F -d 'Keep in FILE what was printed, and go on from there next time'
complete -c wacr -n '__wacr_may \'--exec\' \' messages follow\'' -l exec -x -d 'Run COMMAND for each message, with the message as JSON on standard input and its id in WACR_MESSAGE_ID; stop where it fails four times'
complete -c wacr -n '__wacr_may \'--keep-going\' \' messages follow\'' -l keep-going -d 'With --exec: report a message for which it fails, and go on'
complete -c wacr -n '__wacr_may \'--format -f\' \' messages follow\'' -l format -s f -x -a '(__wacr_values choice table tsv csv jsonl)' -d 'Output format: table, tsv, csv or jsonl [default: table on a terminal, tsv elsewhere]'
complete -c wacr -n '__wacr_may \'--full\' \' sync\'' -l full -d 'Read everything again; finds every change and repairs any difference'
complete -c wacr -n '__wacr_may \'--no-contacts\' \' sync\'' -l no-contacts -d 'Don\'t read the contacts'
complete -c wacr -n '__wacr_may \'--details\' \' sync\'' -l details -x -a '(__wacr_values list failed media replies outbound all none)' -d 'Read the details of these messages too: failed, media, replies, outbound, all or none [default: details of the profile]'
complete -c wacr -n '__wacr_may \'--max-calls\' \' sync\'' -l max-calls -x -d 'Make at most N calls to find differences and to read details [default: 60 for differences, no limit for details; 60 for both with --follow]'
complete -c wacr -n '__wacr_may \'--all-profiles\' \' sync\'' -l all-profiles -d 'Sync every profile, several at a time'
complete -c wacr -n '__wacr_may \'--jobs\' \' sync\'' -l jobs -x -d 'Sync N profiles at a time, with --all-profiles [default: 4]'
complete -c wacr -n '__wacr_may \'--follow\' \' sync\'' -l follow -d 'Keep the archive up to date until Ctrl-C: sync again every --interval'
complete -c wacr -n '__wacr_may \'--interval\' \' sync\'' -l interval -x -d 'Seconds between syncs with --follow'
complete -c wacr -n '__wacr_may \'--events\' \' sync\'' -l events -d 'Write what changed to standard output, a line of JSON for each message'
complete -c wacr -n '__wacr_may \'--format -f\' \' sync\'' -l format -s f -x -a '(__wacr_values choice table tsv csv json jsonl xlsx)' -d 'json prints one object with the result'
complete -c wacr -n '__wacr_may \'--waiting\' \' conversations list\'' -l waiting -d 'Only conversations whose customer waits for an answer'
complete -c wacr -n '__wacr_may \'--unread\' \' conversations list\'' -l unread -d 'Only conversations with unread messages'
complete -c wacr -n '__wacr_may \'--names --no-names\' \' conversations list\' \' conversations show\'' -l names -l no-names -d 'Add names from the contacts [default: in tables and pages from the archive]'
complete -c wacr -n '__wacr_may \'--limit -L\' \' conversations list\'' -l limit -s L -x -d 'Show at most N conversations [default: 30]'
complete -c wacr -n '__wacr_may \'--format -f\' \' conversations list\' \' conversations show\'' -l format -s f -x -a '(__wacr_values choice table tsv csv json jsonl xlsx md html)' -d 'Output format: table, md, html, json, jsonl, csv, tsv or xlsx [default: table on a terminal, tsv elsewhere]'
complete -c wacr -n '__wacr_may \'--since\' \' conversations show\'' -l since -x -a '(__wacr_values choice today yesterday)' -d 'Only messages sent at or after WHEN: a date or time, 7d, 12h, today, yesterday'
complete -c wacr -n '__wacr_may \'--limit -L\' \' conversations show\'' -l limit -s L -x -d 'Show only the N newest messages [default: all]'
complete -c wacr -n '__wacr_may \'--media\' \' conversations show\'' -l media -r -F -d 'With HTML: show the files that wacr media fetch stored in FOLDER'
complete -c wacr -n '__wacr_may \'--details\' \' conversations show\'' -l details -d 'Read replies, files and failure reasons from the API: 1 call for each message'
complete -c wacr -n '__wacr_may \'--comments\' \' conversations show\'' -l comments -d 'Add the team\'s internal notes from the API, set apart: 1 call'
complete -c wacr -n '__wacr_may \'--online\' \' conversations show\'' -l online -d 'Read from the API even if there is an archive'
complete -c wacr -n '__wacr_may \'--by\' \' stats\'' -l by -x -a '(__wacr_values choice day week month hour weekday type status direction staff)' -d 'Group by day, week, month, hour, weekday, type, status, direction or staff'
complete -c wacr -n '__wacr_may \'--since\' \' stats\' \' report\'' -l since -x -a '(__wacr_values choice today yesterday)' -d 'Only messages sent at or after WHEN: a date, month, time or age'
complete -c wacr -n '__wacr_may \'--search-mode\' \' stats\' \' media fetch\'' -l search-mode -x -a '(__wacr_values choice text words)' -d 'Search for a text, or for words and "phrases"'
complete -c wacr -n '__wacr_may \'--sender\' \' stats\' \' media fetch\'' -l sender -x -d 'Only messages from this phone number'
complete -c wacr -n '__wacr_may \'--auto-within\' \' stats\' \' report\'' -l auto-within -x -d 'Treat replies within AGE of a turn\'s first message, such as 5s, as automatic: they answer nothing'
complete -c wacr -n '__wacr_may \'--business-hours\' \' stats\' \' report\'' -l business-hours -x -d 'Count only time in these hours [default: the profile\'s]'
complete -c wacr -n '__wacr_may \'--business-days\' \' stats\' \' report\'' -l business-days -x -d 'Count only time on these days: mon-fri [default: the profile\'s]'
complete -c wacr -n '__wacr_may \'--timezone\' \' stats\' \' report\'' -l timezone -x -d 'Time zone of days and hours [default: the profile\'s, or the local one]'
complete -c wacr -n '__wacr_may \'--limit -L\' \' stats\'' -l limit -s L -x -d 'Show at most N conversations, with contacts [default: 30]'
complete -c wacr -n '__wacr_may \'--format -f\' \' stats\'' -l format -s f -x -a '(__wacr_values choice table tsv csv json jsonl xlsx svg png)' -d 'Output format: table, tsv, csv, json, jsonl, xlsx, svg or png [default: table on a terminal, tsv elsewhere]'
complete -c wacr -n '__wacr_may \'--output -o\' \' report\'' -l output -s o -r -F -d 'Write the page to FILE, which ends in .html'
complete -c wacr -n '__wacr_may \'--title\' \' report\'' -l title -x -d 'Title of the page [default: the account\'s name]'
complete -c wacr -n '__wacr_may \'--with-messages\' \' report\'' -l with-messages -d 'Show the messages of those who wait longest too'
complete -c wacr -n '__wacr_may \'--online\' \' archive check\'' -l online -d 'Also search for differences from the API, without changing anything'
complete -c wacr -n '__wacr_may \'--max-calls\' \' archive check\'' -l max-calls -x -d 'Search with at most N calls for messages that the archive lacks or the API no longer has'
complete -c wacr -n '__wacr_may \'--to\' \' archive export\'' -l to -r -F -d 'Write to FOLDER: a new one, or that of an earlier export'
complete -c wacr -n '__wacr_may \'--as\' \' archive export\'' -l as -x -a '(__wacr_values choice parquet csv csv.gz jsonl jsonl.gz)' -d 'Format of the files: parquet, csv, csv.gz, jsonl or jsonl.gz'
complete -c wacr -n '__wacr_may \'--to\' \' media fetch\'' -l to -r -F -d 'Folder for the files; it is created if missing'
complete -c wacr -n '__wacr_may \'--limit -L\' \' media fetch\'' -l limit -s L -x -d 'Fetch at most N files, newest first [default: all]'
complete -c wacr -n '__wacr_may \'--media-base\' \' media fetch\'' -l media-base -x -d 'Where names of stored files are found: a URL or a path'
complete -c wacr -n '__wacr_may \'--max-size\' \' media fetch\'' -l max-size -x -d 'Skip files larger than SIZE'
complete -c wacr -n '__wacr_may \'--verify\' \' media fetch\'' -l verify -d 'Check the files that are there by SHA-256; fetch those that differ'
complete -c wacr -n '__wacr_may \'--dry-run\' \' media fetch\'' -l dry-run -d 'Show what would be fetched, without any call'
complete -c wacr -n '__wacr_may \'--timeout\' \' media fetch\'' -l timeout -x -d 'Give each file at most this long'
complete -c wacr -n '__wacr_may \'--waiting-over\' \' check\'' -l waiting-over -x -d 'Longest time that a customer waits for an answer'
complete -c wacr -n '__wacr_may \'--failed-over\' \' check\'' -l failed-over -x -d 'Share of outbound messages that failed; at least 20 are judged'
complete -c wacr -n '__wacr_may \'--within\' \' check\'' -l within -x -d 'Judge the outbound messages of this time'
complete -c wacr -n '__wacr_may \'--synced-within\' \' check\'' -l synced-within -x -d 'Longest time since the last sync'
complete -c wacr -n '__wacr_may \'--calls-left-under\' \' check\'' -l calls-left-under -x -d 'Calls left of the rate limit; makes one API call'
complete -c wacr -n '__wacr_may \'--format -f\' \' check\'' -l format -s f -x -a '(__wacr_values choice text json openmetrics)' -d 'Output format: text, json or openmetrics'
complete -c wacr -n '__wacr_may \'+ --type\' \' contacts list\'' -l type -x -a '(__wacr_values filter lead customer guest)' -d 'Only contacts of this type: lead, customer, guest'
complete -c wacr -n '__wacr_may \'+ --status-id\' \' contacts list\'' -l status-id -x -a '(__wacr_values operator gte lte gt lt ne like in not_in between)' -d 'Only contacts with this status'
complete -c wacr -n '__wacr_may \'+ --source-id\' \' contacts list\'' -l source-id -x -a '(__wacr_values operator gte lte gt lt ne like in not_in between)' -d 'Only contacts from this source'
complete -c wacr -n '__wacr_may \'+ --assigned-id\' \' contacts list\'' -l assigned-id -x -a '(__wacr_values operator gte lte gt lt ne like in not_in between)' -d 'Only contacts assigned to this staff member'
complete -c wacr -n '__wacr_may \'+ --created-at\' \' contacts list\'' -l created-at -x -a '(__wacr_values operator gte lte gt lt ne like in not_in between)' -d 'Only contacts created at this time'
complete -c wacr -n '__wacr_may \'+ --group-id\' \' contacts list\'' -l group-id -x -a '(__wacr_values operator gte lte gt lt ne like in not_in between)' -d 'Only contacts in this group'
complete -c wacr -n '__wacr_may \'--search -s\' \' contacts list\'' -l search -s s -x -d 'Only contacts whose name, email, phone or company contains TEXT'
complete -c wacr -n '__wacr_may \'--sort\' \' contacts list\'' -l sort -x -a '(__wacr_values list id firstname lastname created_at updated_at -id -firstname -lastname -created_at -updated_at)' -d 'Sort by id, firstname, lastname, created_at, updated_at, with - for descending [default: id]'
complete -c wacr -n '__wacr_awaits --sort' -a '-id -firstname -lastname -created_at -updated_at'
complete -c wacr -n '__wacr_may \'--fields\' \' contacts list\'' -l fields -x -a '(__wacr_values list id firstname lastname company type email phone status_id source_id description city state zip address country_id assigned_id group_id is_opted_out created_at updated_at)' -d 'Show only these fields, in this order'
complete -c wacr -n '__wacr_may \'--expand\' \' contacts list\' \' contacts get\'' -l expand -x -a '(__wacr_values list groups source status)' -d 'Add the names behind ids: groups, source, status'
complete -c wacr -n '__wacr_may \'--limit -L\' \' contacts list\'' -l limit -s L -x -d 'Show at most N contacts [default: 30]'
complete -c wacr -n '__wacr_may \'--per-page\' \' contacts list\'' -l per-page -x -d 'Contacts on a page, with --page [default: 15]'
complete -c wacr -n '__wacr_may \'--count\' \' contacts list\'' -l count -d 'Show only the number of contacts'
complete -c wacr -n '__wacr_may \'--fields\' \' comments list\'' -l fields -x -a '(__wacr_values list id interaction_id type message status_message url message_id ref_message_id staff_id sent_at)' -d 'Show only these fields, in this order'
complete -c wacr -n '__wacr_may \'--limit -L\' \' comments list\'' -l limit -s L -x -d 'Show at most N notes [default: 30]'
complete -c wacr -n '__wacr_may \'--status\' \' templates list\'' -l status -x -a '(__wacr_values choice APPROVED PENDING REJECTED)' -d 'Only templates in this state: APPROVED, PENDING, REJECTED'
complete -c wacr -n '__wacr_may \'--category\' \' templates list\'' -l category -x -a '(__wacr_values choice MARKETING UTILITY AUTHENTICATION)' -d 'Only templates of this category: MARKETING, UTILITY, AUTHENTICATION'
complete -c wacr -n '__wacr_may \'--language\' \' templates list\'' -l language -x -d 'Only templates in this language, such as en or en_US'
complete -c wacr -n '__wacr_may \'--search -s\' \' templates list\'' -l search -s s -x -d 'Only templates whose name or category contains TEXT'
complete -c wacr -n '__wacr_may \'--sort\' \' templates list\'' -l sort -x -a '(__wacr_values list template_name created_at updated_at -template_name -created_at -updated_at)' -d 'Sort by template_name, created_at, updated_at, with - for descending [default: template_name]'
complete -c wacr -n '__wacr_awaits --sort' -a '-template_name -created_at -updated_at'
complete -c wacr -n '__wacr_may \'--fields\' \' templates list\'' -l fields -x -a '(__wacr_values list id template_id template_name language category status created_at updated_at)' -d 'Show only these fields, in this order'
complete -c wacr -n '__wacr_may \'--limit -L\' \' templates list\'' -l limit -s L -x -d 'Show at most N templates [default: 30]'
complete -c wacr -n '__wacr_may \'--per-page\' \' templates list\'' -l per-page -x -d 'Templates on a page, with --page [default: 15]'
complete -c wacr -n '__wacr_may \'--count\' \' templates list\'' -l count -d 'Show only the number of templates'
complete -c wacr -n '__wacr_may \'+ --field -F\' \' api\'' -l field -s F -x -d 'Add a parameter to a GET, or a field to the JSON body'
complete -c wacr -n '__wacr_may \'+ --raw-field\' \' api\'' -l raw-field -x -d 'The same, but always send the value as text, as for phone numbers'
complete -c wacr -n '__wacr_may \'--method -X\' \' api\'' -l method -s X -x -a '(__wacr_values choice GET POST PUT PATCH DELETE)' -d 'HTTP method: GET, POST, PUT, PATCH or DELETE'
complete -c wacr -n '__wacr_may \'--input\' \' api\'' -l input -r -F -d 'Send FILE as the body, - for standard input; -F then adds parameters'
complete -c wacr -n '__wacr_may \'--paginate\' \' api\'' -l paginate -d 'Read all pages of a list'
complete -c wacr -n '__wacr_may \'--include -i\' \' api\'' -l include -s i -d 'Show the status and headers too'
complete -c wacr -n '__wacr_may \'--yes -y\' \' api\'' -l yes -s y -d 'Don\'t ask for confirmation before methods other than GET'
complete -c wacr -n '__wacr_may \'--connect\' \' doctor\'' -l connect -d 'Also test the connection to the API with one call'
complete -c wacr -n '__wacr_may \'--format -f\' \' doctor\'' -l format -s f -x -a '(__wacr_values choice table tsv csv json jsonl xlsx)' -d 'Output format: table, tsv, csv, json or jsonl [default: a report]'
complete -c wacr -n '__wacr_may \'--with-token\' \' auth login\'' -l with-token -d 'Read the token from standard input'
complete -c wacr -n '__wacr_may \'--port\' \' sandbox serve\'' -l port -x -d 'Listen on port N; 0 picks a free port'
