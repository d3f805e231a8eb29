/* 3_scene.c — main, and the server; 3_scene.h is the manual. */
#include "3_scene.h"

#include <dirent.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

/* Lives in main. */
struct server {
    int directory; /* where the notes are; owned */
    struct event_base *base;
    struct evconnlistener *listener;
    struct event *stop; /* SIGTERM */
    TAILQ_HEAD(, client) clients;
};

/* A client in the server's list, from on_accept to client_free. */
struct client {
    struct server *server;
    struct connection *connection; /* owned */
    struct bufferevent *bev;       /* the connection's */
    bool eof;                      /* it has half-closed */
    TAILQ_ENTRY(client) link;
};

/* Frees a client with its connection, which closes the descriptor. */
static void client_free(struct client *client)
{
    TAILQ_REMOVE(&client->server->clients, client, link);
    connection_free(client->connection);
    free(client);
}

int note_open(struct server *server, const char *name)
{
    return openat(server->directory, name, O_RDONLY | O_CLOEXEC);
}

struct event *timer_start(struct server *server, long ms,
                          event_callback_fn callback, void *arg)
{
    const struct timeval time = {ms / 1000, ms % 1000 * 1000};
    struct event *timer = evtimer_new(server->base, callback, arg);

    if (timer && evtimer_add(timer, &time) < 0) {
        event_free(timer);
        return NULL;
    }
    return timer;
}

void answer(struct bufferevent *bev, const char *text)
{
    if (evbuffer_add_printf(bufferevent_get_output(bev), "%s\n", text) < 0)
        perror("3_notes: cannot answer");
}

/* As leaks.c does: counts descriptors, and events that are pending. */
static void tell_what_is_held(struct bufferevent *bev)
{
    DIR *directory = opendir("/proc/self/fd");
    int descriptors = -3; /* ., .. and the directory itself */
    char text[64];

    while (directory && readdir(directory))
        descriptors++;
    if (directory)
        closedir(directory);
    (void)snprintf(text, sizeof text, "%d descriptors, %d events", descriptors,
                   event_base_get_num_events(bufferevent_get_base(bev),
                                             EVENT_BASE_COUNT_ADDED));
    answer(bev, text);
}

bool obey(struct connection *connection, struct bufferevent *bev,
          const char *line)
{
    if (!strncmp(line, "read ", 5)) {
        send_note(connection, line + 5);
    } else if (!strncmp(line, "wait ", 5)) {
        start_wait(connection, strtol(line + 5, NULL, 10));
    } else if (!strcmp(line, "held")) {
        tell_what_is_held(bev);
    } else if (!strcmp(line, "bye")) {
        answer(bev, "bye");
        return true;
    } else {
        answer(bev, "error: read NAME, wait MS, held or bye");
    }
    return false;
}

/* Frees the client, if it is owed nothing any more. */
static void client_end_if_due(struct client *client)
{
    if (evbuffer_get_length(bufferevent_get_output(client->bev)) == 0 &&
        connection_is_over(client->connection, client->eof))
        client_free(client);
}

static void on_readable(struct bufferevent *bev, void *arg)
{
    struct client *client = arg;
    struct evbuffer *input = bufferevent_get_input(bev);

    on_input(client->connection, input);
    if (connection_is_over(client->connection, false) ||
        evbuffer_get_length(input) > NOTE_LONGEST)
        (void)evbuffer_drain(input, evbuffer_get_length(input));
}

static void on_written(struct bufferevent *bev, void *arg)
{
    (void)bev;
    client_end_if_due(arg);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    struct client *client = arg;

    (void)bev;
    if (what & BEV_EVENT_EOF) {
        client->eof = true;
        client_end_if_due(client);
    } else {
        client_free(client);
    }
}

/* Makes a client with its connection. Returns it; without memory frees what it
 * has made, the descriptor too, and returns NULL. */
static struct client *client_new(struct server *server, evutil_socket_t fd)
{
    struct client *client = calloc(1, sizeof *client);

    if (client)
        client->bev =
            bufferevent_socket_new(server->base, fd, BEV_OPT_CLOSE_ON_FREE);
    if (!client || !client->bev) {
        free(client);
        close(fd);
        return NULL;
    }
    client->server = server;
    client->connection = connection_new(server, client->bev);
    if (!client->connection) {
        bufferevent_free(client->bev);
        free(client);
        return NULL;
    }
    return client;
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd,
                      struct sockaddr *address, int length, void *arg)
{
    struct server *server = arg;
    struct client *client = client_new(server, fd);

    (void)listener;
    (void)address;
    (void)length;
    if (!client)
        return;
    TAILQ_INSERT_TAIL(&server->clients, client, link);
    bufferevent_setcb(client->bev, on_readable, on_written, on_event, client);
    if (bufferevent_enable(client->bev, EV_READ | EV_WRITE) < 0)
        client_free(client);
}

static void on_stop(evutil_socket_t number, short events, void *arg)
{
    (void)number;
    (void)events;
    event_base_loopbreak(((struct server *)arg)->base);
}

/* Listens on a free port of 127.0.0.1 and reports which. Returns 0; on failure
 * returns -1. */
static int server_start(struct server *server, const char *directory)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    server->base = event_base_new();
    if (server->directory < 0 || !server->base)
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
    fprintf(stderr, "3_notes: listening on 127.0.0.1:%d\n",
            ntohs(address.sin_port));
    return 0;
}

int main(int argc, char **argv)
{
    struct server server = {0};
    struct client *client;
    int status = 1;

    if (argc != 2) {
        fputs("usage: 3_notes DIRECTORY\n", stderr);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    TAILQ_INIT(&server.clients);
    if (server_start(&server, argv[1]) == 0 &&
        event_base_dispatch(server.base) == 0)
        status = 0;
    else
        fputs("3_notes: cannot serve\n", stderr);

    while ((client = TAILQ_FIRST(&server.clients)))
        client_free(client);
    if (server.listener)
        evconnlistener_free(server.listener);
    if (server.stop)
        event_free(server.stop);
    if (server.base) {
        event_base_loop(server.base, EVLOOP_NONBLOCK);
        event_base_free(server.base);
    }
    if (server.directory >= 0)
        close(server.directory);
    libevent_global_shutdown();
    return status;
}
