#include "mariadb_async.h"

#include <errmsg.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* What the library is doing; a query is several of them in a row. */
enum step { IDLE, CONNECT, QUERY, STORE, NEXT, ASK, CLOSE };

struct mariadb {
    MYSQL mysql;
    const struct mariadb_where *where; /* the caller's */
    struct event *wait;  /* owned: what the library waits for, one-shot */
    struct event *limit; /* owned: when the operation has to be over */
    enum step step;
    bool suspended; /* the step waits; else it is over, or there is none */
    bool cut, timed_out;
    int error; /* of the operation, the first one; and its words */
    char words[MYSQL_ERRMSG_SIZE];
    char *text; /* owned: the library reads it while the query runs */
    MYSQL_RES *result, *fetched; /* owned: the first one; the newest */
    mariadb_done done;
    void (*closed)(void *arg);
    void *arg; /* of done or closed */
};

/* Calls the step's _start, or its _cont with what has happened, if anything.
 * Returns what it waits for, 0 when it is done: how it went says mysql_errno. */
static int step_run(struct mariadb *m, int happened)
{
    const struct mariadb_where *w = m->where;
    MYSQL *mysql = &m->mysql, *connected;
    const char *text;
    int failed, status = 0;

    switch (m->step) {
    case CONNECT:
        status = happened
                     ? mysql_real_connect_cont(&connected, mysql, happened)
                     : mysql_real_connect_start(&connected, mysql, w->host,
                                                w->user, w->password,
                                                w->database, w->port, NULL, 0);
        break;
    case QUERY:
    case ASK:
        text = m->step == ASK ? "DO 0" : m->text;
        status = happened ? mysql_real_query_cont(&failed, mysql, happened)
                          : mysql_real_query_start(&failed, mysql, text,
                                                   strlen(text));
        break;
    case STORE:
        status = happened
                     ? mysql_store_result_cont(&m->fetched, mysql, happened)
                     : mysql_store_result_start(&m->fetched, mysql);
        break;
    case NEXT:
        status = happened ? mysql_next_result_cont(&failed, mysql, happened)
                          : mysql_next_result_start(&failed, mysql);
        break;
    case CLOSE:
        status = happened ? mysql_close_cont(mysql, happened)
                          : mysql_close_start(mysql);
        break;
    case IDLE:
        break;
    }
    return status;
}

/* Shuts the socket: the library may have closed it already. */
static void cut_line(struct mariadb *m)
{
    my_socket fd = mysql_get_socket(&m->mysql);

    m->cut = true;
    if (fd != MARIADB_INVALID_SOCKET)
        (void)shutdown(fd, SHUT_RDWR);
}

/* Lets a waiting step fail where it stands: its line is dead and its time is
 * up, so that it does not wait any more. */
static void break_off(struct mariadb *m)
{
    event_del(m->wait);
    cut_line(m);
    while (step_run(m, MYSQL_WAIT_TIMEOUT) != 0)
        ;
    m->suspended = false;
}

static void on_wait(evutil_socket_t fd, short events, void *arg);

/* Waits for what the library asked for. The descriptor is asked anew each
 * time: the library may close one and open another inside _cont. That it never
 * asks for a timeout is on purpose: its own are for each packet, so that a
 * peer that drips bytes could keep us for ever. m->limit is for all of them. */
static void wait_for(struct mariadb *m, int status)
{
    short events = 0;

    if (status & MYSQL_WAIT_READ)
        events |= EV_READ;
    if (status & MYSQL_WAIT_WRITE)
        events |= EV_WRITE;
    m->suspended = true;
    event_assign(m->wait, event_get_base(m->wait), mysql_get_socket(&m->mysql),
                 events, on_wait, m);
    if (event_add(m->wait, NULL) < 0) { /* no memory to wait with */
        break_off(m);
        event_active(m->wait, 0, 0);
    }
}

/* Keeps the operation's first error. */
static void note_error(struct mariadb *m, int error, const char *words)
{
    if (m->error)
        return;
    m->error = error;
    snprintf(m->words, sizeof m->words, "%s", words);
}

static bool from_server(int error)
{
    return error < CR_MIN_ERROR ||
           (error > CR_MAX_ERROR && error < CER_MIN_ERROR);
}

/* A step is over: begins the next one, or ends the operation. Returns what is
 * waited for, 0 once the operation is over (IDLE) or the next step, too. */
static int next_step(struct mariadb *m)
{
    enum step over = m->step;
    int error = (int)mysql_errno(&m->mysql);

    m->step = IDLE;
    if (error) {
        note_error(m, error, mysql_error(&m->mysql));
        /* The server's errors do not say whether a transaction is open now: ask
         * with a statement that does nothing. (A ping's answer says it, but the
         * library does not read it.) After its own errors nobody answers. */
        if (over != CONNECT && over != ASK && from_server(error))
            m->step = ASK;
    } else if (over == STORE) {
        if (!m->result)
            m->result = m->fetched;
        else if (m->fetched)
            mysql_free_result(m->fetched);
        m->fetched = NULL;
        if (mysql_more_results(&m->mysql))
            m->step = NEXT;
    } else if (over == QUERY || over == NEXT) {
        m->step = STORE;
    }
    return m->step == IDLE ? 0 : step_run(m, 0);
}

