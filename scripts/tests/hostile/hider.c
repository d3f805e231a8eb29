/* Leaks, or leaves a descriptor open, and hides it in the way that its argument says.
 * For grade_safe.bats.
 */
#define _GNU_SOURCE 1
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void __lsan_disable(void);
void __lsan_do_leak_check(void);
void __lsan_ignore_object(const void *object);

static const char *way;

static bool is(const char *name)
{
    return strcmp(way, name) == 0;
}

static void leak(void)
{
    void *volatile memory = malloc(77);

    if (is("ignore"))
        __lsan_ignore_object(memory);
    memory = NULL;
    (void)memory;
}

static void leave_open(void)
{
    int fd = open("/dev/null", O_RDONLY);

    if (is("high") && dup2(fd, 900) == 900)
        (void)close(fd);
}

static void in_child(void (*work)(void))
{
    if (fork() == 0) {
        work();
        exit(0);
    }
    (void)wait(NULL);
}

int main(int count, char **arguments)
{
    const char *options = getenv("ASAN_OPTIONS");

    way = arguments[count - 1];
    if (is("reexec") && options && !strstr(options, "detect_leaks=0")) {
        (void)setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
        (void)execv("/proc/self/exe", arguments);
    }
    if (is("reexec"))
        leak();
    if (is("disable"))
        __lsan_disable();
    else if (is("early"))
        __lsan_do_leak_check();
    if (is("disable") || is("early") || is("ignore"))
        leak();
    else if (is("child_leaks"))
        in_child(leak);
    else if (is("child"))
        in_child(leave_open);
    else if (!is("honest") && !is("reexec"))
        leave_open();
    for (int fd = 3; is("sweep") && fd < 100; fd++)
        (void)close(fd);
    if (is("closefrom"))
        closefrom(3);
    else if (is("unsetenv"))
        (void)unsetenv("EXERCISE_LEFT_OPEN");
    else if (is("forge")) {
        (void)fclose(fopen(getenv("EXERCISE_LEFT_OPEN"), "w"));
        _exit(0);
    }
    return 0;
}
