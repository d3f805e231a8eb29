/* 0_desk — solved: a desk is given back on every path, and only by its reader.
 *
 * asyncio: async with semaphore, and a timeout around its acquire
 * Run:     make try EXERCISE=04-0 ARGS='1 enter:AB leave:A count'
 * Prints:  A reads
 *          A has read it all
 *          B reads
 *          1 read
 * Given:   given/0_scene.h         main, struct reader, read_book, the steps
 * Task:    README.md#0             Check: make practice EXERCISE=04-0
 */
#include "given/0_scene.h"

#define PATIENCE (100 * TASK_MS) /* how long a reader waits for a desk */

/* async def reader(desks) */
struct my_reader {
    struct reader reader; /* the scene's part: must come first */
    bool has_desk;
};
const size_t reader_size = sizeof(struct my_reader);

void reader_run(struct task *me)
{
    struct my_reader *self = (struct my_reader *)me;
    struct semaphore *desks = self->reader.desks;

    TASK_BEGIN(me);
    AWAIT(me, task_within(me, PATIENCE, semaphore_acquire(me, desks)));
    self->has_desk = true;
    AWAIT(me, read_book(me, &self->reader));
    TASK_FINALLY(me);
    if (self->has_desk)
        semaphore_release(desks);
    TASK_END(me);
}
