/* Linked into every exercise: says what it leaves open, and interrupts it.
 *
 * As the program ends, it writes a line for each descriptor that is open now
 * and was not when it began into the file that EXERCISE_LEFT_OPEN names: what
 * /proc says of it, "socket:[4711]". Nothing is written without that name.
 *
 * With EXERCISE_INTERRUPT=TIMES a SIGINT comes so often, each in the middle of a
 * malloc, as soon as the program handles that signal and has printed something.
 * A signal handler that prints, allocates or frees then and there is told on in
 * the file that EXERCISE_UNSAFE names.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* gcc comes without <sanitizer/allocator_interface.h>. */
extern int __sanitizer_install_malloc_and_free_hooks(
    void (*on_malloc)(const volatile void *, size_t),
    void (*on_free)(const volatile void *));

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

static int interrupts; /* still to come */
static bool interrupting;
static const char *unsafe; /* what the handler has done */

static void on_free(const volatile void *memory)
{
    (void)memory;
    if (interrupting)
        unsafe = "calls free";
}

static void on_malloc(const volatile void *memory, size_t size)
{
    const char *name = getenv("EXERCISE_UNSAFE");
    struct sigaction action;
    off_t printed = lseek(STDOUT_FILENO, 0, SEEK_CUR);
    int out;

    (void)memory;
    (void)size;
    if (interrupting) {
        unsafe = "calls malloc";
        return;
    }
    if (interrupts == 0 || printed <= 0 ||
        sigaction(SIGINT, NULL, &action) < 0 || action.sa_handler == SIG_DFL)
        return;
    interrupts--;
    interrupting = true;
    (void)raise(SIGINT);
    interrupting = false;
    if (!unsafe && lseek(STDOUT_FILENO, 0, SEEK_CUR) != printed)
        unsafe = "prints";
    out = name && unsafe ? open(name, O_CREAT | O_WRONLY, 0600) : -1;
    if (out < 0)
        return;
    if (write(out, unsafe, strlen(unsafe)) < 0)
        abort();
    close(out);
}

__attribute__((constructor)) static void prepare_interrupts(void)
{
    const char *times = getenv("EXERCISE_INTERRUPT");

    interrupts = times ? (int)strtol(times, NULL, 10) : 0;
    if (interrupts > 0 &&
        !__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free))
        abort();
}
