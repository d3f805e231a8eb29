/* queue.c — a bounded queue and a semaphore; queue.h is the manual.
 *
 * A task that waits here is in one of the lists, with the address of its item as
 * the list's slot: so the item can be handed over while the task sleeps.
 */
#include "queue.h"
#include <string.h>

const char QUEUE_CLOSED[] = "the queue is closed";

void queue_init(struct queue *queue, void *slots, size_t size, size_t capacity)
{
    *queue = (struct queue){.slots = slots, .size = size, .capacity = capacity};
    task_waiters_init(&queue->getters, "a queue that is empty");
    task_waiters_init(&queue->putters, "a queue that is full");
}

/* Adds an item at the end; there must be room. */
static void append(struct queue *queue, const void *item)
{
    size_t last = (queue->first + queue->count) % queue->capacity;

    memcpy(queue->slots + last * queue->size, item, queue->size);
    queue->count++;
}

bool queue_try_put(struct queue *queue, const void *item)
{
    void *wanted;
    struct task *getter = task_first_waiter(&queue->getters, &wanted);

    if (queue->closed)
        return false;
    if (getter) { /* then the queue is empty */
        memcpy(wanted, item, queue->size);
        task_resume(getter, NULL);
        return true;
    }
    if (queue->count == queue->capacity)
        return false;
    append(queue, item);
    return true;
}

bool queue_put(struct task *me, struct queue *queue, void *item)
{
    if (queue_try_put(queue, item))
        return task_ready(me, NULL);
    if (queue->closed)
        return task_ready(me, QUEUE_CLOSED);
    return task_wait_in(me, &queue->putters, item);
}

bool queue_get(struct task *me, struct queue *queue, void *item)
{
    void *offered;
    struct task *putter = task_first_waiter(&queue->putters, &offered);

    if (queue->count == 0 && queue->closed)
        return task_ready(me, QUEUE_CLOSED);
    if (queue->count == 0)
        return task_wait_in(me, &queue->getters, item);
    memcpy(item, queue->slots + queue->first * queue->size, queue->size);
    queue->first = (queue->first + 1) % queue->capacity;
    queue->count--;
    if (putter) {
        append(queue, offered);
        task_resume(putter, NULL);
    }
    return task_ready(me, NULL);
}

void queue_close(struct queue *queue)
{
    struct task *task;

    queue->closed = true;
    while ((task = task_first_waiter(&queue->getters, NULL)))
        task_resume(task, QUEUE_CLOSED);
    while ((task = task_first_waiter(&queue->putters, NULL)))
        task_resume(task, QUEUE_CLOSED);
}

void semaphore_init(struct semaphore *semaphore, size_t permits)
{
    semaphore->free = permits;
    task_waiters_init(&semaphore->waiters, "a semaphore");
}

bool semaphore_acquire(struct task *me, struct semaphore *semaphore)
{
    if (semaphore->free == 0)
        return task_wait_in(me, &semaphore->waiters, NULL);
    semaphore->free--;
    return task_ready(me, NULL);
}

void semaphore_release(struct semaphore *semaphore)
{
    struct task *first = task_first_waiter(&semaphore->waiters, NULL);

    if (first)
        task_resume(first, NULL);
    else
        semaphore->free++;
}
