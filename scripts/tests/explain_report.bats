#!/usr/bin/env bats
# Reports of the sanitizers, and lists of descriptors, are put into words. That real
# programs come to such reports is checked in practice.bats.

plain_build_only=yes
load ../lib/test_helper

# explain WHAT ARGUMENT…: stdin is the report.
explain() {
    run "$python" -I -S scripts/checking/explain_report.py "$@"
    assert_success
}

@test "crash: the kind, and the first function of a chapter; libc's are left out" {
    explain crash 1_count <<'END'
==7==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x6020 at pc 0x7f bp 0x7f
WRITE of size 9 at 0x6020 thread T0
    #0 0x7f in __interceptor_strcpy ../../../../src/libsanitizer/asan.cpp:440
    #1 0x7f in copy string/copy.c:44
    #2 0x55 in on_tick /home/ada/01-loop/exercises/1_count.c:17
    #3 0x55 in main 01-loop/exercises/1_count.c:30
END
    assert_output "heap-buffer-overflow in on_tick, 1_count.c:17"
}

@test "crash: under a module's function stands the learner's that called it, but not main" {
    report='==7==ERROR: AddressSanitizer: ABRT on unknown address 0x0000000071c3 (pc 0x7f)
    #0 0x55 in task_free 03-tasks/modules/task.c:92
    #1 0x55 in helper 03-tasks/modules/task_list.c:9
    #2 0x55 in CALLER 03-tasks/exercises/wrong/2_mirrors-mistake.c:40

    #3 0x55 in other 03-tasks/exercises/wrong/2_mirrors-mistake.c:50'
    explain crash 2_mirrors <<<"${report/CALLER/fetch_run}"
    assert_output "ABRT in task_free, task.c:92
called in fetch_run, 2_mirrors-mistake.c:40"
    explain crash 2_mirrors <<<"${report/CALLER/main}"
    assert_output "ABRT in task_free, task.c:92"
}

@test "crash: after a use after free it is told where the memory was freed" {
    explain crash 1_count <<'END'
==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x6020 at pc 0x55
READ of size 1 at 0x6020 thread T0
    #0 0x55 in on_answer 01-loop/exercises/1_count.c:17

0x6020 is located 0 bytes inside of 1-byte region
freed by thread T0 here:
    #0 0x7f in __interceptor_free ../../../../src/libsanitizer/asan.cpp:52
    #1 0x55 in on_deadline 01-loop/exercises/1_count.c:16

previously allocated by thread T0 here:
    #1 0x55 in main 01-loop/exercises/1_count.c:15
END
    assert_output "heap-use-after-free in on_answer, 1_count.c:17
freed in on_deadline, 1_count.c:16"
}

@test "crash: a NULL pointer is named, and the libevent function that it was given to" {
    report='==7==ERROR: AddressSanitizer: SEGV on unknown address 0x000000000010 (pc 0x7f)
==7==The signal is caused by a READ memory access.
    #0 0x7f in FUNCTION (/lib/libevent-2.1.so.7+0x1f)
    #1 0x55 in main 01-loop/exercises/1_count.c:23
'
    explain crash 1_count <<<"${report/FUNCTION/event_free}"
    assert_output "SEGV: a NULL pointer was given to event_free in main, 1_count.c:23"
    explain crash 1_count <<<"${report/FUNCTION/strlen}"
    assert_output "SEGV: a NULL pointer in main, 1_count.c:23"
    explain crash 1_count <<<"${report/000010/123456}"
    assert_output "SEGV in main, 1_count.c:23"
    explain crash 1_count <<<"${report/0x000000000010/0x000000000000}
==7==Hint: pc points to the zero page."
    assert_output --partial "SEGV: a NULL pointer"
    explain crash 1_count <<<"==7==ERROR: AddressSanitizer: SEGV on unknown address 0x000000000000 (pc)
==7==Hint: pc points to the zero page."
    assert_output "SEGV: NULL was called, as when libevent uses a base that is freed"
}

@test "crash: undefined behaviour, and errors that are more than a word, are told in full" {
    explain crash 1_count <<'END'
01-loop/exercises/1_count.c:25:12: runtime error: signed integer overflow: 2147483647 + 2
    #0 0x55 in main 01-loop/exercises/1_count.c:25
END
    assert_output "signed integer overflow: 2147483647 + 2 in main, 1_count.c:25"
    explain crash 1_count <<'END'
==7==ERROR: AddressSanitizer: attempting double-free on 0x6020 in thread T0:
    #1 0x55 in main 01-loop/exercises/1_count.c:9
END
    assert_output "attempting double-free on 0x6020 in thread T0: in main, 1_count.c:9"
}

# leak KIND BYTES FUNCTION FILE: a leak in a report.
leak() {
    printf '%s leak of %d byte(s) in 1 object(s) allocated from:\n' "$1" "$2"
    printf '    #0 0x7f in __interceptor_malloc ../src/asan.cpp:69\n'
    printf '    #1 0x55 in %s 01-loop/exercises/%s\n\n' "$3" "$4"
}

@test "leaks: bytes by place; three places, the learner's own first; indirect ones alone" {
    own=$(leak Direct 7 ask 1_count.c:31 && leak Direct 7 ask 1_count.c:31)
    indirect=$(leak Indirect 100 inner 1_count.c:8)
    scene=$(leak Direct 5 scene given/1_scene.c:3)
    explain leaks 1_count <<<"$indirect"$'\n'"$scene"$'\n'"$own"
    assert_output "it leaks: 14 bytes, from ask, 1_count.c:31
it leaks: 5 bytes, from scene, 1_scene.c:3"
    explain leaks 1_count <<<"$indirect"
    assert_output "it leaks: 100 bytes, from inner, 1_count.c:8"
    explain leaks 1_count < <(for i in 1 2 3 4; do leak Direct "$i" f "1_count.c:$i"; done)
    assert_equal "${#lines[@]}" 3
    explain leaks 1_count <<<"Direct leak of 8 byte(s) in 1 object(s) allocated from:"
    assert_output "it leaks memory"
}

@test "amount: all that leaks, and not from where" {
    explain amount < <(leak Indirect 100 inner 1_count.c:8 && leak Direct 7 ask 1_count.c:31)
    assert_output "it leaks: 107 bytes, in 2 pieces of memory"
    explain amount <<<"Direct leak of 8 byte(s) in 1 object(s) allocated from:"
    assert_output "it leaks: 8 bytes, in 1 piece of memory"
}

@test "left open: descriptors are counted by kind; an event base after exit() is told" {
    printf '%s\n' "socket:[11]" "pipe:[12]" "pipe:[12]" /dev/null /t/test/d/log /t/test/d/log >"$BATS_TEST_TMPDIR/list"
    explain left_open 0 /t/test <"$BATS_TEST_TMPDIR/list"
    assert_output "it leaks: 6 descriptors still open at exit: a socket, 2 pipes, /dev/null, 2 of d/log"
    explain left_open 0 "" <<<"anon_inode:[eventpoll]"
    assert_output "it leaks: 1 descriptor still open at exit: an event base
(an event base keeps a pipe, too)"
    explain left_open 1 "" <<<"anon_inode:[eventpoll]"
    assert_line --index 0 "it leaks: it ended (exit 1) without freeing anything: by exit()?"
}
