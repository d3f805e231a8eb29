/* cancel_at.h — put before all sources of a program (cc -include cancel_at.h):
 * the task that comes to the Nth await of the program is cancelled there.
 *
 * N is the variable CANCEL_AT; await means AWAIT and AWAIT_CATCH, those of the
 * modules included. A wait that has begun ends with TASK_CANCELLED; one that
 * was over at once keeps its outcome, and the task's next wait is cancelled. At
 * exit the file CANCEL_REPORT gets a line each:
 *
 *     awaits 31              how many there were
 *     cancelled echo.c:33    where it was
 *     finally echo.c         for each time that a task came to its TASK_FINALLY
 *     open 5                 for each descriptor that is left open
 *
 * See tests/helpers/cancel_at.bash.
 */
#ifndef CANCEL_AT_H
#define CANCEL_AT_H

#include "await.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cancel_at {
    FILE *report;
    long count, number;
};
__attribute__((weak)) struct cancel_at cancel_at_state;

/* Each source brings its own call of this, and of the next. */
__attribute__((weak, constructor)) void cancel_at_begin(void)
{
    const char *number = getenv("CANCEL_AT"), *path = getenv("CANCEL_REPORT");

    if (cancel_at_state.report)
        return;
    cancel_at_state.number = number ? strtol(number, NULL, 10) : 0;
    cancel_at_state.report = fopen(path ? path : "/dev/null", "we");
    if (!cancel_at_state.report)
        abort();
}

__attribute__((weak, destructor)) void cancel_at_end(void)
{
    int own = cancel_at_state.report ? fileno(cancel_at_state.report) : -1;

    if (own < 0)
        return;
    fprintf(cancel_at_state.report, "awaits %ld\n", cancel_at_state.count);
    for (int fd = 3; fd < 256; fd++) {
        if (fd != own && fcntl(fd, F_GETFD) >= 0)
            fprintf(cancel_at_state.report, "open %d\n", fd);
    }
    fclose(cancel_at_state.report);
    cancel_at_state.report = NULL;
}

__attribute__((weak)) const char *cancel_at_file(const char *path)
{
    return strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
}

__attribute__((weak)) bool cancel_at_await(struct task *me, bool over,
                                           const char *path, int line)
{
    if (++cancel_at_state.count == cancel_at_state.number) {
        fprintf(cancel_at_state.report, "cancelled %s:%d\n",
                cancel_at_file(path), line);
        task_cancel(me);
    }
    return over;
}

__attribute__((weak)) void cancel_at_finally(const char *path)
{
    fprintf(cancel_at_state.report, "finally %s\n", cancel_at_file(path));
}

/* Those of await.h, and what is above. */
#undef AWAIT
#define AWAIT(me, wait)                                                        \
    do {                                                                       \
        (me)->step = __LINE__;                                                 \
        if (!cancel_at_await(me, (wait), __FILE__, __LINE__))                  \
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
        if (!cancel_at_await(me, (wait), __FILE__, __LINE__))                  \
            return;                                                            \
        __attribute__((fallthrough));                                          \
    case __LINE__:                                                             \
        (caught) = (me)->wait_result;                                          \
    } while (0)

#undef TASK_FINALLY
#define TASK_FINALLY(me)                                                       \
    __attribute__((fallthrough));                                              \
    case TASK_STEP_FINALLY:                                                    \
        cancel_at_finally(__FILE__);                                           \
        task_clean_up(me)

#endif
