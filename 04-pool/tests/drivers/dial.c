/* dial — begins to connect, and gives up after so many passes of the loop.
 *
 * Build: cc -I../../modules -I../../../02-sockets/modules -o dial dial.c ../../modules/coroutine.c ../../modules/mariadb_async.c ../../modules/mariadb_socket.c ../../modules/mariadb_step.c ../../modules/mariadb_dial.c ../../../02-sockets/modules/monotonic.c ../../../02-sockets/modules/resolver.c $(pkg-config --cflags --libs libevent libmariadb) -pthread
 * Run:   ../../scripts/with-mariadb ./dial
 *
 * First after none, then after one more each time, until one comes to its end.
 * The server is that of the environment: MYSQL_HOST, MYSQL_TCP_PORT and the others.
 */
#include "mariadb_dial.h"

#include <dirent.h>
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static struct scene {
    struct event_base *base;
    struct mariadb_route route;
    struct mariadb_dial *dial; /* NULL: it has come to its end */
    int cancelled, connected, failed;
} scene;

static int descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    int count = 0;

    while (directory && readdir(directory))
        count++;
    if (directory)
        closedir(directory);
    return count;
}

static void on_connected(struct mariadb *mariadb, const char *error, void *arg)
{
    (void)error;
    (void)arg;
    scene.dial = NULL;
    if (mariadb) {
        scene.connected++;
        mariadb_close(mariadb, NULL, NULL);
    } else {
        scene.failed++;
    }
}

static void on_cancelled(void *arg)
{
    (void)arg;
    scene.cancelled++;
}

/* Gives up after so many passes. Returns whether there was something left. */
static bool play(const struct mariadb_where *where, int passes)
{
    int cancelled = scene.cancelled;
    bool gave_up;

    scene.dial =
        mariadb_dial(scene.base, where, &scene.route, on_connected, NULL);
    if (!scene.dial)
        errx(1, "out of memory");
    while (passes-- > 0 && scene.dial)
        event_base_loop(scene.base, EVLOOP_ONCE);
    gave_up = scene.dial;
    if (gave_up)
        mariadb_dial_cancel(scene.dial, on_cancelled, NULL);
    event_base_dispatch(scene.base);
    if (gave_up && scene.cancelled != cancelled + 1)
        errx(1, "cancelled, and not told that it is gone");
    return gave_up;
}

int main(void)
{
    struct mariadb_where where = {.host = getenv("MYSQL_HOST"),
                                  .user = getenv("MYSQL_USER"),
                                  .password = getenv("MYSQL_PWD"),
                                  .connect_timeout = {10, 0},
                                  .query_timeout = {10, 0}};
    const char *port = getenv("MYSQL_TCP_PORT");
    int before, passes = 0;

    scene.base = event_base_new();
    if (!scene.base || !where.host || !port)
        errx(1, "no event base, or no server in the environment");
    where.port = (unsigned)strtoul(port, NULL, 10);
    signal(SIGPIPE, SIG_IGN);
    before = descriptors();
    while (play(&where, passes))
        passes++;
    printf("cancelled %d, connected %d, failed %d; open: %s\n", scene.cancelled,
           scene.connected, scene.failed,
           descriptors() == before ? "as before" : "more than before");
    event_base_free(scene.base);
    mysql_library_end();
    libevent_global_shutdown();
    return 0;
}
