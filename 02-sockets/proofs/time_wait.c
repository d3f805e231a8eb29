/* time_wait — a server that has closed first, and is started again.
 *
 * Build: cc -o time_wait time_wait.c $(pkg-config --cflags --libs libevent)
 *
 * Who closes first keeps the connection in TIME_WAIT, on the server's port.
 */
#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct evconnlistener *start(struct event_base *base, unsigned flags,
                                    struct sockaddr_in *address)
{
    return evconnlistener_new_bind(base, NULL, NULL,
                                   flags | LEV_OPT_CLOSE_ON_FREE, 1,
                                   (struct sockaddr *)address, sizeof *address);
}

int main(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    struct event_base *base = event_base_new();
    struct evconnlistener *listener;
    int client = socket(AF_INET, SOCK_STREAM, 0), server;
    char end;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (!base || client < 0 ||
        !(listener = start(base, LEV_OPT_REUSEABLE, &address)) ||
        getsockname(evconnlistener_get_fd(listener),
                    (struct sockaddr *)&address, &length) < 0 ||
        connect(client, (struct sockaddr *)&address, length) < 0 ||
        evutil_make_socket_nonblocking(client) < 0 ||
        (server = accept(evconnlistener_get_fd(listener), NULL, NULL)) < 0)
        return 1;
    close(server); /* first */
    if (read(client, &end, 1) != 0)
        return 1;
    close(client);
    evconnlistener_free(listener);
    for (int reuse = 0; reuse < 2; reuse++) {
        listener = start(base, reuse ? LEV_OPT_REUSEABLE : 0, &address);
        printf("started again, %s SO_REUSEADDR: %s\n",
               reuse ? "with" : "without",
               listener ? "listens" : strerror(errno));
        if (listener)
            evconnlistener_free(listener);
    }
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
