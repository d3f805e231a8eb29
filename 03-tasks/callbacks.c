/* callbacks — what one writes without await: two sleeps, both waited for.
 *
 * Twin:   callbacks.py (loop.call_later, loop.stop)
 * Build:  cc -o callbacks callbacks.c $(pkg-config --cflags --libs libevent)
 * Run:    ./callbacks
 * Prints: Task 2 completed, then Task 1 completed; 2 s in all, not 3
 *
 * "Wait for both" is a counter that each callback counts down, and the last one
 * does what comes after. With two sleeps that is short. With a third step, an
 * error or a deadline the order of things is spread over callbacks and flags;
 * then look at tasks.c, which is the same scene.
 */
#include <event2/event.h>
#include <stdio.h>
#include <string.h>

/* What the callbacks share; lives in main. */
struct scene {
    struct event_base *base;
    int left; /* sleeps that are not over */
};

/* One sleep. It owns its timer. */
struct sleeper {
    struct scene *scene;
    int number;
    struct event *timer;
};

/* What comes after the sleep; for the last one also what comes after both. */
static void on_timeout(evutil_socket_t fd, short events, void *arg)
{
    struct sleeper *sleeper = arg;

    (void)fd;
    (void)events;
    printf("Task %d completed\n", sleeper->number);
    if (--sleeper->scene->left == 0)
        event_base_loopexit(sleeper->scene->base, NULL);
}

/* Begins a sleep. Returns 0, or -1 without memory; sleeper_free in both cases. */
static int sleeper_start(struct sleeper *sleeper, struct scene *scene,
                         int number, int seconds)
{
    const struct timeval delay = {seconds, 0};

    sleeper->scene = scene;
    sleeper->number = number;
    sleeper->timer = evtimer_new(scene->base, on_timeout, sleeper);
    if (!sleeper->timer || evtimer_add(sleeper->timer, &delay) < 0)
        return -1;
    scene->left++;
    return 0;
}

static void sleeper_free(struct sleeper *sleeper)
{
    if (sleeper->timer)
        event_free(sleeper->timer);
}

int main(int argc, char **argv)
{
    struct sleeper first = {0}, second = {0};
    struct scene scene = {0};
    int status = 1;

    if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
        puts("usage: callbacks [-h]\nTwo sleeps of 2 s and 1 s, no await.");
        return fflush(stdout) != 0 || ferror(stdout);
    }
    if (argc > 1) {
        fprintf(stderr,
                "callbacks: unexpected argument '%s': usage: callbacks [-h]\n",
                argv[1]);
        return 2;
    }

    setvbuf(stdout, NULL, _IOLBF, 0); /* line by line, also into a pipe */
    scene.base = event_base_new();
    if (!scene.base) {
        fputs("callbacks: cannot make an event base: out of resources\n",
              stderr);
        return 1;
    }
    if (sleeper_start(&first, &scene, 1, 2) < 0 ||
        sleeper_start(&second, &scene, 2, 1) < 0) {
        fputs("callbacks: cannot add a timer: out of memory\n", stderr);
        goto cleanup;
    }
    if (event_base_dispatch(scene.base) != 0) {
        fputs("callbacks: the loop ended before the sleeps did\n", stderr);
        goto cleanup;
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("callbacks: cannot write the result");
        goto cleanup;
    }
    status = 0;

cleanup:
    sleeper_free(&first);
    sleeper_free(&second);
    event_base_free(scene.base);
    libevent_global_shutdown();
    return status;
}
