/* coroutine — a function that is left in the middle, and continued there.
 *
 *     void body(void *arg)
 *         for (;;)
 *             got = coroutine_yield(coroutine, …);
 *
 *     coroutine = coroutine_new(body, arg);
 *     yielded = coroutine_resume(coroutine, 0);     body runs to its first yield
 *     yielded = coroutine_resume(coroutine, got);   and on to its next one
 *     coroutine_free(coroutine);
 *
 * Why here: in its TLS handshake, MariaDB's library does not return to wait, but
 * blocks in poll, many calls deep. Only a stack of its own lets us leave there.
 *
 * How it works: each side has a stack. swapcontext() saves the registers of the
 * side that runs, the stack pointer among them, and loads those of the other
 * side, which continues as if its own swapcontext() had returned. Nothing runs
 * at the same time; it is one thread. A yield may come from any depth of calls.
 *
 * What it costs: a system call for each switch (the signal mask), and 4 MB of
 * addresses, of which two or three pages are used. POSIX.1-2008 has dropped
 * swapcontext() without a successor; glibc keeps it, musl lacks it.
 *
 * Python: a generator; resume is its send(), yield is its yield.
 */
#ifndef COROUTINE_H
#define COROUTINE_H

struct coroutine;

/* body must not return. Returns NULL without memory; else the caller owns it. */
struct coroutine *coroutine_new(void (*body)(void *arg), void *arg);

/* Runs body until it yields, and returns what it yields. value: what the yield
 * that it stands in returns there; the first resume's is lost. */
int coroutine_resume(struct coroutine *coroutine, int value);

/* Only from within body: leaves it. Returns the value of the resume that comes
 * back, if one does. */
int coroutine_yield(struct coroutine *coroutine, int value);

/* Wherever body stands; what it owns there is lost. NULL is fine. */
void coroutine_free(struct coroutine *coroutine);

#endif
