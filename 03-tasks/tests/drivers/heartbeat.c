/* heartbeat — tasks that wake each other in the tightest loop there is, and
 * beside them a timer that is due in every pass: does the timer get its turn?
 *
 * Build: cc -I../../modules -o heartbeat heartbeat.c ../../modules/await.c ../../modules/group.c ../../modules/heap.c ../../modules/queue.c ../../modules/task_loop.c $(pkg-config --cflags --libs libevent)
 * Run:   ./heartbeat SCENE
 *
 *   yield      two tasks sleep for 0
 *   queue      one puts, the other gets
 *   semaphore  two tasks give each other a permit
 *   child      a task awaits a child, and creates it again
 *   group      a group's member creates the next one when it ends
 *   event      a task activates an event, whose callback wakes the task
 *
 * Prints how many steps the tasks did, and how many at most between two beats of
 * the timer. It ends even if the timer starves.
 */
#include "group.h"
#include "queue.h"

#include <err.h>
#include <stdio.h>
#include <string.h>

enum { STEPS = 20000 };

struct member {
    struct task task; /* must come first */
    int number;
    int item;
};

static struct scene {
    const char *name;
    struct event_base *base;
    struct task_loop loop;
    struct event *beat, *turn;
    struct member members[2];
    struct task main, child;
    struct group group;
    struct queue queue;
    int slots[1];
    struct semaphore permits[2];
    int steps, since_beat, longest;
} scene;

static bool plays(const char *name)
{
    return strcmp(scene.name, name) == 0;
}

/* Counts a step. Returns whether there are more to do. */
static bool step(void)
{
    scene.steps++;
    if (++scene.since_beat > scene.longest)
        scene.longest = scene.since_beat;
    return scene.steps < STEPS;
}

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

static void on_turn(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    (void)arg;
    semaphore_release(&scene.permits[0]);
}

static void child_run(struct task *me)
{
    TASK_BEGIN(me);
    TASK_END(me);
}

static void yield_run(struct task *me)
{
    TASK_BEGIN(me);
    while (step())
        AWAIT(me, task_sleep(me, 0));
    TASK_END(me);
}

static void queue_run(struct task *me)
{
    struct member *self = (struct member *)me;

    TASK_BEGIN(me);
    while (step()) {
        if (self->number == 0)
            AWAIT(me, queue_put(me, &scene.queue, &self->item));
        else
            AWAIT(me, queue_get(me, &scene.queue, &self->item));
    }
    queue_close(&scene.queue);
    TASK_END(me);
}

static void semaphore_run(struct task *me)
{
    struct member *self = (struct member *)me;

    TASK_BEGIN(me);
    while (step()) {
        semaphore_release(&scene.permits[!self->number]);
        AWAIT(me, semaphore_acquire(me, &scene.permits[self->number]));
    }
    semaphore_release(&scene.permits[!self->number]);
    TASK_END(me);
}

static void awaiter_run(struct task *me)
{
    TASK_BEGIN(me);
    while (step()) {
        task_create(me->loop, &scene.child, child_run, "child");
        AWAIT(me, task_await(me, &scene.child));
    }
    TASK_END(me);
}

static void activator_run(struct task *me)
{
    TASK_BEGIN(me);
    while (step()) {
        event_active(scene.turn, 0, 0);
        AWAIT(me, semaphore_acquire(me, &scene.permits[0]));
    }
    TASK_END(me);
}

/* The struct of a member that has ended is used for the next one. */
static void on_member_ended(struct task *task)
{
    if (step())
        group_create(&scene.group, task, child_run, "member");
}

static const struct {
    const char *name;
    void (*run)(struct task *me);
} members[] = {{"yield", yield_run},         {"queue", queue_run},
               {"semaphore", semaphore_run}, {"child", awaiter_run},
               {"event", activator_run},     {"group", NULL}};

static void main_run(struct task *me)
{
    size_t i = 0;

    TASK_BEGIN(me);
    group_init(&scene.group, me, plays("group") ? on_member_ended : NULL);
    while (i < sizeof members / sizeof *members && !plays(members[i].name))
        i++;
    if (i == sizeof members / sizeof *members)
        TASK_FAIL(me, "there is no such scene");
    group_create(&scene.group, &scene.members[0].task,
                 plays("group") ? child_run : members[i].run, "first");
    if (plays("yield") || plays("queue") || plays("semaphore"))
        group_create(&scene.group, &scene.members[1].task, members[i].run,
                     "second");
    scene.members[1].number = 1;
    AWAIT_CATCH(me, me->error, group_join(me, &scene.group));
    if (me->error == QUEUE_CLOSED) /* the one that closes it ends the other */
        me->error = NULL;
    TASK_FINALLY(me);
    TASK_END(me);
}

int main(int argc, char **argv)
{
    int status = 1;

    if (argc != 2)
        errx(2, "usage: heartbeat SCENE");
    scene.name = argv[1];
    scene.base = event_base_new();
    if (!scene.base || task_loop_init(&scene.loop, scene.base) < 0)
        errx(1, "out of resources");
    queue_init(&scene.queue, scene.slots, sizeof scene.slots[0], 1);
    semaphore_init(&scene.permits[0], 0);
    semaphore_init(&scene.permits[1], 0);
    scene.beat = evtimer_new(scene.base, on_beat, NULL);
    scene.turn = event_new(scene.base, -1, 0, on_turn, NULL);
    if (!scene.beat || !scene.turn)
        errx(1, "out of memory");
    on_beat(-1, 0, NULL);
    task_create(&scene.loop, &scene.main, main_run, "main");
    if (task_run(&scene.loop, &scene.main) == 0)
        status = 0;
    printf("%d steps, at most %d between two beats\n", scene.steps,
           scene.longest);
    task_loop_free(&scene.loop);
    event_free(scene.beat);
    event_free(scene.turn);
    event_base_free(scene.base);
    libevent_global_shutdown();
    return status;
}
