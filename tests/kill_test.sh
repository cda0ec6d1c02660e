#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The kill switch by a file and by a signal, and what a restart makes of it: the real daemon.
set -u
cd "$(dirname "$0")/.." || exit 2
# shellcheck source=tests/tools/tap.sh
. tests/tools/tap.sh
# shellcheck source=tests/tools/daemon.sh
. tests/tools/daemon.sh

runs() { [ "$begun" = 0 ] || { cat "$t/log"; return 1; }; }
end() {
    kill "-$1" "$daemon"
    wait "$daemon" 2>/dev/null
    daemon=
    return 0
}
# The switch is `$1` (true or false), pulled by `$2`, within three seconds.
says() {
    for ((i = 0; i < 60; i++)); do
        "$B/portcullis" safety --json >"$t/safety" 2>&1
        grep -qF "\"killed\":$1" "$t/safety" && grep -qF "$2" "$t/safety" && return
        sleep 0.05
    done
    cut -c1-400 "$t/safety"
    return 1
}
keeps() { for ((i = 0; i < 60; i++)); do grep -qF "$1" "$reserve" && return; sleep 0.05; done; cat "$reserve"; return 1; }

begin; begun=$?
check "the daemon starts, and the switch is off" runs
check "it is off" says false ''
state=$t/state/portcullis/embedded
reserve=$state/kill.reserve
sized() { [ "$(stat -c %s "$reserve")" = 8192 ]; }
check "its reserve has its room" sized
kill -USR1 "$daemon"
check "a signal pulls it" says true '"killed_by":"signal"'
check "the reserve keeps it" keeps SIGUSR1
end KILL
rm -f "$state"/journal.db*
begin; begun=$?
check "the daemon starts again after a crash that cost the store" runs
check "the reserve alone keeps it pulled" says true '"killed_by":"signal"'
end TERM
# what a release leaves behind, without a terminal to type it at
printf '%8192s' ' ' >"$reserve"
rm -f "$state"/journal.db*
begin; begun=$?
check "it starts with an empty reserve" runs
check "it is off" says false ''
: >"$state/KILL"
check "a file pulls it" says true '"killed_by":"file"'
check "the reserve keeps it" keeps '"by":"file"'
end TERM
tap_end
