#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# .ci/run with a Makefile that pretends: what it adds up, and what it takes for a failure.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tools/tap.sh

tree=$(mktemp -d) || exit 2
trap 'rm -rf "$tree"' EXIT
mkdir "$tree/.ci"
cp .ci/run "$tree/.ci/run"

# The three steps, as shell lines.
steps() {
    printf '%s:\n\t@%s\n' test "$1" interop "$2" lint "$3" >"$tree/Makefile"
}
# The last line is exactly $1 and the exit status is 0 just when $2 is pass.
ends() {
    local said rc
    said=$(env -u MAKEFLAGS -u MAKELEVEL "$tree/.ci/run" 2>&1)
    rc=$?
    printf '%s\nexit status %d\n' "$said" "$rc"
    [ "$(printf '%s\n' "$said" | tail -n 1)" = "$1" ] || return 1
    if [ "$2" = pass ]; then [ $rc = 0 ]; else [ $rc != 0 ]; fi
}

steps 'echo 5 passed, 0 failed' 'echo 3 passed, 0 failed' true
check "the numbers of tests and clients add up" ends "8 passed, 0 failed" pass
steps 'echo 5 passed, 0 failed, 1 skipped' 'echo 0 passed, 0 failed, 4 skipped' true
check "skips are added up too" ends "5 passed, 0 failed, 5 skipped" pass
steps 'echo 1 passed, 7 failed; echo 5 passed, 0 failed' 'echo 3 passed, 0 failed' true
check "the last summary of a step counts" ends "8 passed, 0 failed" pass
steps 'echo 4 passed, 2 failed; exit 1' 'echo 3 passed, 0 failed' true
check "a failed test fails the run" ends "7 passed, 2 failed" fail
steps 'echo 5 passed, 0 failed' 'echo 3 passed, 0 failed' false
check "a failed linter fails the run" ends "8 passed, 1 failed" fail
steps 'echo cannot compile; exit 2' 'echo 3 passed, 0 failed' true
check "a step without a summary is a failure" ends "3 passed, 1 failed" fail
steps 'echo 5 passed, 0 failed' true true
check "a step that says nothing is a failure" ends "5 passed, 1 failed" fail
steps 'echo 5 passed, 0 failed' 'echo 3 passed, 0 failed; exit 1' true
check "a bad exit status is a failure whatever was printed" ends "8 passed, 1 failed" fail
tap_end
