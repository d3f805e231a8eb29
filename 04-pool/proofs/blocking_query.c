/* blocking_query — the same query twice: the loop stands still, the loop goes
 * on.
 *
 * Build: cc -o blocking_query blocking_query.c $(pkg-config --cflags --libs libevent libmariadb)
 * Run:   ../../scripts/with-mariadb ./blocking_query
 *
 * A timer ticks every 10 ms. The server takes 300 ms for the query.
 */
#include <event2/event.h>
#include <mysql.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char query[] = "SELECT SLEEP(0.3)";

struct scene {
    MYSQL *mysql;
    struct event *wait; /* one-shot, on the library's socket */
    int ticks, waits, error;
};

static void on_tick(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    ((struct scene *)arg)->ticks++;
}

/* All at once: waits for the server in recv, and so does everybody. */
static void on_blocking(evutil_socket_t fd, short events, void *arg)
{
    struct scene *scene = arg;

    (void)fd;
    (void)events;
    scene->error = mysql_real_query(scene->mysql, query, strlen(query));
    mysql_free_result(mysql_store_result(scene->mysql));
    printf("mysql_real_query:               the timer ticked %d times\n",
           scene->ticks);
    event_base_loopbreak(event_get_base(scene->wait));
}

static void on_ready(evutil_socket_t fd, short events, void *arg);

/* The library says what it waits for; the loop waits for that. */
static void wait_for(struct scene *scene, int status)
{
    struct event_base *base = event_get_base(scene->wait);
    short events = 0;

    if (status == 0) {
        printf("mysql_real_query_start, _cont:  the timer ticked %d times\n",
               scene->ticks);
        event_base_loopbreak(base);
        return;
    }
    if (status & MYSQL_WAIT_READ)
        events |= EV_READ;
    if (status & MYSQL_WAIT_WRITE)
        events |= EV_WRITE;
    scene->waits++;
    event_assign(scene->wait, base, mysql_get_socket(scene->mysql), events,
                 on_ready, scene);
    event_add(scene->wait, NULL);
}

static void on_ready(evutil_socket_t fd, short events, void *arg)
{
    struct scene *scene = arg;
    int happened = (events & EV_READ ? MYSQL_WAIT_READ : 0) |
                   (events & EV_WRITE ? MYSQL_WAIT_WRITE : 0);

    (void)fd;
    wait_for(scene,
             mysql_real_query_cont(&scene->error, scene->mysql, happened));
}

int main(void)
{
    const struct timeval ten_ms = {0, 10000};
    const char *port = getenv("MYSQL_TCP_PORT");
    struct event_base *base = event_base_new();
    struct scene scene = {.mysql = mysql_init(NULL)};
    struct event *tick;

    if (!base || !scene.mysql)
        return 1;
    mysql_options(scene.mysql, MYSQL_OPT_NONBLOCK, NULL);
    if (!mysql_real_connect(scene.mysql, getenv("MYSQL_HOST"),
                            getenv("MYSQL_USER"), getenv("MYSQL_PWD"), NULL,
                            port ? (unsigned)strtoul(port, NULL, 10) : 3306,
                            NULL, 0)) {
        fprintf(stderr, "blocking_query: %s\n", mysql_error(scene.mysql));
        return 1;
    }
    tick = event_new(base, -1, EV_PERSIST, on_tick, &scene);
    scene.wait = event_new(base, -1, 0, on_blocking, &scene);
    if (!tick || !scene.wait || event_add(tick, &ten_ms) < 0)
        return 1;

    event_active(scene.wait, 0, 0);
    event_base_dispatch(base);

    scene.ticks = 0;
    /* The library makes it blocking, and reads without waiting all the same. */
    evutil_make_socket_nonblocking(mysql_get_socket(scene.mysql));
    wait_for(&scene, mysql_real_query_start(&scene.error, scene.mysql, query,
                                            strlen(query)));
    event_base_dispatch(base);
    printf("and the library asked to wait %d times\n", scene.waits);
    mysql_free_result(mysql_store_result(scene.mysql));

    event_free(tick);
    event_free(scene.wait);
    event_base_free(base);
    mysql_close(scene.mysql);
    mysql_library_end();
    libevent_global_shutdown();
    return scene.error != 0;
}
