/* leaks — serves clients, then counts what it still holds.
 *
 * asyncio: writer.close() and await writer.wait_closed()
 * Build:   cc -o leaks leaks.c $(pkg-config --cflags --libs libevent)
 * Run:     ./leaks            or: ./leaks broken
 * Prints:  served 10 clients, then what is still held: nothing
 *          (broken: 10 descriptors, 10 allocations, 10 unfinished tasks)
 *
 * The program measures itself: descriptors in /proc/self/fd, allocations in a
 * counter around malloc and free, which libevent uses, too, and tasks by asking
 * the base how many events are pending. The broken scene loses three things a
 * client, as people do: a bufferevent that was not told to close its descriptor,
 * the struct that went with it, and the task that was to watch over it.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/listener.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { CLIENTS = 10 };

/* The one global that C forces: allocators get no argument of ours. */
static long live_allocations;

static void *counted_malloc(size_t size)
{
    void *memory = malloc(size);

    if (memory)
        live_allocations++;
    return memory;
}

static void *counted_realloc(void *old, size_t size)
{
    void *memory = realloc(old, size);

    if (memory && !old)
        live_allocations++;
    return memory;
}

static void counted_free(void *memory)
{
    if (memory)
        live_allocations--;
    free(memory);
}

/* How many descriptors this process has open, or -1. */
static int count_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    int count = 0;

    if (!directory)
        return -1;
    while (readdir(directory))
        count++;
    closedir(directory);
    return count - 3; /* . and .. and the directory itself */
}

/* Lives in main. */
struct app {
    struct event_base *base;
    struct evconnlistener *listener;
    struct bufferevent *client; /* one at a time … */
    struct session *session;    /* … and the server's end of it */
    bool broken;
    int served;
    int unfinished;      /* tasks, when the loop had ended */
    const char *failure; /* why the loop ended early, or NULL */
};

/* One client as the server sees it. */
struct session {
    struct app *app;
    struct bufferevent *bev; /* owned */
    struct event silence;    /* a task: gives up a client that is silent; to be
                                deleted before the session is freed */
};

static void give_up(struct app *app, const char *why)
{
    app->failure = why;
    event_base_loopbreak(app->base);
}

/* The client has its echo: it closes. */
static void on_client_readable(struct bufferevent *bev, void *arg)
{
    struct app *app = arg;

    if (evbuffer_get_length(bufferevent_get_input(bev)) < strlen("hello"))
        return;
    bufferevent_free(bev);
    app->client = NULL;
}

static void on_client_event(struct bufferevent *bev, short what, void *arg)
{
    (void)bev;
    if (what & (BEV_EVENT_ERROR | BEV_EVENT_EOF))
        give_up(arg, "a client lost its connection");
}

/* Connects to our own server and says hello. */
static void client_start(struct app *app)
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;

    app->client = bufferevent_socket_new(app->base, -1, BEV_OPT_CLOSE_ON_FREE);
    if (!app->client || getsockname(evconnlistener_get_fd(app->listener),
                                    (struct sockaddr *)&address, &length) < 0) {
        give_up(app, "cannot make a client");
        return;
    }
    bufferevent_setcb(app->client, on_client_readable, NULL, on_client_event,
                      app);
    if (bufferevent_enable(app->client, EV_READ | EV_WRITE) < 0 ||
        bufferevent_write(app->client, "hello", strlen("hello")) < 0 ||
        bufferevent_socket_connect(app->client, (struct sockaddr *)&address,
                                   (int)length) < 0 ||
        /* the socket that libevent has just made is not, in 2.1 */
        evutil_make_socket_closeonexec(bufferevent_getfd(app->client)) < 0)
        give_up(app, "a client cannot connect");
}

static void on_session_readable(struct bufferevent *bev, void *arg)
{
    struct session *session = arg;

    if (bufferevent_write_buffer(bev, bufferevent_get_input(bev)) < 0)
        give_up(session->app, "out of memory");
}

/* The client has gone, and all that was made for it should go, too. The next
 * client comes; after the last one the loop ends. */
static void on_session_event(struct bufferevent *bev, short what, void *arg)
{
    struct session *session = arg;
    struct app *app = session->app;

    (void)what;
    app->session = NULL;
    bufferevent_free(bev); /* broken: it does not own its descriptor … */
    if (!app->broken) {    /* … and these two lines are missing */
        event_del(&session->silence);
        counted_free(session);
    }
    if (app->client)
        give_up(app, "the server's end of a connection failed");
    else if (++app->served < CLIENTS && !app->failure)
        client_start(app);
    else
        event_base_loopbreak(app->base);
}

