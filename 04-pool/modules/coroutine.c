#include "coroutine.h"

#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

/* The lower half is the stack, which grows down from the middle, and uses a few
 * KB. valgrind takes a move of the stack pointer by more than 2 MB for another
 * stack, and by less for a call or a return, after which it believes that what
 * lies between is not in use. So there are 2 MB to either side. */
enum { SPACE = 4 << 20 };

struct coroutine {
    ucontext_t caller, self; /* where each of them stands while it waits */
    int value;               /* what one of them gives the other */
    void (*body)(void *arg);
    void *arg;
    char *space; /* owned, a mapping */
};

/* makecontext() hands over ints, not pointers. */
static _Thread_local struct coroutine *beginning;

static void begin(void)
{
    beginning->body(beginning->arg);
}

/* It cannot fail once getcontext() has worked. */
static void switch_stack(ucontext_t *from, const ucontext_t *to)
{
    /* cppcheck-suppress swapcontextCalled */
    swapcontext(from, to);
}

/* Returns 0, or -1 where contexts do not exist. */
static int prepare_stack(struct coroutine *coroutine)
{
    ucontext_t *self = &coroutine->self;

    /* cppcheck-suppress getcontextCalled */
    if (getcontext(self) < 0)
        return -1;
    self->uc_stack.ss_sp = coroutine->space;
    self->uc_stack.ss_size = SPACE / 2;
    /* cppcheck-suppress makecontextCalled */
    makecontext(self, begin, 0);
    return 0;
}

struct coroutine *coroutine_new(void (*body)(void *arg), void *arg)
{
    struct coroutine *coroutine = calloc(1, sizeof *coroutine);

    if (!coroutine)
        return NULL;
    coroutine->body = body;
    coroutine->arg = arg;
    coroutine->space = mmap(NULL, SPACE, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (coroutine->space == MAP_FAILED) {
        free(coroutine);
        return NULL;
    }
    if (prepare_stack(coroutine) < 0) {
        coroutine_free(coroutine);
        return NULL;
    }
    return coroutine;
}

int coroutine_resume(struct coroutine *coroutine, int value)
{
    beginning = coroutine;
    coroutine->value = value;
    switch_stack(&coroutine->caller, &coroutine->self);
    return coroutine->value;
}

int coroutine_yield(struct coroutine *coroutine, int value)
{
    coroutine->value = value;
    switch_stack(&coroutine->self, &coroutine->caller);
    return coroutine->value;
}

void coroutine_free(struct coroutine *coroutine)
{
    if (coroutine)
        munmap(coroutine->space, SPACE);
    free(coroutine);
}
