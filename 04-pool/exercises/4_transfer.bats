#!/usr/bin/env bats
# Unsolved fails: what is refused changes nothing
load ../../scripts/checking/exercise_helper

# One server for all tests here: it takes longer to start than they do.
# shellcheck disable=SC2016 # its own shell's
setup_file() {
    local i

    "$root/scripts/with-mariadb" bash -c '
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

# accounts ADA BOB [DEADLOCKS]: what they begin with. The others have 100. Cyd's is
# frozen, and who gives to Eve loses his connection. Each UPDATE takes 5 ms a row,
# so that transfers meet. So many of a session's first ones meet a deadlock.
accounts() {
    mariadb workbook -e "
        CREATE OR REPLACE TABLE accounts (name VARCHAR(20) PRIMARY KEY,
            balance BIGINT CHECK (balance >= 0));
        INSERT INTO accounts VALUES ('Ada', $1), ('Bob', $2), ('Cyd', 100), ('Dee', 100),
            ('Eve', 100);
        DELIMITER //
        CREATE TRIGGER slow BEFORE UPDATE ON accounts FOR EACH ROW
        BEGIN
            DO SLEEP(0.005);
            IF IFNULL(@deadlocks, 0) < ${3-0} THEN
                SET @deadlocks = IFNULL(@deadlocks, 0) + 1;
                SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'Deadlock found';
            END IF;
            IF NEW.name = 'Cyd' THEN
                SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'Cyd is frozen';
            ELSEIF NEW.name = 'Eve' THEN
                KILL CONNECTION_ID();
            END IF;
        END//"
}

# expect_accounts ADA BOB [DEE]: what they have now.
expect_accounts() {
    local now expected="Ada $1, Bob $2, Cyd 100, Dee ${3-100}, Eve 100"

    now=$(mariadb workbook -Ne "
        SELECT GROUP_CONCAT(name, ' ', balance ORDER BY name SEPARATOR ', ') FROM accounts")
    [[ $now == "$expected" ]] || wrong "then: $expected" "then: $now
it said:
$output"
}

# meanwhile LOCKS THEN: another session locks these, and when somebody waits for
# them (for 10 s at most) does the rest.
meanwhile() {
    local held

    # shellcheck disable=SC2034 # the coprocess has a name
    coproc other { exec mariadb workbook -nN 2>&1 3>&- 4>&-; }
    cat >&"${other[1]}" <<END
$1; SELECT 'held';
DELIMITER //
BEGIN NOT ATOMIC
    DECLARE looks INT DEFAULT 0;
    REPEAT
        DO SLEEP(0.02);
        SET looks = looks + 1;
    UNTIL looks > 500 OR (SELECT COUNT(*) FROM information_schema.processlist
        WHERE STATE = 'Waiting for backup lock') OR (SELECT VARIABLE_VALUE FROM
        information_schema.global_status
        WHERE VARIABLE_NAME = 'Innodb_row_lock_current_waits') > 0 END REPEAT;
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

@test "what is refused changes nothing" {
    local ada=$((100 + RANDOM % 100)) bob=$((RANDOM % 100)) n=$((1 + RANDOM % 50))

    accounts "$ada" "$bob"
    run_exercise "Ada:Bob:$n"
    expect_output "Ada:Bob:$n done"
    ada=$((ada - n)) bob=$((bob + n))
    expect_accounts "$ada" "$bob"
    for transfer in "Ada:Nobody:$n" "Nobody:Bob:$n" "Ada:Bob:$((ada + 1))" Ada:Bob:9999999999; do
        run_exercise "$transfer"
        expect_output "$transfer refused"
        expect_accounts "$ada" "$bob"
    done
}

@test "an error, wherever it comes: it says why, and nothing of it stays" {
    local n=$((1 + RANDOM % 50)) kill="REPEAT
            DO SLEEP(0.02);
            SET looks = looks + 1, @who = (SELECT MAX(id)
                FROM information_schema.processlist WHERE STATE = 'Waiting for backup lock');
        UNTIL @who IS NOT NULL OR looks > 1000 END REPEAT;
        KILL QUERY @who;
        REPEAT
            DO SLEEP(0.02);
            SET looks = looks + 1;
        UNTIL looks > 1500 OR NOT EXISTS (SELECT 1 FROM information_schema.processlist
            WHERE ID = @who AND STATE = 'Waiting for backup lock') END REPEAT"

    accounts 100 100
    for transfer in "Ada:Cyd:$n" "Cyd:Bob:$n"; do
        run_exercise "$transfer"
        expect_output "$transfer failed: Cyd is frozen"
        expect_accounts 100 100
    done
    run_exercise "Ada:Eve:$n"
    [[ $output == "Ada:Eve:$n failed: "[A-Z]* && $output != *$'\n'* ]] ||
        wrong "Ada:Eve:$n failed: Connection was killed" "$output"
    expect_accounts 100 100
    # While COMMIT waits, it is killed. The lock is kept until it has noticed:
    # with the lock free, it could still be done.
    meanwhile "BACKUP STAGE START; BACKUP STAGE BLOCK_COMMIT" "$kill"
    run_exercise "Ada:Bob:$n"
    did+="    (COMMIT fails)"
    expect_output "Ada:Bob:$n failed: Query execution was interrupted"
    expect_accounts 100 100
}

@test "transfers that lock each other out begin anew, and are all done in the end" {
    local n=$((1 + RANDOM % 9)) transfers=() i

    accounts 100 100
    for i in 1 2 3; do
        transfers+=("Ada:Bob:$n" "Dee:Bob:$n" "Bob:Ada:$((n + 1))" "Bob:Dee:$((n + 1))")
    done
    run_exercise -t 4 "${transfers[@]}"
    expect_output "$(printf '%s done\n' "${transfers[@]}")"
    expect_accounts 103 94 103
    accounts 100 100 $((3 + RANDOM % 6))
    run_exercise "Ada:Bob:$n"
    did+="    (several deadlocks)"
    expect_output "Ada:Bob:$n done"
    expect_accounts $((100 - n)) $((100 + n))
    # A deadlock, and then an error. The larger one of the two is not undone.
    accounts 100 100
    meanwhile "CREATE OR REPLACE TABLE many SELECT seq FROM seq_1_to_500; BEGIN;
        UPDATE many SET seq = 0; SELECT name FROM accounts WHERE name = 'Cyd' FOR UPDATE" \
        "SELECT name FROM accounts WHERE name = 'Ada' FOR UPDATE; ROLLBACK"
    run_exercise "Ada:Cyd:$n"
    did+="    (after a deadlock)"
    expect_output "Ada:Cyd:$n failed: Cyd is frozen"
    expect_accounts 100 100
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
    run_exercise Ada:Bob:1 Ada:Bob:2 Ada:Bob:3 Ada:Bob:4 Ada:Bob:5 Ada:Bob:6
    expect_output "$(printf 'Ada:Bob:%s done\n' 1 2 3 4 5 6)"
    expect_nothing_left
}
