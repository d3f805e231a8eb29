/* deaf_listener — evconnlistener_new_bind hides that it cannot listen.
 *
 * Build: cc -o deaf_listener deaf_listener.c $(pkg-config --cflags --libs libevent)
 */
#include <arpa/inet.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST = 30 };

static int left = MOST; /* allocations until one fails */

static void *failing_malloc(size_t size)
{
    return left-- == 0 ? NULL : malloc(size);
}

static void *failing_realloc(void *old, size_t size)
{
    return left-- == 0 ? NULL : realloc(old, size);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd,
                      struct sockaddr *peer, int length, void *arg)
{
    (void)listener;
    (void)fd;
    (void)peer;
    (void)length;
    (void)arg;
}

int main(void)
{
    const struct sockaddr_in any = {.sin_family = AF_INET,
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int refused = 0, deaf = 0, told = 0;

    event_set_mem_functions(failing_malloc, failing_realloc, free);
    for (int at = 0; at < MOST; at++) {
        struct event_base *base;
        struct evconnlistener *listener;

        left = MOST * 10;
        if (!(base = event_base_new()))
            return 1;
        left = at;
        listener = evconnlistener_new_bind(
            base, on_accept, NULL, LEV_OPT_CLOSE_ON_FREE, -1,
            (const struct sockaddr *)&any, sizeof any);
        if (!listener) {
            refused++;
        } else {
            if (event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0) {
                deaf++; /* made, and not pending */
                left = 0;
                told += evconnlistener_enable(listener) < 0;
            }
            evconnlistener_free(listener);
        }
        event_base_free(base);
    }
    printf("one allocation fails: NULL in %d cases; a listener that waits for "
           "nothing in %d\n"
           "evconnlistener_enable tells it in %d of these\n",
           refused, deaf, told);
    libevent_global_shutdown();
    return 0;
}
