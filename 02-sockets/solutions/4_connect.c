/* 4_connect — try again, with pauses that grow.
 *
 * asyncio: open_connection in a loop, with sleep between
 * Run:     ./4_connect 4 50 8888 9999    four tries each, pauses 50, 100, 200 ms
 * Prints:  for each port, as it comes: "8888: connected at try 2" with the first
 *          line that the peer sends, or "9999: given up after 4 tries"
 *
 * A try is a bufferevent: a socket that failed to connect cannot be used again.
 * A pause is a timer, so that the other targets go on meanwhile. A peer that ends
 * before it has said its line has failed, too.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One for each port; lives in main. */
struct target {
    struct event_base *base;
    struct bufferevent *bev; /* owned: of this try, or NULL */
    struct event *pause;     /* owned */
    int port;
    long tries, most, first_pause; /* tries so far, and at most; ms */
};

static void on_readable(struct bufferevent *bev, void *arg);
static void on_event(struct bufferevent *bev, short what, void *arg);

/* Tries to connect once more; on_event is told how it went. Returns 0, or -1. */
static int target_try(struct target *target)
{
    struct sockaddr_in address = {.sin_family = AF_INET};

    address.sin_port = htons((in_port_t)target->port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    target->tries++;
    target->bev =
        bufferevent_socket_new(target->base, -1, BEV_OPT_CLOSE_ON_FREE);
    if (!target->bev)
        return -1;
    bufferevent_setcb(target->bev, on_readable, NULL, on_event, target);
    if (bufferevent_enable(target->bev, EV_READ) < 0)
        return -1;
    return bufferevent_socket_connect(target->bev, (struct sockaddr *)&address,
                                      sizeof address);
}

/* The end of this try: its socket is of no use any more. */
static void target_close(struct target *target)
{
    if (target->bev)
        bufferevent_free(target->bev);
    target->bev = NULL;
}

static void give_up(struct target *target)
{
    printf("%d: given up after %ld %s\n", target->port, target->tries,
           target->tries == 1 ? "try" : "tries");
    target_close(target);
}

/* The peer's first line is all we want of it. */
static void on_readable(struct bufferevent *bev, void *arg)
{
    char *line =
        evbuffer_readln(bufferevent_get_input(bev), NULL, EVBUFFER_EOL_LF);
    struct target *target = arg;

    if (!line)
        return;
    printf("%d: connected at try %ld: %s\n", target->port, target->tries, line);
    free(line);
    target_close(target);
}

/* A try has failed: another one after a pause twice as long as the last. */
static void on_event(struct bufferevent *bev, short what, void *arg)
{
    struct target *target = arg;
    struct timeval delay;
    long ms;

    (void)bev;
    if (what & BEV_EVENT_CONNECTED)
        return;
    target_close(target);
    if (target->tries >= target->most) {
        give_up(target);
        return;
    }
    ms = target->first_pause << (target->tries - 1);
    delay.tv_sec = ms / 1000;
    delay.tv_usec = ms % 1000 * 1000;
    if (evtimer_add(target->pause, &delay) < 0)
        give_up(target);
}

static void on_pause_over(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    if (target_try(arg) < 0)
        give_up(arg);
}

/* Makes the first try. Returns 0, or -1; target_free undoes it in both cases. */
static int target_start(struct target *target)
{
    target->pause = evtimer_new(target->base, on_pause_over, target);
    return target->pause ? target_try(target) : -1;
}

static void target_free(struct target *target)
{
    if (target->bev)
        bufferevent_free(target->bev);
    if (target->pause)
        event_free(target->pause);
}

int main(int argc, char **argv)
{
    struct target *targets = NULL;
    int count = argc - 3, status = 1;
    struct event_base *base;

    if (count < 1) {
        fputs("usage: 4_connect TRIES PAUSE PORT...\n", stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    base = event_base_new();
    targets = calloc((size_t)count, sizeof *targets);
    if (!base || !targets)
        goto cleanup;
    for (int i = 0; i < count; i++) {
        targets[i].base = base;
        targets[i].most = strtol(argv[1], NULL, 10);
        targets[i].first_pause = strtol(argv[2], NULL, 10);
        targets[i].port = (int)strtol(argv[3 + i], NULL, 10);
        if (target_start(&targets[i]) < 0)
            goto cleanup;
    }
    if (event_base_dispatch(base) == 1) /* nothing is pending any more */
        status = 0;

cleanup:
    for (int i = 0; targets && i < count; i++)
        target_free(&targets[i]);
    free(targets);
    if (base) {
        event_base_loop(base, EVLOOP_NONBLOCK);
        event_base_free(base);
    }
    libevent_global_shutdown();
    return status;
}
