#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A sample of `make crash`: each kind of mishap at a few points of the way of an order.
set -u
cd "$(dirname "$0")/../.." || exit 2
B=${B:-build}
[ -x "$B/portcullisd" ] && [ -e "$B/crash_preload.so" ] || { echo "1..0 # SKIP not built"; exit 0; }
command -v python3 >/dev/null || { echo "1..0 # SKIP there is no python3"; exit 0; }
exec python3 tests/crash/crash.py --build "$B" --tap --every 55 --jobs 2
