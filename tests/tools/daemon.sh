# SPDX-License-Identifier: MIT
# Sourced by shell tests of the real daemon, after tap.sh: a home of its own in $t, which goes with
# the test, and `begin`, which starts a daemon there and succeeds once it is ready: its number is in
# $daemon, the log of all that ran there in $t/log.
# Without the programs the test is skipped.
# shellcheck shell=bash
B=${B:-build}
[ -x "$B/portcullisd" ] && [ -x "$B/portcullis" ] || { echo "1..0 # SKIP not built"; exit 0; }
t=$(mktemp -d) || exit 2
daemon=
trap '[ -z "$daemon" ] || kill "$daemon" 2>/dev/null; rm -rf "$t"' EXIT
export HOME="$t" XDG_STATE_HOME="$t/state" XDG_CONFIG_HOME="$t/config" XDG_RUNTIME_DIR="$t/run"
export PORTCULLIS_HTTP_ENABLED=false
mkdir -p "$t/run" && chmod 700 "$t/run"

begin() {
    local before
    touch "$t/log"
    before=$(grep -c 'ready build' "$t/log") # of those that ran here before
    "$B/portcullisd" --foreground-log >>"$t/log" 2>&1 &
    daemon=$!
    for ((i = 0; i < 200; i++)); do
        [ "$(grep -c 'ready build' "$t/log")" -gt "$before" ] && return
        sleep 0.05
    done
    return 1
}
