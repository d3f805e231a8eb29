/* Linked into every exercise: says what it leaves open.
 *
 * As the program ends, it writes a line for each descriptor that is open now
 * and was not when it began into the file that EXERCISE_LEFT_OPEN names: what
 * /proc says of it, "socket:[4711]". Nothing is written without that name.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DESCRIPTORS = 256 };
static bool at_start[DESCRIPTORS];
static pid_t process; /* a forked child is not asked */

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

__attribute__((constructor)) static void note_descriptors(void)
{
    process = getpid();
    for (int fd = 0; fd < DESCRIPTORS; fd++)
        at_start[fd] = is_open(fd);
}

/* The file is opened first: AddressSanitizer's thread may open and close one
 * meanwhile, statm, whose number would be taken again.
 */
__attribute__((destructor)) static void tell_descriptors(void)
{
    const char *name = getenv("EXERCISE_LEFT_OPEN");
    char link[64], target[256];
    ssize_t length;
    FILE *out;

    if (!name || getpid() != process)
        return;
    out = fopen(name, "w");
    if (!out)
        return;
    for (int fd = 0; fd < DESCRIPTORS; fd++) {
        if (at_start[fd] || fd == fileno(out))
            continue;
        (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        length = readlink(link, target, sizeof target - 1);
        if (length < 0)
            continue;
        target[length] = '\0';
        if (strncmp(target, "/proc/", 6) != 0 || !strstr(target, "/statm"))
            (void)fprintf(out, "%s\n", target);
    }
    (void)fclose(out);
}
