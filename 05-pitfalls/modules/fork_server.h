/* fork_server — forks workers, for a program that may no longer fork itself.
 *
 *     struct fork_server *server = fork_server_new(work, 4);   first of all
 *     fork_server_ask(server, 0);                      a worker in slot 0
 *     int slot, fd = fork_server_answer(server, &slot);
 *     … threads, event bases, sockets; the worker of slot 0 has died …
 *     fork_server_ask(server, 0);                      a new one, please
 *     … fork_server_fd(server) becomes readable …
 *     fd = fork_server_answer(server, &slot);
 *     fork_server_free(server);
 *
 * A child of a process that has threads has only one of them, and the locks of
 * all others as they stood, malloc's included; a child of a process that has
 * an event base shares its epoll. So one child is forked while there is neither,
 * and from then on it does the forking: it stays as small as it was. A worker is
 * the end of a socket pair whose messages keep their borders (SOCK_SEQPACKET);
 * the other end travels back to us in a message (SCM_RIGHTS, `man 7 unix`).
 *
 * The server kills and waits for the worker in a slot before it fills the slot
 * again, and all of them when it is freed or when we die: no zombies. If it dies
 * itself, they die with it.
 *
 * A terminal or a service manager sends a signal to all processes of a program at
 * once. What becomes of the jobs then is the program's decision, so no signal but
 * SIGKILL ends the server, and workers survive all but SIGKILL and those of faults
 * (SIGSEGV, SIGABRT …). SIGTSTP stops workers until SIGCONT, as it stops the
 * program. A job that wants a signal, SIGALRM say, calls sigaction for it: nothing
 * is blocked in a worker. A program that a job executes gets the defaults back.
 *
 * asyncio: multiprocessing's start method "forkserver". That one ignores SIGINT and
 * SIGPIPE only, and its workers SIGPIPE: SIGHUP, SIGTERM or even SIGINT sent to all
 * breaks a ProcessPoolExecutor for good (seen with Python 3.11).
 */
#ifndef FORK_SERVER_H
#define FORK_SERVER_H

struct fork_server;

/* Forks the server; there must be no thread and no event base. If stdin, stdout
 * or stderr are closed, /dev/null takes their numbers. What stdio has still to
 * write is written: a job that calls exit would write it once more. `work` runs
 * in each worker and returns when its fd reports EOF; it does not own the fd. A
 * child that a job forks inherits that fd: until it ends, too, the death of the
 * worker is not noticed. Returns NULL if there are too few resources; errno says
 * which. */
struct fork_server *fork_server_new(void (*work)(int fd, void *arg), void *arg,
                                    int slots);

/* Asks for a new worker in a slot; who is there is killed. Returns 0, or -1 if
 * the server is gone. Does not wait: the answer follows. Take it before you ask
 * again: two that only talk can fill both ways and wait for each other. */
int fork_server_ask(struct fork_server *server, int slot);

/* Takes an answer, waits for it if there is none. Sets the slot; returns the
 * descriptor that leads to the worker (yours) or -1 if it could not be forked. If
 * the server is gone, slot is -1, too. */
int fork_server_answer(struct fork_server *server, int *slot);

/* Becomes readable when there is an answer. A loop may make it non-blocking;
 * fork_server_answer waits all the same. */
int fork_server_fd(const struct fork_server *server);

/* Ends the workers, whatever they do, and the server; waits for them. */
void fork_server_free(struct fork_server *server);

#endif
