/* client — send, half-close, print what comes back.
 *
 * Twin:   client.py (asyncio.open_connection)
 * Build:  cc -Imodules -o client client.c modules/connector.c modules/options.c modules/resolver.c $(pkg-config --cflags --libs libevent) -pthread
 * Run:    ./client 127.0.0.1 8888 hello       or: ./client localhost 8888 <file
 * Prints: what the server sends until it closes, to the byte
 *
 * Nothing here blocks the loop but a slow stdout: a thread resolves the name
 * (resolver.h), its addresses race for the connection (connector.h), stdin is
 * read when there is some and while the server keeps up.
 */
#include "connector.h"
#include "options.h"

#include <err.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    OUTPUT_HIGH = 256 * 1024, /* bytes not sent yet: read no stdin above, */
    OUTPUT_LOW = 64 * 1024,   /* read again below */
};

/* Owns all below; lives in main. */
struct client {
    const char *host, *message; /* from argv; message NULL: stdin */
    long port;
    struct timeval timeout; /* for resolving and connecting */
    struct event_base *base;
    struct connector *connector; /* until connected */
    struct bufferevent *bev;     /* once connected */
    struct event *input;         /* stdin is readable; NULL with a message */
    bool input_over;             /* all that is to be sent is known */
    int error;                   /* errno of a lost write */
    int status;
};

/* Ends the loop; main cleans up. */
static void finish(struct client *client, int status)
{
    client->status = status;
    event_base_loopbreak(client->base);
}

/* Says what failed and why, and ends with 1. */
static void fail(struct client *client, const char *what, const char *why)
{
    warnx("cannot %s %s port %ld: %s", what, client->host, client->port, why);
    finish(client, 1);
}

/* Half-closes when all is said and sent: the server sees EOF, we read on. */
static void maybe_half_close(struct client *client)
{
    if (!client->input_over)
        return;
    bufferevent_setwatermark(client->bev, EV_WRITE, 0, 0);
    if (evbuffer_get_length(bufferevent_get_output(client->bev)) == 0)
        (void)shutdown(bufferevent_getfd(client->bev), SHUT_WR);
}

/* stdin is readable: one read, which cannot block then. O_NONBLOCK is not for
 * us to set: it would stick to the terminal we share with the shell. */
static void on_input(evutil_socket_t fd, short events, void *arg)
{
    struct client *client = arg;
    struct evbuffer *output = bufferevent_get_output(client->bev);
    char data[16384];
    ssize_t n = read(fd, data, sizeof data);

    (void)events;
    if (n < 0 && errno != EINTR && errno != EAGAIN) {
        warn("cannot read stdin");
        finish(client, 1);
    } else if (n == 0) {
        client->input_over = true;
        event_del(client->input);
        maybe_half_close(client);
    } else if (n > 0 && (bufferevent_write(client->bev, data, (size_t)n) < 0 ||
                         bufferevent_enable(client->bev, EV_WRITE) < 0)) {
        /* The first does not tell if its event could not be added; the second,
         * which adds it once more, does. */
        fail(client, "write to", "out of memory");
    } else if (evbuffer_get_length(output) > OUTPUT_HIGH) {
        event_del(client->input); /* back-pressure: the server is slower */
    }
}

/* The output is down to OUTPUT_LOW, or (all said) to nothing. */
static void on_written(struct bufferevent *bev, void *arg)
{
    struct client *client = arg;

    (void)bev;
    if (!client->input_over && event_add(client->input, NULL) < 0)
        fail(client, "read stdin for", "out of memory");
    maybe_half_close(client);
}

/* Prints what came. A slow stdout blocks us here; meanwhile our window fills
 * and the server has to wait, which is back-pressure, too. */
static void on_readable(struct bufferevent *bev, void *arg)
{
    struct client *client = arg;
    char data[16384];
    size_t n;

    while ((n = bufferevent_read(bev, data, sizeof data)) > 0) {
        if (fwrite(data, 1, n, stdout) != n || fflush(stdout) != 0) {
            warn("cannot write stdout");
            finish(client, 1);
            return;
        }
    }
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    struct client *client = arg;
    int error = EVUTIL_SOCKET_ERROR();

    (void)bev;
    if ((what & BEV_EVENT_ERROR) && (what & BEV_EVENT_WRITING)) {
        /* The server takes no more, but its answer may be on its way. */
        client->error = error;
        client->input_over = true;
        if (client->input)
            event_del(client->input);
    } else if (what & BEV_EVENT_ERROR) {
        fail(client, "read from", evutil_socket_error_to_string(error));
    } else if (client->error) {
        fail(client, "send all to",
             evutil_socket_error_to_string(client->error));
    } else {
        finish(client, 0); /* EOF */
    }
}

