#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# An assistant that asks faster than it reads: the real daemon answers as fast as it reads.
set -u
cd "$(dirname "$0")/.." || exit 2
# shellcheck source=tests/tools/tap.sh
. tests/tools/tap.sh
# shellcheck source=tests/tools/daemon.sh
. tests/tools/daemon.sh
begin

many=3000 # of which the answers are 40 MB
kib() { awk '/^VmRSS:/ { print $2 }' "/proc/$daemon/status"; }
calls() {
    echo '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"burst","version":"1"}}}'
    for ((i = 1; i <= many; i++)); do
        echo '{"jsonrpc":"2.0","id":'$i',"method":"tools/call","params":{"name":"get_portfolio","arguments":{}}}'
    done
}
ask() { calls | "$B/portcullis" mcp 2>"$t/err" | { sleep 1; kib >"$t/meanwhile"; cat; } >"$t/answers"; }
calls >"$t/calls"
"$B/portcullis" mcp <<<"$(head -n 2 "$t/calls")" >"$t/first"
before=$(kib)
ask
all_there() {
    grep -o '^{"jsonrpc":"2.0","id":[0-9]*,"result"' "$t/answers" | cut -d: -f3 | cut -d, -f1 | sort -n |
        cmp - <(seq 0 "$many") || { cut -c1-100 "$t/answers" | tail -n 3; cat "$t/err"; return 1; }
}
small() {
    echo "before $before KiB, unread $(cat "$t/meanwhile") KiB"
    [ "$(cat "$t/meanwhile")" -lt $((before + 8192)) ]
}
check "all calls of one that reads late are answered" all_there
check "meanwhile the daemon does not hold the answers" small
calls | "$B/portcullis" mcp 2>/dev/null | { sleep 1; }
lives() { "$B/portcullis" status >"$t/status" 2>&1 || { cat "$t/status"; return 1; }; }
check "one that goes without reading leaves the daemon as it was" lives
tap_end
