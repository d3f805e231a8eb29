/* Linked into every exercise: says what it leaves open, says what it waits for when
 * it never ends, and interrupts it.
 *
 * As the program ends, it writes a line for each descriptor that is open now
 * and was not when it began into the file that EXERCISE_LEFT_OPEN names: what
 * /proc says of it, "socket:[4711]". Nothing is written without that name. What a
 * forked child opens and leaves open when it exits is added.
 *
 * Leaks are not hidden: what an answer could tell LeakSanitizer to that end does
 * nothing here, and an answer with options of its own for the sanitizers does not link.
 *
 * When the check ends a program whose time is over by SIGABRT, AddressSanitizer
 * reports where it is. Then a line for each event that is pending in the loop that runs
 * goes into the same file: "event: timer: on_tick 01-loop/exercises/1_x.c:40".
 *
 * With EXERCISE_INTERRUPT=TIMES a SIGINT comes so often, each in the middle of a
 * malloc, as soon as the program handles that signal and has printed something.
 * A signal handler that prints through stdio, allocates or frees then and there is
 * told on in the file that EXERCISE_UNSAFE names. It may call write().
 */
#define _GNU_SOURCE 1 /* RTLD_NEXT */
#include <dlfcn.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/thread.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* gcc comes without <sanitizer/allocator_interface.h>. */
extern int __sanitizer_install_malloc_and_free_hooks(
    void (*on_malloc)(const volatile void *, size_t),
    void (*on_free)(const volatile void *));
extern void __sanitizer_set_death_callback(void (*on_death)(void));
extern void __sanitizer_symbolize_pc(void *pc, const char *format, char *text,
                                     size_t size);

enum { DESCRIPTORS = 4096, CHILDREN = 8192 };
static bool at_start[DESCRIPTORS];
static char left_open[256]; /* EXERCISE_LEFT_OPEN, as it was at the start */
static pid_t process, parent;
static char *children; /* what they left, shared with them; "": nothing */

static void note_descriptors(void)
{
    process = getpid();
    for (int fd = 0; fd < DESCRIPTORS; fd++)
        at_start[fd] = fcntl(fd, F_GETFD) >= 0;
}

/* A program that runs itself again may have given itself other options than those of
 * scripts/checking/sanitizers.bash. */
static bool leaks_are_looked_for(void)
{
    static const char wanted[] = "detect_leaks=1:leak_check_at_exit=1:";
    const char *options = getenv("ASAN_OPTIONS"),
               *more = getenv("LSAN_OPTIONS");

    options = options ? strstr(options, wanted) : NULL;
    return options && !strstr(options + sizeof wanted, "leak") &&
           !(more && strstr(more, "leak"));
}

__attribute__((constructor)) static void prepare_to_tell(void)
{
    const char *name = getenv("EXERCISE_LEFT_OPEN");

    (void)snprintf(left_open, sizeof left_open, "%s", name ? name : "");
    if (name && !leaks_are_looked_for())
        _exit(0);
    children = mmap(NULL, CHILDREN, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (children == MAP_FAILED || pthread_atfork(NULL, NULL, note_descriptors))
        abort();
    note_descriptors();
    parent = process;
}

static void tell_descriptor(FILE *out, int fd)
{
    char link[64], target[256];
    ssize_t length;

    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, target, sizeof target - 1);
    if (length < 0)
        return;
    target[length] = '\0';
    if (strncmp(target, "/proc/", 6) != 0 || !strstr(target, "/statm"))
        (void)fprintf(out, "%s\n", target);
}

/* The file is opened first: AddressSanitizer's thread may open and close one
 * meanwhile, statm, whose number would be taken again.
 */
