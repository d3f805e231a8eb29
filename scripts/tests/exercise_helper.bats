#!/usr/bin/env bats
# exercise_helper.bash: what became of a learner's program, in words.

load ../lib/test_helper
load helpers/copy
load helpers/practice
load helpers/idle

plain_build_only=yes

# outcomes CASE…: the first exercise does what its argument says, each tested by
# "run_exercise CASE; expect_nothing_left"; it is checked once. CASE may end with -q,
# for expect_nothing_left.
outcomes() {
    local bats=$copy/01-loop/exercises/1_count.bats

    printf 'load ../../scripts/checking/exercise_helper\n' >"$bats"
    for case in "$@"; do
        # shellcheck disable=SC2016 # bats writes the "@"
        printf '%stest "%s" {\n    run_exercise %s\n    expect_nothing_left%s\n}\n' @ "$case" \
            "${case% -q}" "${case#"${case% -q}"}"
    done >>"$bats"
    exercise 'char *p;
int big = 2147483647, ends[2];
struct event_base *base;
const char *c = argv[1];
if (!strcmp(c, "use_after_free")) {
p = malloc(1); free(p); return *p;
} else if (!strcmp(c, "overflow")) {
return strcpy(malloc(1), argv[0])[0];
} else if (!strcmp(c, "segv")) {
*(volatile int *)40960 = 1;
} else if (!strcmp(c, "null")) {
*(volatile int *)(long)(argc - 2) = 1;
} else if (!strcmp(c, "null_event")) {
event_free(NULL);
} else if (!strcmp(c, "signed_overflow")) {
return big + argc;
} else if (!strcmp(c, "abort")) {
abort();
} else if (!strcmp(c, "sigpipe")) {
int raise(int); raise(13);
} else if (!strcmp(c, "interrupted")) {
int raise(int); raise(2);
} else if (!strcmp(c, "leak")) {
for (int i = 0; i < 2; i++) { p = malloc(7); p = NULL; }
} else if (!strcmp(c, "base")) {
base = event_base_new(); base = NULL; (void)base;
} else if (!strcmp(c, "exit")) {
base = event_base_new(); exit(1);
} else if (!strcmp(c, "socket")) {
socket(AF_INET, SOCK_STREAM, 0);
} else if (!strcmp(c, "files")) {
return pipe(ends) + open("/dev/null", 0) < 0;
} else if (!strcmp(c, "prints")) {
for (;;) puts("and on, and on");
} else if (!strcmp(c, "memory")) {
for (;;) memset(malloc(1 << 20), 1, 1 << 20);
} else if (!strcmp(c, "terminal")) {
puts("\033[2Jred\a\001"); fflush(stdout); abort();
} else if (!strcmp(c, "minus_1")) {
return -1;
}'
    practised_in_full
    assert_success
    output=$(tr -s '\n ' ' ' <<<"$output") # lines are broken where they are full
}

@test "run_exercise: crashes: the reason, the function, the line; no end of output or memory" {
    small_workbook
    outcomes use_after_free overflow segv null null_event signed_overflow abort sigpipe interrupted prints \
        memory terminal "segv 2" minus_1
    assert_output --partial "it crashed: heap-use-after-free at 1_count.c:15 in main"
    assert_output --partial "it crashed: heap-buffer-overflow at 1_count.c:17 in main, which called strcpy"
    assert_output --partial "it crashed: SEGV at 1_count.c:19 in main"
    assert_output --partial "it crashed: store to null pointer of type"
    assert_output --partial "it crashed: SEGV by a NULL pointer at 1_count.c:23 in main, which called event_free"
    assert_output --partial "it crashed: signed integer overflow: 2147483647 + "
    assert_output --partial "it crashed: abort() at 1_count.c:27 in main"
    assert_output --partial "it crashed: killed by SIGPIPE (it wrote to a connection"
    assert_output --partial "it was killed by SIGINT: it did not handle it then"
    assert_output --partial "it prints without end: stopped after 1 MiB"
    assert_output --partial "it takes memory without end: stopped at 512 MiB"
    assert_output --partial "✓ minus_1" # no signal has this number
    assert_output --partial '\x1b[2Jred\a\x01'
    refute_output --partial $'\e'
    refute_output --partial DEADLYSIGNAL
}

