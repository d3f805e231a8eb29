/* await_executor — what run_in_executor promises a task, scene by scene.
 *
 * Build: cc -I../../modules -I../../../03-tasks/modules -o await_executor await_executor.c ../../modules/fork_server.c ../../modules/job.c ../../modules/process_pool.c ../../modules/run_in_executor.c ../../modules/thread_pool.c ../../modules/workers.c ../../../03-tasks/modules/await.c ../../../03-tasks/modules/group.c ../../../03-tasks/modules/heap.c ../../../03-tasks/modules/task_loop.c ../../../03-tasks/modules/task_main.c $(pkg-config --cflags --libs libevent) -pthread
 * Run:   ./await_executor threads|processes SCENE
 *
 * Tasks A, B, C … ask for ten times 1, 2, 3 …; printed is what comes of it, and
 * the number as the job has left it. A job that blocks says that it has begun and
 * waits for a byte from us, so that no scene depends on time.
 */
#include "group.h"
#include "run_in_executor.h"
#include "task_main.h"

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ASKERS = 5, TURNS = 100, LARGE = 128 * 1024 };

static int started[2], gate[2]; /* pipes: from jobs, to jobs */

struct work {
    int number;
    bool blocks;
    size_t breaks; /* it answers with that many bytes, and dies */
};

/* In a worker process: sends an answer of the wrong size, dies. */
static void break_off(size_t size)
{
    static const char answer[2 * sizeof(struct work)];

    for (int fd = 3; fd < 100; fd++) {
        int type = 0;
        socklen_t length = sizeof type;

        if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 &&
            type == SOCK_SEQPACKET)
            (void)!send(fd, answer, size, MSG_NOSIGNAL);
    }
    raise(SIGKILL);
}

static void compute(void *argument)
{
    struct work *work = argument;
    char byte = 's';

    if (work->breaks > 0)
        break_off(work->breaks);
    if (work->blocks &&
        (write(started[1], &byte, 1) != 1 || read(gate[0], &byte, 1) != 1))
        return;
    work->number *= 10;
}

/* Turns all bytes of a large argument over. */
static void turn_over(void *argument)
{
    unsigned char *bytes = argument;

    for (int i = 0; i < LARGE; i++)
        bytes[i] = (unsigned char)~bytes[i];
}

static void wait_for_start(void)
{
    char byte;

    if (read(started[0], &byte, 1) != 1)
        abort();
}

static void open_gate(void)
{
    printf(" gate");
    if (write(gate[1], "g", 1) != 1)
        abort();
}

/* Asks once, then yields. Its memory is poisoned when it has ended. */
struct asker {
    struct task task;
    struct executor *executor;
    struct executor_call call;
    struct work work;
    int64_t patience; /* 0: without end */
    char name;
};

static void asker_run(struct task *me)
{
    struct asker *self = (struct asker *)me;
    const char *error;

    TASK_BEGIN(me);
    if (self->patience > 0)
        AWAIT_CATCH(me, error,
                    task_within(me, self->patience,
                                run_in_executor(me, self->executor, &self->call,
                                                compute, &self->work,
                                                sizeof self->work)));
    else
        AWAIT_CATCH(me, error,
                    run_in_executor(me, self->executor, &self->call, compute,
                                    &self->work, sizeof self->work));
    printf(" %c:%d", self->name, error == JOB_DIED ? 0 : self->work.number);
    if (error)
        printf(" (%s)", error);
    memset(&self->call, 0xff, sizeof self->call);
    AWAIT(me, task_sleep(me, 0));
    TASK_FINALLY(me);
    if (me->error)
        printf(" %c's next wait: %s", self->name, me->error);
    TASK_END(me);
}

/* Asks for empty jobs, one after the other. */
struct turner {
    struct task task;
    struct executor *executor;
    struct executor_call call;
    struct work work;
    int *turns, *since_beat, *longest;
};

static void turner_run(struct task *me)
{
    struct turner *self = (struct turner *)me;

    TASK_BEGIN(me);
    while (++*self->turns < TURNS) {
        if (++*self->since_beat > *self->longest)
            *self->longest = *self->since_beat;
        AWAIT(me, run_in_executor(me, self->executor, &self->call, compute,
                                  &self->work, sizeof self->work));
    }
    TASK_END(me);
}

struct scene {
    struct task task;
    bool threads;
    struct thread_pool *thread_pool;
    struct process_pool *process_pool;
    struct executor executor;
    struct asker askers[ASKERS];
    struct task *tasks[ASKERS];
    struct gather gather;
    struct turner turners[4];
    struct event *beat;
    int turns, since_beat, longest;
    unsigned char *large;
    struct executor_call call;
};

