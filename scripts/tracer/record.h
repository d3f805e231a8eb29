/* record — the file that the tracer writes while a program runs.
 *
 * The file is $SEE_DIR/PID.record, mapped into memory: what is written there
 * survives the program, however it ends. It is made when a process records its
 * first event, so processes without a loop leave no file. It holds a head, a table
 * of texts, and slots of 64 bytes. The first EARLY slots keep the beginning; the
 * others are a ring that keeps the newest. scripts/tracer/recorded.py reads it.
 *
 * Nothing here allocates with malloc, which the program may have replaced.
 */
#ifndef RECORD_H
#define RECORD_H

#include <stdbool.h>
#include <stdint.h>

/* recorded.py has the same list. The words say what v[0], v[1] … are. */
enum record_kind {
    LOOP_BEGIN = 1, /* base, flags */
    LOOP_END,       /* base, returned */
    SLEEP_BEGIN,    /* base, ns allowed or NEVER */
    SLEEP_END,      /* base, how many are ready */
    FD_READY,       /* base, fd, EPOLLIN … */
    CALL_BEGIN,     /* object, function, fd, bits (see call_bits), due, base */
    CALL_END,       /* object */
    REPEAT,         /* object, function, running since or 0, count, ns, end */
    ASSIGN,         /* event, function, fd, EV_READ …, base, caller */
    ADD,        /* event, function, asked or NEVER, due, fd and bits, caller */
    DEL,        /* event, caller */
    ACTIVATE,   /* event, caller, function, EV_READ … */
    BASE_FREED, /* base, caller */
    STOP,       /* base, caller: event_base_loopbreak or loopexit */
    SERVES,     /* bufferevent or listener, its event, its event, caller */
    FREED,      /* bufferevent or listener, caller */
    TASK_CREATED, /* task, function, name */
    TASK_READY,   /* task, wait before: enum wait */
    STEP_BEGIN,   /* task, function, error or 0 */
    STEP_END,     /* task */
    TASK_WAITS,   /* task, task for, due us, enum wait, kind, parent */
    TASK_DONE,    /* task, error or 0, awaited */
    TASK_LEFT,    /* task: its error was not asked for when the loop ended */
    TASK_STILL,   /* as TASK_WAITS: at the end of the loop */
    JOB_STEP,     /* job, function, enum job_step, error or 0 */
    OUTPUT,       /* fd, length, bytes in the slots that follow */
    BYTES,        /* 48 of them */
    END           /* the process has called exit */
};

#define NEVER UINT64_MAX

struct record {
    uint32_t number; /* 1 + how many were before it: written last, 0 at first */
    uint16_t kind;
    uint16_t lane;
    uint64_t time; /* CLOCK_MONOTONIC, ns */
    uint64_t v[6];
};

/* What a thread keeps. */
struct thread {
    int lane;         /* 0: not yet known */
    int depth;        /* callbacks that it is in */
    void *base;       /* whose loop it runs, or NULL */
    int loop_depth;   /* `depth` when that loop began */
    int quiet;        /* in a libevent function whose inner calls are its own */
    uint64_t timerfd; /* ns that the loop's timerfd was set to, or NEVER */
    void *own_event;  /* the last event that libevent assigned for itself */
    /* Repetitions of one callback, which share a slot: see call_begin. */
    uint64_t object, function, began;
    struct record *repeat;
    uint32_t repeat_number;
    bool same, in_repeat;
};
extern __thread struct thread this_thread;

/* Whether anything is to be recorded: scripts/see has started the program. */
extern bool recording;

/* Whether there is a file: this process has an event base. */
bool recording_began(void);

uint64_t clock_ns(void);

/* Writes a record, with the time now, or with that time. */
void record(enum record_kind kind, uint64_t a, uint64_t b, uint64_t c,
            uint64_t d, uint64_t e, uint64_t f);
void record_at(uint64_t time, enum record_kind kind, uint64_t a, uint64_t b,
               uint64_t c, uint64_t d, uint64_t e, uint64_t f);

/* Puts a text into the file's table, if it is not there; returns its number.
 * 0: NULL, or the table is full. */
uint64_t text_number(const char *text);

/* A callback begins and ends. The same callback again and again, with nothing
 * between but its own activation, is written once, with a count. */
void call_begin(uint64_t object, uint64_t function, uint64_t fd, uint64_t bits,
                uint64_t due, uint64_t base);
void call_end(uint64_t object);

/* Whether this thread repeats a callback of that event. */
static inline bool repeats(const void *event)
{
    return this_thread.in_repeat &&
           this_thread.object == (uint64_t)(uintptr_t)event;
}

/* The bits of CALL_BEGIN and ADD: what happened or may happen (EV_READ …), the
 * kind of callback, the events it was made for, whether it is pending. */
static inline uint64_t call_bits(short what, unsigned kind, short events,
                                 bool pending)
{
    return (uint64_t)(uint16_t)what | (uint64_t)kind << 16 |
           (uint64_t)(uint16_t)events << 32 | (uint64_t)pending << 48;
}

#endif
