/* Linked into every exercise: a clock that stands still while the program has
 * to wait for a processor, and what the program did with its time.
 *
 * On a busy machine a right program is late through no fault of its own. While it
 * is checked, clock_gettime and gettimeofday leave out the time in which the
 * program's main thread could have run and was not let: the kernel counts that in
 * /proc/PID/schedstat. libevent's timers go by this clock, and so do sleeps until
 * a point in time. Time asleep and time on a processor pass as ever.
 *
 * As the program ends, it adds one line to the file that EXERCISE_USED names: the
 * ms of its main thread on a processor, the ms that it ran or slept, and how
 * often it went to sleep: load does not add to that. Without that name the clock is
 * the system's.
 *
 * scripts/lib/fair.bash preloads it into programs that are no exercises.
 */
#define _GNU_SOURCE 1 /* RUSAGE_THREAD */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static const int64_t second = 1000000000; /* in ns, as all times here */

static const char *used_file;       /* NULL: the clock is the system's */
static pid_t process;               /* a forked child counts for itself */
static _Atomic pid_t counted;       /* whose waits `waited` has counted last */
static _Atomic int64_t inherited;   /* what a child's parent had waited */
static _Atomic int64_t waited_last; /* where /proc cannot be read */
static _Atomic int64_t shown;       /* threads too see no step back */
static int64_t ran_at_start, clock_at_start;
static long switches_at_start;
static long sleeps_again; /* of epoll_wait and clock_nanosleep here */

/* Reads what the kernel counts for the main thread. It is called from within
 * clock_gettime, perhaps in a signal handler: so it calls the kernel alone.
 * Returns 0; on failure returns -1. */
static int read_schedstat(int64_t *ran, int64_t *waited)
{
    char text[64], *end;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/schedstat",
                          O_RDONLY | O_CLOEXEC);
    long length;

    if (fd < 0)
        return -1;
    length = syscall(SYS_read, fd, text, sizeof text - 1);
    (void)syscall(SYS_close, fd);
    if (length <= 0)
        return -1;
    text[length] = '\0';
    *ran = strtoll(text, &end, 10);
    *waited = strtoll(end, NULL, 10);
    return 0;
}

static int64_t waited(void)
{
    int64_t ran, waits;
    pid_t pid = getpid();

    if (read_schedstat(&ran, &waits) < 0)
        return waited_last;
    if (counted != pid) {
        inherited = waited_last;
        counted = pid;
    }
    waited_last = inherited + waits;
    return waited_last;
}

/* The clock as the system shows it, in whole. */
static int64_t system_clock(clockid_t clock)
{
    struct timespec time = {0};

    (void)syscall(SYS_clock_gettime, clock, &time);
    return time.tv_sec * second + time.tv_nsec;
}

static int64_t fair_clock(void)
{
    int64_t now = system_clock(CLOCK_MONOTONIC) - waited();
    int64_t before = shown;

    while (now > before && !atomic_compare_exchange_weak(&shown, &before, now))
        ;
    return now > before ? now : before;
}

static struct timespec to_timespec(int64_t time)
{
    return (struct timespec){time / second, time % second};
}

/* The coarse clocks are as precise as the others here: what is left out of them
 * must not make them step back. */
int clock_gettime(clockid_t clock, struct timespec *time)
{
    int64_t now;

    if (used_file &&
        (clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE))
        now = fair_clock();
    else if (used_file &&
             (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now = system_clock(CLOCK_REALTIME) - waited();
    else
        return (int)syscall(SYS_clock_gettime, clock, time);
    *time = to_timespec(now);
    return 0;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
    struct timespec now;

    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now) < 0)
        return -1;
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

/* A point in time of this clock, for the kernel, whose clock is ahead. */
static struct timespec for_kernel(const struct timespec *time)
{
    return to_timespec(time->tv_sec * second + time->tv_nsec + waited());
}

static bool is_over(clockid_t clock, const struct timespec *time)
{
    struct timespec now;

    return clock_gettime(clock, &now) < 0 || now.tv_sec > time->tv_sec ||
           (now.tv_sec == time->tv_sec && now.tv_nsec >= time->tv_nsec);
}

static bool in_main_thread(void)
{
    return syscall(SYS_gettid) == getpid();
}

static long switches(void)
{
    struct rusage usage = {0};

    (void)getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nvcsw;
}

/* Sleeps again if the program had to wait for a processor before it could. */
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
                    struct timespec *left)
{
    struct timespec until;

    if (!used_file || !(flags & TIMER_ABSTIME))
        return syscall(SYS_clock_nanosleep, clock, flags, time, left) ? errno
                                                                      : 0;
    for (;;) {
        until = for_kernel(time);
        if (syscall(SYS_clock_nanosleep, clock, flags, &until, NULL) < 0)
            return errno;
        if (is_over(clock, time))
            return 0;
        sleeps_again += in_main_thread();
    }
}

/* The same for libevent, which would see that its timer is not due, and wait again. */
int epoll_wait(int fd, struct epoll_event *events, int size, int timeout)
{
    const int64_t ms = second / 1000;
    int64_t left = timeout, end = 0;
    int count;

    if (used_file && timeout > 0)
        end = fair_clock() + timeout * ms;
    for (;;) {
        count = (int)syscall(SYS_epoll_pwait, fd, events, size, (int)left, NULL,
                             (size_t)0);
        if (count != 0 || end == 0)
            return count;
        left = (end - fair_clock() + ms - 1) / ms;
        if (left <= 0)
            return 0;
        sleeps_again += in_main_thread();
    }
}

int timerfd_settime(int fd, int flags, const struct itimerspec *time,
                    struct itimerspec *before)
{
    struct itimerspec due = *time;

    if (used_file && flags & TFD_TIMER_ABSTIME &&
        (due.it_value.tv_sec || due.it_value.tv_nsec))
        due.it_value = for_kernel(&time->it_value);
    return (int)syscall(SYS_timerfd_settime, fd, flags, &due, before);
}

__attribute__((constructor)) static void start_clock(void)
{
    int64_t waits;

    used_file = getenv("EXERCISE_USED");
    if (!used_file)
        return;
    process = getpid();
    counted = process;
    (void)read_schedstat(&ran_at_start, &waits);
    clock_at_start = fair_clock();
    switches_at_start = switches();
}

__attribute__((destructor)) static void tell_use(void)
{
    const int64_t ms = second / 1000;
    int64_t ran = ran_at_start, waits;
    long slept = switches() - switches_at_start - sleeps_again;
    FILE *out;

    if (!used_file || getpid() != process)
        return;
    (void)read_schedstat(&ran, &waits);
    out = fopen(used_file, "a");
    if (!out)
        return;
    (void)fprintf(out, "%lld %lld %ld\n",
                  (long long)((ran - ran_at_start) / ms),
                  (long long)((fair_clock() - clock_at_start) / ms), slept);
    (void)fclose(out);
}
