/* fork_threads — what a child of a process with threads gets.
 *
 * Build: cc -o fork_threads fork_threads.c -pthread
 */
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* malloc's, say */
static int held[2], done[2];

static void *hold(void *unused)
{
    char byte = 'x';

    (void)unused;
    pthread_mutex_lock(&lock);
    if (write(held[1], &byte, 1) == 1)
        /* NOLINTNEXTLINE(clang-analyzer-unix.BlockInCriticalSection): on purpose */
        (void)!read(done[0], &byte, 1);
    pthread_mutex_unlock(&lock);
    return NULL;
}

/* What the child finds. */
static void look(void)
{
    DIR *tasks = opendir("/proc/self/task");
    int threads = -2; /* . and .. */

    if (!tasks)
        return;
    while (readdir(tasks))
        threads++;
    closedir(tasks);
    printf("child, its holder is not here: threads: %d, the lock: %s\n",
           threads, pthread_mutex_trylock(&lock) == 0 ? "free" : "held");
    fflush(stdout);
}

int main(void)
{
    pthread_t thread;
    char byte;
    pid_t child;

    if (pipe(held) < 0 || pipe(done) < 0 ||
        pthread_create(&thread, NULL, hold, NULL) != 0 ||
        read(held[0], &byte, 1) != 1)
        return 1;
    child = fork();
    if (child == 0) {
        look();
        for (int i = 0; i < 2; i++) {
            close(held[i]);
            close(done[i]);
        }
        _exit(0);
    }
    waitpid(child, NULL, 0);
    if (write(done[1], "x", 1) != 1)
        return 1;
    pthread_join(thread, NULL);
    printf("parent, the holder is done: the lock: %s\n",
           pthread_mutex_trylock(&lock) == 0 ? "free" : "held");
    for (int i = 0; i < 2; i++) {
        close(held[i]);
        close(done[i]);
    }
    return 0;
}
