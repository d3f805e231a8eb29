/* async_lock — see async_lock.h. */
#include "async_lock.h"

#include <event2/event.h>
#include <stdlib.h>

TAILQ_HEAD(requests, lock_request);

/* Owns its event; the requests are the callers'. An owner is there as long as
 * anybody waits: the lock is never free between a release and the next one. */
struct async_lock {
    struct event_base *base; /* borrowed */
    struct event *give;      /* made active when the owner is to be told */
    struct lock_request *owner;
    struct requests waiters; /* the longest wait first */
    int waiting;             /* how many these are */
    int given;               /* times, since the loop looked for other news */
};

enum { GIVEN_AT_ONCE = 64 };

/* Tells the owner, if he is still to be told: he may have cancelled. */
static void on_give(evutil_socket_t fd, short events, void *arg)
{
    struct async_lock *lock = arg;
    struct lock_request *owner = lock->owner;

    (void)fd;
    if (events & EV_TIMEOUT)
        lock->given = 0;
    if (!owner || owner->state != REQUEST_IS_GIVEN)
        return;
    owner->state = REQUEST_HOLDS;
    owner->callback(LOCK_ACQUIRED, owner->arg); /* may free all but the lock */
}

/* Takes a request out of the queue, its timer with it. */
static void stop_waiting(struct lock_request *request)
{
    TAILQ_REMOVE(&request->lock->waiters, request, link);
    request->lock->waiting--;
    if (request->timer)
        event_free(request->timer);
    request->timer = NULL;
    request->state = REQUEST_IDLE;
}

static void on_timeout(evutil_socket_t fd, short events, void *arg)
{
    struct lock_request *request = arg;

    (void)fd;
    (void)events;
    stop_waiting(request);
    request->callback(LOCK_TIMED_OUT, request->arg);
}

/* Makes this request the owner, which hears of it from the loop: at once, or
 * after GIVEN_AT_ONCE times by a timer, so that other events have their turn
 * (see 01-07). A timer each time would cost a look for news for each. */
static void give(struct async_lock *lock, struct lock_request *request)
{
    const struct timeval after_others = {0, 0};

    lock->owner = request;
    request->state = REQUEST_IS_GIVEN;
    if (lock->given++ < GIVEN_AT_ONCE ||
        event_add(lock->give, &after_others) < 0)
        event_active(lock->give, 0, 0);
}

/* The owner is done with it: to the first who waits, or to nobody. */
static void hand_over(struct async_lock *lock)
{
    struct lock_request *next = TAILQ_FIRST(&lock->waiters);

    lock->owner->state = REQUEST_IDLE;
    lock->owner = NULL;
    if (next) {
        stop_waiting(next);
        give(lock, next);
    }
}

struct async_lock *async_lock_new(struct event_base *base)
{
    struct async_lock *lock = calloc(1, sizeof *lock);

    if (!lock)
        return NULL;
    lock->base = base;
    TAILQ_INIT(&lock->waiters);
    lock->give = event_new(base, -1, 0, on_give, lock);
    if (!lock->give) {
        free(lock);
        return NULL;
    }
    return lock;
}

void async_lock_free(struct async_lock *lock)
{
    struct lock_request *request;

    if (!lock)
        return;
    while ((request = TAILQ_FIRST(&lock->waiters)))
        stop_waiting(request);
    if (lock->owner)
        lock->owner->state = REQUEST_IDLE;
    event_free(lock->give);
    free(lock);
}

int async_lock_acquire(struct async_lock *lock, struct lock_request *request,
                       const struct timeval *timeout, lock_callback callback,
                       void *arg)
{
    if (request->state != REQUEST_IDLE)
        return -1;
    request->lock = lock;
    request->callback = callback;
    request->arg = arg;
    if (!lock->owner) {
        give(lock, request);
        return 0;
    }
    if (timeout) {
        request->timer = evtimer_new(lock->base, on_timeout, request);
        if (!request->timer)
            return -1;
        if (event_add(request->timer, timeout) < 0) {
            event_free(request->timer);
            request->timer = NULL;
            return -1;
        }
    }
    request->state = REQUEST_WAITS;
    TAILQ_INSERT_TAIL(&lock->waiters, request, link);
    lock->waiting++;
    return 0;
}

int async_lock_release(struct async_lock *lock, struct lock_request *request)
{
    if (lock->owner != request || request->state != REQUEST_HOLDS)
        return -1;
    hand_over(lock);
    return 0;
}

int async_lock_cancel(struct async_lock *lock, struct lock_request *request)
{
    if (lock->owner == request && request->state == REQUEST_IS_GIVEN)
        hand_over(lock);
    else if (request->state == REQUEST_WAITS && request->lock == lock)
        stop_waiting(request);
    else
        return -1;
    return 0;
}

struct lock_request *async_lock_owner(const struct async_lock *lock)
{
    return lock->owner;
}

int async_lock_waiters(const struct async_lock *lock)
{
    return lock->waiting;
}
