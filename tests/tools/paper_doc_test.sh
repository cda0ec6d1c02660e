#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# docs/paper.md tells the truth: its shell examples run, its table of faults is that of the program,
# its options are those of --help. Also what only the whole program can show: two exchanges on one
# state, bad files of faults, the control socket. The programs are those of $B (default: build).
set -u
cd "$(dirname "$0")/../.." || exit 2
# shellcheck source=tests/tools/tap.sh
. tests/tools/tap.sh
B=$(realpath "${B:-build}")
[ -x "$B/portcullisd" ] || { echo "1..0 # SKIP $B/portcullisd is not built"; exit 0; }
manual=$PWD/docs/paper.md

t=$(mktemp -d) || exit 2
# no exchange outlives this script, however it or an example ends: each one notes its number first
mkdir "$t/bin" && cat >"$t/bin/portcullis" <<END
#!/bin/sh
[ "\$2" = ctl ] || echo \$\$ >>"$t/pids"
exec "$B/portcullis" "\$@"
END
chmod +x "$t/bin/portcullis"
end() {
    [ ! -s "$t/pids" ] || xargs kill 2>/dev/null <"$t/pids"
    rm -rf "$t"
}
trap end EXIT
trap 'exit 143' TERM INT HUP
export HOME=$t XDG_STATE_HOME=$t/state XDG_CONFIG_HOME=$t/config PATH=$t/bin:$PATH
port=$((20000 + $$ % 20000)) control=$(($$ % 20000 + 40001))

# ---- the examples ----
# the n-th block of shell, with ports of our own
example() {
    awk -v n="$1" '/^```sh$/ { k++; inside = k == n; next } /^```$/ { inside = 0 } inside' "$manual" |
        sed "s/7497/$port/g; s/7496/$control/g"
}
blocks=$(grep -c '^```sh$' "$manual")
runs() { # BLOCK...: as one script, each command of which must succeed
    mkdir -p "$t/run"
    for n in "$@"; do example "$n"; done >"$t/run/script"
    (cd "$t/run" && timeout 20 bash -e -o pipefail ./script)
}
check "the manual has its five examples" [ "$blocks" = 5 ]
check "the examples of the first two minutes run" runs 1 2
check "the example for continuous integration runs" runs 3
check "the example of calendars runs" runs 4
check "the example of a file of faults runs" runs 5

# ---- the tables ----
portcullis paper --port "$port" --state "$t/a.log" --ctl "$control" 2>"$t/a.err" &
exchange=$!
for _ in $(seq 100); do portcullis paper ctl --state "$t/a.log" status >/dev/null 2>&1 && break; sleep 0.05; done
control() { portcullis paper ctl --state "$t/a.log" "$@"; }

fault_table() {
    control faults | tr '{' '\n' | awk -F'","what":"' '/^"usage":"/ {
        usage = substr($1, 10); gsub(/\|/, "\\|", usage); sub(/"}.*/, "", $2)
        print "| `" usage "` | " $2 " |"
    }'
}
if [ "${1:-}" = --table ]; then # for the manual
    fault_table
    exit
fi
same_faults() {
    sed -n '/^<!-- faults -->/,/^<!-- end of faults -->/p' "$manual" | grep '^| `' >"$t/told"
    fault_table >"$t/known"
    [ -s "$t/known" ] && diff "$t/told" "$t/known"
}
same_options() {
    portcullis paper --help | grep -o '^  --[a-z-]*' | tr -d ' ' | grep -v help | sort >"$t/has"
    sed -n '/^## Options/,/^## Versions/p' "$manual" | grep -o '^| `--[a-z-]*' | sed 's/.*`//' | sort >"$t/says"
    [ -s "$t/has" ] && diff "$t/has" "$t/says"
}
check "the table of faults is that of the program" same_faults
check "the options are those of --help" same_options

