/* monotonic — a clock that nobody sets, for deadlines and durations.
 *
 *     int64_t deadline = monotonic_ms() + 5000;
 *     … if (monotonic_ms() >= deadline) …
 *
 * It never goes back, and it does not jump when the date is set. Its zero means
 * nothing. Idea: loop.time(); clock_gettime(2), CLOCK_MONOTONIC.
 */
#ifndef MONOTONIC_H
#define MONOTONIC_H

#include <stdint.h>

/* The time now in nanoseconds, and in milliseconds. Neither can fail. */
int64_t monotonic_ns(void);
int64_t monotonic_ms(void);

#endif
