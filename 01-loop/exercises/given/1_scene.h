/* 1_scene.h — what 1_ticker.c is given: the program around the ticker.
 *
 * The scene holds `main`. It reads PERIOD, WORK and COUNT, makes an event base
 * that other traffic wakes every 3 ms, and makes your ticker. It runs the loop
 * until the last tick has come. Then it frees the ticker and the base. WORK is
 * how long a tick works; with "150,0" every second tick works not at all.
 *
 * All times are in milliseconds.
 */
#ifndef SCENE_1_H
#define SCENE_1_H

struct event_base;

/* What the ticks are for. The scene owns it, and it outlives the ticker. Your
 * code reads its fields; only the scene changes them. */
struct sampler {
    long period;  /* from one tick to the next */
    long count;   /* tick `count`, or the first one after it, is the last */
    double start; /* when the ticker was started, by now_ms() */
    long last;    /* the last tick that do_tick() was called for, or 0 */
};

/* ---- What you write in 1_ticker.c, and the scene calls ---- */

/* The ticker. Its fields are yours: define it in 1_ticker.c. */
struct ticker;

/* Starts a ticker on `base`. The scene calls this once, before the loop runs.
 * Returns the ticker; on failure frees what it has made and returns NULL. */
struct ticker *ticker_new(struct event_base *base, struct sampler *sampler);

/* Frees the ticker and its event. The scene calls this once, after the loop has
 * ended and before it frees the base. */
void ticker_free(struct ticker *ticker);

/* ---- What you can call ---- */

/* Returns the time by a clock that is never set, in milliseconds. It moves in
 * steps of 4 ms. For this reason a timer may come a little before now_ms() says
 * that it is due; with libevent's own clock that happens, too. */
double now_ms(void);

/* Does the work of one tick: call it once for each tick that comes. `tick` is
 * its number, and `missed` is how many ticks were skipped just before it.
 * Prints both, and what is wrong with this tick: "40 ms early", "30 ms late"
 * (if it is more than the clock explains), and "the traffic waited 50 ms" (if the
 * loop did not serve it meanwhile). Then it blocks for the tick's work: that is
 * other people's code. */
void do_tick(struct sampler *sampler, long tick, long missed);

#endif
