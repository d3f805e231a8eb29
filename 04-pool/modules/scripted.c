#include "scripted.h"

#include <stdlib.h>

static void trace(const struct scripted *s, const char *what)
{
    if (s->server->trace)
        s->server->trace(s, what);
}

/* It has something to tell the pool: now is "later, from the loop". */
static void on_event(evutil_socket_t fd, short events, void *arg)
{
    struct scripted *s = arg;

    (void)fd;
    (void)events;
    if (s->state == OPENING) {
        s->state = s->error ? FAILED : OPEN;
        s->used_ms = s->server->now_ms;
        trace(s, s->error ? s->error : "is open");
        s->opened(s, s->error, s->arg);
    } else if (s->state == CLOSING) {
        s->state = GONE;
        s->server->gone++;
        trace(s, "is gone");
        s->closed(s->arg);
    }
}

static void *scripted_open(void *arg,
                           void (*opened)(void *connection, const char *error,
                                          void *arg),
                           void *opened_arg)
{
    struct scripted_server *server = arg;
    struct scripted *s = server->no_memory ? NULL : calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->event = event_new(server->base, -1, 0, on_event, s);
    if (!s->event) {
        free(s);
        return NULL;
    }
    s->server = server;
    s->number = ++server->asked;
    s->opened = opened;
    s->arg = opened_arg;
    s->next = server->last;
    server->last = s;
    trace(s, "opens");
    if (!server->slow)
        scripted_answer(s, server->refuses);
    return s;
}

static void scripted_close(void *connection, void (*closed)(void *arg),
                           void *closed_arg)
{
    struct scripted *s = connection;

    if (s->state == CLOSING || s->state == GONE) {
        s->server->fault = "closed twice";
        return;
    }
    event_del(s->event); /* what it was about to tell */
    s->state = CLOSING;
    s->closed = closed;
    s->arg = closed_arg;
    if (!s->server->slow_close)
        scripted_gone(s);
}

static bool scripted_alive(void *connection)
{
    struct scripted *s = connection;

    if (s->state != OPEN)
        s->server->fault = "looked at when it was not open";
    return !s->dead;
}

static bool scripted_reusable(void *connection)
{
    struct scripted *s = connection;

    if (s->state != OPEN)
        s->server->fault = "taken back when it was not open";
    return !s->dirty;
}

static void scripted_cut(void *connection)
{
    struct scripted *s = connection;

    if (s->cut || s->state != OPEN)
        s->server->fault = "cut twice, or when it was not open";
    s->cut = true;
    trace(s, "is cut");
}

static int64_t scripted_now(void *arg)
{
    return ((struct scripted_server *)arg)->now_ms;
}

const struct pool_methods scripted_methods = {
    .open = scripted_open,
    .close = scripted_close,
    .alive = scripted_alive,
    .reusable = scripted_reusable,
    .cut = scripted_cut,
    .now_ms = scripted_now,
};

struct scripted *scripted_find(const struct scripted_server *server, int number)
{
    struct scripted *s = server->last;

    while (s && s->number != number)
        s = s->next;
    return s;
}

void scripted_answer(struct scripted *s, const char *error)
{
    if (s->state != OPENING)
        return;
    s->error = error;
    event_active(s->event, 0, 0);
}

void scripted_gone(struct scripted *s)
{
    if (s->state == CLOSING)
        event_active(s->event, 0, 0);
}

void scripted_free(struct scripted_server *server)
{
    struct scripted *s;

    while ((s = server->last)) {
        server->last = s->next;
        event_free(s->event);
        free(s);
    }
}
