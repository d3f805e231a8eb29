/* message — two messages are sent, one arrives.
 *
 * Build: cc -o message message.c $(pkg-config --cflags --libs libevent)
 */
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>

static int messages;

static void on_readable(struct bufferevent *bev, void *arg)
{
    char text[100];
    size_t size = bufferevent_read(bev, text, sizeof text - 1);

    (void)arg;
    text[size] = '\0';
    text[strcspn(text, "\n")] = '\0';
    printf("message %d: %s\n", ++messages, text);
}

int main(void)
{
    struct event_base *base = event_base_new();
    struct bufferevent *pair[2];

    if (!base || bufferevent_pair_new(base, 0, pair) < 0)
        return 1;
    bufferevent_setcb(pair[1], on_readable, NULL, NULL, NULL);
    bufferevent_enable(pair[1], EV_READ);
    bufferevent_write(pair[0], "pay 10\n", 7);
    bufferevent_write(pair[0], "pay 20\n", 7);
    event_base_loop(base, EVLOOP_NONBLOCK);
    bufferevent_free(pair[0]);
    bufferevent_free(pair[1]);
    event_base_loop(base, EVLOOP_NONBLOCK);
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
