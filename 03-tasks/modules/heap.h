/* heap — keeps what is due in order: the earliest first, equals first come,
 * first served.
 *
 *     heap_add(&heap, &timer->node, due);
 *     while (heap.first && heap.first->due <= now)
 *         heap_remove(&heap, heap.first);
 *
 * A pairing heap: a tree in which nobody is due before its parent. Its links
 * lie in what is kept, so that adding allocates nothing and cannot fail. Adding
 * takes a step or two; removing takes log n on average, though a single one may
 * walk over all that was added since the last.
 */
#ifndef HEAP_H
#define HEAP_H

#include <stdbool.h>
#include <stdint.h>

/* Part of what is kept; the heap's own business, but for `due`. */
struct heap_node {
    struct heap_node *child;    /* the first of those below */
    struct heap_node *sibling;  /* the next below the same parent */
    struct heap_node *previous; /* the sibling before, or the parent */
    int64_t due;
    uint32_t number; /* counts up: who of equals came first */
    uint32_t mark;   /* its owner's: the heap does not touch it */
};

/* All zero when empty. It owns none of its nodes. */
struct heap {
    struct heap_node *first; /* the earliest, or NULL */
    uint32_t added;          /* goes round: see heap.c */
};

/* Adds a node that is in no heap. */
void heap_add(struct heap *heap, struct heap_node *node, int64_t due);

/* Takes out a node, the first or any other, that is in this heap. */
void heap_remove(struct heap *heap, struct heap_node *node);

#endif
