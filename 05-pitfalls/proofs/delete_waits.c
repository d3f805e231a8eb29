/* delete_waits — event_del from another thread waits for the running callback.
 *
 * Build: cc -o delete_waits delete_waits.c $(pkg-config --cflags --libs libevent libevent_pthreads) -pthread
 */
#include <event2/event.h>
#include <event2/thread.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int running[2]; /* a pipe: the callback runs */
static struct event *event;

/* It needs the lock; who waits here without a limit waits for ever. */
static void on_event(evutil_socket_t fd, short events, void *arg)
{
    struct timespec until;

    (void)fd;
    (void)events;
    (void)arg;
    /* The other thread has the lock already, and calls event_del now. */
    if (write(running[1], "x", 1) != 1)
        return;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 300000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    if (pthread_mutex_timedlock(&lock, &until) == 0) {
        puts("callback: got the lock");
        pthread_mutex_unlock(&lock);
    } else {
        puts("callback: gave up: the lock is held by who waits for me");
    }
}

static void *deleter(void *locked)
{
    char byte;

    pthread_mutex_lock(&lock);
    /* NOLINTNEXTLINE(clang-analyzer-unix.BlockInCriticalSection): on purpose */
    if (write(*(int *)locked, "x", 1) != 1 || read(running[0], &byte, 1) != 1)
        return NULL;
    event_del(event);
    puts("thread: event_del has returned, the lock is free again");
    pthread_mutex_unlock(&lock);
    return NULL;
}

int main(void)
{
    struct event_base *base;
    pthread_t thread;
    int locked[2];
    char byte;

    evthread_use_pthreads();
    base = event_base_new();
    if (!base || pipe(running) < 0 || pipe(locked) < 0)
        return 1;
    event = event_new(base, -1, 0, on_event, NULL);
    if (!event || pthread_create(&thread, NULL, deleter, &locked[1]) != 0 ||
        read(locked[0], &byte, 1) != 1)
        return 1;
    event_active(event, 0, 0);
    event_base_dispatch(base);
    pthread_join(thread, NULL);
    event_free(event);
    event_base_free(base);
    for (int i = 0; i < 2; i++) {
        close(running[i]);
        close(locked[i]);
    }
    libevent_global_shutdown();
    return 0;
}
