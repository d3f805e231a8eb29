#define _GNU_SOURCE /* RTLD_DEFAULT */
#include "mariadb_async.h"

#include <dlfcn.h>
#include <errmsg.h>
#include <errno.h>
#include <fcntl.h>
#include <ma_pvio.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <ucontext.h>

/* An operation reads at most this much in one pass of the loop. */
#define BYTES_PER_PASS (64 * 1024)

/* The library's stack for TLS; without TLS its default of 60 KiB will do. */
#define TLS_STACK (256 * 1024)

/* What the library is doing; a query is several of them in a row. */
enum step { IDLE, CONNECT, QUERY, STORE, NEXT, ASK, CLOSE };

struct mariadb {
    MYSQL mysql;
    const struct mariadb_where *where; /* the caller's */
    struct event *wait;  /* owned: what the library waits for, one-shot */
    struct event *limit; /* owned: when the operation must be over */
    const char *overdue; /* why it must not wait again; NULL: it may */
    size_t budget;       /* bytes that it may still read in this pass */
    enum step step;
    bool suspended;      /* the step waits; else it is over, or there is none */
    bool failed;         /* how the step ended */
    bool cut;            /* the line */
    bool query_given_up; /* the server may still run a query of ours */
    int error;           /* of the operation, the first one; and its words */
    char words[MYSQL_ERRMSG_SIZE];
    char *text; /* owned: the library reads it while the query runs */
    MYSQL_RES *result, *fetched; /* owned: the first one; the newest */
    mariadb_done done;
    void (*closed)(void *arg);
    void *arg;                   /* of done or closed */
    struct handshake *handshake; /* owned; NULL: no TLS */
};

/* With TLS, CONNECT has a stack of its own, which on_wait_io can leave. The
 * stack lies in the middle of much address space that is not used: what runs
 * over its end crashes, and valgrind knows stacks by a distance of more than 2
 * MB. */
struct handshake {
    ucontext_t loop, self;
    int status, happened; /* what one of them tells the other */
    char *space;          /* owned, a mapping */
};
enum {
    STACK_MARGIN = 2 << 20,
    STACK_SIZE = 64 << 10,
    STACK_SPACE = 2 * STACK_MARGIN + STACK_SIZE
};

/* The connection whose library code runs now. The hooks below have no other
 * way to know it. */
static _Thread_local struct mariadb *running;

/* The library's socket methods, and the same with our hooks. Written once. */
static struct st_ma_pvio_methods original, hooked;

/* What <mysql/client_plugin.h> calls MARIADB_PVIO_PLUGIN. It cannot be
 * included: it wants a header that Debian does not install. */
struct socket_plugin {
    MYSQL_CLIENT_PLUGIN_HEADER
    struct st_ma_pvio_methods *methods;
};
enum { SOCKET_PLUGIN = 101, SOCKET_PLUGIN_VERSION = 0x100 };

/* OpenSSL's, if the library was built with it, else NULL. */
static void (*clear_tls_errors)(void);

/* NULL: a connection of other code in this process. */
static struct mariadb *owner(const MYSQL *mysql)
{
    return running && mysql == &running->mysql ? running : NULL;
}

/* Has the library read more than the answer? The server was not asked for that,
 * and it would be taken for the answer to the next query. */
static bool has_spare_bytes(const struct mariadb *m)
{
    const MARIADB_PVIO *pvio = m->mysql.net.pvio;

    return pvio && pvio->cache_pos < pvio->cache + pvio->cache_size;
}

/* Hook: the library reads as long as there is something to read, so a peer that
 * sends fast enough would keep the loop, and our timer, out forever. When the
 * budget of this pass is spent, we claim that nothing is there. The library
 * then waits, and its next turn comes with the next pass. */
static ssize_t on_read(MARIADB_PVIO *pvio, unsigned char *buffer, size_t length)
{
    struct mariadb *m = owner(pvio->mysql);
    ssize_t n;

    if (m && m->budget == 0) {
        errno = EAGAIN;
        return -1;
    }
    if (m && length > m->budget)
        length = m->budget;
    n = original.async_read(pvio, buffer, length);
    if (m && n > 0)
        m->budget -= (size_t)n;
    return n;
}

/* Hook: called with each new descriptor before its first wait. The library
 * would make it blocking, and then TLS, which does not use the hook above,
 * would block. A program that we exec must not inherit a session that is logged
 * in. */
