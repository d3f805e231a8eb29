/* owner_gone — a client leaves before its result comes.
 *
 * Build: cc -I../modules -o owner_gone owner_gone.c ../modules/thread_pool.c $(pkg-config --cflags --libs libevent) -pthread
 * Run:   ./owner_gone naive     or: cancel (naive: built with AddressSanitizer)
 */
#include "thread_pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct client {
    uint64_t result;
    struct thread_job *job;
};

static uint64_t square(uint64_t n)
{
    return n * n;
}

static void on_result(uint64_t result, const char *error, void *arg)
{
    struct client *client = arg;

    (void)error;
    client->result = result;
}

int main(int argc, char **argv)
{
    struct event_base *base = event_base_new();
    struct thread_pool *pool =
        base ? thread_pool_new(base, square, 1, 10) : NULL;
    struct client *client = calloc(1, sizeof *client);

    if (!pool || !client)
        return 1;
    client->job = thread_pool_submit(pool, 7, on_result, client);
    thread_pool_stop(pool, true); /* once it is answered the loop may end … */
    if (argc == 2 && !strcmp(argv[1], "cancel"))
        thread_pool_cancel(pool, client->job); /* … or cancelled */
    free(client);                              /* it has hung up */
    event_base_dispatch(base);
    puts("the loop has ended");
    thread_pool_free(pool);
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
