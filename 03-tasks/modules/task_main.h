/* task_main — a program that consists of tasks: asyncio.run(main()).
 *
 *     struct program {
 *         struct task task;                       must come first
 *         struct sleeper first, second;           its children
 *     };
 *
 *     static void program_run(struct task *me)    async def main():
 *     { … }                                       see await.h
 *
 *     int main(void)
 *     {
 *         struct program program = {0};
 *
 *         return task_main(&program.task, program_run);
 *     }
 *
 *     cc … await.c heap.c task_loop.c task_main.c \
 *         $(pkg-config --cflags --libs libevent)
 *
 * A program that needs the event base before the tasks begin or after they have
 * ended calls task_loop_init, task_create and task_run itself: see task_loop.h.
 * Inside a task the event base is me->loop->base.
 */
#ifndef TASK_MAIN_H
#define TASK_MAIN_H

#include "await.h"

/* Makes an event base and a task loop, runs `main_task` on it until that task is
 * done, cancels what is left, and frees the loop, the base and what libevent
 * itself holds. Returns the program's exit status: 0, or 1 after a message on
 * stderr that begins with the program's name:
 *
 *   - there is no memory or no descriptor for the loop: no task has run then;
 *   - task_run has a report: the main task has failed, say, or a task has and
 *     nobody awaited it;
 *   - what was printed cannot be written to stdout.
 *
 * The struct of the main task is the caller's, and so are the results in it. It
 * needs no task_create; its name in reports is "main". Call this once, and before
 * anything is printed: from here on stdout is written line by line, even into a
 * pipe. Afterwards nothing of libevent may be used. */
int task_main(struct task *main_task, void (*run)(struct task *me));

#endif
