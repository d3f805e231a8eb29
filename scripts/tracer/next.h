/* next — the functions that the tracer's own hide, which have the same names. */
#ifndef NEXT_H
#define NEXT_H

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void find_next(const char *name, void *where)
{
    void *found = dlsym(RTLD_NEXT, name);

    if (!found) {
        fprintf(stderr, "see: the program's libraries have no %s\n", name);
        abort();
    }
    memcpy(where, &found, sizeof found);
}

/* Defines next_NAME(), which returns the hidden one. */
#define NEXT(name)                                                             \
    static __typeof__(name) *next_##name(void)                                 \
    {                                                                          \
        static __typeof__(name) *found;                                        \
                                                                               \
        if (!found)                                                            \
            find_next(#name, &found);                                          \
        return found;                                                          \
    }

#endif
