/* executor_rules — what thread_pool and process_pool promise, rule by rule.
 *
 * Build: cc -I../../modules -o executor_rules executor_rules.c ../../modules/fork_server.c ../../modules/job.c ../../modules/process_pool.c ../../modules/thread_pool.c ../../modules/workers.c $(pkg-config --cflags --libs libevent) -pthread
 * Run:   ./executor_rules threads      or: ./executor_rules processes
 *
 * No rule depends on time: a job with an odd number says that it has started,
 * and then waits for a byte from us.
 */
#include "process_pool.h"
#include "thread_pool.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORKERS = 2, LIMIT = 4 };
enum { DEADLY = 1000, EXITS = 1002, WHO = 2000, COMMAND = 3000 };

static pid_t program;
static int started[2], gate[2]; /* pipes: from jobs, to jobs */

static volatile sig_atomic_t woken;

static void on_signal(int number)
{
    (void)number;
    woken = 1;
}

/* Its process, and in the upper half whether the signal that it wants has come. */
static uint64_t who_am_i(void)
{
    /* Without SA_RESTART: what a worker waits in fails with EINTR. */
    const struct sigaction wakes = {.sa_handler = on_signal};

    if (sigaction(SIGUSR1, &wakes, NULL) < 0)
        return 0;
    return (uint64_t)woken << 32 | (uint64_t)getpid();
}

