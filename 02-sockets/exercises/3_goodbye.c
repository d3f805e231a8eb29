/* 3_goodbye — the answer comes after the peer's last word.
 *
 * asyncio: await reader.read(), writer.write_eof()
 * Run:     ./3_goodbye                then: printf 'b\na\n' | nc -N 127.0.0.1 PORT
 * Prints:  where it listens, on stderr; what a peer sent till it half-closed
 *          comes back with its lines in reverse order
 * Task:    README.md#3             Check: make practice EXERCISE=02-3
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

enum { INPUT_MAX = 1024 * 1024 }; /* bytes; who sends more gets an error */
static const char too_much[] = "error: too much\n";

/* Lives in main. */
struct server {
    struct event_base *base;
    struct evconnlistener *listener;
    struct event *stop; /* SIGTERM */
    TAILQ_HEAD(, connection) connections;
};

/* Owned by the server, from on_accept to connection_free. */
struct connection {
    struct server *server;
    struct bufferevent *bev; /* owned; closes the descriptor */
    TAILQ_ENTRY(connection) link;
};

static void connection_free(struct connection *connection)
{
    TAILQ_REMOVE(&connection->server->connections, connection, link);
    bufferevent_free(connection->bev);
    free(connection);
}

/* Moves all lines of the input to the output, the last one first. What is
 * behind the last newline counts as a line, too. Returns 0, or -1. */
static int reverse_lines(struct evbuffer *input, struct evbuffer *output)
{
    size_t length = evbuffer_get_length(input), end = length, start;
    const char *text = (const char *)evbuffer_pullup(input, -1);
    int result = 0;

    while (end > 0 && result == 0) {
        for (start = end - 1; start > 0 && text[start - 1] != '\n';)
            start--;
        result = evbuffer_add(output, text + start, end - start);
        if (result == 0 && text[end - 1] != '\n')
            result = evbuffer_add(output, "\n", 1);
        end = start;
    }
    return result < 0 ? -1 : evbuffer_drain(input, length);
}

/* ---- Your part: this one cuts its answers short, and keeps what it is sent. */

/* More has come; it stays in the input. */
static void on_readable(struct bufferevent *bev, void *arg)
{
    (void)bev;
    (void)arg;
    (void)too_much;
}

/* All that was to be sent has been. Also called once at the beginning, when there
 * was nothing to be sent. */
static void on_written(struct bufferevent *bev, void *arg)
{
    (void)bev;
    (void)arg;
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    if (what & BEV_EVENT_EOF) {
        reverse_lines(bufferevent_get_input(bev), bufferevent_get_output(bev));
        bufferevent_flush(bev, EV_WRITE, BEV_FINISHED);
    }
    connection_free(arg);
}

/* ---- The server around it: nothing is to be changed from here on. ---- */

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd,
                      struct sockaddr *address, int length, void *arg)
{
    struct server *server = arg;
    struct connection *connection = calloc(1, sizeof *connection);
    int small = 16 * 1024; /* so that a slow reader is soon noticed */

    (void)listener;
    (void)address;
    (void)length;
    if (connection)
        connection->bev =
            bufferevent_socket_new(server->base, fd, BEV_OPT_CLOSE_ON_FREE);
    if (!connection || !connection->bev) {
        free(connection);
        close(fd);
        return;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    connection->server = server;
    TAILQ_INSERT_TAIL(&server->connections, connection, link);
    bufferevent_setcb(connection->bev, on_readable, on_written, on_event,
                      connection);
    if (bufferevent_enable(connection->bev, EV_READ | EV_WRITE) < 0)
        connection_free(connection);
}

static void on_stop(evutil_socket_t number, short events, void *arg)
{
    (void)number;
    (void)events;
    event_base_loopbreak(((struct server *)arg)->base);
}

/* Listens on a free port of 127.0.0.1 and says which. Returns 0, or -1. */
static int server_start(struct server *server)
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
    fprintf(stderr, "3_goodbye: listening on 127.0.0.1:%d\n",
            ntohs(address.sin_port));
    return 0;
}

int main(void)
{
    struct server server = {0};
    struct connection *connection;
    int status = 1;

    signal(SIGPIPE, SIG_IGN);
    TAILQ_INIT(&server.connections);
    if (server_start(&server) == 0 && event_base_dispatch(server.base) == 0)
        status = 0;
    else
        fputs("3_goodbye: cannot serve\n", stderr);

    while ((connection = TAILQ_FIRST(&server.connections)))
        connection_free(connection);
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
