#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# tools/bootstrap with a pretended dpkg-query, apt-get and sudo: nothing is really installed.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/tools/tap.sh

dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
pretend() { # name lines...
    local file=$dir/bin/$1
    shift
    mkdir -p "$dir/bin"
    printf '%s\n' '#!/bin/sh' "$@" >"$file"
    chmod +x "$file"
}
# Everything is installed but what $dir/missing names; apt-get writes down how it was called.
machine() { # missing package...
    rm -rf "${dir:?}/bin" "$dir/calls"
    printf '%s\n' "$@" >"$dir/missing"
    local tool
    for tool in sh env awk tr cat mktemp rm grep sleep; do
        mkdir -p "$dir/bin"
        ln -s "$(command -v $tool)" "$dir/bin/$tool"
    done
    pretend dpkg-query 'for p in "$@"; do grep -qx -- "$p" "$DIR/missing" || echo "$p installed"; done' \
        'exit 1'
    pretend apt-get 'echo "$DEBIAN_FRONTEND $*" >>"$DIR/calls"'
    pretend id 'echo 0'
}
bootstrap() { DIR=$dir PATH=$dir/bin /bin/sh tools/bootstrap "$@" 2>&1; }

quiet() { [ -z "$(bootstrap "$@")" ] && [ ! -e "$dir/calls" ]; }
installs() {
    local said
    said=$(bootstrap build) || return 1
    printf '%s\n' "$said"
    cat "$dir/calls"
    [ "$said" = "bootstrap: installing, to build Portcullis: libuv1-dev nettle-dev" ] &&
        grep -q '^noninteractive .*update' "$dir/calls" &&
        grep -q '^noninteractive .*install .*libuv1-dev nettle-dev$' "$dir/calls"
}
without_root() {
    local said
    said=$(bootstrap build) && return 1
    printf '%s\n' "$said"
    [[ $said == *"neither root nor sudo"* && $said == *libuv1-dev* ]]
}
through_sudo() { bootstrap build && grep -q '^noninteractive .*install' "$dir/calls"; }
elsewhere() {
    local said
    said=$(bootstrap build)
    [[ $said == *"not a Debian system"* && $said == *libgnutls28-dev* ]]
}
failing() {
    local said
    said=$(bootstrap build) && return 1
    [[ $said == *"disk is full"* && $said == *"apt-get failed"* ]]
}
unknown() { ! bootstrap everything; }

machine
check "nothing is said or done when nothing is missing" quiet test
machine libuv1-dev nettle-dev
check "what is missing is named and installed" installs
machine clang-tidy
check "a group installs only its own packages" quiet build
machine libuv1-dev
pretend id 'echo 1000'
check "without root and sudo the packages are listed" without_root
pretend sudo '[ "$1" = -n ] && exit 0; exec "$@"'
check "sudo is used when there is one" through_sudo
machine libuv1-dev
rm "$dir/bin/dpkg-query"
check "on another system the packages are listed" elsewhere
machine libuv1-dev
pretend apt-get 'echo disk is full; exit 100'
check "a failure of apt-get is shown" failing
check "an unknown group is refused" unknown
tap_end
