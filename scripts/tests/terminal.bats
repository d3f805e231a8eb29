#!/usr/bin/env bats
# Colours and passing lines: on a terminal only, and no colour with NO_COLOR. What
# fits it is in check/screens.bats.

load ../lib/test_helper

plain_build_only=yes

# on_terminal COMMAND: bash runs it on a terminal; what it prints, as cat -A shows it.
on_terminal() {
    SHELL=/bin/bash script -qec "source scripts/lib/terminal.bash; $1" /dev/null </dev/null | cat -A
}

# in_pipe COMMAND: the same without a terminal.
in_pipe() {
    bash -c "source scripts/lib/terminal.bash; $1" </dev/null 2>&1 | cat -A
}

colours='set_colours; echo "<$bold|$green|$red|$plain>"'

@test "terminal: colours on a terminal, none in a pipe, none with NO_COLOR" {
    unset NO_COLOR
    assert_equal "$(on_terminal "$colours")" '<^[[1m|^[[32m|^[[31m|^[[0m>^M$'
    assert_equal "$(in_pipe "$colours")" '<|||>$'
    export NO_COLOR=1
    assert_equal "$(on_terminal "$colours")" '<|||>^M$'
    export NO_COLOR=''
    assert_equal "$(on_terminal "$colours")" '<^[[1m|^[[32m|^[[31m|^[[0m>^M$'
}

@test "terminal: progress replaces its line on a terminal, elsewhere it is a line" {
    assert_equal "$(on_terminal 'progress one; progress two; progress ""')" '^M^[[Kone^M^[[Ktwo^M^[[K'
    assert_equal "$(in_pipe 'progress one; progress two')" $'one$\ntwo$'
}

@test "terminal: a line that will be covered is printed on a terminal only" {
    assert_equal "$(on_terminal 'until_covered 1 wait; until_covered 2 more')" 'wait^Mmore^M'
    assert_equal "$(in_pipe 'until_covered 1 wait; until_covered 2 more')" ''
}

@test "terminal: a dumb one gets lines, no colours and none that is covered" {
    export TERM=dumb
    assert_equal "$(on_terminal "$colours")" '<|||>^M$'
    assert_equal "$(on_terminal 'progress one; progress two; until_covered 1 wait')" $'one^M$\ntwo^M$'
}

@test "terminal: the bar has twenty squares" {
    for cell in "0 3 ░░░░░░░░░░░░░░░░░░░░" "1 3 ██████░░░░░░░░░░░░░░" "3 3 ████████████████████"; do
        read -r some all squares <<<"$cell"
        assert_equal "$(LC_ALL=C.UTF-8 bash -c 'source scripts/lib/terminal.bash; bar "$@"' - "$some" "$all")" \
            "$squares"
    done
}
