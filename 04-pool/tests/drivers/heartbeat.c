/* heartbeat — a borrower in the tightest loop there is, and beside it a timer
 * that is due in every pass of the loop: does the timer get its turn?
 *
 * Build: cc -I../../modules -I../../../03-tasks/modules -o heartbeat heartbeat.c ../../modules/connection_pool.c ../../modules/scripted.c ../../modules/waiters.c ../../../03-tasks/modules/await.c ../../../03-tasks/modules/heap.c ../../../03-tasks/modules/queue.c ../../../03-tasks/modules/task_loop.c $(pkg-config --cflags --libs libevent)
 * Run:   ./heartbeat SCENE
 *
 *   callback   returns and asks again inside the pool's callback
 *   event      does so in an event of its own, without any I/O
 *   task       does so as a task
 *   two        has a connection of one pool and asks the other pool, in turn
 *   dirty      event, and each connection is closed on its return
 *   late       event, with no time to wait, and another has the connection
 *   refused    event, and no connection can be opened
 *   no_memory  event, and there is no memory for a connection
 *   create     makes a pool again as soon as that has failed
 *
 * Prints how often the borrower was answered, and how often at most between two
 * beats of the timer. It ends even if the timer starves.
 */
#include "queue.h"
#include "scripted.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWERS = 20000 };

static struct scene {
    const char *name;
    struct event_base *base;
    struct scripted_server server;
    struct pool *pools[2];
    int current; /* the pool that is asked next */
    struct lease lease, kept;
    struct event *beat, *turn;
    struct task_loop tasks;
    struct task task;
    struct semaphore answered;
    int answers, since_beat, longest;
    bool over;
} scene;

static bool plays(const char *name)
{
    return strcmp(scene.name, name) == 0;
}

static void on_beat(evutil_socket_t fd, short events, void *arg)
{
    const struct timeval next_pass = {0, 0};

    (void)fd;
    (void)events;
    (void)arg;
    scene.since_beat = 0;
    if (!scene.over && event_add(scene.beat, &next_pass) < 0)
        errx(1, "out of memory");
}

static void on_closed(void *arg)
{
    struct pool **pool = arg;

    pool_free(*pool);
    *pool = NULL;
}

/* Counts an answer. The last one ends the scene. */
static void count_answer(void)
{
    scene.answers++;
    if (++scene.since_beat > scene.longest)
        scene.longest = scene.since_beat;
    if (scene.answers < ANSWERS)
        return;
    scene.over = true;
    for (int i = 0; i < 2; i++) {
        if (scene.pools[i])
            pool_close(scene.pools[i], on_closed, &scene.pools[i]);
    }
}

static void on_lease(struct lease lease, const char *error, void *arg);

static void ask(void)
{
    if (pool_acquire(scene.pools[scene.current], plays("late") ? 0 : -1,
                     on_lease, NULL) < 0)
        errx(1, "out of memory");
}

static void give_back(void)
{
    struct scripted *connection = scene.lease.connection;

    if (!connection)
        return;
    connection->dirty = plays("dirty");
    pool_release(scene.pools[scene.current], scene.lease);
    scene.lease.connection = NULL;
}

static void return_and_ask(void)
{
    give_back();
    if (plays("two"))
        scene.current = !scene.current;
    if (!scene.over)
        ask();
}

static void on_turn(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    (void)arg;
    return_and_ask();
}

static void on_lease(struct lease lease, const char *error, void *arg)
{
    (void)arg;
    (void)error;
    scene.lease = lease;
    if (plays("late") && !scene.kept.connection) {
        scene.kept = lease;
        scene.lease.connection = NULL;
    }
    count_answer();
    if (scene.over && scene.kept.connection)
        pool_release(scene.pools[0], scene.kept);
    if (plays("task"))
        semaphore_release(&scene.answered);
    else if (plays("callback") || plays("two"))
        return_and_ask();
    else
        event_active(scene.turn, 0, 0);
}

static void borrower_run(struct task *me)
{
    TASK_BEGIN(me);
    while (!scene.over) {
        ask();
        AWAIT(me, semaphore_acquire(me, &scene.answered));
        give_back();
    }
    TASK_END(me);
}

static void make_pool(int number);

static void on_created(struct pool *pool, const char *error, void *arg)
{
    struct pool **place = arg;

    if (error) {
        pool_free(pool);
        *place = NULL;
        count_answer();
        if (!scene.over)
            make_pool(0);
    } else if (place == &scene.pools[0]) {
        if (plays("task"))
            task_create(&scene.tasks, &scene.task, borrower_run, "borrower");
        else
            ask();
    }
}

static void make_pool(int number)
{
    const struct pool_options options = {plays("create"), 1, -1};

    scene.pools[number] = pool_new(scene.base, &scripted_methods, &scene.server,
                                   &options, on_created, &scene.pools[number]);
    if (!scene.pools[number])
        errx(1, "out of memory");
}

int main(int argc, char **argv)
{
    if (argc != 2)
        errx(2, "usage: heartbeat SCENE");
    scene.name = argv[1];
    scene.base = event_base_new();
    if (!scene.base || task_loop_init(&scene.tasks, scene.base) < 0)
        errx(1, "out of resources");
    semaphore_init(&scene.answered, 0);
    scene.server.base = scene.base;
    scene.server.no_memory = plays("no_memory") || plays("create");
    scene.server.refuses = plays("refused") ? "refused" : NULL;
    scene.beat = evtimer_new(scene.base, on_beat, NULL);
    scene.turn = event_new(scene.base, -1, 0, on_turn, NULL);
    if (!scene.beat || !scene.turn)
        errx(1, "out of memory");
    if (plays("two"))
        make_pool(1);
    make_pool(0);
    on_beat(-1, 0, NULL);
    event_base_dispatch(scene.base);
    /* The last task has stopped it, before the pools are closed. */
    event_base_dispatch(scene.base);
    printf("%d answers, at most %d between two beats\n", scene.answers,
           scene.longest);
    task_loop_free(&scene.tasks);
    event_free(scene.beat);
    event_free(scene.turn);
    scripted_free(&scene.server);
    event_base_free(scene.base);
    libevent_global_shutdown();
    return scene.over ? 0 : 1;
}
