/* await — tasks that wait without blocking, on a libevent loop of one thread.
 *
 *     struct greeter {
 *         struct task task;                       must come first
 *         const char *word;                       arguments, locals, results
 *     };
 *
 *     static void greeter_run(struct task *me)    async def greeter(word):
 *     {
 *         struct greeter *self = (struct greeter *)me;
 *
 *         TASK_BEGIN(me);
 *         AWAIT(me, task_sleep(me, TASK_SECOND));     await asyncio.sleep(1)
 *         puts(self->word);                           print(word)
 *         TASK_END(me);
 *     }
 *
 *     int main(void)                              see task_main.h
 *     {
 *         struct greeter greeter = {.word = "hello"};
 *
 *                                                 asyncio.run(greeter("hello"))
 *         return task_main(&greeter.task, greeter_run);
 *     }
 *     cc … await.c heap.c task_loop.c task_main.c \
 *         $(pkg-config --cflags --libs libevent)
 *
 * A task is your struct with a `struct task` in it. Its function is called each
 * time the task may go on, and jumps to where it left off. So:
 *
 *   - Whatever must outlive an AWAIT lives in the struct: the function's own
 *     variables are lost there, a loop's `int i`, too (`self` is set anew). This
 *     header turns on warnings that find most: of gcc "switch jumps over variable
 *     initialization" (and, with -Wall -Og, "may be used uninitialized"), of
 *     clang "may be uninitialized". Put the variable into the struct; or, if no
 *     AWAIT stands between its value and its use, declare it above TASK_BEGIN.
 *   - No AWAIT inside a `switch` of yours (the task would fail with TASK_LOST),
 *     and one on a line (else "duplicate case value"). Loops and `if` are fine.
 *   - Leave the function with AWAIT, TASK_RETURN, TASK_FAIL or TASK_END only.
 *   - To AWAIT in a helper, make it a task and await that. A result is a field
 *     of the struct, to be read when the task is done.
 *   - Nothing is allocated here. The struct is yours, and stays where it is until
 *     the task is done; if it failed, until it was awaited or task_run has
 *     returned. One in its parent's struct must end first: see group.h.
 *   - Between two AWAITs nobody else runs. me->loop is the loop.
 *   - A callback of libevent wakes a task with semaphore_release or
 *     queue_try_put (queue.h), or with task_cancel.
 *
 * Errors are words: const char *, NULL for none. They must outlive everyone who
 * may get them, so use literals. An error travels like an exception: an AWAIT of
 * what failed ends the task with that error, by way of TASK_FINALLY, unless
 * AWAIT_CATCH takes it. Compare with TASK_CANCELLED and TASK_TIMED_OUT by ==.
 *
 * More: task_loop.h (tasks on an event base of your own; their order); and each
 * with a .c to compile: task_main.h (a program of tasks), group.h (gather, task
 * groups), queue.h (bounded queue, semaphore), readiness.h (await a descriptor).
 * All of it from the loop's thread only.
 */
#ifndef AWAIT_H
#define AWAIT_H

#include "heap.h"
#include "task_loop.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A variable that is lost over an AWAIT should be found when it is compiled.
 * Neither of these is in -Wall or -Wextra. */
#ifdef __clang__
#pragma clang diagnostic warning "-Wconditional-uninitialized"
#else
#pragma GCC diagnostic warning "-Wjump-misses-init"
#endif

/* Times are microseconds: task_sleep(me, 20 * TASK_MS). */
#define TASK_MS INT64_C(1000)
#define TASK_SECOND INT64_C(1000000)

extern const char TASK_CANCELLED[];     /* asyncio.CancelledError */
extern const char TASK_TIMED_OUT[];     /* TimeoutError */
extern const char TASK_NO_MEMORY[];     /* for your own TASK_FAIL */
extern const char TASK_AWAITED_TWICE[]; /* someone else awaits it already */
extern const char TASK_AWAITS_ITSELF[]; /* at once, or through others */
extern const char TASK_NOT_CREATED[];   /* awaits one without task_create */
extern const char TASK_LOST[];          /* left or entered without an AWAIT */

/* A task. Yours to place and to keep; look at it with the functions below.
 * 128 bytes, of which 40 are its timer. */
struct task {
    struct task_link link; /* in `ready`, or among the waiters of something */
    struct task_link all;  /* in loop->all, or ->failed */
    struct task_loop *loop;
    void (*run)(struct task *me);
    const char *name;
    const char *error; /* what it ends with */
    union {
        struct task *awaiter;       /* goes on when this one is done; or NULL */
        struct task_wait *observer; /* if `has_observer`: hears of it instead */
    };
    union {
        void *waits_for;         /* while it waits: see enum wait */
        const char *wait_result; /* once it may go on: NULL, or an error */
    };
    struct heap_node timer; /* timer.mark: when the wait began, TASK_TICKS */
    int step;               /* where to go on: 0, a line, or one of two below */
    unsigned wait : 3;      /* how it waits: enum wait, below */
    bool has_timer : 1;     /* its timer is in the heap */
    bool deadline_passed : 1; /* the wait has not ended yet */
    bool cancel : 1;          /* asked for; to be delivered at the next await */
    bool cleaning : 1;        /* TASK_FINALLY was reached */
    bool has_observer : 1;    /* of awaiter and observer, it is the observer */
    bool retrieved : 1;       /* its error was, or will be, read by its owner */
    bool ended : 1;           /* TASK_END was reached */
    bool done : 1;
};