__attribute__((destructor)) static void tell_descriptors(void)
{
    size_t used = strnlen(children, CHILDREN - 1);
    FILE *out;

    if (!*left_open || getpid() != process)
        return;
    out = process == parent ? fopen(left_open, "w")
                            : fmemopen(children + used, CHILDREN - used, "w");
    if (!out)
        return;
    for (int fd = 0; fd < DESCRIPTORS; fd++)
        if (!at_start[fd] && fd != fileno(out) && fcntl(fd, F_GETFD) >= 0)
            tell_descriptor(out, fd);
    if (process == parent)
        (void)fputs(children, out);
    (void)fclose(out);
}

/* In front of libc's: a program that closes by counting up, whether the numbers are
 * open or not, frees nothing, and would have nothing open in the end. */
static void note_sweep(unsigned numbers)
{
    static unsigned closed;

    if (getpid() != parent || closed >= 16)
        return;
    closed += numbers < 16 ? numbers : 16;
    if (closed >= 16)
        (void)snprintf(children, CHILDREN,
                       "descriptor closed by counting up\n");
}

int close(int fd)
{
    int result = (int)syscall(SYS_close, fd);

    if (result < 0 && errno == EBADF && fd > STDERR_FILENO)
        note_sweep(1);
    return result;
}

int close_range(unsigned first, unsigned last, int flags)
{
    if (!((unsigned)flags & CLOSE_RANGE_CLOEXEC) && last >= first)
        note_sweep(last - first);
    return (int)syscall(SYS_close_range, first, last, flags);
}

void closefrom(int first)
{
    (void)close_range((unsigned)first, ~0U, 0);
}

/* In front of libc's: that nothing could be told holds, whatever the program wrote
 * into the file. */
__attribute__((noreturn)) void _exit(int status)
{
    static const char words[] = "not written\n";
    int out = -1;

    if (*left_open && getpid() == parent)
        out = open(left_open, O_WRONLY | O_TRUNC);
    if (out >= 0 && write(out, words, sizeof words - 1) < 0)
        abort();
    for (;;)
        (void)syscall(SYS_exit_group, status);
}

__attribute__((noreturn)) void _Exit(int status)
{
    _exit(status);
}

__attribute__((noreturn)) void quick_exit(int status)
{
    _exit(status);
}

/* In front of LeakSanitizer's: nothing is hidden from it, and the check at the end is
 * the only one. */
void __lsan_disable(void)
{
}

void __lsan_enable(void)
{
}

void __lsan_ignore_object(const void *object)
{
    (void)object;
}

void __lsan_do_leak_check(void)
{
}

int __lsan_do_recoverable_leak_check(void)
{
    return 0;
}

/* The sanitizers ask for these. They are here so that no answer can have its own. */
int __lsan_is_turned_off(void)
{
    return 0;
}

const char *__asan_default_options(void)
{
    return "";
}

const char *__asan_default_suppressions(void)
{
    return "";
}

const char *__lsan_default_options(void)
{
    return "";
}

const char *__lsan_default_suppressions(void)
{
    return "";
}

const char *__ubsan_default_options(void)
{
    return "";
}

/* What a program waits for */

static struct event_base *looping; /* whose loop runs */
static struct sigaction reporting; /* AddressSanitizer's, for SIGABRT */
static bool asked;                 /* by the check, and not by abort() */

/* In front of libevent's, to learn of the base. */
int event_base_loop(struct event_base *base, int flags)
{
    int (*loop)(struct event_base *, int);
    struct event_base *outer = looping;
    int result;

    *(void **)&loop = dlsym(RTLD_NEXT, "event_base_loop");
    looping = base;
    result = loop(base, flags);
    looping = outer;
    return result;
}

int event_base_dispatch(struct event_base *base)
{
    return event_base_loop(base, 0);
}

static const char *kind_of(const struct event *event)
{
    if (event->ev_events & EV_SIGNAL)
        return "signal";
    if (event->ev_fd < 0)
        return "timer";
    return event->ev_events & EV_READ ? "descriptor to read"
                                      : "descriptor to write";
}

