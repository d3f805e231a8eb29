#include "resolver.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The loop's side. Frees itself before it calls `done`. */
struct resolver_lookup {
    int fd;              /* owned: our end of the socket pair */
    struct event *event; /* owned: there is an answer */
    bool has_thread;
    pthread_t thread; /* joined, or detached when the lookup is cancelled */
    resolver_done *done;
    void *arg;
};

/* The thread's side: it owns the question from its creation on. */
struct question {
    int fd; /* owned: the thread's end */
    char port[6];
    char host[]; /* as getaddrinfo wants it, without brackets */
};

/* A message: once it is sent, `found` belongs to the receiver. Nothing is shared
 * by the two sides, and therefore nothing is locked. */
struct answer {
    int error;
    struct addrinfo *found;
};

static struct question *question_new(const char *host, uint16_t port, int fd)
{
    size_t length = strlen(host);
    bool brackets = length > 2 && *host == '[' && host[length - 1] == ']';
    struct question *question = malloc(sizeof *question + length + 1);

    if (!question)
        return NULL;
    question->fd = fd;
    snprintf(question->port, sizeof question->port, "%u", (unsigned)port);
    length -= brackets ? 2 : 0;
    memcpy(question->host, host + brackets, length);
    question->host[length] = '\0';
    return question;
}

static struct answer ask(const struct question *question, int flags)
{
    const struct addrinfo hints = {.ai_flags = flags | AI_NUMERICSERV,
                                   .ai_socktype = SOCK_STREAM};
    bool local = strcasecmp(question->host, "localhost") == 0;
    struct answer answer = {.found = NULL};

    answer.error = getaddrinfo(local ? NULL : question->host, question->port,
                               &hints, &answer.found);
    return answer;
}

/* Sends the answer, unless the lookup was cancelled. Frees the question. */
static void reply(struct question *question, struct answer answer)
{
    /* One small message to an empty socket does not block. */
    if (send(question->fd, &answer, sizeof answer, MSG_NOSIGNAL) < 0 &&
        answer.found)
        freeaddrinfo(answer.found);
    close(question->fd);
    free(question);
}

static void *run(void *question)
{
    reply(question, ask(question, 0));
    return NULL;
}

/* Starts a thread that takes no signal: those are for the loop's thread. Returns
 * 0 or an errno. */
static int start_thread(struct resolver_lookup *lookup,
                        struct question *question)
{
    sigset_t all, before;
    int error;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&lookup->thread, NULL, run, question);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    lookup->has_thread = error == 0;
    return error;
}

/* Asks `question`, NULL if there was no memory for it. Returns 0, and owns it no
 * more; or an errno. */
static int start(struct resolver_lookup *lookup, struct question *question)
{
    struct answer answer;

    if (!lookup->event || !question || event_add(lookup->event, NULL) < 0)
        return ENOMEM;
    answer = ask(question, AI_NUMERICHOST);
    if (answer.error)
        return start_thread(lookup, question);
    reply(question, answer);
    return 0;
}

/* Frees all but the thread, and an answer that is in the socket, too. After the
 * shutdown the thread cannot send any more: so none is missed. */
static void lookup_free(struct resolver_lookup *lookup)
{
    struct answer answer;

    shutdown(lookup->fd, SHUT_RD);
    if (recv(lookup->fd, &answer, sizeof answer, 0) == sizeof answer &&
        answer.found)
        freeaddrinfo(answer.found);
    if (lookup->event)
        event_free(lookup->event);
    close(lookup->fd);
    free(lookup);
}

static void on_answer(evutil_socket_t fd, short events, void *arg)
{
    struct resolver_lookup *lookup = arg;
    resolver_done *done = lookup->done;
    void *done_arg = lookup->arg;
    struct answer answer;
    ssize_t size = recv(fd, &answer, sizeof answer, 0);

    (void)events;
    if (size < 0 && errno == EAGAIN)
        return;
    if (size != sizeof answer) /* the kernel had no memory for the message */
        answer = (struct answer){.error = EAI_MEMORY};
    if (lookup->has_thread)
        pthread_join(lookup->thread, NULL); /* it is about to end */
    lookup_free(lookup);
    done(answer.error, answer.found, done_arg);
}

struct resolver_lookup *resolver_lookup(struct event_base *base,
                                        const char *host, uint16_t port,
                                        resolver_done *done, void *arg)
{
    struct resolver_lookup *lookup = calloc(1, sizeof *lookup);
    struct question *question;
    int ends[2], error;

    if (!lookup ||
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
                   ends) < 0) {
        free(lookup);
        return NULL;
    }
    lookup->fd = ends[0];
    lookup->done = done;
    lookup->arg = arg;
    lookup->event =
        event_new(base, ends[0], EV_READ | EV_PERSIST, on_answer, lookup);
    question = question_new(host, port, ends[1]);
    error = start(lookup, question);
    if (error == 0)
        return lookup;
    close(ends[1]);
    free(question);
    lookup_free(lookup);
    errno = error;
    return NULL;
}

void resolver_cancel(struct resolver_lookup *lookup)
{
    if (!lookup)
        return;
    if (lookup->has_thread)
        pthread_detach(lookup->thread);
    lookup_free(lookup);
}
