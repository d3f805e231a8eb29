/* early_close — a peer leaves while reading is off and nothing is owed.
 *
 * Build: cc -o early_close early_close.c $(pkg-config --cflags --libs libevent)
 *
 * A bufferevent waits for nothing then. An event of our own can: first with
 * EV_CLOSED alone, then with what a reset needs, too. The first two functions
 * take the place of libc's, to count how often libevent waits (2.2 calls the
 * second).
 */
#include <errno.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int waits; /* of the loop, since it was started */

int epoll_wait(int fd, struct epoll_event *events, int max, int timeout)
{
    waits++;
    return (int)syscall(SYS_epoll_pwait, fd, events, max, timeout, NULL, 8);
}

int epoll_pwait2(int fd, struct epoll_event *events, int max,
                 const struct timespec *timeout, const sigset_t *mask)
{
    waits++;
    return (int)syscall(SYS_epoll_pwait2, fd, events, max, timeout, mask, 8);
}

static void on_news(evutil_socket_t fd, short what, void *arg)
{
    socklen_t size = sizeof(int);
    int error = 0;

    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    printf("%s%s%s%s", what & EV_READ ? " EV_READ" : "",
           what & EV_CLOSED ? " EV_CLOSED" : "", error ? ", " : "",
           error ? strerror(error) : "");
    event_base_loopbreak(arg);
}

/* Runs the loop until the callback was called, for 100 ms at most. */
static void run(struct event_base *base, const char *when)
{
    const struct timeval limit = {0, 100000};

    printf("  %s:", when);
    waits = 0;
    event_base_loopexit(base, &limit);
    event_base_dispatch(base);
    if (!event_base_got_break(base))
        printf(" not called%s", waits > 20 ? ", and the loop spins" : "");
    puts("");
}

/* Six bytes come, which stay unread, and then the peer leaves. It resets the
 * connection if it leaves bytes of ours unread. Returns 0, or -1. */
static int leave(short what, const char *name, bool reset)
{
    struct event_base *base = event_base_new();
    struct event *event;
    int ends[2];

    if (!base || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 ||
        !(event = event_new(base, ends[0], what | EV_PERSIST, on_news, base)) ||
        event_add(event, NULL) < 0 || write(ends[1], "unread", 6) != 6 ||
        (reset && write(ends[0], "unread", 6) != 6))
        return -1;
    puts(name);
    run(base, "6 bytes come");
    close(ends[1]);
    run(base, reset ? "the peer resets" : "the peer closes");
    event_free(event);
    event_base_free(base);
    close(ends[0]);
    return 0;
}

/* Which backends have what is used here. Returns 0, or -1. */
static int backends(void)
{
    static const char *const methods[] = {"epoll", "poll", "select"};

    for (int i = 0; i < 3; i++) {
        struct event_config *config = event_config_new();
        struct event_base *base;
        int features;

        for (int j = 0; config && j < 3; j++)
            if (j != i)
                event_config_avoid_method(config, methods[j]);
        base = config ? event_base_new_with_config(config) : NULL;
        if (!base)
            return -1;
        features = event_base_get_features(base);
        printf("%s:%s%s\n", event_base_get_method(base),
               features & EV_FEATURE_EARLY_CLOSE ? " EV_CLOSED" : "",
               features & EV_FEATURE_ET ? " EV_ET" : "");
        event_base_free(base);
        event_config_free(config);
    }
    return 0;
}

int main(void)
{
    const short edge = EV_READ | EV_CLOSED | EV_ET;

    if (backends() < 0 || leave(EV_CLOSED, "EV_CLOSED", false) < 0 ||
        leave(EV_CLOSED, "EV_CLOSED", true) < 0 ||
        leave(edge, "EV_READ | EV_CLOSED | EV_ET", false) < 0 ||
        leave(edge, "EV_READ | EV_CLOSED | EV_ET", true) < 0)
        return 1;
    libevent_global_shutdown();
    return 0;
}
