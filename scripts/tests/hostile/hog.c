/* Keeps all processors busy, with as many processes as it can. */
#define _GNU_SOURCE 1
#include <sched.h>
#include <unistd.h>

int main(void)
{
    cpu_set_t all;

    CPU_ZERO(&all);
    for (size_t i = 0; i < 64; i++)
        CPU_SET(i, &all);
    (void)sched_setaffinity(0, sizeof all, &all);
    for (int i = 0; i < 128 && fork() >= 0; i++) {
    }
    for (volatile int i = 0;; i = !i) {
    }
}
