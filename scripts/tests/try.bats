#!/usr/bin/env bats
# make try and make reset; and that what a check prints as done is such a command.

load ../lib/test_helper
load helpers/copy
load helpers/practice

plain_build_only=yes

# words: the first exercise prints its arguments, one a line in brackets, and its stdin.
words() {
    exercise 'for (int i = 1; i < argc; i++) printf("[%s]\n", argv[i]);
for (int c; argc == 1 && (c = getchar()) != EOF;) putchar(c);
if (argc > 1 && !strcmp(argv[1], "leak")) { char *p = malloc(7); p = NULL; (void)p; }
if (argc > 1 && !strcmp(argv[1], "open")) socket(AF_INET, SOCK_STREAM, 0);
if (argc > 1 && !strcmp(argv[1], "crash")) { int *p = malloc(1); return *p; }
return argc > 1 && !strcmp(argv[1], "3") ? 3 : 0;'
}

@test "try: the program as it is checked: words as typed, stdin, status, the reports" {
    small_workbook
    words
    in_copy try 1-1 </dev/null
    run --separate-stderr in_copy try EXERCISE=01-1 ARGS='40 "a  b" $x $$y * '"'#'"' \" ""'
    assert_success
    assert_output '[40]
[a  b]
[$x]
[$$y]
[*]
[#]
["]
[]'
    assert_equal "${stderr%building 01-1 …}" ""
    run --separate-stderr bash -c "printf 'a\\000b' | env -u MAKEFLAGS -u BUILD make -C $copy try 1-1 | od -c"
    assert_line --partial 'a  \0   b'
    run --separate-stderr in_copy try 01-1 ARGS=3
    assert_success
    assert_equal "${stderr##*…$'\n'}" "exit 3" # it says so if it builds for a second
    run in_copy try 01-1 ARGS=leak
    assert_output --partial "LeakSanitizer: detected memory leaks"
    run in_copy try 01-1 ARGS=open
    assert_line "it leaks: 1 descriptor still open at exit: a socket"
    run in_copy try 01-1 ARGS=crash
    assert_output --partial "heap-buffer-overflow"
    assert_line "killed by SIGABRT"
}

@test "try: what cannot be run is said: no exercise, no end of a quotation, no compiling, no file" {
    small_workbook
    run -2 in_copy try
    assert_line --index 0 "Which exercise?  make try EXERCISE=01-1 ARGS='40 25 10'"
    run -2 in_copy try 01-1 ARGS="'a"
    assert_line "try: ARGS='a: no closing quotation"
    run -2 in_copy try 01-1 CHECK=4
    assert_output --partial "CHECK=4: the checks of 01-1 are:"
    assert_line --partial "2	it fails without N"
    exercise 'retrun 0;'
    run -2 in_copy try 01-1
    assert_line "  ✗ it does not compile:"
    assert_output --partial "‘retrun’ undeclared"
    rm "$copy/01-loop/exercises/1_count.c"
    run -2 in_copy try 01-1
    assert_output --partial "make reset EXERCISE=01-1"
}

@test "try: Ctrl-C reaches the program, and no program stays behind" {
    needs_tools tmux
    small_workbook
    tmux=(tmux -S "$BATS_TEST_TMPDIR/tmux" -f /dev/null)
    exercise 'sigset_t set; int signal;
sigemptyset(&set); sigaddset(&set, SIGINT); sigprocmask(SIG_BLOCK, &set, NULL);
puts("begun"); fflush(stdout);
for (int i = 0; i < 2; i++) { sigwait(&set, &signal); puts("heard"); fflush(stdout); }'
    sed -i '1i #include <signal.h>' "$copy/01-loop/exercises/1_count.c"
    says() {
        grep -qF -e "$1" "$BATS_TEST_TMPDIR/shown"
    }
    "${tmux[@]}" new-session -d "trap : INT; read && env -u MAKEFLAGS -u MAKELEVEL -u BUILD \
        make -C $copy try 1-1 ARGS=$BATS_TEST_TMPDIR; echo ended; read" 3>&-
    "${tmux[@]}" pipe-pane "cat >$BATS_TEST_TMPDIR/shown"
    "${tmux[@]}" send-keys Enter
    wait_until 30 says begun
    "${tmux[@]}" send-keys C-c
    wait_until 10 says heard
    refute says ended
    "${tmux[@]}" send-keys C-c
    wait_until 10 says ended
    assert_equal "$(grep -c heard "$BATS_TEST_TMPDIR/shown")" 2
    refute pgrep -f "1_count $BATS_TEST_TMPDIR"
    "${tmux[@]}" kill-server
}

# pasted: the last check that failed prints a command, which prints the same again.
pasted() {
    did=$(sed -n 's/^# | did *//p' "$copy/build/practice/01-1.tap")
    run --separate-stderr env -u MAKEFLAGS -u MAKELEVEL -u BUILD -C "$copy" bash -c "$did"
}

# check BODY: of the first exercise, and practice.
check() {
    printf 'load ../../scripts/checking/exercise_helper\n@TEST "it" {\n%s\n}\n' "$1" |
        sed 's/^@TEST/@test/' >"$copy/01-loop/exercises/1_count.bats"
    in_copy practice >/dev/null
}

@test "did: arguments and input as they were, whatever they hold" {
    small_workbook
    words
    # shellcheck disable=SC2016 # as it is typed
    for word in 'a b' "it's" '"q" \' '$x `y` $(z) * ~' '' $'a\tb\n\001\303\244' '%d #' 'ä'; do
        check "run_exercise $(printf '%q' "$word") 1; expect_output no"
        pasted
        assert_output "[$word]
[1]"
    done
    check "run_exercise -i $'a\\'\\\\%d\\001\\xc3\\n\\n\"' ; expect_output no"
    pasted
    assert_equal "$output" $'a\'\\%d\001\303\n\n"'
}

@test "did: what is too long to paste, or more than arguments, is told by the check and the seed" {
    small_workbook
    words
    check 'run_exercise $(seq 200 300) $RANDOM; expect_output no'
    [[ $(<"$copy/build/practice/01-1.tap") =~ "| did       make try EXERCISE=01-1 CHECK=1 SEED="[0-9]+$'\n# | then      arguments: 200 201'.*… ]]
    drawn=$(grep -o '\[[0-9]*\]$' "$copy/build/practice/01-1.tap" | tail -n 1)
    pasted
    assert_output --partial "  ✗ it"
    assert_output --partial "$drawn"
    assert_output --partial "  exit    0"
    check 'then="another program waits"; run_exercise 5; expect_output no'
    assert_equal "$(grep -c '^# | then      arguments: 5; another program waits$' "$copy/build/practice/01-1.tap")" 1
    check 'then="once"; run_exercise 5; run_exercise 6; expect_output no'
    assert_equal "$(grep -c '^# | then' "$copy/build/practice/01-1.tap")" 0
    check 'start_exercise -w 5 5; signal_exercise INT; await_exercise; expect_output no'
    grep -q '^# | then      arguments: 5; kill -INT$' "$copy/build/practice/01-1.tap"
    source scripts/checking/run.bash
    then='' exercise_pid='' # of a program without arguments
    signal_exercise INT
    assert_equal "$then" "kill -INT"
    check 'start_exercise -w 5 5; peer "doing(\"look\"); doing(\"think\"); wrong(random.random(), 2)"'
    expected=$(grep '^# | expected' "$copy/build/practice/01-1.tap")
    pasted
    assert_output --partial "  peer    look
  peer    think"
    assert_output --partial "      then      arguments: 5; think"
    assert_output --partial "      ${expected#\# | }"
}

@test "reset: as it was handed out, the learner's file kept, with and without git" {
    small_workbook
    in_copy pack
    shipped=$(<"$copy/01-loop/exercises/1_count.c")
    in_copy handout
    for copy in "$copy" "$copy/build/handout/event-loop-workbook"; do
        for kept in .bak .bak.2 .bak.3; do
            echo "// mine $kept" >"$copy/01-loop/exercises/1_count.c"
            run in_copy reset 01-1
            assert_success
            assert_line "Your file is kept as 01-loop/exercises/1_count.c$kept."
        done
        assert_equal "$(<"$copy/01-loop/exercises/1_count.c")" "$shipped"
        assert_equal "$(<"$copy/01-loop/exercises/1_count.c.bak")" "// mine .bak"
        rm "$copy/01-loop/exercises/1_count.c"
        run in_copy reset EXERCISE=01-1
        assert_output "01-loop/exercises/1_count.c is as it was handed out."
        run in_copy reset EXERCISE=01-1
        assert_equal "$(<"$copy/01-loop/exercises/1_count.c")" "$shipped"
        refute [ -e "$copy/01-loop/exercises/1_count.c.bak.4" ]
    done
    run -2 in_copy reset
    assert_line --index 0 "Which exercise?  make reset EXERCISE=01-2"
}
