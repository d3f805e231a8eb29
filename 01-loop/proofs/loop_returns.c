/* loop_returns — why event_base_dispatch came back.
 *
 * Build: cc -o loop_returns loop_returns.c $(pkg-config --cflags --libs libevent libevent_pthreads) -pthread
 *
 * 0: it was stopped; 1: nothing is left to wait for. What another thread is
 * about to send does not count, unless the loop is told to stay.
 */
#include <event2/event.h>
#include <event2/thread.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static void on_event(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    if (arg) {
        printf("(news from the thread) ");
        event_base_loopbreak(arg);
    }
}

/* A thread that will have news, when it is let go. */
static int go[2];

static void *send_news(void *event)
{
    char byte;

    if (read(go[0], &byte, 1) == 1)
        event_active(event, 0, 0);
    return NULL;
}

int main(void)
{
    const struct timeval soon = {0, 10000};
    struct event_base *base;
    struct event *timer, *news;
    pthread_t thread;

    if (evthread_use_pthreads() < 0 || !(base = event_base_new()) ||
        pipe(go) < 0)
        return 1;
    timer = event_new(base, -1, 0, on_event, NULL);
    news = event_new(base, -1, 0, on_event, base);
    if (!timer || !news)
        return 1;
    printf("nothing pending:              %d\n", event_base_dispatch(base));
    event_add(timer, &soon);
    printf("after the last event ran:     %d\n", event_base_dispatch(base));
    event_add(timer, &soon);
    event_base_loopexit(base, NULL);
    printf("stopped, a timer left:        %d\n", event_base_dispatch(base));
    event_del(timer);

    if (pthread_create(&thread, NULL, send_news, news) != 0)
        return 1;
    printf("only a thread has news:       %d, too early\n",
           event_base_dispatch(base));
    printf("the same, NO_EXIT_ON_EMPTY:   ");
    if (write(go[1], "g", 1) != 1)
        return 1;
    printf("%d\n", event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY));
    pthread_join(thread, NULL);

    close(go[0]);
    close(go[1]);
    event_free(timer);
    event_free(news);
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
