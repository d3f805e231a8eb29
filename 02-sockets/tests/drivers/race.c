/* race — which of these addresses the connector connects to.
 *
 * Build: cc -I../../modules -o race race.c ../../modules/connector.c ../../modules/resolver.c $(pkg-config --cflags --libs libevent)
 * Run:   ./race 4 8888 ::1 127.0.0.1    a limit in seconds, a port, addresses
 *
 * Prints the winner, or why there is none, and how many descriptors are left
 * open. With a limit of 0 it cancels the race after its first pass.
 */
#include "connector.h"

#include <dirent.h>
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

static int count_descriptors(void)
{
    DIR *all = opendir("/proc/self/fd");
    int count = 0;

    while (all && readdir(all))
        count++;
    if (all)
        closedir(all);
    return count;
}

static void on_connected(evutil_socket_t fd,
                         const struct connector_failure *failure, void *arg)
{
    struct race *race = arg;
    struct resolver_address peer;
    char host[NI_MAXHOST];

    race->connector = NULL;
    race->fd = fd;
    peer.length = sizeof peer;
    if (failure)
        printf("cannot %s: %s\n", failure->action, failure->reason);
    else if (getpeername(fd, &peer.any, &peer.length) == 0 &&
             getnameinfo(&peer.any, peer.length, host, sizeof host, NULL, 0,
                         NI_NUMERICHOST) == 0)
        printf("connected to %s\n", host);
    event_base_loopbreak(race->base);
}

static void read_address(const char *port, const char *host,
                         struct resolver_address *address)
{
    const struct addrinfo numeric = {.ai_flags = AI_NUMERICHOST,
                                     .ai_socktype = SOCK_STREAM};
    struct addrinfo *info;

    if (getaddrinfo(host, port, &numeric, &info) != 0)
        errx(2, "not an address: %s", host);
    memcpy(&address->any, info->ai_addr, info->ai_addrlen);
    address->length = info->ai_addrlen;
    freeaddrinfo(info);
}

int main(int argc, char **argv)
{
    struct race race = {event_base_new(), -1, NULL};
    struct resolver_address addresses[RESOLVER_MAX] = {0};
    struct timeval limit = {0};
    int count = argc - 3, before, i;

    if (!race.base || count < 1 || count > RESOLVER_MAX)
        errx(2, "needs a limit, a port and 1 to %d addresses", RESOLVER_MAX);
    limit.tv_sec = strtol(argv[1], NULL, 10);
    for (i = 0; i < count; i++)
        read_address(argv[2], argv[i + 3], &addresses[i]);
    before = count_descriptors();
    race.connector = connector_race(
        race.base, addresses, (size_t)count,
        limit.tv_sec ? &limit : &(struct timeval){60, 0}, on_connected, &race);
    if (!race.connector)
        errx(1, "out of memory");
    event_base_loop(race.base, limit.tv_sec ? 0 : EVLOOP_ONCE);
    connector_cancel(race.connector);
    printf("descriptors left open: %d\n", count_descriptors() - before);
    if (race.fd >= 0)
        evutil_closesocket(race.fd);
    event_base_free(race.base);
    libevent_global_shutdown();
    return fflush(stdout) ? 1 : 0;
}
