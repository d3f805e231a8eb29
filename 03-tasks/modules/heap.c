/* heap.c — a pairing heap; heap.h is its manual. */
#include "heap.h"
#include <stddef.h>

/* Numbers wrap around: right as long as fewer than 2^31 nodes are added between
 * two that are due in the same microsecond. */
static bool earlier(const struct heap_node *a, const struct heap_node *b)
{
    return a->due != b->due ? a->due < b->due
                            : b->number - a->number - 1 < INT32_MAX;
}

/* Makes one tree of two, either of which may be NULL: the later root becomes
 * the first child of the earlier. Returns the root; its sibling is NULL. */
static struct heap_node *meld(struct heap_node *a, struct heap_node *b)
{
    struct heap_node *root = a, *below = b;

    if (!a || !b)
        return a ? a : b;
    if (earlier(b, a)) {
        root = b;
        below = a;
    }
    below->sibling = root->child;
    if (root->child)
        root->child->previous = below;
    below->previous = root;
    root->child = below;
    return root;
}

/* Makes one tree of the siblings that begin with `next`: in pairs from left to
 * right, then of the pairs from right to left. That order is what keeps the
 * tree from becoming a list. No recursion: there may be a million of them. */
static struct heap_node *meld_siblings(struct heap_node *next)
{
    struct heap_node *pairs = NULL, *root = NULL;

    while (next) {
        struct heap_node *a = next, *b = next->sibling, *pair;

        next = b ? b->sibling : NULL;
        a->sibling = NULL;
        if (b)
            b->sibling = NULL;
        pair = meld(a, b);
        pair->sibling = pairs; /* a list of pairs, the last one first */
        pairs = pair;
    }
    while (pairs) {
        struct heap_node *pair = pairs;

        pairs = pair->sibling;
        pair->sibling = NULL;
        root = meld(root, pair);
    }
    return root;
}

void heap_add(struct heap *heap, struct heap_node *node, int64_t due)
{
    node->child = node->sibling = node->previous = NULL;
    node->due = due;
    node->number = heap->added++;
    heap->first = meld(heap->first, node);
}

void heap_remove(struct heap *heap, struct heap_node *node)
{
    struct heap_node *below = meld_siblings(node->child);

    if (node == heap->first) {
        heap->first = below;
    } else {
        if (node->previous->child == node)
            node->previous->child = node->sibling;
        else
            node->previous->sibling = node->sibling;
        if (node->sibling)
            node->sibling->previous = node->previous;
        heap->first = meld(heap->first, below);
    }
    if (heap->first)
        heap->first->previous = NULL;
}
