/* service — the part of a TCP server that is the same in each: it listens on
 * 127.0.0.1, accepts, rests when there are no descriptors (and raises their soft
 * limit to the hard one), hears SIGINT and SIGTERM.
 *
 *     struct service *service = service_new(base, "name", 8889, calls, arg);
 *     static void on_client(evutil_socket_t fd, void *arg) … fd is yours …
 *     static void on_stop(void *arg) …
 *     service_free(service);
 *
 * asyncio: start_server, add_signal_handler.
 */
#ifndef SERVICE_H
#define SERVICE_H

#include <event2/event.h>
#include <stdint.h>

struct service;

struct service_calls {
    /* A client has come; close fd when it goes. */
    void (*client)(evutil_socket_t fd, void *arg);
    /* A signal has come: no client follows. Comes again with the next one. */
    void (*stop)(void *arg);
};

/* Listens (port 0: on a free one) and says where on stderr, `name` before it.
 * NULL with the reason said there. */
struct service *service_new(struct event_base *base, const char *name,
                            uint16_t port, struct service_calls calls,
                            void *arg);

/* Before event_base_free. */
void service_free(struct service *service);

#endif
