#include "mariadb_async.h"

#include <errmsg.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* What the library is doing; a query is three of them in a row. */
enum step { IDLE, CONNECT, QUERY, STORE, NEXT, CLOSE };

struct mariadb {
    MYSQL mysql;
    const struct mariadb_where *where; /* the caller's */
    struct event *wait; /* owned: what the library waits for, one-shot */
    enum step step;
    bool suspended; /* the step waits; else it is over, or there is none */
    int outcome;    /* what the step returned: 0, or an error */
    char *text;     /* owned: the library reads it while the query runs */
    MYSQL_RES *result, *fetched; /* owned: the first one; the newest */
    mariadb_done done;
    void (*closed)(void *arg);
    void *arg; /* of done or closed */
};

/* Calls the step's _start. Returns what it waits for, 0 when it is done. */
static int step_start(struct mariadb *m)
{
    const struct mariadb_where *w = m->where;
    MYSQL *connected;
    int status = 0;

    switch (m->step) {
    case CONNECT:
        status = mysql_real_connect_start(&connected, &m->mysql, w->host,
                                          w->user, w->password, w->database,
                                          w->port, NULL, 0);
        m->outcome = status == 0 && !connected;
        break;
    case QUERY:
        status = mysql_real_query_start(&m->outcome, &m->mysql, m->text,
                                        strlen(m->text));
        break;
    case STORE:
        status = mysql_store_result_start(&m->fetched, &m->mysql);
        break;
    case NEXT:
        status = mysql_next_result_start(&m->outcome, &m->mysql);
        break;
    case CLOSE:
        status = mysql_close_start(&m->mysql);
        break;
    case IDLE:
        break;
    }
    return status;
}

/* The same for _cont, which is told what happened. */
static int step_continue(struct mariadb *m, int happened)
{
    MYSQL *connected = NULL;
    int status = 0;

    switch (m->step) {
    case CONNECT:
        status = mysql_real_connect_cont(&connected, &m->mysql, happened);
        m->outcome = status == 0 && !connected;
        break;
    case QUERY:
        status = mysql_real_query_cont(&m->outcome, &m->mysql, happened);
        break;
    case STORE:
        status = mysql_store_result_cont(&m->fetched, &m->mysql, happened);
        break;
    case NEXT:
        status = mysql_next_result_cont(&m->outcome, &m->mysql, happened);
        break;
    case CLOSE:
        status = mysql_close_cont(&m->mysql, happened);
        break;
    case IDLE:
        break;
    }
    return status;
}

static void on_wait(evutil_socket_t fd, short events, void *arg);

/* Waits for what the library asked for. The descriptor is asked anew each
 * time: the library may close one and open another inside _cont. */
static void wait_for(struct mariadb *m, int status)
{
    struct event_base *base = event_get_base(m->wait);
    struct timeval limit, *timeout = NULL;
    short events = 0;

    if (status & MYSQL_WAIT_READ)
        events |= EV_READ;
    if (status & MYSQL_WAIT_WRITE)
        events |= EV_WRITE;
    if (status & MYSQL_WAIT_TIMEOUT) {
        unsigned ms = mysql_get_timeout_value_ms(&m->mysql);

        limit = (struct timeval){ms / 1000, ms % 1000 * 1000};
        timeout = &limit;
    }
    m->suspended = true;
    event_assign(m->wait, base, mysql_get_socket(&m->mysql), events, on_wait,
                 m);
    if (event_add(m->wait, timeout) < 0) /* no memory: as if time was up */
        event_active(m->wait, EV_TIMEOUT, 0);
}

/* Goes through the loop's queue, so that nothing completes inside the call
 * that asked for it. on_wait finds a step that waits for nothing. */
static void complete_later(struct mariadb *m)
{
    struct event_base *base = event_get_base(m->wait);

    event_assign(m->wait, base, -1, 0, on_wait, m);
    event_active(m->wait, 0, 0);
}

static void mariadb_free(struct mariadb *m)
{
    void (*closed)(void *) = m->closed;
    void *arg = m->arg;

    event_free(m->wait);
    free(m->text);
    free(m);
    if (closed)
        closed(arg);
}

/* A step is over: begins the next one, or ends the operation. Returns what is
 * waited for, 0 once the operation is over. */
static int next_step(struct mariadb *m)
{
    enum step over = m->step;

    m->step = IDLE;
    if (over == STORE) {
        if (!m->result)
            m->result = m->fetched;
        else if (m->fetched) /* of a procedure: only the first is kept */
            mysql_free_result(m->fetched);
        m->fetched = NULL;
        if (mysql_more_results(&m->mysql))
            m->step = NEXT;
    } else if ((over == QUERY || over == NEXT) && m->outcome == 0) {
        m->step = STORE;
    }
    return m->step == IDLE ? 0 : step_start(m);
}

