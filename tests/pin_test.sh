#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The PIN at a real terminal: the real client, the real daemon, and a pseudo-terminal between them.
set -u
cd "$(dirname "$0")/.." || exit 2
# shellcheck source=tests/tools/tap.sh
. tests/tools/tap.sh
command -v python3 >/dev/null || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
# shellcheck source=tests/tools/daemon.sh
. tests/tools/daemon.sh
P="$PWD/$B/portcullis"

# at_terminal INPUT COMMAND...: runs it on a terminal of its own; each line of INPUT is typed once the
# program has prompted again. The terminal's text is in $t/screen, the status is the program's.
cat >"$t/terminal.py" <<'PY'
import os, pty, select, sys
lines = sys.argv[1].split("\n") if sys.argv[1] else []
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
screen, seen = b"", 0
while True:
    ready = select.select([fd], [], [], 20)[0]
    try:
        data = os.read(fd, 4096) if ready else b""
    except OSError:
        data = b""
    if not data:
        break
    screen += data
    if screen[seen:].endswith(b": ") and lines:
        seen = len(screen)
        os.write(fd, lines.pop(0).encode() + b"\n")
sys.stdout.buffer.write(screen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PY
at_terminal() { python3 "$t/terminal.py" "$@" >"$t/screen" 2>&1; }
# Without a controlling terminal.
alone() { setsid -w "$@"; }
# status NUMBER COMMAND...
status() {
    local want=$1 got=0
    shift
    "$@" >"$t/out" 2>&1 || got=$?
    [ "$got" = "$want" ] || { echo "exit $got"; cat "$t/out" "$t/screen"; return 1; }
}
shows() { grep -qF "$1" "$t/screen" || { cat "$t/screen"; return 1; }; }
hides() { ! grep -qF "$1" "$t/screen" || { cat "$t/screen"; return 1; }; }
says() { grep -qF "$1" "$t/out" || { cat "$t/out"; return 1; }; }
umask 022
begin
file=$t/state/portcullis/pin
check "the switch is pulled" status 0 "$P" kill testing
check "without a PIN nobody releases it" status 4 at_terminal "" "$P" release checked
check "it says what to do" shows "pin set"
check "the first PIN needs a terminal" status 4 alone "$P" pin set
check "and no pipe stands for one" status 4 alone sh -c "printf '7531\n7531\n' | '$P' pin set"
check "it is typed twice" status 0 at_terminal $'7531\n7531' "$P" pin set
check "unseen" hides 7531
private() { [ "$(stat -c %a "$file")" = 600 ]; }
check "its file is private" private
all_private() {
    wide=$(find "$t/state/portcullis" -perm /077)
    [ -f "$t/state/portcullis/embedded/journal.db" ] && [ -z "$wide" ] || { echo "$wide"; return 1; }
}
check "and so is all that is kept" all_private
hashed() { ! grep -q 7531 "$file"; }
check "and does not hold it" hashed
check "a pipe is no terminal" status 4 alone sh -c "echo 7531 | '$P' release checked"
check "nor is one where a terminal is near" status 4 at_terminal 7531 sh -c "echo 7531 | '$P' release checked"
check "it says so" shows "standard input is not a terminal"
check "an argument is no PIN" status 4 alone "$P" release 7531
check "no option takes it" status 2 alone "$P" release checked --pin 7531
check "nor does the environment" status 4 alone env PORTCULLIS_PIN=7531 "$P" release checked
check "in the background nobody is asked" status 4 at_terminal 7531 bash -ic "'$P' release checked & wait \$!"
for n in 1 2 3; do
    check "a wrong PIN is refused ($n)" status 4 at_terminal 1111 "$P" release checked
done
kill -KILL "$daemon"
wait "$daemon" 2>/dev/null
begin
for n in 4 5; do
    check "also after the daemon was killed ($n)" status 4 at_terminal 1111 "$P" release checked
done
check "five of them lock it" status 4 at_terminal 7531 "$P" release checked
check "it says until when" shows "locked until"
# a minute later, as far as the file knows
sed -i 's/"locked_until":"20../"locked_until":"19/; s/"failures":5/"failures":0/' "$file"
kill -TERM "$daemon"
wait "$daemon" 2>/dev/null
begin
check "the right one releases it" status 0 at_terminal 7531 "$P" release checked
check "the switch is off" status 0 "$P" safety --json
check "it says so" says '"killed":false'
"$P" audit export >"$t/export" 2>&1
unsaid() { ! grep -rqE '7531' "$t/log" "$t/export" "$t/state/portcullis/portcullisd.log" 2>/dev/null; }
quiet() { [ "$(grep -c '"kind":"person"' "$t/export")" -ge 8 ] && unsaid; }
# one argument above was that number by intention: take that record out
grep -v 'why.*7531' "$t/export" >"$t/x" && mv "$t/x" "$t/export"
check "every attempt is in the audit log, and no PIN" quiet

# tokens: made with the PIN, shown on that terminal, and the one of an older version taken over
end() { kill "$daemon"; wait "$daemon" 2>/dev/null; daemon=; rm -f "$socket"; }
get() { python3 -c '
import sys, urllib.request, urllib.error
q = urllib.request.Request("http://127.0.0.1:%s/api/safety" % sys.argv[1], headers={"Authorization": "Bearer " + sys.argv[2]})
try:
    sys.exit(0 if urllib.request.urlopen(q, timeout=20).status == 200 else 1)
except urllib.error.HTTPError as e:
    sys.exit(4 if e.code == 401 else 1)' "$port" "$1"; }
socket=$t/state/portcullis/portcullis.sock
end
old=$(printf 'old%.0s' {1..16})
(umask 077 && echo "$old" >"$t/state/portcullis/token")
export PORTCULLIS_HTTP_ENABLED=true PORTCULLIS_HTTP_PORT=0
: >"$t/log"
begin
ports() { port=$(sed -n 's/.*ready.* http=\([0-9]*\).*/\1/p' "$t/log" | tail -1); [ -n "$port" ]; }
for ((i = 0; i < 100; i++)); do ports && break; sleep 0.05; done
check "a token needs a terminal" status 4 alone "$P" token add sheet
check "and the PIN" status 0 at_terminal 7531 "$P" token add sheet
token=$(grep -o 'pc_[A-Za-z0-9_-]\{43\}' "$t/screen")
check "it is valid" status 0 get "$token"
check "another is not" status 4 get "${token}x"
check "the old one still is" status 0 get "$old"
gone() { [ ! -e "$t/state/portcullis/token" ] && ! grep -qF -e "$old" -e "$token" "$t/state/portcullis/tokens"; }
check "and no file holds one in the clear" gone
check "one is revoked" status 0 alone "$P" token revoke http
check "at once" status 4 get "$old"
end
begin
for ((i = 0; i < 100; i++)); do ports && break; sleep 0.05; done
chmod 644 "$t/state/portcullis/tokens"
end
refuses() { ! "$B/portcullisd" --foreground-log >"$t/out" 2>&1 && grep -q 'tokens' "$t/out"; }
check "a file that others can read stops the start" refuses
chmod 600 "$t/state/portcullis/tokens"

# a daemon under a user of its own: only root can set this up
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    export PORTCULLIS_HTTP_ENABLED=false PORTCULLIS_ACCESS_ADMIN_UIDS=4002 PORTCULLIS_ACCESS_CLIENT_UIDS=4003
    export PORTCULLIS_SOCKET="$t/run/portcullis.sock"
    socket=$PORTCULLIS_SOCKET
    chmod 755 "$t" "$t/run" && mkdir "$t/bin" && cp "$B/portcullis" "$B/portcullisd" "$t/bin"
    rm -rf "$t/state" && mkdir "$t/state" && chown 4001 "$t/state" "$t/run" && : >"$t/log"
    as() { local uid=$1; shift; setpriv --reuid "$uid" --clear-groups "$@"; }
    # not by `as`: a function in the background is a shell, whose end is not the daemon's
    setpriv --reuid 4001 --clear-groups "$t/bin/portcullisd" --foreground-log >>"$t/log" 2>&1 &
    daemon=$!
    for ((i = 0; i < 200; i++)); do [ -S "$socket" ] && break; sleep 0.05; done
    P="$t/bin/portcullis"
    check "a client does not talk to another user's daemon" status 69 as 4003 "$P" kill test
    export PORTCULLIS_DAEMON_UID=4001
    check "unless it was told whose it is" status 0 as 4003 "$P" kill test
    check "a guest is no person" status 4 as 4003 "$P" release checked
    check "a user whom nobody named is not let in" status 69 as 4004 "$P" safety
    check "the admin is a person without a PIN" status 0 as 4002 setsid -w "$P" release checked
    end
else
    echo "# another user: skipped, this needs root and setpriv"
fi
tap_end
