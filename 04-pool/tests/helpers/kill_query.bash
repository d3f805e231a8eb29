#!/usr/bin/env bash
# kill_query.bash WORDS: waits until a query with these words runs, and then KILLs its
# connection.
set -euo pipefail
for ((i = 0; i < 1200; i++)); do
    id=$(mariadb -Ne "SELECT ID FROM information_schema.PROCESSLIST
        WHERE INFO LIKE '%$1%' AND ID <> CONNECTION_ID()")
    if [[ -n $id ]]; then
        exec mariadb -e "KILL $id"
    fi
    sleep 0.05
done
echo "kill_query.bash: there is no query with $1" >&2
exit 1
