/* limits — what the system lets a process have.
 *
 *     limits_raise_descriptors();          once, in main
 *
 * Idea: resource.setrlimit, which Python's twins call; getrlimit(2).
 */
#ifndef LIMITS_H
#define LIMITS_H

/* Raises the soft limit of open descriptors (often 1024, because select takes
 * no more) to the hard one, and with it the number of connections that can be
 * open at once (see 02-14). On failure the old limit stays, and
 * nothing is printed. */
void limits_raise_descriptors(void);

/* How many processors this process may run on, as nproc(1) prints it: those
 * that taskset or a container's cpuset leaves it. A share of their time
 * (cgroup's cpu.max) does not count. Idea: len(os.sched_getaffinity(0)). */
long limits_processors(void);

#endif
