/* own_loop_rules — the order and the fairness that own_loop promises.
 *
 * Build: cc -o own_loop_rules own_loop_rules.c
 *
 * Takes own_loop's source with its main renamed, and uses the loop inside.
 */
#define main own_loop_main
#include "../own_loop.c" /* NOLINT(bugprone-suspicious-include) */
#undef main

enum { TIMERS = 8, CALLS = 1000 };

struct rules {
    struct loop loop;
    int calls, timer_at;
    int64_t fired; /* µs */
};

static void on_timer(void *arg)
{
    struct rules *rules = arg;

    rules->timer_at = rules->calls;
    rules->fired = now_us();
}

/* Queues itself, again and again; the first time it adds a timer, too. */
static void on_call(void *arg)
{
    struct rules *rules = arg;

    if (++rules->calls == 1)
        loop_call_later(&rules->loop, 0, on_timer, rules);
    if (rules->calls < CALLS)
        loop_call_soon(&rules->loop, on_call, rules);
}

int main(void)
{
    struct rules rules = {.calls = 0};
    int64_t asked;

    printf("timers with one deadline, added 0 … 7, leave the heap:");
    for (int i = 0; i < TIMERS; i++) {
        loop_call_later(&rules.loop, 0, on_timer, &rules);
        rules.loop.timers[i].due = 0; /* equal, whatever the clock said */
    }
    for (int i = 0; i < TIMERS; i++)
        printf(" %u", heap_pop(&rules.loop).number);
    puts("");

    loop_call_soon(&rules.loop, on_call, &rules);
    loop_run(&rules.loop);
    printf("a call queues itself %d times; a timer added by the first call ran "
           "after call %d\n",
           CALLS, rules.timer_at);

    asked = now_us();
    loop_call_later(&rules.loop, 3, on_timer, &rules);
    loop_run(&rules.loop);
    printf("a timer of 3 ms was %s\n",
           rules.fired - asked >= 3000 ? "not early" : "early");
    return 0;
}