static void pool_close(struct scene *self)
{
    if (self->thread_pool)
        thread_pool_free(self->thread_pool);
    if (self->process_pool)
        process_pool_free(self->process_pool);
    self->thread_pool = NULL;
    self->process_pool = NULL;
}

static void pool_stop(struct scene *self)
{
    if (self->thread_pool)
        thread_pool_stop(self->thread_pool, false);
    else
        process_pool_stop(self->process_pool, false);
}

static void pool_open(struct scene *self)
{
    struct event_base *base = self->task.loop->base;

    if (self->threads) {
        self->thread_pool = thread_pool_new(base, 1, 2);
        if (!self->thread_pool)
            err(1, "no threads");
        executor_of_threads(&self->executor, self->thread_pool);
    } else {
        if (process_pool_attach(self->process_pool, base) < 0)
            err(1, "no processes");
        executor_of_processes(&self->executor, self->process_pool);
    }
}

/* Creates the i-th asker, whose task begins in the next pass. */
static struct asker *ask(struct scene *self, int i, bool blocks)
{
    struct asker *asker = &self->askers[i];

    *asker = (struct asker){.executor = &self->executor,
                            .work = {.number = i + 1, .blocks = blocks},
                            .name = (char)('A' + i)};
    self->tasks[i] = &asker->task;
    task_create(self->task.loop, &asker->task, asker_run, "asker");
    return asker;
}

static void kinds(const struct scene *self)
{
    for (int i = 0; i < 4; i++)
        printf(" %s;", self->askers[i].call.wait.kind);
}

/* One worker, room for two: all others wait for room, in order. */
static void order_run(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    pool_open(self);
    for (int i = 0; i < ASKERS; i++)
        ask(self, i, i == 0);
    AWAIT(me, task_sleep(me, 0));
    kinds(self);
    wait_for_start();
    open_gate();
    AWAIT(me, gather_all(me, &self->gather, self->tasks, ASKERS));
    pool_close(self);
    TASK_END(me);
}

/* A runs, B waits for a worker, C and D for room; three are cancelled. */
static void cancel_run(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    pool_open(self);
    for (int i = 0; i < 4; i++)
        ask(self, i, i == 0);
    AWAIT(me, task_sleep(me, 0));
    wait_for_start();
    for (int i = 2; i >= 0; i--)
        task_cancel(self->tasks[i]);
    AWAIT(me, gather_all(me, &self->gather, self->tasks + 1, 2));
    if (self->threads)
        open_gate();
    AWAIT(me, gather_all(me, &self->gather, self->tasks, 4));
    pool_close(self);
    TASK_END(me);
}

/* A's patience ends while its job runs; then the gate opens. */
static void within_run(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    pool_open(self);
    ask(self, 0, true)->patience = 10 * TASK_MS;
    AWAIT(me, task_sleep(me, 0));
    wait_for_start();
    AWAIT(me, task_sleep(me, 20 * TASK_MS)); /* is due after A's, in any case */
    if (self->threads)
        open_gate();
    AWAIT(me, gather_all(me, &self->gather, self->tasks, 1));
    ask(self, 1, false);
    AWAIT(me, gather_all(me, &self->gather, self->tasks + 1, 1));
    pool_close(self);
    TASK_END(me);
}

/* Only for threads: A is cancelled after its job, before it is reported; B after
 * it was reported, before its task goes on. */
static void same_pass_run(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    pool_open(self);
    ask(self, 0, true);
    ask(self, 1, true);
    AWAIT(me, task_sleep(me, 0));
    wait_for_start();
    open_gate();
    open_gate();
    wait_for_start(); /* B's job has begun, so A's is over */
    task_cancel(self->tasks[0]);
    pool_close(self); /* waits for B's, reports both */
    task_cancel(self->tasks[1]);
    AWAIT(me, gather_all(me, &self->gather, self->tasks, 2));
    TASK_END(me);
}

/* The pool is stopped: A runs, B waits for a worker, C for room; D comes late. */
static void stop_run(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    pool_open(self);
    for (int i = 0; i < 3; i++)
        ask(self, i, i == 0);
    AWAIT(me, task_sleep(me, 0));
    wait_for_start();
    pool_stop(self);
    ask(self, 3, false);
    AWAIT(me, gather_all(me, &self->gather, self->tasks + 1, 3));
    open_gate();
    AWAIT(me, gather_all(me, &self->gather, self->tasks, 1));
    pool_close(self);
    TASK_END(me);
}

