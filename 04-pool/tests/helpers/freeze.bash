#!/usr/bin/env bash
# freeze.bash: stops the MariaDB that scripts/with-mariadb has started, and waits
# until its last thread stands still. kill -CONT wakes it up.
set -euo pipefail
pid=$(cat "$MYSQL_HOME/server/pid")
kill -STOP "$pid"
for ((i = 0; i < 3000; i++)); do
    grep -L '^State:.T' /proc/"$pid"/task/*/status | grep -q . || exit 0
    sleep 0.01
done
echo "freeze: it goes on" >&2
exit 1
