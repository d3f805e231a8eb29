/* order — when a task completes, its awaiter runs later, in its turn; and a
 * pass runs only who was ready when it began.
 *
 * Build: cc -I../modules -o order order.c ../modules/await.c ../modules/heap.c ../modules/task_loop.c ../modules/task_main.c $(pkg-config --cflags --libs libevent)
 */
#include "task_main.h"
#include <stdio.h>
#include <string.h>

enum { SLEEPERS = 8, YIELDS = 200000 };

struct named {
    struct task task;
    const char *name;
    struct task *awaited;
    int left;
};

static void completes_run(struct task *me)
{
    TASK_BEGIN(me);
    AWAIT(me, task_sleep(me, 0));
    fputs(" completes", stdout);
    TASK_END(me);
}

static void awaits_run(struct task *me)
{
    struct named *self = (struct named *)me;

    TASK_BEGIN(me);
    AWAIT(me, task_await(me, self->awaited));
    fputs(" awaiter", stdout);
    TASK_END(me);
}

static void bystander_run(struct task *me)
{
    TASK_BEGIN(me);
    AWAIT(me, task_sleep(me, 0));
    fputs(" bystander", stdout);
    TASK_END(me);
}

static void sleeper_run(struct task *me)
{
    struct named *self = (struct named *)me;

    TASK_BEGIN(me);
    AWAIT(me, task_sleep(me, TASK_MS));
    printf(" %d", self->left);
    TASK_END(me);
}

static void yielder_run(struct task *me)
{
    struct named *self = (struct named *)me;

    TASK_BEGIN(me);
    while (self->left > 0) {
        self->left--;
        AWAIT(me, task_sleep(me, 0));
    }
    TASK_END(me);
}

struct program {
    struct task task;
    struct task completes, bystander;
    struct named awaits, yielder, sleepers[SLEEPERS];
    int left_at_timer;
};

/* An event of libevent's own, beside the tasks. */
static void on_timer(evutil_socket_t fd, short events, void *arg)
{
    struct program *program = arg;

    (void)fd;
    (void)events;
    program->left_at_timer = program->yielder.left;
}

static void program_run(struct task *me)
{
    static const struct timeval one_ms = {0, 1000};
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    fputs("order:", stdout);
    self->awaits.awaited = &self->completes;
    task_create(me->loop, &self->awaits.task, awaits_run, "awaits");
    task_create(me->loop, &self->completes, completes_run, "completes");
    task_create(me->loop, &self->bystander, bystander_run, "bystander");
    AWAIT(me, task_await(me, &self->awaits.task));
    AWAIT(me, task_await(me, &self->bystander));

    fputs("\nequal sleeps, begun 0 … 7, end:", stdout);
    for (int i = 0; i < SLEEPERS; i++) {
        self->sleepers[i].left = i;
        task_create(me->loop, &self->sleepers[i].task, sleeper_run, "sleeper");
    }
    AWAIT(me, task_sleep(me, 20 * TASK_MS));

    AWAIT_CATCH(me, error,
                task_within(me, TASK_MS, task_sleep(me, 3600 * TASK_SECOND)));
    printf("\nan hour's sleep within 1 ms: %s", error ? error : "over");
    AWAIT_CATCH(me, error,
                task_within(me, 3600 * TASK_SECOND, task_sleep(me, TASK_MS)));
    printf("\n1 ms of sleep within an hour: %s", error ? error : "over");
    AWAIT_CATCH(me, error,
                task_within(me, 3600 * TASK_SECOND,
                            task_within(me, 0, task_sleep(me, TASK_SECOND))));
    printf("\nwithin 0, within an hour: %s", error ? error : "over");
    AWAIT_CATCH(me, error,
                task_within(me, -1, task_await(me, &self->bystander)));
    printf("\nwhat is done, within -1: %s", error ? error : "over");

    self->yielder.left = YIELDS;
    self->left_at_timer = -1;
    if (event_base_once(me->loop->base, -1, EV_TIMEOUT, on_timer, self,
                        &one_ms) < 0)
        TASK_FAIL(me, TASK_NO_MEMORY);
    task_create(me->loop, &self->yielder.task, yielder_run, "yielder");
    AWAIT(me, task_await(me, &self->yielder.task));
    printf(
        "\na task that yields %d times let a timer of libevent's through: %s\n",
        YIELDS, self->left_at_timer > 0 ? "yes" : "no");
    TASK_END(me);
}

int main(void)
{
    static struct program program;

    return task_main(&program.task, program_run);
}
