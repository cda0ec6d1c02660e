#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# `portcullis doctor --acceptance` over a socket, against the paper exchange: its files and its
# command line. What it finds is tested by tests/unit/app/acceptance_test.c.
set -u
cd "$(dirname "$0")/.." || exit 2
# shellcheck source=tests/tools/tap.sh
. tests/tools/tap.sh
B=${B:-build}
[ -x "$B/portcullisd" ] || { echo "1..0 # SKIP $B/portcullisd is not built"; exit 0; }
t=$(mktemp -d) || exit 2
paper=
trap '[ -z "$paper" ] || kill "$paper" 2>/dev/null; rm -rf "$t"' EXIT
doctor() { "$B/portcullisd" doctor "$@" >"$t/said" 2>"$t/err"; }
says() { grep -qF -- "$1" "$2" || { echo "no $1 in:"; cut -c1-300 "$2"; return 1; }; }

"$B/portcullisd" paper --port 0 --memory --max-version 225 >"$t/paper" 2>&1 &
paper=$!
for ((i = 0; i < 500; i++)); do
    grep -q 'on 127.0.0.1:' "$t/paper" && break
    sleep 0.02
done
port=$(sed -n 's/.*127\.0\.0\.1:\([0-9]*\).*/\1/p' "$t/paper" | head -1)

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
kill "$paper"
wait "$paper" 2>/dev/null
paper=
alone() {
    ! doctor --acceptance --port "$port" --wait 1 --out "$t/b" && says 'ended early' "$t/b.txt" &&
        [ ! -e "$t/b-text.rec" ]
}
check "nobody there is a report, too" alone
usage() { doctor "$@"; [ $? = 2 ] && says 'usage: portcullis doctor --acceptance' "$t/err"; }
check "without --acceptance it says what it does" usage
check "a flag that does not exist is a usage error" usage --acceptance --frobnicate
check "a port that cannot be is a usage error" usage --acceptance --port 70000
tap_end