@test "run_exercise: leaks and open descriptors: how much, of what, from where" {
    small_workbook
    outcomes "leak -q" leak base exit socket files
    assert_output --partial "it leaks: 14 bytes, in 2 pieces of memory"
    assert_output --partial "it leaks: 14 bytes, allocated at 1_count.c:33 in main"
    assert_output --partial "it leaks: 3 descriptors still open at exit: an event base, 2 pipes"
    assert_output --partial "it leaks: it ended (exit 1) without freeing anything: by exit()?"
    assert_output --partial "it leaks: 1 descriptor still open at exit: a socket"
    assert_output --partial "it leaks: 3 descriptors still open at exit: 2 pipes, /dev/null"
}

# forever: an exercise that never ends, in the way that its argument says.
forever() {
    cat <<'END'
#include <event2/event.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
static void on_signal(int signo)
{
    (void)signo;
    _exit(0);
}
static void on_event(evutil_socket_t fd, short events, void *arg)
{
    (void)fd, (void)events;
    if (!strcmp(arg, "busy"))
        for (volatile int i = 0;; i = 1)
            ;
    while (!strcmp(arg, "asleep"))
        usleep(1000);
    for (char forever[40] = "and on"; !strcmp(arg, "prints"); usleep(1000))
        (void)!write(1, forever, sizeof forever);
}
int main(int argc, char **argv)
{
    struct event_base *base = event_base_new();
    struct timeval soon = {0, 1000}, late = {60, 0};
    struct event *timer = event_new(base, -1, 0, on_event, argv[argc - 1]);
    struct event *more = evsignal_new(base, SIGTERM, on_event, argv[argc - 1]);
    if (!strcmp(argv[argc - 1], "ignores") || !strcmp(argv[argc - 1], "catches"))
        signal(SIGABRT, !strcmp(argv[argc - 1], "ignores") ? SIG_IGN : on_signal);
    event_add(timer, strcmp(argv[argc - 1], "waits") ? &soon : &late);
    event_add(more, NULL);
    return event_base_dispatch(base);
}
END
}

@test "run_exercise: never ends: where it loops or sleeps, for what its loop waits" {
    small_workbook
    forever >"$copy/01-loop/exercises/1_count.c"
    # bats writes the "@"; the others are to be run, too.
    for way in busy asleep waits prints; do
        printf '%stest "%s" {\n    BATS_FILE_TMPDIR=$BATS_TEST_TMPDIR\n' @ "$way"
        printf '    run_exercise -t 1 %s\n}\n' "$way"
    done >"$BATS_TEST_TMPDIR/tests"
    {
        echo 'load ../../scripts/checking/exercise_helper'
        cat "$BATS_TEST_TMPDIR/tests"
    } >"$copy/01-loop/exercises/1_count.bats"
    practised_in_full
    assert_equal "$(grep -c "it never ended: stopped after 1 s" <<<"$output")" 4
    assert_equal "$(grep -c "1 s, while it still printed" <<<"$output")" 1
    assert_output --regexp "it never waited: it ran [0-9.]+ s of the [0-9.]+ s that it was given
 +it loops at 1_count.c:1[45] in on_event"
    assert_output --partial "it waits at 1_count.c:17 in on_event, which called usleep"
    assert_output --partial "its event loop waits, for these events are pending:"
    assert_output --regexp "a timer: on_event .1_count.c:1[01]."
    assert_output --regexp "a signal: on_event .1_count.c:1[01]."
}

@test "run_exercise: never ends: nor does one that ignores the question, or exits at it" {
    small_workbook
    forever >"$copy/01-loop/exercises/1_count.c"
    for way in ignores catches; do
        printf '%s\n' 'load ../../scripts/checking/exercise_helper' \
            "@TEST \"$way\" { run_exercise -t 1 $way; }" '@TEST "more" { run_exercise; }' |
            sed 's/^@TEST/@test/' >"$copy/01-loop/exercises/1_count.bats"
        practised_in_full
        assert_output --partial "it never ended: stopped after 1 s"
        assert_output --partial "  – more "
        assert_output --partial "(not reached)"
        refute_output --partial "crashed"
    done
}

@test "misbehaved: one fault is told in full once, even with other amounts" {
    small_workbook
    outcomes "leak" "leak 2" socket "files" "use_after_free" "use_after_free 2"
    assert_equal "$(grep -o "it leaks: 14 bytes, allocated at" <<<"$output" | wc -l)" 2
    assert_equal "$(grep -o "freed at 1_count.c:15 in main" <<<"$output" | wc -l)" 1
    exercise 'char *p = malloc((size_t)argc); puts("some output"); p = NULL; (void)p;'
    checks '"one" { run_exercise 1; expect_nothing_left; }' \
        '"other" { run_exercise 1 2 3; expect_nothing_left; }'
    practised_in_full
    assert_output --partial "it leaks: 4 bytes, allocated at"
    assert_equal "$(grep -c "some output" <<<"$output")" 1
}

