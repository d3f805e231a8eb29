/* task_tree — prints what each task of a loop waits for: a live view of one's own
 * process. scripts/task-tree PID shows the same of any program that uses await.h,
 * with more (how long, deadlocks), and needs no call in it.
 *
 *     static void on_usr1(evutil_socket_t number, short events, void *loop)
 *     {
 *         task_tree_print(loop, stderr);
 *     }
 *     … evsignal_new(base, SIGUSR1, on_usr1, &loop) …
 *
 * Or in a debugger: call (void)task_tree_print(me->loop, stderr). Modelled on
 * asyncio.print_call_graph and `python -m asyncio pstree` of Python 3.14.
 */
#ifndef TASK_TREE_H
#define TASK_TREE_H

#include "await.h"
#include <stdio.h>

enum { TASK_TREE_LINES = 200 };

/* A line for each task: its name, indented below the one that awaits it, and
 * what it waits for. At most TASK_TREE_LINES of them, and how many were left out.
 * Call it from the loop's thread only. Allocates nothing. */
void task_tree_print(const struct task_loop *loop, FILE *stream);

#endif
