/* 2_mirrors — several are asked, the first good answer wins.
 *
 * asyncio: asyncio.wait(…, return_when=FIRST_COMPLETED), and the rest cancelled
 * Run:     ./2_mirrors 300:red 20:green      two mirrors, which answer after so
 *                                            many ms
 *          ./2_mirrors 20/gone 50:green      one that fails, and with what error
 *          ./2_mirrors -d 100 60000:red      100 ms for the whole race
 * Task:    README.md#2             Check: make practice EXERCISE=03-2
 */
#include "group.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MIRRORS = 16 };

/* async def fetch(mirror): what it answers, in memory that is whoever's who
 * takes it; or it fails. */
struct fetch {
    struct task task;
    int number;
    const char *mirror; /* "20:green" or "20/gone" */
    char *answer;
};

static void fetch_run(struct task *me)
{
    struct fetch *self = (struct fetch *)me;
    const char *words = self->mirror + strcspn(self->mirror, ":/");
    const char *error;

    TASK_BEGIN(me);
    printf("%d asked\n", self->number);
    AWAIT(me, task_sleep(me, strtol(self->mirror, NULL, 10) * TASK_MS));
    if (*words == '/')
        TASK_FAIL(me, words + 1);
    self->answer = strdup(*words ? words + 1 : words);
    if (!self->answer)
        TASK_FAIL(me, TASK_NO_MEMORY);

    TASK_FINALLY(me); /* to say goodbye takes a while */
    AWAIT_CATCH(me, error, task_sleep(me, 40 * TASK_MS));
    printf("%d %s\n", self->number,
           error && me->error == TASK_CANCELLED ? "cut off" : "closed");
    TASK_END(me);
}

/* ---- Your part: the race. This one asks nobody. ---- */

/* async def race(mirrors): gives its answer to who awaits it. */
struct race {
    struct task task;
    char **mirrors; /* not owned */
    int count;      /* MIRRORS at most */
    char *answer;
    /* and what is yours */
};

/* Asks all mirrors at once, and ends with the first good answer, or with the
 * error of the one that failed last. Whatever happens, even if it is cancelled:
 * when it ends, all that it has begun has ended, and nothing but the answer is
 * left of it. */
static void race_run(struct task *me)
{
    struct race *self = (struct race *)me;

    TASK_BEGIN(me);
    (void)self;
    (void)fetch_run;
    TASK_END(me);
}

/* ---- The scene: nothing is to be changed from here on. ---- */

/* async def main() */
struct program {
    struct task task;
    char **mirrors; /* not owned */
    int count;
    long deadline;     /* in ms, or 0 */
    struct race *race; /* owned until it is done */
    bool answered;
};

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    self->race = calloc(1, sizeof *self->race);
    if (!self->race)
        TASK_FAIL(me, TASK_NO_MEMORY);
    self->race->mirrors = self->mirrors;
    self->race->count = self->count;
    task_create(me->loop, &self->race->task, race_run, "race");
    AWAIT_CATCH(me, error,
                self->deadline ? task_wait_for(me, &self->race->task,
                                               self->deadline * TASK_MS)
                               : task_await(me, &self->race->task));
    self->answered = !error && self->race->answer;
    if (self->answered)
        printf("the answer: %s\n", self->race->answer);
    else
        printf("no answer: %s\n", error ? error : "and no error");
    free(self->race->answer);
    free(self->race); /* whatever it has begun must be over */
    TASK_END(me);
}

int main(int argc, char **argv)
{
    struct program program = {0};
    struct task_loop loop = {0};
    struct event_base *base;
    int first = argc > 2 && !strcmp(argv[1], "-d") ? 3 : 1, status = 1;

    if (argc <= first || argc > first + MIRRORS) {
        fputs("usage: 2_mirrors [-d MS] MS:ANSWER|MS/ERROR...\n", stderr);
        return 2;
    }
    if (first == 3)
        program.deadline = strtol(argv[2], NULL, 10);
    program.mirrors = argv + first;
    program.count = argc - first;
    setvbuf(stdout, NULL, _IOLBF, 0);
    base = event_base_new();
    if (!base || task_loop_init(&loop, base) < 0) {
        fputs("2_mirrors: cannot make an event loop\n", stderr);
        goto cleanup;
    }
    task_create(&loop, &program.task, program_run, "main");
    if (task_run(&loop, &program.task) == 0 && program.answered)
        status = 0;

cleanup:
    task_loop_free(&loop);
    if (base)
        event_base_free(base);
    libevent_global_shutdown();
    return status;
}
