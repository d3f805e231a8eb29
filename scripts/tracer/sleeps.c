/* sleeps.c — the system calls in which a loop waits: how long it may, and does. */
#define _GNU_SOURCE 1
#include "next.h"
#include "record.h"

#include <poll.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { MOST_READY = 64 };

/* Whether the loop itself calls, not a callback of the program. */
static bool is_loops(void)
{
    return recording && this_thread.base &&
           this_thread.depth == this_thread.loop_depth;
}

static uint64_t base_word(void)
{
    return (uint64_t)(uintptr_t)this_thread.base;
}

static void sleep_begins(uint64_t allowed)
{
    record(SLEEP_BEGIN, base_word(), allowed, 0, 0, 0, 0);
}

static void fd_ready(int fd, uint64_t what)
{
    record(FD_READY, base_word(), (uint64_t)(uint32_t)fd, what, 0, 0, 0);
}

/* `events`: of epoll; NULL: the caller says which descriptors are ready. */
static void sleep_ends(int ready, const struct epoll_event *events)
{
    record(SLEEP_END, base_word(), (uint64_t)(int64_t)ready, 0, 0, 0, 0);
    for (int i = 0; events && i < ready && i < MOST_READY; i++)
        fd_ready(events[i].data.fd, events[i].events);
}

static uint64_t ms_to_ns(int ms)
{
    return ms < 0 ? NEVER : (uint64_t)ms * 1000000U;
}

/* A base with a precise timer sleeps without a limit: a timerfd wakes it. */
NEXT(timerfd_settime)
int timerfd_settime(int fd, int flags, const struct itimerspec *value,
                    struct itimerspec *old)
{
    if (is_loops() && value) {
        uint64_t ns = (uint64_t)value->it_value.tv_sec * 1000000000U +
                      (uint64_t)value->it_value.tv_nsec;

        this_thread.timerfd = ns ? ns : NEVER;
    }
    return next_timerfd_settime()(fd, flags, value, old);
}

NEXT(epoll_wait)
int epoll_wait(int fd, struct epoll_event *events, int most, int ms)
{
    int ready;

    if (!is_loops())
        return next_epoll_wait()(fd, events, most, ms);
    sleep_begins(ms < 0 ? this_thread.timerfd : ms_to_ns(ms));
    ready = next_epoll_wait()(fd, events, most, ms);
    sleep_ends(ready, events);
    return ready;
}

/* What libevent 2.2 calls, where the kernel has it. */
NEXT(epoll_pwait2)
int epoll_pwait2(int fd, struct epoll_event *events, int most,
                 const struct timespec *timeout, const sigset_t *mask)
{
    bool loops = is_loops();
    int ready;

    if (loops)
        sleep_begins(timeout ? (uint64_t)timeout->tv_sec * 1000000000U +
                                   (uint64_t)timeout->tv_nsec
                             : this_thread.timerfd);
    ready = next_epoll_pwait2()(fd, events, most, timeout, mask);
    if (loops)
        sleep_ends(ready, events);
    return ready;
}

/* The exercises' own epoll_wait (scripts/checking/exercise_clock.c), and whatever
 * else makes that call by its number. */
NEXT(syscall)
long syscall(long number, ...)
{
    long v[6], ready;
    va_list args;

    va_start(args, number);
    for (int i = 0; i < 6; i++)
        /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): not so */
        v[i] = va_arg(args, long);
    va_end(args);
    if (number != SYS_epoll_pwait || !is_loops())
        return next_syscall()(number, v[0], v[1], v[2], v[3], v[4], v[5]);
    sleep_begins(v[3] < 0 ? this_thread.timerfd : ms_to_ns((int)v[3]));
    ready = next_syscall()(number, v[0], v[1], v[2], v[3], v[4], v[5]);
    /* NOLINTNEXTLINE(performance-no-int-to-ptr): as the kernel gets it */
    sleep_ends((int)ready, (const struct epoll_event *)v[1]);
    return ready;
}

NEXT(poll)
int poll(struct pollfd *fds, nfds_t count, int ms)
{
    int ready;

    if (!is_loops())
        return next_poll()(fds, count, ms);
    sleep_begins(ms_to_ns(ms));
    ready = next_poll()(fds, count, ms);
    sleep_ends(ready, NULL);
    for (nfds_t i = 0; ready > 0 && i < count && i < MOST_READY; i++) {
        if (fds[i].revents)
            fd_ready(fds[i].fd, (uint64_t)fds[i].revents);
    }
    return ready;
}

/* What a libevent that was compiled with _FORTIFY_SOURCE calls. */
int __poll_chk(struct pollfd *fds, nfds_t count, int ms, size_t size);
int __poll_chk(struct pollfd *fds, nfds_t count, int ms, size_t size)
{
    (void)size;
    return poll(fds, count, ms);
}

NEXT(select)
int select(int count, fd_set *reads, fd_set *writes, fd_set *others,
           struct timeval *timeout)
{
    int ready;

    if (!is_loops())
        return next_select()(count, reads, writes, others, timeout);
    sleep_begins(timeout ? (uint64_t)timeout->tv_sec * 1000000000U +
                               (uint64_t)timeout->tv_usec * 1000U
                         : NEVER);
    ready = next_select()(count, reads, writes, others, timeout);
    sleep_ends(ready, NULL);
    return ready;
}
