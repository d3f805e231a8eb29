/* Keeps all processors busy, with as many processes as it can, whose name is hard to
 * read in /proc. */
#define _GNU_SOURCE 1
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(void)
{
    cpu_set_t all;

    (void)prctl(PR_SET_NAME, "hog\n1) S");
    CPU_ZERO(&all);
    for (size_t i = 0; i < 64; i++)
        CPU_SET(i, &all);
    (void)sched_setaffinity(0, sizeof all, &all);
    for (int i = 0; i < 128 && fork() >= 0; i++) {
    }
    for (volatile int i = 0;; i = !i) {
    }
}
