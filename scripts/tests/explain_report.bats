#!/usr/bin/env bats
# Reports of the sanitizers, and lists of descriptors, are put into words. That real
# programs come to such reports is checked in exercise_helper.bats, and here for
# variables, whose reports differ by compiler.

plain_build_only=yes
load ../lib/test_helper

# explain WHAT ARGUMENT…: stdin is the report.
explain() {
    run "$python" -I -S scripts/checking/explain_report.py "$@"
    assert_success
}

@test "crash: the kind, and the learner's line, with what it called" {
    explain crash 1_count <<'END'
==7==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x6020 at pc 0x7f bp 0x7f
WRITE of size 9 at 0x6020 thread T0
    #0 0x7f in __interceptor_strcpy ../../../../src/libsanitizer/asan.cpp:440
    #1 0x7f in copy string/copy.c:44
    #2 0x55 in on_tick /home/ada/01-loop/exercises/1_count.c:17
    #3 0x55 in main 01-loop/exercises/1_count.c:30
END
    assert_output "heap-buffer-overflow at 1_count.c:17 in on_tick, which called copy"
}

@test "crash: before a module's functions stands the learner's line that called them" {
    report='==7==ERROR: AddressSanitizer: ABRT on unknown address 0x0000000071c3 (pc 0x7f)
    #0 0x55 in task_free 03-tasks/modules/task.c:92
    #1 0x55 in helper 03-tasks/modules/task_list.c:9
    #2 0x55 in CALLER 03-tasks/exercises/wrong/2_mirrors-mistake.c:40

    #3 0x55 in other 03-tasks/exercises/wrong/2_mirrors-mistake.c:50'
    explain crash 2_mirrors <<<"${report/CALLER/fetch_run}"
    assert_output "abort() at 2_mirrors-mistake.c:40 in fetch_run, which called helper (task_list.c:9), task_free (task.c:92)"
    explain crash 4_rate <<<"$report" # nothing of the learner's: the first line of ours
    assert_output "abort() at task.c:92 in task_free"
    explain crash 2_mirrors <<<"${report/ in CALLER/ in event_base_loop (libevent.so)
    #3 0x55 in main}" # what called the event loop is not the cause
    assert_output "abort() at task.c:92 in task_free"
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
    assert_output "heap-use-after-free at 1_count.c:17 in on_answer
freed at 1_count.c:16 in on_deadline"
}

@test "crash: a NULL pointer is named, and the libevent function that it was given to" {
    report='==7==ERROR: AddressSanitizer: SEGV on unknown address 0x000000000010 (pc 0x7f)
==7==The signal is caused by a READ memory access.
    #0 0x7f in FUNCTION (/lib/libevent-2.1.so.7+0x1f)
    #1 0x55 in main 01-loop/exercises/1_count.c:23
'
    explain crash 1_count <<<"${report/FUNCTION/event_free}"
    assert_output "SEGV by a NULL pointer at 1_count.c:23 in main, which called event_free"
    explain crash 1_count <<<"${report/FUNCTION/strlen}"
    assert_output "SEGV by a NULL pointer at 1_count.c:23 in main, which called strlen"
    explain crash 1_count <<<"${report/000010/123456}"
    assert_output "SEGV at 1_count.c:23 in main, which called FUNCTION"
    explain crash 1_count <<<"${report/0x000000000010/0x000000000000}
==7==Hint: pc points to the zero page."
    assert_output --partial "SEGV: NULL was called"
    explain crash 1_count <<<"==7==ERROR: AddressSanitizer: SEGV on unknown address 0x000000000000 (pc)
==7==Hint: pc points to the zero page."
    assert_output "SEGV: NULL was called, as when libevent uses a base that is freed"
}

@test "crash: undefined behaviour, and errors that are more than a word, are told in full" {
    explain crash 1_count <<'END'
01-loop/exercises/1_count.c:25:12: runtime error: signed integer overflow: 2147483647 + 2
    #0 0x55 in main 01-loop/exercises/1_count.c:25
END
    assert_output "signed integer overflow: 2147483647 + 2 at 1_count.c:25 in main"
    explain crash 1_count <<'END'
==7==ERROR: AddressSanitizer: attempting double-free on 0x6020 in thread T0:
    #1 0x55 in main 01-loop/exercises/1_count.c:9
END
    assert_output "double free at 1_count.c:9 in main"
}

