#!/usr/bin/env bats
# Unsolved fails: what is refused changes nothing
load ../../scripts/checking/exercise_helper

# One server for all tests here: it takes longer to start than they do.
# shellcheck disable=SC2016 # its own shell's
setup_file() {
    local i

    "$root/scripts/with-mariadb" env MYSQL_USER=answer MYSQL_PWD=answer bash -c '
        export -p | sed -n "s/^declare -x MYSQL_/export MYSQL_/p" >"$1.new"
        mv "$1.new" "$1"
        exec tail --pid="$2" -f /dev/null' - "$BATS_FILE_TMPDIR/server" $$ \
        </dev/null >"$BATS_FILE_TMPDIR/said" 2>&1 3>&- 4>&- &
    echo $! >"$BATS_FILE_TMPDIR/pid"
    for ((i = 0; i < 6000; i++)); do
        [[ ! -e $BATS_FILE_TMPDIR/server ]] || return 0
        kill -0 $! 2>/dev/null || break
        sleep 0.01
    done
    complain came "the database does not start: $(<"$BATS_FILE_TMPDIR/said")"
    return 1
}

teardown_file() {
    kill "$(<"$BATS_FILE_TMPDIR/pid")" 2>/dev/null || true
}

if [[ -e ${BATS_FILE_TMPDIR-}/server ]]; then
    source "$BATS_FILE_TMPDIR/server"
fi

# What the checks tell the server, with the rights that the program lacks. A transaction
# that the program left prepared (XA) holds its locks: that is not waited for.
mariadb() {
    command mariadb --defaults-file="$MYSQL_HOME/my.cnf" \
        --init-command="SET lock_wait_timeout = 10" "$@" 3>&- 4>&-
}

frozen="Fay is frozen, and will be until all that was taken is back, down to the last cent"

# accounts ADA BOB: what they begin with; the others have 100. Cyd's and Fay's are
# frozen, and who gives to Eve loses his connection. Each UPDATE takes 5 ms a row, so
# that transfers meet; and while meanwhile_deadlock plays, until it is ready for it.
accounts() {
    mariadb workbook -e "
        CREATE OR REPLACE TABLE accounts (name VARCHAR(20) PRIMARY KEY,
            balance BIGINT CHECK (balance >= 0));
        INSERT INTO accounts VALUES ('Ada', $1), ('Bob', $2), ('Cyd', 100), ('Dee', 100),
            ('Eve', 100), ('Fay', 100);
        DELIMITER //
        CREATE TRIGGER slow BEFORE UPDATE ON accounts FOR EACH ROW
        BEGIN
            DECLARE looks INT DEFAULT 0;
            REPEAT
                DO SLEEP(0.005);
                SET looks = looks + 1;
            UNTIL looks > 50 OR IS_FREE_LOCK('plays') OR NOT IS_FREE_LOCK('is ready') END REPEAT;
            IF NEW.name = 'Cyd' THEN
                SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'Cyd is frozen';
            ELSEIF NEW.name = 'Fay' THEN
                SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '$frozen';
            ELSEIF NEW.name = 'Eve' THEN
                KILL CONNECTION_ID();
            END IF;
        END//"
}

