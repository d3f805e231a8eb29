/* paused_eof — what a bufferevent that does not read learns of its peer.
 *
 * Build: cc -o paused_eof paused_eof.c $(pkg-config --cflags --libs libevent)
 *
 * Peers leave: first while we owe them nothing, so that we wait for nothing,
 * then while what we owe waits. The last peer is there and takes nothing: only
 * a write timeout ends that. One that leaves bytes unread resets the connection.
 */
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    (void)bev;
    printf("%s%s%s%s\n", what & BEV_EVENT_READING ? " read:" : " write:",
           what & BEV_EVENT_EOF ? " EOF" : "",
           what & BEV_EVENT_ERROR ? " error" : "",
           what & BEV_EVENT_TIMEOUT ? " timeout" : "");
    event_base_loopbreak(arg);
}

/* Lets the loop run until there is an event, for 100 ms at most. */
static void run(struct event_base *base, const char *when)
{
    const struct timeval limit = {0, 100000};

    printf("  %s:", when);
    event_base_loopexit(base, &limit);
    event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY);
    if (!event_base_got_break(base))
        puts(" nothing");
}

/* A bufferevent with reading off, and its peer. */
struct scene {
    struct event_base *base;
    struct bufferevent *bev;
    int ends[2];
};

/* Returns 0, or -1. */
static int begin(struct scene *scene, size_t owed)
{
    static const char message[1024 * 1024];

    printf("reading off, %zu bytes owed\n", owed);
    scene->base = event_base_new();
    if (!scene->base || socketpair(AF_UNIX, SOCK_STREAM, 0, scene->ends) < 0 ||
        evutil_make_socket_nonblocking(scene->ends[0]) < 0 ||
        !(scene->bev = bufferevent_socket_new(scene->base, scene->ends[0], 0)))
        return -1;
    bufferevent_setcb(scene->bev, NULL, NULL, on_event, scene->base);
    return bufferevent_write(scene->bev, message, owed);
}

static void end(struct scene *scene)
{
    bufferevent_free(scene->bev);
    event_base_free(scene->base);
    close(scene->ends[0]);
}

int main(void)
{
    const struct timeval timeout = {0, 20000};
    struct scene scene;

    signal(SIGPIPE, SIG_IGN);
    if (begin(&scene, 0) < 0)
        return 1;
    close(scene.ends[1]);
    run(scene.base, "the peer closes");
    bufferevent_enable(scene.bev, EV_READ);
    run(scene.base, "reading on");
    end(&scene);

    if (begin(&scene, 0) < 0 || write(scene.ends[0], "unread", 6) != 6)
        return 1;
    close(scene.ends[1]);
    run(scene.base, "the peer resets");
    bufferevent_enable(scene.bev, EV_READ);
    run(scene.base, "reading on");
    end(&scene);

    if (begin(&scene, 1024 * 1024) < 0)
        return 1;
    shutdown(scene.ends[1], SHUT_WR);
    run(scene.base, "the peer half-closes");
    close(scene.ends[1]);
    run(scene.base, "it closes, with bytes unread");
    end(&scene);

    if (begin(&scene, 1024 * 1024) < 0)
        return 1;
    bufferevent_set_timeouts(scene.bev, NULL, &timeout);
    run(scene.base, "the peer takes nothing, a write timeout");
    close(scene.ends[1]);
    end(&scene);
    libevent_global_shutdown();
    return 0;
}
