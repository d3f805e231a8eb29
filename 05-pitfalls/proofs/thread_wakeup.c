/* thread_wakeup — a thread has news for the loop; three ways to say so.
 *
 * Build: cc -o thread_wakeup thread_wakeup.c $(pkg-config --cflags --libs libevent libevent_pthreads) -pthread
 * Run:   ./thread_wakeup wrong     or: evthread, eventfd
 */
#include <event2/event.h>
#include <event2/thread.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

struct app {
    struct event_base *base;
    struct event *news, *timer;
    int fd; /* eventfd: what the thread writes to; else -1 */
    struct timespec began;
};

/* The thread: after 100 ms, when the loop is asleep. */
static void *work(void *arg)
{
    struct app *app = arg;
    uint64_t one = 1;

    usleep(100000);
    if (app->fd < 0)
        event_active(app->news, 0, 0);
    else if (write(app->fd, &one, sizeof one) < 0)
        perror("write");
    return NULL;
}

static void on_news(evutil_socket_t fd, short events, void *arg)
{
    struct app *app = arg;
    struct timespec now;

    (void)fd;
    (void)events;
    clock_gettime(CLOCK_MONOTONIC, &now);
    printf("sent after 100 ms, arrived after %.0f ms\n",
           (double)(now.tv_sec - app->began.tv_sec) * 1e3 +
               (double)(now.tv_nsec - app->began.tv_nsec) / 1e6);
    event_base_loopbreak(app->base);
}

/* Something else that the loop waits for. */
static void on_timer(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    (void)arg;
}

int main(int argc, char **argv)
{
    const struct timeval two = {2, 0}, ten = {10, 0};
    bool eventfd_way = argc == 2 && !strcmp(argv[1], "eventfd");
    bool wrong = argc == 2 && !strcmp(argv[1], "wrong");
    struct app app = {.fd = -1};
    pthread_t thread;

    if (!eventfd_way && !wrong && evthread_use_pthreads() < 0)
        return 1;
    app.base = event_base_new();
    if (eventfd_way)
        app.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (!app.base || (eventfd_way && app.fd < 0))
        return 1;
    app.news =
        event_new(app.base, app.fd, eventfd_way ? EV_READ : 0, on_news, &app);
    app.timer = evtimer_new(app.base, on_timer, &app);
    clock_gettime(CLOCK_MONOTONIC, &app.began);
    if (!app.news || !app.timer ||
        event_add(app.news, eventfd_way ? NULL : &ten) < 0 ||
        event_add(app.timer, &two) < 0 ||
        pthread_create(&thread, NULL, work, &app) != 0)
        return 1;
    event_base_dispatch(app.base);
    pthread_join(thread, NULL);
    event_free(app.news);
    event_free(app.timer);
    if (app.fd >= 0)
        close(app.fd);
    event_base_free(app.base);
    libevent_global_shutdown();
    return 0;
}
