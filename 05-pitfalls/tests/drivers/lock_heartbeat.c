/* lock_heartbeat — tasks that hand a lock to each other in the tightest loop there
 * is, and beside them a timer that is due in every pass: does it get its turn?
 *
 * Build: cc -I../../modules -I../../../03-tasks/modules -o lock_heartbeat lock_heartbeat.c ../../modules/lock.c ../../../03-tasks/modules/await.c ../../../03-tasks/modules/group.c ../../../03-tasks/modules/heap.c ../../../03-tasks/modules/task_loop.c ../../../03-tasks/modules/task_main.c $(pkg-config --cflags --libs libevent)
 * Run:   ./lock_heartbeat TASKS
 *
 * Prints how often the lock was held, and how often at most between two beats.
 */
#include "group.h"
#include "lock.h"
#include "task_main.h"
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

enum { TURNS = 20000, MOST = 8 };

static struct scene {
    struct task task; /* main's */
    struct lock lock;
    struct gather gather;
    struct task holders[MOST], *all[MOST];
    struct event *beat;
    size_t count;
    int turns, since_beat, longest;
} scene;

static void on_beat(evutil_socket_t fd, short events, void *arg)
{
    const struct timeval next_pass = {0, 0};

    (void)fd;
    (void)events;
    (void)arg;
    scene.since_beat = 0;
    if (event_add(scene.beat, &next_pass) < 0)
        errx(1, "out of memory");
}

static void holder_run(struct task *me)
{
    TASK_BEGIN(me);
    while (scene.turns < TURNS) {
        AWAIT(me, lock_acquire(me, &scene.lock));
        scene.turns++;
        if (++scene.since_beat > scene.longest)
            scene.longest = scene.since_beat;
        lock_release(me, &scene.lock);
    }
    TASK_END(me);
}

static void scene_run(struct task *me)
{
    TASK_BEGIN(me);
    scene.beat = evtimer_new(me->loop->base, on_beat, NULL);
    if (!scene.beat)
        TASK_FAIL(me, TASK_NO_MEMORY);
    on_beat(-1, 0, NULL);
    lock_init(&scene.lock, "the lock");
    AWAIT(me, lock_acquire(me, &scene.lock));
    for (size_t i = 0; i < scene.count; i++) {
        scene.all[i] = &scene.holders[i];
        task_create(me->loop, scene.all[i], holder_run, "holder");
    }
    AWAIT(me, task_sleep(me, 0)); /* now they all wait */
    lock_release(me, &scene.lock);
    AWAIT(me, gather_all(me, &scene.gather, scene.all, scene.count));
    printf("%d turns, at most %d between two beats\n", scene.turns,
           scene.longest);

    TASK_FINALLY(me);
    if (scene.beat)
        event_free(scene.beat);
    TASK_END(me);
}

int main(int argc, char **argv)
{
    scene.count = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    if (scene.count < 1 || scene.count > MOST)
        errx(2, "usage: lock_heartbeat TASKS");
    return task_main(&scene.task, scene_run);
}
