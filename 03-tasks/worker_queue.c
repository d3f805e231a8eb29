/* worker_queue — a producer, a bounded queue and workers that empty it.
 *
 * Twin:   worker_queue.py (asyncio.Queue, TaskGroup)
 * Build:  cc -Imodules -o worker_queue worker_queue.c modules/await.c modules/group.c modules/heap.c modules/queue.c modules/task_loop.c modules/task_main.c $(pkg-config --cflags --libs libevent)
 * Run:    ./worker_queue
 * Prints: which job was queued and which was done, by whom, in that order
 *
 * The queue has room for two jobs. While it is full the producer waits: that is
 * back-pressure, and it needs no code here but the await. When the producer has
 * no more it closes the queue, and each worker ends when nothing is left in it.
 */
#include "group.h"
#include "queue.h"
#include "task_main.h"
#include <stdio.h>
#include <string.h>

enum { JOBS = 6, WORKERS = 2, ROOM = 2 };

struct producer {
    struct task task;
    struct queue *queue;
    int job;
};

static void producer_run(struct task *me)
{
    struct producer *self = (struct producer *)me;

    TASK_BEGIN(me);
    for (self->job = 1; self->job <= JOBS; self->job++) {
        AWAIT(me, queue_put(me, self->queue, &self->job));
        printf("queued job %d\n", self->job);
    }
    TASK_FINALLY(me);
    queue_close(self->queue); /* also if it fails: the workers must end */
    TASK_END(me);
}

struct worker {
    struct task task;
    struct queue *queue;
    int number;
    int ms; /* that each job takes */
    int job;
};

static void worker_run(struct task *me)
{
    struct worker *self = (struct worker *)me;
    const char *error;

    TASK_BEGIN(me);
    for (;;) {
        AWAIT_CATCH(me, error, queue_get(me, self->queue, &self->job));
        if (error == QUEUE_CLOSED)
            TASK_RETURN(me);
        if (error)
            TASK_FAIL(me, error);
        AWAIT(me, task_sleep(me, self->ms * TASK_MS));
        printf("worker %d: job %d done\n", self->number, self->job);
    }
    TASK_END(me);
}

/* async def main(). It owns the queue and all tasks. */
struct program {
    struct task task;
    struct queue queue;
    int slots[ROOM];
    struct group group;
    struct worker workers[WORKERS];
    struct producer producer;
};

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    static const int ms[WORKERS] = {30, 600};

    TASK_BEGIN(me);
    queue_init(&self->queue, self->slots, sizeof self->slots[0], ROOM);
    group_init(&self->group, me, NULL);
    for (int i = 0; i < WORKERS; i++) {
        self->workers[i] = (struct worker){
            .queue = &self->queue, .number = i + 1, .ms = ms[i]};
        group_create(&self->group, &self->workers[i].task, worker_run,
                     "worker");
    }
    self->producer = (struct producer){.queue = &self->queue};
    group_create(&self->group, &self->producer.task, producer_run, "producer");
    AWAIT(me, group_join(me, &self->group));
    puts("all done");
    TASK_END(me);
}

int main(int argc, char **argv)
{
    struct program program = {0};

    if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
        puts("usage: worker_queue [-h]\nA producer, a bounded queue, two "
             "workers, a clean end.");
        return fflush(stdout) != 0 || ferror(stdout);
    }
    if (argc > 1) {
        fprintf(stderr,
                "worker_queue: unexpected argument '%s': usage: worker_queue "
                "[-h]\n",
                argv[1]);
        return 2;
    }

    return task_main(&program.task, program_run);
}
