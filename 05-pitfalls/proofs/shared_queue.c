/* shared_queue — a queue of ours between two threads, without and with a mutex.
 *
 * Build: cc -o shared_queue shared_queue.c -pthread
 * Run:   ./shared_queue unlocked     or: locked
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { RESULTS = 1000 };

struct queue {
    pthread_mutex_t mutex; /* guards the rest; "unlocked" does without */
    int locked, count, results[2 * RESULTS];
};

static void *work(void *arg)
{
    struct queue *queue = arg;

    for (int i = 0; i < RESULTS; i++) {
        if (queue->locked)
            pthread_mutex_lock(&queue->mutex);
        queue->results[queue->count++] = i;
        if (queue->locked)
            pthread_mutex_unlock(&queue->mutex);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    static struct queue queue = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    pthread_t threads[2];

    queue.locked = argc == 2 && !strcmp(argv[1], "locked");
    for (int i = 0; i < 2; i++) {
        if (pthread_create(&threads[i], NULL, work, &queue) != 0)
            return 1;
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    if (queue.locked) /* else nobody can say */
        printf("%d results\n", queue.count);
    return 0;
}
