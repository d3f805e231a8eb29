/* first_server — the smallest echo server that gives back what it takes.
 *
 * Twin:   first_server.py (asyncio.start_server, read, write, and no drain)
 * Build:  cc -Imodules -o first_server first_server.c modules/listening.c modules/options.c modules/stop_signals.c $(pkg-config --cflags --libs libevent)
 * Run:    ./first_server      then, elsewhere: ./client 127.0.0.1 8888 hello
 * Prints: nothing; where it listens is said on stderr
 *
 * A listener makes a bufferevent for each client; its input becomes its output,
 * and at EOF or an error it is freed. Each call is checked, a reset ends only
 * its client, and a signal frees everything. What it lacks against server.c,
 * which is more than twice as long:
 *
 *   02-07  back-pressure: for a client that does not read, the output grows
 *   02-09  timeouts: an idle or stuck client stays forever
 *   02-10  a stop that flushes: a signal throws away what is owed
 *   02-11  half-close: EOF throws away what is owed
 *   02-12  a polite close: a stop with input unread destroys what is on its way
 *   02-14  lack of descriptors: it spins; and the soft limit stays as it is
 *   02-23  TCP_NODELAY: a small answer may wait for the client's ACK
 *          and a limit of connections, a transcript, IPv6
 */
#include "listening.h"
#include "stop_signals.h"

#include <err.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <unistd.h>

/* Owned by the server, from on_accept to client_free. */
struct client {
    struct bufferevent *bev; /* owned; closes the descriptor */
    LIST_ENTRY(client) link;
};

/* Owns all below; lives in main. */
struct server {
    struct event_base *base;
    struct stop_signals signals;
    struct evconnlistener *listener;
    LIST_HEAD(clients, client) clients;
};

static void client_free(struct client *client)
{
    LIST_REMOVE(client, link);
    bufferevent_free(client->bev);
    free(client);
}

/* The input becomes output. A write does not report a lack of memory for its
 * event; to enable it once more does. */
static void on_readable(struct bufferevent *bev, void *arg)
{
    if (bufferevent_write_buffer(bev, bufferevent_get_input(bev)) < 0 ||
        bufferevent_enable(bev, EV_WRITE) < 0)
        client_free(arg);
}

/* EOF, or an error: a reset, say. */
static void on_event(struct bufferevent *bev, short what, void *arg)
{
    (void)bev, (void)what;
    client_free(arg);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd,
                      struct sockaddr *address, int length, void *arg)
{
    struct server *server = arg;
    struct client *client = calloc(1, sizeof *client);

    (void)listener, (void)address, (void)length;
    if (client)
        client->bev =
            bufferevent_socket_new(server->base, fd, BEV_OPT_CLOSE_ON_FREE);
    if (!client || !client->bev) {
        warnx("out of memory: one connection dropped");
        free(client);
        close(fd);
        return;
    }
    LIST_INSERT_HEAD(&server->clients, client, link);
    bufferevent_setcb(client->bev, on_readable, NULL, on_event, client);
    if (bufferevent_enable(client->bev, EV_READ) < 0)
        client_free(client);
}

static void on_signal(evutil_socket_t number, short events, void *base)
{
    (void)number, (void)events;
    event_base_loopbreak(base);
}

/* Serves until a signal comes. Returns 0; on failure prints the reason and
 * returns 1. */
static int serve(struct event_base *base)
{
    if (event_base_dispatch(base) >= 0)
        return 0;
    warnx("the event loop failed");
    return 1;
}

static const char usage[] = "usage: first_server [-p PORT] [-h]\n";
static const char help[] =
    "Echoes what each client sends until it closes, in the simplest way.\n"
    "  -p PORT     listen on this port; 0 picks a free one (8888)\n"
    "  -h, --help  print this\n";

int main(int argc, char **argv)
{
    const unsigned flags =
        LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE;
    struct server server = {.base = NULL};
    struct options options = {.host = NULL};
    int status = options_read(&options, "p:h", usage, help, argc, argv);

    if (status != OPTIONS_RUN)
        return status;
    status = 1;
    signal(SIGPIPE, SIG_IGN); /* else a write to a closed peer ends us: 02-05 */
    server.base = event_base_new();
    if (!server.base || stop_signals_add(&server.signals, server.base,
                                         on_signal, server.base) < 0) {
        warnx("cannot start: out of memory or descriptors");
        goto cleanup;
    }
    server.listener = evconnlistener_new_bind(
        server.base, on_accept, &server, flags, SOMAXCONN,
        options.address->ai_addr, (int)options.address->ai_addrlen);
    /* Enabled once more: _new_bind does not report that it could not. */
    if (!server.listener || evconnlistener_enable(server.listener) < 0)
        listening_failed(&options);
    else if (listening_announce(&options,
                                evconnlistener_get_fd(server.listener)) == 0)
        status = serve(server.base);

cleanup:
    while (!LIST_EMPTY(&server.clients))
        client_free(LIST_FIRST(&server.clients));
    if (server.listener)
        evconnlistener_free(server.listener);
    stop_signals_free(&server.signals);
    if (server.base)
        event_base_free(server.base); /* closes the clients' sockets, too */
    freeaddrinfo(options.address);
    libevent_global_shutdown();
    return status;
}