static void mariadb_free(struct mariadb *m)
{
    void (*closed)(void *) = m->closed;
    void *arg = m->arg;

    event_free(m->wait);
    event_free(m->limit);
    free(m->text);
    free(m);
    if (closed)
        closed(arg);
}

/* Goes from step to step until one has to wait, or the operation is over. */
static void go_on(struct mariadb *m, int status)
{
    while (status == 0 && m->step != IDLE && m->step != CLOSE)
        status = next_step(m);
    if (status != 0) {
        wait_for(m, status);
    } else if (m->step == CLOSE) {
        mariadb_free(m);
    } else {
        event_del(m->limit);
        if (m->error) { /* rows before it are not to be taken for all */
            mysql_free_result(m->result);
            m->result = NULL;
        }
        m->done(m, m->error, m->arg);
    }
}

/* What the library waited for has happened; or, with no event, the step was
 * over already: it comes this way, so that nothing completes inside the call
 * that asked for it. */
static void on_wait(evutil_socket_t fd, short events, void *arg)
{
    struct mariadb *m = arg;
    int happened = 0;

    (void)fd;
    m->suspended = false;
    if (events & EV_READ)
        happened |= MYSQL_WAIT_READ;
    if (events & EV_WRITE)
        happened |= MYSQL_WAIT_WRITE;
    go_on(m, happened ? step_run(m, happened) : 0);
}

/* The operation's time is up. An answer that is there in the same pass wins:
 * the loop runs what is readable before the timers that are due. */
static void on_limit(evutil_socket_t fd, short events, void *arg)
{
    struct mariadb *m = arg;

    (void)fd;
    (void)events;
    if (!m->suspended) /* it is over, its completion is in the queue */
        return;
    if (!m->error) {
        note_error(m, CR_SERVER_LOST, "no answer in time");
        m->timed_out = m->step != CONNECT;
    }
    break_off(m);
    go_on(m, 0);
}

/* Begins an operation with its first step. */
static void begin(struct mariadb *m, enum step step, const struct timeval *time)
{
    int status;

    m->step = step;
    m->error = 0;
    m->words[0] = '\0';
    status = step_run(m, 0);
    if (status != 0 && event_add(m->limit, time) == 0) {
        wait_for(m, status);
    } else {
        if (status != 0) /* no memory for the limit */
            break_off(m);
        event_active(m->wait, 0, 0);
    }
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
    m->limit = evtimer_new(base, on_limit, m);
    if (!m->wait || !m->limit || !mysql_init(&m->mysql))
        goto no_memory;
    /* LOCAL INFILE would read files on the loop, at the server's bidding. */
    if (mysql_options(&m->mysql, MYSQL_OPT_NONBLOCK, NULL) != 0 ||
        mysql_options(&m->mysql, MYSQL_OPT_LOCAL_INFILE, &off) != 0 ||
        mysql_options(&m->mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4") != 0) {
        mysql_close(&m->mysql);
        goto no_memory;
    }
    m->where = where;
    m->done = done;
    m->arg = arg;
    begin(m, CONNECT, &where->connect_timeout);
    return m;

no_memory:
    if (m->wait)
        event_free(m->wait);
    if (m->limit)
        event_free(m->limit);
    free(m);
    return NULL;
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
    begin(m, QUERY, &m->where->query_timeout);
    return 0;
}

MYSQL_RES *mariadb_result(struct mariadb *m)
{
    return m->result;
}

const char *mariadb_error(struct mariadb *m)
{
    return m->words;
}

bool mariadb_unanswered(struct mariadb *m)
{
    return m->timed_out || (m->suspended && m->step != CONNECT);
}

MYSQL *mariadb_handle(struct mariadb *m)
{
    return &m->mysql;
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

    mariadb_get_infov(&m->mysql, MARIADB_CONNECTION_SERVER_STATUS,
                      &server_status);
    return m->step == IDLE && !m->cut && mysql_errno(&m->mysql) == 0 &&
           !(server_status & SERVER_STATUS_IN_TRANS);
}

void mariadb_cut(struct mariadb *m)
{
    if (m->suspended) {
        break_off(m);
        event_active(m->wait, 0, 0);
    } else {
        cut_line(m);
    }
}

void mariadb_close(struct mariadb *m, void (*closed)(void *arg), void *arg)
{
    m->closed = closed;
    m->arg = arg;
    event_del(m->wait);
    event_del(m->limit);
    if (m->suspended)
        break_off(m);
    mysql_free_result(m->result);
    mysql_free_result(m->fetched);
    m->result = m->fetched = NULL;
    begin(m, CLOSE, &m->where->query_timeout);
}
