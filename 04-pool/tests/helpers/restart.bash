#!/usr/bin/env bash
# restart.bash [SECONDS]: kills the MariaDB that scripts/with-mariadb has started, in
# the middle of whatever it does, and starts it again, on the same port, after
# so many seconds. It ends with with-mariadb, too.
set -euo pipefail

server=$MYSQL_HOME/server
pid=$(cat "$server/pid")
mapfile -d '' command <"/proc/$pid/cmdline"
read -r _ _ _ parent _ <"/proc/$pid/stat"
user=$(stat -c %u "/proc/$pid")
kill -KILL "$pid"
sleep "${1-0}"
: >"$server/error.log"
words=()
((EUID != 0)) || words=(setpriv --reuid "$user" --regid "$user" --clear-groups)
for word in "${command[@]}"; do
    [[ $word == --init-file=* ]] || words+=("$word") # it made the users
done
"${words[@]}" </dev/null >/dev/null 2>&1 3>&- &
started=$!
(
    tail --pid="$parent" -f /dev/null
    kill -KILL "$started"
) </dev/null >/dev/null 2>&1 3>&- &
for ((i = 0; i < 600; i++)); do
    ! grep -qs 'ready for connections' "$server/error.log" || exit 0
    sleep 0.05
done
echo "restart.bash: it is not ready after 30 s: $(tail -n 3 "$server/error.log")" >&2
exit 1
