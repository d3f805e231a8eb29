/* resolver — the addresses of a host name, without blocking the loop.
 *
 *     lookup = resolver_lookup(base, "db.example", 3306, on_resolved, arg);
 *     if (!lookup)
 *         … out of memory …
 *
 *     static void on_resolved(int error, const struct resolver_address *found,
 *                             size_t count, void *arg)
 *         if (error)
 *             … gai_strerror(error) …
 *         else                          count is at least 1
 *             … connect(fd, &found[0].any, found[0].length) …
 *
 * A host is, in this order:
 * - a numeric address: 127.0.0.1, ::1, [::1], fe80::1%eth0;
 * - localhost, which is ::1 and 127.0.0.1, whatever a file says (RFC 6761);
 * - a name in /etc/hosts: all of its addresses, in the file's order;
 * - a name that the servers in /etc/resolv.conf know (its `search` and `ndots`
 *   count; without a server, 127.0.0.1 is asked).
 * Both files are read anew at each lookup, so that a changed file counts. Other
 * sources of nsswitch.conf (mDNS, LDAP) are not asked.
 *
 * IPv4 and IPv6 addresses are asked for at the same time:
 * - A name server that is silent for a second is left for the next one. A late
 *   answer of the first one counts, too. One that refuses, or has no socket on
 *   its port, costs that second as well; after two that refuse it is over.
 * - When no server has answered in 6 s, the error is EAI_AGAIN.
 * - Once there are addresses of one family, those of the other have 1.5 s more.
 * An answer of more than 512 bytes (some 28 addresses) is an error, EAI_AGAIN:
 * evdns does not ask again through TCP.
 *
 * It prints nothing. Idea: loop.getaddrinfo, which calls getaddrinfo(3) in a
 * thread; here evdns, libevent's own client for DNS; resolv.conf(5), hosts(5).
 */
#ifndef RESOLVER_H
#define RESOLVER_H

#include <event2/event.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum { RESOLVER_MAX = 64 }; /* addresses of one name; those above are dropped */

struct resolver_address {
    union {
        struct sockaddr any;
        struct sockaddr_in ip4;
        struct sockaddr_in6 ip6;
    };
    socklen_t length;
};

/* What a lookup ends with. `error` is 0, and `found` has 1 to RESOLVER_MAX
 * addresses, valid during this call (from DNS the IPv6 ones come first); or
 * `count` is 0 and `error` is one of <netdb.h>:
 *   EAI_NONAME  there is no such host, or it has no address
 *   EAI_AGAIN   no name server has a usable answer now, or there is no
 *               descriptor to ask with
 *   EAI_MEMORY  out of memory */
typedef void resolver_done(int error, const struct resolver_address *found,
                           size_t count, void *arg);

struct resolver_lookup;

/* Looks up `host`, which is needed only during this call, and calls `done`
 * once: later, through the loop, even if the answer is known at once. The
 * lookup frees itself when it calls `done`. `port` becomes the port of each
 * address. Returns NULL if there is no memory; then `done` is not called. */
struct resolver_lookup *resolver_lookup(struct event_base *base,
                                        const char *host, uint16_t port,
                                        resolver_done *done, void *arg);

/* Ends a lookup that has not called `done` yet, and now will not; NULL is
 * allowed. Its sockets are closed at once. Its memory is freed in the next pass
 * of the loop: before event_base_free run one, as bufferevents need it, too
 * (see 02-13): event_base_loop(base, EVLOOP_NONBLOCK). */
void resolver_cancel(struct resolver_lookup *lookup);

#endif