# report_of COMPILER ARGUMENT: the report of a real program that is built so.
report_of() {
    local program=$BATS_TEST_TMPDIR/01-loop/exercises/1_count.c

    mkdir -p "${program%/*}"
    cat >"$program" <<'END'
#include <stdlib.h>
#include <string.h>
static int table[4], *kept;
static void keep(void)
{
    int local = 1;
    kept = &local;
}
int main(int argc, char **argv)
{
    char text[4] = "", *piece = malloc(4);
    volatile int far = 4;
    keep();
    if (!strcmp(argv[1], "return"))
        return *kept;
    if (!strcmp(argv[1], "scope"))
        for (int inner = argc; inner; inner = 0)
            kept = &inner;
    if (!strcmp(argv[1], "scope"))
        return *kept;
    if (!strcmp(argv[1], "text"))
        return strcpy(text, argv[1])[0];
    if (!strcmp(argv[1], "table"))
        return *(table + far);
    return strcpy(piece, "12345")[0];
}
END
    [[ -x $program.$1 ]] ||
        "$1" -O0 -g -w -fsanitize=address -fno-omit-frame-pointer -o "$program.$1" "$program"
    ASAN_OPTIONS=detect_stack_use_after_return=1:color=never "$program.$1" "$2" 2>&1 || true
}

@test "crash: the variable that a pointer led to is named, with the line of its declaration" {
    for compiler in gcc clang; do
        explain crash 1_count < <(report_of "$compiler" return)
        assert_output "stack-use-after-return of 'local' (declared at 1_count.c:6) at 1_count.c:15 in main"
        explain crash 1_count < <(report_of "$compiler" scope)
        assert_output "stack-use-after-scope of 'inner' (declared at 1_count.c:17) at 1_count.c:20 in main"
        explain crash 1_count < <(report_of "$compiler" text)
        assert_output "stack-buffer-overflow of 'text' (declared at 1_count.c:11) at 1_count.c:22 in main, which called strcpy"
        explain crash 1_count < <(report_of "$compiler" table)
        assert_output "global-buffer-overflow of 'table' (declared at 1_count.c:3) at 1_count.c:24 in main"
        explain crash 1_count < <(report_of "$compiler" heap)
        assert_line --index 1 "4 bytes allocated at 1_count.c:11 in main"
    done
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
    assert_output "it leaks: 14 bytes, allocated at 1_count.c:31 in ask
it leaks: 5 bytes, allocated at 1_scene.c:3 in scene"
    explain leaks 1_count <<<"$indirect"
    assert_output "it leaks: 100 bytes, allocated at 1_count.c:8 in inner"
    explain leaks 1_count < <(for i in 1 2 3 4; do leak Direct "$i" f "1_count.c:$i"; done)
    assert_equal "${#lines[@]}" 3
    explain leaks 1_count <<<"Direct leak of 8 byte(s) in 1 object(s) allocated from:"
    assert_output "it leaks memory"
}

@test "leaks: memory that a module allocated is told at the learner's line that called it" {
    explain leaks 1_count <<'END'
Direct leak of 8 byte(s) in 1 object(s) allocated from:
    #0 0x7f in __interceptor_calloc ../src/asan.cpp:69
    #1 0x55 in task_new 03-tasks/modules/task.c:50
    #2 0x55 in ask 01-loop/exercises/1_count.c:31

END
    assert_output "it leaks: 8 bytes, allocated at 1_count.c:31 in ask, which called task_new (task.c:50)"
}

# stuck RAN: what is told of a program with this stack, and of its events.
stuck() {
    printf '%s\n' "event: timer: on_tick 01-loop/exercises/1_count.c:9" \
        "event: timer: on_tick 01-loop/exercises/1_count.c:9" \
        "event: descriptor to read: bufferevent_readcb" \
        "event: descriptor to write: <null>" "event: descriptor to write: <null>" >"$BATS_TEST_TMPDIR/events"
    explain stuck 1_count "$1" 2000 "$BATS_TEST_TMPDIR/events"
}

@test "stuck: where it loops or waits; or for which events, if its event loop does" {
    callback='    #0 0x55 in on_tick 01-loop/exercises/1_count.c:17
    #1 0x7f in event_base_loop (/lib/libevent-2.1.so.7+0x1f)
    #2 0x55 in main 01-loop/exercises/given/1_scene.c:23'
    stuck 1900 <<<"$callback"
    assert_output "it never waited: it ran 1.9 s of the 2.0 s that it was given
it loops at 1_count.c:17 in on_tick"
    stuck 500 <<<"$callback"
    assert_output "it hardly waited: it ran 0.5 s of the 2.0 s that it was given
it was at 1_count.c:17 in on_tick"
    stuck 3 <<<"${callback/ in on_tick/ in usleep x.c
    #1 0x5 in on_tick}"
    assert_output "it waits at 1_count.c:17 in on_tick, which called usleep"
    stuck 3 <<<"${callback#*$'\n'}"
    assert_output "its event loop waits, for these events are pending:
  2 timers: on_tick (1_count.c:9)
  a descriptor to read: bufferevent_readcb
  2 descriptors to write: inside libevent, as a bufferevent has"
    stuck 1900 <<<"${callback#*$'\n'}"
    assert_output --partial "in its event loop these events come again and again:"
    stuck 3 <<<""
    assert_output "it waits: an event is still pending, or a call does not return"
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
