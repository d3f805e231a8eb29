/* lock_rules — what lock.h promises, one line a rule.
 *
 * Build: cc -I../../modules -I../../../03-tasks/modules -o lock_rules lock_rules.c ../../modules/lock.c ../../../03-tasks/modules/await.c ../../../03-tasks/modules/group.c ../../../03-tasks/modules/heap.c ../../../03-tasks/modules/task_loop.c ../../../03-tasks/modules/task_main.c $(pkg-config --cflags --libs libevent)
 * Run:   ./lock_rules SCENE
 *
 * Main holds the lock while the members ask for it, in their order. Then:
 *
 *   fifo       main releases
 *   barging    main releases and asks again, at once
 *   cancelled  member 1 is cancelled, twice; main releases
 *   handed     main releases, member 0 is cancelled before it runs
 *   passed     the same, and member 0 does not AWAIT any more
 *   deadline   members 0 and 1 wait for 10 and 20 ms; then main releases
 *   late       member 0 waits for 1 ms only, which pass before main releases, but
 *              without a look at the time
 *   ended      member 1 is cancelled while it holds the lock
 *   misuse     releases by a task that waits, by main twice; main asks twice
 *   many       1000 members
 *
 * One scene is of another kind:
 *
 *   limited    two members take two locks in opposite order; member 0 waits for
 *              its second one for 10 ms only
 */
#include "group.h"
#include "lock.h"
#include "task_main.h"
#include <err.h>
#include <stdio.h>
#include <string.h>

enum { FEW = 4, MANY = 1000 };

static struct scene {
    struct task task; /* main's */
    const char *name;
    struct lock lock, other;
    struct gather gather;
    int count, had_it, holding;
    struct member {
        struct task task;
        int number;
        bool has_it;
    } members[MANY];
    struct task *all[MANY];
} scene = {.count = FEW};

static bool plays(const char *name)
{
    return strcmp(scene.name, name) == 0;
}

static void say(const struct member *self, const char *what)
{
    if (!plays("many"))
        printf("member %d %s\n", self->number, what);
}

/* How long a member waits at most. */
static int64_t limit_of(const struct member *self)
{
    if (plays("deadline") && self->number < 2)
        return (10 + 10 * self->number) * TASK_MS;
    if (plays("late") && self->number == 0)
        return TASK_MS;
    return 1000 * TASK_SECOND;
}

/* Holds the lock over an AWAIT; counts those that hold it at once, and those that
 * got it in their turn. */
static void member_run(struct task *me)
{
    struct member *self = (struct member *)me;

    TASK_BEGIN(me);
    AWAIT(me, task_within(me, limit_of(self), lock_acquire(me, &scene.lock)));
    say(self, "has the lock");
    self->has_it = true;
    if (++scene.holding != 1)
        puts("two hold it at once");
    if (scene.had_it++ != self->number && plays("many"))
        puts("out of turn");
    if (plays("ended") && self->number == 1)
        task_cancel(me);
    if (!plays("passed"))
        AWAIT(me, task_sleep(me, 0));

    TASK_FINALLY(me);
    if (me->error)
        say(self, me->error);
    scene.holding -= self->has_it;
    if (lock_release(me, &scene.lock) != self->has_it)
        puts("a wrong answer from release");
    TASK_END(me);
}

static void crossing_run(struct task *me)
{
    struct member *self = (struct member *)me;
    struct lock *first = self->number == 0 ? &scene.lock : &scene.other;
    struct lock *second = self->number == 0 ? &scene.other : &scene.lock;
    const char *error;

    TASK_BEGIN(me);
    AWAIT(me, lock_acquire(me, first));
    AWAIT(me, task_sleep(me, 0));
    if (self->number == 0) {
        AWAIT_CATCH(me, error,
                    task_within(me, 10 * TASK_MS, lock_acquire(me, second)));
        printf("member 0: %s, gives back what it holds\n", error);
    } else {
        AWAIT(me, lock_acquire(me, second));
        puts("member 1 holds both");
    }

    TASK_FINALLY(me);
    lock_release(me, second);
    lock_release(me, first);
    TASK_END(me);
}

static void pass_time(int64_t us)
{
    int64_t begin = task_loop_now();

    while (task_loop_now() - begin < us)
        ;
}

static void while_held(struct task *me)
{
    if (plays("cancelled")) {
        task_cancel(scene.all[1]);
        task_cancel(scene.all[1]);
    } else if (plays("late")) {
        pass_time(2 * TASK_MS);
    } else if (plays("misuse")) {
        printf("release by member 1, which waits: %d\n",
               lock_release(scene.all[1], &scene.lock));
        printf("release by main: %d\n", lock_release(me, &scene.lock));
    }
}

static void scene_run(struct task *me)
{
    TASK_BEGIN(me);
    lock_init(&scene.lock, "the lock");
    AWAIT(me, lock_acquire(me, &scene.lock));
    for (int i = 0; i < scene.count; i++) {
        scene.members[i].number = i;
        scene.all[i] = &scene.members[i].task;
        task_create(me->loop, scene.all[i], member_run, "member");
    }
    AWAIT(me, task_sleep(me, 0)); /* now they all wait */
    if (plays("deadline"))
        AWAIT(me, gather_all(me, &scene.gather, scene.all, 2));
    if (plays("misuse"))
        AWAIT_CATCH(me, me->error, lock_acquire(me, &scene.lock));
    if (me->error)
        printf("main %s\n", me->error);
    me->error = NULL;
    while_held(me);
    if (!lock_release(me, &scene.lock))
        puts("release once more: 0");
    if (plays("handed") || plays("passed"))
        task_cancel(scene.all[0]);
    if (plays("barging")) {
        AWAIT(me, lock_acquire(me, &scene.lock));
        puts("main has it again");
        lock_release(me, &scene.lock);
    }
    AWAIT(me, gather_all(me, &scene.gather, scene.all, (size_t)scene.count));
    printf("%d of %d had it; at the end it is %s\n", scene.had_it, scene.count,
           scene.lock.waiters.holder ? "held" : "free");
    TASK_END(me);
}

static void limited_run(struct task *me)
{
    TASK_BEGIN(me);
    lock_init(&scene.lock, "left");
    lock_init(&scene.other, "right");
    for (int i = 0; i < 2; i++) {
        scene.members[i].number = i;
        scene.all[i] = &scene.members[i].task;
        task_create(me->loop, scene.all[i], crossing_run, "member");
    }
    AWAIT(me, gather(me, &scene.gather, scene.all, 2));
    TASK_END(me);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        errx(2, "usage: lock_rules SCENE");
    scene.name = argv[1];
    if (plays("many"))
        scene.count = MANY;
    return task_main(&scene.task, plays("limited") ? limited_run : scene_run);
}