/* A time of the loop's clock in units of 16 ms, 2 to the power of 14 us. */
#define TASK_TICKS(us) ((uint32_t)((us) >> 14))

/* --- Writing a task ----------------------------------------------------- */

/* Opens the body; what stands before it runs at each call. */
#define TASK_BEGIN(me)                                                         \
    task_again_:                                                               \
    __attribute__((unused));                                                   \
    switch ((me)->step) {                                                      \
    case 0:

/* await: leaves the function until that wait is over. An error, or the task's own
 * cancellation, goes to TASK_FINALLY. wait: a call that is TASK_AWAITABLE. */
#define AWAIT(me, wait)                                                        \
    do {                                                                       \
        (me)->step = __LINE__;                                                 \
        if (!(wait))                                                           \
            return;                                                            \
        __attribute__((fallthrough));                                          \
    case __LINE__:                                                             \
        if ((me)->wait_result)                                                 \
            TASK_FAIL(me, (me)->wait_result);                                  \
    } while (0)

/* try … except: the same, but puts the outcome of the wait, NULL or an error,
 * into `caught` (a local will do, until the next AWAIT) and goes on. Who keeps
 * TASK_CANCELLED is not cancelled; pass on what you do not handle:
 *     if (error && error != TASK_TIMED_OUT) TASK_FAIL(me, error); */
#define AWAIT_CATCH(me, caught, wait)                                          \
    do {                                                                       \
        (me)->step = __LINE__;                                                 \
        if (!(wait))                                                           \
            return;                                                            \
        __attribute__((fallthrough));                                          \
    case __LINE__:                                                             \
        (caught) = (me)->wait_result;                                          \
    } while (0)

/* raise: ends the task with that error, by way of TASK_FINALLY. */
#define TASK_FAIL(me, error)                                                   \
    do {                                                                       \
        task_unwind(me, error);                                                \
        goto task_again_;                                                      \
    } while (0)

/* return: ends the task, by way of TASK_FINALLY. In there it keeps the error;
 * TASK_FAIL(me, NULL) drops it. */
#define TASK_RETURN(me) TASK_FAIL(me, (me)->error)

/* finally, between the body and TASK_END: what follows runs once, whether the
 * task returned, failed or was cancelled (me->error says which), but not if it
 * was cancelled before it first ran. It may await; an error in here replaces the
 * first one and skips the rest, so put before it what must run, or catch it. */
#define TASK_FINALLY(me)                                                       \
    __attribute__((fallthrough));                                              \
    case TASK_STEP_FINALLY:                                                    \
        task_clean_up(me)

/* Closes the body: the task is done. */
#define TASK_END(me)                                                           \
    (me)->step = TASK_STEP_END;                                                \
    __attribute__((fallthrough));                                              \
    default:                                                                   \
        task_end(me);                                                          \
        }

enum { TASK_STEP_FINALLY = -1, TASK_STEP_END = -2 };
void task_unwind(struct task *me, const char *error);
void task_clean_up(struct task *me);
void task_end(struct task *me);

/* Marks a function whose result belongs into AWAIT. */
#define TASK_AWAITABLE __attribute__((warn_unused_result))

/* --- Tasks -------------------------------------------------------------- */

/* create_task: the task will start in the next pass. `name` is for reports and
 * not copied. The struct may be anywhere and need not be cleared; used before,
 * that task must be done (only gcc's AddressSanitizer makes that checked: abort),
 * and if it failed, awaited. */
void task_create(struct task_loop *loop, struct task *task,
                 void (*run)(struct task *me), const char *name);

/* await task: until it is done; its error becomes ours. One that is done
 * already answers at once, as often as it is asked; one that is not can have
 * one awaiter (else TASK_AWAITED_TWICE). If the awaiter is cancelled or its
 * deadline passes, so is the task, and the wait ends when that has ended. */
TASK_AWAITABLE bool task_await(struct task *me, struct task *task);

/* await asyncio.sleep: 0 or less yields, until the next pass. */
TASK_AWAITABLE bool task_sleep(struct task *me, int64_t us);

/* asyncio.timeout, for one wait: gives the one that has just begun a deadline:
 *     AWAIT(me, task_within(me, TASK_SECOND, queue_get(me, &queue, &item)));
 * After it (at once, if 0 or less, unless it is over already) the wait is undone
 * and ends with TASK_TIMED_OUT. Nested, the earlier holds. For several waits:
 * a task of their own, and task_wait_for. */
TASK_AWAITABLE bool task_within(struct task *me, int64_t us, bool over);

/* asyncio.wait_for: task_within(me, us, task_await(me, task)). Ends with
 * TASK_TIMED_OUT, or with what the task made of it, if it caught its cancelling. */
