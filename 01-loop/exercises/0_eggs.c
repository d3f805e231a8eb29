/* 0_eggs — several eggs at once: the solved example of this chapter.
 *
 * asyncio: loop.call_later
 * Run:     make try EXERCISE=01-0 ARGS='300 100 200'
 *                                  three eggs, done after so many milliseconds
 * Prints:  egg 2 is done, egg 3 is done, egg 1 is done, 3 eggs
 * Task:    README.md#0
 */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

/* One egg; main owns it, and it owns its timer. */
struct egg {
    int number;
    struct event *timer;
    int *done; /* not owned: how many eggs are done */
};

static void on_done(evutil_socket_t fd, short events, void *arg)
{
    struct egg *egg = arg;

    (void)fd;
    (void)events;
    printf("egg %d is done\n", egg->number);
    ++*egg->done;
}

/* Begins to boil. Returns 0; on failure returns -1, and egg_take() still undoes
 * it. */
static int egg_boil(struct egg *egg, struct event_base *base, long ms)
{
    struct timeval time = {ms / 1000, ms % 1000 * 1000};

    egg->timer = evtimer_new(base, on_done, egg);
    return egg->timer ? evtimer_add(egg->timer, &time) : -1;
}

/* Takes it off the stove, done or not. */
static void egg_take(struct egg *egg)
{
    if (egg->timer)
        event_free(egg->timer);
}

int main(int argc, char **argv)
{
    int count = argc - 1, done = 0, status = 0;
    struct egg *eggs = calloc((size_t)argc, sizeof *eggs);
    struct event_base *base = event_base_new();

    for (int i = 0; eggs && base && i < count; i++) {
        eggs[i].number = i + 1;
        eggs[i].done = &done;
        if (egg_boil(&eggs[i], base, strtol(argv[i + 1], NULL, 10)) < 0)
            status = 1;
    }
    if (!eggs || !base || event_base_dispatch(base) < 0)
        status = 1;
    printf("%d eggs\n", done);
    for (int i = 0; eggs && i < count; i++)
        egg_take(&eggs[i]);
    free(eggs);
    if (base)
        event_base_free(base);
    libevent_global_shutdown();
    return status;
}
