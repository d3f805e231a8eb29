/* checked_pool — the lesson's pool, with reports of what borrowers do wrong.
 *
 *     pool = checked_pool_new(&scripted_methods, &server, 2);
 *     checked_pool_release(pool, lease);
 *     checked_pool_end(pool, settle);
 *
 * The scenes of the exercises 1 and 2 use it. The reports go to stdout.
 */
#ifndef CHECKED_POOL_H
#define CHECKED_POOL_H

#include "scripted.h"

/* Makes a pool that opens its connections on demand, at most max_size of them.
 * The methods and the server must live as long as the pool. Returns NULL
 * without memory. */
struct pool *checked_pool_new(const struct pool_methods *methods,
                              struct scripted_server *server, int max_size);

/* As pool_release. Besides, reports a lease that was released before. */
int checked_pool_release(struct pool *pool, struct lease lease);

/* Closes the pool, calls settle, which must run the loop until nothing is left
 * to do, and frees the pool. Reports leases that were not released. NULL is
 * fine. */
void checked_pool_end(struct pool *pool, int (*settle)(void));

#endif
