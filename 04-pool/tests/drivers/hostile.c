/* hostile — many bad servers at once, and a time limit that ends each of them.
 *
 * Build: cc -I../../modules -o hostile hostile.c ../../modules/coroutine.c ../../modules/mariadb_async.c ../../modules/mariadb_socket.c ../../modules/mariadb_step.c $(pkg-config --cflags --libs libevent libmariadb)
 * Run:   ./hostile LIMIT_MS MODE:PORT:CONNECT:QUERY…   (from hostile_peer.py)
 *
 * Connects to all of them, sends each a query, and prints how each operation
 * ended. A second timer on the same loop is due 100 ms after each limit: if it
 * comes first, the operation has outlived its limit. A heartbeat counts whether
 * the loop goes round meanwhile.
 */
#include "mariadb_async.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One server and what it does to us. */
struct trial {
    const char *mode;
    struct mariadb_where where;
    struct event *rival; /* owned: 100 ms after the limit */
    struct mariadb *mariadb;
    bool outlived;
    char said[256];
};

static char *long_query; /* more than the socket buffers hold */
static int running, ticks;
static struct event *heartbeat;

/* An operation begins: the rival, too. */
static void begin(struct trial *trial, const struct timeval *limit)
{
    const struct timeval tenth = {0, 100000};
    struct timeval later;

    evutil_timeradd(limit, &tenth, &later);
    event_add(trial->rival, &later);
}

static void on_rival(evutil_socket_t fd, short events, void *arg)
{
    struct trial *trial = arg;

    (void)fd;
    (void)events;
    trial->outlived = true;
}

static void on_closed(void *arg)
{
    struct trial *trial = arg;

    event_del(trial->rival);
    if (--running == 0)
        event_del(heartbeat);
}

static void note(struct trial *trial, const char *what)
{
    size_t used = strlen(trial->said);

    snprintf(trial->said + used, sizeof trial->said - used, "%s%s",
             used ? ", " : "", what);
}

static void note_result(struct trial *trial, const char *operation, int error)
{
    char words[64];

    snprintf(words, sizeof words, "%s %d%s", operation, error,
             strcmp(mariadb_error(trial->mariadb), "no answer in time")
                 ? ""
                 : ", its time was up");
    note(trial, words);
}

static void end(struct trial *trial)
{
    begin(trial,
          &trial->where.query_timeout); /* the goodbye has a limit, too */
    mariadb_close(trial->mariadb, on_closed, trial);
}

static void on_answer(struct mariadb *mariadb, int error, void *arg)
{
    struct trial *trial = arg;

    note_result(trial, "query", error);
    if (!error && !mariadb_reusable(mariadb))
        note(trial, "not reusable");
    end(trial);
}

/* Lets the peer send before it is asked, and waits until that is here. */
static void knock(struct trial *trial)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)trial->where.port)};
    struct pollfd answer = {
        .fd = mysql_get_socket(mariadb_handle(trial->mariadb)),
        .events = POLLIN};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
        poll(&answer, 1, 10000) != 1)
        puts("nothing came");
    close(fd);
}

static void on_open(struct mariadb *mariadb, int error, void *arg)
{
    struct trial *trial = arg;
    const char *text =
        strcmp(trial->mode, "reads_no_query") ? "SELECT 1" : long_query;

    note_result(trial, "connect", error);
    if (error) {
        end(trial);
        return;
    }
    if (!strcmp(trial->mode, "head_comes_early"))
        knock(trial);
    if (mariadb_query(mariadb, text, on_answer, trial) < 0)
        puts("no memory");
    begin(trial, &trial->where.query_timeout);
}

static void on_heartbeat(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    (void)arg;
    ticks++;
}

static struct timeval milliseconds(long ms)
{
    return (struct timeval){ms / 1000, ms % 1000 * 1000};
}

/* argument: MODE:PORT:CONNECT:QUERY, the last two in times of ms. */
static void start(struct event_base *base, struct trial *trial, char *argument,
                  long ms)
{
    char *port = strchr(argument, ':') + 1, *connect, *query;

    port[-1] = '\0';
    trial->mode = argument;
    trial->where = (struct mariadb_where){
        .host = "127.0.0.1",
        .port = (unsigned)strtoul(port, &connect, 10),
        .user = "workbook",
        .password = "workbook",
        .tls = !strncmp(argument, "tls", 3),
        .connect_timeout = milliseconds(strtol(connect + 1, &query, 10) * ms),
        .query_timeout = milliseconds(strtol(query + 1, NULL, 10) * ms)};
    trial->rival = evtimer_new(base, on_rival, trial);
    trial->mariadb = mariadb_open(base, &trial->where, on_open, trial);
    begin(trial, &trial->where.connect_timeout);
    running++;
}

int main(int argc, char **argv)
{
    const struct timeval tick = {0, 10000};
    struct event_base *base = event_base_new();
    struct trial *trials = calloc((size_t)argc, sizeof *trials);
    long ms = argc > 1 ? strtol(argv[1], NULL, 10) : 0;

    signal(SIGPIPE, SIG_IGN);
    long_query = calloc(1, 16000001);
    if (!base || !trials || !long_query)
        return 1;
    memset(long_query, ' ', 16000000);
    heartbeat = event_new(base, -1, EV_PERSIST, on_heartbeat, NULL);
    event_add(heartbeat, &tick);
    for (int i = 2; i < argc; i++)
        start(base, &trials[i], argv[i], ms);
    event_base_dispatch(base);
    for (int i = 2; i < argc; i++) {
        printf("%s: %s%s\n", trials[i].mode, trials[i].said,
               trials[i].outlived ? ", outlived its limit" : "");
        event_free(trials[i].rival);
    }
    /* One in ten is enough: the machine may be busy with other things. */
    printf("the loop went round: %s\n", ticks >= ms / 100 ? "yes" : "no");
    fprintf(stderr, "%d ticks\n", ticks);
    event_free(heartbeat);
    event_base_free(base);
    free(long_query);
    free(trials);
    mysql_library_end();
    libevent_global_shutdown();
    return 0;
}
