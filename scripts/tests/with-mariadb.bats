#!/usr/bin/env bats
# scripts/with-mariadb: a private server for one command.

load ../lib/test_helper

with_mariadb=scripts/with-mariadb

plain_build_only=yes

# alive PORT: does somebody listen there?
alive() {
    (exec 7<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

dead() {
    ! alive "$1"
}

@test "with-mariadb: the command has its variables and an empty database" {
    run --separate-stderr "$with_mariadb" bash -c 'echo "$MYSQL_HOST $MYSQL_USER $MYSQL_DATABASE"
        mariadb -h "$MYSQL_HOST" -u "$MYSQL_USER" -N -e "SHOW TABLES; SELECT DATABASE()" "$MYSQL_DATABASE"
        mariadb -S "$MYSQL_UNIX_PORT" -u "$MYSQL_USER" -N -e "SELECT 42"'
    assert_success
    assert_output "127.0.0.1 workbook workbook
workbook
42"
}

@test "with-mariadb: the mariadb client needs no options" {
    run "$with_mariadb" mariadb -N -e "SELECT CURRENT_USER()"
    assert_success
    assert_line workbook@127.0.0.1
}

@test "with-mariadb: the account for answers changes rows, and can do nothing else" {
    # shellcheck disable=SC2016 # the inner shell's
    run "$with_mariadb" bash -c '
        admin() { mariadb --defaults-file="$MYSQL_HOME/my.cnf" "$@"; }
        as() { env -i mariadb --no-defaults -h 127.0.0.1 -P "$MYSQL_TCP_PORT" -u "$1" -p"$2" "${@:3}"; }
        admin workbook -e "CREATE TABLE things (i INT); CREATE DATABASE other; CREATE TABLE other.t (i INT)"
        as answer answer workbook -e "INSERT INTO things VALUES (1); UPDATE things SET i = 2; DELETE FROM things" &&
            echo works
        touch "$1"
        while read -r sql; do
            ! as answer answer workbook --local-infile -e "$sql" 2>/dev/null || echo "DONE: $sql"
        done <<END
SELECT 1 INTO DUMPFILE "$2"
SELECT LOAD_FILE("/etc/passwd") INTO OUTFILE "$2"
LOAD DATA INFILE "/etc/passwd" INTO TABLE things
LOAD DATA LOCAL INFILE "/etc/passwd" INTO TABLE things
CREATE USER more
GRANT ALL ON *.* TO answer@127.0.0.1
SET PASSWORD FOR workbook@localhost = PASSWORD("x")
SET GLOBAL general_log_file = "$2"
INSTALL SONAME "auth_ed25519"
SELECT authentication_string FROM mysql.user
SELECT * FROM other.t
CREATE TABLE more (i INT)
DROP TABLE things
CREATE TRIGGER more BEFORE INSERT ON things FOR EACH ROW SET NEW.i = 1
CREATE PROCEDURE more() SELECT 1
CREATE EVENT more ON SCHEDULE EVERY 1 SECOND DO SELECT 1
KILL (SELECT id FROM information_schema.processlist LIMIT 1)
FLUSH TABLES
SHUTDOWN
END
        for user in root workbook mariadb.sys; do
            for password in "" "$user"; do
                ! as "$user" "$password" -e "SELECT 1" 2>/dev/null || echo "DONE: $user"
            done
        done
        ! admin workbook -e "SELECT 1 INTO DUMPFILE \"$2\"" 2>/dev/null || echo DONE: administrator' \
        - "$BATS_TEST_TMPDIR/file" "$BATS_TEST_TMPDIR/dump"
    assert_success
    assert_line works
    refute_output --partial DONE
    [[ ! -e $BATS_TEST_TMPDIR/dump ]]
}

@test "with-mariadb: the server never runs as root, even in a place that is root's alone" {
    [[ $EUID == 0 ]] || skip "needs root"
    chmod 700 "$BATS_TEST_TMPDIR"
    for build in "" "$BATS_TEST_TMPDIR/build"; do
        # shellcheck disable=SC2016 # the inner shell's
        run --separate-stderr env BUILD="$build" "$with_mariadb" bash -c '
            stat -c %u "/proc/$(<"$MYSQL_HOME/server/pid")"'
        assert_success
        assert_output 60599
    done
}

@test "with-mariadb: stdin, stdout, stderr and exit status are the command's" {
    run --separate-stderr bash -c "printf 'in\0put' | $with_mariadb bash -c 'cat; echo error >&2; exit 42' | od -c -An; exit \${PIPESTATUS[1]}"
    assert_failure 42
    assert_output "   i   n  \\0   p   u   t"
    [[ $stderr == *error ]]
}

@test "with-mariadb: the server is gone when the command ends" {
    run "$with_mariadb" bash -c 'echo "$MYSQL_TCP_PORT"'
    assert_success
    dead "${lines[-1]}"
}

@test "with-mariadb: two at the same time do not meet" {
    mkfifo "$BATS_TEST_TMPDIR/fifo"
    exec 7<>"$BATS_TEST_TMPDIR/fifo"
    "$with_mariadb" bash -c 'mariadb -h 127.0.0.1 -u workbook workbook -e "CREATE TABLE mine (i INT)"
        echo ready; read -r' <&7 >"$BATS_TEST_TMPDIR/first" 3>&- &
    server=$!
    wait_until 30 grep -q ready "$BATS_TEST_TMPDIR/first"
    run "$with_mariadb" bash -c 'mariadb -h 127.0.0.1 -u workbook workbook -N -e "SHOW TABLES"; echo end'
    assert_success
    assert_line --index $((${#lines[@]} - 1)) end
    refute_output --partial mine
    echo >&7
    exec 7>&-
    wait "$server"
    server=''
}

@test "with-mariadb: a server that starts leaves the others' temporary tables" {
    touch "$BATS_TEST_TMPDIR/#sql-temptable-7fff-1-1.MAI"
    TMPDIR=$BATS_TEST_TMPDIR scripts/with-mariadb true
    [[ -e "$BATS_TEST_TMPDIR/#sql-temptable-7fff-1-1.MAI" ]] || fail "it deleted one"
}

@test "with-mariadb: one that begins, has no lock yet, and is not taken for dead" {
    mkdir "$BATS_TEST_TMPDIR/bin"
    cat >"$BATS_TEST_TMPDIR/bin/flock" <<END
#!/bin/sh
if [ "\$*" = "-n 9" ]; then # its own lock: not so fast
    touch "$BATS_TEST_TMPDIR/begins"
    sleep 0.5
fi
exec $(command -v flock) "\$@"
END
    chmod +x "$BATS_TEST_TMPDIR/bin/flock"
    PATH=$BATS_TEST_TMPDIR/bin:$PATH "$with_mariadb" echo lives \
        >"$BATS_TEST_TMPDIR/first" 2>&1 3>&- &
    server=$!
    wait_until 30 test -e "$BATS_TEST_TMPDIR/begins"
    run "$with_mariadb" true # cleans up what it takes for dead
    assert_success
    status=0
    wait "$server" || status=$?
    server=''
    assert_success
    assert_equal "$(cat "$BATS_TEST_TMPDIR/first")" lives
}

@test "with-mariadb: killed with -9, it leaves no server; the next run cleans up" {
    local port script children old

    "$with_mariadb" bash -c 'echo "$MYSQL_TCP_PORT $MYSQL_UNIX_PORT" >'"$BATS_TEST_TMPDIR/port"'; exec sleep 60' 3>&- &
    script=$!
    wait_until 30 test -s "$BATS_TEST_TMPDIR/port"
    read -r port old <"$BATS_TEST_TMPDIR/port"
    old=$(dirname "$old")
    alive "$port"
    children=$(cat "/proc/$script/task/$script/children")
    kill -KILL "$script"
    wait_until 30 dead "$port"
    # Any run cleans up, perhaps one of another test's has by now: after ours
    # it is gone for certain.
    run "$with_mariadb" true
    assert_success
    [[ ! -d $old ]]
    # The command lives on, as of any script killed so: it is ours to end.
    # shellcheck disable=SC2086
    kill $children 2>/dev/null || true
}

@test "with-mariadb: SIGTERM ends the command and the server at once" {
    local port script

    "$with_mariadb" bash -c 'echo "$MYSQL_TCP_PORT" >'"$BATS_TEST_TMPDIR/port"'; exec sleep 60' 3>&- &
    script=$!
    wait_until 30 test -s "$BATS_TEST_TMPDIR/port"
    port=$(cat "$BATS_TEST_TMPDIR/port")
    kill -TERM "$script"
    status=0
    wait "$script" || status=$?
    assert_equal "$status" 143
    dead "$port"
}

@test "with-mariadb: Ctrl-C on a terminal leaves no server behind" {
    needs_python
    run timeout -s KILL 60 "$python" -c '
import os, pty, re, select, sys, time
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], [sys.argv[1], "bash", "-c", "echo port=$MYSQL_TCP_PORT; sleep 60"])
said = b""
while not re.search(rb"port=\d+", said):
    said += os.read(terminal, 1000)
print(re.search(rb"port=(\d+)", said)[1].decode())
os.write(terminal, b"\x03")
_, status = os.waitpid(pid, 0)
print("exit", os.waitstatus_to_exitcode(status))' "$with_mariadb"
    assert_success
    assert_line --index 1 "exit 130"
    dead "${lines[0]}"
}

@test "with-mariadb: a command that is not there is 127, none is wrong usage" {
    run -127 "$with_mariadb" no-such-command
    run "$with_mariadb"
    assert_failure 2
    assert_output --partial "usage: scripts/with-mariadb COMMAND"
}

@test "with-mariadb: not as root it works, too" {
    [[ $EUID == 0 ]] || skip "the others have shown it"
    open=$(mktemp -d)
    cp -r "$root/scripts" "$open"
    chown -R 65534:65534 "$open"
    run setpriv --reuid 65534 --regid 65534 --clear-groups \
        "$open/scripts/with-mariadb" bash -c 'mariadb -h 127.0.0.1 -u workbook -N -e "SELECT CURRENT_USER()"'
    rm -rf "$open"
    assert_success
    assert_line --partial workbook@127.0.0.1
}