# ---- the control port ----
refused() { # STATUS TEXT COMMAND...
    local status=$1 text=$2 said rc
    shift 2
    said=$("$@" 2>&1)
    rc=$?
    [ "$rc" = "$status" ] || { echo "status $rc: $said"; return 1; }
    case $said in *"$text"*) ;; *) echo "$said"; return 1 ;; esac
}
check "a wrong word is refused with status 1" refused 1 "not understood" control wobble
check "a wrong argument is refused by name" refused 1 "needs time" control stall
check "no exchange there is status 3" refused 3 "no exchange answers" \
    portcullis paper ctl --state "$t/none.log" status
post() {
    local said
    exec 3<>"/dev/tcp/127.0.0.1/$control" || return
    printf 'POST / HTTP/1.1\r\nHost: x\r\n\r\ncut\r\nlink_lost\r\n' >&3
    said=$(timeout 5 cat <&3)
    exec 3>&-
    [ "$(wc -l <<<"$said")" = 1 ] && grep -q '"ok":false' <<<"$said" && control status | grep -q '"link":"up"'
}
check "what a web page posts to the port is not carried out" post

check "it waits for an exchange that starts, and not for ever for one that does not" \
    refused 3 "no exchange answers" portcullis paper ctl --wait 1 --state "$t/none.log" status
check "the time to wait may stand behind the options" \
    refused 3 "no exchange answers" portcullis paper ctl --state "$t/none.log" --wait 1 status
check "a time to wait that is none is refused" refused 2 "--wait needs seconds" portcullis paper ctl --wait soon

# ---- a step and a client that reads slowly ----
frame() { # FIELD...: one message of the text protocol
    local text n
    text=$(printf '%s~' "$@")
    n=${#text}
    # shellcheck disable=SC2059 # the length in octal
    printf "$(printf '\\%03o\\%03o\\%03o\\%03o' 0 0 $((n / 256)) $((n % 256)))"
    printf '%s' "$text" | tr '~' '\0'
}
slow_client() { # 100 lines for an hour are more than may wait for it at once
    local i
    control pause >/dev/null
    exec 3<>"/dev/tcp/127.0.0.1/$port" || return
    {
        printf 'API\0\0\0\0\011v157..178'
        frame 71 2 9 ''
        for i in $(seq 99); do frame 1 11 "$i" 265598 '' STK '' 0 '' '' SMART '' USD '' '' 0 '' 0 0 ''; done
    } >&3
    { sleep 1.5; exec wc -c; } <&3 >"$t/read" &
    local reader=$! said
    for _ in $(seq 100); do control status | grep -q '"client":9' && break; sleep 0.05; done
    control step 1h >/dev/null
    said=$(control status)
    exec 3>&-
    control cut client=9 >/dev/null
    control resume >/dev/null
    wait $reader
    echo "$said; it read $(cat "$t/read") bytes"
    grep -q '"client":9' <<<"$said" && [ "$(cat "$t/read")" -gt $((48 << 20)) ]
}
check "a step waits for a client that reads slowly" slow_client

# ---- starts that fail ----
starts_not() { # TEXT OPTION...
    local text=$1
    shift
    refused 1 "$text" timeout 10 portcullis paper --port 0 "$@"
}
check "a second exchange on one state names the first" starts_not "(process $exchange)" --state "$t/a.log"
printf 'stall 1s\n\nlink_back 7\n' >"$t/bad.txt"
check "a wrong file of faults stops the start with its line" \
    starts_not "bad.txt line 3: code 7 is not between" --memory --faults "$t/bad.txt"
check "a missing file of faults stops the start" starts_not "none.txt" --memory --faults "$t/none.txt"
cp "$t/a.log" "$t/b.log"
sed -i '1s/DU9/DU8/' "$t/b.log"
check "a damaged state stops the start" starts_not "state file" --state "$t/b.log"
for bad in '--at noon' '--at 2026-03-02_09:30' '--speed 0x' '--speed 10001' '--seed -1' '--sessions maybe' \
    '--pacing some' '--port 65536' '--max-version 3' '--ctl x' '--wobble 1' '--seed'; do
    # shellcheck disable=SC2086 # two words
    if [ "$bad" = '--max-version 3' ]; then
        check "$bad is refused" starts_not "version" --memory $bad
    else
        check "$bad is refused" refused 2 "${bad%% *}" portcullis paper --memory $bad
    fi
done
end
tap_end
