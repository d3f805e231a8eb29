/* backends — which system call the loop waits with, and what that one takes.
 *
 * Build: cc -o backends backends.c $(pkg-config --cflags --libs libevent)
 *
 * epoll watches sockets, pipes, terminals; a regular file it refuses. poll and
 * select take files, too: they are always ready.
 */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void on_readable(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    (void)arg;
    printf(", readable at once");
}

static void quiet(int severity, const char *message)
{
    (void)severity;
    (void)message;
}

int main(int argc, char **argv)
{
    int file = open(argv[argc - 1], O_RDONLY); /* this program's own */

    event_set_log_callback(quiet);
    for (int files = 0; files < 2; files++) {
        struct event_config *config = event_config_new();
        struct event_base *base;
        struct event *event;

        if (!config || (files && event_config_require_features(
                                     config, EV_FEATURE_FDS) < 0))
            return 1;
        base = event_base_new_with_config(config);
        event_config_free(config);
        event = base ? event_new(base, file, EV_READ, on_readable, NULL) : NULL;
        if (!event)
            return 1;
        printf("%s: %s, a regular file: ",
               files ? "with EV_FEATURE_FDS" : "by default         ",
               event_base_get_method(base));
        if (event_add(event, NULL) < 0) {
            printf("refused: %s\n", strerror(errno));
        } else {
            printf("taken");
            event_base_dispatch(base);
            puts("");
        }
        event_free(event);
        event_base_free(base);
    }
    close(file);
    libevent_global_shutdown();
    return 0;
}
