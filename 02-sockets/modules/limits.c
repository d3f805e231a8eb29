#define _GNU_SOURCE 1 /* sched_getaffinity */
#include "limits.h"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

void limits_raise_descriptors(void)
{
    struct rlimit rlimit;

    if (getrlimit(RLIMIT_NOFILE, &rlimit) == 0) {
        rlimit.rlim_cur = rlimit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &rlimit);
    }
}

/* sysconf counts them all, also those that taskset or a container keeps us from;
 * sched_getaffinity fails if there are more than its set has room for. */
long limits_processors(void)
{
    cpu_set_t ours;

    if (sched_getaffinity(0, sizeof ours, &ours) == 0)
        return CPU_COUNT(&ours);
    return sysconf(_SC_NPROCESSORS_ONLN);
}
