#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What `portcullis mcp --print-config` prints for each assistant can be read by a parser of its
# format, has the absolute path, and starts a server that answers.
set -u
cd "$(dirname "$0")/.." || exit 2
# shellcheck source=tests/tools/tap.sh
. tests/tools/tap.sh
B=${B:-build}
[ -x "$B/portcullisd" ] || { echo "1..0 # SKIP $B/portcullisd is not built"; exit 0; }
python3 -c 'import tomllib' 2>/dev/null || { echo '1..0 # SKIP python3 with tomllib is missing'; exit 0; }
t=$(mktemp -d) || exit 2
home="$t/with \"quotes\" and \\"
mkdir "$home"
cp "$B/portcullis" "$B/portcullisd" "$home"
trap 'PORTCULLIS_SOCKET="$t/s" "$home/portcullis" stop >/dev/null 2>&1; rm -rf "$t"' EXIT
unset "${!PORTCULLIS_@}" "${!XDG_@}"
export HOME="$t"

# reads FORMAT KEY [NAME VALUE]: the block in $t/block starts our program, with that environment
reads() {
    python3 - "$t/block" "$home/portcullis" "$@" <<'PY'
import json, sys, tomllib
path, program, form, key, *env = sys.argv[1:]
with open(path, "rb") as f:
    block = json.load(f) if form == "json" else tomllib.load(f)
entry = block[key]["portcullis"]
entry.pop("type", None)
wanted = {"command": program, "args": ["mcp"]}
if env:
    wanted["env"] = dict(zip(env[::2], env[1::2]))
assert entry == wanted, (entry, wanted)
PY
}
prints() { # NAME FORMAT KEY
    "$home/portcullis" mcp --print-config "$1" >"$t/block" 2>"$t/hint" && reads "$2" "$3" &&
        grep -q 'add this to' "$t/hint"
}
with_places() { # NAME FORMAT KEY
    XDG_STATE_HOME=/a/b PORTCULLIS_SOCKET="$t/s" "$home/portcullis" mcp --print-config "$1" \
        >"$t/block" 2>"$t/hint" && reads "$2" "$3" PORTCULLIS_SOCKET "$t/s" XDG_STATE_HOME /a/b
}
while read -r name format key; do
    check "the block for $name can be read and starts this program" prints "$name" "$format" "$key"
    check "it says which daemon is meant where that was chosen, for $name" with_places "$name" "$format" "$key"
done <<'LIST'
claude-desktop json mcpServers
claude-code json mcpServers
vscode json servers
cursor json mcpServers
codex toml mcp_servers
LIST

starts() {
    "$home/portcullis" mcp --print-config claude-desktop >"$t/block" 2>/dev/null
    python3 - "$t/block" "$t/s" <<'PY'
import json, os, subprocess, sys
entry = json.load(open(sys.argv[1]))["mcpServers"]["portcullis"]
# an assistant hands on little more than this
env = {"HOME": os.environ["HOME"], "PATH": os.environ["PATH"], "PORTCULLIS_SOCKET": sys.argv[2],
       "PORTCULLIS_HTTP_ENABLED": "false"}
hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
    "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}}
done = subprocess.run([entry["command"], *entry["args"]], input=json.dumps(hello) + "\n", env=env,
                      text=True, capture_output=True, timeout=60)
assert json.loads(done.stdout)["result"]["serverInfo"]["name"] == "portcullis", done
PY
}
check "what it names starts a server that answers" starts
unknown() {
    "$home/portcullis" mcp --print-config nobody >"$t/block" 2>"$t/hint"
    [ $? = 2 ] && [ ! -s "$t/block" ] && grep -q 'claude-desktop|claude-code|vscode|cursor|codex' "$t/hint"
}
check "a name that is not known is a usage error that tells the names" unknown
tap_end
