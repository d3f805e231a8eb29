/* record.c — the mapped file; record.h is the manual. */
#define _GNU_SOURCE 1
#include "record.h"

#include "jobs.h"
#include <event2/event.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { EARLY = 1 << 14, LANES = 64, TEXTS = 4096, LONGEST = 96 };

/* The file, all of it in words of this machine. */
struct head {
    char magic[16];
    uint32_t early, ring, lanes, texts, longest, head_size;
    uint32_t pid, parent;
    uint64_t monotonic, real; /* the same moment by two clocks, ns */
    _Atomic uint64_t next;    /* how many records were written */
    _Atomic uint32_t lane_count;
    uint32_t unused;
    char version[32];
    struct {
        uint32_t thread;
        char name[28];
    } lane[LANES];
    char text[TEXTS][LONGEST];
};

bool recording;
__thread struct thread this_thread;

static struct head *_Atomic file;
static struct record *slots;
static uint32_t ring = 1 << 10; /* slots, a power of two */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pid_t parent;
static uint64_t started; /* when the process began */
static const char *directory;

uint64_t clock_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

/* What is mapped where: the addresses of functions mean nothing without it. */
static void copy_maps(void)
{
    char path[4096], block[8192];
    int from, to;
    ssize_t n;

    snprintf(path, sizeof path, "%s/%d.maps", directory, getpid());
    from = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    while (from >= 0 && to >= 0 && (n = read(from, block, sizeof block)) > 0 &&
           write(to, block, (size_t)n) == n)
        ;
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
}

/* Makes the file of this process. Returns NULL, and records nothing from then
 * on, if that fails; its own program is not to suffer from it. */
static struct head *make_file(void)
{
    size_t size = sizeof(struct head) + (EARLY + ring) * sizeof(struct record);
    struct timespec now;
    struct head *made;
    char path[4096];
    int fd;

