/* look_up — what the resolver finds, for how long it is waited for.
 *
 * Build: cc -I../../modules -o look_up look_up.c ../../modules/resolver.c $(pkg-config --cflags --libs libevent)
 * Run:   ./look_up 4 localhost 127.0.0.1    a limit in seconds, then hosts
 *
 * Looks all hosts up at once, and prints a line for each, as they are answered.
 * Those that are not within the limit are cancelled; with a limit of 0 all are,
 * before the loop runs.
 */
#include "resolver.h"

#include <err.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { HOSTS_MAX = 16 };

struct look_up {
    const char *host;
    struct resolver_lookup *lookup; /* NULL: answered */
    bool *started;                  /* all lookups are */
    int *left;
    struct event_base *base;
};

static void on_resolved(int error, const struct resolver_address *found,
                        size_t count, void *arg)
{
    struct look_up *one = arg;
    char host[NI_MAXHOST], port[NI_MAXSERV];
    size_t i;

    printf("%s:%s", one->host, *one->started ? "" : " inside the call:");
    if (error)
        printf(" %s", gai_strerror(error));
    for (i = 0; i < count; i++) {
        if (getnameinfo(&found[i].any, found[i].length, host, sizeof host, port,
                        sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) == 0)
            printf(" %s/%s", host, port);
    }
    printf("\n");
    one->lookup = NULL;
    if (--*one->left == 0)
        event_base_loopbreak(one->base);
}

int main(int argc, char **argv)
{
    struct event_base *base = event_base_new();
    struct look_up all[HOSTS_MAX];
    struct timeval limit = {0};
    bool started = false;
    int i, count = argc - 2, left = count;

    if (!base || count < 1 || count > HOSTS_MAX)
        errx(2, "needs a limit and 1 to %d hosts", HOSTS_MAX);
    limit.tv_usec = (suseconds_t)(strtod(argv[1], NULL) * 1e6);
    limit.tv_sec = limit.tv_usec / 1000000;
    limit.tv_usec %= 1000000;
    for (i = 0; i < count; i++) {
        all[i] = (struct look_up){argv[i + 2], NULL, &started, &left, base};
        all[i].lookup =
            resolver_lookup(base, all[i].host, 80, on_resolved, &all[i]);
        if (!all[i].lookup)
            errx(1, "out of memory");
    }
    started = true;
    if (timerisset(&limit)) {
        event_base_loopexit(base, &limit);
        event_base_dispatch(base);
    }
    for (i = 0; i < count; i++) {
        if (all[i].lookup)
            printf("%s: cancelled\n", all[i].host);
        resolver_cancel(all[i].lookup);
    }
    event_base_loop(base, EVLOOP_NONBLOCK); /* frees what was cancelled */
    event_base_free(base);
    libevent_global_shutdown();
    return fflush(stdout) ? 1 : 0;
}
