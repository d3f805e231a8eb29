/* after_free — a callback goes on with what it has just freed.
 *
 * Build: cc -o after_free after_free.c $(pkg-config --cflags --libs libevent)
 */
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

struct client {
    struct bufferevent *bev; /* owned */
    int messages;
};

static void client_drop(struct client *client)
{
    bufferevent_free(client->bev);
    free(client);
}

static void on_readable(struct bufferevent *bev, void *arg)
{
    struct client *client = arg;
    char text[4];

    if (bufferevent_read(bev, text, sizeof text) < sizeof text)
        client_drop(client); /* too short to be a message */
    client->messages++;
}

int main(void)
{
    struct client *client = calloc(1, sizeof *client);
    struct event_base *base = event_base_new();
    struct bufferevent *pair[2];

    if (!client || !base || bufferevent_pair_new(base, 0, pair) < 0)
        return 1;
    client->bev = pair[1];
    bufferevent_setcb(pair[1], on_readable, NULL, NULL, client);
    bufferevent_enable(pair[1], EV_READ);
    bufferevent_write(pair[0], "hi", 2);
    event_base_loop(base, EVLOOP_NONBLOCK);
    bufferevent_free(pair[0]);
    event_base_loop(base, EVLOOP_NONBLOCK);
    event_base_free(base);
    libevent_global_shutdown();
    puts("done");
    return 0;
}
