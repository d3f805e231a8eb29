#include "mariadb_async.h"
#include "mariadb_step.h"

#include <errmsg.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { AT_ONCE = 64 }; /* operations in a row that do not wait for an event */

struct mariadb {
    struct mariadb_step step; /* owned: its text, and what it has fetched */
    struct event *wait;       /* owned: what the library waits for, one-shot */
    struct event *limit;      /* owned: when the operation must be over */
    const char *overdue;      /* why it must not wait again; NULL: it may */
    int at_once;              /* operations in a row so far that did not wait */
    bool suspended;      /* the step waits; else it is over, or there is none */
    bool cut;            /* the line */
    bool query_given_up; /* the server may still run a query of ours */
    int error;           /* of the operation, the first one; and its words */
    char words[MYSQL_ERRMSG_SIZE];
    MYSQL_RES *result; /* owned: the first one */
    MYSQL_ROW row;     /* of it, the last one that a stream has fetched */
    bool wants_stream; /* the query's rows are to be fetched one by one */
    bool streaming;    /* not all of them are: more is on the line */
    mariadb_done done;
    void (*closed)(void *arg);
    void *arg; /* of done or closed */
};

static bool query_runs(const struct mariadb *m)
{
    return m->step.kind == MARIADB_QUERY || m->step.kind == MARIADB_STORE ||
           m->step.kind == MARIADB_NEXT || m->streaming;
}

/* Shuts the socket: the library may have closed it already. */
static void cut_line(struct mariadb *m)
{
    my_socket fd = mysql_get_socket(&m->step.mysql);

    m->cut = true;
    m->query_given_up = m->query_given_up || query_runs(m);
    if (fd != MARIADB_INVALID_SOCKET)
        (void)shutdown(fd, SHUT_RDWR);
}

/* Keeps the operation's first error. */
static void note_error(struct mariadb *m, int error, const char *words)
{
    if (m->error)
        return;
    m->error = error;
    snprintf(m->words, sizeof m->words, "%s", words);
}

/* Lets a waiting step fail where it stands. words: why; NULL: the library says
 * it. Ends: told that its time is up, a step does not wait again; only TLS does
 * not listen to that, but on a line that is shut nothing makes it wait for
 * long. */
static void break_off(struct mariadb *m, const char *words)
{
    if (words)
        note_error(m, CR_SERVER_LOST, words);
    event_del(m->wait);
    cut_line(m);
    do
        m->step.socket.budget = MARIADB_BYTES_PER_PASS;
    while (mariadb_step_run(&m->step, MYSQL_WAIT_TIMEOUT) != 0);
    m->suspended = false;
}

static void on_wait(evutil_socket_t fd, short events, void *arg);

/* Has an operation whose step need not wait continue soon: at once, or each
 * AT_ONCE times by a timer, so that a borrower whose answers are there already
 * does not keep the loop from other events (see 01-07). */
static void continue_soon(struct mariadb *m)
{
    const struct timeval after_others = {0, 0};

    if (++m->at_once < AT_ONCE) {
        event_active(m->wait, 0, 0);
        return;
    }
    m->at_once = 0;
    event_assign(m->wait, event_get_base(m->wait), -1, 0, on_wait, m);
    if (event_add(m->wait, &after_others) < 0)
        event_active(m->wait, 0, 0);
}

/* Waits for what the library asked for. The descriptor is asked anew each
 * time: the library may close one and open another inside _cont. It never asks
 * for a timeout, on purpose: its own timeouts are for each packet, so that a
 * peer that drips bytes could keep us forever. m->limit is for all of them. */
static void wait_for(struct mariadb *m, int status)
{
    my_socket fd = mysql_get_socket(&m->step.mysql);
    short events = 0;

    /* A program that we exec must not inherit a session that is logged in. */
    if (m->step.kind == MARIADB_CONNECT && fd != MARIADB_INVALID_SOCKET)
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    if (status & MYSQL_WAIT_READ)
        events |= EV_READ;
    if (status & MYSQL_WAIT_WRITE)
        events |= EV_WRITE;
    m->suspended = true;
    event_assign(m->wait, event_get_base(m->wait), fd, events, on_wait, m);
    if (m->overdue || event_add(m->wait, NULL) < 0) {
        break_off(m, m->overdue ? m->overdue : "out of memory");
        event_active(m->wait, 0, 0);
    }
}

bool mariadb_error_is_servers(int error)
{
    return error < CR_MIN_ERROR ||
           (error > CR_MAX_ERROR && error < CER_MIN_ERROR);
}

