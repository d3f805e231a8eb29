/* lock.c — a lock that is handed over; lock.h is the manual. */
#include "lock.h"

const char LOCK_HELD[] = "holds that lock already";

void lock_init(struct lock *lock, const char *name)
{
    task_waiters_init(&lock->waiters, name);
}

bool lock_acquire(struct task *me, struct lock *lock)
{
    if (lock->waiters.holder == me)
        return task_ready(me, LOCK_HELD);
    if (lock->waiters.holder)
        return task_wait_in(me, &lock->waiters, NULL);
    lock->waiters.holder = me;
    return task_ready(me, NULL);
}

/* The lock is never free while a task waits for it: so none can overtake. */
bool lock_release(struct task *me, struct lock *lock)
{
    struct task *next = task_first_waiter(&lock->waiters, NULL);

    if (lock->waiters.holder != me)
        return false;
    lock->waiters.holder = next;
    if (next)
        task_resume(next, NULL);
    return true;
}