# expect_accounts ADA BOB [DEE]: what they have now.
expect_accounts() {
    local now expected="Ada $1, Bob $2, Cyd 100, Dee ${3-100}, Eve 100, Fay 100"

    now=$(mariadb workbook -Ne "
        SELECT GROUP_CONCAT(name, ' ', balance ORDER BY name SEPARATOR ', ') FROM accounts")
    [[ $now == "$expected" ]] || wrong "then: $expected" "then: $now
it said:
$output"
}

# meanwhile LOCKS THEN: another session locks these, and then does the rest.
meanwhile() {
    local held

    [[ -z ${other_PID-} ]] || wait "$other_PID" || true # the last one
    # shellcheck disable=SC2034 # the coprocess has a name
    coproc other { mariadb workbook -nN 2>&1; }
    cat >&"${other[1]}" <<END
$1; SELECT 'held';
DELIMITER //
BEGIN NOT ATOMIC
    DECLARE looks, seen, gone, undone, before_it INT DEFAULT 0;
    $2;
END//
END
    # shellcheck disable=SC1083,SC2093 # bash closes the variable's descriptor
    exec {other[1]}>&-
    while read -r held; do
        [[ $held != held ]] || return 0
    done <&"${other[0]}"
    complain came "the other session does not get its locks: $held"
    return 1
}

programs="SELECT 1 FROM information_schema.processlist
    WHERE id <> CONNECTION_ID() AND user <> 'system user'"
number="SELECT VARIABLE_VALUE FROM information_schema.global_status WHERE VARIABLE_NAME ="
row_lock_waits="($number 'Innodb_row_lock_current_waits') > 0"
deadlocks="($number 'Innodb_deadlocks')"

# until_it_waits CONDITION [LOOKS]: SQL for meanwhile: until that is so, or the program has
# come and gone. If it never comes, for 10 s; else for so many looks of 3 ms or more.
until_it_waits() {
    echo "SET looks = 0;
    REPEAT
        DO SLEEP(0.003);
        SET looks = looks + 1, seen = seen OR EXISTS ($programs);
        SET gone = seen AND NOT EXISTS ($programs);
    UNTIL $1 OR gone OR looks > IF(seen, ${2-20000}, 3000) END REPEAT"
}

# meanwhile_deadlock FIRST SECOND N: another session locks FIRST and, when the transfer
# waits for it, SECOND, and lets go of both. A transfer that has SECOND by then is in a
# deadlock, and is undone, because the other session has changed more rows. Until that
# has happened N times: an attempt that has SECOND gets no further before the session
# has FIRST again. A transfer that pauses for more than a second loses its connection.
meanwhile_deadlock() {
    meanwhile "CREATE OR REPLACE TABLE many SELECT seq FROM seq_1_to_50;
        SELECT GET_LOCK('plays', 0)" "
    REPEAT
        START TRANSACTION;
        UPDATE many SET seq = seq + 1000;
        SELECT name INTO @name FROM accounts WHERE name = '$1' FOR UPDATE;
        DO GET_LOCK('is ready', 0);
        $(until_it_waits "$row_lock_waits" 'IF(undone, 333, 20000)');
        WHILE undone AND looks > 333 AND NOT gone DO
            SET @it = (${programs/1/MAX(id)}), gone = @it IS NULL;
            BEGIN
                DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET gone = gone;
                KILL @it;
            END;
        END WHILE;
        SET before_it = $deadlocks;
        SELECT name INTO @name FROM accounts WHERE name = '$2' FOR UPDATE;
        SET undone = undone + $deadlocks - before_it;
        DO RELEASE_LOCK('is ready');
        ROLLBACK;
    UNTIL undone >= $3 OR gone OR looks > 3000 AND NOT seen END REPEAT;
    DO RELEASE_LOCK('plays')"
}

@test "what is refused changes nothing" {
    local ada=$((100 + RANDOM % 100)) bob=$((RANDOM % 100)) n=$((1 + RANDOM % 50)) refused

    accounts "$ada" "$bob"
    run_exercise "Ada:Bob:$n"
    expect_output "Ada:Bob:$n done"
    ada=$((ada - n)) bob=$((bob + n))
    expect_accounts "$ada" "$bob"
    refused=("Ada:Nobody:$n" "Nobodyofthatnameinit:Bob:1$((4294967296 + n))"
        "Ada:Bob:$((ada + 1))" "Ada:Bob:$((4294967296 + n))" Ada:Bob:9223372036854775807)
    run_exercise "${refused[@]}"
    expect_output "$(printf '%s refused\n' "${refused[@]}")"
    expect_accounts "$ada" "$bob"
    expect_nothing_left
}

@test "an error, wherever it comes: it says why, and nothing of it stays" {
    local n=$((1 + RANDOM % 50)) waiting="STATE = 'Waiting for backup lock'"
    local it="FROM information_schema.processlist WHERE $waiting"

    accounts 100 100
    run_exercise "Ada:Cyd:$n" "Cyd:Bob:$n" "Dee:Fay:$n"
    expect_output "Ada:Cyd:$n failed: Cyd is frozen
Cyd:Bob:$n failed: Cyd is frozen
Dee:Fay:$n failed: $frozen"
    expect_accounts 100 100
    run_exercise "Ada:Eve:$n"
    [[ $output == "Ada:Eve:$n failed: "[A-Z]* && $output != *$'\n'* && $output != *"gone away" ]] ||
        wrong "Ada:Eve:$n failed: Connection was killed" "$output"
    expect_accounts 100 100
    # While COMMIT waits, it is killed. The lock is kept until it has noticed:
    # with the lock free, it could still be done.
    meanwhile "BACKUP STAGE START; BACKUP STAGE BLOCK_COMMIT" "
        $(until_it_waits "EXISTS (SELECT 1 $it)");
        SET @who = (SELECT MAX(id) $it);
        KILL QUERY @who;
        $(until_it_waits "NOT EXISTS (SELECT 1 $it)")"
    then="the server breaks off COMMIT"
    run_exercise "Ada:Bob:$n"
    expect_output "Ada:Bob:$n failed: Query execution was interrupted"
    expect_accounts 100 100
    expect_nothing_left
}

@test "transfers that would lock each other out are all done in the end" {
    local n=$((1 + RANDOM % 9)) transfers=() i

    accounts 100 100
    for i in 1 2 3; do
        transfers+=("Ada:Bob:$n" "Dee:Bob:$n" "Bob:Ada:$((n + 1))" "Bob:Dee:$((n + 1))")
    done
    run_exercise -t 4 "${transfers[@]}"
    expect_output "$(printf '%s done\n' "${transfers[@]}")"
    expect_accounts 103 94 103
    accounts 100 100
    meanwhile_deadlock Ada Bob 16
    then="another program locks Ada and then Bob: up to 16 attempts end in a deadlock,
and one that pauses for more than a second is cut off"
    run_exercise -t 6 "Bob:Ada:$n"
    expect_output "Bob:Ada:$n done"
    expect_accounts $((100 + n)) $((100 - n))
    # After a deadlock, an error.
    meanwhile_deadlock Cyd Dee 1
    then="another program locks Cyd and then Dee: a deadlock"
    run_exercise "Dee:Cyd:$n"
    expect_output "Dee:Cyd:$n failed: Cyd is frozen"
    expect_accounts $((100 + n)) $((100 - n))
    expect_nothing_left
}

@test "what other programs do meanwhile counts" {
    local n=$((2 + RANDOM % 9))

    accounts 100 100
    meanwhile "BEGIN; UPDATE accounts SET balance = balance + 7 WHERE name = 'Bob'" "
        $(until_it_waits "$row_lock_waits"); COMMIT"
    then="another program gives Bob 7, and commits when the transfer waits for that"
    run_exercise "Ada:Bob:$n"
    expect_output "Ada:Bob:$n done"
    expect_accounts $((100 - n)) $((107 + n))
    meanwhile "BEGIN; UPDATE accounts SET balance = 1 WHERE name = 'Ada'" "
        $(until_it_waits "$row_lock_waits"); COMMIT"
    then="another program leaves Ada 1, and commits when the transfer waits for that"
    run_exercise "Ada:Bob:$n"
    expect_output "Ada:Bob:$n refused"
    expect_accounts 1 $((107 + n))
    meanwhile "BEGIN; DELETE FROM accounts WHERE name = 'Dee'" "
        $(until_it_waits "$row_lock_waits"); COMMIT"
    then="another program deletes Dee, and commits when the transfer waits for that"
    run_exercise "Bob:Dee:$n"
    expect_output "Bob:Dee:$n refused"
    mariadb workbook -e "INSERT INTO accounts VALUES ('Dee', 100)"
    expect_accounts 1 $((107 + n))
    expect_nothing_left
}

@test "however they end, the connections are back, and fit for the next ones" {
    local transfers=() expected=() i

    accounts 100 100
    for i in 1 2; do
        transfers+=("Ada:Nobody:$i" Ada:Cyd:5 Bob:Ada:1000 "Ada:Bob:$i")
        expected+=("Ada:Nobody:$i refused" "Ada:Cyd:5 failed: Cyd is frozen"
            "Bob:Ada:1000 refused" "Ada:Bob:$i done")
    done
    run_exercise -t 4 "${transfers[@]}"
    expect_output "$(printf '%s\n' "${expected[@]}")"
    expect_accounts 97 103
    expect_nothing_left
}
