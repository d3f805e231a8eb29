/* at_once — a borrower whose answers are always there already, and beside it a
 * timer that is due in every pass of the loop: does the timer get its turn?
 *
 * Build: cc -I../../modules -o at_once at_once.c ../../modules/coroutine.c ../../modules/mariadb_async.c ../../modules/mariadb_socket.c ../../modules/mariadb_step.c $(pkg-config --cflags --libs libevent libmariadb)
 * Run:   ../../../scripts/with-mariadb ./at_once
 *
 * Prints how many queries at most were answered between two beats of the timer.
 * The first function takes the place of libc's: it waits for the server, so that
 * the library finds each answer and never has to wait by an event.
 */
#include "mariadb_async.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { QUERIES = 1000 };

struct app {
    struct event_base *base;
    struct event *beat;
    int left, since_beat, longest;
};

ssize_t recv(int fd, void *buffer, size_t length, int flags)
{
    struct pollfd answer = {.fd = fd, .events = POLLIN};

    (void)poll(&answer, 1, 1000);
    return syscall(SYS_recvfrom, fd, buffer, length, flags, NULL, NULL);
}

static void on_beat(evutil_socket_t fd, short events, void *arg)
{
    const struct timeval next_pass = {0, 0};
    struct app *app = arg;

    (void)fd;
    (void)events;
    app->since_beat = 0;
    if (app->left > 0)
        event_add(app->beat, &next_pass);
}

static void on_answer(struct mariadb *mariadb, int error, void *arg)
{
    struct app *app = arg;

    if (++app->since_beat > app->longest)
        app->longest = app->since_beat;
    if (error || --app->left == 0 ||
        mariadb_query(mariadb, "DO 0", on_answer, app) < 0) {
        printf("%d left, at most %d between two beats\n", app->left,
               app->longest);
        app->left = 0;
        mariadb_close(mariadb, NULL, NULL);
    }
}

int main(void)
{
    struct app app = {.base = event_base_new(), .left = QUERIES};
    const char *port = getenv("MYSQL_TCP_PORT");
    const struct mariadb_where where = {
        .host = "127.0.0.1",
        .port = port ? (unsigned)strtoul(port, NULL, 10) : 3306,
        .user = getenv("MYSQL_USER"),
        .password = getenv("MYSQL_PWD"),
        .connect_timeout = {10, 0},
        .query_timeout = {10, 0}};

    if (!app.base || !(app.beat = evtimer_new(app.base, on_beat, &app)) ||
        !mariadb_open(app.base, &where, on_answer, &app))
        return 1;
    on_beat(-1, 0, &app);
    event_base_dispatch(app.base);
    event_free(app.beat);
    event_base_free(app.base);
    mysql_library_end();
    libevent_global_shutdown();
    return 0;
}