@test "expect_nothing_left: what was done is the run that leaked, not the last one" {
    small_workbook
    exercise 'puts(argv[1]); if (argc == 3) malloc(7);'
    checks '"nothing is left" { run_exercise it leaks; run_exercise well; expect_nothing_left; }'
    practised_in_full
    assert_line --regexp "^ +did +.*it leaks"
    assert_line --regexp "^ +stdout +it$"
}

@test "run_exercise: a zero byte is seen, and of much stderr the end is kept" {
    small_workbook
    exercise 'fwrite("tick 1\0\n", 1, 8, stdout);
for (int i = 0; i < 30000; i++) fprintf(stderr, "line %d\n", i);'
    checks '"zero" { run_exercise; expect_output "tick 1"; }' \
        '"much" { run_exercise; [[ $stderr == "line "*"line 29999" ]] || wrong x y; }'
    practised_in_full
    assert_output --regexp 'came +tick 1\\0'
    assert_output --regexp "stderr +… [0-9]+ lines before"
    assert_output --partial "line 29999"
    assert_line "  ✓ much"
}

@test "peer: a program that does not answer: where it is; bytes from their first difference" {
    small_workbook
    cat >"$copy/01-loop/exercises/1_count.c" <<'END'
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0), client;
    char text[64];
    listen(fd, 5);
    getsockname(fd, (struct sockaddr *)&at, &size);
    fprintf(stderr, "listening on 127.0.0.1:%d\n", ntohs(at.sin_port));
    client = accept(fd, NULL, NULL);
    for (int i = 0; argc == 1 && i < 99; i++) {
        size = (socklen_t)sprintf(text, "line %d\n", i == 42 ? 43 : i);
        if (write(client, text, size) < 0)
            return 1;
    }
    for (; argc > 1;)
        usleep((useconds_t)strlen(argv[1]));
    return 0;
}
END
    checks '"silent" { start_exercise x; peer "expect(b\"x\", read_all(connect()))"; }' \
        '"other" { start_exercise; peer "
expect(b\"\".join(b\"line %d\\n\" % i for i in range(99)), read_all(connect()))"; }' \
        '"broken" { start_exercise; peer "expects()"; }' \
        '"odd" { start_exercise; peer "int(read_line(connect()))"; }'
    practised_in_full
    assert_output --partial "the check itself is broken, not your program: NameError: "
    assert_output --regexp "what the peer cannot make sense of: ValueError: .*int"
    assert_output --regexp "came +nothing, for 2 s
 +it was at 1_count.c:22 in main, which called usleep"
    assert_output --regexp 'came +… 40 lines alike
 +"line 40\\n"
 +"line 41\\n"
 +"line 43\\n"
 +\^ line 43
 +"line 43\\n"'
}

@test "EXERCISE_INTERRUPT: a handler may write(), and must not print" {
    small_workbook
    cat >"$copy/01-loop/exercises/1_count.c" <<'END'
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static void on_write(int signo)
{
    (void)signo;
    if (write(1, "stopping\n", 9) < 0)
        _exit(1);
}
static void on_print(int signo)
{
    (void)signo;
    puts("stopping");
}
int main(int argc, char **argv)
{
    (void)argc;
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGINT, strcmp(argv[1], "print") ? on_write : on_print);
    puts("begun");
    free(malloc(7));
    return 0;
}
END
    checks '"write" { EXERCISE_INTERRUPT=1 run_exercise write; expect_output "begun
stopping"; [[ ! -s $run.unsafe ]] || wrong x "$(<"$run.unsafe")"; }' \
        '"print" { EXERCISE_INTERRUPT=1 run_exercise print; wrong x "it $(<"$run.unsafe")"; }'
    practised_in_full
    assert_line "  ✓ write"
    assert_output --regexp "came +it prints"
}

@test "peer: a program that sleeps is not on its way to a report, whose empty file is there" {
    source scripts/checking/peer.bash
    run=$BATS_TEST_TMPDIR/run1 # as the sandbox of make grade makes them
    touch "$run.report.2"
    sleep 20 3>&- &
    exercise_pid=$!
    wait_until 10 grep -q '^State:.S' "/proc/$exercise_pid/status"
    refute is_ending
    echo "a report" >"$run.report.2"
    is_ending
    kill "$exercise_pid"
}
