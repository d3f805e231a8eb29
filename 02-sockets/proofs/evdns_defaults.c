/* evdns_defaults — evdns_getaddrinfo, and a first name server that is silent.
 *
 * Build: cc -o evdns_defaults evdns_defaults.c $(pkg-config --cflags --libs libevent)
 *
 * Both name servers are sockets of ours. The second one would know an IPv4
 * address, and says that there is no IPv6 one. Takes 3 s.
 */
#include <event2/dns.h>
#include <event2/event.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <stdio.h>
#include <unistd.h>

enum { SERVERS = 2, TYPE_A = 1, NAME = 12, NAME_LENGTH = 10 };

struct server {
    const char *name;
    int fd;
    struct event *asked;
};

/* A question. Prints its type; the second server answers: no such address. */
static void on_question(evutil_socket_t fd, short events, void *arg)
{
    struct server *server = arg;
    unsigned char packet[512];
    struct sockaddr_in peer;
    socklen_t length = sizeof peer;
    ssize_t size = recvfrom(fd, packet, sizeof packet, 0,
                            (struct sockaddr *)&peer, &length);

    (void)events;
    if (size < NAME + NAME_LENGTH + 4)
        return;
    printf("the %s name server is asked for %s\n", server->name,
           packet[NAME + NAME_LENGTH + 1] == TYPE_A ? "A" : "AAAA");
    packet[2] = 0x81; /* an answer */
    packet[3] = 0x80; /* without an error */
    if (server->name[0] == 's')
        (void)sendto(fd, packet, (size_t)size, 0, (struct sockaddr *)&peer,
                     length);
}

static void on_resolved(int error, struct evutil_addrinfo *found, void *arg)
{
    printf("evdns_getaddrinfo: %s\n", evutil_gai_strerror(error));
    if (found)
        evutil_freeaddrinfo(found);
    event_base_loopbreak(arg);
}

int main(void)
{
    struct server servers[SERVERS] = {{.name = "first"}, {.name = "second"}};
    struct evutil_addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct event_base *base = event_base_new();
    struct evdns_base *dns = base ? evdns_base_new(base, 0) : NULL;
    int i;

    for (i = 0; i < SERVERS; i++) {
        struct sockaddr_in address = {.sin_family = AF_INET};
        struct sockaddr *any = (struct sockaddr *)&address;
        socklen_t length = sizeof address;

        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        servers[i].fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        if (!dns || servers[i].fd < 0 || bind(servers[i].fd, any, length) < 0 ||
            getsockname(servers[i].fd, any, &length) < 0 ||
            evdns_base_nameserver_sockaddr_add(dns, any, length, 0) != 0)
            return 1;
        servers[i].asked = event_new(base, servers[i].fd, EV_READ | EV_PERSIST,
                                     on_question, &servers[i]);
        if (!servers[i].asked || event_add(servers[i].asked, NULL) < 0)
            return 1;
    }
    evdns_getaddrinfo(dns, "svc.test", "80", &hints, on_resolved, base);
    event_base_dispatch(base);
    for (i = 0; i < SERVERS; i++) {
        event_free(servers[i].asked);
        close(servers[i].fd);
    }
    event_base_loop(base, EVLOOP_NONBLOCK); /* what evdns has cancelled */
    evdns_base_free(dns, 1);
    event_base_loop(base, EVLOOP_NONBLOCK);
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
