/* lost_update — read, yield, write: ten deposits, and the money of one.
 *
 * Twin:   lost_update.py (a coroutine with an await in the wrong place)
 * Build:  cc -o lost_update lost_update.c $(pkg-config --cflags --libs libevent)
 * Run:    ./lost_update       or: ./lost_update broken
 * Prints: 10 deposits of 10: balance 100 (broken: balance 10)
 *
 * Ten tasks each add 10 to a balance, and each has to wait for something on its
 * way. The broken one reads the balance, waits, and writes what it had worked
 * out before: all ten have read 0. The cure costs nothing: wait first, then
 * read and write without a yield in between. Only where the wait cannot be
 * moved is a lock needed: see locks.c. stderr says how many waited at once.
 */
#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { TASKS = 10, AMOUNT = 10 };

struct account {
    bool broken;
    int balance, deposits;
    int waiting, most_waiting; /* tasks: now, and at most at once */
};

/* Owns its event; lives in main. */
struct task {
    struct account *account;
    struct event *resume;
    bool yielded;
    int seen; /* the balance when it was read: stale after a yield */
};

/* async def deposit(): seen = balance; await sleep(0); balance = seen + 10 */
static void deposit(evutil_socket_t fd, short events, void *arg)
{
    struct task *task = arg;
    struct account *account = task->account;

    (void)fd;
    (void)events;
    if (!task->yielded) {
        task->seen = account->balance;
        task->yielded = true;
        if (++account->waiting > account->most_waiting)
            account->most_waiting = account->waiting;
        event_active(task->resume, 0, 0); /* behind the other nine */
        return;
    }
    account->waiting--;
    if (!account->broken)
        task->seen = account->balance; /* read where it is written */
    account->balance = task->seen + AMOUNT;
    account->deposits++;
}

int main(int argc, char **argv)
{
    struct account account = {0};
    struct task tasks[TASKS] = {0};
    struct event_base *base;
    int status = 1;

    if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
        puts("usage: lost_update [-h] [fixed|broken]\n"
             "Ten tasks deposit 10 each, and each yields on its way.");
        return fflush(stdout) != 0 || ferror(stdout);
    }
    account.broken = argc == 2 && !strcmp(argv[1], "broken");
    if (argc > 2 ||
        (argc == 2 && !account.broken && strcmp(argv[1], "fixed") != 0)) {
        fprintf(stderr,
                "lost_update: unexpected '%s': usage: lost_update "
                "[fixed|broken]\n",
                argv[argc - 1]);
        return 2;
    }

    base = event_base_new();
    if (!base) {
        fputs("lost_update: cannot make an event base: out of resources\n",
              stderr);
        return 1;
    }
    for (int i = 0; i < TASKS; i++) {
        tasks[i].account = &account;
        tasks[i].resume = event_new(base, -1, 0, deposit, &tasks[i]);
        if (!tasks[i].resume) {
            fputs("lost_update: cannot create a task: out of memory\n", stderr);
            goto cleanup;
        }
        event_active(tasks[i].resume, 0, 0);
    }
    if (event_base_dispatch(base) < 0) {
        fputs("lost_update: the event loop failed\n", stderr);
        goto cleanup;
    }
    fprintf(stderr, "lost_update: %d tasks waited at once\n",
            account.most_waiting);
    printf("%d deposits of %d: balance %d\n", account.deposits, AMOUNT,
           account.balance);
    if (fflush(stdout) != 0 || ferror(stdout))
        perror("lost_update: cannot write the result");
    else
        status = 0;

cleanup:
    for (int i = 0; i < TASKS; i++) {
        if (tasks[i].resume)
            event_free(tasks[i].resume);
    }
    event_base_free(base);
    libevent_global_shutdown();
    return status;
}
