/* reuse_port — two servers on the same port.
 *
 * Build: cc -o reuse_port reuse_port.c $(pkg-config --cflags --libs libevent)
 *
 * With LEV_OPT_REUSEABLE the second one is told; with LEV_OPT_REUSEABLE_PORT it
 * is not, and the kernel shares the clients out.
 */
#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CLIENTS = 100 };

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd,
                      struct sockaddr *address, int length, void *arg)
{
    (void)listener;
    (void)address;
    (void)length;
    ++*(int *)arg;
    close(fd);
}

int main(void)
{
    static const unsigned flags[] = {LEV_OPT_REUSEABLE, LEV_OPT_REUSEABLE_PORT};
    struct event_base *base = event_base_new();

    for (int port = 0; base && port < 2; port++) {
        struct sockaddr_in address = {.sin_family = AF_INET};
        struct sockaddr *any = (struct sockaddr *)&address;
        socklen_t length = sizeof address;
        struct evconnlistener *servers[2] = {NULL};
        int clients[2] = {0};

        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        printf("%s:\n", port ? "LEV_OPT_REUSEABLE_PORT" : "LEV_OPT_REUSEABLE");
        for (int i = 0; i < 2; i++) {
            servers[i] =
                evconnlistener_new_bind(base, on_accept, &clients[i],
                                        flags[port] | LEV_OPT_CLOSE_ON_FREE,
                                        CLIENTS, any, sizeof address);
            printf("  server %d: %s\n", i + 1,
                   servers[i] ? "listens" : strerror(errno));
            if (i == 0 &&
                (!servers[0] || getsockname(evconnlistener_get_fd(servers[0]),
                                            any, &length) < 0))
                return 1;
        }
        for (int i = 0; servers[1] && i < CLIENTS; i++) {
            int client = socket(AF_INET, SOCK_STREAM, 0);

            if (client < 0 || connect(client, any, length) < 0)
                return 1;
            event_base_loop(base, EVLOOP_NONBLOCK);
            close(client);
        }
        if (servers[1]) {
            printf("  of %d clients: %d and %d\n", CLIENTS, clients[0],
                   clients[1]);
            evconnlistener_free(servers[1]);
        }
        evconnlistener_free(servers[0]);
    }
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
