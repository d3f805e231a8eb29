/* look_up — what the resolver finds, for how long it is waited for.
 *
 * Build: cc -I../../modules -o look_up look_up.c ../../modules/resolver.c $(pkg-config --cflags --libs libevent) -pthread
 * Run:   ./look_up 4 localhost 127.0.0.1    a limit in seconds, then hosts
 *
 * Looks all hosts up at once, and prints a line for each, as they are answered.
 * Those that are not within the limit are cancelled; with a limit of 0 all are,
 * before the loop runs. At the end it waits for the threads of those, and prints
 * how many descriptors are left open, if there are any.
 */
#include "resolver.h"

#include <dirent.h>
#include <err.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { HOSTS_MAX = 16 };

struct look_up {
    const char *host;
    struct resolver_lookup *lookup; /* NULL: answered */
    bool *started;                  /* all lookups are */
    int *left;
    struct event_base *base;
};

/* Counts what a directory has. */
static int count(const char *path)
{
    DIR *directory = opendir(path);
    int all = 0;

    while (directory && readdir(directory))
        all++;
    if (directory)
        closedir(directory);
    return all;
}

static void *do_nothing(void *arg)
{
    return arg;
}

/* Counts the threads there are, with the one that a sanitizer starts beside the
 * first one of ours. */
static int count_threads(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, do_nothing, NULL) == 0)
        pthread_join(thread, NULL);
    return count("/proc/self/task");
}

static void on_resolved(int error, struct addrinfo *found, void *arg)
{
    struct look_up *one = arg;
    struct addrinfo *at;
    char host[NI_MAXHOST], port[NI_MAXSERV];

    printf("%s:%s", one->host, *one->started ? "" : " inside the call:");
    if (error)
        printf(" %s", gai_strerror(error));
    for (at = found; at; at = at->ai_next) {
        if (getnameinfo(at->ai_addr, at->ai_addrlen, host, sizeof host, port,
                        sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) == 0)
            printf(" %s/%s", host, port);
    }
    printf("\n");
    if (found)
        freeaddrinfo(found);
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
    int i, hosts = argc - 2, left = hosts;
    int threads = count_threads(), open = count("/proc/self/fd");

    if (!base || hosts < 1 || hosts > HOSTS_MAX)
        errx(2, "needs a limit and 1 to %d hosts", HOSTS_MAX);
    limit.tv_usec = (suseconds_t)(strtod(argv[1], NULL) * 1e6);
    limit.tv_sec = limit.tv_usec / 1000000;
    limit.tv_usec %= 1000000;
    for (i = 0; i < hosts; i++) {
        all[i] = (struct look_up){argv[i + 2], NULL, &started, &left, base};
        all[i].lookup =
            resolver_lookup(base, all[i].host, 80, on_resolved, &all[i]);
        if (!all[i].lookup)
            err(1, "no lookup");
    }
    started = true;
    if (timerisset(&limit)) {
        event_base_loopexit(base, &limit);
        event_base_dispatch(base);
    }
    for (i = 0; i < hosts; i++) {
        if (all[i].lookup)
            printf("%s: cancelled\n", all[i].host);
        resolver_cancel(all[i].lookup);
    }
    while (count("/proc/self/task") > threads)
        usleep(10000);
    if (count("/proc/self/fd") != open)
        printf("left open: %d\n", count("/proc/self/fd") - open);
    event_base_free(base);
    libevent_global_shutdown();
    return fflush(stdout) ? 1 : 0;
}
