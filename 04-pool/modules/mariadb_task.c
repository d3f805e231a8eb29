/* mariadb_task.c — tasks wait for mariadb_async; mariadb_task.h is the manual. */
#include "mariadb_task.h"
#include <errno.h>

const char MARIADB_FAILED[] = "the database reported an error";
const char MARIADB_BUSY[] = "the connection is busy";

/* Cut, the operation ends soon: on_done comes. */
static bool interrupt(struct task_wait *wait)
{
    struct cursor *cursor = (struct cursor *)wait;

    cursor->interrupted = true;
    mariadb_cut(cursor->mariadb);
    return false;
}

static void on_done(struct mariadb *mariadb, int error, void *arg)
{
    struct cursor *cursor = arg;

    cursor->error = error;
    cursor->row = mariadb_row(mariadb);
    cursor->count = mysql_affected_rows(mariadb_handle(mariadb));
    task_resume(cursor->wait.waiter, cursor->interrupted ? TASK_CANCELLED
                                     : error             ? MARIADB_FAILED
                                                         : NULL);
}

void cursor_init(struct cursor *cursor, struct mariadb *mariadb)
{
    *cursor = (struct cursor){
        .mariadb = mariadb,
        .wait = {.interrupt = interrupt, .kind = "an answer of the database"}};
}

/* begun: what the call that began the operation returned. */
static bool wait_for(struct task *me, struct cursor *cursor, int begun)
{
    if (begun < 0)
        return task_ready(me, errno == EBUSY ? MARIADB_BUSY : TASK_NO_MEMORY);
    cursor->interrupted = false;
    return task_wait_on(me, &cursor->wait);
}

bool cursor_execute(struct task *me, struct cursor *cursor, const char *text)
{
    return wait_for(me, cursor,
                    mariadb_query(cursor->mariadb, text, on_done, cursor));
}

bool cursor_stream(struct task *me, struct cursor *cursor, const char *text)
{
    return wait_for(me, cursor,
                    mariadb_stream(cursor->mariadb, text, on_done, cursor));
}

bool cursor_fetch_one(struct task *me, struct cursor *cursor)
{
    int begun = mariadb_fetch(cursor->mariadb, on_done, cursor);
    MYSQL_RES *result = mariadb_result(cursor->mariadb);

    if (begun == 0 || errno != ENOENT)
        return wait_for(me, cursor, begun);
    /* All rows are here, or this was a stream, whose last row was fetched. */
    cursor->row = result ? mysql_fetch_row(result) : NULL;
    return task_ready(me, NULL);
}