    snprintf(path, sizeof path, "%s/%d.record", directory, getpid());
    fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, (off_t)size) < 0) {
        recording = false;
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    made = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (made == MAP_FAILED) {
        recording = false;
        return NULL;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    made->early = EARLY;
    made->ring = ring;
    made->lanes = LANES;
    made->texts = TEXTS;
    made->longest = LONGEST;
    made->head_size = sizeof(struct head);
    made->pid = (uint32_t)getpid();
    made->parent = (uint32_t)parent;
    made->real = (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec -
                 (clock_ns() - started);
    made->monotonic = started;
    snprintf(made->version, sizeof made->version, "%s", event_get_version());
    memcpy(made->magic, "see the loop 1\n", 16);
    slots = (struct record *)(void *)(made + 1);
    copy_maps();
    return made;
}

static struct head *open_file(void)
{
    struct head *found = atomic_load_explicit(&file, memory_order_acquire);

    if (found || !recording)
        return found;
    pthread_mutex_lock(&mutex);
    found = atomic_load(&file);
    if (!found && recording) {
        found = make_file();
        atomic_store_explicit(&file, found, memory_order_release);
    }
    pthread_mutex_unlock(&mutex);
    return found;
}

bool recording_began(void)
{
    return atomic_load_explicit(&file, memory_order_relaxed) != NULL;
}

static int new_lane(struct head *head)
{
    unsigned lane = atomic_fetch_add(&head->lane_count, 1);

    if (lane >= LANES)
        lane = LANES - 1;
    head->lane[lane].thread = (uint32_t)syscall(SYS_gettid);
    pthread_getname_np(pthread_self(), head->lane[lane].name,
                       sizeof head->lane[lane].name);
    return (int)lane + 1;
}

/* The next slot. Who wrote it 300,000 records ago has finished long since. */
static struct record *take_slot(struct head *head, uint32_t *number)
{
    uint64_t n =
        atomic_fetch_add_explicit(&head->next, 1, memory_order_relaxed);
    uint64_t at = n < EARLY ? n : EARLY + ((n - EARLY) & (ring - 1));

    if (this_thread.lane == 0)
        this_thread.lane = new_lane(head);
    *number = (uint32_t)n + 1;
    return &slots[at];
}

static struct record *write_slot(uint64_t time, enum record_kind kind,
                                 const uint64_t v[6])
{
    struct head *head = open_file();
    struct record *slot;
    uint32_t number;

    if (!head)
        return NULL;
    slot = take_slot(head, &number);
    __atomic_store_n(&slot->number, 0, __ATOMIC_RELAXED);
    slot->kind = (uint16_t)kind;
    slot->lane = (uint16_t)(this_thread.lane - 1);
    slot->time = time;
    memcpy(slot->v, v, sizeof slot->v);
    __atomic_store_n(&slot->number, number, __ATOMIC_RELEASE);
    return slot;
}

/* Something else happens in a repeated callback: this one gets its own record. */
static void end_repetition(void)
{
    struct thread *thread = &this_thread;

    thread->same = false;
    if (!thread->in_repeat)
        return;
    thread->in_repeat = false;
    thread->repeat->v[2] = 0;
    write_slot(
        thread->began, CALL_BEGIN,
        (const uint64_t[6]){thread->object, thread->function, NEVER, 0, 0, 0});
}

void record_at(uint64_t time, enum record_kind kind, uint64_t a, uint64_t b,
               uint64_t c, uint64_t d, uint64_t e, uint64_t f)
{
    end_repetition();
    write_slot(time, kind, (const uint64_t[6]){a, b, c, d, e, f});
}

void record(enum record_kind kind, uint64_t a, uint64_t b, uint64_t c,
            uint64_t d, uint64_t e, uint64_t f)
{
    record_at(clock_ns(), kind, a, b, c, d, e, f);
}

/* --- Repeated callbacks -------------------------------------------------- */

enum { SHORT_NS = 1000000 }; /* a longer one has a record of its own */

/* A slot for the repetitions that begin now, or the one there is. The count is
 * kept up to date in the slot, so that a killed program leaves the right one. */
static bool repeat_slot(struct thread *thread, uint64_t now)
{
    if (thread->repeat && thread->repeat->number == thread->repeat_number)
        return true;
    thread->repeat = write_slot(
        now, REPEAT,
        (const uint64_t[6]){thread->object, thread->function, now, 0, 0, now});
    if (thread->repeat)
        thread->repeat_number = thread->repeat->number;
    return thread->repeat != NULL;
}

void call_begin(uint64_t object, uint64_t function, uint64_t fd, uint64_t bits,
                uint64_t due, uint64_t base)
{
    struct thread *thread = &this_thread;
    uint64_t now = clock_ns();

    if (thread->same && thread->object == object &&
        thread->function == function && repeat_slot(thread, now)) {
        thread->in_repeat = true;
        thread->began = now;
        thread->repeat->v[2] = now;
        return;
    }
    record_at(now, CALL_BEGIN, object, function, fd, bits, due, base);
    thread->repeat = NULL;
    thread->object = object;
    thread->function = function;
    thread->same = true;
}

void call_end(uint64_t object)
{
    struct thread *thread = &this_thread;
    uint64_t now = clock_ns();
    bool same = thread->same && thread->object == object;

    if (thread->in_repeat && now - thread->began > SHORT_NS)
        end_repetition();
    if (thread->in_repeat) {
        thread->repeat->v[3]++;
        thread->repeat->v[4] += now - thread->began;
        thread->repeat->v[5] = now;
        thread->repeat->v[2] = 0;
        thread->in_repeat = false;
        return;
    }
    record_at(now, CALL_END, object, 0, 0, 0, 0, 0);
    thread->same = same;
}

/* --- Texts ---------------------------------------------------------------- */

/* Found by the text's own bytes: a name may be made up at run time. */
uint64_t text_number(const char *text)
{
    struct head *head = open_file();
    uint32_t hash = 5381, tries;
    char cut[LONGEST] = {0};

    if (!text || !head)
        return 0;
    for (int i = 0; i < LONGEST - 1 && text[i]; i++) {
        cut[i] = text[i];
        hash = hash * 33 + (unsigned char)text[i];
    }
    for (tries = 0; tries < 64; tries++) {
        uint32_t at = 1 + (hash + tries) % (TEXTS - 1);

        if (!memcmp(head->text[at], cut, sizeof cut))
            return at;
        if (head->text[at][0])
            continue;
        pthread_mutex_lock(&mutex);
        if (!head->text[at][0])
            memcpy(head->text[at], cut, sizeof cut);
        pthread_mutex_unlock(&mutex);
        if (!memcmp(head->text[at], cut, sizeof cut))
            return at;
    }
    return 0;
}

/* --- The process ---------------------------------------------------------- */

/* The child of a fork must not write into its parent's file. */
static void after_fork(void)
{
    const struct head *old = atomic_load(&file);
    struct thread *thread = &this_thread;

    if (!recording)
        return;
    pthread_mutex_init(&mutex, NULL);
    if (old)
        munmap((void *)old,
               sizeof *old + (old->early + ring) * sizeof(struct record));
    atomic_store(&file, NULL);
    parent = getppid();
    started = clock_ns();
    thread->lane = 0;
    thread->same = thread->in_repeat = false;
    thread->repeat = NULL;
}

__attribute__((constructor)) static void begin(void)
{
    const char *wanted = getenv("SEE_RECORDS");

    directory = getenv("SEE_DIR");
    if (!directory || !*directory)
        return;
    while (wanted && ring < (uint32_t)strtoul(wanted, NULL, 10) &&
           ring < 1U << 24)
        ring *= 2;
    recording = true;
    started = clock_ns();
    jobs_watch();
    pthread_atfork(NULL, NULL, after_fork);
}

__attribute__((destructor)) static void end(void)
{
    if (atomic_load(&file)) {
        copy_maps();
        record(END, 0, 0, 0, 0, 0, 0);
    }
}
