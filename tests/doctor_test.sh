#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# `portcullis doctor`: each thing that can be wrong with a set-up is made wrong, and said. How it is
# judged is tested by tests/unit/app/checkup_test.c. Then `doctor --acceptance` over a socket, against
# the paper exchange: its files and its command line; what it finds is tested by
# tests/unit/app/acceptance_test.c.
set -u
cd "$(dirname "$0")/.." || exit 2
# shellcheck source=tests/tools/tap.sh
. tests/tools/tap.sh
B=${B:-build}
[ -x "$B/portcullisd" ] || { echo "1..0 # SKIP $B/portcullisd is not built"; exit 0; }
t=$(mktemp -d) || exit 2
paper=
other=
trap 'kill $paper $other 2>/dev/null; rm -rf "$t"' EXIT
unset "${!PORTCULLIS_@}" "${!IBKR_@}" "${!XDG_@}"
export HOME=$t PORTCULLIS_HTTP_PORT=0
says() { grep -qF -- "$1" "$2" || { echo "no $1 in:"; cut -c1-300 "$2"; return 1; }; }

# ---- what is wrong with a set-up ----

# doctor STATUS CHECK STATE WORDS...: that status, and the finding in that state has all the words
finds() {
    local status=$1 check=$2 state=$3 word
    shift 3
    "${doctor[@]}" >"$t/said" 2>"$t/err"
    [ $? = "$status" ] || { echo "not status $status:"; cat "$t/said" "$t/err"; return 1; }
    grep -A 1 -E "^$state +$check " "$t/said" >"$t/finding" ||
        { echo "no $state $check in:"; cat "$t/said" "$t/err"; return 1; }
    for word in "$@"; do says "$word" "$t/finding" || return 1; done
}
doctor=("$B/portcullis" doctor)
# exchange [OPTION...]: one of its own on $port
exchange() {
    : >"$t/paper" # or what the last one said is read before the new one begins
    "$B/portcullisd" paper --port 0 --memory "$@" >"$t/paper" 2>&1 &
    paper=$!
    for ((i = 0; i < 500; i++)); do
        grep -q 'on 127.0.0.1:' "$t/paper" && break
        sleep 0.02
    done
    port=$(sed -n 's/.*127\.0\.0\.1:\([0-9]*\).*/\1/p' "$t/paper" | head -1)
    doctor=("$B/portcullis" doctor --set broker.kind=tws --set "broker.port=$port")
}
no_exchange() {
    kill "$paper"
    wait "$paper" 2>/dev/null
    paper=
}

# what lets a call fail cannot be loaded before a sanitizer
has_preload() { [ -e "$B/crash_preload.so" ] && ! grep -q __asan_init "$B/portcullisd"; }

check "a new set-up is well, but for the PIN" finds 0 pin note 'portcullis pin set'
check "it starts no daemon" finds 0 daemon ok 'none is running'
check "the same as JSON" eval '"$B/portcullis" doctor --json >"$t/said" &&
    says "{\"healthy\":true,\"checks\":[{\"check\":\"program\",\"state\":\"ok\"" "$t/said"'
alone() {
    mkdir -p "$t/alone" && cp "$B/portcullis" "$t/alone" &&
        ! PATH=/usr/bin:/bin "$t/alone/portcullis" doctor 2>"$t/err" && says 'build it (make)' "$t/err"
}
check "portcullisd is missing" alone
doctor=("$B/portcullisd" doctor --client-build older)
check "the client is of another build" finds 1 program FAULT 'portcullis is build older' 'make'
doctor=("$B/portcullis" doctor)
mkdir -p "$t/.config/portcullis" "$t/.local/state/portcullis"
printf 'broker:\n  kind: tws\n  prot: 4002\n' >"$t/.config/portcullis/portcullis.yaml"
check "a line of the settings" finds 1 settings FAULT 'portcullis.yaml:3' 'broker.prot' 'broker.port'
rm "$t/.config/portcullis/portcullis.yaml"
if has_preload; then
    doctor=(env "LD_PRELOAD=$PWD/$B/crash_preload.so" 'CRASH=enospc 1' "$B/portcullisd" doctor)
    check "the disk is full" finds 1 disk FAULT 'the disk is full' 'make room'
