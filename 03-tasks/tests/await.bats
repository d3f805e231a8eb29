#!/usr/bin/env bats
# Module await: without memory.

load ../../scripts/lib/test_helper

@test "await: gcc warns of a local that is lost over an AWAIT, in an exercise and elsewhere" {
    local words flags

    [[ ${CC:-gcc} == gcc* ]] || skip "clang has no such warning"
    words=$(make -s exercise-commands | sed -n 's/^03-tasks.exercises.1[^|]*|\([^|]*\)|.*/\1/p')
    [[ -n $words ]] || fail "no command for the exercises"
    for flags in "$words" "$(sed 's/-Og/-O2/' <<<"$words")"; do
        # shellcheck disable=SC2086 # words
        run $flags -c -x c -o /dev/null - <<'END'
#include "await.h"
void count(struct task *me);
void count(struct task *me)
{
    TASK_BEGIN(me);
    for (int i = 0; i < 3; i++)
        AWAIT(me, task_sleep(me, TASK_MS));
    TASK_END(me);
}
END
        assert_success
        assert_output --partial "‘i’ may be used uninitialized"
    done
}

@test "await: cancelling many tasks costs the same in any order" {
    local scene

    for scene in sleep semaphore queue group gather; do
        drive any_order "$scene" 20000
        awk -F': ' '$2 + 0 >= 50 { exit 1 }' <<<"$output" || fail "$scene: $output"
    done
}

@test "await: no memory for the loop is an error, and nothing else allocates" {
    drive no_memory
    assert_line "task_loop_init without memory: -1"
    assert_line "sleeper: has cleaned up"
    assert_line "task_run without memory: -1, tasks alive: 0"
    assert_equal "$stderr" "no_memory: task sleeper waits in vain: the event loop failed"
    assert_line "allocations of 1000 tasks, 3000 awaits: 0"
}
