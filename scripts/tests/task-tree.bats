#!/usr/bin/env bats
# scripts/task-tree: what the tasks of a running program wait for.

load ../lib/test_helper
load ../../03-tasks/tests/helpers/tree

# The programs that it looks at are those of:
chapter=03-tasks

shows() {
    look_at "$server_pid"
    grep -qF "$1" <<<"$output"
}

@test "task-tree: each kind of wait, how long, who awaits it, and who is asked to cancel" {
    start_tree waits
    look_at "$server_pid"
    assert_success
    assert_output "tree ($server_pid), 6 tasks, 0 ready

main T s  waits for a group of 4
├── sleeper T s  sleeps, T s to go
├── getter T s  waits for a queue that is empty
├── within T s  waits for a semaphore, T s to its deadline
└── awaiter T s  waits for stubborn, asked to cancel
    └── stubborn T s  sleeps, T s to go, cleans up"
    stop_server
    assert_success
}

@test "task-tree: a deadlock is named, with who holds what" {
    start_tree deadlock
    look_at "$server_pid"
    assert_success
    assert_line "├── to the left T s  waits for lock b, which to the right holds"
    assert_line "└── to the right T s  waits for lock a, which to the left holds"
    assert_line "deadlock: to the left -> to the right -> to the left"
    assert_equal "$(grep -c deadlock <<<"$output")" 1
}

@test "task-tree: a program of the chapter, as it is; the time is that of the wait" {
    start_waiting tasks
    wait_until 2 shows "sleeps" || fail "$output $stderr"
    assert_line --regexp "^main T s  waits for 1$"
    assert_line --regexp "── .* T s  sleeps, T s to go$"
    # What it has slept and what is left is 1 or 2 s, the rounding apart.
    sed -nE 's/.* ([0-9.]+) s  sleeps, ([0-9.]+) s to go/\1 \2/p' <<<"$seen" |
        awk '{ sum = $1 + $2 } sum < 0.8 || sum > 2.2 { exit 1 }' || fail "$seen"
}

@test "task-tree: a million tasks: a bounded number of lines, and how many are left out" {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "the same for every build"
    start_tree 1000000
    look_at "$server_pid"
    assert_success
    assert_line --index 0 "tree ($server_pid), 1,000,001 tasks, 0 ready"
    assert_line --index -1 "… and 999,801 more tasks"
    assert_equal "${#lines[@]}" 203
}

@test "task-tree: a hundred tasks are all shown; nothing is wider than 80 columns" {
    start_tree 100
    look_at "$server_pid"
    assert_equal "$(grep -c '── one' <<<"$output")" 100
    refute_output --partial "more tasks"
    run awk 'length > 80' <<<"$output$stderr"
    assert_output ""
}

@test "task-tree: a program that never rests is shown all the same" {
    start_waiting many -n 100 -k 100000000
    wait_until 10 shows "ready to run" || fail "$output $stderr"
    assert_line --regexp "^main T s  waits for a group of 100$"
}

@test "task-tree: nothing waits, no tasks, no process, no permission: each is said" {
    start_tree none
    look_at "$server_pid"
    assert_success
    assert_output "tree ($server_pid), no tasks: nothing waits"
    look_at $$
    assert_failure 1
    assert_equal "$stderr" "task-tree: process $$ ($(</proc/$$/comm)) has no tasks: not a program with await.h, or its
loop has not begun, or has ended"
    look_at 999999999
    assert_failure 1
    assert_equal "$stderr" "task-tree: there is no process 999999999"
    if ((EUID == 0)) && command -v setpriv >/dev/null; then
        run --separate-stderr setpriv --reuid 65534 --clear-groups scripts/task-tree "$server_pid"
        assert_failure 1
        [[ $stderr == "task-tree: may not read process $server_pid: "* ]] || fail "$stderr"
    fi
}

@test "task-tree: usage on stdout; wrong usage is one line, exit 2" {
    run --separate-stderr scripts/task-tree --help
    assert_success
    assert_line "usage: scripts/task-tree PID"
    for arguments in "" 0 x "1 2" -p; do
        # shellcheck disable=SC2086 # words
        run --separate-stderr scripts/task-tree $arguments
        assert_failure 2
        assert_equal "$stderr" "task-tree: expects one PID: scripts/task-tree 4711"
    done
}

@test "task_tree_print: a program prints its own tree, also a deadlock's" {
    start_tree waits
    kill -USR1 "$server_pid"
    wait_until 10 grep -q stubborn: "$said_in" || fail "$(said)"
    assert_equal "$(said)" "they wait
6 tasks, 0 ready
main: waits for a group
  sleeper: sleeps
  getter: waits for a queue that is empty
  within: waits for a semaphore
  awaiter: waits for stubborn, asked to cancel
    stubborn: sleeps, cleans up"
    stop_server
    start_tree deadlock
    kill -USR1 "$server_pid"
    wait_until 10 grep -q "lock a" "$said_in" || fail "$(said)"
    assert_equal "$(said)" "they wait
3 tasks, 0 ready
main: waits for a group
  to the left: waits for lock b, which to the right holds
  to the right: waits for lock a, which to the left holds"
}
