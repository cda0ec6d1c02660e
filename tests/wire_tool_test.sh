#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# `portcullis wire` as a whole: frames to JSON and back, the proxy before the paper exchange, what
# it records, and the recording played again. The programs are those of $B (default: build).
set -u
cd "$(dirname "$0")/.." || exit 2
# shellcheck source=tests/tools/tap.sh
. tests/tools/tap.sh
B=${B:-build}
tool=("$B/portcullisd" wire)
wire() { "${tool[@]}" "$@"; }
[ -x "$B/portcullisd" ] || { echo "1..0 # SKIP $B/portcullisd is not built"; exit 0; }

t=$(mktemp -d) || exit 2
pids=()
end() {
    ((${#pids[@]})) && kill "${pids[@]}" 2>/dev/null
    rm -rf "$t"
}
trap end EXIT

# ---- decode and encode ----

# Frames from the official client come back byte for byte; others write some numbers in another
# form, so theirs are compared after a second decoding.
survives() { # FILE
    local v=${1##*-at-}
    v=${v%.txt}
    grep -v '^#' "$1" | grep -v '^0 ' | cut -d' ' -f2 >"$t/in"
    wire decode --from client --server-version "$v" <"$t/in" >"$t/json" || return
    [ "$(grep -c '"fields"' "$t/json")" = "$(wc -l <"$t/in")" ] || return
    wire encode --output hex <"$t/json" >"$t/out" || return
    case $1 in
    *ibapi*) cmp "$t/in" "$t/out" ;;
    *) wire decode --from client --server-version "$v" <"$t/out" | cmp - "$t/json" ;;
    esac
}
for f in tests/vectors/*-at-*.txt; do
    check "what $(basename "$f" .txt) sent goes through JSON" survives "$f"
done

vectors=${PORTCULLIS_VECTORS:-../shared/vectors}
live=$vectors/tws/pb_small_live.tsv
protobuf_survives() {
    local v way hex rest from n=0
    while IFS=$'\t' read -r v way hex rest; do
        case $v in '#'* | '') continue ;; esac
        [ "$way" = S ] && from=server || from=client
        echo "$hex" | wire decode --server-version "$v" --from "$from" >"$t/json" || return
        [ "$(wire encode <"$t/json")" = "$hex" ] || { echo "$hex $rest"; return 1; }
        n=$((n + 1))
    done <"$live"
    [ "$n" -gt 5 ]
}
if [ -r "$live" ]; then
    check "live protobuf frames come back byte for byte" protobuf_survives
else
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - live protobuf frames # SKIP $live is not there"
fi

says() { grep -qF -- "$1" "$t/said" || { cat "$t/said"; return 1; }; }
fails_with() { # STATUS TEXT ARGUMENTS...; standard input is $t/in
    local status=$1 text=$2
    shift 2
    wire "$@" <"$t/in" >"$t/said" 2>&1
    local rc=$?
    [ "$rc" = "$status" ] && says "$text" || { echo "exit status $rc"; return 1; }
}
printf '9|1|42|\n9|1|5|6|\n9|1|43|\n' >"$t/in"
check "a frame with something left over gives its offset" fails_with 1 '"offset":6' \
    decode --server-version 200 --from server --input text
check "what follows a bad frame is decoded" says '"orderId":43'
printf 'CQ==\n!!\n' >"$t/in"
check "a line that is not base64 is named" fails_with 1 '"line":2,"error":"not base64' \
    decode --server-version 200 --from server --input base64
printf '{"from":"client","server_version":200,"name":"reqIds","fields":{"numIdz":1}}\n' >"$t/in"
check "a field that does not exist is refused by name" fails_with 1 'there is numIds' encode
check "an unknown verb is a usage error" fails_with 2 'is no verb' frobnicate
check "decode without a version is a usage error" fails_with 2 'needs --server-version' \
    decode --from client
check "the manual is there" fails_with 0 'usage: portcullis wire' --help

raw_survives() {
    printf '{"from":"server","server_version":200,"id":9,"fields":{"orderId":7}}\n' >"$t/json"
    { printf '\0\0\0\006''200\0x\0' && wire encode --output raw <"$t/json"; } >"$t/stream"
    wire decode --input raw --from server <"$t/stream" >"$t/said" || { cat "$t/said"; return 1; }
    says '"handshake":{"version":200' && says '"orderId":7'
}
check "a raw stream tells its version" raw_survives
head -c 17 "$t/stream" >"$t/in"
check "a stream that ends within a frame is an error" fails_with 1 'ends within a frame' \
    decode --input raw --from server

# ---- the proxy ----

wait_for() { # FILE PATTERN: until a line is there
    local i
    for ((i = 0; i < 500; i++)); do
        grep -q -- "$2" "$1" 2>/dev/null && return 0
        sleep 0.02
    done
    echo "no $2 in $1:"
    cat "$1"
    return 1
}
field() { sed -n "s/.*\"$2\":\\([0-9]*\\).*/\\1/p" "$1" | head -1; }
paper() { # starts an exchange on a free port, which it prints into $t/paper
    : >"$t/paper" # or what the last one said is read before the new one begins
    "$B/portcullisd" paper --port 0 --memory --max-version "$1" >"$t/paper" 2>&1 &
    pids+=($!)
    wait_for "$t/paper" 'on 127.0.0.1:' >/dev/null || return
    paper_port=$(sed -n 's/.*127\.0\.0\.1:\([0-9]*\).*/\1/p' "$t/paper" | head -1)
}
offer() { printf 'API\0\0\0\0\011v100..%s' "$1"; }
# frames of a client, from "name fields" lines
frames() { # VERSION
    local name fields
    while read -r name fields; do
        printf '{"from":"client","server_version":%s,"name":"%s","fields":%s}\n' "$1" "$name" "$fields"
    done | wire encode --output raw
}
order='{"orderId":%s,"contract":{"symbol":"AAPL","secType":"STK","exchange":"SMART","currency":"USD"},"order":{"action":"BUY","totalQuantity":"1","orderType":"LMT","lmtPrice":1,"tif":"DAY","transmit":true}}'
session() { # VERSION CLIENT_ID: what a client sends behind the handshake
    # shellcheck disable=SC2059 # the format is ours
    {
        echo "startApi {\"clientId\":$2}"
        echo 'reqCurrentTime {}'
        echo "placeOrder $(printf "$order" 1)"
        echo 'reqGlobalCancel {}'
        echo 'reqAllOpenOrders {}'
        echo 'reqAccountSummary {"reqId":5,"group":"All","tags":"NetLiquidation"}'
    } | frames "$1"
}
count() { grep -c -- "$1" "$2"; }
# Connects to a port, says the handshake, waits for the answer, sends the session.
talk() { # PORT VERSION CLIENT_ID LOG PATTERN
    local fd rc i answers
    answers=$(count '"handshake":{"version"' "$4")
    exec {fd}<>"/dev/tcp/127.0.0.1/$1" || return
    offer "$2" >&"$fd"
    for ((i = 0; i < 500; i++)); do # those of earlier clients are in the log, too
        [ "$(count '"handshake":{"version"' "$4")" -gt "$answers" ] && break
        sleep 0.02
    done
    session "$2" "$3" >&"$fd"
    wait_for "$4" "$5"
    rc=$?
    exec {fd}>&-
    return $rc
}
paper 200
"${tool[@]}" proxy --listen 127.0.0.1:0 --to "127.0.0.1:$paper_port" --record "$t/rec" --mask >"$t/log" 2>"$t/err" &
proxy=$!
pids+=("$proxy")
wait_for "$t/log" '"listening"' >/dev/null
port=$(field "$t/log" port)
check "a client talks to the exchange through the proxy" \
    talk "$port" 200 11 "$t/log" '"name":"accountSummaryEnd"'
check "an order is dropped and said to be" wait_for "$t/log" '"dropped":.*"name":"placeOrder"'
check "so is a global cancel" wait_for "$t/log" '"dropped":.*"name":"reqGlobalCancel"'
nothing_reached() { ! grep -q '"name":"openOrder"\|"name":"orderStatus"' "$t/log"; }
check "the exchange has no order" nothing_reached
check "the client's end is said" wait_for "$t/log" '"event":"closed"'
refused() {
    talk "$port" 200 1 "$t/log" '"event":"refused"' && wait_for "$t/log" 'Client id 1 is the one'
}
check "the daemon's client id is refused with an explanation" refused

# ---- the recording ----

shown() { wire show "$t/rec" >"$t/said" && says '"dropped":true' && says '"handshake":{"version":200'; }
check "the recording is shown" shown
account=$(sed -n 's/.*--account \([A-Z0-9]*\).*/\1/p' "$t/paper")
masked() {
    ! grep -q "${account:-DU9000001}" "$t/said" "$t/log" && grep -q '"DU0000001' "$t/said"
}
check "accounts are masked in the recording and the output" masked
kill -TERM "$proxy"
wait "$proxy"
check "the proxy ends in order" test $? = 0
exists() { # a file that is there is not written over
    cp "$t/rec" "$t/before"
    "${tool[@]}" proxy --listen 127.0.0.1:0 --to "127.0.0.1:$paper_port" --record "$t/rec" >"$t/log2" 2>"$t/said" &
    local pid=$! p
    pids+=("$pid")
    wait_for "$t/log2" '"listening"' >/dev/null
    p=$(field "$t/log2" port)
    (exec 9<>"/dev/tcp/127.0.0.1/$p")
    wait "$pid" && return 1
    cmp "$t/rec" "$t/before" && says 'exists'
}
check "a recording that is there stays as it is" exists

"${tool[@]}" replay "$t/rec" --listen 127.0.0.1:0 >"$t/played" 2>"$t/err" &
replay=$!
pids+=("$replay")
wait_for "$t/played" '"listening"' >/dev/null
check "a client that asks the same again gets the recording" \
    talk "$(field "$t/played" port)" 200 11 "$t/played" '"event":"complete"'
wait "$replay"
check "and the replay says that all was asked" test $? = 0
same_frames() {
    wire show "$t/rec" | grep '"from":"server"' | grep -o '"id":.*' >"$t/a"
    grep '"from":"server"' "$t/played" | grep -o '"id":.*' >"$t/b"
    [ -s "$t/a" ] && cmp "$t/a" "$t/b"
}
check "with the same frames" same_frames
sed '3s/client [A-Za-z0-9]/client !/' "$t/rec" | sed 's/ server / sever /' >"$t/bad"
: >"$t/in"
check "a damaged recording is refused by line and byte" fails_with 1 'line 3, byte' show "$t/bad"

# ---- with orders ----

"${tool[@]}" proxy --listen 127.0.0.1:0 --to "127.0.0.1:$paper_port" --allow-orders >"$t/log3" 2>"$t/err" &
pids+=($!)
wait_for "$t/log3" '"listening"' >/dev/null
check "with --allow-orders an order arrives" \
    talk "$(field "$t/log3" port)" 200 12 "$t/log3" '"name":"orderStatus"'

# ---- the same in protobuf ----

paper 225
"${tool[@]}" proxy --listen 127.0.0.1:0 --to "127.0.0.1:$paper_port" --record "$t/rec225" --mask >"$t/log4" 2>"$t/err" &
pids+=($!)
wait_for "$t/log4" '"listening"' >/dev/null
port=$(field "$t/log4" port)
check "a client and the exchange agree on protobuf through the proxy" \
    talk "$port" 225 11 "$t/log4" '"name":"accountSummaryEnd","encoding":"protobuf","server_version":225'
check "an order in protobuf is dropped" wait_for "$t/log4" '"dropped":.*"name":"placeOrder","encoding":"protobuf"'
check "so is a global cancel in protobuf" wait_for "$t/log4" '"dropped":.*"name":"reqGlobalCancel"'
log=$t/log4
nothing_reached() { ! grep -q '"name":"openOrder"\|"name":"orderStatus"' "$log"; }
check "the exchange has none of them" nothing_reached
refused_in_protobuf() {
    talk "$port" 225 1 "$t/log4" '"event":"refused"' && wait_for "$t/log4" 'Client id 1 is the one'
}
check "the daemon's client id is refused in protobuf" refused_in_protobuf
masked_in_protobuf() {
    wire show "$t/rec225" >"$t/said" && says '"handshake":{"version":225' &&
        ! grep -q 'DU9000001' "$t/said" "$t/log4" && says '"DU0000001'
}
check "accounts are masked in protobuf" masked_in_protobuf
plays_again() { # what was dropped then is not asked now
    wire replay "$t/rec225" --into paper --record "$t/again225" >"$t/said" 2>&1
    wire replay "$t/again225" --into paper >"$t/said" 2>&1 && says '"changed":0'
}
check "the recording drives the exchange again" plays_again
"${tool[@]}" proxy --listen 127.0.0.1:0 --to "127.0.0.1:$paper_port" --allow-orders >"$t/log5" 2>"$t/err" &
pids+=($!)
wait_for "$t/log5" '"listening"' >/dev/null
check "with --allow-orders an order arrives in protobuf" \
    talk "$(field "$t/log5" port)" 225 12 "$t/log5" '"name":"orderStatus","encoding":"protobuf"'

tap_end
