/* check — an account that cannot be overdrawn is overdrawn.
 *
 * Build: cc -o check check.c $(pkg-config --cflags --libs libevent)
 */
#include <event2/event.h>
#include <stdio.h>

static int balance = 100;

static void on_approved(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    balance -= *(int *)arg;
    printf("paid %d, balance %d\n", *(int *)arg, balance);
}

static void withdraw(struct event_base *base, int *amount)
{
    if (balance < *amount) {
        puts("refused");
        return;
    }
    event_base_once(base, -1, EV_TIMEOUT, on_approved, amount, NULL);
}

int main(void)
{
    struct event_base *base = event_base_new();
    int amount = 80;

    if (!base)
        return 1;
    withdraw(base, &amount);
    withdraw(base, &amount);
    event_base_dispatch(base);
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