/* The pool is freed while A's job waits for a worker, and B and C for room. */
static void free_run(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    pool_open(self);
    for (int i = 0; i < 4; i++)
        ask(self, i, i == 0);
    AWAIT(me, task_sleep(me, 0));
    wait_for_start();
    pool_stop(self); /* else a thread could take B's */
    if (self->threads)
        open_gate();
    pool_close(self);
    AWAIT(me, gather_all(me, &self->gather, self->tasks, 4));
    TASK_END(me);
}

static void on_beat(evutil_socket_t fd, short events, void *arg)
{
    const struct timeval next_pass = {0, 0};
    struct scene *self = arg;

    (void)fd;
    (void)events;
    self->since_beat = 0;
    if (event_add(self->beat, &next_pass) < 0)
        errx(1, "out of memory");
}

/* Four tasks in the tightest loop there is, and a timer due in every pass. */
static void heartbeat_run(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    pool_open(self);
    self->beat = evtimer_new(me->loop->base, on_beat, self);
    if (!self->beat)
        errx(1, "out of memory");
    on_beat(-1, 0, self);
    for (int i = 0; i < 4; i++) {
        self->turners[i] = (struct turner){.executor = &self->executor,
                                           .turns = &self->turns,
                                           .since_beat = &self->since_beat,
                                           .longest = &self->longest};
        self->tasks[i] = &self->turners[i].task;
        task_create(me->loop, self->tasks[i], turner_run, "turner");
    }
    AWAIT(me, gather_all(me, &self->gather, self->tasks, 4));
    printf(" at most %d turns between two beats", self->longest);
    event_free(self->beat);
    pool_close(self);
    TASK_END(me);
}

/* Only for processes: the largest message, there and back; one byte more. */
static void large_run(struct task *me)
{
    struct scene *self = (struct scene *)me;
    const char *error;
    int wrong = 0;

    TASK_BEGIN(me);
    pool_open(self);
    self->large = malloc(LARGE);
    if (!self->large)
        errx(1, "out of memory");
    for (int i = 0; i < LARGE; i++)
        self->large[i] = (unsigned char)(i * 7);
    AWAIT(me, run_in_executor(me, &self->executor, &self->call, turn_over,
                              self->large, LARGE));
    for (int i = 0; i < LARGE; i++)
        wrong += self->large[i] != (unsigned char)~(i * 7);
    printf(" %d wrong;", wrong);
    AWAIT_CATCH(me, error,
                run_in_executor(me, &self->executor, &self->call, turn_over,
                                self->large, LARGE + 1));
    printf(" one byte more: %s;", error);
    AWAIT_CATCH(me, error,
                run_in_executor(me, &self->executor, &self->call, turn_over,
                                self->large, 0));
    printf(" none: %s", error);
    TASK_FINALLY(me);
    free(self->large);
    pool_close(self);
    TASK_END(me);
}

/* Only for processes: workers die after a part of an answer, and after too much. */
static void broken_run(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    pool_open(self);
    ask(self, 0, false)->work.breaks = sizeof(struct work) / 2;
    ask(self, 1, false)->work.breaks = sizeof(struct work) + 1;
    ask(self, 2, false);
    AWAIT(me, gather_all(me, &self->gather, self->tasks, 3));
    pool_close(self);
    TASK_END(me);
}

static const struct {
    const char *name;
    void (*run)(struct task *me);
} scenes[] = {
    {"order", order_run},         {"cancel", cancel_run},
    {"within", within_run},       {"same_pass", same_pass_run},
    {"stop", stop_run},           {"free", free_run},
    {"heartbeat", heartbeat_run}, {"large", large_run},
    {"broken", broken_run},
};

int main(int argc, char **argv)
{
    struct scene scene = {.threads = argc > 1 && !strcmp(argv[1], "threads")};
    int status = 2;

    alarm(60); /* a process that is forgotten ends all the same */
    if (argc != 3 || pipe(started) < 0 || pipe(gate) < 0)
        return 2;
    if (!scene.threads)
        scene.process_pool = process_pool_new(1, 2, LARGE);
    if (!scene.threads && !scene.process_pool)
        err(1, "no processes");
    for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++) {
        if (strcmp(argv[2], scenes[i].name) == 0)
            status = task_main(&scene.task, scenes[i].run);
    }
    puts("");
    pool_close(&scene);
    for (int i = 0; i < 2; i++) {
        close(started[i]);
        close(gate[i]);
    }
    return status;
}
