/* line_server — the server around exercises 1, 2 and 3. See line_server.h. */
#include "line_server.h"

#include <event2/listener.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

/* Lives in line_server_run. */
struct line_server {
    struct event_base *base;
    struct evconnlistener *listener;
    struct event *stop; /* SIGTERM */
    TAILQ_HEAD(, entry) entries;
};

/* Notes one live connection; owned by the server's list. */
struct entry {
    struct connection *connection; /* owned by the learner's file */
    TAILQ_ENTRY(entry) link;
};

static void entry_free(struct line_server *server, struct entry *entry)
{
    TAILQ_REMOVE(&server->entries, entry, link);
    free(entry);
}

void line_server_forget(struct line_server *server,
                        struct connection *connection)
{
    struct entry *entry = TAILQ_FIRST(&server->entries);

    while (entry && entry->connection != connection)
        entry = TAILQ_NEXT(entry, link);
    if (entry)
        entry_free(server, entry);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd,
                      struct sockaddr *address, int length, void *arg)
{
    struct line_server *server = arg;
    struct entry *entry = calloc(1, sizeof *entry);
    struct bufferevent *bev =
        bufferevent_socket_new(server->base, fd, BEV_OPT_CLOSE_ON_FREE);
    int small = 16 * 1024; /* so that a slow reader is noticed soon */

    (void)listener;
    (void)address;
    (void)length;
    if (!bev)
        close(fd);
    else
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    if (bev && entry)
        entry->connection = connection_new(server, bev);
    if (!entry || !entry->connection) {
        if (bev)
            bufferevent_free(bev);
        free(entry);
        return;
    }
    TAILQ_INSERT_TAIL(&server->entries, entry, link);
    if (bufferevent_enable(bev, EV_READ | EV_WRITE) < 0)
        connection_free(entry->connection);
}

static void on_stop(evutil_socket_t number, short events, void *arg)
{
    (void)number;
    (void)events;
    event_base_loopbreak(((struct line_server *)arg)->base);
}

/* Listens on a free port of 127.0.0.1 and prints it. Returns 0; on failure
 * returns -1, and what was made is freed by line_server_run. */
static int server_start(struct line_server *server, const char *name)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->base = event_base_new();
    if (!server->base)
        return -1;
    server->stop = evsignal_new(server->base, SIGTERM, on_stop, server);
    server->listener = evconnlistener_new_bind(
        server->base, on_accept, server,
        LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE, SOMAXCONN,
        (struct sockaddr *)&address, sizeof address);
    if (!server->stop || event_add(server->stop, NULL) < 0 ||
        !server->listener ||
        getsockname(evconnlistener_get_fd(server->listener),
                    (struct sockaddr *)&address, &length) < 0)
        return -1;
    (void)fprintf(stderr, "%s: listening on 127.0.0.1:%d\n", name,
                  ntohs(address.sin_port));
    return 0;
}

int line_server_run(const char *name)
{
    struct line_server server = {0};
    struct entry *entry;
    int status = 1;

    signal(SIGPIPE, SIG_IGN);
    TAILQ_INIT(&server.entries);
    if (server_start(&server, name) == 0 &&
        event_base_dispatch(server.base) == 0)
        status = 0;
    else
        (void)fprintf(stderr, "%s: cannot serve\n", name);

    /* An entry goes first: a connection_free that does not call
     * line_server_forget must not make this endless. */
    while ((entry = TAILQ_FIRST(&server.entries))) {
        struct connection *connection = entry->connection;

        entry_free(&server, entry);
        connection_free(connection);
    }
    if (server.listener)
        evconnlistener_free(server.listener);
    if (server.stop)
        event_free(server.stop);
    if (server.base) {
        event_base_loop(server.base, EVLOOP_NONBLOCK);
        event_base_free(server.base);
    }
    libevent_global_shutdown();
    return status;
}