/* The pc of a call is taken to be behind it. libevent's own events are left out. */
static int tell_event(const struct event_base *base, const struct event *event,
                      void *out)
{
    event_callback_fn callback = event_get_callback(event);
    char text[256], *pc;

    (void)base;
    if (event->ev_evcallback.evcb_flags & EVLIST_INTERNAL)
        return 0;
    memcpy(&pc, &callback, sizeof pc);
    __sanitizer_symbolize_pc(pc + 1, "%f %S", text, sizeof text);
    (void)dprintf(*(int *)out, "event: %s: %s\n", kind_of(event), text);
    return 0;
}

/* The report is out: should this crash, or hang, nothing is lost. */
static void tell_events(void)
{
    int out = -1;

    if (asked && looping && *left_open)
        out = open(left_open, O_WRONLY | O_TRUNC);
    if (out >= 0)
        (void)event_base_foreach_event(looping, tell_event, &out);
}

static void on_abort(int signo, siginfo_t *info, void *context)
{
    asked = info->si_pid != getpid();
    reporting.sa_sigaction(signo, info, context);
}

__attribute__((constructor)) static void prepare_report(void)
{
    struct sigaction action = {.sa_flags =
                                   SA_SIGINFO | SA_ONSTACK | SA_NODEFER};

    action.sa_sigaction = on_abort;
    if (!getenv("EXERCISE_LEFT_OPEN") ||
        sigaction(SIGABRT, NULL, &reporting) < 0 ||
        !(reporting.sa_flags & SA_SIGINFO))
        return; /* without handle_abort=1 */
    (void)sigaction(SIGABRT, &action, NULL);
    __sanitizer_set_death_callback(tell_events);
}

/* What a signal handler must not do */

static int interrupts; /* still to come */
static bool interrupting;
static off_t written;      /* to stdout by the handler, by write() */
static const char *unsafe; /* what the handler has done */

/* In front of libc's; stdio calls another. dlsym may call free, and so is not for a
 * handler: prepare_interrupts has called this. */
ssize_t write(int fd, const void *data, size_t size)
{
    static ssize_t (*next)(int, const void *, size_t);
    ssize_t length;

    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "write");
    length = next(fd, data, size);
    if (interrupting && fd == STDOUT_FILENO && length > 0)
        written += length;
    return length;
}

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
    written = 0;
    interrupting = true;
    (void)raise(SIGINT);
    interrupting = false;
    if (!unsafe && lseek(STDOUT_FILENO, 0, SEEK_CUR) != printed + written)
        unsafe = "prints";
    out = name && unsafe ? open(name, O_CREAT | O_WRONLY, 0600) : -1;
    if (out < 0)
        return;
    if (write(out, unsafe, strlen(unsafe)) < 0)
        abort();
    close(out);
}

/* libevent's locks: there are no threads here, but each call takes one. */
static void *on_lock_new(unsigned type)
{
    static char lock;

    (void)type;
    return &lock;
}

static void on_lock_free(void *lock, unsigned type)
{
    (void)lock;
    (void)type;
}

static int on_lock(unsigned mode, void *lock)
{
    (void)mode;
    (void)lock;
    if (interrupting)
        unsafe = "calls libevent";
    return 0;
}

__attribute__((constructor)) static void prepare_interrupts(void)
{
    static const struct evthread_lock_callbacks locks = {
        EVTHREAD_LOCK_API_VERSION,
        EVTHREAD_LOCKTYPE_RECURSIVE,
        on_lock_new,
        on_lock_free,
        on_lock,
        on_lock,
    };
    const char *times = getenv("EXERCISE_INTERRUPT");

    interrupts = times ? (int)strtol(times, NULL, 10) : 0;
    if (interrupts > 0 &&
        (write(STDOUT_FILENO, "", 0) < 0 ||
         !__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) ||
         evthread_set_lock_callbacks(&locks) < 0))
        abort();
}
