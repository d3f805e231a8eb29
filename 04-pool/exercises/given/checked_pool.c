#include "checked_pool.h"

#include <stdio.h>

static void on_created(struct pool *pool, const char *error, void *arg)
{
    (void)pool;
    (void)error;
    (void)arg;
}

static void on_closed(void *arg)
{
    bool *closed = arg;

    *closed = true;
}

struct pool *checked_pool_new(const struct pool_methods *methods,
                              struct scripted_server *server, int max_size)
{
    const struct pool_options options = {0, max_size, -1};

    return pool_new(server->base, methods, server, &options, on_created, NULL);
}

int checked_pool_release(struct pool *pool, struct lease lease)
{
    int result = pool_release(pool, lease);

    if (result < 0 && lease.connection)
        puts("a lease was released that was not lent any more");
    return result;
}

void checked_pool_end(struct pool *pool, int (*settle)(void))
{
    bool closed = false;

    if (!pool)
        return;
    pool_close(pool, on_closed, &closed);
    settle();
    if (!closed)
        printf("a lease was not released: %d lent at the end\n",
               pool_counts(pool).lent);
    pool_free(pool);
}
