/* heap_order — a hundred thousand deadlines, many equal, some taken out again:
 * what is left comes in order, equals as they came.
 *
 * Build: cc -I../../modules -o heap_order heap_order.c ../../modules/heap.c
 */
#include "heap.h"
#include <stdio.h>

enum { NODES = 100000 };

int main(void)
{
    static struct heap_node nodes[NODES];
    struct heap heap = {.added = UINT32_MAX - NODES / 2}; /* it wraps around */
    const struct heap_node *last = NULL;
    unsigned random = 1;
    int removed = 0, came = 0;

    for (int i = 0; i < NODES; i++) {
        random = random * 1664525 + 1013904223;
        heap_add(&heap, &nodes[i], random >> 20); /* 4096 deadlines */
        if (i % 5 == 4) { /* any, also the first and the last */
            struct heap_node *out = i % 2 ? heap.first : &nodes[i];

            heap_remove(&heap, out);
            out->due = -1;
            removed++;
        }
    }
    for (int i = 0; i < NODES; i += 3) {
        if (nodes[i].due < 0)
            continue;
        heap_remove(&heap, &nodes[i]);
        removed++;
    }
    while (heap.first) {
        const struct heap_node *first = heap.first;

        if (last && (last->due > first->due ||
                     (last->due == first->due && last > first))) {
            printf("%d came out of order\n", came);
            return 1;
        }
        heap_remove(&heap, heap.first);
        last = first;
        came++;
    }
    printf("%d added, %d taken out from the middle, %d came in order\n", NODES,
           removed, came);
    return came + removed == NODES ? 0 : 1;
}
