/* copied_descriptor — closed, but copied: epoll goes on reporting it.
 *
 * Build: cc -o copied_descriptor copied_descriptor.c
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* Watches one end of a pair, closes it, writes to the other. */
static int play(int epoll, int copied, int removed)
{
    struct epoll_event event = {.events = EPOLLIN};
    int ends[2], copy = -1;

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 ||
        epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event) < 0)
        return -1;
    if (copied)
        copy = dup(ends[0]); /* as fork makes one of each in the child */
    if (removed)
        epoll_ctl(epoll, EPOLL_CTL_DEL, ends[0], NULL);
    close(ends[0]);
    /* Where nobody is left to read, this fails. */
    (void)send(ends[1], "x", 1, MSG_NOSIGNAL);
    printf("%s, %s: %d events", copied ? "copied" : "not copied",
           removed ? "removed, then closed" : "closed",
           epoll_wait(epoll, &event, 1, 0));
    if (copied && !removed && epoll_ctl(epoll, EPOLL_CTL_DEL, ends[0], NULL))
        printf("; to remove it now: %s", strerror(errno));
    putchar('\n');
    close(ends[1]);
    if (copied)
        close(copy);
    return 0;
}

int main(void)
{
    int epoll = epoll_create1(EPOLL_CLOEXEC);

    if (epoll < 0 || play(epoll, 0, 0) < 0 || play(epoll, 1, 0) < 0 ||
        play(epoll, 1, 1) < 0)
        return 1;
    close(epoll);
    return 0;
}
