/* early_return — after one error, nobody is served any more.
 *
 * Build: cc -I../modules -o early_return early_return.c ../modules/async_lock.c $(pkg-config --cflags --libs libevent)
 */
#include "async_lock.h"

#include <event2/event.h>
#include <stdio.h>

struct task {
    struct async_lock *lock;
    int number, amount;
    struct lock_request request;
};

static void on_lock(enum lock_outcome outcome, void *arg)
{
    struct task *task = arg;

    (void)outcome;
    if (task->amount < 0) {
        printf("task %d: a wrong amount\n", task->number);
        return;
    }
    printf("task %d: %d\n", task->number, task->amount);
    async_lock_release(task->lock, &task->request);
}

int main(void)
{
    struct event_base *base = event_base_new();
    struct async_lock *lock = base ? async_lock_new(base) : NULL;
    struct task tasks[3] = {
        {lock, 1, 10, {0}}, {lock, 2, -1, {0}}, {lock, 3, 10, {0}}};

    if (!lock)
        return 1;
    for (int i = 0; i < 3; i++) {
        if (async_lock_acquire(lock, &tasks[i].request, NULL, on_lock,
                               &tasks[i]) < 0)
            return 1;
    }
    event_base_dispatch(base);
    printf("%d still wait\n", async_lock_waiters(lock));
    async_lock_free(lock);
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
