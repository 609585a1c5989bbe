#!/bin/sh
# A new volume gets a cluster with the superuser's password, and the server listens to all. Any other command runs as
# it is. The official image does more; docker-compose.yml uses no more than this.
set -eu
[ "${1:-}" = postgres ] || exec "$@"
shift
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    : "${POSTGRES_PASSWORD:?a new volume needs the password of its superuser}"
    password=$(mktemp)
    printf '%s\n' "$POSTGRES_PASSWORD" > "$password"
    initdb --pgdata "$PGDATA" --username postgres --pwfile "$password" --auth-local trust --auth-host scram-sha-256 \
        --encoding UTF8 --locale-provider builtin --locale C.UTF-8
    rm "$password"
    echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
fi
# /tmp is where psql of this build looks for the socket.
exec postgres -c listen_addresses='*' -c unix_socket_directories=/var/run/postgresql,/tmp "$@"
