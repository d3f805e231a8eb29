/* blocking_lookup — who resolves the name of a host, and who waits for it.
 *
 * Build: cc -o blocking_lookup blocking_lookup.c $(pkg-config --cflags --libs libevent)
 *
 * getaddrinfo is ours, also for libevent: it says when it is called. Then the
 * same with an evdns_base, whose name server is a socket of ours.
 */
#include <event2/bufferevent.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int getaddrinfo(const char *restrict host, const char *restrict port,
                const struct addrinfo *restrict hints,
                struct addrinfo **restrict result)
{
    (void)port;
    (void)hints;
    (void)result;
    if (strcmp(host, "slow.test") == 0)
        puts("  getaddrinfo: asks, and waits for the answer");
    return EAI_NONAME;
}

int main(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct sockaddr *any = (struct sockaddr *)&address;
    socklen_t length = sizeof address;
    int server = socket(AF_INET, SOCK_DGRAM, 0);
    char query[512];

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (server < 0 || bind(server, any, length) < 0 ||
        getsockname(server, any, &length) < 0)
        return 1;
    for (int with_dns = 0; with_dns < 2; with_dns++) {
        struct event_base *base = event_base_new();
        struct evdns_base *dns = NULL;
        struct bufferevent *bev;

        if (!base ||
            !(bev = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE)))
            return 1;
        if (with_dns &&
            (!(dns = evdns_base_new(base, 0)) ||
             evdns_base_nameserver_sockaddr_add(dns, any, length, 0) < 0))
            return 1;
        printf("connect_hostname, %s:\n",
               with_dns ? "an evdns_base" : "no evdns_base");
        bufferevent_socket_connect_hostname(bev, dns, AF_INET, "slow.test", 80);
        puts("  connect_hostname returns");
        if (with_dns) {
            event_base_loop(base, EVLOOP_NONBLOCK);
            if (recv(server, query, sizeof query, MSG_DONTWAIT) > 0)
                puts("  the name server has the question, nobody waits");
        }
        bufferevent_free(bev);
        if (dns)
            evdns_base_free(dns, 1); /* 1: it gives up its questions */
        event_base_loop(base, EVLOOP_NONBLOCK);
        event_base_free(base);
    }
    close(server);
    libevent_global_shutdown();
    return 0;
}
