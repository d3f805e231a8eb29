/* main_ends — how a program that is one task_main ends: its exit status, its
 * messages, and what is left of libevent then.
 *
 * Build: cc -I../../modules -o main_ends main_ends.c ../../modules/await.c ../../modules/heap.c ../../modules/task_loop.c ../../modules/task_main.c $(pkg-config --cflags --libs libevent)
 * Run:   ./main_ends succeeds, fails, unobserved, leftover, chain, queue or times;
 *        or with a number N: succeeds, but libevent's Nth allocation is refused
 */
#include "task_main.h"
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What libevent has allocated; C forces this to be global. */
static long allocated, in_use, refused;

static void *count_malloc(size_t size)
{
    void *memory = ++allocated == refused ? NULL : malloc(size);

    in_use += memory != NULL;
    return memory;
}

static void *count_realloc(void *old, size_t size)
{
    void *memory = ++allocated == refused ? NULL : realloc(old, size);

    in_use += memory && !old;
    return memory;
}

static void count_free(void *memory)
{
    in_use -= memory != NULL;
    free(memory);
}

/* The number that the next descriptor would get. */
static int next_descriptor(void)
{
    int fd = dup(STDERR_FILENO), number = fd;

    close(fd);
    return number;
}

enum { LINKS = 200000 };

/* One sleeps; each of the others awaits the one created after it (chain) or
 * before it (queue). */
static struct link {
    struct task task;
    struct link *next;
} links[LINKS];
static int cancelled;

struct program {
    struct task task;
    const char *scene;
    struct task other;
    int timed_out;
};

static void fails_run(struct task *me)
{
    TASK_BEGIN(me);
    TASK_FAIL(me, "Simulated error");
    TASK_END(me);
}

static void sleeps_run(struct task *me)
{
    TASK_BEGIN(me);
    AWAIT(me, task_sleep(me, 3600 * TASK_SECOND));
    TASK_FINALLY(me);
    puts("the other task was cancelled");
    TASK_END(me);
}

static void link_run(struct task *me)
{
    struct link *self = (struct link *)me;

    TASK_BEGIN(me);
    if (!self->next)
        AWAIT(me, task_sleep(me, 3600 * TASK_SECOND));
    AWAIT(me, task_await(me, &self->next->task));
    TASK_FINALLY(me);
    cancelled++;
    TASK_END(me);
}

static void create_links(struct task_loop *loop, bool after)
{
    for (int i = 0; i < LINKS; i++) {
        if (after)
            links[i].next = i < LINKS - 1 ? &links[i + 1] : NULL;
        else
            links[i].next = i > 0 ? &links[i - 1] : NULL;
        task_create(loop, &links[i].task, link_run, "link");
    }
}

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    puts("main begins");
    if (!strcmp(self->scene, "unobserved"))
        task_create(me->loop, &self->other, fails_run, "other");
    else if (!strcmp(self->scene, "leftover"))
        task_create(me->loop, &self->other, sleeps_run, "other");
    else if (!strcmp(self->scene, "chain") || !strcmp(self->scene, "queue"))
        create_links(me->loop, !strcmp(self->scene, "chain"));
    AWAIT(me, task_sleep(me, TASK_MS));
    if (!strcmp(self->scene, "fails"))
        TASK_FAIL(me, "Simulated error");
    while (!strcmp(self->scene, "times") && self->timed_out < 1000) {
        AWAIT(me, task_sleep(me, INT64_MIN));
        AWAIT_CATCH(me, error,
                    task_within(me, INT64_MIN, task_sleep(me, INT64_MAX)));
        if (error != TASK_TIMED_OUT)
            TASK_FAIL(me, error);
        self->timed_out++;
    }
    puts("main ends");
    TASK_END(me);
}

int main(int argc, char **argv)
{
    struct program program = {.scene = argc > 1 ? argv[1] : "succeeds"};
    int descriptor = next_descriptor(), status;

    refused = strtol(program.scene, NULL, 10);
    event_set_mem_functions(count_malloc, count_realloc, count_free);
    status = task_main(&program.task, program_run);
    if (cancelled)
        printf("%d links were cancelled\n", cancelled);
    printf("left: %ld allocations, %d descriptors\n", in_use,
           next_descriptor() - descriptor);
    return status;
}