/* A step is over: begins the next one, or ends the operation. Returns what is
 * waited for; 0 once the operation is over (MARIADB_IDLE), or the next step is,
 * too. */
static int next_step(struct mariadb *m)
{
    enum mariadb_step_kind over = m->step.kind;
    int error = (int)mysql_errno(&m->step.mysql);

    m->step.kind = MARIADB_IDLE;
    if (!error && m->step.failed) { /* an answer that the library cannot read */
        note_error(m, CR_MALFORMED_PACKET, "malformed packet");
        cut_line(m);
    } else if (error) {
        note_error(m, error, mysql_error(&m->step.mysql));
        /* The server's errors do not say whether a transaction is open now: ask
         * with a statement that does nothing. (A ping's answer says it, but the
         * library does not read it.) After its own errors nobody answers. */
        m->streaming = false; /* the failed fetch was the last one */
        if (over != MARIADB_CONNECT && over != MARIADB_ASK &&
            mariadb_error_is_servers(error))
            m->step.kind = MARIADB_ASK;
    } else if (over == MARIADB_FETCH && m->step.row) {
        m->row = m->step.row;
    } else if (over == MARIADB_USE && m->step.fetched) {
        m->result = m->step.stream = m->step.fetched;
        m->step.fetched = NULL;
        m->streaming = true;
    } else if (over == MARIADB_STORE || over == MARIADB_USE ||
               over == MARIADB_FETCH) {
        m->streaming = false;
        if (!m->result)
            m->result = m->step.fetched;
        else if (m->step.fetched)
            mysql_free_result(m->step.fetched);
        m->step.fetched = NULL;
        if (mysql_more_results(&m->step.mysql))
            m->step.kind = MARIADB_NEXT;
    } else if (over == MARIADB_QUERY || over == MARIADB_NEXT) {
        m->step.kind = over == MARIADB_QUERY && m->wants_stream ? MARIADB_USE
                                                                : MARIADB_STORE;
    }
    return m->step.kind == MARIADB_IDLE ? 0 : mariadb_step_run(&m->step, 0);
}

static void mariadb_free(struct mariadb *m)
{
    void (*closed)(void *) = m->closed;
    void *arg = m->arg;

    event_free(m->wait);
    event_free(m->limit);
    free(m->step.text);
    free(m);
    if (closed)
        closed(arg);
}

