/* The right answer of the exercise that grade.bats grades: says how often it
 * was asked. With "serve FILE": listens, says what is there to each client until
 * SIGTERM.
 */
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static void on_accept(struct evconnlistener *l, evutil_socket_t fd,
                      struct sockaddr *peer, int length, void *arg)
{
    (void)l, (void)peer, (void)length;
    if (write(fd, arg, 6) != 6)
        (void)fputs("the peer has gone\n", stderr);
    (void)close(fd);
}

static void on_signal(evutil_socket_t number, short what, void *base)
{
    (void)number, (void)what;
    (void)event_base_loopbreak(base);
}

int main(int argc, char **argv)
{
    struct sockaddr_in here = {.sin_family = AF_INET};
    socklen_t size = sizeof here;
    struct event_base *base;
    struct evconnlistener *listener;
    struct event *stop;
    char greeting[6] = "";
    FILE *file;

    if (argc == 2) {
        (void)printf("hello %s\n", argv[1]);
        return 0;
    }
    file = fopen(argv[2], "r");
    if (!file || fread(greeting, sizeof greeting, 1, file) != 1)
        perror(argv[2]);
    if (file)
        (void)fclose(file);
    base = event_base_new();
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = evconnlistener_new_bind(
        base, on_accept, greeting, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE,
        16, (struct sockaddr *)&here, sizeof here);
    stop = evsignal_new(base, SIGTERM, on_signal, base);
    (void)event_add(stop, NULL);
    (void)getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&here,
                      &size);
    (void)fprintf(stderr, "listening on 127.0.0.1:%d\n", ntohs(here.sin_port));
    (void)event_base_dispatch(base);
    event_free(stop);
    evconnlistener_free(listener);
    event_base_free(base);
    return 0;
}
