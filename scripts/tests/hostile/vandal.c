/* Tries all that a submission must not be able to do, says on stdout what it
 * could, leaves a daemon, and claims in the end to have passed. For grade.bats,
 * which puts the checkout's place in for CHECKOUT and the submissions' for CLASS.
 */
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CHECKOUT
#define CHECKOUT ""
#define CLASS ""
#endif

static const char *const files[] = {
    CHECKOUT "/01-loop/exercises/1_greet.bats",
    CHECKOUT "/01-loop/solutions/1_greet.c",
    CHECKOUT "/scripts/checking/exercise_helper.bash",
    CHECKOUT "/build/grade/marks.csv",
    CLASS "/right/01-loop/exercises/1_greet.c",
    "/book/01-loop/exercises/1_greet.bats",
    "/book/scripts/checking/exercise_helper.bash",
    "../scripts/checking/exercise_helper.bash",
    "/etc/shadow",
    "/root/.bashrc",
    "/proc/1/root/book/scripts/checking/exercise_helper.bash",
};
/* NOLINTNEXTLINE(bugprone-suspicious-missing-comma): none is missing */
static const char *const places[] = {CHECKOUT "/left_behind",
                                     CLASS "/left_behind",
                                     "/left_behind",
                                     "/etc/left_behind",
                                     "/usr/left_behind",
                                     "/book/left_behind",
                                     "/answer/left_behind",
                                     "/report/left_behind",
                                     "/var/tmp/left_behind",
                                     "/run/lock/left_behind",
                                     "/proc/sys/kernel/domainname"};

static void done(const char *what, const char *which)
{
    (void)printf("DONE: %s %s\n", what, which);
}

static bool can_open(const char *name, int how)
{
    int fd = open(name, how, 0666);

    if (fd >= 0)
        (void)close(fd);
    return fd >= 0;
}

static void touch_files(void)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (can_open(files[i], O_RDONLY))
            done("read", files[i]);
        if (can_open(files[i], O_WRONLY | O_TRUNC))
            done("write", files[i]);
    }
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (can_open(places[i], O_WRONLY | O_CREAT))
            done("make", places[i]);
}

/* A verdict of its own, to whatever it was left open. */
static void forge(void)
{
    char name[32];

    for (int fd = 3; fd < 1024; fd++) {
        if (dprintf(fd, "1..1\nok 1 all is well\n") > 0) {
            (void)snprintf(name, sizeof name, "%d", fd);
            done("write to descriptor", name);
        }
    }
}

static void use_network(void)
{
    struct sockaddr_in out = {.sin_family = AF_INET, .sin_port = htons(53)};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    (void)inet_pton(AF_INET, "192.0.2.1", &out.sin_addr);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&out, sizeof out) == 0)
        done("reach", "the network");
    if (fd >= 0)
        (void)close(fd);
}

/* What the kernel keeps for the user who grades, or for nobody. */
static void use_kernel(void)
{
    cpu_set_t all;
    int fd;

    CPU_ZERO(&all);
    CPU_SET(0, &all);
    CPU_SET(1, &all);
    if (syscall(SYS_keyctl, 0, -3, 0) >= 0) /* KEYCTL_GET_KEYRING_ID */
        done("reach", "the session's keyring");
    fd = socket(AF_VSOCK, SOCK_STREAM, 0);
    if (fd >= 0)
        done("open", "a socket to the host");
    if (shmget(IPC_PRIVATE, 1 << 20, 0600) >= 0)
        done("take", "SysV shared memory");
    if (memfd_create("", 0) >= 0)
        done("take", "a file without a name");
    if (syscall(SYS_io_uring_setup, 4, (char[256]){0}) >= 0)
        done("use", "io_uring");
    if (prctl(PR_SET_DUMPABLE, 0) == 0)
        done("hide", "its descriptors");
    if (sched_setaffinity(0, sizeof all, &all) == 0)
        done("choose", "a processor");
}

static void kill_all(void)
{
    char own[64];

    (void)kill(-1, SIGKILL);
    (void)kill(1, SIGKILL);
    (void)kill(getppid(), SIGKILL);
    for (int pid = 2; pid < 40000; pid++) {
        (void)snprintf(own, sizeof own, "/proc/self/task/%d", pid);
        if (access(own, F_OK) < 0 && kill(pid, SIGKILL) == 0)
            done("kill", "somebody");
    }
}

/* In a child: not for a process that has threads, as AddressSanitizer's may. */
static bool can_make_namespace(void)
{
    int status = 1;

    if (fork() == 0)
        _exit(unshare(CLONE_NEWUSER) == 0 ? 0 : 1);
    return wait(&status) > 0 && status == 0;
}

static void leave_daemon(void)
{
    if (fork() == 0) {
        (void)setsid();
        if (fork() == 0) {
            (void)prctl(PR_SET_NAME, "grade-daemon");
            for (int i = 0; i < 60; i++) {
                (void)sleep(1);
                forge();
            }
        }
        _exit(0);
    }
}

int main(void)
{
    forge();
    touch_files();
    use_network();
    use_kernel();
    kill_all();
    if (getuid() == 0 || setuid(0) == 0)
        done("be", "root");
    if (getenv("TEACHERS_SECRET"))
        done("see", "the environment");
    if (can_make_namespace())
        done("make", "a user namespace");
    leave_daemon();
    puts("1..2\nok 1 a\nok 2 b");
    /* The same for who takes U+2028 for the end of a line. */
    puts("a\u2028ok 1 a\u2028ok 2 b");
    fputs("a\u2028ok 1 a\u2028ok 2 b\n", stderr);
    return 0;
}
