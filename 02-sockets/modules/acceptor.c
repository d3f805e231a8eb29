#include "acceptor.h"
#include "listening.h" /* prints "listening on …" */

#include <err.h>
#include <errno.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static const struct timeval accept_retry_delay = {1, 0};
static const struct timeval drain_poll_interval = {0, 50000};
static const struct timeval shutdown_timeout = {5, 0};

/* Accepts, unless something speaks against it. Without the memory for that, it
 * tries again in a second. */
static void update_listener(struct acceptor *acceptor)
{
    if (acceptor->stopped || acceptor->full ||
        evtimer_pending(acceptor->accept_pause, NULL))
        evconnlistener_disable(acceptor->listener);
    else if (evconnlistener_enable(acceptor->listener) < 0)
        evtimer_add(acceptor->accept_pause, &accept_retry_delay);
}

void acceptor_set_full(struct acceptor *acceptor, bool full)
{
    acceptor->full = full;
    update_listener(acceptor);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd,
                      struct sockaddr *from, int length, void *arg)
{
    struct acceptor *acceptor = arg;

    (void)listener;
    (void)length;
    acceptor->on_client(fd, from, acceptor->arg);
}

/* accept() failed. Out of descriptors, the listening socket stays readable and
 * the loop would spin: pause, and try again in a second. */
static void on_accept_error(struct evconnlistener *listener, void *arg)
{
    struct acceptor *acceptor = arg;
    int error = EVUTIL_SOCKET_ERROR();

    (void)listener;
    if (listening_lost_one(error))
        return;
    warnx("cannot accept: %s: pausing for 1 s", strerror(error));
    evtimer_add(acceptor->accept_pause, &accept_retry_delay);
    update_listener(acceptor);
}

static void on_pause_over(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    update_listener(arg);
}

static void on_drain_poll(evutil_socket_t fd, short events, void *arg)
{
    struct acceptor *acceptor = arg;

    (void)fd;
    (void)events;
    acceptor->on_stop(acceptor->arg);
}

static void on_signal(evutil_socket_t number, short events, void *arg)
{
    struct acceptor *acceptor = arg;

    (void)number;
    (void)events;
    acceptor->stopped = true;
    update_listener(acceptor);
    if (event_base_loopexit(acceptor->base, &shutdown_timeout) < 0)
        event_base_loopbreak(acceptor->base); /* no memory for the bound */
    (void)event_add(acceptor->drain_poll, &drain_poll_interval);
    acceptor->on_stop(acceptor->arg);
}

int acceptor_start(struct acceptor *acceptor, struct event_base *base,
                   const struct options *options)
{
    int fd;

    acceptor->base = base;
    if (base) {
        acceptor->accept_pause = evtimer_new(base, on_pause_over, acceptor);
        acceptor->drain_poll =
            event_new(base, -1, EV_PERSIST, on_drain_poll, acceptor);
    }
    if (!acceptor->accept_pause || !acceptor->drain_poll ||
        (acceptor->on_stop &&
         stop_signals_add(&acceptor->signals, base, on_signal, acceptor) < 0)) {
        warnx("cannot start: out of memory or descriptors");
        return -1;
    }
    fd = listening_socket(options);
    if (fd < 0)
        return -1;
    acceptor->listener = evconnlistener_new(
        base, on_accept, acceptor,
        LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_DISABLED,
        0 /* it listens already */, fd);
    /* Enabled here: _new does not report that it could not. */
    if (!acceptor->listener || evconnlistener_enable(acceptor->listener) < 0) {
        listening_failed(options);
        if (!acceptor->listener)
            close(fd);
        return -1;
    }
    evconnlistener_set_error_cb(acceptor->listener, on_accept_error);
    return listening_announce(options, fd);
}

void acceptor_free(struct acceptor *acceptor)
{
    if (acceptor->listener)
        evconnlistener_free(acceptor->listener);
    if (acceptor->accept_pause)
        event_free(acceptor->accept_pause);
    if (acceptor->drain_poll)
        event_free(acceptor->drain_poll);
    stop_signals_free(&acceptor->signals);
}
