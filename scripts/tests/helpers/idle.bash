# shellcheck shell=bash
# For tests of expect_idle: an exercise that waits, rightly and wrongly, and the
# verdicts. After copy.bash and practice.bash.

# checks TEST…: the checks of the first exercise, each "NAME { CODE }".
checks() {
    printf 'load ../../scripts/checking/exercise_helper\n' \
        >"$copy/01-loop/exercises/1_count.bats"
    # shellcheck disable=SC2059 # bats writes the "@"
    printf '@%s\n' "${@/#/test }" >>"$copy/01-loop/exercises/1_count.bats"
}

# waits: an exercise that waits for 0.4 s in its event loop, in the way that its
# argument says.
waits() {
    cat <<'END'
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
static struct event_base *base;
static void on_look(evutil_socket_t fd, short events, void *left)
{
    (void)fd, (void)events;
    if (--*(int *)left == 0)
        event_base_loopbreak(base);
}
int main(int argc, char **argv)
{
    int ms = argc > 1 ? atoi(argv[1]) : 400, left = 400 / ms;
    struct timeval each = {0, ms * 1000};
    struct event *event;
    base = event_base_new();
    event = event_new(base, -1, EV_PERSIST, on_look, &left);
    event_add(event, &each);
    while (argc > 2 && clock() < atoi(argv[2]) * CLOCKS_PER_SEC / 1000)
        ;
    event_base_dispatch(base);
    event_free(event);
    event_base_free(base);
    return 0;
}
END
}

# idle_verdicts: the right answer is accepted, and the three others are not, with
# patience or without.
idle_verdicts() {
    local patience

    small_workbook
    waits >"$copy/01-loop/exercises/1_count.c"
    checks '"right" { run_exercise; expect_idle 2; }' \
        '"spins a little" { run_exercise 400 75; expect_idle 2; }' \
        '"polls every 10 ms" { run_exercise 10; expect_idle; }' \
        '"polls every 100 ms" { run_exercise 100; expect_idle 2; }'
    in_copy practice >/dev/null
    for patience in 1 4; do
        run bash -c "cd '$copy' && source scripts/lib/exercises.bash && \
            EXERCISE_PATIENCE=$patience exercise_checks 01-loop/exercises/1_count.bats \
                build/01-loop/exercises/1_count"
        assert_line --regexp '^ok 1 '
        assert_equal "$(grep -c '^not ok [234] ' <<<"$output")" 3
        assert_output --regexp "came +it ran [1-9][0-9]+ ms of the "
        assert_output --regexp "it wakes at most 2.*came +it woke [3-5] times in 4"
    done
}
