#!/usr/bin/env bats
# Proves the answers of interview.md: a test's name begins with its card's id.

load ../../scripts/lib/test_helper
load helpers/peer
load helpers/hosts

# number WORDS: the number that follows these words in $output.
number() {
    sed -nE "s|.*$1 *([0-9.]+).*|\1|p" <<<"$output"
}

# less A B: compares two numbers with decimals.
less() {
    awk -v a="$1" -v b="$2" 'BEGIN { exit !(a < b) }'
}

# told LINES…: these came in this order, perhaps with others in between.
told() {
    local wanted=("$@") line

    for line in "${lines[@]}"; do
        [[ $line != "${wanted[0]-}" ]] || wanted=("${wanted[@]:1}")
    done
    ((${#wanted[@]} == 0)) || fail "not told, or not in this order: ${wanted[0]}: $output"
}

# prove_load ARGUMENT…: pool_load is a program, no proof.
prove_load() {
    run_program pool_load "$@"
    assert_success
}

@test "04-01 a query on a connection that stays costs less than connecting for it" {
    local pooled=0 alone=0

    for _ in 1 2 3; do # the best of three: others use this machine, too
        prove_load -c 1 -w 1 -q 500
        assert_line "connections opened: 1"
        ! less "$pooled" "${lines[0]% queries/s}" || pooled=${lines[0]% queries/s}
        prove_load --no-pool -c 1 -w 1 -q 500
        assert_line "connections opened: 500"
        ! less "$alone" "${lines[0]% queries/s}" || alone=${lines[0]% queries/s}
    done
    less "$alone" "$pooled" || fail "pooled $pooled, not pooled $alone queries/s"
}

@test "04-02 the acquire wait is small while there are enough connections, and then grows" {
    local enough

    prove_load -c 4 -w 4 -q 1000
    enough=$(number "wait: p50")
    prove_load -c 4 -w 40 -q 1000
    less "$enough" "$(number "wait: p50")" || fail "enough: $enough, too few: $output"
    assert_line "connections opened: 4"
}

@test "04-02 Debian's MariaDB takes 151 connections" {
    drive statements 'SELECT @@max_connections'
    assert_line 151
}

@test "04-03 each holds one and waits for a second: only the timeout ends it" {
    drive pool_play 'pool 0 2' 'ask A B' 'ask C D 1000' count 'sleep 1000' close 'return A B'
    told "A has 1" "B has 2" "free 0, lent 2, opening 0, closing 0, waiting 2" \
        "C gets none: timed out" "D gets none: timed out" closed
}

@test "04-04 who returns and asks again in one breath is behind those who wait" {
    drive pool_play 'pool 0 1' 'ask A' 'ask B' 'return A + ask A' 'return B' close 'return A'
    told "A has 1" "B has 1" "A has 1" closed
}

@test "04-04 in aiomysql the waiter is overtaken, each time" {
    needs_python aiomysql
    prove_python overtaking
    assert_output "asyncio: the waiter was overtaken
asyncio: the waiter was overtaken
asyncio: the waiter was overtaken"
}

@test "04-04 of the free ones the longest unused is lent" {
    drive pool_play 'pool 0 2' 'ask A B' 'return B' 'return A' 'ask C' close 'return C'
    told "A has 1" "B has 2" "C has 2" closed
}

@test "04-04 the loop is not starved by a borrower that returns and asks again without I/O" {
    drive heartbeat event
    assert_output --regexp "^20000 answers, at most [1-9][0-9]{0,2} between two beats$"
    prove greedy
    (($(number "ran after") < 200000)) || fail "$output"
    prove greedy refused
    (($(number "ran after") < 200000)) || fail "$output"
    prove greedy late
    (($(number "ran after") < 200000)) || fail "$output"
}

@test "04-05 a lease that is returned twice takes nothing from the next borrower" {
    drive pool_play 'pool 0 1' 'ask A B' 'return A' 'return A' count close 'return B'
    told "B has 1" "A cannot return it: Invalid argument" \
        "free 0, lent 1, opening 0, closing 0, waiting 0" closed
}

@test "04-05 a lease that is forgotten is a connection less: the next waits, and close waits for ever" {
    drive pool_play 'pool 0 1' 'ask A' 'ask B 1000' 'sleep 1000' close
    told "A has 1" "B gets none: timed out" "left: free 0, lent 1, opening 0, closing 0, waiting 0"
}

@test "04-06 a look at the socket costs less than a ping; neither a hang is seen, nor a close missed" {
    prove health
    less "$(number "socket:")" "$(number "ping:")" || fail "$output"
    assert_line "a peer that hangs and will never answer: looks alive"
    assert_line "one that speaks though nobody has asked: is found out"
    assert_line "one that has closed:                     is found out"
}

@test "04-06 an idle connection that the server has closed is not lent" {
    drive statements 'SELECT CONNECTION_ID()' \
        '!mariadb -e "KILL $VALUE"' 'SELECT 2'
    told 2 "opened 2"
}

@test "04-07 idle for longer than recycle_seconds: closed at the next acquire, not before" {
    drive pool_play 'pool 0 1 60' 'ask A' 'return A' 'sleep 60001' count 'ask B' close 'return B'
    told "A has 1" "free 1, lent 0, opening 0, closing 0, waiting 0" "1 is gone" "B has 2" closed
}

@test "04-07 the server itself waits for 8 hours" {
    drive statements 'SELECT @@wait_timeout'
    assert_line 28800
}

@test "04-08 with the server gone all who wait are told, when it is back the pool serves" {
    drive pool_play 'pool 2 2' 'kill 1' 'kill 2' 'refuse refused' 'ask A B C D' accept 'ask E' \
        close 'return E'
    told "1 is gone" "A gets none: refused" "B gets none: refused" "C gets none: refused" \
        "D gets none: refused" "E has 5" closed
}

@test "04-08 while others are lent, one is told for each connect that fails" {
    drive pool_play 'pool 0 2' 'ask A' 'refuse refused' 'ask B C + slow' 'answer 2 refused' \
        'answer 3' close 'return A C'
    told "B gets none: refused" "C has 3"
    refute_line "C gets none: refused"
}

@test "04-08 the server fails over: its name leads elsewhere, and the next connect goes there" {
    with_hosts
    # shellcheck disable=SC2016 # for the shell that runs it
    run_program tests/drivers/statements "SELECT CONNECTION_ID() + 0" "$hosts 127.0.0.21" \
        '!mariadb -h 127.0.0.1 -e "KILL $VALUE"' "SELECT 'too early'" \
        "$hosts 127.0.0.21 127.0.0.1" "SELECT 'there'"
    told "no connection: Can't connect to server on '127.0.0.21' (111)" there "opened 2"
}

@test "04-09 a transaction left open is rolled back, and its connection not lent again" {
    drive statements 'CREATE TABLE card_09 (v INT) ENGINE=InnoDB' \
        'SET autocommit = 0' 'INSERT INTO card_09 VALUES (1)' 'SELECT COUNT(*) FROM card_09'
    told 0 "opened 2"
}

@test "04-10 variables of a session are inherited" {
    drive statements 'SET @discount = 50' 'SELECT @discount'
    told 50 "opened 1"
}

@test "04-11 around the blocking call no timer ticks, around _start and _cont it does" {
    prove blocking_query
    assert_equal "$(number "mysql_real_query: *the timer ticked")" 0
    (($(number "_cont: *the timer ticked") >= 1)) || fail "$output"
}

@test "04-12 a client that is gone does not stop its query" {
    # shellcheck disable=SC2016
    run --separate-stderr timeout 60 bash -c '
        running="SELECT info FROM information_schema.processlist WHERE info = \"SELECT SLEEP(30)\""
        mariadb -e "SELECT SLEEP(30)" &
        until [[ $(mariadb -NBe "$running") ]]; do :; done
        kill -KILL $!
        wait $! 2>/dev/null
        echo "the client is gone; the server: $(mariadb -NBe "$running")"'
    show "mariadb -e 'SELECT SLEEP(30)' &, kill -KILL"
    assert_output "the client is gone; the server: SELECT SLEEP(30)"
}

@test "04-12 a query that ran out of time is killed on the server, too" {
    run_program tests/drivers/statements -t $((200 * slow)) 'SELECT SLEEP(99)'
    assert_line --partial "error 2013"
    gone() { # its thread needs a moment to notice
        [[ $(mariadb -Ne "SELECT COUNT(*) FROM information_schema.processlist
            WHERE info = 'SELECT SLEEP(99)'") == 0 ]]
    }
    wait_until 30 gone || fail "the server is at it still"
}

@test "04-12 max_statement_time: the server holds the watch" {
    run_program tests/drivers/statements \
        'SET STATEMENT max_statement_time=0.1 FOR SELECT SLEEP(9)'
    assert_line --partial "error 1969"
}

@test "04-13 what was on its way to one who gave up goes to the next" {
    drive pool_play slow 'pool 0 1' 'ask A 1000' 'ask B' 'ask C' 'sleep 1000' 'cancel B' 'answer 1' \
        'cancel C' close 'return C'
    told "A gets none: timed out" "C has 1" "C does not wait" closed
    refute_line --partial "B "
}

@test "04-13 free and late in the same pass is in time" {
    drive pool_play 'pool 0 1' 'ask A' 'ask B 1000' 'sleep 1000 + return A' close 'return B'
    told "B has 1" closed
}

@test "04-14 close waits for the lent, terminate cuts them and waits, clear lives on" {
    drive pool_play 'pool 0 2' 'ask A B' 'return B' clear 'ask C' 'ask D' close terminate count 'return A C'
    told "2 is gone" "C has 3" "D gets none: the pool is closing" "1 is cut" "3 is cut" \
        "free 0, lent 2, opening 0, closing 0, waiting 0" "1 is gone" "3 is gone" closed
}

@test "04-15 a return that closes makes room, and the waiter gets it" {
    drive pool_play slow_close 'pool 0 1' 'ask A B' 'dirty 1' 'return A' 'gone 1' fast close 'return B'
    told "A has 1" "1 is gone" "B has 2" closed
}

@test "04-15 in aiomysql there is room, and the waiter still waits" {
    needs_python aiomysql
    prove_python forgotten_waiter
    assert_output "asyncio: room for 1 and the waiter still waits"
}

@test "04-16 random steps: the books balance after each, one answer for each who asks" {
    drive pool_random
    assert_output --partial " steps, "
    for ((seed = 1; seed <= 20; seed += slow)); do
        drive pool_random "$seed"
    done
}

@test "04-16 each allocation fails once: one answer for each, nothing left" {
    drive pool_no_memory
    assert_output --partial "nothing left"
}

@test "04-17 in a deadlock one is undone, and both succeed if it begins anew" {
    prove deadlock
    assert_output "error 1213
Ada 75, Bob 75"
}

@test "04-18 without autocommit a row is lost, and each borrower has a new connection" {
    needs_python aiomysql
    prove_python autocommit
    assert_output "autocommit=False: 0 row, another connection
autocommit=True: 1 row, the same connection"
}

@test "04-18 Connector/C leaves autocommit on; off, a statement costs the connection" {
    drive statements "SELECT @@autocommit" "SET autocommit = 0" \
        "SELECT COUNT(*) FROM mysql.time_zone" "SELECT @@autocommit"
    assert_output "1
ok, 0 affected
0
1
opened 2"
}

@test "04-19 a stream of 50 MB needs no memory; to stop in the middle costs the connection" {
    drive queries stream
    assert_line --partial "5000 rows, sum 12502500, error 0, reusable 1, memory bounded"
    drive queries stop
    assert_output "row 10 of 10000 bytes, reusable 0, unanswered 1
again, opened 2"
}
