/* events.c — libevent's functions, with the same names: the program calls these,
 * they call libevent's, and record what was asked for. */
#define _GNU_SOURCE 1
#include "next.h"
#include "record.h"
#include "stubs.h"
#include "tasks.h"
#include "times.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_struct.h>
#include <event2/event.h>
#include <event2/event_compat.h>
#include <event2/event_struct.h>
#include <event2/listener.h>
#include <stdlib.h>

/* In the middle of a libevent function that is itself recorded, what it calls is
 * not. CALLER is the instruction in the program that made the call. */
#define QUIET(call)                                                            \
    do {                                                                       \
        this_thread.quiet++;                                                   \
        call;                                                                  \
        this_thread.quiet--;                                                   \
    } while (0)
#define LOUD (recording && !this_thread.quiet)
#define CALLER ((uint64_t)(uintptr_t)__builtin_return_address(0))

/* Marks an ASSIGN of event_base_once: libevent frees that event. */
#define ONCE 0x10000U

static uint64_t word(const void *pointer)
{
    return (uint64_t)(uintptr_t)pointer;
}

static uint64_t callback_of(const struct event *event)
{
    any_function function =
        (any_function)event->ev_evcallback.evcb_cb_union.evcb_callback;

    return (uint64_t)(uintptr_t)without_stub(function);
}

/* Its callback's stub. libevent's own one-time events get none: what they call
 * has one. Remembers which event libevent has made for itself. */
static event_callback_fn event_stub(struct event *event,
                                    event_callback_fn callback, void *arg)
{
    any_function function = (any_function)callback;

    if (!recording)
        return callback;
    if (this_thread.quiet && is_libevents(function)) {
        this_thread.own_event = event;
        return callback;
    }
    return (event_callback_fn)stub_of(
        function, tasks_is_tick(function, arg) ? CALL_TICK : CALL_EVENT);
}

static void record_assign(const struct event *event, uint64_t caller)
{
    record(ASSIGN, word(event), callback_of(event), (uint64_t)event->ev_fd,
           (uint64_t)(uint16_t)event->ev_events, word(event->ev_base), caller);
}

static void record_add(const struct event *event, uint64_t function,
                       const struct timeval *timeout, uint64_t caller)
{
    short flags = event->ev_evcallback.evcb_flags;
    bool has_timer = flags & EVLIST_TIMEOUT;

    record(ADD, word(event), function, timeout ? timeval_ns(timeout) : NEVER,
           has_timer ? due_ns(event) : NEVER,
           (uint64_t)(uint32_t)event->ev_fd |
               (uint64_t)(uint16_t)event->ev_events << 32,
           caller);
}

/* --- Events --------------------------------------------------------------- */

NEXT(event_assign)
int event_assign(struct event *event, struct event_base *base,
                 evutil_socket_t fd, short events, event_callback_fn callback,
                 void *arg)
{
    int status = next_event_assign()(event, base, fd, events,
                                     event_stub(event, callback, arg), arg);

    if (LOUD && status == 0)
        record_assign(event, CALLER);
    return status;
}

NEXT(event_new)
struct event *event_new(struct event_base *base, evutil_socket_t fd,
                        short events, event_callback_fn callback, void *arg)
{
    struct event *event;

    if (!recording)
        return next_event_new()(base, fd, events, callback, arg);
    callback = event_stub(NULL, callback, arg);
    QUIET(event = next_event_new()(base, fd, events, callback, arg));
    if (LOUD && event)
        record_assign(event, CALLER);
    return event;
}

NEXT(event_add)
int event_add(struct event *event, const struct timeval *timeout)
{
    int status = next_event_add()(event, timeout);

    if (LOUD && status == 0)
        record_add(event, callback_of(event), timeout, CALLER);
    return status;
}

/* To be called before the deletion: afterwards the event may be gone. */
static void record_del(const struct event *event, uint64_t caller, bool timer)
{
    const int pending = timer ? EVLIST_TIMEOUT
                              : EVLIST_TIMEOUT | EVLIST_INSERTED |
                                    EVLIST_ACTIVE | EVLIST_ACTIVE_LATER;

    if (LOUD && event && (event->ev_evcallback.evcb_flags & pending))
        record(DEL, word(event), caller, timer, 0, 0, 0);
}

