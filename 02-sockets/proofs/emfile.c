/* emfile — a client waits, and there is no descriptor left for it.
 *
 * Build: cc -o emfile emfile.c $(pkg-config --cflags --libs libevent)
 *
 * The error callback only counts, 1000 times. Then it switches the listener
 * off; a timer switches it on again, when there is a descriptor to spare.
 */
#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct scene {
    struct event_base *base;
    struct evconnlistener *listener;
    int spare, errors; /* spare: a descriptor to give up */
};

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd,
                      struct sockaddr *address, int length, void *arg)
{
    struct scene *scene = arg;

    (void)listener;
    (void)address;
    (void)length;
    printf("paused for 50 ms: %d errors more, then accepted\n",
           scene->errors - 1000);
    close(fd);
    event_base_loopbreak(scene->base);
}

static void on_pause_over(evutil_socket_t fd, short events, void *arg)
{
    struct scene *scene = arg;

    (void)fd;
    (void)events;
    close(scene->spare);
    evconnlistener_enable(scene->listener);
}

static void on_error(struct evconnlistener *listener, void *arg)
{
    const struct timeval pause = {0, 50000};
    struct scene *scene = arg;

    if (++scene->errors != 1000)
        return;
    printf("1000 errors for one client: %s\n", strerror(errno));
    evconnlistener_disable(listener);
    event_base_once(scene->base, -1, EV_TIMEOUT, on_pause_over, scene, &pause);
}

int main(void)
{
    struct scene scene = {.base = event_base_new()};
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct sockaddr *any = (struct sockaddr *)&address;
    socklen_t length = sizeof address;
    int client = socket(AF_INET, SOCK_STREAM, 0);
    struct rlimit limit;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (!scene.base || client < 0 || getrlimit(RLIMIT_NOFILE, &limit) < 0 ||
        !(scene.listener = evconnlistener_new_bind(
              scene.base, on_accept, &scene, LEV_OPT_CLOSE_ON_FREE, 1, any,
              sizeof address)) ||
        getsockname(evconnlistener_get_fd(scene.listener), any, &length) < 0 ||
        connect(client, any, length) < 0 || (scene.spare = dup(client)) < 0)
        return 1;
    evconnlistener_set_error_cb(scene.listener, on_error);
    limit.rlim_cur = (rlim_t)scene.spare + 1; /* all are taken */
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        return 1;
    event_base_dispatch(scene.base);
    close(client);
    evconnlistener_free(scene.listener);
    event_base_free(scene.base);
    libevent_global_shutdown();
    return 0;
}
