/* cancel_main — runs a program, and cancels its main task at the Nth await.
 *
 *     #include "cancel_main.h"
 *     #define main program_main
 *     #include "../../pool.c"
 *     #undef main
 *     static void cancel_main_check(const struct task *main_task) { … }
 *     int main(int argc, char **argv)     ./driver N          as the wait begins
 *     {                                   ./driver N later    after a look at the
 *         return cancel_main(argc, argv, program_main);       loop's other events
 *     }
 *
 * All awaits of the program count, those of tasks that main awaits, too: what
 * cancels main cancels the task at the end of the chain. Afterwards it prints
 * "cancelled" or, if there are fewer awaits, "completed"; before that cancel_main_check
 * may print what is wrong with what main has left in its struct. A test runs it for
 * N = 1, 2, … until it says "completed".
 */
#ifndef CANCEL_MAIN_H
#define CANCEL_MAIN_H

#include "../../../03-tasks/modules/await.h" /* so that cppcheck finds it */
#include "task_main.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    int number, count; /* of the await at which to cancel, and so far */
    bool later;
    struct task *main_task;
} cancel_main_state;

/* Called after the main task is done, while its struct lives. */
static void cancel_main_check(const struct task *main_task);

static void cancel_main_now(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    (void)arg;
    task_cancel(cancel_main_state.main_task);
}

/* over: the wait's. Returns it. */
static bool cancel_main_await(const struct task *me, bool over)
{
    static const struct timeval soon = {0, 0};

    if (++cancel_main_state.count != cancel_main_state.number)
        return over;
    if (!cancel_main_state.later)
        cancel_main_now(-1, 0, NULL);
    else if (event_base_once(me->loop->base, -1, EV_TIMEOUT, cancel_main_now,
                             NULL, &soon) < 0)
        puts("no memory for the test");
    return over;
}

static int cancel_main_task_main(struct task *main_task,
                                 void (*run)(struct task *me))
{
    int status;

    cancel_main_state.main_task = main_task;
    status = task_main(main_task, run);
    cancel_main_check(main_task);
    return status;
}

static int cancel_main(int argc, char **argv, int (*program)(int, char **))
{
    char *arguments[] = {argv[0], NULL};

    cancel_main_state.number = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0;
    cancel_main_state.later = argc > 2;
    program(1, arguments);
    puts(cancel_main_state.count < cancel_main_state.number ? "completed"
                                                            : "cancelled");
    return 0;
}

/* From here on the awaits are counted: these are await.h's, but for that. */
#undef AWAIT
#define AWAIT(me, wait)                                                        \
    do {                                                                       \
        (me)->step = __LINE__;                                                 \
        if (!cancel_main_await(me, wait))                                      \
            return;                                                            \
        __attribute__((fallthrough));                                          \
    case __LINE__:                                                             \
        if ((me)->wait_result)                                                 \
            TASK_FAIL(me, (me)->wait_result);                                  \
    } while (0)

#undef AWAIT_CATCH
#define AWAIT_CATCH(me, caught, wait)                                          \
    do {                                                                       \
        (me)->step = __LINE__;                                                 \
        if (!cancel_main_await(me, wait))                                      \
            return;                                                            \
        __attribute__((fallthrough));                                          \
    case __LINE__:                                                             \
        (caught) = (me)->wait_result;                                          \
    } while (0)

#define task_main cancel_main_task_main

#endif
