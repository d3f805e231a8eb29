/* race — which of these addresses the connector connects to.
 *
 * Build: cc -I../../modules -o race race.c ../../modules/connector.c ../../modules/resolver.c $(pkg-config --cflags --libs libevent) -pthread
 * Run:   ./race 4 8888 ::1 127.0.0.1    a limit in seconds, a port, addresses
 *
 * Prints the winner, or why there is none, and how many descriptors are left
 * open. With a limit of 0 it cancels the race after its first pass.
 */
#include "connector.h"
#include "descriptors.h"

#include <err.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct race {
    struct event_base *base;
    evutil_socket_t fd; /* -1: none */
    struct connector *connector;
};

static void on_connected(evutil_socket_t fd,
                         const struct connector_failure *failure, void *arg)
{
    struct race *race = arg;
    struct sockaddr_storage peer;
    struct sockaddr *any = (struct sockaddr *)&peer;
    socklen_t length = sizeof peer;
    char host[NI_MAXHOST];

    race->connector = NULL;
    race->fd = fd;
    if (failure)
        printf("cannot %s: %s\n", failure->action, failure->reason);
    else if (getpeername(fd, any, &length) == 0 &&
             getnameinfo(any, length, host, sizeof host, NULL, 0,
                         NI_NUMERICHOST) == 0)
        printf("connected to %s\n", host);
    event_base_loopbreak(race->base);
}

/* Returns a list of one. */
static struct addrinfo *read_address(const char *port, const char *host)
{
    const struct addrinfo numeric = {.ai_flags = AI_NUMERICHOST,
                                     .ai_socktype = SOCK_STREAM};
    struct addrinfo *info;

    if (getaddrinfo(host, port, &numeric, &info) != 0)
        errx(2, "not an address: %s", host);
    return info;
}

int main(int argc, char **argv)
{
    struct race race = {event_base_new(), -1, NULL};
    struct addrinfo *addresses = NULL, **end = &addresses;
    struct timeval limit = {0};
    int before, i;

    if (!race.base || argc < 4)
        errx(2, "needs a limit, a port and addresses");
    limit.tv_sec = strtol(argv[1], NULL, 10);
    for (i = 3; i < argc; i++, end = &(*end)->ai_next)
        *end = read_address(argv[2], argv[i]);
    before = count_descriptors();
    race.connector = connector_race(
        race.base, addresses, limit.tv_sec ? &limit : &(struct timeval){60, 0},
        on_connected, &race);
    if (!race.connector)
        err(1, "cannot begin to connect");
    freeaddrinfo(addresses);
    event_base_loop(race.base, limit.tv_sec ? 0 : EVLOOP_ONCE);
    connector_cancel(race.connector);
    printf("descriptors left open: %d\n", count_descriptors() - before);
    if (race.fd >= 0)
        evutil_closesocket(race.fd);
    event_base_free(race.base);
    libevent_global_shutdown();
    return fflush(stdout) ? 1 : 0;
}
