# shellcheck shell=bash
# A PostgreSQL cluster of our own: data, socket and log lie in the cache, no
# TCP port is opened, and clusters of the machine are left alone.

# Tests that kill PostgreSQL have a cluster of their own.
PG_HOME=${LOYALTY_CLUB_POSTGRES:-$CACHE/postgres}
PG_DATA=$PG_HOME/data
PG_LOG=$PG_HOME/log
PG_STARTED_HERE=no
export PGHOST=$PG_HOME/socket PGPORT=5432 PGUSER=loyalty_club
# Settings of the machine's user must not lead us to another server.
unset PGDATABASE PGPASSWORD PGSERVICE PGSSLMODE PGHOSTADDR PGOPTIONS

pg_bin() {
    local newest
    newest=$(find /usr/lib/postgresql -maxdepth 3 -name postgres -path '*/bin/*' 2>/dev/null |
        sort -V | tail -1)
    dirname "${newest:-/nowhere/postgres}"
}

# PostgreSQL refuses to run as root. In a user namespace it sees another user
# id while the files stay root's, so that nothing has to be opened up for a
# second user. Where namespaces are forbidden (some containers) it becomes the
# user postgres, who keeps the right to reach the cache below root's home.
pg_as_user() {
    if [ "$(id -u)" -ne 0 ]; then
        "$@"
    elif unshare --user --map-user=1000 true 2>/dev/null; then
        unshare --user --map-user=1000 "$@"
    else
        chown -R postgres "$PG_HOME"
        setpriv --reuid=postgres --clear-groups --inh-caps=+dac_override \
            --ambient-caps=+dac_override "$@"
    fi
}

pg_running() {
    "$(pg_bin)/pg_isready" -q
}

pg_create() {
    [ ! -f "$PG_DATA/PG_VERSION" ] || return 0
    say "PostgreSQL: creating a private cluster"
    mkdir -p "$PGHOST"
    chmod 700 "$PG_HOME" "$PGHOST"
    rm -rf "$PG_DATA"
    pg_as_user "$(pg_bin)/initdb" --pgdata="$PG_DATA" --username=postgres \
        --auth=trust --encoding=UTF8 --locale=C.UTF-8 >"$PG_LOG" 2>&1 ||
        die "PostgreSQL could not create its cluster; see $PG_LOG"
    cat >>"$PG_DATA/postgresql.conf" <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$PGHOST'
		unix_socket_permissions = 0700
		shared_buffers = 512MB
		max_wal_size = 4GB
		checkpoint_timeout = 30min
		random_page_cost = 1.1
		CONF
}

pg_start_locked() {
    ! pg_running || return 0
    pg_create
    [ "${#PGHOST}" -le 90 ] ||
        die "the path of the cache is too long for a socket: $PGHOST; set LOYALTY_CLUB_CACHE to a shorter one"
    say "PostgreSQL: starting"
    # Tests run beside one another, and a server with workers takes many. A cluster
    # that setup/test has started, and stops in the end, doesn't wait for the disk:
    # each database that is dropped would take seconds for that.
    local options="-c max_connections=300"
    [ -z "${LOYALTY_CLUB_QUICK_DISK:-}" ] || options+=" -c fsync=off -c full_page_writes=off"
    pg_as_user "$(pg_bin)/pg_ctl" --pgdata="$PG_DATA" --log="$PG_LOG" --wait \
        --silent --options="$options" start {LOCK_FD}>&- ||
        die "PostgreSQL did not start; see $PG_LOG"
    PG_STARTED_HERE=yes
    psql -qtA -U postgres -d postgres \
        -c "SELECT 1 FROM pg_roles WHERE rolname = '$PGUSER'" | grep -q 1 ||
        createuser -U postgres --createdb "$PGUSER"
}

pg_start() {
    with_lock postgres pg_start_locked
}

pg_stop() {
    ! pg_running || pg_as_user "$(pg_bin)/pg_ctl" --pgdata="$PG_DATA" \
        --silent --mode=fast stop
}

# For the end of a script: leaves a cluster that was running before it.
pg_stop_if_started_here() {
    [ "$PG_STARTED_HERE" = no ] || pg_stop
}