/* Sends the message, or begins to read stdin. Returns false without memory. */
static bool start_sending(struct client *client)
{
    bufferevent_setcb(client->bev, on_readable, on_written, on_event, client);
    bufferevent_setwatermark(client->bev, EV_WRITE, OUTPUT_LOW, 0);
    if (client->message) {
        client->input_over = true;
        if (bufferevent_write(client->bev, client->message,
                              strlen(client->message)) < 0)
            return false;
        maybe_half_close(client); /* at once, if the message is empty */
    } else {
        client->input = event_new(client->base, STDIN_FILENO,
                                  EV_READ | EV_PERSIST, on_input, client);
        if (!client->input || event_add(client->input, NULL) < 0)
            return false;
    }
    return bufferevent_enable(client->bev, EV_READ | EV_WRITE) == 0;
}

/* The connection stands, or cannot be had. */
static void on_connected(evutil_socket_t fd,
                         const struct connector_failure *failure, void *arg)
{
    struct client *client = arg;

    client->connector = NULL;
    if (failure) {
        fail(client, failure->action, failure->reason);
        return;
    }
    client->bev =
        bufferevent_socket_new(client->base, fd, BEV_OPT_CLOSE_ON_FREE);
    if (!client->bev)
        close(fd);
    if (!client->bev || !start_sending(client))
        fail(client, "talk to", "out of memory");
}

static void client_free(struct client *client)
{
    connector_cancel(client->connector);
    if (client->bev)
        bufferevent_free(client->bev);
    if (client->input)
        event_free(client->input);
    if (client->base) {
        event_base_loop(client->base, EVLOOP_NONBLOCK); /* closes, frees */
        event_base_free(client->base);
    }
    libevent_global_shutdown();
}

/* A base whose poll also takes files: epoll refuses `client … <file`. */
static struct event_base *base_for_files(void)
{
    struct event_config *config = event_config_new();
    struct event_base *base = NULL;

    if (config && event_config_require_features(config, EV_FEATURE_FDS) == 0)
        base = event_base_new_with_config(config);
    if (config)
        event_config_free(config);
    return base;
}

static const char usage[] =
    "usage: client [-t SECONDS] [-h] HOST PORT [MESSAGE]\n";
static const char help[] =
    "Sends MESSAGE (or stdin), half-closes, prints what comes back.\n"
    "Options come first: what follows HOST PORT is the message.\n"
    "  -t SECONDS  for resolving and connecting together (10)\n"
    "  -h, --help  print this\n";

/* Reads the command line. Returns OPTIONS_RUN, or main's exit status. */
static int read_arguments(struct client *client, int argc, char **argv)
{
    static const struct option long_options[] = {{"help", 0, NULL, 'h'}, {0}};
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "+t:h", long_options, NULL)) !=
           -1) {
        if (option == 'h')
            return printf("%s%s", usage, help) < 0 || fflush(stdout);
        if (option != 't') {
            fprintf(stderr, "client: wrong option or no value: %s: %s",
                    options_refused(option, argv), usage);
            return 2;
        }
        if (!options_seconds("-t", optarg, &client->timeout))
            return 2;
    }
    if (argc - optind < 2 || argc - optind > 3) {
        fprintf(stderr, "client: %d arguments, 2 or 3 are needed: %s",
                argc - optind, usage);
        return 2;
    }
    client->host = argv[optind];
    client->message = argv[optind + 2]; /* or the NULL that ends argv */
    return options_number("port", argv[optind + 1], 1, 65535, &client->port)
               ? OPTIONS_RUN
               : 2;
}

int main(int argc, char **argv)
{
    struct client client = {.status = 1, .timeout = {10, 0}};
    int status = read_arguments(&client, argc, argv);

    if (status != OPTIONS_RUN)
        return status;
    /* A closed stdin is an empty one, and its number is not for our socket. */
    if (!client.message && fcntl(STDIN_FILENO, F_GETFD) < 0 &&
        !freopen("/dev/null", "r", stdin)) {
        warn("stdin is closed");
        return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    client.base = base_for_files();
    if (client.base)
        client.connector =
            connector_start(client.base, client.host, (uint16_t)client.port,
                            &client.timeout, on_connected, &client);
    if (!client.connector)
        warnx("cannot set up: out of memory, descriptors or threads");
    else if (event_base_dispatch(client.base) != 0)
        warnx("the event loop failed");
    client_free(&client);
    return client.status;
}
