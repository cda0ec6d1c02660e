#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# tools/layers on small trees: a clean one passes, and each rule has a tree that breaks it.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tools/tap.sh

tree=$(mktemp -d) || exit 2
trap 'rm -rf "$tree"' EXIT

# A tree that keeps every rule, with one file per folder that matters.
plant() {
    rm -rf "${tree:?}"/*
    add src/base/str.h '#ifndef S_H' '#define S_H' '#include <stddef.h>' '#endif'
    add src/wire/text.c '#include "base/str.h"' '#include <string.h>' 'double wire_value;'
    add src/broker/trade.h '#ifndef T_H' '#define T_H' 'bool trade_place(struct session *s);' '#endif'
    add src/broker/trade.c '#include "broker/trade.h"'
    add src/guard/gate.c '#include "broker/trade.h"'
    add src/sys/loop.c '#include <uv.h>' '#include <time.h>' 'void f(void)' '{' '    time(NULL);' '}'
    add src/store/journal.c '#include <sqlite3.h>' 'void f(void)' '{' '    sqlite3_free(p);' '}'
    add src/data/json.c '#include <json-c/json.h>'
    add src/data/yaml.c '#include <yaml.h>'
    add src/app/main.c '#include "sys/loop.h"' '#include "face/mcp.h"' '#include "build_id.h"'
    add client/main.c '#include <sys/socket.h>' 'void f(void)' '{' '    connect(s, a, n);' '}'
    add src/ops/quiet.c '/* strcpy(a, b), double, time(0) in a comment */' \
        'const char *said = "malloc(1) /* double";' 's->open(1);' 'order_time(1); // free(x)'
}
add() { # file line...: the licence line comes by itself
    local file=$tree/$1
    shift
    mkdir -p "$(dirname "$file")"
    printf '%s\n' '/* SPDX-License-Identifier: MIT */' "$@" >"$file"
}
keeps() { tools/layers "$tree"; }
breaks() { # rule: exactly this rule is complained of, and the exit status says it
    local said
    said=$(tools/layers "$tree") && { echo "accepted"; return 1; }
    printf '%s\n' "$said"
    printf '%s\n' "$said" | grep -q "\[$1\]" &&
        ! printf '%s\n' "$said" | grep '\[' | grep -qv "\[$1\]"
}
refuses() { # rule name file line...
    local rule=$1 name=$2
    shift 2
    plant
    add "$@"
    check "$name is refused" breaks "$rule"
}
call() { printf '%s\n' 'void f(void)' '{' "    $1;" '}'; }
refuses_call() { # rule file call
    local lines
    mapfile -t lines < <(call "$3")
    refuses "$1" "$3 in ${2%/*}/" "$2" "${lines[@]}"
}

plant
check "a tree that keeps the rules passes" keeps
add src/ops/op.c 'double age_s;'
check "a listed exception passes" keeps
check "the project keeps its own rules" tools/layers

refuses include "a higher folder" src/base/bad.c '#include "wire/text.h"'
refuses include "a sibling folder" src/wire/bad.c '#include "book/book.h"'
refuses include "sys/ outside app/" src/face/bad.c '#include "sys/loop.h"'
refuses include "an include path that is not from src/" src/wire/bad.c '#include "text.h"'
refuses include "a folder outside the table" src/extra/bad.c 'int extra;'
refuses include "an include between others, indented" src/base/bad.c '#include "base/str.h"' \
    '#ifdef X' '#  include "app/flow.h"' '#endif'
refuses gate "trade.h in ops/" src/ops/bad.c '#include "broker/trade.h"'
refuses gate "trade.h in automation/" src/automation/bad.c '#include "broker/trade.h"'
refuses gate "trade.h passed on by a header of guard/" src/guard/bad.h '#ifndef B_H' '#define B_H' \
    '#include "broker/trade.h"' '#endif'
refuses gate "a hand-written declaration of a gated function" src/ops/bad.c \
    'extern bool trade_place(struct session *s);'
refuses gate "the address of a gated function" src/face/bad.c 'void *way_around = &trade_place;'
refuses library "sqlite3.h outside store/" src/guard/bad.c '#include <sqlite3.h>'
refuses library "uv.h outside sys/" src/app/bad.c '#include <uv.h>'
refuses library "gnutls outside sys/" src/face/bad.c '#include <gnutls/gnutls.h>'
refuses library "curl outside fetch" src/sys/bad.c '#include <curl/curl.h>'
refuses library "json-c outside data/json" src/face/bad.c '#include <json-c/json.h>'
refuses library "libyaml outside data/yaml" src/ops/bad.c '#include <yaml.h>'
refuses os "a header of the operating system" src/broker/bad.c '#include <sys/socket.h>'
for name in 'clock_gettime(0, &t)' 'gettimeofday(&t, 0)' 'time(NULL)' 'rand()' 'random()' \
    'socket(1, 2, 3)' 'connect(s, a, n)' 'open("x", 0)' 'fopen("x", "r")' \
    'pthread_create(&t, 0, g, 0)'; do
    refuses_call os src/broker/bad.c "$name"
done
for name in 'strcpy(a, b)' 'strcat(a, b)' 'sprintf(a, b)' 'strtok(a, b)' 'atoi(a)' 'strtod(a, 0)' \
    'gmtime(&t)' 'localtime(&t)' 'malloc(1)' 'free(p)'; do
    refuses_call banned src/broker/bad.c "$name"
done
refuses_call banned client/bad.c 'strcpy(a, b)'
refuses money "double in guard/" src/guard/bad.c 'double limit;'
refuses money "float in book/" src/book/bad.c 'float price;'
refuses money "double after a comment that ends" src/book/bad.c '/* a' 'b */ double price;'
refuses_call exact src/ops/market.c 'x = dec_to_double(price)'
refuses_call exact src/guard/bad.c 'ok = dec_from_double(v, &d)'
refuses client "a header of src/ in the client" client/bad.c '#include "base/str.h"'
refuses form "a header without its guard" src/wire/bad.h 'int x;'
plant
printf 'int x;\n' >"$tree/src/wire/bad.c"
check "a file without the licence line is refused" breaks form

lines() { for ((i = 0; i < $1; i++)); do echo "$2"; done; }
function_of() { # body lines
    printf '%s\n' 'static bool long_one(int a,' '                     int b)' '{'
    lines "$1" '    a++;'
    echo '}'
}
mapfile -t body < <(function_of 70)
plant
add src/wire/long.c "${body[@]}"
check "a function of 70 lines passes" keeps
mapfile -t body < <(function_of 71)
refuses size "a function of 71 lines" src/wire/bad.c "${body[@]}"
mapfile -t body < <(lines 900 'int x;')
refuses size "a file of 901 lines" src/wire/bad.c "${body[@]}"
mapfile -t body < <(echo 'static const int t[] = {'; lines 900 '    1,'; echo '};')
plant
add src/wire/table.c "${body[@]}"
check "a long table passes" keeps

plant
rm -rf "$tree/src" "$tree/client"
nothing() { ! tools/layers "$tree"; }
check "a tree without sources is an error" nothing

# the folders whose README lists their modules: each is in it, by name or with those of its kind
listed() {
    local f n
    for f in "src/$1"/*.c; do
        n=$(basename "$f" .c)
        grep -qF -e "\`$n\`" -e "\`${n%%_*}_*\`" "src/$1/README.md" || { echo "$n is missing"; return 1; }
    done
}
for folder in guard mcp paper; do check "the README of $folder has all its modules" listed "$folder"; done
tap_end
