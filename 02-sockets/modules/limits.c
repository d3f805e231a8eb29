#include "limits.h"

#include <sys/resource.h>

void limits_raise_descriptors(void)
{
    struct rlimit rlimit;

    if (getrlimit(RLIMIT_NOFILE, &rlimit) == 0) {
        rlimit.rlim_cur = rlimit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &rlimit);
    }
}
