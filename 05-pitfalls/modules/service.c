#include "service.h"
#include "limits.h"
#include "listening.h"
#include "stop_signals.h"

#include <errno.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct service {
    const char *name; /* not owned */
    struct service_calls calls;
    void *arg;
    struct evconnlistener *listener;
    struct stop_signals signals;
    struct event *pause; /* pending: accept nobody till it is due */
    bool stopped;
};

static const struct timeval a_second = {1, 0};

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd,
                      struct sockaddr *address, int length, void *arg)
{
    struct service *service = arg;
    int on = 1;

    (void)listener;
    (void)address;
    (void)length;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    service->calls.client(fd, service->arg);
}

/* Out of descriptors, the listening socket stays readable and the loop would
 * spin: rest, and try again in a second. */
static void on_accept_error(struct evconnlistener *listener, void *arg)
{
    struct service *service = arg;
    int error = EVUTIL_SOCKET_ERROR();

    if (listening_lost_one(error))
        return;
    fprintf(stderr, "%s: cannot accept: %s: pausing for 1 s\n", service->name,
            strerror(error));
    if (evtimer_add(service->pause, &a_second) == 0)
        evconnlistener_disable(listener);
}

static void on_pause_over(evutil_socket_t fd, short events, void *arg)
{
    struct service *service = arg;

    (void)fd;
    (void)events;
    if (!service->stopped && evconnlistener_enable(service->listener) < 0)
        evtimer_add(service->pause, &a_second);
}

static void on_signal(evutil_socket_t number, short events, void *arg)
{
    struct service *service = arg;

    (void)number;
    (void)events;
    service->stopped = true;
    if (service->listener) /* who comes now is refused, and does not wait */
        evconnlistener_free(service->listener);
    service->listener = NULL;
    service->calls.stop(service->arg);
}

/* Makes the events. Returns false if one of them cannot be. */
static bool watch(struct service *service, struct event_base *base)
{
    service->pause = evtimer_new(base, on_pause_over, service);
    return service->pause &&
           stop_signals_add(&service->signals, base, on_signal, service) == 0;
}

struct service *service_new(struct event_base *base, const char *name,
                            uint16_t port, struct service_calls calls,
                            void *arg)
{
    struct service *service = calloc(1, sizeof *service);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(port),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;

    limits_raise_descriptors();
    if (!service || !watch(service, base)) {
        fprintf(stderr, "%s: cannot start: out of memory\n", name);
        goto failed;
    }
    service->name = name;
    service->calls = calls;
    service->arg = arg;
    service->listener = evconnlistener_new_bind(
        base, on_accept, service,
        LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE |
            LEV_OPT_DISABLED,
        SOMAXCONN, (struct sockaddr *)&address, sizeof address);
    /* Enabled here, as evconnlistener_new_bind hides that it could not. */
    if (!service->listener || evconnlistener_enable(service->listener) < 0 ||
        getsockname(evconnlistener_get_fd(service->listener),
                    (struct sockaddr *)&address, &length) < 0) {
        fprintf(stderr, "%s: cannot listen on 127.0.0.1 port %u: %s\n", name,
                port, strerror(errno));
        goto failed;
    }
    evconnlistener_set_error_cb(service->listener, on_accept_error);
    fprintf(stderr, "%s: listening on 127.0.0.1:%u\n", name,
            ntohs(address.sin_port));
    return service;

failed:
    if (service)
        service_free(service);
    return NULL;
}

void service_free(struct service *service)
{
    if (service->listener)
        evconnlistener_free(service->listener);
    if (service->pause)
        event_free(service->pause);
    stop_signals_free(&service->signals);
    free(service);
}