fi
doctor=(env XDG_STATE_HOME=/proc/nowhere "$B/portcullis" doctor)
check "the state cannot be written" finds 1 disk FAULT /proc/nowhere XDG_STATE_HOME
doctor=("$B/portcullis" doctor)
touch "$t/.local/state/portcullis/pin"
chmod 644 "$t/.local/state/portcullis/pin"
check "the PIN is for all to read" finds 1 pin FAULT 'other users have access' 'chmod 600'
rm "$t/.local/state/portcullis/pin"

# the daemon
"$B/portcullis" status >/dev/null 2>&1
check "a daemon that runs is well" finds 0 daemon ok 'it is running'
check "so is its exchange" finds 0 broker ok 'embedded paper exchange'
check "and its HTTP is where it says" finds 0 http ok 'http://127.0.0.1:'
echo 'log: {level: info}' >"$t/.config/portcullis/portcullis.yaml"
check "the settings have changed since it started" finds 0 settings note 'has changed' 'portcullis stop'
rm "$t/.config/portcullis/portcullis.yaml"
doctor=(env PORTCULLIS_SOCKET="$t/elsewhere.sock" "$B/portcullis" doctor)
check "a daemon at another socket" finds 1 daemon FAULT 'does not listen at' 'PORTCULLIS_SOCKET' 'kill '
"$B/portcullis" stop >/dev/null
doctor=("$B/portcullis" doctor)
# an exchange that ends at once says why, to whoever asks
state=$t/.local/state/portcullis/embedded
mkdir -p "$state" && mv "$state/exchange.log" "$t/exchange.log" && echo 'H|1|' >"$state/exchange.log"
stays() { ! "$B/portcullis" portfolio >"$t/said" 2>&1 && says "does not stay up" "$t/said" && says "move $state/exchange.log away" "$t/said"; }
check "the exchange cannot start" stays
check "and the doctor says so" finds 1 broker FAULT "move $state/exchange.log away"
"$B/portcullis" stop >/dev/null
mv "$t/exchange.log" "$state/exchange.log"
# listens SOCKET ANSWER: somebody who says that to everybody
listens() {
    python3 - "$@" <<'PY' &
import os, socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o600)
s.listen(8)
while True:
    c, _ = s.accept()
    c.recv(65536)
    c.sendall(sys.argv[2].encode("latin-1").decode("unicode_escape").encode("latin-1"))
    c.close()
PY
    other=$!
    for ((i = 0; i < 200; i++)); do
        [ -S "$1" ] && break
        sleep 0.02
    done
}
leaves() {
    kill "$other"
    wait "$other" 2>/dev/null
    other=
}
if command -v python3 >/dev/null; then
    status='{"connected":true,"available_accounts":["DU1"]}'
    frame="o\\x00\\x00\\x00\\x$(printf %02x ${#status})$status"
    doctor=(env PORTCULLIS_SOCKET="$t/1.sock" "$B/portcullis" doctor)
    listens "$t/1.sock" "PORTCULLIS 1 build=older\\n$frame"
    check "the daemon is of another build" finds 1 daemon FAULT 'is build older' 'portcullis stop'
    if [ "$(id -u)" = 0 ]; then
        chown 12345 "$t/1.sock"
        check "the socket is another user's" finds 1 daemon FAULT '(12345)' 'PORTCULLIS_DAEMON_UID=12345'
    fi
    leaves
    doctor=(env PORTCULLIS_SOCKET="$t/2.sock" "$B/portcullis" doctor)
    listens "$t/2.sock" 'PORTCULLIS ERROR not you\n'
    check "the daemon refuses" finds 1 daemon FAULT 'the daemon refuses: not you'
    leaves
    doctor=(env PORTCULLIS_SOCKET="$t/3.sock" "$B/portcullis" doctor)
    listens "$t/3.sock" ''
    check "what listens says nothing" finds 1 daemon FAULT 'does not answer'
    leaves
fi

# without a port of one's own choice a daemon does without HTTP
busy() {
    python3 -c 'import socket, time
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
try: s.bind(("127.0.0.1", 5000))
except OSError: pass
else: s.listen()
print(flush=True); time.sleep(60)' >"$t/busy" &
    other=$!
    for ((i = 0; i < 200; i++)); do
        [ -s "$t/busy" ] && break
        sleep 0.02
    done
}
if command -v python3 >/dev/null; then
    busy
    doctor=(env -u PORTCULLIS_HTTP_PORT "$B/portcullis" doctor)
    check "the usual port is taken" finds 0 http note 'port 5000' 'no HTTP, while all else works' http.port
    env -u PORTCULLIS_HTTP_PORT "$B/portcullis" status >/dev/null 2>&1
    check "a daemon starts without it" finds 0 daemon ok 'it is running'
    check "and the doctor says so" finds 0 http note 'port 5000' 'portcullis stop'
    "$B/portcullis" stop >/dev/null
    leaves