TASK_AWAITABLE bool task_wait_for(struct task *me, struct task *task,
                                  int64_t us);

/* task.cancel: the task's wait is undone and ends with TASK_CANCELLED, once; a
 * task that has not begun never will. Of result, timeout and cancellation the
 * first wins: a wait that is over already keeps its outcome, and the next one is
 * cancelled instead (with the task it awaits, if it does). One that reaches
 * TASK_FINALLY first needs no cancelling any more; a later call does interrupt
 * the waits in there. Returns false, and does nothing, if the task is done. */
bool task_cancel(struct task *task);

bool task_done(const struct task *task);
/* What it has ended with: NULL, or an error, which counts as awaited now. */
const char *task_error(struct task *task);

/* --- Making your own waits ----------------------------------------------
 *
 * An await function looks first whether there is anything to wait for. If not,
 * it ends with `return task_ready(me, NULL)`, or an error in place of NULL. If
 * there is, it begins to wait, in one of two ways:
 *
 *   - task_wait_in, in a `struct task_waiters` of yours: any number of tasks
 *     wait for the same thing, first come, first served (a lock, a queue). To
 *     serve the first, call task_first_waiter and task_resume, which takes it
 *     out of the list. A cancellation or a deadline takes a waiter out without a
 *     call of yours; what it was handed before that, it keeps. See queue.c.
 *   - task_wait_on, with a `struct task_wait` of yours: one task waits, and to
 *     interrupt it, something must be undone (an event deleted, a job
 *     withdrawn). See readiness.c.
 *
 * `kind` says what the task waits for: "a queue that is full" continues the
 * sentence "it waits for". It is for people: scripts/task-tree prints it. If you
 * know more, replace it at any time, with a string that is never freed. */

/* Something that one task waits for. Put it into a struct of your own. */
struct task_wait {
    struct task *waiter; /* or NULL */
    const char *kind;    /* "a group"; NULL: unknown */
    /* The waiter is cancelled or its deadline has passed. Undo the wait and
     * return true; or see to it that the wait ends soon (task_resume with
     * TASK_CANCELLED) and return false. */
    bool (*interrupt)(struct task_wait *wait);
    /* A task that this one observes is done, and may be freed now. */
    void (*ended)(struct task_wait *wait, struct task *task);
    struct task *owner; /* of the observed tasks, if not the waiter; or NULL */
    bool any;           /* one of them that is done ends the wait */
};

/* Something that any number of tasks wait for, in a list. */
struct task_waiters {
    struct task_link list;
    void *is_head;       /* NULL, which tells the list from a task in it */
    const char *kind;    /* "a semaphore"; NULL: unknown */
    struct task *holder; /* has what they wait for (a lock's owner), or NULL;
                          * yours to set, and to clear when it has no more */
};

void task_waiters_init(struct task_waiters *waiters, const char *kind);

/* What an await function ends with. It begins to wait on that object, which has
 * no waiter yet; or at the end of that list, where `slot` (an address, or NULL)
 * is kept for whoever serves it; or goes on at once, with that outcome. */
bool task_wait_on(struct task *me, struct task_wait *wait);
bool task_wait_in(struct task *me, struct task_waiters *waiters, void *slot);
bool task_ready(struct task *me, const char *error);

/* Ends a task's wait; it goes on in its turn. Does nothing if it waits for
 * nothing. */
void task_resume(struct task *task, const char *error);

/* The first that waits in a list, or NULL; `slot`, if not NULL, is set to what
 * that task has left there. */
struct task *task_first_waiter(struct task_waiters *waiters, void **slot);

/* Why `me` cannot await that task now: an error, or NULL. */
const char *task_await_error(const struct task *me, const struct task *task);

/* Has observer->ended called when the task is done; NULL: no longer. */
void task_observe(struct task *task, struct task_wait *observer);

/* --- For task_loop.c and task_tree.c ------------------------------------ */

/* How a task waits. */
enum wait {
    WAIT_NONE,    /* not: it runs, or is done */
    WAIT_OVER,    /* not any more; it is in loop->ready */
    WAIT_TURN,    /* for its turn: new, or yields; it is there, too */
    WAIT_SLEEP,   /* for its timer */
    WAIT_NOTHING, /* for what comes after its deadline */
    WAIT_TASK,    /* waits_for: the task it awaits */
    WAIT_LIST,    /* in a list by its link; waits_for: the list owner's slot */
    WAIT_OBJECT   /* waits_for: a struct task_wait */
};

/* The task that has this link or timer in it. */
#define TASK_OF(part, member) task_of(part, offsetof(struct task, member))
static inline struct task *task_of(void *part, size_t offset)
{
    return (struct task *)(void *)((char *)part - offset);
}

/* task_cancel for one of the loop's tasks when all others are cancelled, too:
 * does not pass it on to the one that it awaits. */
void task_cancel_with_all(struct task *task);

/* Its time has come: the sleep is over, or a deadline is past. */
void task_due(struct task *task);

/* Its turn has come: it goes on until it waits again or has ended. It may not
 * exist any more when this returns. */
void task_step(struct task *task);

#endif
