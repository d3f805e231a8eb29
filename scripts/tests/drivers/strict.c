/* strict — preloaded into a program: its descriptors are looked at closely.
 *
 * Build: cc -shared -fPIC -o strict.so strict.c
 * Run:   STRICT_REPORT=file LD_PRELOAD=./strict.so …
 *
 * Turns on libevent's debug mode, which ends the program when a loop watches a
 * descriptor that can block, or an event is used wrongly. And whenever the program
 * or a process that it has forked is about to wait, in epoll_wait, poll, recv or
 * recvmsg, writes to the report which descriptors a program would inherit that is
 * executed now: those without FD_CLOEXEC, unless the program has inherited them
 * itself. If stdin is a pipe, it does not block: a program cannot see to that, as
 * it shares stdin with others.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { DESCRIPTORS = 256 };

/* libevent's, if the program uses it. */
__attribute__((weak)) void event_enable_debug_mode(void);

static bool known[DESCRIPTORS]; /* inherited, or reported */

static bool would_be_inherited(int fd)
{
    int flags = fcntl(fd, F_GETFD);

    return flags >= 0 && !(flags & FD_CLOEXEC);
}

static void report(int fd)
{
    char link[32], target[128] = "";
    const char *path = getenv("STRICT_REPORT");
    int to = -1;

    if (path)
        to = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (to < 0 || readlink(link, target, sizeof target - 1) < 0)
        abort();
    dprintf(to, "%s: descriptor %d is inherited: %s\n",
            program_invocation_short_name, fd, target);
    close(to);
}

static void look(void)
{
    for (int fd = STDERR_FILENO + 1; fd < DESCRIPTORS; fd++) {
        if (known[fd] || !would_be_inherited(fd))
            continue;
        report(fd);
        known[fd] = true;
    }
}

__attribute__((constructor)) static void begin(void)
{
    for (int fd = 0; fd < DESCRIPTORS; fd++)
        known[fd] = would_be_inherited(fd);
    if (lseek(STDIN_FILENO, 0, SEEK_CUR) < 0 && errno == ESPIPE)
        (void)fcntl(STDIN_FILENO, F_SETFL, O_RDWR | O_NONBLOCK);
    if (event_enable_debug_mode)
        event_enable_debug_mode();
}

/* What waits, each by a name of the C library's that is not caught here. */

int epoll_wait(int fd, struct epoll_event *events, int most, int timeout)
{
    look();
    return epoll_pwait(fd, events, most, timeout, NULL);
}

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
    const struct timespec time = {timeout / 1000, timeout % 1000 * 1000000L};

    look();
    return ppoll(fds, count, timeout < 0 ? NULL : &time, NULL);
}

ssize_t recv(int fd, void *buffer, size_t size, int flags)
{
    look();
    return recvfrom(fd, buffer, size, flags, NULL, NULL);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    look();
    return syscall(SYS_recvmsg, fd, message, flags);
}
