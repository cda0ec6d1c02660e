#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# tools/one_gate on what is built, and on copies of it in which somebody goes around the gate.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tools/tap.sh
B=${B:-build}
[ -e "$B/broker.a" ] || { echo "1..0 # SKIP not built"; exit 0; }
here=$PWD
tree=$(mktemp -d) || exit 2
trap 'rm -rf "$tree"' EXIT

# A build directory like the real one, in which object FOLDER/sneak.o has this line of C.
plant() { # folder code
    rm -rf "${tree:?}"/*
    ln -s "$here/$B"/*.a "$tree"
    printf '%s\n' "$2" >"$tree/sneak.c"
    ${CC:-cc} -c -o "$tree/sneak.o" "$tree/sneak.c" || exit 2
    rm "$tree/$1.a" && cp "$here/$B/$1.a" "$tree" && ar q "$tree/$1.a" "$tree/sneak.o"
}
refuses() { # function
    local said
    said=$(tools/one_gate "$tree") && { echo "accepted"; return 1; }
    printf '%s\n' "$said"
    printf '%s\n' "$said" | grep -q "sneak.o: refers to $1;"
}
sneaks() { # folder function
    plant "$1" "void $2(void); void sneak(void); void sneak(void) { $2(); }"
    check "$1/ that calls $2 is refused" refuses "$2"
}

check "what is built has one way for orders" tools/one_gate "$B"
sneaks ops trade_place
sneaks market trade_cancel_all
sneaks broker trade_cancel
sneaks broker session_send_trade
sneaks broker pacing_add
sneaks guard session_send_trade
sneaks guard wire_encode
sneaks app session_output
plant face 'void trade_place(void); void (*const table[])(void) = {trade_place};'
check "the address of a gated function in a table is refused" refuses trade_place
plant guard 'void trade_place(void); void sneak(void); void sneak(void) { trade_place(); }'
check "guard/ may" tools/one_gate "$tree"
plant store 'void trade_place(void); void trade_place(void) {}'
twice() { tools/one_gate "$tree" | grep 'trade_place: defined in 2 objects'; }
check "a second function of that name is refused" twice
nothing() { tools/one_gate "$tree/none"; [ $? = 2 ]; }
check "a directory in which nothing is built is an error" nothing
tap_end
