/* 4_scene — the main of 4_connect, and what it prints. See 4_scene.h. */
#include "4_scene.h"

#include <event2/buffer.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

int connect_to_port(struct bufferevent *bev, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};

    address.sin_port = htons((in_port_t)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return bufferevent_socket_connect(bev, (struct sockaddr *)&address,
                                      sizeof address);
}

bool print_connected(struct bufferevent *bev, int port, long tries)
{
    char *line =
        evbuffer_readln(bufferevent_get_input(bev), NULL, EVBUFFER_EOL_LF);

    if (!line)
        return false;
    printf("%d: connected at try %ld: %s\n", port, tries, line);
    free(line);
    return true;
}

void print_given_up(int port, long tries)
{
    printf("%d: given up after %ld %s\n", port, tries,
           tries == 1 ? "try" : "tries");
}

int main(int argc, char **argv)
{
    struct target **targets = NULL;
    int count = argc - 3, status = 1;
    struct event_base *base;
    long max_tries, first_pause;

    if (count < 1) {
        fputs("usage: 4_connect TRIES PAUSE PORT...\n", stderr);
        return 2;
    }
    max_tries = strtol(argv[1], NULL, 10);
    first_pause = strtol(argv[2], NULL, 10);
    setvbuf(stdout, NULL, _IOLBF, 0);
    base = event_base_new();
    targets = calloc((size_t)count, sizeof(struct target *));
    if (!base || !targets)
        goto cleanup;
    for (int i = 0; i < count; i++) {
        targets[i] = target_new(base, (int)strtol(argv[3 + i], NULL, 10),
                                max_tries, first_pause);
        if (!targets[i])
            goto cleanup;
    }
    if (event_base_dispatch(base) == 1) /* nothing is pending any more */
        status = 0;

cleanup:
    for (int i = 0; targets && i < count; i++)
        if (targets[i])
            target_free(targets[i]);
    free(targets);
    if (base) {
        event_base_loop(base, EVLOOP_NONBLOCK);
        event_base_free(base);
    }
    libevent_global_shutdown();
    return status;
}
