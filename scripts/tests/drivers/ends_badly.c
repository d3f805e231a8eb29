/* ends_badly crash|kill|spin|again|sleep|fork — what scripts/see must survive: a
 * callback that crashes, is killed or never returns; a loop that never becomes idle, or
 * waits for nothing; a child with a loop of its own. */
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void on_ping(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    puts(arg);
}

static void on_end(evutil_socket_t fd, short what, void *how)
{
    volatile int spins = 0;

    (void)fd;
    (void)what;
    if (!strcmp(how, "crash"))
        raise(SIGSEGV);
    if (!strcmp(how, "kill"))
        raise(SIGKILL);
    while (!strcmp(how, "spin"))
        spins++;
}

static void on_again(evutil_socket_t fd, short what, void *base)
{
    const struct timeval zero = {0, 0};

    (void)fd;
    (void)what;
    event_base_once(base, -1, EV_TIMEOUT, on_again, base, &zero);
}

static void run(char *how)
{
    struct event_base *base = event_base_new();
    const struct timeval soon = {0, 1000};
    int fds[2];

    if (!base || pipe(fds) < 0 || evutil_make_socket_nonblocking(fds[0]) < 0)
        _exit(1);
    event_base_once(base, -1, EV_TIMEOUT, on_ping, how, NULL);
    if (!strcmp(how, "again"))
        on_again(-1, 0, base);
    else if (strcmp(how, "sleep") != 0)
        event_base_once(base, -1, EV_TIMEOUT, on_end, how, &soon);
    else
        event_base_once(base, fds[0], EV_READ, on_end, NULL, NULL);
    event_base_dispatch(base);
    event_base_free(base);
}

int main(int argc, char **argv)
{
    static char end[] = "end", in_child[] = "child";
    char *how = argc > 1 ? argv[1] : end;
    pid_t child = strcmp(how, "fork") != 0 ? -1 : fork();

    if (child == 0)
        how = in_child;
    run(how);
    if (child > 0)
        waitpid(child, NULL, 0);
    return 7;
}
