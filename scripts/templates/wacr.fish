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
        if contains -- "$path $word" @sometimes@
            set pending $word
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