static void on_silence(evutil_socket_t fd, short events, void *arg)
{
    struct session *session = arg;

    (void)fd;
    (void)events;
    give_up(session->app, "a client was silent for a minute");
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd,
                      struct sockaddr *address, int length, void *arg)
{
    const struct timeval a_minute = {60, 0};
    struct app *app = arg;
    struct session *session = counted_malloc(sizeof *session);

    (void)listener;
    (void)address;
    (void)length;
    if (session)
        session->bev = bufferevent_socket_new(
            app->base, fd, app->broken ? 0 : BEV_OPT_CLOSE_ON_FREE);
    if (!session || !session->bev) {
        counted_free(session);
        evutil_closesocket(fd);
        give_up(app, "out of memory");
        return;
    }
    session->app = app;
    app->session = session;
    bufferevent_setcb(session->bev, on_session_readable, NULL, on_session_event,
                      session);
    if (evtimer_assign(&session->silence, app->base, on_silence, session) < 0 ||
        event_add(&session->silence, &a_minute) < 0 ||
        bufferevent_enable(session->bev, EV_READ | EV_WRITE) < 0)
        give_up(app, "out of memory");
}

/* Out of descriptors, the listening socket stays readable: the loop would spin.
 * With a session none is waiting, and it was only the look for one that failed. */
static void on_accept_error(struct evconnlistener *listener, void *arg)
{
    struct app *app = arg;

    (void)listener;
    if (!app->session)
        give_up(app, "cannot accept a client");
}

/* Serves the clients and frees everything in the order libevent wants:
 * bufferevents, listener, one pass in which descriptors are closed, the base,
 * libevent's own globals. Returns NULL, or why it failed. */
static const char *serve(struct app *app)
{
    struct sockaddr_in any = {.sin_family = AF_INET,
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    app->base = event_base_new();
    if (!app->base)
        return "cannot make an event base";
    app->listener = evconnlistener_new_bind(
        app->base, on_accept, app,
        LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_DISABLED, -1,
        (struct sockaddr *)&any, sizeof any);
    if (app->listener)
        evconnlistener_set_error_cb(app->listener, on_accept_error);
    /* Enabled here, as evconnlistener_new_bind hides that it could not. */
    if (app->listener && evconnlistener_enable(app->listener) == 0) {
        client_start(app);
        if (!app->failure && event_base_dispatch(app->base) < 0)
            app->failure = "the event loop failed";
    } else {
        app->failure = "cannot listen on 127.0.0.1";
    }
    if (app->listener)
        evconnlistener_free(app->listener);
    if (app->client)
        bufferevent_free(app->client);
    if (app->session) { /* only after a failure */
        bufferevent_free(app->session->bev);
        event_del(&app->session->silence);
        counted_free(app->session);
    }
    event_base_loop(app->base, EVLOOP_NONBLOCK);
    app->unfinished =
        event_base_get_num_events(app->base, EVENT_BASE_COUNT_ADDED);
    event_base_free(app->base);
    libevent_global_shutdown();
    return app->failure;
}

int main(int argc, char **argv)
{
    struct app app = {0};
    const char *failure;
    int descriptors;

    if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
        puts("usage: leaks [-h] [fixed|broken]\n"
             "Serves ten clients and counts what it still holds.");
        return fflush(stdout) != 0 || ferror(stdout);
    }
    app.broken = argc == 2 && !strcmp(argv[1], "broken");
    if (argc > 2 ||
        (argc == 2 && !app.broken && strcmp(argv[1], "fixed") != 0)) {
        fprintf(stderr, "leaks: unexpected '%s': usage: leaks [fixed|broken]\n",
                argv[argc - 1]);
        return 2;
    }

    signal(SIGPIPE, SIG_IGN);
    event_set_mem_functions(counted_malloc, counted_realloc, counted_free);
    descriptors = count_descriptors();
    failure = serve(&app);
    if (failure || descriptors < 0) {
        fprintf(stderr, "leaks: %s\n",
                failure ? failure : "cannot read /proc/self/fd");
        return 1;
    }
    printf("served %d clients\n"
           "still held: %d descriptors, %ld allocations, %d unfinished tasks\n",
           app.served, count_descriptors() - descriptors, live_allocations,
           app.unfinished);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("leaks: cannot write the result");
        return 1;
    }
    return 0;
}
