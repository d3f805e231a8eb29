/* allocation_failure — preloaded into a program: the Nth allocation fails.
 *
 * Build: cc -shared -fPIC -o allocation_failure.so allocation_failure.c
 * Run:   ALLOCATION=7 ALLOCATION_REPORT=file LD_PRELOAD=./allocation_failure.so …
 *
 * Counts the calls of malloc, calloc, realloc, strdup and strndup that the
 * program itself and libevent make, not those of glibc or other libraries: the
 * caller's address decides. The Nth fails, with "N+" all from the Nth on. On the
 * way out it writes to the report: how many were counted and how many failed,
 * how many of the counted were never freed, and which descriptors are open that
 * were not at the start.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RANGES = 32, SLOTS = 1 << 17, DESCRIPTORS = 1024 };

/* glibc's own, under the names that it keeps for this. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *memory);

static struct range {
    uintptr_t from, to;
} ranges[RANGES]; /* the code of the program and of libevent */
static int range_count;
static long fail_at;
static bool and_all_after;
static atomic_long counted, failed;
static bool open_before[DESCRIPTORS];
static pid_t self;

/* What is live: a hash table with open addressing, under a spin lock. */
static uintptr_t live[SLOTS];
static long live_count;
static atomic_flag busy = ATOMIC_FLAG_INIT;

static size_t slot_of(uintptr_t memory)
{
    return (memory >> 4) * 2654435761U % SLOTS;
}

static void lock(void)
{
    while (atomic_flag_test_and_set(&busy))
        ;
}

static void remember(void *memory)
{
    size_t slot = slot_of((uintptr_t)memory);

    lock();
    if (++live_count > SLOTS / 2)
        abort(); /* never with programs of this size */
    while (live[slot])
        slot = (slot + 1) % SLOTS;
    live[slot] = (uintptr_t)memory;
    atomic_flag_clear(&busy);
}

/* True if it was there. What follows it moves up, so that no hole is left. */
static bool forget(void *memory)
{
    size_t hole = slot_of((uintptr_t)memory), next;

    lock();
    while (live[hole] && live[hole] != (uintptr_t)memory)
        hole = (hole + 1) % SLOTS;
    if (!live[hole]) {
        atomic_flag_clear(&busy);
        return false;
    }
    live_count--;
    for (next = (hole + 1) % SLOTS; live[next]; next = (next + 1) % SLOTS) {
        size_t home = slot_of(live[next]);

        if ((next - home + SLOTS) % SLOTS >= (next - hole + SLOTS) % SLOTS) {
            live[hole] = live[next];
            hole = next;
        }
    }
    live[hole] = 0;
    atomic_flag_clear(&busy);
    return true;
}

static bool is_counted(const void *caller)
{
    for (int i = 0; i < range_count; i++) {
        if ((uintptr_t)caller >= ranges[i].from &&
            (uintptr_t)caller < ranges[i].to)
            return true;
    }
    return false;
}

/* Counts this one; true if it is to fail. */
static bool fails(void)
{
    long number = atomic_fetch_add(&counted, 1) + 1;

    if (number != fail_at && !(and_all_after && number > fail_at))
        return false;
    atomic_fetch_add(&failed, 1);
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    bool ours = is_counted(__builtin_return_address(0));
    void *memory = ours && fails() ? NULL : __libc_malloc(size);

    if (memory && ours)
        remember(memory);
    return memory;
}

void *calloc(size_t count, size_t size)
{
    bool ours = is_counted(__builtin_return_address(0));
    void *memory = ours && fails() ? NULL : __libc_calloc(count, size);

    if (memory && ours)
        remember(memory);
    return memory;
}

void *realloc(void *old, size_t size)
{
    bool ours = is_counted(__builtin_return_address(0)), was;
    void *memory;

    if (ours && fails())
        return NULL;
    was = old && forget(old); /* first: its address may be given away at once */
    memory = __libc_realloc(old, size);
    if (memory && (ours || was))
        remember(memory);
    else if (!memory && was && size > 0)
        remember(old);
    return memory;
}

void free(void *memory)
{
    int saved = errno;

    if (memory)
        forget(memory);
    __libc_free(memory);
    errno = saved;
}

static char *copy(const void *caller, const char *text, size_t length)
{
    bool ours = is_counted(caller);
    char *memory = ours && fails() ? NULL : __libc_malloc(length + 1);

    if (!memory)
        return NULL;
    if (ours)
        remember(memory);
    memcpy(memory, text, length);
    memory[length] = '\0';
    return memory;
}

#undef strdup
char *strdup(const char *text)
{
    return copy(__builtin_return_address(0), text, strlen(text));
}

#undef strndup
char *strndup(const char *text, size_t most)
{
    return copy(__builtin_return_address(0), text, strnlen(text, most));
}

/* The first object is the program; of the others libevent's are counted. */
static int on_object(struct dl_phdr_info *object, size_t size, void *arg)
{
    bool *is_first = arg;

    (void)size;
    if (*is_first || strstr(object->dlpi_name, "libevent")) {
        for (int i = 0; i < object->dlpi_phnum && range_count < RANGES; i++) {
            const ElfW(Phdr) *part = &object->dlpi_phdr[i];

            if (part->p_type != PT_LOAD || !(part->p_flags & PF_X))
                continue;
            ranges[range_count].from = object->dlpi_addr + part->p_vaddr;
            ranges[range_count].to = ranges[range_count].from + part->p_memsz;
            range_count++;
        }
    }
    *is_first = false;
    return 0;
}

__attribute__((constructor)) static void begin(void)
{
    const char *number = getenv("ALLOCATION");
    bool is_first = true;
    char *end = NULL;

    self = getpid();
    fail_at = number ? strtol(number, &end, 10) : 0;
    and_all_after = fail_at > 0 && *end == '+';
    for (int fd = 0; fd < DESCRIPTORS; fd++)
        open_before[fd] = fcntl(fd, F_GETFD) >= 0;
    dl_iterate_phdr(on_object, &is_first);
}

/* Only where it began: a forked worker's copies are the parent's affair. */
__attribute__((destructor)) static void finish(void)
{
    const char *path = getenv("ALLOCATION_REPORT");
    char text[4096];
    int length, report;

    if (!path || getpid() != self)
        return;
    length = snprintf(text, sizeof text,
                      "counted %ld, failed %ld, not freed %ld, open:",
                      atomic_load(&counted), atomic_load(&failed), live_count);
    for (int fd = 0; fd < DESCRIPTORS && length < 4000; fd++) {
        if (!open_before[fd] && fcntl(fd, F_GETFD) >= 0)
            length += snprintf(text + length, sizeof text - (size_t)length,
                               " %d", fd);
    }
    text[length++] = '\n';
    report = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (report < 0 || write(report, text, (size_t)length) != length)
        _exit(1);
    close(report);
}
