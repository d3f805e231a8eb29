/* stubs — a function in front of each of the program's callbacks, which records
 * when it begins and ends. The program's event holds the stub's address instead of
 * the callback's; its argument stays, so that event_self_cbarg and events that are
 * copied work as ever. Each distinct callback has a stub of its own. */
#ifndef STUBS_H
#define STUBS_H

#include <stdbool.h>

/* recorded.py has the same list. */
enum call_kind {
    CALL_EVENT,
    CALL_READ, /* of a bufferevent, as the next two */
    CALL_WRITE,
    CALL_STATE,
    CALL_ACCEPT, /* of a listener, as the next one */
    CALL_ACCEPT_ERROR,
    CALL_TICK, /* an event's: the pass of a task_loop */
    CALL_STEP  /* a task's function */
};

typedef void (*any_function)(void);

/* The stub of that function, or the function if no stub is free. */
any_function stub_of(any_function function, enum call_kind kind);

/* What it stands for; of any other function, that function itself. */
any_function without_stub(any_function function);

/* Whether the function is libevent's own. */
bool is_libevents(any_function function);

#endif
