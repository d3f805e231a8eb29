#include "stop_signals.h"

#include <signal.h>

/* Whoever started the program may have blocked them: a mask is inherited. */
static int unblock(int number)
{
    sigset_t one;

    sigemptyset(&one);
    sigaddset(&one, number);
    return pthread_sigmask(SIG_UNBLOCK, &one, NULL);
}

int stop_signals_add(struct stop_signals *signals, struct event_base *base,
                     event_callback_fn on_signal, void *arg)
{
    static const int numbers[] = {SIGINT, SIGTERM};

    for (int i = 0; i < 2; i++) {
        struct event *event = evsignal_new(base, numbers[i], on_signal, arg);

        signals->events[i] = event;
        if (!event || event_add(event, NULL) < 0 || unblock(numbers[i]) != 0)
            return -1;
    }
    return 0;
}

void stop_signals_free(struct stop_signals *signals)
{
    for (int i = 0; i < 2; i++) {
        if (signals->events[i])
            event_free(signals->events[i]);
    }
}
