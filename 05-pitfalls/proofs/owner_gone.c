/* owner_gone — a client leaves before its result comes.
 *
 * Build: cc -I../modules -o owner_gone owner_gone.c ../modules/job.c ../modules/thread_pool.c $(pkg-config --cflags --libs libevent) -pthread
 * Run:   ./owner_gone naive     or: cancel (naive: built with AddressSanitizer)
 */
#include "thread_pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct client {
    long number;
    struct job job;
    bool gone;
};

static void square(void *number)
{
    *(long *)number *= *(long *)number;
}

/* The last who touches the client: then it may go. */
static void on_done(const char *error, void *arg)
{
    struct client *client = arg;

    (void)error;
    if (client->gone)
        free(client);
}

int main(int argc, char **argv)
{
    struct event_base *base = event_base_new();
    struct thread_pool *pool = base ? thread_pool_new(base, 1, 10) : NULL;
    struct client *client = calloc(1, sizeof *client);

    if (!pool || !client)
        return 1;
    client->number = 7;
    client->job = (struct job){.function = square,
                               .argument = &client->number,
                               .done = on_done,
                               .arg = client};
    if (thread_pool_submit(pool, &client->job) < 0)
        return 1;
    thread_pool_stop(pool, true); /* once it is answered the loop may end */
    if (argc == 2 && !strcmp(argv[1], "cancel")) { /* it has hung up */
        client->gone = true;
        thread_pool_cancel(pool, &client->job);
    } else {
        free(client);
    }
    event_base_dispatch(base);
    puts("the loop has ended");
    thread_pool_free(pool);
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
