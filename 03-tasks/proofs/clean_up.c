/* clean_up — a member's clean-up awaits: what may break it off, and what not.
 * A group cancels its members once, whatever happens until they have ended; who
 * cancels an awaiter a second time reaches the clean-up of what it awaits.
 *
 * Build: cc -I../modules -o clean_up clean_up.c ../modules/await.c ../modules/group.c ../modules/heap.c ../modules/task_loop.c ../modules/task_main.c $(pkg-config --cflags --libs libevent)
 */
#include "group.h"
#include "task_main.h"
#include <stdio.h>

enum scene {
    ELSEWHERE,
    JOINING,
    DEADLINE,
    CANCELS,
    CANCELLED,
    BUSY,
    AWAITS,
    GATHERS,
    TWICE,
    BEFORE,
    SCENES
};

static const char *const said[SCENES] = {
    [ELSEWHERE] = "a fails, the owner waits elsewhere",
    [JOINING] = "a fails, the joining owner is cancelled",
    [DEADLINE] = "a fails, the owner's deadline passes",
    [CANCELS] = "group_cancel, then a's clean-up fails",
    [CANCELLED] = "the owner is cancelled, a's clean-up fails",
    [BUSY] = "the same, its own clean-up waits elsewhere",
    [AWAITS] = "who awaits b is cancelled twice",
    [GATHERS] = "who gathers b is cancelled twice",
    [TWICE] = "b is cancelled twice before it hears of it",
    [BEFORE] = "who is cancelled awaits b, its deadline passes",
};

/* a: fails, at once or in its clean-up. b: needs some time to clean up. */
struct member {
    struct task task;
    enum scene scene;
    bool is_a, began, cleaning, cleaned;
    const char *caught;
};

struct program {
    struct task task;
    int scene; /* an enum scene, that can be counted up */
    struct owner {
        struct task task;
        enum scene scene;
        struct member a, b;
        struct group group;
        struct task *all[1];
        struct gather gather;
        bool began, waited;
    } owner;
    const char *error;
};

static void member_run(struct task *me)
{
    struct member *self = (struct member *)me;

    TASK_BEGIN(me);
    self->began = true;
    if (self->is_a && self->scene < CANCELS) {
        AWAIT(me, task_sleep(me, 0));
        TASK_FAIL(me, "oops");
    }
    AWAIT_CATCH(me, self->caught, task_sleep(me, 3600 * TASK_SECOND));
    if (self->scene != TWICE)
        TASK_FAIL(me, self->caught);
    AWAIT(me, task_sleep(me, 0));

    TASK_FINALLY(me);
    self->cleaning = true;
    AWAIT(me, task_sleep(me, self->is_a ? 2 * TASK_MS : 20 * TASK_MS));
    self->cleaned = true;
    if (self->is_a)
        TASK_FAIL(me, "oops");
    TASK_END(me);
}

static void owner_run(struct task *me)
{
    struct owner *self = (struct owner *)me;

    TASK_BEGIN(me);
    group_init(&self->group, me, NULL);
    self->a = (struct member){.scene = self->scene, .is_a = true};
    self->b = (struct member){.scene = self->scene};
    self->all[0] = &self->b.task;
    self->began = true;
    if (self->scene >= AWAITS) {
        task_create(me->loop, &self->b.task, member_run, "b");
        while (self->scene == BEFORE && !self->b.began)
            AWAIT(me, task_sleep(me, 0));
        if (self->scene == BEFORE) {
            task_cancel(me);
            AWAIT(me, task_wait_for(me, &self->b.task, 5 * TASK_MS));
        } else if (self->scene == GATHERS) {
            AWAIT(me, gather(me, &self->gather, self->all, 1));
        } else {
            AWAIT(me, task_await(me, &self->b.task));
        }
        TASK_RETURN(me);
    }
    group_create(&self->group, &self->a.task, member_run, "a");
    group_create(&self->group, &self->b.task, member_run, "b");
    if (self->scene == ELSEWHERE || self->scene == BUSY)
        AWAIT(me, task_sleep(me, 3600 * TASK_SECOND));
    if (self->scene == CANCELS) {
        while (!self->b.began)
            AWAIT(me, task_sleep(me, 0));
        group_cancel(&self->group);
    }
    AWAIT(me, group_join(me, &self->group));

    TASK_FINALLY(me);
    group_cancel(&self->group);
    if (self->scene == BUSY)
        AWAIT(me, task_sleep(me, 10 * TASK_MS));
    self->waited = true;
    AWAIT(me, group_join(me, &self->group));
    TASK_END(me);
}

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    struct owner *owner = &self->owner;

    TASK_BEGIN(me);
    for (self->scene = 0; self->scene < SCENES; self->scene++) {
        *owner = (struct owner){.scene = (enum scene)self->scene};
        task_create(me->loop, &owner->task, owner_run, "owner");
        while (!owner->began || !owner->b.began)
            AWAIT(me, task_sleep(me, 0));
        if (self->scene >= CANCELLED && self->scene != BEFORE)
            task_cancel(&owner->task);
        if (self->scene == TWICE)
            task_cancel(&owner->task);
        while (!owner->b.cleaning)
            AWAIT(me, task_sleep(me, 0));
        if (self->scene == JOINING || self->scene == AWAITS ||
            self->scene == GATHERS)
            task_cancel(&owner->task);
        if (self->scene == DEADLINE)
            AWAIT_CATCH(me, self->error,
                        task_wait_for(me, &owner->task, 5 * TASK_MS));
        else
            AWAIT_CATCH(me, self->error, task_await(me, &owner->task));
        printf("%s: b's clean-up %s; %s\n", said[self->scene],
               owner->b.cleaned ? "is whole" : "is broken off",
               self->error ? self->error : "no error");
        if (self->scene == BUSY && !owner->waited)
            puts("the owner's own clean-up is broken off");
    }
    TASK_END(me);
}

int main(void)
{
    struct program program = {.error = NULL};

    return task_main(&program.task, program_run);
}
