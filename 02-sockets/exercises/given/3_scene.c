/* 3_scene — the main of 3_goodbye, and reverse_lines. See 3_scene.h. */
#include "3_scene.h"

int reverse_lines(struct evbuffer *input, struct evbuffer *output)
{
    size_t length = evbuffer_get_length(input), end = length, start;
    const char *text = (const char *)evbuffer_pullup(input, -1);
    int result = 0;

    while (end > 0 && result == 0) {
        for (start = end - 1; start > 0 && text[start - 1] != '\n';)
            start--;
        result = evbuffer_add(output, text + start, end - start);
        if (result == 0 && text[end - 1] != '\n')
            result = evbuffer_add(output, "\n", 1);
        end = start;
    }
    return result < 0 ? -1 : evbuffer_drain(input, length);
}

int main(void)
{
    return line_server_run("3_goodbye");
}
