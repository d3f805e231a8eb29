/* lost_update — read, await, write: ten deposits, and the money of one.
 *
 * Twin:   lost_update.py (gather; an await in the wrong place)
 * Build:  cc -I../03-tasks/modules -o lost_update lost_update.c ../03-tasks/modules/await.c ../03-tasks/modules/group.c ../03-tasks/modules/heap.c ../03-tasks/modules/task_loop.c ../03-tasks/modules/task_main.c $(pkg-config --cflags --libs libevent)
 * Run:    ./lost_update       or: ./lost_update broken
 * Prints: 10 deposits of 10: balance 100 (broken: balance 10)
 *
 * Ten tasks add 10 to a balance, and each must wait for something on its way. The
 * broken one writes what it worked out before the wait: all ten have read 0. The
 * cure costs nothing: wait first, then read and write without an AWAIT in between.
 * A lock is needed only where the wait cannot be moved: see locks.c.
 */
#include "group.h"
#include "task_main.h"
#include <err.h>
#include <stdio.h>
#include <string.h>

enum { DEPOSITS = 10, AMOUNT = 10 };

/* What the tasks share; lives in main's task. */
struct account {
    bool broken;
    int balance;
    int waiting, most_waiting; /* tasks: now, and at most at once */
};

/* async def deposit(account) */
struct deposit {
    struct task task;
    struct account *account;
    int seen; /* the balance when it was read: stale after an AWAIT */
};

static void deposit_run(struct task *me)
{
    struct deposit *self = (struct deposit *)me;
    struct account *account = self->account;

    TASK_BEGIN(me);
    self->seen = account->balance;
    if (++account->waiting > account->most_waiting)
        account->most_waiting = account->waiting;
    AWAIT(me, task_sleep(me, 0)); /* the other nine run */
    account->waiting--;
    if (!account->broken)
        self->seen = account->balance; /* read where it is written */
    account->balance = self->seen + AMOUNT;
    TASK_END(me);
}

/* async def main() */
struct program {
    struct task task;
    struct account account;
    struct deposit deposits[DEPOSITS];
    struct task *all[DEPOSITS];
    struct gather gather;
};

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;

    TASK_BEGIN(me);
    for (int i = 0; i < DEPOSITS; i++) {
        self->deposits[i].account = &self->account;
        self->all[i] = &self->deposits[i].task;
        task_create(me->loop, self->all[i], deposit_run, "deposit");
    }
    AWAIT(me, gather(me, &self->gather, self->all, DEPOSITS));
    warnx("%d tasks waited at once", self->account.most_waiting);
    printf("%d deposits of %d: balance %d\n", DEPOSITS, AMOUNT,
           self->account.balance);
    TASK_END(me);
}

int main(int argc, char **argv)
{
    const char *scene = argc > 1 ? argv[1] : "fixed";
    struct program program = {.account.broken = !strcmp(scene, "broken")};

    if (argc == 2 && (!strcmp(scene, "-h") || !strcmp(scene, "--help"))) {
        puts("usage: lost_update [-h] [fixed|broken]\n"
             "Ten tasks deposit 10 each, and each waits on its way.");
        return fflush(stdout) != 0 || ferror(stdout);
    }
    if (argc > 2 || (!program.account.broken && strcmp(scene, "fixed") != 0))
        errx(2, "unexpected '%s': usage: lost_update [fixed|broken]",
             argv[argc - 1]);

    return task_main(&program.task, program_run);
}