static int on_blocking(MARIADB_PVIO *pvio, my_bool block, my_bool *before)
{
    my_socket fd;

    if (!owner(pvio->mysql))
        return original.blocking(pvio, block, before);
    if (original.get_handle(pvio, &fd) || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
        return -1;
    return original.blocking(pvio, 0, before);
}

/* Hook: the library compares the certificate with the host it connected to.
 * That is an address here, and certificates are for names. */
static my_bool on_connect(MARIADB_PVIO *pvio, MA_PVIO_CINFO *cinfo)
{
    struct mariadb *m = owner(cinfo->mysql);
    my_bool failed = original.connect(pvio, cinfo);

    if (m && m->where->tls_name)
        cinfo->host = m->where->tls_name;
    return failed;
}

/* Leaves one stack where it stands, and continues another where it stood. No
 * later standard has a function for that; glibc keeps this one. */
static void switch_stack(ucontext_t *from, const ucontext_t *to)
{
    /* cppcheck-suppress swapcontextCalled */
    swapcontext(from, to);
}

/* Hook: in the TLS handshake the library does not suspend itself, but blocks
 * here. So we leave its stack for the loop's; step_run comes back. */
static int on_wait_io(MARIADB_PVIO *pvio, my_bool is_read, int timeout)
{
    struct mariadb *m = owner(pvio->mysql);

    if (!m || !m->handshake)
        return original.wait_io_or_timeout(pvio, is_read, timeout);
    if (has_spare_bytes(m)) /* in plain text, to be taken for encrypted ones */
        return 0;
    m->handshake->status = is_read ? MYSQL_WAIT_READ : MYSQL_WAIT_WRITE;
    switch_stack(&m->handshake->self, &m->handshake->loop);
    return m->handshake->happened & MYSQL_WAIT_TIMEOUT ? 0 : 1;
}

static void install_hooks(void)
{
    struct socket_plugin *plugin =
        (struct socket_plugin *)mysql_client_find_plugin(
            &running->mysql, "pvio_socket", SOCKET_PLUGIN);

    if (!plugin || plugin->interface_version != SOCKET_PLUGIN_VERSION)
        return; /* not the library that we know: library_init refuses it */
    original = hooked = *plugin->methods;
    hooked.async_read = on_read;
    hooked.blocking = on_blocking;
    hooked.connect = on_connect;
    hooked.wait_io_or_timeout = on_wait_io;
    plugin->methods = &hooked;
    *(void **)&clear_tls_errors = dlsym(RTLD_DEFAULT, "ERR_clear_error");
}

/* Calls the step's _start, or its _cont with what has happened, if anything.
 * Returns what it waits for. 0 when it is done: m->failed and mysql_errno say
 * how. A peer can make it fail with an errno of 0. */
static int library_run(struct mariadb *m, int happened)
{
    const struct mariadb_where *w = m->where;
    MYSQL *mysql = &m->mysql, *connected;
    const char *text;
    int failed, status = 0;

    switch (m->step) {
    case CONNECT:
        status = happened
                     ? mysql_real_connect_cont(&connected, mysql, happened)
                     : mysql_real_connect_start(
                           &connected, mysql, w->unix_socket ? NULL : w->host,
                           w->user, w->password, w->database, w->port,
                           w->unix_socket, 0);
        m->failed = status == 0 && !connected;
        break;
    case QUERY:
    case ASK:
        text = m->step == ASK ? "DO 0" : m->text;
        status = happened ? mysql_real_query_cont(&failed, mysql, happened)
                          : mysql_real_query_start(&failed, mysql, text,
                                                   strlen(text));
        m->failed = status == 0 && failed;
        break;
    case STORE:
        status = happened
                     ? mysql_store_result_cont(&m->fetched, mysql, happened)
                     : mysql_store_result_start(&m->fetched, mysql);
        m->failed = false; /* mysql_errno knows */
        break;
    case NEXT:
        status = happened ? mysql_next_result_cont(&failed, mysql, happened)
                          : mysql_next_result_start(&failed, mysql);
        m->failed = status == 0 && failed;
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

/* CONNECT with TLS, on its own stack: like library_run, but the wait may also
 * be one of on_wait_io's, deep in the library. */
static void handshake_run(void)
{
    struct mariadb *m = running;
    struct handshake *h = m->handshake;

    for (h->status = library_run(m, 0);;
         h->status = library_run(m, h->happened))
        switch_stack(&h->self, &h->loop);
}

/* Lets the library continue: see library_run. */
static int step_run(struct mariadb *m, int happened)
{
    struct handshake *h = m->handshake;
    int status;

    running = m;
    /* The library leaves the errors of one connection in OpenSSL's queue, and
     * then takes them for errors of the next. */
    if (h && clear_tls_errors)
        clear_tls_errors();
    if (m->step == CONNECT && h) {
        h->happened = happened;
        switch_stack(&h->loop, &h->self);
        status = h->status;
    } else {
        status = library_run(m, happened);
    }
    running = NULL;
    return status;
}

static bool query_runs(const struct mariadb *m)
{
    return m->step == QUERY || m->step == STORE || m->step == NEXT;
}

/* Shuts the socket: the library may have closed it already. */
static void cut_line(struct mariadb *m)
{
    my_socket fd = mysql_get_socket(&m->mysql);

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
        m->budget = BYTES_PER_PASS;
    while (step_run(m, MYSQL_WAIT_TIMEOUT) != 0);
    m->suspended = false;
}

static void on_wait(evutil_socket_t fd, short events, void *arg);

/* Waits for what the library asked for. The descriptor is asked anew each
 * time: the library may close one and open another inside _cont. It never asks
 * for a timeout, on purpose: its own timeouts are for each packet, so that a
 * peer that drips bytes could keep us forever. m->limit is for all of them. */
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
    if (m->overdue || event_add(m->wait, NULL) < 0) {
        break_off(m, m->overdue ? m->overdue : "out of memory");
        event_active(m->wait, 0, 0);
    }
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
    if (!error && m->failed) { /* an answer that the library cannot read */
        note_error(m, CR_MALFORMED_PACKET, "malformed packet");
        cut_line(m);
    } else if (error) {
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

static void handshake_free(struct handshake *h)
{
    if (h)
        munmap(h->space, STACK_SPACE);
    free(h);
}

static void mariadb_free(struct mariadb *m)
{
    void (*closed)(void *) = m->closed;
    void *arg = m->arg;

    event_free(m->wait);
    event_free(m->limit);
    free(m->text);
    handshake_free(m->handshake);
    free(m);
    if (closed)
        closed(arg);
}

/* Goes from step to step until one must wait, or the operation is over. */
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
        if (has_spare_bytes(m))
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
    m->budget = BYTES_PER_PASS;
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
    m->overdue = "no answer in time";
    if (!m->suspended) /* on_wait is in the queue; it will see to it */
        return;
    break_off(m, m->overdue);
    go_on(m, 0);
}

/* Begins an operation with its first step. Its time counts from here on, even
 * if that step need not wait: the later ones may. */
static void begin(struct mariadb *m, enum step step, const struct timeval *time)
{
    int status;

    m->step = step;
    m->error = 0;
    m->words[0] = '\0';
    m->budget = BYTES_PER_PASS;
    m->overdue = event_add(m->limit, time) < 0 ? "out of memory" : NULL;
    status = step_run(m, 0);
    if (status != 0)
        wait_for(m, status);
    else
        event_active(m->wait, 0, 0);
}

/* Returns 0, or -1 if there is no memory. */
static int make_stack(struct handshake *h)
{
    char *stack = h->space + STACK_MARGIN;

    if (mprotect(stack, STACK_SIZE, PROT_READ | PROT_WRITE) < 0 ||
        /* cppcheck-suppress getcontextCalled */
        getcontext(&h->self) < 0)
        return -1;
    h->self.uc_stack.ss_sp = stack;
    h->self.uc_stack.ss_size = STACK_SIZE;
    /* cppcheck-suppress makecontextCalled */
    makecontext(&h->self, handshake_run, 0);
    return 0;
}

/* NULL if there is no memory. */
static struct handshake *handshake_new(void)
{
    struct handshake *h = calloc(1, sizeof *h);

    if (!h)
        return NULL;
    h->space = mmap(NULL, STACK_SPACE, PROT_NONE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (h->space == MAP_FAILED) {
        free(h);
        return NULL;
    }
    if (make_stack(h) < 0) {
        handshake_free(h);
        return NULL;
    }
    return h;
}

/* Returns 0, or -1 if there is no memory. */
static int set_options(struct mariadb *m)
{
    MYSQL *mysql = &m->mysql;
    size_t stack = TLS_STACK;
    unsigned off = 0;
    my_bool on = 1;

    /* LOCAL INFILE would read files on the loop, at the server's bidding. */
    if (mysql_options(mysql, MYSQL_OPT_NONBLOCK,
                      m->where->tls ? &stack : NULL) != 0 ||
        mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &off) != 0 ||
        mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4") != 0)
        return -1;
    if (!m->where->tls)
        return 0;
    m->handshake = handshake_new();
    if (!m->handshake ||
        mysql_ssl_set(mysql, NULL, NULL, m->where->tls_ca, NULL, NULL) != 0 ||
        /* Also refuses a server that claims to know no TLS. */
        mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &on) != 0)
        return -1;
    return 0;
}

/* Returns 0, or -1 if there is no memory. */
static int library_init(struct mariadb *m)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    if (!mysql_init(&m->mysql))
        return -1;
    running = m;
    pthread_once(&once, install_hooks);
    running = NULL;
    if (!original.async_read || set_options(m) < 0) {
        mysql_close(&m->mysql);
        return -1;
    }
    return 0;
}

struct mariadb *mariadb_open(struct event_base *base,
                             const struct mariadb_where *where,
                             mariadb_done done, void *arg)
{
    struct mariadb *m = calloc(1, sizeof *m);

    if (!m)
        return NULL;
    m->where = where;
    m->wait = event_new(base, -1, 0, on_wait, m);
    m->limit = evtimer_new(base, on_limit, m);
    if (!m->wait || !m->limit || library_init(m) < 0)
        goto no_memory;
    m->done = done;
    m->arg = arg;
    begin(m, CONNECT, &where->connect_timeout);
    return m;

no_memory:
    if (m->wait)
        event_free(m->wait);
    if (m->limit)
        event_free(m->limit);
    handshake_free(m->handshake);
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
    return m->query_given_up || query_runs(m);
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
        break_off(m, NULL);
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
        break_off(m, NULL);
    mysql_free_result(m->result);
    mysql_free_result(m->fetched);
    m->result = m->fetched = NULL;
    begin(m, CLOSE, &m->where->query_timeout);
}
