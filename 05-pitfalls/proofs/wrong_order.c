/* wrong_order — what is freed too early is used once more.
 *
 * Build: cc -o wrong_order wrong_order.c $(pkg-config --cflags --libs libevent)
 * Run:   ./wrong_order none | session | base
 */
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One connection as the server sees it. */
struct session {
    int messages;
};

static void on_readable(struct bufferevent *bev, void *arg)
{
    struct session *session = arg;

    (void)bev;
    session->messages++;
}

int main(int argc, char **argv)
{
    struct session *session = calloc(1, sizeof *session);
    struct event_base *base = event_base_new();
    struct bufferevent *ends[2] = {NULL};
    const char *first = argc > 1 ? argv[1] : "none";

    if (!session || !base || bufferevent_pair_new(base, 0, ends) < 0)
        return 1;
    bufferevent_setcb(ends[1], on_readable, NULL, NULL, session);
    bufferevent_enable(ends[1], EV_READ);
    bufferevent_write(ends[0], "hello", 5);
    if (!strcmp(first, "session")) {
        free(session); /* wrong: a callback of the bufferevent is to come */
        session = NULL;
    } else if (!strcmp(first, "base")) {
        event_base_free(base); /* wrong: the bufferevents' events are in it */
        base = NULL;
    }
    if (base)
        event_base_loop(base, EVLOOP_NONBLOCK);
    bufferevent_free(ends[0]);
    bufferevent_free(ends[1]);
    if (base) {
        event_base_loop(base, EVLOOP_NONBLOCK);
        event_base_free(base);
    }
    free(session);
    libevent_global_shutdown();
    puts("freed");
    return 0;
}
