#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# docs/reliability.md has the tables that the simulation writes: the same lines but for the numbers.
set -u
cd "$(dirname "$0")/../.." || exit 2
# shellcheck source=tests/tools/tap.sh
. tests/tools/tap.sh
B=${B:-build}
[ -x "$B/sim" ] || { echo "1..0 # SKIP not built"; exit 0; }
t=$(mktemp -d) || exit 2
trap 'rm -rf "$t"' EXIT
cp docs/reliability.md "$t/doc.md"
"$B/sim" -n 3 -t "$t/doc.md" >"$t/out" 2>&1
shape() { sed 's/[0-9][0-9]*/N/g' "$1"; }
check "lives end well" grep -q '^ok 1' "$t/out"
check "the document has the tables of a run" diff <(shape docs/reliability.md) <(shape "$t/doc.md")
tap_end
