/* 2_scene.c — main, and the task that asks one mirror; 2_scene.h is the manual. */
#include "2_scene.h"
#include "task_main.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fetch_run(struct task *me)
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

/* async def main() */
struct program {
    struct task task;
    char **mirrors; /* not owned */
    int count;
    long deadline;     /* in ms, or 0 */
    struct task *race; /* owned until it is done */
    bool answered;
};

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const char *error;
    char *answer;

    TASK_BEGIN(me);
    self->race = race_new(self->mirrors, self->count);
    if (!self->race)
        TASK_FAIL(me, TASK_NO_MEMORY);
    task_create(me->loop, self->race, race_run, "race");
    AWAIT_CATCH(me, error,
                self->deadline
                    ? task_wait_for(me, self->race, self->deadline * TASK_MS)
                    : task_await(me, self->race));
    answer = race_answer(self->race);
    self->answered = !error && answer;
    if (self->answered)
        printf("the answer: %s\n", answer);
    else
        printf("no answer: %s\n", error ? error : "and no error");
    free(answer);
    free(self->race); /* everything that it has begun must have ended */
    TASK_END(me);
}

int main(int argc, char **argv)
{
    struct program program = {0};
    int first = argc > 2 && !strcmp(argv[1], "-d") ? 3 : 1;

    if (argc <= first || argc > first + MIRRORS) {
        fputs("usage: 2_mirrors [-d MS] MS:ANSWER|MS/ERROR...\n", stderr);
        return 2;
    }
    if (first == 3)
        program.deadline = strtol(argv[2], NULL, 10);
    program.mirrors = argv + first;
    program.count = argc - first;
    if (task_main(&program.task, program_run) != 0)
        return 1;
    return program.answered ? 0 : 1;
}
