/* backlog — clients of a server that never calls accept.
 *
 * Build: cc -o backlog backlog.c $(pkg-config --cflags --libs libevent)
 *
 * listen(2), and six clients connect. Then evconnlistener_new_bind with a
 * backlog of 0.
 */
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

enum { CLIENTS = 6 };

int main(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct sockaddr *any = (struct sockaddr *)&address;
    socklen_t length = sizeof address;
    struct event_base *base = event_base_new();
    struct evconnlistener *listener;
    int fd = socket(AF_INET, SOCK_STREAM, 0), connected = 0, sent = 0;
    struct pollfd clients[CLIENTS] = {0};

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (!base || fd < 0 || bind(fd, any, length) < 0 || listen(fd, 2) < 0 ||
        getsockname(fd, any, &length) < 0)
        return 1;
    for (int i = 0; i < CLIENTS; i++) {
        clients[i].fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        clients[i].events = POLLOUT;
        if (clients[i].fd < 0)
            return 1;
        (void)connect(clients[i].fd, any, length); /* in progress */
    }
    (void)poll(NULL, 0, 50);
    connected = poll(clients, CLIENTS, 0);
    for (int i = 0; i < CLIENTS; i++) {
        sent += (clients[i].revents & POLLOUT) &&
                send(clients[i].fd, "hello", 5, MSG_NOSIGNAL) == 5;
        close(clients[i].fd);
    }
    close(fd);
    printf("listen(2), no accept: %d of %d connected, %d have sent a request\n",
           connected, CLIENTS, sent);
    address.sin_port = 0;
    listener = evconnlistener_new_bind(base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE,
                                       0, any, sizeof address);
    printf("evconnlistener_new_bind, backlog 0: %s\n",
           listener ? "a listener" : "NULL");
    if (listener)
        evconnlistener_free(listener);
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
