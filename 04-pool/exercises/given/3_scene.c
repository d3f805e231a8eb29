/* 3_scene.c — main, borrowers and connections; 3_scene.h is the manual. */
#include "3_scene.h"
#include "queue.h"
#include "steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct connection {
    struct task_wait wait; /* for its opening or its end */
    enum { IS_OPENING, IS_OPEN, IS_CLOSING, IS_GONE } state;
    bool dead, dirty, interrupted;
    int64_t since;              /* it came back; -1: it is lent, or new */
    struct connection **result; /* of its opening */
    struct connection *next;
};

/* A borrower; its task is the player. Its visits stand behind it, in the same
 * memory. */
struct borrower {
    struct task task;
    char name;
    bool waits, has;
    struct visit *take, *give;
    struct semaphore given; /* released by the step "give" */
};

static struct {
    struct lender *lender;    /* owned */
    struct connection *first; /* owned, oldest first */
    int64_t now;
    int asked, gone;
    bool slow;
    struct connection *had[26]; /* what each borrower had last */
} scene;

static struct borrower *borrower_of(int i)
{
    return (struct borrower *)stage.players[i];
}

int64_t now_ms(void)
{
    return scene.now;
}

static void complain(const char *what)
{
    if (!stage.over)
        puts(what);
}

/* Ends the wait of a task; there is none on a server that is not slow. */
static void tell(struct connection *connection, const char *error)
{
    if (connection->wait.waiter)
        task_resume(connection->wait.waiter, error);
}

static void gone(struct connection *connection, const char *error)
{
    connection->state = IS_GONE;
    scene.gone++;
    tell(connection, connection->interrupted ? TASK_CANCELLED : error);
}

/* The connect ends: with an error, or with a connection. */
static void answer(struct connection *connection, const char *error)
{
    if (error) {
        gone(connection, error);
        return;
    }
    connection->state = IS_OPEN;
    *connection->result = connection;
    tell(connection, NULL);
}

/* What was being opened is closed. The wait ends when it is gone. */
static bool interrupt(struct task_wait *wait)
{
    struct connection *connection = (struct connection *)wait;

    connection->interrupted = true;
    connection->state = IS_CLOSING;
    return false;
}

bool connection_open(struct task *me, struct connection **result)
{
    const char *error = stage_next_connect();
    struct connection *connection =
        error == TASK_NO_MEMORY ? NULL : calloc(1, sizeof *connection);
    struct connection **last = &scene.first;

    if (!connection)
        return task_ready(me, TASK_NO_MEMORY);
    while (*last)
        last = &(*last)->next;
    *last = connection;
    *connection = (struct connection){
        .wait = {.interrupt = interrupt, .kind = "a connect"},
        .since = -1,
        .result = result};
    if (++scene.asked - scene.gone > stage.max)
        complain("too many connections at once");
    if (scene.slow)
        return task_wait_on(me, &connection->wait);
    answer(connection, error);
    return task_ready(me, error);
}

bool connection_close(struct task *me, struct connection *connection)
{
    if (connection->state != IS_OPEN)
        complain("a connection is closed that is not open");
    connection->wait =
        (struct task_wait){.interrupt = interrupt, .kind = "a close"};
    connection->state = IS_CLOSING;
    if (scene.slow)
        return task_wait_on(me, &connection->wait);
    gone(connection, NULL);
    return task_ready(me, NULL);
}

bool connection_is_alive(const struct connection *connection)
{
    if (connection->state != IS_OPEN)
        complain("a connection is looked at that is not open");
    return !connection->dead;
}

bool connection_is_clean(const struct connection *connection)
{
    if (connection->state != IS_OPEN)
        complain("a connection is looked at that is not open");
    return !connection->dirty;
}

/* What is to be said of a connection that is lent. */
static const char *verdict(const struct connection *connection)
{
    for (int i = 0; i < 26; i++)
        if (scene.had[i] == connection && borrower_of(i) && borrower_of(i)->has)
            return "one that another has";
    if (connection->state != IS_OPEN)
        return "one that is not open";
    if (connection->since >= 0 && scene.now - connection->since > IDLE_MAX_MS)
        return "one that has been idle for more than a minute";
    return connection->dead    ? "a dead one"
           : connection->dirty ? "one in a transaction"
                               : "a good one";
}

/* The borrower has it now, or NULL. */
static void on_taken(struct borrower *self, struct connection *connection)
{
    if (!stage.over)
        printf("%c has %s\n", self->name,
               connection ? verdict(connection) : "none, and no error");
    self->waits = false;
    if (!connection)
        return;
    connection->since = -1;
    scene.had[self->name - 'A'] = connection;
    self->has = true;
}

