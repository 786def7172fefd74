# shellcheck shell=bash
# Words shared by every script of setup/: where things lie, and how to speak.

CHECKOUT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CACHE=${LOYALTY_CLUB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/loyalty-club}
export CHECKOUT CACHE LOYALTY_CLUB_CACHE=$CACHE

# Seconds since the first script of this run started.
: "${LOYALTY_CLUB_STARTED:=$(date +%s)}"
export LOYALTY_CLUB_STARTED

say() {
    printf '[%4ds] %s\n' "$(($(date +%s) - LOYALTY_CLUB_STARTED))" "$*" >&2
}

die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# with_lock NAME COMMAND…: one process at a time, over all checkouts. A command
# that starts a server closes LOCK_FD for it, or the server keeps the lock.
with_lock() {
    local name=$1
    shift
    mkdir -p "$CACHE/locks"
    exec {LOCK_FD}>"$CACHE/locks/$name"
    flock "$LOCK_FD"
    "$@" # not in a condition: that would switch off "set -e" within
    exec {LOCK_FD}>&-
}

# hash_of FILE…: short name for what the files say.
hash_of() {
    cat "$@" | sha256sum | cut -c1-12
}