fi

# TWS
exchange
check "TWS is well" finds 0 broker ok "at 127.0.0.1:$port, server version"
check "its account is told" finds 0 account ok 'DU9000001 (paper)'
check "its clock is ours" finds 0 clock ok 'that of the broker'
doctor=("${doctor[@]}" --set limits.mode=paper)
check "without a PIN nobody can look after trading" finds 1 pin FAULT 'no PIN'
doctor=("${doctor[@]}" --set broker.account=DU7654321)
check "the account is not that of the login" finds 1 account FAULT 'but the login has DU9000001'
doctor=("$B/portcullis" doctor --set "http.port=$port")
check "the port for HTTP is taken" finds 1 http FAULT "port $port of 127.0.0.1 is taken" http.port
if has_preload; then
    doctor=(env "LD_PRELOAD=$PWD/$B/crash_preload.so" 'CRASH=ahead 1' "$B/portcullisd" doctor
        --set broker.kind=tws --set "broker.port=$port")
    check "this machine's clock is wrong" finds 1 clock FAULT 's ahead of the broker' timedatectl
fi
no_exchange
doctor=("$B/portcullis" doctor --set broker.kind=tws --set "broker.port=$port")
check "TWS does not listen" finds 1 broker FAULT "127.0.0.1:$port: nothing listens there" 4002
echo 'refuse_connections 1h' >"$t/faults"
exchange --faults "$t/faults"
check "TWS lets nobody in" finds 1 broker FAULT "127.0.0.1:$port" 'enable socket clients'
no_exchange
echo 'id_taken 9' >"$t/faults"
exchange --faults "$t/faults"
check "the client id is taken" finds 1 broker FAULT CLIENT_ID_IN_USE broker.client_id
no_exchange
echo 'every 3 requests notice 321 "The API interface is currently in Read-Only mode."' >"$t/faults"
exchange --faults "$t/faults"
check "the API is read-only" finds 0 read_only note 'takes no orders' 'untick Read-Only API'
doctor=("${doctor[@]}" --set limits.mode=paper)
check "which is wrong where orders are wanted" finds 1 read_only FAULT 'untick Read-Only API'
no_exchange
usage() { "$B/portcullis" doctor "$@" >"$t/said" 2>"$t/err"; [ $? = 2 ] && says 'not understood' "$t/err"; }
check "a flag that does not exist is a usage error" usage --frobnicate

# ---- the acceptance ----

doctor() { "$B/portcullisd" doctor "$@" >"$t/said" 2>"$t/err"; }
exchange --max-version 225

runs() {
    doctor --acceptance --orders --port "$port" --wait 1 --out "$t/a"
    [ $? -le 1 ] && says 'server version 200' "$t/said" && says 'server version 225' "$t/said"
}
check "it visits the exchange in text and in protobuf" runs
check "the report is kept as text" cmp "$t/said" "$t/a.txt"
check "and as JSON" says '"protobuf":{"offered_min":213,"offered_max":226,"server_version":225' "$t/a.json"
recorded() {
    "$B/portcullisd" wire show "$t/a-$1.rec" >"$t/shown" && says '"name":"placeOrder"' "$t/shown" &&
        says '"DU0000001' "$t/shown"
}
check "the recording of the text visit can be shown" recorded text
check "so can that of the protobuf visit" recorded protobuf
hides() { ! grep -q DU9000001 "$t/a.txt" "$t/a.json" "$t/shown"; }
check "no file tells the account" hides
again() {
    cp "$t/a.txt" "$t/before"
    ! doctor --acceptance --port "$port" --out "$t/a" && says 'exists' "$t/err" && cmp "$t/a.txt" "$t/before"
}
check "files that are there stay as they are" again
no_exchange
alone() {
    ! doctor --acceptance --port "$port" --wait 1 --out "$t/b" && says 'ended early' "$t/b.txt" &&
        [ ! -e "$t/b-text.rec" ]
}
check "nobody there is a report, too" alone
usage() { doctor "$@"; [ $? = 2 ] && says 'portcullis doctor --acceptance [--host' "$t/err"; }
check "a flag that does not exist is a usage error" usage --acceptance --frobnicate
check "a port that cannot be is a usage error" usage --acceptance --port 70000
tap_end
