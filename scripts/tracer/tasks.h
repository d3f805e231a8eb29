/* tasks — what is seen of the tasks of 03-tasks/modules/await.h, without a line of
 * theirs changed: their functions get stubs when they join the queue, and the
 * queue is looked at after each callback. */
#ifndef TASKS_H
#define TASKS_H

#include "stubs.h"
#include <stdint.h>

struct event;
struct event_base;
struct task;
struct task_loop;

/* Whether an event with that callback and argument runs the passes of a
 * task_loop. */
bool tasks_is_tick(any_function callback, void *arg);

/* To be called as the names say; tasks_look after each callback and step. */
void tasks_pass_begins(struct task_loop *loop);
void tasks_step_begins(struct task *task, uint64_t function);
void tasks_step_ended(struct task *task);
void tasks_look(void);
void tasks_event_freed(const struct event *event);
void tasks_loop_ended(const struct event_base *base);

#endif
