/* signal_event — a signal's callback runs on the loop, not in the handler.
 *
 * Build: cc -o signal_event signal_event.c $(pkg-config --cflags --libs libevent)
 */
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static void on_signal(evutil_socket_t number, short events, void *arg)
{
    (void)events;
    (void)arg;
    /* A handler must not call malloc or printf; a callback may. */
    free(malloc(100));
    printf("callback: signal %d\n", number);
}

static void on_raise(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    (void)arg;
    puts("raise …");
    raise(SIGUSR1);
    puts("… has returned: no callback yet");
}

int main(void)
{
    struct event_base *base = event_base_new();
    struct event *on_usr1 =
        base ? evsignal_new(base, SIGUSR1, on_signal, NULL) : NULL;

    if (!on_usr1 || event_add(on_usr1, NULL) < 0 ||
        event_base_once(base, -1, EV_TIMEOUT, on_raise, NULL, NULL) < 0)
        return 1;
    event_base_loop(base, EVLOOP_ONCE); /* raises */
    puts("the loop goes on:");
    event_base_loop(base, EVLOOP_ONCE);
    event_free(on_usr1);
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
