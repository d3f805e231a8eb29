/* cancel_transfer — transfer, whose main task is cancelled at its Nth await.
 *
 * Build: cc -I../../modules -I../../../03-tasks/modules -I../../../02-sockets/modules -o cancel_transfer cancel_transfer.c ../../modules/mariadb_task.c ../../modules/pool_task.c ../../modules/waiters.c ../../../03-tasks/modules/await.c ../../../03-tasks/modules/heap.c ../../../03-tasks/modules/task_loop.c ../../../03-tasks/modules/task_main.c ../../../02-sockets/modules/monotonic.c ../../../02-sockets/modules/resolver.c $(pkg-config --cflags --libs libevent libmariadb) -pthread
 * Run:   ../../../scripts/with-mariadb ./cancel_transfer 3
 *        ../../../scripts/with-mariadb ./cancel_transfer 3 later
 */
#include "cancel_main.h"
#define main program_main
#include "../../transfer.c" /* NOLINT(bugprone-suspicious-include) */
#undef main

/* TASK_FINALLY has run if there is no pool: it is freed when no lease is out. */
static void cancel_main_check(const struct task *main_task)
{
    const struct program *program = (const struct program *)main_task;

    if (program->pool.pool)
        puts("the pool is left");
}

int main(int argc, char **argv)
{
    return cancel_main(argc, argv, program_main);
}
