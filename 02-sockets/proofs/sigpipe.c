/* sigpipe — a bufferevent writes to a peer that has closed.
 *
 * Build: cc -o sigpipe sigpipe.c $(pkg-config --cflags --libs libevent)
 *
 * A child does it, so that somebody is left to tell.
 */
#include <errno.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    (void)bev;
    (void)arg;
    if (what & BEV_EVENT_ERROR)
        printf("  the event callback: %s\n", strerror(errno));
}

static int write_to_the_gone(void)
{
    struct event_base *base = event_base_new();
    struct bufferevent *bev;
    int ends[2];

    if (!base || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 ||
        evutil_make_socket_nonblocking(ends[0]) < 0 || close(ends[1]) < 0 ||
        !(bev = bufferevent_socket_new(base, ends[0], BEV_OPT_CLOSE_ON_FREE)))
        return 1;
    bufferevent_setcb(bev, NULL, NULL, on_event, NULL);
    bufferevent_write(bev, "hello", 5); /* EV_WRITE is enabled by default */
    event_base_dispatch(base);
    bufferevent_free(bev);
    event_base_loop(base, EVLOOP_NONBLOCK);
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}

int main(void)
{
    for (int ignored = 0; ignored < 2; ignored++) {
        int status;
        pid_t child;

        printf("SIGPIPE %s:\n", ignored ? "ignored" : "by default");
        fflush(stdout);
        signal(SIGPIPE, ignored ? SIG_IGN : SIG_DFL);
        if ((child = fork()) < 0)
            return 1;
        if (child == 0)
            return write_to_the_gone();
        if (waitpid(child, &status, 0) != child)
            return 1;
        if (WIFSIGNALED(status))
            printf("  the process was killed: %s\n",
                   strsignal(WTERMSIG(status)));
        else
            printf("  the process ended by itself: %d\n", WEXITSTATUS(status));
    }
    return 0;
}
