/* 2_scene — the main of 2_flood, and its requests. See 2_scene.h. */
#include "2_scene.h"

#include <stdlib.h>

int read_number(struct evbuffer *input, long *number)
{
    char *line = evbuffer_readln(input, NULL, EVBUFFER_EOL_LF);

    if (!line)
        return evbuffer_get_length(input) < 64 ? 0 : -1;
    *number = strtol(line, NULL, 10);
    free(line);
    return 1;
}

int main(void)
{
    return line_server_run("2_flood");
}
