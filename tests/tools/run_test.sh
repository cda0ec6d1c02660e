#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# tests/run on small programs: what passes, what fails, and what the last line says.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tools/tap.sh

dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
program() { # name lines...
    local file=$dir/$1
    shift
    printf '%s\n' '#!/bin/sh' "$@" >"$file"
    chmod +x "$file"
}
# The last line is exactly $1, the exit status is 0 just when $2 is pass, the output has $3.
summary() {
    local expected=$1 verdict=$2 text=$3 said rc
    shift 3
    said=$(tests/run -t 2 "$@" 2>&1)
    rc=$?
    printf '%s\nexit status %d\n' "$said" "$rc"
    [ "$(printf '%s\n' "$said" | tail -n 1)" = "$expected" ] || return 1
    printf '%s\n' "$said" | grep -qF -- "$text" || return 1
    if [ "$verdict" = pass ]; then [ $rc = 0 ]; else [ $rc != 0 ]; fi
}

program good 'echo 1..2; echo ok 1 - one; echo ok 2 - two; echo "# ok - group"'
program late_plan 'echo ok 1 - one; echo 1..1'
program two_groups 'echo 1..1; echo ok 1 - a; echo 1..2; echo ok 1 - b; echo ok 2 - c'
program bad 'echo 1..2; echo ok 1 - one; echo not ok 2 - two; echo "# 1 != 2"; exit 1'
program lying 'echo 1..2; echo ok 1 - one; echo not ok 2 - two'
program crash 'echo 1..3; echo ok 1 - one; kill -SEGV $$'
program early 'echo 1..3; echo ok 1 - one'
program silent 'exit 0'
program empty_plan 'echo 1..0'
program exits 'echo 1..1; echo ok 1 - one; exit 23'
program hangs 'echo 1..2; echo ok 1 - one; sleep 60'
program setup 'echo 1..2; echo "not ok 0 - g [  FAILED  ] GROUP SETUP"; exit 1'
program skip_cmocka 'echo 1..2; echo no vectors here; echo "not ok 1 # SKIP reads_them"; echo ok 2 - b'
program skip_tap 'echo 1..2; echo "ok 1 - fetch # SKIP no network"; echo ok 2 - b'
program skip_all 'echo "1..0 # SKIP no node"'

check "a passing program passes" summary "2 passed, 0 failed" pass "ok " "$dir/good"
check "the plan may come last" summary "1 passed, 0 failed" pass "ok " "$dir/late_plan"
check "several groups add up" summary "3 passed, 0 failed" pass "ok " "$dir/two_groups"
check "a failed test fails and is shown" summary "1 passed, 1 failed" fail "# 1 != 2" "$dir/bad"
check "a failed test counts whatever the status" summary "1 passed, 1 failed" fail "not ok 2" \
    "$dir/lying"
check "after a crash the tests that never ran have failed" summary "1 passed, 2 failed" fail \
    "killed by signal 11" "$dir/crash"
check "an early end is a failure" summary "1 passed, 2 failed" fail "before its last" "$dir/early"
check "a program without a test is a failure" summary "0 passed, 1 failed" fail "ran no test" \
    "$dir/silent"
check "an empty plan is a failure" summary "0 passed, 1 failed" fail "ran no test" "$dir/empty_plan"
check "a bad exit status is a failure" summary "1 passed, 1 failed" fail "exit status 23" \
    "$dir/exits"
check "a program that hangs is stopped" summary "1 passed, 1 failed" fail "stopped after 2 s" \
    "$dir/hangs"
check "a failed group setup fails" summary "0 passed, 2 failed" fail "GROUP SETUP" "$dir/setup"
check "a missing program is a failure" summary "0 passed, 1 failed" fail "could not be started" \
    "$dir/none"
check "a skip of cmocka is counted with what it said" summary "1 passed, 0 failed, 1 skipped" pass \
    "reads_them: no vectors here" "$dir/skip_cmocka"
check "a skip of TAP is counted with its reason" summary "1 passed, 0 failed, 1 skipped" pass \
    "fetch: no network" "$dir/skip_tap"
check "a skipped program is one skipped test" summary "2 passed, 0 failed, 1 skipped" pass \
    "no node" "$dir/skip_all" "$dir/good"
check "nothing but skips is no success" summary "0 passed, 0 failed, 1 skipped" fail "no node" \
    "$dir/skip_all"
check "one failure among many fails the run" summary "7 passed, 1 failed" fail "FAILED" \
    "$dir/good" "$dir/two_groups" "$dir/bad" "$dir/late_plan"
tap_end
