#!/usr/bin/env bats
# Unsolved fails: what is refused changes nothing
load ../../scripts/exercise_helper

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

# accounts ADA BOB: what they begin with. Cyd and Dee have 100; Cyd's is frozen.
# Each UPDATE takes 5 ms a row, so that transfers meet.
accounts() {
    mariadb workbook -e "
        CREATE OR REPLACE TABLE accounts (name VARCHAR(20) PRIMARY KEY,
            balance INT CHECK (balance >= 0));
        INSERT INTO accounts VALUES ('Ada', $1), ('Bob', $2), ('Cyd', 100), ('Dee', 100);
        DELIMITER //
        CREATE TRIGGER slow BEFORE UPDATE ON accounts FOR EACH ROW
        BEGIN
            DO SLEEP(0.005);
            IF NEW.name = 'Cyd' THEN
                SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'Cyd is frozen';
            END IF;
        END//"
}

# expect_accounts ADA BOB [DEE]: what they have now.
expect_accounts() {
    local now expected="Ada $1, Bob $2, Cyd 100, Dee ${3-100}"

    now=$(mariadb workbook -Ne "
        SELECT GROUP_CONCAT(name, ' ', balance ORDER BY name SEPARATOR ', ') FROM accounts")
    [[ $now == "$expected" ]] || wrong "then: $expected" "then: $now
it said:
$output"
}

@test "what is refused changes nothing" {
    local ada=$((100 + RANDOM % 100)) bob=$((RANDOM % 100)) n=$((1 + RANDOM % 50))

    accounts "$ada" "$bob"
    run_exercise "Ada:Bob:$n"
    expect_output "Ada:Bob:$n done"
    ada=$((ada - n)) bob=$((bob + n))
    expect_accounts "$ada" "$bob"
    for transfer in "Ada:Nobody:$n" "Nobody:Bob:$n" "Ada:Bob:$((ada + 1))"; do
        run_exercise "$transfer"
        expect_output "$transfer refused"
        expect_accounts "$ada" "$bob"
    done
}

@test "an error in the middle: it says why, and nothing of it stays" {
    local n=$((1 + RANDOM % 50))

    accounts 100 100
    for transfer in "Ada:Cyd:$n" "Cyd:Bob:$n"; do
        run_exercise "$transfer"
        expect_output "$transfer failed: Cyd is frozen"
        expect_accounts 100 100
    done
}

@test "transfers that lock each other out are all done in the end" {
    local n=$((1 + RANDOM % 9)) transfers=() i

    accounts 100 100
    for i in 1 2 3; do
        transfers+=("Ada:Bob:$n" "Dee:Bob:$n" "Bob:Ada:$((n + 1))" "Bob:Dee:$((n + 1))")
    done
    run_exercise -t 4 "${transfers[@]}"
    expect_output "$(printf '%s done\n' "${transfers[@]}")"
    expect_accounts 103 94 103
}

@test "however they end, the connections are back for the next ones" {
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