/* The connection goes to the visit that gives it back. */
static bool give(struct task *me, struct borrower *self)
{
    self->give->connection = self->take->connection;
    self->give->connection->since = scene.now;
    task_create(me->loop, &self->give->task, give_run, "give");
    return task_await(me, &self->give->task);
}

static void borrower_run(struct task *me)
{
    struct borrower *self = (struct borrower *)me;
    const char *error;

    TASK_BEGIN(me);
    task_create(me->loop, &self->take->task, take_run, "take");
    AWAIT(me, task_await(me, &self->take->task));
    on_taken(self, self->take->connection);
    if (self->has)
        AWAIT(me, semaphore_acquire(me, &self->given));
    TASK_FINALLY(me);
    self->waits = self->has = false;
    if (self->take->connection) {
        AWAIT_CATCH(me, error, give(me, self));
        if (error && !stage.over)
            printf("%c cannot give it back: %s\n", self->name, error);
    }
    TASK_END(me);
}

static void on_ended(char name, struct task *task)
{
    const char *error = task_error(task);

    if (error == TASK_CANCELLED)
        printf("%c is cancelled\n", name);
    else if (error)
        printf("%c has none: %s\n", name, error);
}

static int take(char name)
{
    struct borrower *self = calloc(1, sizeof *self + 2 * visit_size);

    if (!self)
        return -1;
    self->name = name;
    self->waits = true;
    self->take = (struct visit *)(self + 1);
    self->give = (struct visit *)((char *)(self + 1) + visit_size);
    self->take->lender = self->give->lender = scene.lender;
    semaphore_init(&self->given, 0);
    stage_enter(name, &self->task, borrower_run);
    return 0;
}

static void print_counts(void)
{
    printf("%d now, %d ever", scene.asked - scene.gone, scene.asked);
    for (int i = 0; i < 26; i++)
        if (borrower_of(i) && borrower_of(i)->waits)
            printf(", %c waits", 'A' + i);
    putchar('\n');
}

/* A slow server ends what the oldest connection in that state waits for. */
static bool end_oldest(int state, const char *error)
{
    struct connection *oldest = scene.first;

    while (oldest && (int)oldest->state != state)
        oldest = oldest->next;
    if (oldest && state == IS_OPENING)
        answer(oldest, error);
    else if (oldest)
        gone(oldest, NULL);
    return oldest;
}

static int borrower_step(const char *verb, char who)
{
    struct connection *had = scene.had[who - 'A'];
    struct borrower *borrower = borrower_of(who - 'A');

    if (!strcmp(verb, "take"))
        return take(who);
    if (!strcmp(verb, "give") && borrower && borrower->has)
        semaphore_release(&borrower->given);
    else if (!strcmp(verb, "kill") && had)
        had->dead = true;
    else if (!strcmp(verb, "dirty") && had)
        had->dirty = true;
    return 0;
}

static int step(const char *verb, char who, const char *value)
{
    (void)value;
    if (who)
        return borrower_step(verb, who);
    if (!strcmp(verb, "slow"))
        scene.slow = true;
    else if (!strcmp(verb, "answer"))
        end_oldest(IS_OPENING, NULL);
    else if (!strcmp(verb, "fail"))
        end_oldest(IS_OPENING, "refused");
    else if (!strcmp(verb, "gone"))
        end_oldest(IS_CLOSING, NULL);
    else if (!strcmp(verb, "count"))
        print_counts();
    else
        return -1;
    return 0;
}

static void finish(void)
{
    scene.slow = false;
    while (end_oldest(IS_OPENING, NULL) || end_oldest(IS_CLOSING, NULL))
        continue;
}

static void cleared(void)
{
    struct connection *connection;

    while ((connection = scene.first)) {
        scene.first = connection->next;
        free(connection);
    }
    free(scene.lender);
}

int main(int argc, char **argv)
{
    static const struct steps steps = {.program = "3_corpses",
                                       .least = 1,
                                       .clock = &scene.now,
                                       .step = step,
                                       .ended = on_ended,
                                       .finish = finish,
                                       .cleared = cleared};
    int max = argc < 2 ? 0 : (int)strtol(argv[1], NULL, 10);

    scene.lender = calloc(1, lender_size);
    if (!scene.lender)
        return 1;
    lender_init(scene.lender, max < MOST ? max : MOST);
    return steps_main(&steps, argc, argv);
}