/* Which signal ends a program that is executed, and sends itself one. */
static uint64_t command(void)
{
    pid_t child = fork();
    int status = 0;

    if (child == 0) {
        execl("/bin/sh", "sh", "-c", "kill -USR2 $$", (char *)NULL);
        _exit(1);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return 0;
    return WIFSIGNALED(status) ? (uint64_t)WTERMSIG(status) : 0;
}

static uint64_t answer_to(uint64_t number)
{
    char byte = 's';

    if (getpid() != program) {
        signal(SIGALRM, SIG_DFL);
        alarm(20); /* a worker nobody kills must not keep a test waiting */
    }
    if (number == DEADLY)
        raise(SIGKILL);
    if (number == EXITS)
        exit(3);
    if (number == WHO)
        return who_am_i();
    if (number == COMMAND)
        return command();
    if (number % 2 == 1 &&
        (write(started[1], &byte, 1) != 1 || read(gate[0], &byte, 1) != 1))
        return 0;
    return number * 10;
}

/* The job: leaves the answer where the question was. */
static void answer(void *number)
{
    *(uint64_t *)number = answer_to(*(uint64_t *)number);
}

/* Waits till `jobs` of the odd ones run; lets as many go on. */
static void wait_for_start(int jobs)
{
    char byte;

    while (jobs-- > 0) {
        if (read(started[0], &byte, 1) != 1)
            abort();
    }
}

static void open_gate(int jobs)
{
    while (jobs-- > 0) {
        if (write(gate[1], "g", 1) != 1)
            abort();
    }
}

/* Waits till a worker sleeps, waiting for its next number; or is dead. */
static void wait_for_sleep(pid_t pid)
{
    char path[40], state = 'R';

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    while (state != 'S' && state != 'Z') {
        FILE *stat = fopen(path, "r");

        if (!stat || fscanf(stat, "%*d (%*[^)]) %c", &state) != 1)
            state = 'Z';
        if (stat)
            fclose(stat);
        usleep(1000);
    }
}

static const char *said(int error)
{
    return error == 0           ? "taken"
           : error == EAGAIN    ? "full"
           : error == ESHUTDOWN ? "stopped"
                                : strerror(error);
}

/* A pool of either kind, its base, and what came back. */
struct scene {
    struct event_base *base;
    struct thread_pool *threads;
    struct process_pool *processes;
    int answers, wanted; /* the loop stops when that many have come */
    int submitted, done; /* jobs, and calls of on_done */
};

/* An owner of a job: for whom the answer must be. */
struct owner {
    struct scene *scene;
    uint64_t question, number; /* the job replaces the number */
    struct job job;
};

static void on_done(const char *error, void *arg)
{
    static pid_t who;
    struct owner *owner = arg;
    uint64_t result = owner->number;
    pid_t pid = (pid_t)(result & UINT32_MAX);

    /* From here on it is ours: a pool that looks at it crashes. */
    memset(&owner->job, 0xff, sizeof owner->job);
    owner->scene->done++;
    if (owner->question == WHO && !error) {
        printf(" %s%s",
               !who         ? "one"
               : who == pid ? "the same"
                            : "another",
               result >> 32 ? ", woken" : "");
        who = pid;
        wait_for_sleep(who);
        kill(who, SIGUSR1);
        wait_for_sleep(who);
    } else if (error) {
        printf(" %" PRIu64 "→%s", owner->question, error);
    } else {
        printf(" %" PRIu64 "→%" PRIu64, owner->question, result);
    }
    if (++owner->scene->answers == owner->scene->wanted)
        event_base_loopbreak(owner->scene->base);
}

static void on_room(void *arg)
{
    (void)arg;
    printf(" room");
}

/* Returns 0, or errno. */
static int submit(struct scene *scene, struct owner *owner, uint64_t number)
{
    int status;

    owner->scene = scene;
    owner->question = owner->number = number;
    owner->job = (struct job){.function = answer,
                              .argument = &owner->number,
                              .size = sizeof owner->number,
                              .done = on_done,
                              .arg = owner};
    status = scene->threads
                 ? thread_pool_submit(scene->threads, &owner->job)
                 : process_pool_submit(scene->processes, &owner->job);
    scene->submitted += status == 0;
    return status == 0 ? 0 : errno;
}

static void begin(struct scene *scene, bool threads, const char *rule)
{
    struct owner owner;

    memset(scene, 0, sizeof *scene);
    if (pipe(started) < 0 || pipe(gate) < 0)
        abort();
    printf("%s:", rule);
    if (!threads)
        scene->processes = process_pool_new(WORKERS, LIMIT, sizeof(uint64_t));
    if (scene->processes && submit(scene, &owner, 1) != EINVAL)
        puts("taken before there is a loop");
    scene->base = event_base_new();
    if (threads && scene->base)
        scene->threads = thread_pool_new(scene->base, WORKERS, LIMIT);
    if (!scene->base || (!scene->threads && !scene->processes) ||
        (!threads && process_pool_attach(scene->processes, scene->base) < 0))
        abort();
    if (threads)
        thread_pool_on_room(scene->threads, on_room, scene);
    else
        process_pool_on_room(scene->processes, on_room, scene);
}

static bool cancel(struct owner *owner)
{
    if (owner->scene->threads)
        return thread_pool_cancel(owner->scene->threads, &owner->job);
    return process_pool_cancel(owner->scene->processes, &owner->job);
}

static void stop(struct scene *scene, bool finish)
{
    if (scene->threads)
        thread_pool_stop(scene->threads, finish);
    else
        process_pool_stop(scene->processes, finish);
}

/* Runs the loop till that many answers have come, or it ends by itself. */
static int run(struct scene *scene, int wanted)
{
    scene->answers = 0;
    scene->wanted = wanted;
    return event_base_dispatch(scene->base);
}

static void end(struct scene *scene)
{
    if (scene->threads)
        thread_pool_free(scene->threads);
    else
        process_pool_free(scene->processes);
    event_base_free(scene->base);
    if (scene->done != scene->submitted)
        printf(" %d jobs, done: %d", scene->submitted, scene->done);
    for (int i = 0; i < 2; i++) {
        close(started[i]);
        close(gate[i]);
    }
    puts("");
}

static void rules(bool threads)
{
    struct scene scene;
    struct owner owners[6];

    begin(&scene, threads, "any order, each to its owner");
    submit(&scene, &owners[0], 1);
    submit(&scene, &owners[1], 2);
    submit(&scene, &owners[2], 4);
    run(&scene, 2);
    wait_for_start(1);
    open_gate(1);
    run(&scene, 1);
    end(&scene);

    begin(&scene, threads, "full at 4, room after an answer");
    submit(&scene, &owners[0], 1);
    submit(&scene, &owners[1], 1);
    submit(&scene, &owners[2], 2);
    submit(&scene, &owners[3], 4);
    printf(" %s", said(submit(&scene, &owners[4], 6)));
    wait_for_start(2);
    open_gate(2);
    run(&scene, 4);
    event_base_loop(scene.base, EVLOOP_NONBLOCK);
    printf(" %s", said(submit(&scene, &owners[4], 6)));
    run(&scene, 1);
    end(&scene);

    begin(&scene, threads, "cancelled before it starts: never runs");
    submit(&scene, &owners[0], 1);
    submit(&scene, &owners[1], 1);
    submit(&scene, &owners[2], 3); /* would say that it has started */
    submit(&scene, &owners[3], 4);
    wait_for_start(2);
    printf(" taken back: %d", cancel(&owners[2]));
    printf(", again: %d", cancel(&owners[2]));
    run(&scene, 1);
    printf(" %s", said(submit(&scene, &owners[4], 6)));
    open_gate(2);
    run(&scene, 4);
    end(&scene);

    begin(&scene, threads, "the owner goes in mid-job");
    for (int i = 0; i < LIMIT; i++)
        submit(&scene, &owners[i], i < WORKERS ? 1 : 2);
    wait_for_start(2);
    printf(" stopped: %d,", cancel(&owners[0]));
    if (!threads)
        run(&scene, 1);
    printf(" room: %s", submit(&scene, &owners[4], 4) ? "not yet" : "at once");
    open_gate(2); /* a process on its way to death may take one of them */
    run(&scene, 4);
    end(&scene);

    if (threads) {
        begin(&scene, threads, "the owner goes when the answer is there");
        submit(&scene, &owners[0], 1);
        submit(&scene, &owners[1], 1);
        submit(&scene, &owners[2], 1);
        wait_for_start(2);
        open_gate(3);
        wait_for_start(
            1); /* the third has begun, so one of the others is over */
        printf(" %d", cancel(&owners[0]) + cancel(&owners[1]));
        run(&scene, 3);
        end(&scene);
    }

    if (!threads) {
        begin(&scene, threads, "a worker dies, is replaced");
        submit(&scene, &owners[0], DEADLY);
        submit(&scene, &owners[1], DEADLY);
        submit(&scene, &owners[2], 1);
        submit(&scene, &owners[3], 1);
        open_gate(2);
        run(&scene, 4);
        wait_for_start(2);
        end(&scene);

        begin(&scene, threads, "a job exits");
        submit(&scene, &owners[0], EXITS);
        run(&scene, 1);
        end(&scene);

        begin(&scene, threads, "a job gets the signal that it wants");
        submit(&scene, &owners[0], WHO);
        run(&scene, 1);
        submit(&scene, &owners[1], WHO);
        run(&scene, 1);
        end(&scene);

        begin(&scene, threads, "a program that a job executes: ended by");
        submit(&scene, &owners[0], COMMAND);
        run(&scene, 1);
        end(&scene);
    }

    begin(&scene, threads, "stop and finish");
    submit(&scene, &owners[0], 1);
    submit(&scene, &owners[1], 1);
    submit(&scene, &owners[2], 2);
    wait_for_start(2);
    stop(&scene, true);
    printf(" %s", said(submit(&scene, &owners[3], 4)));
    open_gate(2);
    printf(", the loop ends: %d", run(&scene, 9));
    end(&scene);

    begin(&scene, threads, "stop, and the last owner goes");
    submit(&scene, &owners[0], 1);
    wait_for_start(1);
    stop(&scene, true);
    cancel(&owners[0]);
    open_gate(threads); /* a thread computes to the end */
    printf(" the loop ends: %d", run(&scene, 9));
    end(&scene);

    begin(&scene, threads, "stop and drop");
    submit(&scene, &owners[0], 1);
    submit(&scene, &owners[1], 1);
    submit(&scene, &owners[2], 2);
    submit(&scene, &owners[3], 4);
    wait_for_start(2);
    stop(&scene, false);
    run(&scene, 2);
    open_gate(2);
    printf(", the loop ends: %d", run(&scene, 9));
    end(&scene);

    begin(&scene, threads, "stop, and a submitter waits for room");
    for (int i = 0; i < LIMIT; i++)
        submit(&scene, &owners[i], 1);
    printf(" %s", said(submit(&scene, &owners[4], 6)));
    wait_for_start(2);
    stop(&scene, true);
    event_base_loop(scene.base, EVLOOP_NONBLOCK);
    event_base_loop(scene.base, EVLOOP_NONBLOCK);
    printf(" %s,", said(submit(&scene, &owners[4], 6)));
    open_gate(4);
    run(&scene, 9);
    end(&scene);

    begin(&scene, threads, "free: each is answered");
    submit(&scene, &owners[0], 1);
    submit(&scene, &owners[1], 1);
    submit(&scene, &owners[2], 2);
    wait_for_start(2);
    open_gate(threads ? 2 : 0); /* threads are waited for */
    end(&scene);

    begin(&scene, threads, "free, one is over");
    submit(&scene, &owners[0], 1);
    submit(&scene, &owners[1], 1);
    submit(&scene, &owners[2], 2);
    wait_for_start(2);
    cancel(&owners[2]);
    open_gate(threads ? 2 : 0);
    end(&scene);

    if (!threads) { /* the second's server has the first's descriptors, too */
        struct process_pool *first = process_pool_new(1, 1, 8);
        struct process_pool *second = process_pool_new(1, 1, 8);

        if (!first || !second)
            abort();
        process_pool_free(first);
        process_pool_free(second);
        puts("two pools, the first freed first: both are gone");
    }
}

/* As a program does that takes its signals with signalfd or sigwait. */
static bool block(int number)
{
    sigset_t blocked;

    sigemptyset(&blocked);
    sigaddset(&blocked, number);
    return sigprocmask(SIG_BLOCK, &blocked, NULL) == 0;
}

int main(int argc, char **argv)
{
    if (argc != 2 || !block(SIGUSR1) || signal(SIGUSR1, SIG_IGN) == SIG_ERR)
        return 2;
    program = getpid();
    rules(!strcmp(argv[1], "threads"));
    libevent_global_shutdown();
    return 0;
}
