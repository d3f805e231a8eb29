/* foreach — a list is walked and freed at once.
 *
 * Build: cc -o foreach foreach.c $(pkg-config --cflags --libs libevent)
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

struct client {
    int number;
    TAILQ_ENTRY(client) link;
};

int main(void)
{
    TAILQ_HEAD(, client) clients = TAILQ_HEAD_INITIALIZER(clients);
    struct client *client;

    for (int i = 0; i < 3; i++) {
        if (!(client = calloc(1, sizeof *client)))
            return 1;
        client->number = i;
        TAILQ_INSERT_TAIL(&clients, client, link);
    }
    TAILQ_FOREACH(client, &clients, link)
    {
        free(client);
    }
    puts("all are freed");
    return 0;
}
