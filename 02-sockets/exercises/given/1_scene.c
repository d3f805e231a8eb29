/* 1_scene — the main of 1_lines, and its answers. See 1_scene.h. */
#include "1_scene.h"

void answer(struct bufferevent *bev, const char *line, size_t length)
{
    struct evbuffer *output = bufferevent_get_output(bev);

    for (size_t i = length; i > 0; i--)
        evbuffer_add(output, &line[i - 1], 1);
    evbuffer_add(output, "\n", 1);
}

int main(void)
{
    return line_server_run("1_lines");
}
