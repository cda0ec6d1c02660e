#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Kept recordings (tests/recordings) drive the paper exchange and the session again, in virtual
# time. What the exchange answers today may differ from the day of the recording; but the same
# question must have the same answer twice, to the byte. The program is that of $B (default: build).
set -u
cd "$(dirname "$0")/.." || exit 2
# shellcheck source=tests/tools/tap.sh
. tests/tools/tap.sh
B=${B:-build}
[ -x "$B/portcullisd" ] || { echo "1..0 # SKIP $B/portcullisd is not built"; exit 0; }
t=$(mktemp -d) || exit 2
trap 'rm -rf "$t"' EXIT
replay() { "$B/portcullisd" wire replay "$@" >"$t/said" 2>"$t/err"; }
says() { grep -qE -- "$1" "$t/said" || { echo "no $1 in:"; cut -c1-400 "$t/said"; cat "$t/err"; return 1; }; }
complains() { grep -qF -- "$1" "$t/err" || { cat "$t/err"; return 1; }; }

# Answers differ at most (status 1), and none that was recorded is of a kind that is gone.
into_paper() { # FILE
    replay "$1" --into paper --record "$t/again"
    [ $? -le 1 ] && says '"event":"compared","into":"paper","same":[1-9]'
}
# What the exchange did in virtual time, it does again: same frames, same order, same bytes.
is_exact() { # FILE
    replay "$t/again" --into paper --record "$t/third" || { cut -c1-400 "$t/said"; return 1; }
    says '"changed":0,"missing":0,"extra":0,"in_order":true' && cmp "$t/again" "$t/third"
}
asked_the_same() { # FILE: the frames of the client are those of the recording
    diff <(grep ' client ' "$1") <(grep ' client ' "$t/again")
}
for f in tests/recordings/*.rec; do
    name=$(basename "$f" .rec)
    rm -f "$t/again" "$t/third"
    check "$name drives the exchange" into_paper "$f"
    check "$name puts the same questions" asked_the_same "$f"
    check "$name is answered the same twice, byte for byte" is_exact
done

follows() { # FILE PATTERN: the session takes all of it and stays connected
    replay "$1" --into session
    [ $? -le 1 ] && ! complains 'would close' >/dev/null && says "$2"
}
f=tests/recordings/ibapi-200.rec
check "the session follows a server that talks to another client" \
    follows $f '"into":"session".*"link":"reconciling"'
check "with its own request ids" says '"request_ids_mapped":4'
check "and hears of that client's order and fill" says '"order":[1-9].*"execution":[1-9].*"commission":[1-9]'
check "and of the prices that both asked for" says '"quote":[1-9]'
check "it never places the recorded orders" says '"difference":"missing","from":"client","name":"placeOrder"'
check "the session follows a server that speaks protobuf" \
    follows tests/recordings/ibapi-225.rec '"into":"session".*"request_ids_mapped":4,"link":"(ready|reconciling)"'
check "and hears the same of it" says '"order":[1-9].*"execution":[1-9].*"commission":[1-9].*"quote":[1-9]'
check "the daemon's own recording is followed" \
    follows tests/recordings/daemon-200.rec '"into":"session".*"link":"(ready|reconciling)"'
cp "$t/said" "$t/first"
replay tests/recordings/daemon-200.rec --into session
check "the same twice" cmp "$t/said" "$t/first"

# a frame that cannot be is noticed
garbled() {
    awk '/ server / && ++n == 9 { print $1, $2, "OQAxAGFiYwA="; next } 1' $f >"$t/bad"
    ! replay "$t/bad" --into session && complains 'would close the connection'
}
check "a frame that cannot be read ends the connection, and is said" garbled
sed '2,3d' $f >"$t/bad"
bare() { ! replay "$t/bad" --into paper && complains 'handshake'; }
check "a recording without its handshake is refused" bare
both() { ! replay $f --into paper --listen 127.0.0.1:0 && complains 'exclude each other'; }
check "into something and over the network is one too many" both
kept() {
    : >"$t/there"
    ! replay $f --into paper --record "$t/there" && complains 'exists' && [ ! -s "$t/there" ]
}
check "a file that is there is not written over" kept
tap_end
