/* 0_alarm — solved: rings one phone after the other, until one is answered.
 *
 * asyncio: await, wait_for, try … except … finally
 * Run:     make try EXERCISE=03-0 ARGS='500 20 500'
 *                                  three phones, which are answered after so
 *                                  many ms; 50 are allowed
 *          make try EXERCISE=03-0 ARGS='500 500'
 * Task:    README.md#0             Check: make practice EXERCISE=03-0
 */
#include "task_main.h"
#include <stdio.h>
#include <stdlib.h>

#define PATIENCE (50 * TASK_MS)

/* async def phone(): rings until it is answered. */
struct phone {
    struct task task;
    int64_t answered; /* after so many µs */
};

static void phone_run(struct task *me)
{
    struct phone *self = (struct phone *)me;

    TASK_BEGIN(me);
    AWAIT(me, task_sleep(me, self->answered));
    TASK_END(me);
}

/* async def alarm(phones): it owns the phone that rings, one at a time. */
struct alarm {
    struct task task;
    char **phones; /* not owned; ends with a NULL */
    int i;         /* of the phone that rings */
    struct phone phone;
};

static void alarm_run(struct task *me)
{
    struct alarm *self = (struct alarm *)me;
    const char *error;

    TASK_BEGIN(me);
    for (self->i = 0; self->phones[self->i]; self->i++) {
        self->phone.answered =
            strtol(self->phones[self->i], NULL, 10) * TASK_MS;
        task_create(me->loop, &self->phone.task, phone_run, "phone");
        AWAIT_CATCH(me, error, task_wait_for(me, &self->phone.task, PATIENCE));
        if (!error) {
            printf("phone %d is answered\n", self->i + 1);
            TASK_RETURN(me);
        }
        if (error != TASK_TIMED_OUT)
            TASK_FAIL(me, error);
        printf("phone %d is not answered\n", self->i + 1);
    }
    TASK_FAIL(me, "no phone is answered");

    TASK_FINALLY(me);
    puts("the line is free");
    TASK_END(me);
}

int main(int argc, char **argv)
{
    struct alarm alarm = {.phones = argv + (argc > 0)};

    return task_main(&alarm.task, alarm_run);
}
