/* chain — a hundred thousand tasks, each awaits the next: the last one's end
 * travels to the first, and so does the first one's cancellation to the last,
 * on a stack of 64 KiB. If completing called the awaiter, it would not.
 *
 * Build: cc -I../modules -o chain chain.c ../modules/await.c ../modules/heap.c ../modules/task_loop.c ../modules/task_main.c $(pkg-config --cflags --libs libevent)
 */
#include "task_main.h"
#include <stdio.h>
#include <sys/resource.h>

enum { LINKS = 100000 };

struct link {
    struct task task;
    struct link *next; /* NULL: the last */
    int64_t us;        /* that the last one sleeps */
};

static void link_run(struct task *me)
{
    struct link *self = (struct link *)me;

    TASK_BEGIN(me);
    if (!self->next) {
        AWAIT(me, task_sleep(me, self->us));
        TASK_FAIL(me, "the last link has failed");
    }
    AWAIT(me, task_await(me, &self->next->task));
    TASK_END(me);
}

struct program {
    struct task task;
    struct link links[LINKS];
    int cancel;
};

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    for (self->cancel = 0; self->cancel < 2; self->cancel++) {
        for (int i = LINKS - 1; i >= 0; i--) {
            self->links[i].next = i + 1 < LINKS ? &self->links[i + 1] : NULL;
            self->links[i].us = self->cancel ? 3600 * TASK_SECOND : 0;
        }
        for (int i = 0; i < LINKS; i++)
            task_create(me->loop, &self->links[i].task, link_run, "link");
        AWAIT(me, task_sleep(me, 0));
        AWAIT(me, task_sleep(me, 0));
        if (self->cancel)
            task_cancel(&self->links[0].task);
        AWAIT_CATCH(me, error, task_await(me, &self->links[0].task));
        printf("%d links, the first ends with: %s\n", LINKS,
               error ? error : "no error");
    }
    TASK_END(me);
}

int main(void)
{
    const struct rlimit small = {65536, 65536};
    static struct program program;

    if (setrlimit(RLIMIT_STACK, &small) < 0)
        return 1;
    return task_main(&program.task, program_run);
}
