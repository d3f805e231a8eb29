#include "mariadb_step.h"

#include <string.h>

/* The library's stack for TLS; without TLS its default of 60 KiB will do. */
#define TLS_STACK (256 * 1024)

/* Calls the step's _start, or its _cont with what has happened, if anything. */
static int library_run(struct mariadb_step *step, int happened)
{
    const struct mariadb_where *w = step->where;
    MYSQL *mysql = &step->mysql, *connected;
    const char *text;
    int failed, status = 0;

    switch (step->kind) {
    case MARIADB_CONNECT:
        status = happened
                     ? mysql_real_connect_cont(&connected, mysql, happened)
                     : mysql_real_connect_start(
                           &connected, mysql, w->unix_socket ? NULL : w->host,
                           w->user, w->password, w->database, w->port,
                           w->unix_socket, 0);
        step->failed = status == 0 && !connected;
        break;
    case MARIADB_QUERY:
    case MARIADB_ASK:
        text = step->kind == MARIADB_ASK ? "DO 0" : step->text;
        status = happened ? mysql_real_query_cont(&failed, mysql, happened)
                          : mysql_real_query_start(&failed, mysql, text,
                                                   strlen(text));
        step->failed = status == 0 && failed;
        break;
    case MARIADB_STORE:
        status = happened
                     ? mysql_store_result_cont(&step->fetched, mysql, happened)
                     : mysql_store_result_start(&step->fetched, mysql);
        step->failed = false; /* mysql_errno knows */
        break;
    case MARIADB_USE:
        step->fetched = mysql_use_result(mysql);
        step->failed = false;
        break;
    case MARIADB_FETCH:
        status = happened
                     ? mysql_fetch_row_cont(&step->row, step->stream, happened)
                     : mysql_fetch_row_start(&step->row, step->stream);
        step->failed = false;
        break;
    case MARIADB_NEXT:
        status = happened ? mysql_next_result_cont(&failed, mysql, happened)
                          : mysql_next_result_start(&failed, mysql);
        step->failed = status == 0 && failed;
        break;
    case MARIADB_CLOSE:
        status = happened ? mysql_close_cont(mysql, happened)
                          : mysql_close_start(mysql);
        break;
    case MARIADB_IDLE:
        break;
    }
    return status;
}

/* CONNECT with TLS, as a coroutine: like library_run, but the wait may also be
 * one that a hook yields, from deep in the library. */
static void handshake_run(void *arg)
{
    struct mariadb_step *step = arg;
    int happened = 0;

    for (;;)
        happened = coroutine_yield(step->socket.handshake,
                                   library_run(step, happened));
}

/* The coroutine ends with the connect: later steps suspend themselves. */
static int handshake_resume(struct mariadb_step *step, int happened)
{
    struct mariadb_socket *socket = &step->socket;
    int status = coroutine_resume(socket->handshake, happened);

    if (status == 0) {
        coroutine_free(socket->handshake);
        socket->handshake = NULL;
    }
    return status;
}

int mariadb_step_run(struct mariadb_step *step, int happened)
{
    int status;

    mariadb_socket_enter(&step->socket);
    status = step->socket.handshake ? handshake_resume(step, happened)
                                    : library_run(step, happened);
    mariadb_socket_leave();
    return status;
}

/* Returns 0, or -1 if there is no memory. */
static int set_tls_options(struct mariadb_step *step)
{
    MYSQL *mysql = &step->mysql;
    const char *ca = step->where->tls_ca;
    my_bool on = 1;

    step->socket.handshake = coroutine_new(handshake_run, step);
    /* The second also refuses a server that claims to know no TLS. */
    if (!step->socket.handshake ||
        mysql_ssl_set(mysql, NULL, NULL, ca, NULL, NULL) != 0 ||
        mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &on) != 0)
        return -1;
    return 0;
}

/* Returns 0, or -1 if there is no memory. */
static int set_options(struct mariadb_step *step)
{
    MYSQL *mysql = &step->mysql;
    size_t stack = TLS_STACK;
    unsigned off = 0;

    /* LOCAL INFILE would read files on the loop, at the server's bidding. */
    if (mysql_options(mysql, MYSQL_OPT_NONBLOCK,
                      step->where->tls ? &stack : NULL) != 0 ||
        mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &off) != 0 ||
        mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4") != 0)
        return -1;
    return step->where->tls ? set_tls_options(step) : 0;
}

int mariadb_step_init(struct mariadb_step *step,
                      const struct mariadb_where *where)
{
    *step = (struct mariadb_step){.where = where,
                                  .socket = {.mysql = &step->mysql,
                                             .tls = where->tls,
                                             .tls_name = where->tls_name}};
    if (!mysql_init(&step->mysql))
        return -1;
    if (mariadb_socket_hook(&step->mysql) < 0 || set_options(step) < 0) {
        mysql_close(&step->mysql);
        coroutine_free(step->socket.handshake);
        return -1;
    }
    return 0;
}