/* Goes from step to step until one must wait, or the operation is over. */
static void go_on(struct mariadb *m, int status)
{
    while (status == 0 && m->step.kind != MARIADB_IDLE &&
           m->step.kind != MARIADB_CLOSE)
        status = next_step(m);
    if (status != 0) {
        wait_for(m, status);
    } else if (m->step.kind == MARIADB_CLOSE) {
        mariadb_free(m);
    } else {
        event_del(m->limit);
        if (!m->streaming && mariadb_socket_has_spare_bytes(&m->step.mysql))
            cut_line(m);
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
    m->step.socket.budget = MARIADB_BYTES_PER_PASS;
    if (events & EV_READ)
        happened |= MYSQL_WAIT_READ;
    if (events & EV_WRITE)
        happened |= MYSQL_WAIT_WRITE;
    go_on(m, happened ? mariadb_step_run(&m->step, happened) : 0);
}

/* The operation's time is up. An answer that is there in the same pass wins:
 * the loop runs what is readable before the timers that are due. */
static void on_limit(evutil_socket_t fd, short events, void *arg)
{
    struct mariadb *m = arg;

    (void)fd;
    (void)events;
    m->overdue = "no answer in time";
    if (!m->suspended) /* on_wait is in the queue; it will see to it */
        return;
    break_off(m, m->overdue);
    go_on(m, 0);
}

/* Begins an operation with its first step. Its time counts from here on, even
 * if that step need not wait: the later ones may. */
static void begin(struct mariadb *m, enum mariadb_step_kind step,
                  const struct timeval *time)
{
    int status;

    m->step.kind = step;
    m->error = 0;
    m->words[0] = '\0';
    m->step.socket.budget = MARIADB_BYTES_PER_PASS;
    m->overdue = event_add(m->limit, time) < 0 ? "out of memory" : NULL;
    status = mariadb_step_run(&m->step, 0);
    if (status != 0)
        wait_for(m, status);
    else
        continue_soon(m);
}

struct mariadb *mariadb_open(struct event_base *base,
                             const struct mariadb_where *where,
                             mariadb_done done, void *arg)
{
    struct mariadb *m = calloc(1, sizeof *m);

    if (!m)
        return NULL;
    m->wait = event_new(base, -1, 0, on_wait, m);
    m->limit = evtimer_new(base, on_limit, m);
    if (!m->wait || !m->limit || mariadb_step_init(&m->step, where) < 0)
        goto no_memory;
    m->done = done;
    m->arg = arg;
    begin(m, MARIADB_CONNECT, &where->connect_timeout);
    return m;

no_memory:
    if (m->wait)
        event_free(m->wait);
    if (m->limit)
        event_free(m->limit);
    free(m);
    return NULL;
}

static int begin_query(struct mariadb *m, const char *text, bool stream,
                       mariadb_done done, void *arg)
{
    char *copy;

    if (m->step.kind != MARIADB_IDLE || m->streaming) {
        errno = EBUSY;
        return -1;
    }
    copy = strdup(text);
    if (!copy)
        return -1;
    free(m->step.text);
    m->wants_stream = stream;
    m->step.text = copy;
    mysql_free_result(m->result); /* NULL is fine */
    m->result = NULL;
    m->row = NULL;
    m->done = done;
    m->arg = arg;
    begin(m, MARIADB_QUERY, &m->step.where->query_timeout);
    return 0;
}

int mariadb_query(struct mariadb *m, const char *text, mariadb_done done,
                  void *arg)
{
    return begin_query(m, text, false, done, arg);
}

int mariadb_stream(struct mariadb *m, const char *text, mariadb_done done,
                   void *arg)
{
    return begin_query(m, text, true, done, arg);
}

int mariadb_fetch(struct mariadb *m, mariadb_done done, void *arg)
{
    if (m->step.kind != MARIADB_IDLE || !m->streaming) {
        errno = m->step.kind != MARIADB_IDLE ? EBUSY : ENOENT;
        return -1;
    }
    m->done = done;
    m->arg = arg;
    m->row = NULL;
    begin(m, MARIADB_FETCH, &m->step.where->query_timeout);
    return 0;
}

MYSQL_ROW mariadb_row(struct mariadb *m)
{
    return m->row;
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
    return m->query_given_up || query_runs(m);
}

MYSQL *mariadb_handle(struct mariadb *m)
{
    return &m->step.mysql;
}

bool mariadb_alive(struct mariadb *m)
{
    char byte;

    /* 0 is the server's goodbye; data that nobody asked for is its last word
     * before one. */
    return m->step.kind == MARIADB_IDLE &&
           recv(mysql_get_socket(&m->step.mysql), &byte, 1,
                MSG_PEEK | MSG_DONTWAIT) < 0 &&
           (errno == EAGAIN || errno == EWOULDBLOCK);
}

bool mariadb_reusable(struct mariadb *m)
{
    unsigned server_status = SERVER_STATUS_IN_TRANS;

    mariadb_get_infov(&m->step.mysql, MARIADB_CONNECTION_SERVER_STATUS,
                      &server_status);
    return m->step.kind == MARIADB_IDLE && !m->streaming && !m->cut &&
           mysql_errno(&m->step.mysql) == 0 &&
           !(server_status & SERVER_STATUS_IN_TRANS);
}

void mariadb_cut(struct mariadb *m)
{
    if (m->suspended) {
        break_off(m, NULL);
        event_active(m->wait, 0, 0);
    } else {
        cut_line(m);
    }
}

/* Ends a stream in the middle. To free its result the library would read all the
 * rest first, and wait for it. So the line is cut, and what is here already is
 * fetched, until that would have to wait, and fails: then nothing is left. */
static void drop_stream(struct mariadb *m)
{
    int status;

    cut_line(m);
    m->streaming = m->step.kind != MARIADB_FETCH || m->step.row;
    m->step.kind = MARIADB_FETCH;
    while (m->streaming) {
        status = mariadb_step_run(&m->step, 0);
        while (status != 0)
            status = mariadb_step_run(&m->step, MYSQL_WAIT_TIMEOUT);
        m->streaming = m->step.row;
    }
}

void mariadb_close(struct mariadb *m, void (*closed)(void *arg), void *arg)
{
    m->closed = closed;
    m->arg = arg;
    event_del(m->wait);
    event_del(m->limit);
    if (m->suspended)
        break_off(m, NULL);
    if (m->streaming)
        drop_stream(m);
    mysql_free_result(m->result);
    mysql_free_result(m->step.fetched);
    m->result = m->step.fetched = NULL;
    begin(m, MARIADB_CLOSE, &m->step.where->query_timeout);
}