/* What the library waited for has happened, or its time is up. */
static void on_wait(evutil_socket_t fd, short events, void *arg)
{
    struct mariadb *m = arg;
    int happened = 0, status = 0;

    m->suspended = false;
    if (events == EV_TIMEOUT) {
        /* Ready and late in the same pass is reported as late alone: look
         * again. (READ and TIMEOUT together would count as a timeout.) */
        short asked = event_get_events(m->wait) & (EV_READ | EV_WRITE);
        struct pollfd look = {.fd = fd};

        look.events = (short)((asked & EV_READ ? POLLIN : 0) |
                              (asked & EV_WRITE ? POLLOUT : 0));
        if (poll(&look, 1, 0) > 0)
            events = asked;
    }
    if (events & EV_READ)
        happened |= MYSQL_WAIT_READ;
    if (events & EV_WRITE)
        happened |= MYSQL_WAIT_WRITE;
    if (events == EV_TIMEOUT)
        happened = MYSQL_WAIT_TIMEOUT;

    if (happened)
        status = step_continue(m, happened);
    while (status == 0 && m->step != IDLE && m->step != CLOSE)
        status = next_step(m);
    if (status != 0) {
        wait_for(m, status);
    } else if (m->step == CLOSE) {
        mariadb_free(m);
    } else {
        int error = (int)mysql_errno(&m->mysql);

        if (error) { /* rows that came before it are not to be taken for all */
            mysql_free_result(m->result);
            m->result = NULL;
        }
        m->done(m, error, m->arg);
    }
}

/* Begins an operation with its first step. */
static void begin(struct mariadb *m, enum step step)
{
    int status;

    m->step = step;
    m->outcome = 0;
    status = step_start(m);
    if (status != 0)
        wait_for(m, status);
    else
        complete_later(m);
}

struct mariadb *mariadb_open(struct event_base *base,
                             const struct mariadb_where *where,
                             mariadb_done done, void *arg)
{
    struct mariadb *m = calloc(1, sizeof *m);
    unsigned off = 0;

    if (!m)
        return NULL;
    m->wait = event_new(base, -1, 0, on_wait, m);
    if (!m->wait || !mysql_init(&m->mysql)) {
        if (m->wait)
            event_free(m->wait);
        free(m);
        return NULL;
    }
    m->where = where;
    m->done = done;
    m->arg = arg;
    /* LOCAL INFILE would read files on the loop, at the server's bidding. */
    if (mysql_options(&m->mysql, MYSQL_OPT_NONBLOCK, NULL) != 0 ||
        mysql_options(&m->mysql, MYSQL_OPT_LOCAL_INFILE, &off) != 0) {
        mysql_close(&m->mysql);
        event_free(m->wait);
        free(m);
        return NULL;
    }
    mysql_options(&m->mysql, MYSQL_OPT_CONNECT_TIMEOUT,
                  &where->connect_timeout);
    mysql_options(&m->mysql, MYSQL_OPT_READ_TIMEOUT, &where->query_timeout);
    mysql_options(&m->mysql, MYSQL_OPT_WRITE_TIMEOUT, &where->query_timeout);
    begin(m, CONNECT);
    return m;
}

int mariadb_query(struct mariadb *m, const char *text, mariadb_done done,
                  void *arg)
{
    char *copy = strdup(text);

    if (!copy || m->step != IDLE) {
        free(copy);
        return -1;
    }
    free(m->text);
    m->text = copy;
    mysql_free_result(m->result); /* NULL is fine */
    m->result = NULL;
    m->done = done;
    m->arg = arg;
    begin(m, QUERY);
    return 0;
}

MYSQL_RES *mariadb_result(struct mariadb *m)
{
    return m->result;
}

const char *mariadb_error(struct mariadb *m)
{
    return mysql_error(&m->mysql);
}

bool mariadb_alive(struct mariadb *m)
{
    char byte;

    /* 0 is the server's goodbye; data that nobody asked for is its last word
     * before one. */
    return m->step == IDLE &&
           recv(mysql_get_socket(&m->mysql), &byte, 1,
                MSG_PEEK | MSG_DONTWAIT) < 0 &&
           (errno == EAGAIN || errno == EWOULDBLOCK);
}

bool mariadb_reusable(struct mariadb *m)
{
    unsigned server_status = SERVER_STATUS_IN_TRANS;

    /* An error carries no server status: after one, nobody knows whether a
     * transaction is open, and the status is that of the statement before. */
    mariadb_get_infov(&m->mysql, MARIADB_CONNECTION_SERVER_STATUS,
                      &server_status);
    return m->step == IDLE && mysql_errno(&m->mysql) == 0 &&
           !(server_status & SERVER_STATUS_IN_TRANS);
}

void mariadb_close(struct mariadb *m, void (*closed)(void *arg), void *arg)
{
    m->closed = closed;
    m->arg = arg;
    event_del(m->wait);
    if (m->suspended) {
        /* Let the operation fail where it stands: its socket is dead and its
         * time is up, so it does not wait any more. */
        my_socket fd = mysql_get_socket(&m->mysql);

        if (fd != MARIADB_INVALID_SOCKET)
            (void)shutdown(fd, SHUT_RDWR);
        while (step_continue(m, MYSQL_WAIT_TIMEOUT) != 0)
            ;
        m->suspended = false;
    }
    mysql_free_result(m->result);
    mysql_free_result(m->fetched);
    m->result = m->fetched = NULL;
    begin(m, CLOSE);
}
