#include "fork_server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct fork_server {
    void (*work)(int fd, void *arg);
    void *arg;
    pid_t pid; /* the server's */
    int fd;    /* owned: our end of the way to it, and in the server its end */
    int slots;
    pid_t workers[]; /* by slot, 0: it is empty; in the server only */
};

/* A message that holds a descriptor needs a buffer of the right alignment. */
union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};

/* Sends the number of a slot, and a descriptor unless that is -1. */
static bool send_slot(int to, int slot, int fd)
{
    union control control = {.bytes = {0}};
    struct iovec iov = {&slot, sizeof slot};
    struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};

    if (fd >= 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    }
    while (sendmsg(to, &message, MSG_NOSIGNAL) < 0) {
        if (errno != EINTR)
            return false;
    }
    return true;
}

/* Waits until there is something to read, if `from` does not wait by itself. */
static bool wait_for_message(int from)
{
    struct pollfd readable = {.fd = from, .events = POLLIN};

    return poll(&readable, 1, -1) > 0 || errno == EINTR;
}

/* Waits for such a message; the descriptor is -1 if it holds none. */
static bool receive_slot(int from, int *slot, int *fd)
{
    union control control;
    struct iovec iov = {slot, sizeof *slot};
    struct msghdr message = {.msg_iov = &iov,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    struct cmsghdr *header;
    ssize_t n;

    while ((n = recvmsg(from, &message, MSG_CMSG_CLOEXEC)) < 0 &&
           (errno == EINTR || (errno == EAGAIN && wait_for_message(from))))
        ;
    if (n != sizeof *slot)
        return false;
    *fd = -1;
    header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_type == SCM_RIGHTS)
        memcpy(fd, CMSG_DATA(header), sizeof *fd);
    return true;
}

/* Kills a child and waits for its end. Its number cannot have become another
 * process's: nobody but us waits for it. */
static void kill_and_reap(pid_t *child)
{
    if (*child > 0) {
        kill(*child, SIGKILL);
        while (waitpid(*child, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    *child = 0;
}

/* A program that was started without stdin, stdout or stderr gets the next
 * descriptors in their place, and what it prints would go to the server. So that
 * it fails to print instead, they are taken. */
static void take_standard_descriptors(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDONLY);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

/* Faults must end a worker, stops must stop it, children must be waited for. */
static bool keeps_its_default(int number)
{
    static const int kept[] = {SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,  SIGTRAP,
                               SIGSYS,  SIGABRT, SIGXCPU, SIGXFSZ, SIGCHLD,
                               SIGCONT, SIGTSTP, SIGTTIN, SIGTTOU};

    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        if (kept[i] == number)
            return true;
    }
    return false;
}

static void on_signal(int number)
{
    (void)number;
}

/* In the server, which hands it down to the workers: what a terminal or a service
 * manager sends to all of a program's processes ends none of them. A handler that
 * does nothing, not SIG_IGN, which a program that a job executes would inherit.
 * What the program itself ignores stays ignored, in those, too: see nohup(1). */
static void survive_signals(void)
{
    const struct sigaction survive = {.sa_handler = on_signal,
                                      .sa_flags = SA_RESTART};
    struct sigaction old;

    for (int number = 1; number < NSIG; number++) {
        if (!keeps_its_default(number) && sigaction(number, NULL, &old) == 0 &&
            old.sa_handler != SIG_IGN)
            sigaction(number, &survive, NULL); /* not KILL, not STOP */
    }
    signal(SIGCHLD, SIG_DFL); /* who ignores it cannot wait */
}

/* In a worker: its end comes with the server's. Else one that computes for ever
 * would outlive it, with nobody to stop it. */
static bool die_with_parent(pid_t server)
{
    return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == server;
}

/* In a worker. The server blocks all signals; a job may want some of them. */
static void unblock_signals(void)
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In the server: fills a slot and returns the descriptor that leads to the
 * worker, or -1. In the worker: does not return. */
static int fill(struct fork_server *server, int slot)
{
    pid_t us = getpid();
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return -1;
    server->workers[slot] = fork();
    if (server->workers[slot] == 0) {
        close(server->fd);
        close(pair[0]); /* else there would never be EOF */
        unblock_signals();
        if (die_with_parent(us))
            server->work(pair[1], server->arg);
        close(pair[1]);
        free(server);
        _exit(0); /* not exit: stdio's buffers are the program's */
    }
    close(pair[1]);
    if (server->workers[slot] > 0)
        return pair[0];
    close(pair[0]);
    return -1;
}

/* What the server does till our end of its socket is closed: by
 * fork_server_free, or because we have died. */
static void serve(struct fork_server *server)
{
    int slot, fd;

    while (receive_slot(server->fd, &slot, &fd)) {
        kill_and_reap(&server->workers[slot]);
        fd = fill(server, slot);
        if (!send_slot(server->fd, slot, fd))
            slot = -1;
        if (fd >= 0)
            close(fd); /* the program has it now */
        if (slot < 0)
            break;
    }
    for (int i = 0; i < server->slots; i++)
        kill_and_reap(&server->workers[i]);
    close(server->fd);
}

/* Forks the server. All signals are blocked meanwhile, and in the server forever:
 * one that came before survive_signals would end it. */
static pid_t fork_blocked(void)
{
    sigset_t all, before;
    pid_t pid;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid = fork();
    if (pid == 0)
        survive_signals();
    else
        sigprocmask(SIG_SETMASK, &before, NULL);
    return pid;
}

struct fork_server *fork_server_new(void (*work)(int fd, void *arg), void *arg,
                                    int slots)
{
    struct fork_server *server =
        calloc(1, sizeof *server + (size_t)slots * sizeof(pid_t));
    int pair[2];

    take_standard_descriptors();
    (void)fflush(NULL); /* a failure stays in the stream: ferror */
    if (!server ||
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
        free(server);
        return NULL;
    }
    server->work = work;
    server->arg = arg;
    server->slots = slots;
    server->pid = fork_blocked();
    if (server->pid == 0) {
        close(pair[0]);
        server->fd = pair[1];
        serve(server);
        free(server);
        _exit(0);
    }
    close(pair[1]);
    server->fd = pair[0];
    if (server->pid > 0)
        return server;
    close(pair[0]);
    free(server);
    return NULL;
}

int fork_server_ask(struct fork_server *server, int slot)
{
    return send_slot(server->fd, slot, -1) ? 0 : -1;
}

int fork_server_answer(struct fork_server *server, int *slot)
{
    int fd;

    *slot = -1;
    if (receive_slot(server->fd, slot, &fd))
        return fd;
    return -1;
}

int fork_server_fd(const struct fork_server *server)
{
    return server->fd;
}

void fork_server_free(struct fork_server *server)
{
    /* It sees EOF, even if another pool's server, forked later, has inherited
     * our end; a mere close would not do then. */
    shutdown(server->fd, SHUT_RDWR);
    close(server->fd);
    while (waitpid(server->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    free(server);
}
