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

# accounts ADA BOB [MS]: what they begin with. The others have 100. Cyd's is frozen,
# and who gives to Eve loses his connection. Each UPDATE takes 5 or MS ms a row, so
# that transfers meet.
accounts() {
    mariadb workbook -e "
        CREATE OR REPLACE TABLE accounts (name VARCHAR(20) PRIMARY KEY,
            balance BIGINT CHECK (balance >= 0));
        INSERT INTO accounts VALUES ('Ada', $1), ('Bob', $2), ('Cyd', 100), ('Dee', 100),
            ('Eve', 100);
        DELIMITER //
        CREATE TRIGGER slow BEFORE UPDATE ON accounts FOR EACH ROW
        BEGIN
            DO SLEEP(${3-5} / 1000);
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

# meanwhile LOCKS THEN: another session locks these, and then does the rest.
meanwhile() {
    local held

    # shellcheck disable=SC2034 # the coprocess has a name
    coproc other { exec mariadb workbook -nN 2>&1 3>&- 4>&-; }
    cat >&"${other[1]}" <<END
$1; SELECT 'held';
DELIMITER //
BEGIN NOT ATOMIC
    DECLARE looks, rounds INT DEFAULT 0;
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

# until_it_waits CONDITION: SQL for meanwhile: until that is so, for 10 s at most.
until_it_waits() {
    echo "REPEAT
        DO SLEEP(0.01);
        SET looks = looks + 1;
    UNTIL looks > 1000 OR $1 END REPEAT"
}

row_lock_waits="(SELECT VARIABLE_VALUE FROM information_schema.global_status
    WHERE VARIABLE_NAME = 'Innodb_row_lock_current_waits') > 0"

# meanwhile_deadlock FIRST SECOND ROUNDS: another session locks FIRST and, when the
# transfer waits for it, SECOND, and so on, as long as there is a transfer. One that
# has SECOND by then is in a deadlock, and is undone, because the other session has
# changed more rows.
meanwhile_deadlock() {
    local others="SELECT 1 FROM information_schema.processlist
        WHERE id <> CONNECTION_ID() AND user <> 'system user'"
    local lock="SELECT name INTO @name FROM accounts WHERE name ="
    local first="$lock '$1' FOR UPDATE; UPDATE many SET seq = seq + 1000"

    meanwhile "CREATE OR REPLACE TABLE many SELECT seq FROM seq_1_to_50; BEGIN; $first" "
    rounds: LOOP
        $(until_it_waits "$row_lock_waits
            OR rounds > 0 AND NOT EXISTS ($others)");
        $lock '$2' FOR UPDATE;
        ROLLBACK;
        SET rounds = rounds + 1;
        IF rounds = $3 THEN
            LEAVE rounds;
        END IF;
        BEGIN NOT ATOMIC
            START TRANSACTION;
            $first;
        END;
    END LOOP"
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
    local n=$((1 + RANDOM % 50)) waiting="STATE = 'Waiting for backup lock'"
    local it="FROM information_schema.processlist WHERE $waiting"

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
    meanwhile "BACKUP STAGE START; BACKUP STAGE BLOCK_COMMIT" "
        $(until_it_waits "EXISTS (SELECT 1 $it)");
        SET @who = (SELECT MAX(id) $it);
        KILL QUERY @who;
        $(until_it_waits "NOT EXISTS (SELECT 1 $it)")"
    run_exercise "Ada:Bob:$n"
    did+="    (COMMIT fails)"
    expect_output "Ada:Bob:$n failed: Query execution was interrupted"
    expect_accounts 100 100
}

@test "transfers that would lock each other out are all done in the end" {
    local n=$((1 + RANDOM % 9)) transfers=() i owner

    accounts 100 100
    for i in 1 2 3; do
        transfers+=("Ada:Bob:$n" "Dee:Bob:$n" "Bob:Ada:$((n + 1))" "Bob:Dee:$((n + 1))")
    done
    run_exercise -t 4 "${transfers[@]}"
    expect_output "$(printf '%s done\n' "${transfers[@]}")"
    expect_accounts 103 94 103
    # Another program gives Ada or Bob 7, and commits when the transfer waits for that.
    accounts 100 100
    for owner in Ada Bob; do # $name is the exercise's
        meanwhile "BEGIN; UPDATE accounts SET balance = balance + 7 WHERE name = '$owner'" "
            $(until_it_waits "$row_lock_waits"); COMMIT"
        run_exercise "Ada:Bob:$n"
        did+="    (while another program gives $owner 7)"
        expect_output "Ada:Bob:$n done"
    done
    expect_accounts $((107 - 2 * n)) $((107 + 2 * n))
    # Another program locks Ada and then Bob, several times in a row.
    accounts 100 100 20
    meanwhile_deadlock Ada Bob 5
    run_exercise -t 4 "Bob:Ada:$n"
    did+="    (while another program locks Ada, and then Bob, five times)"
    expect_output "Bob:Ada:$n done"
    expect_accounts $((100 + n)) $((100 - n))
    # After a deadlock, an error.
    accounts 100 100
    meanwhile_deadlock Cyd Dee 1
    run_exercise "Dee:Cyd:$n"
    did+="    (while another program locks Cyd, and then Dee)"
    expect_output "Dee:Cyd:$n failed: Cyd is frozen"
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
    expect_nothing_left
}
