/* stubs.c — stubs.h is the manual. */
#define _GNU_SOURCE 1
#include "stubs.h"

#include "record.h"
#include "tasks.h"
#include "times.h"
#include <dlfcn.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>

enum { STUBS = 1024, BUCKETS = 4096 };

/* Every callback of libevent takes at most five arguments, none of them a double
 * or a struct. Such arguments are passed in registers (x86-64, arm64), each in
 * its own. A stub can take five words and pass them on, whatever they are. */
typedef void call(void *, void *, void *, void *, void *);

static struct stub {
    any_function function;
    enum call_kind kind;
} stubs[STUBS];
static int used, buckets[BUCKETS]; /* 1 + the index of a stub, or 0 */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static uint64_t word(const void *pointer)
{
    return (uint64_t)(uintptr_t)pointer;
}

static uint64_t function_word(any_function function)
{
    return (uint64_t)(uintptr_t)function;
}

/* The time an event is due now. A persistent one has been added again before its
 * callback: this is its next time. */
static void begin_event(const struct stub *stub, const void *fd, short what)
{
    const struct event *event =
        this_thread.base ? event_base_get_running_event(this_thread.base)
                         : NULL;
    short events = event ? event->ev_events : 0;
    bool pending = event && (event->ev_evcallback.evcb_flags & EVLIST_TIMEOUT);

    call_begin(word(event), function_word(stub->function), word(fd),
               call_bits(what, stub->kind, events, pending),
               event ? due_ns(event) : 0, word(this_thread.base));
}

/* Calls the function that stub number n stands for. */
static void pass_on(int n, void *a, void *b, void *c, void *d, void *e)
{
    const struct stub *stub = &stubs[n];
    uint64_t function = function_word(stub->function);
    uint64_t object = word(a);

    switch (stub->kind) {
    case CALL_EVENT:
    case CALL_TICK:
        begin_event(stub, a, (short)word(b));
        object = this_thread.object;
        break;
    case CALL_STEP:
        tasks_step_begins(a, function);
        break;
    default:
        call_begin(object, function,
                   stub->kind == CALL_ACCEPT ? word(b) : NEVER,
                   call_bits(stub->kind == CALL_STATE ? (short)word(b) : 0,
                             stub->kind, 0, false),
                   0, word(this_thread.base));
    }
    if (stub->kind == CALL_TICK)
        tasks_pass_begins(c);
    this_thread.depth++;
    ((call *)stub->function)(a, b, c, d, e);
    this_thread.depth--;
    tasks_look();
    if (stub->kind == CALL_STEP)
        tasks_step_ended(a);
    else
        call_end(object);
}

/* stub_000 … stub_3ff */
#define STUB(n)                                                                \
    static void stub_##n(void *a, void *b, void *c, void *d, void *e)          \
    {                                                                          \
        pass_on(0x##n, a, b, c, d, e);                                         \
    }
#define NAME(n) stub_##n,
#define SIXTEEN(x, p)                                                          \
    x(p##0) x(p##1) x(p##2) x(p##3) x(p##4) x(p##5) x(p##6) x(p##7) x(p##8)    \
        x(p##9) x(p##a) x(p##b) x(p##c) x(p##d) x(p##e) x(p##f)
#define QUARTER(x, p)                                                          \
    SIXTEEN(x, p##0)                                                           \
    SIXTEEN(x, p##1)                                                           \
    SIXTEEN(x, p##2)                                                           \
    SIXTEEN(x, p##3)                                                           \
    SIXTEEN(x, p##4)                                                           \
    SIXTEEN(x, p##5)                                                           \
    SIXTEEN(x, p##6)                                                           \
    SIXTEEN(x, p##7)                                                           \
    SIXTEEN(x, p##8)                                                           \
    SIXTEEN(x, p##9)                                                           \
    SIXTEEN(x, p##a)                                                           \
    SIXTEEN(x, p##b)                                                           \
    SIXTEEN(x, p##c)                                                           \
    SIXTEEN(x, p##d)                                                           \
    SIXTEEN(x, p##e)                                                           \
    SIXTEEN(x, p##f)
#define ALL(x) QUARTER(x, 0) QUARTER(x, 1) QUARTER(x, 2) QUARTER(x, 3)
ALL(STUB)
static call *const calls[STUBS] = {ALL(NAME)};

static int *bucket_of(any_function function, enum call_kind kind)
{
    uint64_t hash = (function_word(function) + kind) * 0x9e3779b97f4a7c15U;
    uint32_t at = (uint32_t)(hash >> 40) % BUCKETS;

    while (buckets[at] && (stubs[buckets[at] - 1].function != function ||
                           stubs[buckets[at] - 1].kind != kind))
        at = (at + 1) % BUCKETS;
    return &buckets[at];
}

any_function stub_of(any_function function, enum call_kind kind)
{
    int *bucket;

    if (!recording || !function || without_stub(function) != function)
        return function;
    pthread_mutex_lock(&mutex);
    bucket = bucket_of(function, kind);
    if (!*bucket && used < STUBS) {
        stubs[used] = (struct stub){function, kind};
        *bucket = ++used;
    }
    if (*bucket)
        function = (any_function)calls[*bucket - 1];
    pthread_mutex_unlock(&mutex);
    return function;
}

any_function without_stub(any_function function)
{
    static uintptr_t first, last;

    /* They stand side by side, in some order. */
    if (!last) {
        uintptr_t low = UINTPTR_MAX, high = 0;

        for (int i = 0; i < STUBS; i++) {
            uintptr_t at = (uintptr_t)calls[i];

            low = at < low ? at : low;
            high = at > high ? at : high;
        }
        first = low;
        last = high;
    }
    if ((uintptr_t)function < first || (uintptr_t)function > last)
        return function;
    for (int i = 0; i < used; i++) {
        if ((any_function)calls[i] == function)
            return stubs[i].function;
    }
    return function;
}

bool is_libevents(any_function function)
{
    Dl_info info;
    void *address;

    memcpy(&address, &function, sizeof address);
    return dladdr(address, &info) && info.dli_fname &&
           strstr(info.dli_fname, "/libevent");
}
