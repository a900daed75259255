#!/bin/sh
# with-mariadb.sh COMMAND...: runs it beside a MariaDB of its own in a temporary folder, reached by a socket only, with an
# empty database `cratehouse`; CRATEHOUSE_DB_SOCKET, CRATEHOUSE_DB_USER and CRATEHOUSE_DB_NAME say where. The exit status is
# the command's; 77 (skipped) where there is no mariadbd.
set -eu

PATH=$PATH:/usr/sbin:/usr/local/sbin
for tool in mariadbd mariadb-install-db mariadb mariadb-admin; do
	command -v "$tool" >/dev/null || { echo "$tool is missing (Debian: mariadb-server)" >&2; exit 77; }
done
dir=$(mktemp -d "${CRATEHOUSE_TEST_TMP:-${TMPDIR:-/tmp}}/cratehouse-db.XXXXXX")
server=

stop() {
	if [ -n "$server" ]; then
		kill "$server" 2>/dev/null || :
		wait "$server" 2>/dev/null || :
	fi
	rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT TERM

user=$(id -un)
# A folder of its own for temporary tables: a server that starts removes those of others from where it finds them.
mkdir "$dir/tmp"
mariadb-install-db --no-defaults --user="$user" --datadir="$dir/data" --tmpdir="$dir/tmp" \
	--auth-root-authentication-method=normal --skip-test-db --force >"$dir/install.log" 2>&1 ||
	{ cat "$dir/install.log" >&2; exit 1; }
mariadbd --no-defaults --user="$user" --datadir="$dir/data" --tmpdir="$dir/tmp" --socket="$dir/s" --pid-file="$dir/pid" \
	--skip-networking --innodb-buffer-pool-size=48M --innodb-log-file-size=16M --innodb-flush-log-at-trx-commit=0 \
	--innodb-stats-auto-recalc=0 --performance-schema=0 >"$dir/log" 2>&1 &
server=$!
tries=0
until mariadb-admin --no-defaults -u root -S "$dir/s" ping >/dev/null 2>&1; do
	tries=$((tries + 1))
	if [ "$tries" -gt 150 ] || ! kill -0 "$server" 2>/dev/null; then
		cat "$dir/log" >&2
		exit 1
	fi
	sleep 0.2
done
mariadb --no-defaults -u root -S "$dir/s" -e 'CREATE DATABASE cratehouse CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin'
CRATEHOUSE_DB_SOCKET=$dir/s CRATEHOUSE_DB_USER=root CRATEHOUSE_DB_NAME=cratehouse
export CRATEHOUSE_DB_SOCKET CRATEHOUSE_DB_USER CRATEHOUSE_DB_NAME
status=0
"$@" || status=$?
exit "$status"
