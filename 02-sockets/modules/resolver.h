/* resolver — the addresses of a host name, without blocking the loop.
 *
 *     lookup = resolver_lookup(base, "db.example", 3306, on_resolved, arg);
 *     if (!lookup)
 *         warn("cannot start a lookup");
 *
 *     static void on_resolved(int error, struct addrinfo *found, void *arg)
 *         if (error)
 *             warnx("cannot resolve: %s", gai_strerror(error));
 *         else
 *             … connect(fd, found->ai_addr, found->ai_addrlen) …
 *             freeaddrinfo(found);
 *
 * getaddrinfo knows all that a name can mean on this machine (/etc/hosts, DNS,
 * mDNS, whatever nsswitch.conf says), and it blocks. For this reason it runs in
 * a thread of its own, one for each lookup: a second flow of control in the same
 * memory, which may wait while the loop works. The thread uses nothing of the
 * loop's; it sends its answer through a socket pair, which the loop watches like
 * any other socket. Chapter 05 is about threads, and has a pool of them.
 *
 * A lookup costs two descriptors and a thread until getaddrinfo returns. To
 * bound how many there are is the caller's task.
 *
 * Idea: loop.getaddrinfo of asyncio, which has a pool of threads for it;
 * getaddrinfo(3). Why not libevent's own client for DNS: see 02-19.
 */
#ifndef RESOLVER_H
#define RESOLVER_H

#include <event2/event.h>
#include <netdb.h>
#include <stdint.h>

/* What a lookup ends with. `error` is 0, and `found` has at least one address,
 * for SOCK_STREAM, in the order in which to try them (RFC 6724). The callee owns
 * it: freeaddrinfo. Or `found` is NULL, and `error` is one of getaddrinfo's:
 * EAI_NONAME, EAI_AGAIN, … */
typedef void resolver_done(int error, struct addrinfo *found, void *arg);

struct resolver_lookup;

/* Looks up `host`, which is copied, and calls `done` once: later, through the
 * loop, even if the answer is known at once. The lookup frees itself before it
 * calls `done`. A host is a name or a numeric address; an IPv6 one may be in
 * brackets. localhost is ::1 and 127.0.0.1 everywhere (RFC 6761). Neither a
 * numeric address nor localhost needs a thread. `port` becomes the port of each
 * address. Returns NULL with errno if there is no memory, descriptor or thread
 * (EAGAIN); then `done` is not called. */
struct resolver_lookup *resolver_lookup(struct event_base *base,
                                        const char *host, uint16_t port,
                                        resolver_done *done, void *arg);

/* Ends and frees a lookup that has not called `done` yet, and now will not; NULL
 * is allowed. Its thread cannot be stopped: it frees what it has when
 * getaddrinfo returns, usually within some seconds. It does not keep the process
 * from ending. */
void resolver_cancel(struct resolver_lookup *lookup);

#endif
