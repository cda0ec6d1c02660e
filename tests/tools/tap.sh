# SPDX-License-Identifier: MIT
# Sourced by shell tests: `check NAME COMMAND...` is one test, `tap_end` prints the plan.
# shellcheck shell=bash
tap_count=0
tap_failed=0

# Passes when the command succeeds; its output is shown when it does not.
check() {
    local name=$1 said
    shift
    tap_count=$((tap_count + 1))
    if said=$("$@" 2>&1 </dev/null); then
        echo "ok $tap_count - $name"
    else
        tap_failed=$((tap_failed + 1))
        echo "not ok $tap_count - $name"
        printf '%s\n' "$said" | sed 's/^/# /'
    fi
}

tap_end() {
    echo "1..$tap_count"
    [ "$tap_failed" = 0 ]
}
