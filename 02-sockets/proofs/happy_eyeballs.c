/* happy_eyeballs — two addresses, of which the first one swallows packets.
 *
 * Build: cc -I../modules -o happy_eyeballs happy_eyeballs.c ../modules/connector.c ../modules/resolver.c $(pkg-config --cflags --libs libevent) -pthread
 *
 * The queue of the listening socket at 127.0.0.2 is full: what is sent there is
 * dropped, and a connect waits. 127.0.0.3 accepts. Both have one port. First
 * the first address alone, for a second; then both.
 */
#include "connector.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>

enum { PEERS = 3 }; /* more than the queue has room for */

static void on_connected(evutil_socket_t fd,
                         const struct connector_failure *failure, void *arg)
{
    struct sockaddr_in peer;
    socklen_t length = sizeof peer;
    char name[INET_ADDRSTRLEN] = "?";

    (void)arg;
    if (failure) {
        printf("%s\n", failure->reason);
    } else if (getpeername(fd, (struct sockaddr *)&peer, &length) == 0) {
        inet_ntop(AF_INET, &peer.sin_addr, name, sizeof name);
        printf("connected to %s\n", name);
    }
    if (!failure)
        close(fd);
}

/* Listens; port 0 is one that is free, and is set. */
static int listening(struct addrinfo *address)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, address->ai_addr, address->ai_addrlen) < 0 ||
        listen(fd, 0) < 0 ||
        getsockname(fd, address->ai_addr, &address->ai_addrlen) < 0)
        return -1;
    return fd;
}

int main(void)
{
    struct sockaddr_in ip[2] = {0};
    struct addrinfo addresses[2] = {0};
    struct event_base *base = event_base_new();
    struct timeval second = {1, 0}, five_seconds = {5, 0};
    int peers[PEERS], full, accepting;

    for (int i = 0; i < 2; i++) {
        ip[i].sin_family = AF_INET;
        ip[i].sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + (unsigned)i);
        addresses[i].ai_family = AF_INET;
        addresses[i].ai_addr = (struct sockaddr *)&ip[i];
        addresses[i].ai_addrlen = sizeof ip[i];
    }
    full = listening(&addresses[0]);
    ip[1].sin_port = ip[0].sin_port;
    accepting = listening(&addresses[1]);
    if (!base || full < 0 || accepting < 0)
        return 1;
    for (int i = 0; i < PEERS; i++) {
        peers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        if (peers[i] < 0)
            return 1;
        (void)connect(peers[i], addresses[0].ai_addr, sizeof ip[0]);
    }
    printf("127.0.0.2 alone: ");
    if (!connector_race(base, addresses, &second, on_connected, NULL) ||
        event_base_dispatch(base) < 0)
        return 1;
    printf("127.0.0.2, then 127.0.0.3: ");
    addresses[0].ai_next = &addresses[1];
    if (!connector_race(base, addresses, &five_seconds, on_connected, NULL) ||
        event_base_dispatch(base) < 0)
        return 1;
    for (int i = 0; i < PEERS; i++)
        close(peers[i]);
    close(full);
    close(accepting);
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
