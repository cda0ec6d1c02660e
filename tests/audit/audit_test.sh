#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The audit log as its owner uses it, with a daemon of its own: an order, its story, an export that
# another program verifies, and files that somebody has tampered with between two runs.
set -u
cd "$(dirname "$0")/../.." || exit 2
# shellcheck source=tests/tools/tap.sh
. tests/tools/tap.sh
B=${B:-build}
[ -x "$B/portcullisd" ] || { echo "1..0 # SKIP $B/portcullisd is not built"; exit 0; }
command -v python3 >/dev/null || { echo "1..0 # SKIP there is no python3"; exit 0; }
t=$(mktemp -d) || exit 2
daemon=
trap '[ -z "$daemon" ] || kill "$daemon" 2>/dev/null; rm -rf "$t"' EXIT
export PORTCULLIS_SOCKET=$t/sock
p() { "$B/portcullis" "$@" >"$t/said" 2>"$t/err"; }
says() { grep -qF -- "$1" "$2" || { echo "no $1 in:"; cut -c1-300 "$2"; return 1; }; }
up() {
    "$B/portcullisd" --state "$t/s" --socket "$t/sock" --set http.enabled=false >>"$t/log" 2>&1 &
    daemon=$!
    for ((i = 0; i < 500 && ! $(test -S "$t/sock"; echo $?) == 0; i++)); do sleep 0.02; done
}
down() { "$B/portcullis" stop >/dev/null 2>&1; wait "$daemon"; daemon=; }
db=$t/s/embedded/journal.db
anchors=$t/s/embedded/journal.anchors

up
check "an order passes" p market AAPL BUY 5 --reasoning "for the record"
ref=$(sed -n 's/^order_ref: *//p' "$t/said")
story() {
    p audit explain "$ref" || return 1
    for kind in request intent sent order_status fill commission outcome answer; do
        grep -q " $kind " "$t/said" || { echo "no $kind"; cat "$t/said"; return 1; }
    done
    says 'for the record' "$t/said" && says 'position_before 400' "$t/said"
}
check "its story is told from the request to the answer" story
check "no such order has no story" eval '! p audit explain PC:NONE && says "no record names" "$t/err"'
check "the log verifies" p audit verify
started() { p audit show state && says 'run start, build ' "$t/said" && says settings_sha256 "$t/said"; }
check "the start is recorded with build and settings" started
unknown() { ! p audit show stat && says 'there is no stat' "$t/err"; }
check "a kind that does not exist is refused" unknown
down
check "the end of a run is anchored" [ -s "$anchors" ]
up
exported() {
    p audit export --limit 100000 && cp "$t/said" "$t/log.jsonl" &&
        tests/audit/verify.py "$t/log.jsonl" "$anchors"
}
check "another program verifies the export" exported
forged() {
    sed '0,/AAPL/s//MSFT/' "$t/log.jsonl" >"$t/forged"
    ! cmp -s "$t/forged" "$t/log.jsonl" && ! tests/audit/verify.py "$t/forged"
}
check "and finds what was changed in it" forged
in_csv() { p audit export --format csv --limit 2 && [ "$(wc -l <"$t/said")" = 3 ]; }
check "a table has a header and its rows" in_csv
down

tamper() { # SQL, what verify says
    cp "$db" "$t/kept" && cp "$anchors" "$t/kept.anchors"
    python3 - "$db" "$1" <<'PY'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.executescript("DROP TRIGGER journal_no_update; DROP TRIGGER journal_no_delete;" + sys.argv[2])
db.commit()
PY
    up
    ! p audit verify && says "$2" "$t/err"
    local rc=$?
    down
    rm -f "$db-wal" "$db-shm"
    cp "$t/kept" "$db" && cp "$t/kept.anchors" "$anchors"
    return $rc
}
check "a changed record is named" tamper "UPDATE journal SET body='{}' WHERE seq=4;" \
    "record 4 does not fit: its content was changed"
check "a removed one too" tamper "DELETE FROM journal WHERE seq=4;" "record 5 does not fit"
check "so is a tail that was cut off, although the daemon wrote on behind it" \
    tamper "DELETE FROM journal WHERE seq > 6;" "once anchored, were cut off"
tap_end
