/* 1_scene.h — what 1_ticker.c is given: the program around the ticker.
 *
 * The scene holds `main`. It reads PERIOD, WORK and COUNT, makes an event base
 * that other traffic wakes every 3 ms, and makes your ticker. It runs the loop
 * until the last tick has come. Then it frees the ticker and the base.
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
    long work;    /* how long do_tick() blocks */
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

/* Returns the time by a clock that is never set, in fractions of 1 ms. */
double now_ms(void);

/* Does the work of one tick: call it once for each tick that comes. `tick` is
 * its number, and `missed` is how many ticks were skipped just before it.
 * Prints both on stdout, and on stderr when the tick came; the tests read these
 * lines. Then it blocks for sampler->work: that is other people's code. */
void do_tick(struct sampler *sampler, long tick, long missed);

#endif
