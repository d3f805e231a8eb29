/* times — libevent's times in nanoseconds. */
#ifndef TIMES_H
#define TIMES_H

#include <event2/event_struct.h>
#include <stdint.h>
#include <sys/time.h>

/* The timeouts of event_base_init_common_timeout carry a mark in tv_usec. */
static inline uint64_t timeval_ns(const struct timeval *time)
{
    uint64_t us = (uint64_t)time->tv_usec & 0xfffff;

    return (uint64_t)time->tv_sec * 1000000000U + us * 1000U;
}

/* When an event's timer is, or was, due: CLOCK_MONOTONIC, as libevent reckons. */
static inline uint64_t due_ns(const struct event *event)
{
    return timeval_ns(&event->ev_timeout);
}

#endif
