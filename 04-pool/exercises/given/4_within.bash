#!/usr/bin/env bash
# 4_within.bash COMMAND…: runs it with the accounts of exercise 4, on a database of its
# own, with an account that may change rows, and no more. make try runs the program in it.
set -euo pipefail
cd "$(dirname "$0")/../../.."
# shellcheck disable=SC2016 # the inner shell's
exec scripts/with-mariadb bash -c '
    mariadb --defaults-file="$MYSQL_HOME/my.cnf" workbook -e "$1" && shift &&
        exec env MYSQL_USER=answer MYSQL_PWD=answer "$@"' - "
    CREATE TABLE accounts (name VARCHAR(20) PRIMARY KEY, balance BIGINT CHECK (balance >= 0));
    INSERT INTO accounts VALUES ('Ada', 100), ('Bob', 100), ('Cyd', 100), ('Dee', 100),
        ('Eve', 100), ('Fay', 100);
    DELIMITER //
    CREATE TRIGGER slow BEFORE UPDATE ON accounts FOR EACH ROW
    BEGIN
        DO SLEEP(0.005);
        IF NEW.name IN ('Cyd', 'Fay') THEN
            SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'it is frozen';
        ELSEIF NEW.name = 'Eve' THEN
            KILL CONNECTION_ID();
        END IF;
    END//" "$@"