#define DELETION(name)                                                         \
    NEXT(name)                                                                 \
    int name(struct event *event)                                              \
    {                                                                          \
        int status;                                                            \
                                                                               \
        record_del(event, CALLER, false);                                      \
        QUIET(status = next_##name()(event));                                  \
        return status;                                                         \
    }
DELETION(event_del)
DELETION(event_del_noblock)
DELETION(event_del_block)

NEXT(event_remove_timer)
int event_remove_timer(struct event *event)
{
    record_del(event, CALLER, true);
    return next_event_remove_timer()(event);
}

NEXT(event_free)
void event_free(struct event *event)
{
    record_del(event, CALLER, false);
    if (LOUD)
        record(FREED, word(event), CALLER, 0, 0, 0, 0);
    tasks_event_freed(event);
    QUIET(next_event_free()(event));
}

NEXT(event_active)
void event_active(struct event *event, int what, short calls)
{
    if (LOUD && !repeats(event)) {
        bool same = this_thread.same && this_thread.depth > 0 &&
                    this_thread.object == word(event);

        record(ACTIVATE, word(event), CALLER, callback_of(event),
               (uint64_t)what, word(event->ev_base), 0);
        this_thread.same = same;
    }
    next_event_active()(event, what, calls);
}

static int once(struct event_base *base, evutil_socket_t fd, short events,
                event_callback_fn callback, void *arg,
                const struct timeval *timeout, uint64_t caller)
{
    __typeof__(event_base_once) *next;
    uint64_t function = (uint64_t)(uintptr_t)callback;
    const struct event *event;
    int status;

    find_next("event_base_once", &next);
    if (!LOUD)
        return next(base, fd, events, callback, arg, timeout);
    callback = (event_callback_fn)stub_of((any_function)callback, CALL_EVENT);
    this_thread.own_event = NULL;
    QUIET(status = next(base, fd, events, callback, arg, timeout));
    event = this_thread.own_event;
    if (status < 0 || !event)
        return status;
    record(ASSIGN, word(event), function, (uint64_t)event->ev_fd,
           (uint64_t)(uint16_t)event->ev_events | ONCE, word(base), caller);
    if ((event->ev_evcallback.evcb_flags & EVLIST_ACTIVE) &&
        !(event->ev_evcallback.evcb_flags & EVLIST_TIMEOUT))
        record(ACTIVATE, word(event), caller, function, EV_TIMEOUT, word(base),
               0);
    else
        record_add(event, function, timeout, caller);
    return status;
}

int event_base_once(struct event_base *base, evutil_socket_t fd, short events,
                    event_callback_fn callback, void *arg,
                    const struct timeval *timeout)
{
    return once(base, fd, events, callback, arg, timeout, CALLER);
}

NEXT(event_get_callback)
event_callback_fn event_get_callback(const struct event *event)
{
    return (event_callback_fn)without_stub(
        (any_function)next_event_get_callback()(event));
}

NEXT(event_get_assignment)
void event_get_assignment(const struct event *event, struct event_base **base,
                          evutil_socket_t *fd, short *events,
                          event_callback_fn *callback, void **arg)
{
    next_event_get_assignment()(event, base, fd, events, callback, arg);
    if (callback)
        *callback = event_get_callback(event);
}

/* --- Loops ---------------------------------------------------------------- */

NEXT(event_base_loop)
int event_base_loop(struct event_base *base, int flags)
{
    struct thread *thread = &this_thread;
    void *outer = thread->base;
    int outer_depth = thread->loop_depth, status;

    if (!recording)
        return next_event_base_loop()(base, flags);
    record(LOOP_BEGIN, word(base), (uint64_t)flags, CALLER, 0, 0, 0);
    thread->base = base;
    thread->loop_depth = thread->depth;
    thread->timerfd = NEVER;
    status = next_event_base_loop()(base, flags);
    thread->base = outer;
    thread->loop_depth = outer_depth;
    tasks_loop_ended(base);
    record(LOOP_END, word(base), (uint64_t)(int64_t)status, 0, 0, 0, 0);
    return status;
}

int event_base_dispatch(struct event_base *base)
{
    return event_base_loop(base, 0);
}

NEXT(event_base_free)
void event_base_free(struct event_base *base)
{
    if (LOUD)
        record(BASE_FREED, word(base), CALLER, 0, 0, 0, 0);
    QUIET(next_event_base_free()(base));
}

NEXT(event_base_loopbreak)
int event_base_loopbreak(struct event_base *base)
{
    if (LOUD)
        record(STOP, word(base), CALLER, 0, 0, 0, 0);
    return next_event_base_loopbreak()(base);
}

NEXT(event_base_loopexit)
int event_base_loopexit(struct event_base *base, const struct timeval *delay)
{
    int status;

    if (LOUD)
        record(STOP, word(base), CALLER, 1, delay ? timeval_ns(delay) : 0, 0,
               0);
    QUIET(status = next_event_base_loopexit()(base, delay));
    return status;
}

/* --- Bufferevents and listeners -------------------------------------------- */

/* libevent compares the callbacks of a bufferevent beneath another one with its
 * own: these must stay what they are. */
static any_function bufferevent_stub(any_function function, enum call_kind kind)
{
    if (!function || is_libevents(function))
        return function;
    return stub_of(function, kind);
}

NEXT(bufferevent_setcb)
void bufferevent_setcb(struct bufferevent *bev, bufferevent_data_cb on_read,
                       bufferevent_data_cb on_write,
                       bufferevent_event_cb on_event, void *arg)
{
    if (LOUD) {
        any_function first = on_read    ? (any_function)on_read
                             : on_write ? (any_function)on_write
                                        : (any_function)on_event;

        record(SERVES, word(bev), word(&bev->ev_read), word(&bev->ev_write),
               CALLER, (uint64_t)(uintptr_t)first, CALL_READ);
    }
    if (recording) {
        on_read = (bufferevent_data_cb)bufferevent_stub((any_function)on_read,
                                                        CALL_READ);
        on_write = (bufferevent_data_cb)bufferevent_stub((any_function)on_write,
                                                         CALL_WRITE);
        on_event = (bufferevent_event_cb)bufferevent_stub(
            (any_function)on_event, CALL_STATE);
    }
    next_bufferevent_setcb()(bev, on_read, on_write, on_event, arg);
}

NEXT(bufferevent_getcb)
void bufferevent_getcb(struct bufferevent *bev, bufferevent_data_cb *on_read,
                       bufferevent_data_cb *on_write,
                       bufferevent_event_cb *on_event, void **arg)
{
    next_bufferevent_getcb()(bev, on_read, on_write, on_event, arg);
    if (on_read)
        *on_read = (bufferevent_data_cb)without_stub((any_function)*on_read);
    if (on_write)
        *on_write = (bufferevent_data_cb)without_stub((any_function)*on_write);
    if (on_event)
        *on_event = (bufferevent_event_cb)without_stub((any_function)*on_event);
}

NEXT(bufferevent_free)
void bufferevent_free(struct bufferevent *bev)
{
    if (LOUD)
        record(FREED, word(bev), CALLER, 0, 0, 0, 0);
    next_bufferevent_free()(bev);
}

NEXT(evconnlistener_new)
struct evconnlistener *evconnlistener_new(struct event_base *base,
                                          evconnlistener_cb callback, void *arg,
                                          unsigned flags, int backlog,
                                          evutil_socket_t fd)
{
    any_function function = without_stub((any_function)callback);
    struct evconnlistener *listener;

    callback = (evconnlistener_cb)stub_of((any_function)callback, CALL_ACCEPT);
    this_thread.own_event = NULL;
    QUIET(listener = next_evconnlistener_new()(base, callback, arg, flags,
                                               backlog, fd));
    if (recording && listener)
        record(SERVES, word(listener), word(this_thread.own_event), 0, CALLER,
               (uint64_t)(uintptr_t)function, CALL_ACCEPT);
    return listener;
}

NEXT(evconnlistener_new_bind)
struct evconnlistener *
evconnlistener_new_bind(struct event_base *base, evconnlistener_cb callback,
                        void *arg, unsigned flags, int backlog,
                        const struct sockaddr *address, int length)
{
    callback = (evconnlistener_cb)stub_of((any_function)callback, CALL_ACCEPT);
    return next_evconnlistener_new_bind()(base, callback, arg, flags, backlog,
                                          address, length);
}

NEXT(evconnlistener_set_cb)
void evconnlistener_set_cb(struct evconnlistener *listener,
                           evconnlistener_cb callback, void *arg)
{
    callback = (evconnlistener_cb)stub_of((any_function)callback, CALL_ACCEPT);
    next_evconnlistener_set_cb()(listener, callback, arg);
}

NEXT(evconnlistener_set_error_cb)
void evconnlistener_set_error_cb(struct evconnlistener *listener,
                                 evconnlistener_errorcb callback)
{
    callback = (evconnlistener_errorcb)stub_of((any_function)callback,
                                               CALL_ACCEPT_ERROR);
    next_evconnlistener_set_error_cb()(listener, callback);
}

NEXT(evconnlistener_free)
void evconnlistener_free(struct evconnlistener *listener)
{
    if (LOUD)
        record(FREED, word(listener), CALLER, 0, 0, 0, 0);
    QUIET(next_evconnlistener_free()(listener));
}
